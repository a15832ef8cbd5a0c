"""Commands for nbgrader courses: `grader nbgrader autograde`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.shared import console, errors_told, lanes, say_error

_MISSING = "nbgrader is not installed. Install it: pip install 'torch-exercise-kit[nbgrader]'."


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(help="Grade nbgrader's courses with the kit.", no_args_is_help=True, rich_markup_mode=None)
    group.command()(autograde)
    group.callback()(lambda: None)  # else the one command would stand for the group
    app.add_typer(group, name="nbgrader")


def autograde(
    assignment: Annotated[str, typer.Argument(help="The assignment, as nbgrader calls it.", metavar="ASSIGNMENT")],
    course: Annotated[Path, typer.Option("--course", help="The course's folder.", metavar="DIR")] = Path("."),
    student: Annotated[str, typer.Option("--student", help="Only students whose names match.", metavar="GLOB")] = "*",
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="How many lanes; one a core if left out.")] = None,
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
        from grader.integrations.nbgrader import Course, CourseError, find_course

        # What jsonschema would check internationalised addresses with, which no notebook's schema asks for, and which
        # takes a second to import.
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
        try:
            from grader.integrations.nbgrader.autograde import autograde as grade
        except ModuleNotFoundError as error:
            raise CourseError(f"Cannot grade an nbgrader course: {_MISSING}") from error
        course = course.resolve()
        known = find_course(course) or Course()
        catalog = load_catalog(Path(known.catalog) if known.catalog else None)
        with grading_progress(console(stderr=True)) as progress:
            outcome = grade(
                catalog,
                course,
                assignment,
                seed=known.seed,
                student=student,
                jobs=lanes(jobs),
                trusted=trust_submissions,
                progress=progress,
            )
        console().print(f"{len(outcome.graded)} graded, {len(outcome.unchanged)} unchanged.", soft_wrap=True)
        for note in outcome.notes:
            console().print(note, soft_wrap=True)
        for problem in outcome.problems:
            say_error(problem)
        if outcome.problems:
            raise typer.Exit(1)
