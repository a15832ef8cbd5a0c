"""Junk is Python that anybody could hand in and that solves nothing."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from grader.catalog import Task
from grader.forgery import junk

TASKS = (Task(name="scale", points=1.0, parameters=("x", "by")), Task(name="Line", points=1.0))
SOLUTION = """\
import torch
from torch import nn


def scale(x, by):
    if by < 0:
        raise ValueError("negative")
    x.add_(0)
    return {"x": x * by, "sizes": [len(x), 1.5], "it": x}


class Line(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(2.0))

    def forward(self, x):
        return self.weight * x


def save(x) -> None:
    raise AssertionError("what it does would be right")
"""


def made(name: str, *tasks: Task) -> dict[str, Any]:
    """Run a junk implementation and return what it defines."""
    known: dict[str, Any] = {}
    exec(compile(junk.junk(name, tasks or TASKS, SOLUTION), "junk.py", "exec"), known)
    return known


@pytest.mark.parametrize("name", junk.JUNK)
def test_every_task_is_defined(name: str) -> None:
    """Junk defines every function and class, with other values than the solution's."""
    known = made(name)
    x = torch.tensor([1.5, 4.0])
    try:
        found = known["scale"](x.clone(), 3.0)
    except (ValueError, TypeError, RuntimeError) as error:
        assert name == f"raises {type(error).__name__}"
        return
    expected = {"x": x * 3, "sizes": [2, 1.5], "it": x}
    assert str(found) != str(expected)
    if isinstance(known["Line"], type):
        line = known["Line"]()
        assert isinstance(line, nn.Module)
        assert str(line(x)) != str(2 * x)


@pytest.mark.parametrize("name", junk.HOLLOW)
def test_hollow_answers_have_all_but_the_values(name: str) -> None:
    """A hollow answer has the right kinds, shapes, dtypes, errors and autograd facts; arguments stay unchanged."""
    known = made(name)
    x = torch.tensor([1.5, 4.0], dtype=torch.float64, requires_grad=True)
    given = x.detach()
    found = known["scale"](given, 3.0)
    assert list(found) == ["x", "sizes", "it"] and found["it"] is given and given._version == 0
    assert (found["x"].shape, found["x"].dtype) == (x.shape, x.dtype) and not torch.equal(found["x"], 3 * given)
    assert [type(size) for size in found["sizes"]] == [int, float]
    with pytest.raises(ValueError, match="negative"):
        known["scale"](given, -1.0)
    line = known["Line"]()
    assert [name for name, _ in line.named_parameters()] == ["weight"]
    y = line(x)
    assert y.requires_grad and not y.is_leaf and not torch.equal(y, 2 * x)


def test_what_returns_nothing_is_not_asked() -> None:
    """A function that returns nothing is not called, because the reference would do the task."""
    known = made(junk.HOLLOW[0], Task(name="save", points=1.0, parameters=("x",)))
    assert known["save"](1) is None
