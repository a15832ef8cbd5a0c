"""The command `collect`, and what `grade` does with downloads."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.shared import Course, catalog, one_line_errors, quoted, say, say_note, show, shown
from grader.sentences import instructor, instructor_collecting
from grader.sentences.languages import render

if TYPE_CHECKING:
    from grader.catalog import Catalog
    from grader.collecting import CollectedPerson
    from grader.collecting import Course as KnownCourse
    from grader.roster import Roster

RosterFile = Annotated[
    Path | None, typer.Option("--roster", help=shown(instructor_collecting.HELP_ROSTER), metavar="FILE")
]
LayoutName = Annotated[
    str | None, typer.Option("--layout", help=shown(instructor_collecting.HELP_LAYOUT), metavar="NAME")
]
COLLECTED = ".collected"  # in an output folder: what `grade` collected from downloads


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(help=shown(instructor_collecting.HELP_COLLECT))(collect)


def collect(
    downloads: Annotated[
        list[Path], typer.Argument(help=shown(instructor_collecting.HELP_DOWNLOADS), metavar="DOWNLOAD...")
    ],
    out: Annotated[Path, typer.Option("--out", help=shown(instructor_collecting.HELP_OUT), metavar="SUBMISSIONS")],
    roster: RosterFile = None,
    layout: LayoutName = None,
    preview: Annotated[bool, typer.Option("--preview", help=shown(instructor_collecting.HELP_PREVIEW))] = False,
    everything: Annotated[bool, typer.Option("--all", help=shown(instructor_collecting.HELP_ALL))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=shown(instructor_collecting.HELP_YES))] = False,
    course: Course = None,
) -> None:
    """Collect what was downloaded into SUBMISSIONS/<student>/, after a preview."""
    with one_line_errors():
        from grader.collecting import MANIFEST, planned
        from grader.collecting.writing import require_place, write_collection
        from grader.locking import locked
        from grader.reports.collecting import preview as show_preview
        from grader.submissions import Reader

        known = catalog(course)
        _require_downloads(downloads, known)
        require_place(out)
        with (
            Reader() as reader,
            planned(downloads, course_of(known), look=reader.look, roster=roster_of(roster), layout=layout) as plan,
        ):
            show(show_preview(plan, everything=everything))
            print()
            if preview or not plan.content:
                say(instructor_collecting.NOTHING_WRITTEN())
                raise typer.Exit(0 if plan.content else 2)
            asks = not yes and sys.stdin.isatty() and sys.stdout.isatty()
            if asks and not typer.confirm(render(instructor_collecting.WRITE(out=str(out))), default=True):
                say(instructor_collecting.NOTHING_WRITTEN())
                raise typer.Exit(1)
            # A new folder gets its name at the end; into one that is there, two commands would write at the same time.
            with locked(out, "collect") if (out / MANIFEST).exists() else contextlib.nullcontext():
                written = write_collection(plan, out)
        said = {one.doubt for one in plan.collected.people}
        _say_who_is_in_doubt(written.people, [one for one in written.people if one.doubt not in said])
        say(
            instructor_collecting.WRITTEN(out=str(out), new=written.new, changed=written.changed, same=written.same),
            instructor_collecting.GRADE_NEXT(out=quoted(out)),
        )


def _say_who_is_in_doubt(people: Sequence[CollectedPerson], not_said: Sequence[CollectedPerson]) -> None:
    """Print who is in doubt, after what the preview could not say, because it does not know who was there before."""
    from rich.console import Group

    from grader.cli.changes import few
    from grader.reports.collecting import full_name, in_doubt

    doubtful = [full_name(one) for one in people if one.doubt is not None or one.undecided]
    if said := in_doubt(not_said):
        show(Group(*said))
        print()
    if doubtful:
        say(instructor_collecting.WHO_IS_IN_DOUBT(count=len(doubtful), names=few(doubtful)))


def submissions_of(
    paths: Sequence[Path], out: Path, known: Catalog, *, roster: Roster | None, layout: str | None
) -> Path:
    """Return the folder of students that `grade` reads: the given one, or one that is collected from downloads first.

    What is collected is kept in `out`. Raises `CollectError`, `ManifestError` and `OSError`.
    """
    from grader.collecting import CollectError, planned
    from grader.collecting.plain import is_class_folder
    from grader.collecting.writing import write_collection
    from grader.reports.collecting import preview as show_preview
    from grader.submissions import Reader

    if layout is None and len(paths) == 1 and is_class_folder(paths[0]):
        return paths[0]
    _require_downloads(paths, known)
    folder = out / COLLECTED
    with (
        Reader() as reader,
        planned(paths, course_of(known), look=reader.look, roster=roster, layout=layout) as plan,
    ):
        show(show_preview(plan), stderr=True)
        if not plan.content:
            raise CollectError(instructor_collecting.NOTHING_FOUND(paths=", ".join(map(str, paths))))
        write_collection(plan, folder, private=True)
    say_note(instructor_collecting.COLLECTED_FIRST(folder=str(folder)))
    return folder


def _require_downloads(paths: Sequence[Path], known: Catalog) -> None:
    """Raise `CollectError` if a download holds the course, whose solutions no student wrote, or the kit's reports."""
    from grader.collecting import CollectError
    from grader.gradebook.history import BOOK

    for path in paths:
        if known.root.resolve().is_relative_to(path.resolve()):
            raise CollectError(instructor.COURSE_AMONG_SUBMISSIONS(folder=str(path), course=str(known.root)))
        if (path / BOOK).is_file() and (path / "class.json").is_file():
            raise CollectError(instructor_collecting.RESULTS(path=str(path)))


def roster_of(path: Path | None) -> Roster | None:
    """Return the roster in a file, and print what was odd about it. Raises `RosterError` and `TableError`."""
    if path is None:
        return None
    from grader.roster import read_roster

    found = read_roster(path)
    for note in found.notes:
        say_note(note)
    return found


def course_of(known: Catalog) -> KnownCourse:
    """Return what collecting needs to know of a course."""
    from functools import partial

    from grader.collecting import Course as KnownCourse
    from grader.grading.class_files import given

    tasks = {exercise.id: tuple(task.name for task in exercise.tasks) for exercise in known.exercises}
    return KnownCourse(tasks=tasks, given=partial(given, known))
