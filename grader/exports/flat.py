"""The gradebook as one table, for spreadsheets: CSV, and a workbook of Excel with the reasons on a second sheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from grader.exports.errors import ExportError
from grader.exports.sheets import harmless
from grader.gradebook import Gradebook, Row
from grader.sentences import instructor_exports
from grader.sentences.languages import render

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | float | None
_ABOUT_PEOPLE: Final = ("student", "name", "id", "email", "login", "section")
_DETAILS: Final = ("student", "exercise", "status", "raw", "points", "max_points", "late_days", "handed_in", "reasons")
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # in a workbook


def table(book: Gradebook) -> list[list[Value]]:
    """Return the rows: the names of the columns, the maxima, and one row for each person.

    A cell is empty if nothing was handed in or the exercise is excused.
    """
    exercises = [column.exercise for column in book.columns]
    header: list[Value] = [*_ABOUT_PEOPLE, *exercises, "points", "max_points", "comments"]
    maxima: list[Value] = ["max_points", *[""] * (len(_ABOUT_PEOPLE) - 1)]
    maxima += [*(column.max_points for column in book.columns), book.max_points, "", ""]
    return [header, maxima, *(_row(row) for row in book.rows)]


def _row(row: Row) -> list[Value]:
    person = row.person
    known = [getattr(person, field, "") if person is not None else "" for field in _ABOUT_PEOPLE[1:]]
    comments = [*row.comments, *(f"{e.exercise[:2]}: {text}" for e in row.entries for text in e.comments)]
    return [row.student, *known, *(e.points for e in row.entries), row.points, row.max_points, " ".join(comments)]


def details(book: Gradebook) -> list[list[Value]]:
    """Return the rows of the second sheet: one for each person and exercise, with the examiner's points and reasons."""
    rows: list[list[Value]] = [list(_DETAILS)]
    for row in book.rows:
        for entry in row.entries:
            reasons = [f"{render(one.text)} {one.words}".strip() for one in entry.reasons]
            status = "excused" if entry.excused else entry.status
            about: list[Value] = [row.student, entry.exercise, status, entry.raw, entry.points, entry.max_points]
            rows.append([*about, entry.late, entry.handed_in, " ".join(reasons)])
    return rows


def csv_of(book: Gradebook, *, semicolons: bool = False) -> bytes:
    """Return the table as CSV in UTF-8, with the mark that Excel needs to see that.

    With `semicolons`, numbers have a decimal comma, as spreadsheets of many countries expect.
    """
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if semicolons else ",", lineterminator="\r\n")
    for row in table(book):
        cells = [_text(value) for value in row]
        writer.writerow(
            cell.replace(".", ",") if semicolons and isinstance(value, float) else cell
            for cell, value in zip(cells, row, strict=True)
        )
    return file.getvalue().encode("utf-8-sig", "replace")


def _text(value: Value) -> str:
    if value is None:
        return ""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else harmless(value)


def xlsx_of(book: Gradebook) -> bytes:
    """Return a workbook with both sheets. Raises `ExportError` if openpyxl is not installed."""
    try:
        from openpyxl import Workbook
    except ImportError:
        raise ExportError(instructor_exports.NO_PACKAGE(module="openpyxl")) from None
    workbook = Workbook()
    first = workbook.active
    assert first is not None
    first.title = render(instructor_exports.SHEET_POINTS())
    _fill(first, table(book))
    _fill(workbook.create_sheet(render(instructor_exports.SHEET_DETAILS())), details(book))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _fill(sheet: Worksheet, rows: Sequence[Sequence[Value]]) -> None:
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value = _ILLEGAL.sub("\ufffd", value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"  # a text, though it may begin like a formula
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 24
