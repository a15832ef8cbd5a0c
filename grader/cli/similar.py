"""`grader similar`: pairs of students whose code a teacher should look at."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.shared import Course, catalog, console, number, one_line_errors, say, say_note, show, shown
from grader.sentences import instructor
from grader.sentences import instructor_similarity as texts
from grader.sentences.languages import render

if TYPE_CHECKING:
    from grader.similarity import Side, Similarity

_SHOWN = 20  # pairs
_NAMED = 5


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(help=shown(texts.HELP))(similar)


def _share(text: str | float) -> float:
    found = number(text)
    if not 0 <= found <= 1:
        raise typer.BadParameter(shown(texts.NO_SHARE))
    return found


def similar(
    out: Annotated[Path, typer.Argument(help=shown(texts.HELP_OUT), metavar="OUT")],
    exercise: Annotated[
        list[str] | None, typer.Option("--exercise", help=shown(texts.HELP_EXERCISE), metavar="ID")
    ] = None,
    earlier: Annotated[
        list[Path] | None, typer.Option("--earlier", help=shown(texts.HELP_EARLIER), metavar="OUT")
    ] = None,
    least: Annotated[float, typer.Option("--least", parser=_share, help=shown(texts.HELP_LEAST), metavar="N")] = 0.5,
    for_tools: Annotated[
        Path | None, typer.Option("--for-tools", help=shown(texts.HELP_FOR_TOOLS), metavar="DIR")
    ] = None,
    course: Course = None,
) -> None:
    """Compare the code of all students, and write the pairs to OUT/similar.json."""
    with one_line_errors():
        from grader.cli.shared import exercise_ids
        from grader.files import write_folder
        from grader.gradebook import read_gradebook
        from grader.reports.store import write_json
        from grader.similarity import SIMILAR, Copydetect, SimilarityError, compare, files_for_tools, works_of

        known = catalog(course)
        exercises = exercise_ids(known, exercise or [])
        book = read_gradebook(out)
        works = works_of(out, book, exercises)
        if not works:
            raise SimilarityError(texts.NO_CODE(out=str(out)))
        stubs = {id: known.stub(id).read_text(encoding="utf-8") for id in works if known.stub(id).is_file()}
        if for_tools is not None:
            if for_tools.exists() and any(for_tools.iterdir()):
                raise SimilarityError(texts.NOT_EMPTY(folder=str(for_tools)))
            write_folder(for_tools, files_for_tools(works, stubs, book))
            say(texts.LAID_DOWN(folder=str(for_tools)))
        for other in earlier or []:
            for id, more in works_of(other, read_gradebook(other), tuple(works), year=other.name).items():
                works[id] += more
        with console(stderr=True).status("") as status:
            found = compare(
                works,
                stubs,
                Copydetect(),
                least_share=least,
                progress=lambda id: status.update(render(texts.COMPARING(exercise=id))),
            )
        write_json(out / SIMILAR, found, private=True)
        _show(out / SIMILAR, found)


def _show(path: Path, found: Similarity) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from grader.reports.terminal import plain

    screen = console()
    for group in found.groups:
        say(texts.SAME_PROGRAM(exercise=group.exercise, count=len(group.students), names=", ".join(group.students)))
    if not found.pairs:
        say(texts.NO_PAIRS())
    else:
        screen.print(render(texts.PAIRS(count=len(found.pairs))), style="bold")
        table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
        table.add_column("")
        for _ in range(2):
            table.add_column(render(instructor.STUDENT()), overflow="fold")
            table.add_column(render(texts.COLUMN_SHARED()), justify="right")
        for pair in found.pairs[:_SHOWN]:
            sides = [cell for side in (pair.first, pair.second) for cell in _cells(side)]
            table.add_row(plain(pair.exercise[:2]), *(Text(plain(cell)) for cell in sides))
        screen.print(table)
    if len(found.pairs) > _SHOWN:
        say(texts.MORE_PAIRS(count=len(found.pairs) - _SHOWN, path=str(path)))
    often = Counter((pair.first.student, pair.second.student) for pair in found.pairs)
    for (first, second), count in often.most_common(_NAMED):
        if count > 1:
            say(texts.OFTEN(first=first, second=second, count=count))
    screen.print()
    show(Text("\n".join(render(limit) for limit in found.limits), style="dim"))
    if found.skipped:
        names = ", ".join(found.skipped[:_NAMED]) + (", …" if len(found.skipped) > _NAMED else "")
        say_note(texts.SKIPPED(count=len(found.skipped), names=names))
    say(texts.WRITTEN(path=str(path)))


def _cells(side: Side) -> tuple[str, str]:
    return f"{side.year}/{side.student}" if side.year else side.student, f"{side.share:.0%}"
