"""The words a suite's author writes with: `check`, `probe`, `code`, and inputs drawn for one student."""

from __future__ import annotations

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
import torch

from grader import wire

_F = TypeVar("_F", bound=Callable[..., Any])


def check(task: str, *, points: float, requires: Sequence[str] = (), hint: str | None = None) -> Callable[[_F], _F]:
    """Make a test function a check of `task` that is worth `points`.

    `requires` names checks (without "test_") of the same exercise without which this one is meaningless: it is skipped
    when one of them did not pass. `hint` is the next step to tell the student, instead of the usual one.
    """
    if not points >= 0:
        raise ValueError(f"Cannot make a check of {task!r} worth {points}: failing costs no points. Give it some.")
    mark: Callable[[_F], _F] = pytest.mark.check(task=task, points=points, requires=tuple(requires), hint=hint)
    return mark


def code(text: str) -> wire.Code:
    """Return a Python expression to be evaluated in the candidate: how a suite hands over a function.

    torch, nn, F, np and math are known there: `code("lambda x: torch.exp(x) + 1")`.
    """
    ast.parse(text, mode="eval")
    return wire.Code(text=text)


@dataclass(frozen=True)
class Probe:
    """A function whose source text runs in the candidate; `says` tells a student what it does.

    `parameters` are its names for what it is given after the submission's module.
    """

    name: str
    source: str
    says: str
    parameters: tuple[str, ...]


def probe(function: Callable[..., Any]) -> Probe:
    """Make a function a probe: it is sent as source and called with the submission's module as its first argument.

    Its docstring is shown to students as what was called. It may use torch, nn, F, np and math, and holds no expected
    value: the candidate can read it.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef) or not ast.get_docstring(definition):
        raise TypeError(f"Cannot make {function.__name__!r} a probe: give it a docstring that says what it calls.")
    says = ast.get_docstring(definition) or ""
    definition.decorator_list = []
    definition.body = definition.body[1:] or [ast.Pass()]
    for argument in definition.args.args:
        argument.annotation = None  # its names mean nothing in the candidate's process
    definition.returns = None
    parameters = tuple(argument.arg for argument in definition.args.args[1:])
    return Probe(name=definition.name, source=ast.unparse(tree), says=says, parameters=parameters)


class Draw:
    """Draws a check's inputs: always the same for one (course seed, student, exercise, check), others otherwise."""

    def __init__(self, *key: object) -> None:
        digest = hashlib.sha256("\x1f".join(map(str, key)).encode("utf-8", "surrogatepass")).digest()
        self.seed = int.from_bytes(digest[:4], "big")
        self._generator = torch.Generator().manual_seed(self.seed)

    def number(self, low: float, high: float, *, decimals: int = 2) -> float:
        """Return a float from `low` to `high`, rounded so that it reads well."""
        return round(
            low + (high - low) * float(torch.rand((), generator=self._generator, dtype=torch.float64)), decimals
        )

    def integer(self, low: int, high: int) -> int:
        """Return an int from `low` to `high`, both included."""
        return int(torch.randint(low, high + 1, (), generator=self._generator))

    def choice(self, options: Sequence[Any]) -> Any:
        """Return one of `options`."""
        return options[self.integer(0, len(options) - 1)]

    def tensor(
        self, *shape: int, low: float = -3.0, high: float = 3.0, decimals: int = 2, dtype: torch.dtype = torch.float32
    ) -> torch.Tensor:
        """Return a tensor of numbers from `low` to `high`, rounded so that they read well."""
        drawn = torch.rand(shape, generator=self._generator, dtype=torch.float64) * (high - low) + low
        return (drawn.round(decimals=decimals) + 0.0).to(dtype)  # no -0.

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """Return a tensor of standard normal numbers."""
        return torch.randn(shape, generator=self._generator, dtype=torch.float64).to(dtype)
