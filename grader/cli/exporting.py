"""`grader export`: writes the gradebook as a table, or into a platform's own sheet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.shared import one_line_errors, say, say_note, shown
from grader.sentences import instructor_exports as texts

if TYPE_CHECKING:
    from grader.exports import Filled, Wanted
    from grader.gradebook import Gradebook

    Fill = Callable[[Gradebook, bytes, str, Wanted], Filled]

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # equal feedback makes an equal zip


class Form(str, Enum):
    """What can be written."""

    csv = "csv"
    xlsx = "xlsx"
    junit = "junit"
    moodle = "moodle"
    canvas = "canvas"
    brightspace = "brightspace"
    blackboard = "blackboard"


_FILES = {Form.csv: "gradebook.csv", Form.xlsx: "gradebook.xlsx", Form.junit: "junit.xml"}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(help=shown(texts.HELP))(export)


def export(
    out: Annotated[Path, typer.Argument(help=shown(texts.HELP_OUT), metavar="OUT")],
    to: Annotated[Form, typer.Option("--to", help=shown(texts.HELP_TO))],
    into: Annotated[Path | None, typer.Option("--into", help=shown(texts.HELP_INTO), metavar="SHEET")] = None,
    file: Annotated[Path | None, typer.Option("--file", help=shown(texts.HELP_FILE), metavar="FILE")] = None,
    exercise: Annotated[
        list[str] | None, typer.Option("--exercise", help=shown(texts.HELP_EXERCISE), metavar="ID")
    ] = None,
    column: Annotated[str, typer.Option("--column", help=shown(texts.HELP_COLUMN), metavar="NAME")] = "",
    scale: Annotated[bool, typer.Option("--scale", help=shown(texts.HELP_SCALE))] = False,
    zero: Annotated[bool, typer.Option("--zero", help=shown(texts.HELP_ZERO))] = False,
    roster: Annotated[Path | None, typer.Option("--roster", help=shown(texts.HELP_ROSTER), metavar="CSV")] = None,
    feedback: Annotated[Path | None, typer.Option("--feedback", help=shown(texts.HELP_FEEDBACK), metavar="ZIP")] = None,
    hide_expected: Annotated[bool, typer.Option("--hide-expected", help=shown(texts.HELP_HIDE))] = False,
    semicolons: Annotated[bool, typer.Option("--semicolons", help=shown(texts.HELP_SEMICOLONS))] = False,
) -> None:
    """Write the gradebook in a form that other programs read."""
    with one_line_errors():
        from grader.cli.changes import show_problems, show_unused
        from grader.exports import ExportError, Wanted
        from grader.files import write_bytes
        from grader.gradebook import GradebookError, read_gradebook
        from grader.roster import read_roster
        from grader.sentences.instructor_adjusting import NO_RESULTS

        book = read_gradebook(out, read_roster(roster) if roster is not None else None)
        if not book.rows:
            raise GradebookError(NO_RESULTS(out=str(out)))
        exercises = _exercises(book, exercise or [])
        if to in _FILES:
            if into is not None:
                raise ExportError(texts.NEEDS_NO_INTO(form=to.value))
            path = file or out / _FILES[to]
            write_bytes(path, _table(to, book, out, exercises, semicolons=semicolons))
            show_problems(book)
            if not exercises:
                show_unused(book)
            say(texts.WRITTEN(count=len(book.rows), path=str(path)))
            return
        name = to.value.capitalize()
        if into is None:
            raise ExportError(texts.NEEDS_INTO(platform=name))
        if feedback is not None and to not in (Form.moodle, Form.canvas):
            raise ExportError(texts.TAKES_NO_FEEDBACK(platform=name))
        path = file or into.with_name(f"{into.stem}-graded{into.suffix}")
        if path.exists() and path.resolve() == into.resolve():
            raise ExportError(texts.SAME_FILE(path=str(path)))
        try:
            data = into.read_bytes()
        except OSError as error:
            raise ExportError(texts.NO_SHEET(path=str(into), error=error.strerror or str(error))) from None
        wanted = Wanted(exercises=exercises, column=column, scale=scale, zero=zero)
        filled = _fillers()[to](book, data, into.name, wanted)
        files = {} if feedback is None else _feedback(to, book, out, data, into.name, filled, hide=hide_expected)
        write_bytes(path, filled.data)
        show_problems(book)
        if not exercises:
            show_unused(book)
        for note in filled.notes:
            say_note(note)
        say(texts.FILLED(count=filled.count, column=filled.column, path=str(path)))
        if feedback is not None and files:
            write_bytes(feedback, _zipped(files))
            say(texts.FEEDBACK(count=len(files), path=str(feedback)))
        elif feedback is not None:
            say_note(texts.NO_FEEDBACK(platform=name))


def _exercises(book: Gradebook, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the exercises that are meant. Raises `ExportError`."""
    from grader.errors import did_you_mean
    from grader.exports import ExportError
    from grader.gradebook.people import found_exercise

    known = [column.exercise for column in book.columns]
    found = []
    for one in asked:
        id = found_exercise(one, known)
        if id is None:
            raise ExportError(texts.UNKNOWN_EXERCISE(exercise=one, cure=did_you_mean(one, known, texts.BY_NUMBER())))
        found.append(id)
    return tuple(dict.fromkeys(found))


def _table(form: Form, book: Gradebook, out: Path, exercises: tuple[str, ...], *, semicolons: bool) -> bytes:
    from grader.exports import csv_of, junit_of, xlsx_of
    from grader.exports.scores import only
    from grader.reports.store import stored_reports

    if exercises:
        book = only(book, exercises)
    if form is Form.csv:
        return csv_of(book, semicolons=semicolons)
    return xlsx_of(book) if form is Form.xlsx else junit_of(book, stored_reports(out).reports)


def _fillers() -> Mapping[Form, Fill]:
    from grader.exports import fill_blackboard, fill_brightspace, fill_canvas, fill_moodle

    return {
        Form.moodle: fill_moodle,
        Form.canvas: fill_canvas,
        Form.brightspace: fill_brightspace,
        Form.blackboard: fill_blackboard,
    }


def _feedback(
    form: Form, book: Gradebook, out: Path, data: bytes, name: str, filled: Filled, *, hide: bool
) -> dict[str, str]:
    """Return the feedback pages by the names under which the platform takes them."""
    from grader.exports import canvas, moodle
    from grader.pages.results import read_results
    from grader.pages.site import students_pages
    from grader.reports.store import load_class

    by_folder = {path.partition("/")[0]: page for path, page in students_pages(read_results(out), hide_expected=hide)}
    pages = {row.student: by_folder[row.folder] for row in book.rows if row.folder in by_folder}
    if form is Form.moodle:
        return moodle.feedback_files(data, name, filled, pages)
    known = load_class(out)
    return {} if known is None else canvas.feedback_files(known, pages)


def _zipped(files: Mapping[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, date_time=_LONG_AGO), text.encode(), zipfile.ZIP_DEFLATED)
    return file.getvalue()
