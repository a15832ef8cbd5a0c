"""The `grader` command and what its subcommands share: the catalog, errors, the console."""

from __future__ import annotations

import sys
from typing import Annotated

import click
import typer

from grader.cli import (
    adjusting,
    authors,
    collecting,
    exporting,
    instructors,
    nbgrader,
    packaging,
    releases,
    screens,
    similar,
    starting,
    students,
)
from grader.cli.shared import say, say_error, shown
from grader.installation import version_of_kit
from grader.sentences import learner_commands

app = typer.Typer(
    help=shown(learner_commands.HELP),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    suggest_commands=not hasattr(click, "NoSuchCommand"),  # from 8.4 on, click itself suggests the name
)


def _show_version(asked: bool) -> None:
    if asked:
        say(version_of_kit())
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help=shown(learner_commands.HELP_VERSION)),
    ] = False,
) -> None: ...


_ROOMS = (starting, students, collecting, instructors, adjusting, exporting, similar, nbgrader, releases, packaging)
for room in (*_ROOMS, authors):
    room.register(app)


def main() -> None:
    """Run the command. Errors of the kit become one line on stderr and exit code 2."""
    screens.prepare()
    try:
        app()
    except KeyboardInterrupt:
        say_error(learner_commands.INTERRUPTED())
        sys.exit(130)
