"""What `--help` says fits on a terminal of 80 columns."""

from __future__ import annotations

import re

import click
import pytest
import typer
from typer.testing import CliRunner

from grader.cli import app


@pytest.mark.parametrize("group", [(), ("adjust",), ("nbgrader",)])
def test_the_list_of_commands_reads_without_cuts(group: tuple[str, ...]) -> None:
    """Each command stands on one line, with the whole first sentence of its help."""
    said = CliRunner().invoke(app, [*group, "--help"], env={"COLUMNS": "80"}, terminal_width=80).output
    listed = dict(re.findall(r"^  (\S+) +(.+)$", said.partition("\nCommands:\n")[2], re.MULTILINE))
    command = typer.main.get_command(app)
    for name in group:
        command = command.commands[name]  # type: ignore[attr-defined]
    assert listed.keys() == command.commands.keys()  # type: ignore[attr-defined]
    for name, line in listed.items():
        whole = command.commands[name].help  # type: ignore[attr-defined]
        assert line == re.match(r".*?\.(?=\s|$)", whole.replace("\n", " "))[0], name


def test_help_says_what_each_argument_is() -> None:
    """Every argument of every command has a text beside its name, whichever click is installed."""
    top = typer.main.get_command(app)
    context = click.Context(top, info_name="grader")
    groups = [top, *(command for command in top.commands.values() if hasattr(command, "commands"))]  # type: ignore[attr-defined]
    commands = [command for group in groups for command in group.commands.values() if not hasattr(command, "commands")]
    records = {
        f"{command.name} {param.name}": param.get_help_record(context)
        for command in commands
        for param in command.params
        if param.param_type_name == "argument"
    }
    assert len(records) > 20
    silent = [name for name, record in records.items() if not (record and record[1].split("[")[0].strip())]
    assert silent == [], "the installed click is one that constraints.txt does not allow"
