"""Commands for students: `check` and `hint`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.shared import catalog, console, errors_told, full_id, lanes, say_error

if TYPE_CHECKING:
    from grader.catalog import Catalog
    from grader.records import ExerciseReport


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(check)
    app.command()(hint)


def check(
    which: Annotated[
        str | None, typer.Argument(metavar="[EXERCISE[.TASK]]", help="An exercise (07 will do) or one of its tasks.")
    ] = None,
) -> None:
    """Grade exercises/ in place and explain what fails. Exit code 1 while something does."""
    with errors_told():
        from grader.lanes import Settings, run_lanes
        from grader.pipeline import report_of
        from grader.reports.terminal import exercise_feedback
        from grader.submissions import read_submission

        known = catalog()
        exercise, task = _named(known, which)
        ids = (exercise,) if exercise else tuple(e.id for e in known.exercises)
        paths = {id: _files(known.root / "exercises", id) for id in ids}
        missing = [id for id in ids if not paths[id]]
        if missing:
            say_error(f"Cannot check {missing[0]!r}: exercises/ has neither its .py nor .ipynb. Restore it.")
            raise typer.Exit(2)
        settings = Settings(root=str(known.root), exercises=ids, trusted=True)
        submissions = (read_submission(paths[id], student="you", exercise=id) for id in ids)
        screen = console()
        reports = {}
        with console(stderr=True).status("checking"):
            for graded in run_lanes(settings, submissions, jobs=min(lanes(None), len(ids))):
                reports[graded.submission.exercise] = report_of(known, graded)
        shown = [_only(reports[id], task) for id in ids]
        for report in shown:
            screen.print(exercise_feedback(report))
        if any(report.points < report.max_points for report in shown):
            raise typer.Exit(1)


def hint(
    which: Annotated[str, typer.Argument(metavar="EXERCISE.TASK", help="A task, such as 07.minimize.")],
    tier: Annotated[int, typer.Option("--tier", min=1, max=3, help="1 a nudge, 2 the idea, 3 nearly the line.")] = 1,
) -> None:
    """Give a hint for a task."""
    with errors_told():
        known = catalog()
        exercise, task = _named(known, which)
        if exercise is None or task is None:
            say_error(f"Cannot give a hint for {which!r}: name a task too, such as 07.minimize.")
            raise typer.Exit(2)
        hints = known.get(exercise).task(task).hints
        if len(hints) < tier:
            say_error(f"Cannot give a hint for {which!r}: this release of the exercises holds no hints.")
            raise typer.Exit(2)
        console().print(" ".join(hints[tier - 1].split()))


def _named(known: Catalog, which: str | None) -> tuple[str | None, str | None]:
    if which is None:
        return None, None
    exercise, _, task = which.removesuffix(".py").removesuffix(".ipynb").partition(".")
    id = full_id(known, exercise)
    return id, known.get(id).task(task).name if task else None


def _files(folder: Path, exercise: str) -> tuple[Path, ...]:
    return tuple(path for suffix in (".py", ".ipynb") if (path := folder / f"{exercise}{suffix}").is_file())


def _only(report: ExerciseReport, task: str | None) -> ExerciseReport:
    if task is None:
        return report
    from msgspec.structs import replace

    kept = tuple(t for t in report.tasks if t.name == task)
    return replace(report, tasks=kept, points=sum(t.points for t in kept), max_points=sum(t.max_points for t in kept))
