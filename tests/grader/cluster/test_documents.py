"""The commands of docs/scale.md fit Dask and the kit. They are not run with the other commands: they do not end."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from grader.cli.main import app

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "scale.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
# Reads the arguments of each command as Dask does, and the settings as Dask's names of them.
READING = """
import sys
from importlib import import_module
import dask.config, distributed
for kind, *arguments in (line.split() for line in sys.stdin):
    if kind == "setting":
        assert dask.config.get(arguments[0], "none") != "none", arguments
    else:
        import_module(f"distributed.cli.dask_{kind}").main.make_context(kind, arguments)
print("read")
"""


@pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="distributed is not installed")
@pytest.mark.slow
def test_dask_knows_the_commands_and_settings() -> None:
    """Each option is one of Dask's command, and each variable one of its settings."""
    commands = [line.removeprefix("dask ") for line in LINES if line.startswith("dask ")]
    variables = [re.match(r"export DASK_(\w+)=", line) for line in LINES if line.startswith("export")]
    settings = [f"setting {found[1].lower().replace('__', '.')}" for found in variables if found]
    assert len(commands) == 4 and len(settings) == len(variables) == 9
    words = "\n".join([*commands, *settings])
    done = subprocess.run([sys.executable, "-c", READING], input=words, capture_output=True, text=True, check=False)
    assert done.stdout == "read\n", done.stderr


def test_the_kit_knows_its_own_command() -> None:
    """`grader grade` has the options that the page shows."""
    (line,) = (line for line in LINES if line.startswith("grader "))
    group = typer.main.get_command(app)
    name, *arguments = shlex.split(line)[1:]
    context = group.commands[name].make_context(name, arguments)  # type: ignore[attr-defined]
    assert context.params["cluster"] == "tcp://127.0.0.1:8786"
