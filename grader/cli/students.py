"""Commands for students: `check` and `hint`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.shared import catalog, console, errors_told, lanes, named, say_error


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
        from msgspec.structs import replace

        from grader.lanes import Settings, run_lanes
        from grader.pipeline import report_of
        from grader.reports.terminal import exercise_feedback
        from grader.submissions import read_submission

        known = catalog()
        exercise, task = named(known, which) if which else (None, None)
        ids = (exercise,) if exercise else tuple(e.id for e in known.exercises)
        paths = {id: _files(known.root / "exercises", id) for id in ids}
        missing = [id for id in ids if not paths[id]]
        if missing:
            say_error(f"Cannot check {missing[0]!r}: exercises/ has neither its .py nor .ipynb. Restore it.")
            raise typer.Exit(2)
        settings = Settings(root=str(known.root), exercises=ids, trusted=True)
        tasks = (task,) if task else ()
        submissions = (replace(read_submission(paths[id], student="you", exercise=id), tasks=tasks) for id in ids)
        screen = console()
        reports = {}
        with console(stderr=True).status("checking"):
            for graded in run_lanes(settings, submissions, jobs=min(lanes(None), len(ids))):
                reports[graded.submission.exercise] = report_of(known, graded)
        shown = [reports[id] for id in ids]
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
        exercise, task = named(known, which)
        if task is None:
            say_error(f"Cannot give a hint for {which!r}: name a task too, such as 07.minimize.")
            raise typer.Exit(2)
        hints = known.get(exercise).task(task).hints
        if len(hints) < tier:
            say_error(f"Cannot give a hint for {which!r}: this release of the exercises holds no hints.")
            raise typer.Exit(2)
        console().print(" ".join(hints[tier - 1].split()))


def _files(folder: Path, exercise: str) -> tuple[Path, ...]:
    return tuple(path for suffix in (".py", ".ipynb") if (path := folder / f"{exercise}{suffix}").is_file())
