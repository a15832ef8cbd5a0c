"""A program is a source that runs in the sandbox, and a text that a student reads."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch

from grader.suites.exploration.programs import NAME, Program

PROGRAM = Program(
    task="double_",
    before=("x = torch.ones(2)",),
    after=("with torch.no_grad():\n    result = double_(x)",),
    given=("x",),
    tensors=("x",),
)


def run(program: Program, function: Any) -> tuple[Any, dict[str, Any]]:
    """Run a program here, and return what it returns and what it keeps."""
    names: dict[str, Any] = {"torch": torch}
    exec(program.source, names)
    kept: dict[str, Any] = {}
    return names[NAME](SimpleNamespace(double_=function), kept), kept


def test_the_source_calls_the_submission_and_keeps_the_arguments() -> None:
    """The result is under its name, and the dict has the argument as it is after the call, and its version before."""
    returned, kept = run(PROGRAM, lambda x: x.mul_(2))
    assert returned["result"] is kept["x"]
    assert kept["x"].tolist() == [2.0, 2.0]
    assert kept[""] == [0] and kept["x"]._version == 1


def test_observed_expressions_replace_the_result() -> None:
    """Each expression is under its own text."""
    program = Program(
        task="double_", before=(), after=("result = double_(3)",), observed=("result + 1", "type(result)")
    )
    returned, kept = run(program, lambda x: 2 * x)
    assert returned == {"result + 1": 7, "type(result)": int}
    assert kept == {"": []}


def test_fewer_lines_are_simpler_than_shorter_ones() -> None:
    """The size of a program is first its number of lines, and then its length."""
    two, one = (Program(task="f", before=before, after=("result = f(1)",)) for before in (("x",), ()))
    longer = Program(task="f", before=(), after=("result = f(1000)",))
    assert one.size < longer.size < two.size
    assert PROGRAM.text.splitlines() == ["x = torch.ones(2)", "with torch.no_grad():", "    result = double_(x)"]


def test_sizes_of_0_and_1_come_last_among_equally_long_programs() -> None:
    """They hide what is wrong; numbers that are no shape do not count."""

    def size(call: str) -> tuple[object, ...]:
        return Program(task="f", before=(), after=(f"result = f({call})",)).size

    assert size("(2, 3)") < size("(1, 2)") < size("(0, 2)") < size("(0, 1, 2)")
    assert size("(0, 1)") < size("(0, 2)")
    assert size("0, 1") < size("2, 3")
