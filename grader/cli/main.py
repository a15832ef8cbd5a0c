"""The `grader` command and what its subcommands share: the catalog, errors, the console."""

from __future__ import annotations

import sys

import typer

from grader.cli import authors, instructors, nbgrader, releases, screens, students
from grader.cli.shared import say_error, shown
from grader.sentences import learner_commands

app = typer.Typer(
    help=shown(learner_commands.HELP),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for room in (students, instructors, nbgrader, releases, authors):
    room.register(app)


def main() -> None:
    """Run the command. Errors of the kit become one line on stderr and exit code 2."""
    screens.prepare()
    try:
        app()
    except KeyboardInterrupt:
        say_error(learner_commands.INTERRUPTED())
        sys.exit(130)
