"""Commands for nbgrader courses: `grader nbgrader autograde`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import screens
from grader.cli.shared import HideExpected, console, errors_told, relaxed_sandbox, say_course, say_error, worker_count

if TYPE_CHECKING:
    from grader.integrations.nbgrader.autograde import Outcome

_NAMED = 5  # students in one line
_PATIENCE = 3.0  # seconds until one is told why nothing is graded
_MISSING = "{} is not installed. Install what is needed: pip install 'torch-exercise-kit[nbgrader]'."


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(help="Grade nbgrader's courses with the kit.", no_args_is_help=True, rich_markup_mode=None)
    group.command()(autograde)
    group.callback()(lambda: None)  # else the one command would stand for the group
    app.add_typer(group, name="nbgrader")


def autograde(
    assignment: Annotated[str, typer.Argument(help="The assignment, as nbgrader calls it.", metavar="ASSIGNMENT")],
    course: Annotated[
        Path | None, typer.Option("--course", help="The course's folder; the current one if left out.", metavar="DIR")
    ] = None,
    student: Annotated[str, typer.Option("--student", help="Only students whose names match.", metavar="GLOB")] = "*",
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="How many to grade side by side; one per core if left out.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay ready, and grade what is handed in as it comes, until Ctrl-C.")
    ] = False,
    hide_expected: HideExpected = False,
    trust_submissions: Annotated[
        bool, typer.Option("--trust-submissions", help="Grade even where the sandbox lacks layers it should have.")
    ] = False,
) -> None:
    """Grade submitted/ in the sandbox; write autograded/ and the gradebook, as `nbgrader autograde` would.

    What has been graded and has not changed since is left alone. Exit code 1 if a student could not be graded.
    """
    with errors_told():
        from grader.catalog import load_catalog
        from grader.cli.progress import grading_progress
        from grader.grading.pool import WorkerPool
        from grader.integrations.nbgrader import Course, CourseError, read_course, require_own
        from grader.submissions import Reader

        # What jsonschema would check internationalised addresses with, which no notebook's schema asks for, and which
        # takes a second to import.
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
        try:
            from grader.integrations.nbgrader.autograde import autograde as grade

            if watch:
                from grader.integrations.nbgrader.watch import watch as keep_watching
        except ModuleNotFoundError as error:
            raise CourseError(f"Cannot grade an nbgrader course: {_MISSING.format(error.name)}") from error
        folder = (course or Path.cwd()).resolve()
        if course is None:
            require_own(folder)
        told: set[Path] = set()
        with Reader() as reader, WorkerPool(worker_count(jobs)) as kept:

            def once() -> Outcome:
                known = read_course(folder) or Course()
                catalog = load_catalog(Path(known.catalog) if known.catalog else None)
                if catalog.root not in told:
                    say_course(catalog)
                    told.add(catalog.root)
                with grading_progress(console(stderr=True)) as progress:
                    return grade(
                        catalog,
                        folder,
                        assignment,
                        seed=known.seed,
                        student=student,
                        reader=reader,
                        workers=kept,
                        warm=watch,
                        relaxed_sandbox=relaxed_sandbox(trust_submissions),
                        hide_expected=hide_expected,
                        progress=progress,
                    )

            if watch:
                try:
                    keep_watching(folder, assignment, _Rounds(assignment, once))
                except KeyboardInterrupt:
                    _tell("Ended. What is graded is kept, and the next run does the rest.")
            else:
                outcome = once()
                _tell(f"{len(outcome.graded)} graded, {len(outcome.unchanged)} unchanged.", *outcome.notes)
                for problem in outcome.problems:
                    say_error(problem)
                if outcome.problems:
                    raise typer.Exit(1)


class _Rounds:
    """Grades again and again, and tells what is new. What stops the first grading stops it all."""

    def __init__(self, assignment: str, grade: Callable[[], Outcome]) -> None:
        self._assignment = assignment
        self._grade = grade
        self._ready = False
        self._told: set[str] = set()  # by the grading before
        self._failing: float | None = None  # since when

    def __call__(self) -> bool:
        """Grade, and say whether that could be done."""
        from grader.integrations.nbgrader import CourseError, NothingSubmitted
        from grader.reports.terminal import plain

        try:
            outcome = self._grade()
            self._tell_of(outcome.notes, outcome.problems)
            if outcome.graded:
                names = ", ".join(map(plain, outcome.graded[:_NAMED]))
                names += ", …" if len(outcome.graded) > _NAMED else ""
                _tell(f"{time.strftime('%H:%M:%S')}  {len(outcome.graded)} graded: {names}")
        except NothingSubmitted:
            self._tell_of()
        except CourseError as error:
            if not self._ready:
                raise
            self._failing = self._failing or time.monotonic()
            if time.monotonic() - self._failing > _PATIENCE:
                self._tell_of(problems=(f"{error} It is tried again until that works.",))
            return False
        self._failing = None
        if screens.nobody_reads():
            raise typer.Exit()
        if not self._ready:
            self._ready = True
            _tell(f"Ready: what is handed in for {self._assignment} is graded as it comes. Press Ctrl-C to end.")
        return True

    def _tell_of(self, notes: Sequence[str] = (), problems: Sequence[str] = ()) -> None:
        for problem in problems:
            if problem not in self._told:
                say_error(problem)
        _tell(*(note for note in notes if note not in self._told))
        self._told = {*notes, *problems}


def _tell(*lines: str) -> None:
    for line in lines:
        console().print(line, soft_wrap=True)
