"""Commands for nbgrader courses: `grader nbgrader autograde`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import screens
from grader.cli.shared import (
    HideExpected,
    Jobs,
    TrustSubmissions,
    console,
    one_line_errors,
    relaxed_sandbox,
    say,
    say_course,
    say_error,
    shown,
    worker_count,
)
from grader.sentences import Sentence, instructor

if TYPE_CHECKING:
    from grader.integrations.nbgrader.autograde import Outcome

_NAMED = 5  # students in one line
_PATIENCE = 3.0  # seconds until the command says why nothing is graded


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(help=shown(instructor.HELP_NBGRADER), no_args_is_help=True, rich_markup_mode=None)
    group.command(help=shown(instructor.HELP_AUTOGRADE))(autograde)
    group.callback()(lambda: None)  # without it, the only command would replace the group
    app.add_typer(group, name="nbgrader")


def autograde(
    assignment: Annotated[str, typer.Argument(help=shown(instructor.HELP_AUTOGRADE_ASSIGNMENT), metavar="ASSIGNMENT")],
    course: Annotated[
        Path | None, typer.Option("--course", help=shown(instructor.HELP_AUTOGRADE_COURSE), metavar="DIR")
    ] = None,
    student: Annotated[
        str, typer.Option("--student", help=shown(instructor.HELP_AUTOGRADE_STUDENT), metavar="GLOB")
    ] = "*",
    jobs: Jobs = None,
    watch: Annotated[bool, typer.Option("--watch", help=shown(instructor.HELP_AUTOGRADE_WATCH))] = False,
    hide_expected: HideExpected = False,
    trust_submissions: TrustSubmissions = False,
) -> None:
    """Grade submitted/ in the sandbox. Write autograded/ and the gradebook, as `nbgrader autograde` does.

    Submissions that have not changed since they were graded are skipped. The exit code is 1 if a student could not be
    graded.
    """
    with one_line_errors():
        from grader.catalog import load_catalog
        from grader.cli.progress import grading_progress
        from grader.grading.pool import WorkerPool
        from grader.integrations.nbgrader import Course, CourseError, read_course, require_own
        from grader.integrations.nbgrader.light_import import without_address_grammar
        from grader.submissions import Reader

        try:
            with without_address_grammar():
                from grader.integrations.nbgrader.autograde import autograde as grade

                if watch:
                    from grader.integrations.nbgrader.watch import watch as keep_watching
        except ModuleNotFoundError as error:
            raise CourseError(instructor.NOT_INSTALLED(module=str(error.name))) from error
        folder = (course or Path.cwd()).resolve()
        if course is None:
            require_own(folder)
        announced: set[Path] = set()
        with Reader() as reader, WorkerPool(worker_count(jobs)) as kept:

            def once() -> Outcome:
                known = read_course(folder) or Course()
                catalog = load_catalog(Path(known.catalog) if known.catalog else None)
                if catalog.root not in announced:
                    say_course(catalog)
                    announced.add(catalog.root)
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
                        whole_tasks=known.whole_tasks,
                        progress=progress,
                    )

            if watch:
                try:
                    keep_watching(folder, assignment, _Rounds(assignment, once))
                except KeyboardInterrupt:
                    say(instructor.WATCH_ENDED())
            else:
                outcome = once()
                count = instructor.OUTCOME(graded=len(outcome.graded), unchanged=len(outcome.unchanged))
                say(count, *outcome.notes)
                for problem in outcome.problems:
                    say_error(problem)
                if outcome.problems:
                    raise typer.Exit(1)


class _Rounds:
    """Grades again and again, and prints what is new. An error in the first round ends the command."""

    def __init__(self, assignment: str, grade: Callable[[], Outcome]) -> None:
        self._assignment = assignment
        self._grade = grade
        self._ready = False
        self._said_before: set[str] = set()  # in the round before
        self._failing: float | None = None  # the time of the first failure in a row

    def __call__(self) -> bool:
        """Grade once, and say whether that was possible."""
        from grader.integrations.nbgrader import CourseError, NothingSubmitted
        from grader.reports.terminal import plain

        try:
            outcome = self._grade()
            self._tell_of(outcome.notes, outcome.problems)
            if outcome.graded:
                names = ", ".join(map(plain, outcome.graded[:_NAMED]))
                names += ", …" if len(outcome.graded) > _NAMED else ""
                say(instructor.ROUND(time=time.strftime("%H:%M:%S"), count=len(outcome.graded), names=names))
        except NothingSubmitted:
            self._tell_of()
        except CourseError as error:
            if not self._ready:
                raise
            self._failing = self._failing or time.monotonic()
            if time.monotonic() - self._failing > _PATIENCE:
                self._tell_of(problems=(instructor.TRIED_AGAIN(problem=error.sentence),))
            return False
        self._failing = None
        if screens.nobody_reads():
            raise typer.Exit()
        if not self._ready:
            self._ready = True
            say(instructor.READY(assignment=self._assignment))
        return True

    def _tell_of(self, notes: Sequence[Sentence] = (), problems: Sequence[Sentence] = ()) -> None:
        for problem in problems:
            if str(problem) not in self._said_before:
                say_error(problem)
        say(*(note for note in notes if str(note) not in self._said_before))
        self._said_before = {str(sentence) for sentence in (*notes, *problems)}
