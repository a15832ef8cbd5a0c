"""Commands that begin a student's work: `grader start`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.shared import Course, one_line_errors, say, say_error, say_note, shown
from grader.sentences import learner_commands

_NAMED = 3  # files in one sentence


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command(help=shown(learner_commands.HELP_START))(start)


def start(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=shown(learner_commands.HELP_START_FOLDER))],
    course: Course = None,
) -> None:
    """Make a folder with all exercises: stubs, notebooks, public checks and hints. Files that are there stay."""
    with one_line_errors():
        from grader.catalog import load_catalog, student_folder
        from grader.datasets import DatasetError, offer_california_housing
        from grader.files import lay_down
        from grader.installation import installed_version, problem_here

        problem = problem_here()
        if problem is not None:
            say_note(problem)
        if folder.exists() and not folder.is_dir():
            say_error(learner_commands.START_NO_FOLDER(folder=str(folder)))
            raise typer.Exit(2)
        known = load_catalog(course)
        ids = [exercise.id for exercise in known.exercises]
        kept = lay_down(folder, student_folder(known, ids, version=installed_version()))
        say(learner_commands.STARTED(count=len(ids), folder=str(folder)))
        if kept:
            names = ", ".join(kept[:_NAMED]) + (", …" if len(kept) > _NAMED else "")
            say(learner_commands.START_KEPT(count=len(kept), names=names))
        try:
            offer_california_housing()
        except DatasetError as error:
            say_note(error.sentence)
        here = os.path.abspath(folder) == os.getcwd()
        say(learner_commands.START_NEXT_HERE() if here else learner_commands.START_NEXT(folder=str(folder)))
