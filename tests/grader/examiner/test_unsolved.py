"""A solved task that calls an unsolved one is not called "not attempted"."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.examiner.unsolved import unsolved
from grader.records import ExerciseReport

LayDown = Callable[..., Path]
Examine = Callable[..., list[ExerciseReport]]

SOURCE = """\
def first(x):
    raise NotImplementedError


def second(x):
    return first(x) + 1


class Third:
    def forward(self, x):
        raise NotImplementedError("later")
"""


@pytest.mark.parametrize(
    ("task", "line", "found"),
    [
        ("second", 2, "first"),
        ("second", 11, "Third"),
        ("first", 2, None),
        ("Third", 2, None),
        ("second", 7, None),
        ("second", None, None),
        ("missing", 2, None),
    ],
)
def test_the_stub_that_raised_is_named(task: str, line: int | None, found: str | None) -> None:
    """The definition around the line is named, unless it is the task itself or the task is a stub too."""
    assert unsolved(SOURCE, task, line) == found


def test_what_is_not_python_names_nothing() -> None:
    """In a source that does not parse, nothing is named."""
    assert unsolved("def (", "second", 1) is None


SUITE = '''
@check("double", points=4)
def test_values(candidate, draw):
    """Every number is doubled."""
    x = draw.tensor(3, low=3.0, high=9.0)
    candidate.double(x).result.values(2 * x)


@check("relu", points=2)
def test_relu(candidate, draw):
    """What is negative becomes 0."""
    x = draw.tensor(8)
    candidate.relu(x).result.values(x.clamp(min=0))
'''


@pytest.mark.sandbox
def test_a_task_that_calls_a_stub_is_not_called_untouched(lay_down: LayDown, examine: Examine) -> None:
    """Written code that calls another task's stub ends as an error that names that task; the stub is not attempted."""
    (report,) = examine(
        lay_down(SUITE),
        "def relu(x):\n    raise NotImplementedError\n\n\ndef double(x):\n    return relu(x) * 2\n",
    )
    (double,), (relu,) = (task.checks for task in report.tasks)
    assert (double.status, relu.status, report.points) == ("error", "not_attempted", 0)
    assert (
        str(double.feedback)
        == "double calls relu, which is not written yet.\nNext: solve relu first, then check this task again."
    )
