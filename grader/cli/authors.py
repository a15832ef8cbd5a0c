"""Commands for authors of exercises and for CI: `build` and `verify`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from grader.cli.shared import (
    Course,
    Device,
    Jobs,
    catalog,
    console,
    one_line_errors,
    say,
    say_error,
    shown,
    tasks_of,
    worker_count,
)
from grader.sentences import Sentence, Template, author

if TYPE_CHECKING:
    from grader.verification import Unearned


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command(help=shown(author.HELP_BUILD))(build)
    app.command(help=shown(author.HELP_VERIFY))(verify)


def build(
    check: Annotated[bool, typer.Option("--check", help=shown(author.HELP_BUILD_CHECK))] = False,
    course: Course = None,
) -> None:
    """Build the derived files: the stubs in exercises/ from solutions/, and the schemas of the reports."""
    with one_line_errors():
        from grader.catalog import build_all, drift
        from grader.reports.schemas import schemas

        known = catalog(course)
        built = {**build_all(known), **schemas(known.root)}
        stale = {path for path, text in built.items() if not path.is_file() or path.read_text(encoding="utf-8") != text}
        stray = [path for path in drift(known) if path not in built]
        for path in stray:
            say_error(author.NO_SOURCE(path=str(path)))
        if check:
            for paths, template in ((sorted(stale), author.STALE), (stray, author.STRAY)):
                if paths:
                    say_error(template(count=len(paths), names=", ".join(path.name for path in paths)))
            if stale or stray:
                raise typer.Exit(1)
            return
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(built[path], encoding="utf-8", newline="\n")
        say(author.BUILT(count=len(built), written=len(stale)))


def verify(
    which: Annotated[
        list[str] | None, typer.Argument(metavar="[EXERCISE[.TASK]]...", help=shown(author.HELP_VERIFY_WHICH))
    ] = None,
    jobs: Jobs = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help=shown(author.HELP_VERIFY_SEEDS))] = 1,
    threads: Annotated[int, typer.Option("--threads", min=1, help=shown(author.HELP_VERIFY_THREADS))] = 1,
    mutants: Annotated[bool, typer.Option("--mutants", help=shown(author.HELP_VERIFY_MUTANTS))] = False,
    every: Annotated[int, typer.Option("--every", min=1, help=shown(author.HELP_VERIFY_EVERY))] = 1,
    flaky: Annotated[int, typer.Option("--flaky", min=0, help=shown(author.HELP_VERIFY_FLAKY))] = 0,
    device: Device = "meta",
    course: Course = None,
) -> None:
    """Check every exercise: its stub, reference, misconceptions, alternatives and checks."""
    if flaky:
        others = (seeds != 1 and "--seeds", threads != 1 and "--threads", mutants and "--mutants")
        _refuse(*others, device != "meta" and "--device", every != 1 and "--every", why=author.NOT_WITH_FLAKY)
        _ask_references(which or [], jobs, flaky, course)
        return
    if mutants:
        _refuse(seeds != 1 and "--seeds", threads != 1 and "--threads", device != "meta" and "--device")
        _mutate(which or [], jobs, every, course)
        return
    _refuse(every != 1 and "--every", why=author.ONLY_WITH_MUTANTS)
    with one_line_errors():
        from grader.verification import verify_all

        known = catalog(course)
        steps = verify_all(
            known,
            tasks_of(known, which or []),
            jobs=worker_count(jobs),
            seeds=[str(n) for n in range(seeds)],
            threads=threads,
            device=device,
        )
        problems = _say_problems(steps.run(), steps.total)
        if problems:
            say_error(author.PROBLEMS(count=problems, total=steps.total))
            raise typer.Exit(1)
        say(author.KEPT(count=steps.total), _unearned(steps.unearned), steps.domains.summary())


def _unearned(measured: Sequence[Unearned]) -> Sentence:
    """Say how many points facts alone earn: of all points, and in the tasks with the largest share."""
    from grader.verification import share_unearned

    worst = sorted((found for found in measured if found.together), key=lambda found: -found.together / found.points)
    named = ", ".join(f"{found.exercise}.{found.task} {found.together / found.points:.0%}" for found in worst[:5])
    share = share_unearned(measured)
    return author.UNEARNED_MOST(share=share, tasks=named) if named else author.UNEARNED(share=share)


def _refuse(*options: str | Literal[False], why: Template = author.NOT_WITH_MUTANTS) -> None:
    """End the command if one of these options was given, because it would have no effect."""
    for option in options:
        if option:
            say_error(why(option=option))
            raise typer.Exit(2)


def _ask_references(which: list[str], jobs: int | None, seeds: int, course: Path | None) -> None:
    """Grade the references alone. The exit code is 1 if one of them fails a check."""
    with one_line_errors():
        from grader.flaky import FlakyRun

        known = catalog(course)
        run = FlakyRun(catalog=known, which=tasks_of(known, which), seeds=range(seeds), jobs=worker_count(jobs))
        problems = _say_problems(run.run(), run.total)
        if problems:
            say_error(author.PROBLEMS(count=problems, total=run.total))
            raise typer.Exit(1)
        say(author.FLAKY_KEPT(count=run.total))


def _say_problems(steps: Iterable[list[Sentence]], total: int) -> int:
    """Print the problems of each step when it is done. Return their number."""
    from rich.progress import track

    problems = 0
    for found in track(steps, total=total, description=shown(author.VERIFYING), console=console(stderr=True)):
        for problem in found:
            problems += 1
            say(author.PROBLEM(problem=problem))
    return problems


def _mutate(which: list[str], jobs: int | None, every: int, course: Path | None) -> None:
    """Grade the mutants of the solutions. The exit code is 1 if one survives that is not known to be equivalent."""
    with one_line_errors():
        from rich.progress import track

        from grader.mutation import mutate_all

        known = catalog(course)
        run = mutate_all(known, tasks_of(known, which), jobs=worker_count(jobs), every=every)
        steps = track(
            run.run(), total=len(run.mutants) + 1, description=shown(author.MUTATING), console=console(stderr=True)
        )
        problems = [problem for found in steps for problem in found]
        for problem in problems:
            say(author.PROBLEM(problem=problem))
        say(
            author.MUTANTS(
                count=len(run.mutants),
                killed=run.killed,
                by_domains=run.killed_by_domains,
                equivalent=run.equivalent,
                survivors=len(run.survivors),
                share=run.share,
            )
        )
        if problems:
            raise typer.Exit(1)
