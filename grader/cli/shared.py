"""What every command needs: a console, the catalog, and errors in one line."""

from __future__ import annotations

import errno
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.sentences import Sentence, Template, instructor, instructor_gradebook, learner_commands
from grader.sentences.languages import render

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from grader.catalog import Catalog


def console(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is, without markup."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


def show(shown: RenderableType, *, stderr: bool = False) -> None:
    """Print on stdout or stderr what rich renders. If that is no terminal, no line ends in spaces."""
    screen = console(stderr=stderr)
    if screen.is_terminal:
        screen.print(shown)
        return
    with screen.capture() as captured:
        screen.print(shown)
    for line in captured.get().splitlines():
        print(line.rstrip(), file=sys.stderr if stderr else sys.stdout)


def say(*sentences: Sentence) -> None:
    """Print each sentence on a line of its own, on stdout."""
    screen = console()
    for sentence in sentences:
        screen.print(render(sentence), soft_wrap=True)


def say_error(sentence: Sentence) -> None:
    """Print an error on stderr. Control characters in quoted text are made visible."""
    from grader.reports.terminal import plain

    print(plain(render(learner_commands.ERROR(problem=sentence))), file=sys.stderr)


def say_note(sentence: Sentence) -> None:
    """Print a note on stderr, beside what a command prints."""
    from grader.reports.terminal import plain

    print(plain(sentence), file=sys.stderr)


def shown(template: Template) -> str:
    """Return the text of a template without parameters, such as what `--help` says."""
    return render(template())


def quoted(path: Path) -> str:
    """Return a path as it is written in this system's terminal."""
    return subprocess.list2cmdline([str(path)]) if os.name == "nt" else shlex.quote(str(path))


def number(text: str | float) -> float:
    """Return the number that somebody typed. Raises `typer.BadParameter`, which says how numbers are written."""
    try:
        return float(text)
    except ValueError:
        pass
    with_point = str(text).replace(",", ".")
    try:
        float(with_point)
    except ValueError:
        raise typer.BadParameter(render(learner_commands.NO_NUMBER(text=str(text)))) from None
    raise typer.BadParameter(render(learner_commands.DECIMAL_COMMA(text=str(text), number=with_point)))


Course = Annotated[Path | None, typer.Option("--course", help=shown(learner_commands.HELP_COURSE), metavar="DIR")]
Device = Annotated[str, typer.Option("--device", help=shown(learner_commands.HELP_DEVICE))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=shown(instructor_gradebook.HELP_DRY_RUN))]
HideExpected = Annotated[bool, typer.Option("--hide-expected", help=shown(instructor.HELP_HIDE_EXPECTED))]
WholeTasks = Annotated[bool, typer.Option("--whole-tasks", help=shown(instructor.HELP_WHOLE_TASKS))]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help=shown(instructor.HELP_JOBS))]
TrustSubmissions = Annotated[bool, typer.Option("--trust-submissions", help=shown(instructor.HELP_TRUST))]


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn the kit's own errors into one line and exit code 2."""
    from grader.errors import KitError

    try:
        yield
    except KitError as error:
        say_error(error.sentence)
        raise typer.Exit(2) from None
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        cause = error.strerror or str(error)
        if error.filename:
            say_error(
                (learner_commands.DISK_FULL if full else learner_commands.ACCESS)(path=str(error.filename), error=cause)
            )
        else:
            say_error(
                (learner_commands.DISK_FULL_SOMEWHERE if full else learner_commands.ACCESS_SOMEWHERE)(error=cause)
            )
        raise typer.Exit(2) from None


def catalog(course: Path | None = None) -> Catalog:
    """Return the catalog of the given course, or of the kit's own course, and print which one it is."""
    from grader.catalog import load_catalog

    known = load_catalog(course)
    say_course(known)
    return known


def say_course(known: Catalog) -> None:
    """Print on stderr which course is used."""
    print(render(learner_commands.COURSE(root=str(known.root), count=len(known.exercises))), file=sys.stderr)


def say_work(known: Catalog, work: Path, *, here: bool) -> None:
    """Print on stderr which files are graded, and which course is used if it is not the installed one.

    `here` says whether the files are in the current folder or the current folder is in theirs.
    """
    if not known.is_installed:
        say_course(known)
    print(render((learner_commands.WORK if here else learner_commands.WORK_ELSEWHERE)(work=str(work))), file=sys.stderr)


def exercise_ids(catalog: Catalog, exercises: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the given exercises, or of all. A number such as "07" is enough. Raises `CatalogError`."""
    if not exercises:
        return tuple(exercise.id for exercise in catalog.exercises)
    return tuple(dict.fromkeys(catalog.full_id(exercise) for exercise in exercises))


def tasks_of(catalog: Catalog, which: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the given tasks by exercise. A whole exercise has no tasks in the result.

    Without any, return every exercise.
    """
    if not which:
        return {exercise.id: () for exercise in catalog.exercises}
    found: dict[str, list[str | None]] = {}
    for exercise, task in (catalog.find(one) for one in which):
        found.setdefault(exercise, []).append(task)
    return {id: () if None in tasks else tuple(task for task in tasks if task) for id, tasks in found.items()}


def relaxed_sandbox(trust_submissions: bool) -> bool:
    """Return whether submissions of others are graded with fewer layers than they need.

    Raises `SandboxError` where nothing can confine them.
    """
    from grader.sandbox import SandboxError, backend

    if backend() == "portable":
        raise SandboxError(instructor.ONLY_ON_LINUX())
    return trust_submissions


def worker_count(jobs: int | None) -> int:
    """Return the number of workers: `jobs`, or one for each core."""
    return max(1, jobs if jobs is not None else len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
