"""Canvas's gradebook as CSV, and the zip of files that Canvas takes back.

Sources: `lib/gradebook_exporter.rb` and `lib/gradebook_importer.rb` of Canvas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from grader.exports.filling import Filled, Place, Platform, Wanted, fill, plain
from grader.exports.sheets import Sheet
from grader.gradebook import Gradebook
from grader.records import ClassReport
from grader.roster import Person, in_order

_ASSIGNMENT: Final = re.compile(r".*\(\d+\)")
# A name, perhaps _LATE, the user's and the attachment's number: what Canvas looks at when files come back.
_DOWNLOADED: Final = re.compile(r"([^_].*?_\d+_\d+)_[^/]+")
_TEST_STUDENT: Final = "student, test"


def fill_canvas(book: Gradebook, data: bytes, name: str, wanted: Wanted) -> Filled:
    """Return Canvas's gradebook with the points in one assignment's column. Raises `ExportError`."""
    return fill(CANVAS, book, Sheet(data, name), name, wanted)


def feedback_files(known: ClassReport, pages: Mapping[str, str]) -> dict[str, str]:
    """Return feedback files by the names under which Canvas takes them back, for those whose work came from Canvas.

    Canvas finds the person by the two numbers in the name of the file that was downloaded.
    """
    files = {}
    for row in known.students:
        for exercise, file in row.handed_in.items():
            found = _DOWNLOADED.fullmatch(PurePosixPath(file.original).name)
            if found is not None and "canvas" in file.layout.casefold() and row.student in pages:
                files[f"{found[1]}_{exercise}_feedback.html"] = pages[row.student]
                break  # one file has everything
    return files


def _header(sheet: Sheet) -> int | None:
    for row in range(min(2, len(sheet))):
        cells = [plain(cell) for cell in sheet.row(row)]
        if "id" in cells[:3] and "section" in cells and cells[0] in ("student", "lastname"):
            return row
    return None


def _columns(sheet: Sheet, header: int) -> list[int]:
    """Return the assignments. Totals have no number, and what Canvas computes is marked in the row of maxima."""
    read_only = {
        column
        for row in range(header + 1, min(header + 3, len(sheet)))
        for column, cell in enumerate(sheet.row(row))
        if cell.casefold() == "(read only)"
    }
    names = enumerate(sheet.row(header))
    return [column for column, name in names if _ASSIGNMENT.fullmatch(name) and column not in read_only]


def _is_person(sheet: Sheet, row: int, id_column: int) -> bool:
    return bool(sheet.cell(row, id_column)) and sheet.cell(row, 0).casefold() != _TEST_STUDENT


def _id_column(sheet: Sheet, header: int) -> int:
    return [plain(cell) for cell in sheet.row(header)].index("id")


def _maximum(sheet: Sheet, header: int, column: int) -> float | None:
    """Return the maximum, which stands in a row without a person: "    Points Possible"."""
    for row in range(header + 1, min(header + 3, len(sheet))):
        if not sheet.cell(row, _id_column(sheet, header)):
            try:
                return float(sheet.cell(row, column).replace(",", "."))
            except ValueError:
                continue
    return None


def _places(sheet: Sheet, header: int) -> Iterator[Place]:
    names = [plain(cell) for cell in sheet.row(header)]
    id_column = _id_column(sheet, header)
    for row in range(header + 1, len(sheet)):
        if _is_person(sheet, row, id_column):
            cells = dict(zip(names, sheet.row(row), strict=False))
            login = cells.get("sis login id", "")
            yield Place(
                row,
                Person(
                    name=in_order(cells.get("student", ""))
                    or f"{cells.get('firstname', '')} {cells.get('lastname', '')}".strip(),
                    id=cells.get("sis user id", ""),
                    login=login,
                    email=login if "@" in login else "",
                ),
                cells["id"],
            )


CANVAS: Final = Platform(
    name="Canvas", header=_header, columns=_columns, maximum=_maximum, places=_places, excused="EX"
)
