"""What every command needs: a console, the catalog, and errors told in one line."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from grader.catalog import Catalog


def console(*, stderr: bool = False) -> Console:
    """Return a console; nothing that is printed through it is read as markup."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


def say_error(message: str) -> None:
    """Tell an error on stderr; control characters in what it quotes are shown, not obeyed."""
    from grader.reports.terminal import plain

    print(f"grader: {plain(message)}", file=sys.stderr)


Device = Annotated[
    str, typer.Option("--device", help="A second device to try functions on: cuda, where this machine has one.")
]


HideExpected = Annotated[
    bool, typer.Option("--hide-expected", help="Hide what hidden checks expected, until grades are final.")
]


@contextmanager
def errors_told() -> Iterator[None]:
    """Turn the kit's own errors into one line and exit code 2."""
    from grader.catalog import CatalogError
    from grader.grading.settings import GradingError
    from grader.integrations.nbgrader import CourseError
    from grader.reports.store import ReportError
    from grader.sandbox import SandboxError
    from grader.submissions import SubmissionsError

    try:
        yield
    except (CatalogError, CourseError, GradingError, ReportError, SandboxError, SubmissionsError) as error:
        say_error(str(error))
        raise typer.Exit(2) from None
    except OSError as error:
        where = f" {error.filename!r}" if error.filename else ""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        cure = "Make room on the disk, and run this again." if full else "Check the path and its permissions."
        say_error(f"Cannot read or write{where}: {error.strerror or error}. {cure}")
        raise typer.Exit(2) from None


CourseOption = Annotated[
    Path | None, typer.Option("--course", help="A clone of the course; the kit's own if left out.", metavar="DIR")
]


def catalog(course: Path | None = None) -> Catalog:
    """Return the catalog of the course that was named, or of the kit that the command belongs to, and say which."""
    from grader.catalog import load_catalog

    known = load_catalog(course)
    say_course(known)
    return known


def say_course(known: Catalog, rest: str = "") -> None:
    """Say on stderr which course is used."""
    count = len(known.exercises)
    print(f"Course: {known.root} ({count} exercise{'s' if count != 1 else ''}){rest}", file=sys.stderr)


def chosen(catalog: Catalog, exercises: Sequence[str]) -> tuple[str, ...]:
    """Return the ids that were asked for, or all; a number such as "07" will do. Raises `CatalogError`."""
    if not exercises:
        return tuple(exercise.id for exercise in catalog.exercises)
    return tuple(dict.fromkeys(catalog.full_id(exercise) for exercise in exercises))


def tasks_of(catalog: Catalog, which: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the tasks that were named, by exercise (none where the whole exercise was), or every exercise."""
    if not which:
        return {exercise.id: () for exercise in catalog.exercises}
    found: dict[str, list[str | None]] = {}
    for exercise, task in (catalog.find(one) for one in which):
        found.setdefault(exercise, []).append(task)
    return {id: () if None in tasks else tuple(task for task in tasks if task) for id, tasks in found.items()}


def relaxed_sandbox(submissions: bool) -> bool:
    """Return whether to grade other people's submissions with fewer layers than they need. Raises `SandboxError`."""
    from grader.sandbox import SandboxError

    if submissions and not sys.platform.startswith("linux"):
        raise SandboxError(
            "Cannot grade other people's submissions on this system, even with --trust-submissions: nothing would "
            "confine them. Use Linux, or a container or virtual machine that runs it."
        )
    return submissions


def worker_count(jobs: int | None) -> int:
    """Return how many workers to use: as asked, or one a core."""
    return max(1, jobs if jobs is not None else len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
