"""Commands for authors of exercises and for CI: `build` and `verify`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from grader.cli.shared import CourseOption, Device, catalog, console, errors_told, say_error, tasks_of, worker_count

if TYPE_CHECKING:
    from grader.verification import Unearned


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(build)
    app.command()(verify)


def build(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if something differs.")] = False,
    course: CourseOption = None,
) -> None:
    """Build what is derived: the stubs in exercises/ from solutions/, and the schemas of the reports."""
    with errors_told():
        from grader.catalog import build_all, drift
        from grader.reports.schemas import schemas

        known = catalog(course)
        built = {**build_all(known), **schemas(known.root)}
        stale = {path for path, text in built.items() if not path.is_file() or path.read_text(encoding="utf-8") != text}
        stray = [path for path in drift(known) if path not in built]
        for path in stray:
            say_error(f"{path} has no source in solutions/. Remove it, or write its source.")
        if check and (stale or stray):
            names = ", ".join(sorted(path.name for path in stale) or [path.name for path in stray])
            say_error(f"Cannot accept this clone: {names} differ from what is built. Run `grader build`.")
            raise typer.Exit(1)
        if check:
            return
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(built[path], encoding="utf-8")
        console().print(f"{len(built)} files, {len(stale)} written.")


def verify(
    which: Annotated[
        list[str] | None, typer.Argument(metavar="[EXERCISE[.TASK]]...", help="What to verify; all if left out.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="How many to grade side by side; one per core if left out.")
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="How many course seeds to grade everything with.")] = 1,
    threads: Annotated[int, typer.Option("--threads", min=1, help="How many threads candidates compute with.")] = 1,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Put errors into the solutions: checks must fail.")
    ] = False,
    every: Annotated[int, typer.Option("--every", min=1, help="Take only one mutant in this many.")] = 1,
    device: Device = "meta",
    course: CourseOption = None,
) -> None:
    """Hold every exercise to its promises: stubs, references, misconceptions, alternatives, checks."""
    if mutants:
        _refuse(seeds != 1 and "--seeds", threads != 1 and "--threads", device != "meta" and "--device")
        _mutate(which or [], jobs, every, course)
        return
    _refuse(every != 1 and "--every", why="needs --mutants")
    with errors_told():
        from rich.progress import track

        from grader.verification import verify_all

        known = catalog(course)
        screen = console()
        problems = 0
        steps = verify_all(
            known,
            tasks_of(known, which or []),
            jobs=worker_count(jobs),
            seeds=[str(n) for n in range(seeds)],
            threads=threads,
            device=device,
        )
        for found in track(steps.run(), total=steps.total, description="verifying", console=console(stderr=True)):
            for problem in found:
                problems += 1
                screen.print(f"✗ {problem}", soft_wrap=True)
        if problems:
            say_error(f"{problems} problems in {steps.total} implementations.")
            raise typer.Exit(1)
        kept = f"{steps.total} implementations graded, every promise kept. {_unearned(steps.unearned)}"
        screen.print(kept, soft_wrap=True)


def _unearned(measured: Sequence[Unearned]) -> str:
    """Say what facts alone win: of all points, and of the tasks where it is most."""
    from grader.verification import share_unearned

    worst = sorted((found for found in measured if found.together), key=lambda found: -found.together / found.points)
    named = ", ".join(f"{found.exercise}.{found.task} {found.together / found.points:.0%}" for found in worst[:5])
    return f"Facts alone win {share_unearned(measured):.1%} of the points" + (f", most in {named}." if named else ".")


def _refuse(*options: str | Literal[False], why: str = "does not go with --mutants") -> None:
    """End the command if one of these options was given: it would have no effect."""
    for option in filter(None, options):
        say_error(f"Cannot verify: {option} {why}.")
        raise typer.Exit(2)


def _mutate(which: list[str], jobs: int | None, every: int, course: Path | None) -> None:
    """Grade the solutions' mutants; exit code 1 when one survives that is not known to be equivalent."""
    with errors_told():
        from rich.progress import track

        from grader.mutation import mutate_all

        known = catalog(course)
        screen = console()
        run = mutate_all(known, tasks_of(known, which), jobs=worker_count(jobs), every=every)
        steps = track(run.run(), total=len(run.mutants) + 1, description="mutants", console=console(stderr=True))
        problems = [problem for found in steps for problem in found]
        for problem in problems:
            screen.print(f"✗ {problem}", soft_wrap=True)
        screen.print(
            f"{len(run.mutants)} mutants: {run.killed} killed, {run.equivalent} equivalent, "
            f"{len(run.survivors)} survive ({run.share:.1%} of those that are not equivalent are killed).",
            soft_wrap=True,
        )
        if problems:
            raise typer.Exit(1)
