"""A solved task that calls an unsolved one is not called "not attempted"."""

from __future__ import annotations

import pytest

from grader.examiner.unsolved import unsolved

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
