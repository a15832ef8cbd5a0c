"""Commands for students: `check`, `hint` and `status`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.shared import (
    Course,
    Device,
    catalog,
    console,
    one_line_errors,
    say_course,
    say_error,
    shown,
    worker_count,
)
from grader.sentences import learner_commands
from grader.sentences.languages import render

if TYPE_CHECKING:
    from grader.catalog import Catalog
    from grader.records import ExerciseReport


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command(help=shown(learner_commands.HELP_CHECK))(check)
    app.command(help=shown(learner_commands.HELP_HINT))(hint)
    app.command(help=shown(learner_commands.HELP_STATUS))(status)


def check(
    which: Annotated[
        str | None,
        typer.Argument(metavar="[EXERCISE[.TASK]|FILE]", help=shown(learner_commands.HELP_CHECK_WHICH)),
    ] = None,
    device: Device = "meta",
    course: Course = None,
) -> None:
    """Grade exercises/ and explain the checks that fail. The exit code is 1 if one fails."""
    with one_line_errors():
        from grader.reports.terminal import exercise_feedback

        known, work = _work(course)
        file = Path(which) if which and Path(which).is_file() else None
        place = file or work / "exercises"
        exercise, task = known.find(which if file is None else file.name) if which else (None, None)
        ids = (exercise,) if exercise else tuple(e.id for e in known.held_in(work).exercises)
        missing = [id for id in ids if not known.own_files(id, place)]
        if missing:
            say_error(learner_commands.NO_OWN_FILE(exercise=missing[0], place=str(place)))
            raise typer.Exit(2)
        reports = _graded(known, ids, work, place, (task,) if task else (), device)
        screen = console()
        for id in ids:
            screen.print(exercise_feedback(reports[id]))
        if any(report.points < report.max_points for report in reports.values()):
            raise typer.Exit(1)


def status(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help=shown(learner_commands.HELP_STATUS_FOLDER))
    ] = None,
    course: Course = None,
) -> None:
    """Show the map: the exercises, what each needs, what is done, and what comes next."""
    with one_line_errors():
        from grader.reports.status import course_map

        known, work = _work(course)
        held = known.held_in(work)
        ids = tuple(e.id for e in held.exercises)
        console().print(course_map(held, _graded(known, ids, work, folder or work / "exercises")))


def _work(course: Path | None) -> tuple[Catalog, Path]:
    """Return the course, and the folder whose exercises/ the user works in. Print both."""
    from grader.catalog import load_catalog

    known = load_catalog(course)
    work = known.work_folder(Path.cwd())
    say_course(known, None if work == known.root else work / "exercises")
    return known, work


def _graded(
    known: Catalog,
    ids: tuple[str, ...],
    work: Path,
    place: Path,
    tasks: tuple[str, ...] = (),
    device: str = "meta",
) -> dict[str, ExerciseReport]:
    from grader.grading.pipeline import grade_own
    from grader.grading.settings import Settings

    settings = Settings(root=str(known.root), exercises=ids, relaxed_sandbox=True, device=device)
    with console(stderr=True).status(shown(learner_commands.CHECKING)) as screen:
        reports = {}
        for report in grade_own(
            known, ids, place=place, tasks=tasks, settings=settings, kept=work / ".grader", jobs=worker_count(None)
        ):
            reports[report.id] = report
            screen.update(render(learner_commands.CHECKING_SOME(done=len(reports), total=len(ids))))
    return reports


def hint(
    which: Annotated[str, typer.Argument(metavar="EXERCISE.TASK", help=shown(learner_commands.HELP_HINT_WHICH))],
    tier: Annotated[int, typer.Option("--tier", min=1, max=3, help=shown(learner_commands.HELP_HINT_TIER))] = 1,
    course: Course = None,
) -> None:
    """Give a hint for a task."""
    with one_line_errors():
        console().print(catalog(course).hint(which, tier))
