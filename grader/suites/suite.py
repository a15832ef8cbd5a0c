"""The words a suite's author writes with: `check`, `probe`, `shared`, `code`, and inputs drawn for one student."""

from __future__ import annotations

import ast
import functools
import hmac
import importlib.util
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeVar

import pytest
import torch
from torch import nn

from grader import wire
from grader.sentences import author
from grader.suites.outcomes import SuiteError

_F = TypeVar("_F", bound=Callable[..., Any])


def check(
    task: str,
    *,
    points: float,
    judges: Literal["values", "facts"] = "values",
    requires: Sequence[str] = (),
    hint: str | None = None,
) -> Callable[[_F], _F]:
    """Make a test function a check of `task` that is worth `points`.

    It judges "values", which only right code gives on inputs that vary, or "facts" alone: a shape, a dtype, an error
    that is raised, an argument that is left alone. Facts may hold of code that solves nothing, so they count only once
    a check of values of the same task has passed. `requires` names checks (without "test_") of the same exercise
    without which this one is meaningless: it is skipped when one of them did not pass. `hint` is the next step to tell
    the student, instead of the usual one.
    """
    if judges not in ("values", "facts"):
        raise SuiteError(author.BAD_JUDGES(task=task, judges=judges))
    if not points >= 0:
        raise SuiteError(author.BAD_POINTS(task=task, points=points))
    mark: Callable[[_F], _F] = pytest.mark.check(
        task=task, points=points, judges=judges, requires=tuple(requires), hint=hint
    )
    return mark


@functools.lru_cache(1024)
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

    Its docstring is shown to students as what was called. It may use what every probe knows (torch, nn, F, np, math,
    copy, io, random, Path, DataLoader, Dataset, TensorDataset) and what its suite declares `shared`. It holds no
    expected value: the candidate can read it.
    """
    definition = _definition(function)
    if not isinstance(definition, ast.FunctionDef) or not ast.get_docstring(definition):
        raise SuiteError(author.NO_DOCSTRING(name=function.__name__))
    says = ast.get_docstring(definition) or ""
    definition.body = definition.body[1:] or [ast.Pass()]
    parameters = tuple(argument.arg for argument in definition.args.args[1:])
    return Probe(
        name=definition.name, source=_with_shared(definition, function.__globals__), says=says, parameters=parameters
    )


def shared(function_or_class: _F) -> _F:
    """Let probes use a function or class of the suite: its source is sent along with theirs.

    In the suite it stays what it is, so that one definition serves both sides: a model, say, whose expected output
    the suite computes (see `Draw.model`).
    """
    function_or_class.__shared__ = True  # type: ignore[attr-defined]
    return function_or_class


@functools.cache  # a model is sent with every call that is made with it
def source_of(function_or_class: Callable[..., Any]) -> str:
    """Return the source of a shared definition, after those that it uses."""
    if not _is_shared(function_or_class):
        raise SuiteError(author.NOT_SHARED(name=function_or_class.__name__))
    module = inspect.getmodule(function_or_class)
    known = getattr(function_or_class, "__globals__", None) or vars(module)
    return _with_shared(_definition(function_or_class), known)


def _definition(function_or_class: Callable[..., Any]) -> ast.stmt:
    """Return the syntax tree of a definition, without its decorators and annotations."""
    definition = ast.parse(textwrap.dedent(inspect.getsource(function_or_class))).body[0]
    assert isinstance(definition, ast.FunctionDef | ast.ClassDef)
    definition.decorator_list = []
    if isinstance(definition, ast.FunctionDef):
        for argument in definition.args.args:
            argument.annotation = None  # its names mean nothing in the candidate's process
        definition.returns = None
    return definition


def _with_shared(definition: ast.stmt, known: Mapping[str, Any]) -> str:
    """Return the source of a definition after that of the shared ones that it uses, each once."""
    found: dict[str, str] = {}

    def add(statement: ast.stmt, own: str) -> None:
        for name in dict.fromkeys(node.id for node in ast.walk(statement) if isinstance(node, ast.Name)):
            if name != own and name not in found and _is_shared(known.get(name)):
                inner = _definition(known[name])
                found[name] = ""  # being written: definitions may use each other
                add(inner, name)
                del found[name]
                found[name] = ast.unparse(inner)

    add(definition, definition.name)  # type: ignore[attr-defined]
    return "\n\n".join([*found.values(), ast.unparse(definition)])


def _is_shared(value: object) -> bool:
    return bool(getattr(value, "__dict__", {}).get("__shared__"))


@functools.cache
def _suite(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise SuiteError(author.NO_SUCH_SUITE(path=str(path)))
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # where `inspect` looks for sources
    spec.loader.exec_module(module)
    return module


def public_suite(hidden: str) -> ModuleType:
    """Return the public suite of the same exercise: a hidden one (give its `__file__`) may use what that defines."""
    path = Path(hidden).resolve()
    return _suite(path.parents[1] / "public" / path.name)


class Draw:
    """Draws a check's inputs: always the same for one course seed and key, others otherwise.

    `seed` is what the generators of the candidate begin with. The candidate sees it, and from it neither the inputs
    nor the course seed can be found.
    """

    def __init__(self, course_seed: object, *key: object) -> None:
        secret, parts = str(course_seed), tuple(map(str, key))
        self.seed = _derived(secret, "told", *parts) >> 32
        self._generator = torch.Generator().manual_seed(_derived(secret, "inputs", *parts))

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

    def integers(self, *shape: int, low: int, high: int, dtype: torch.dtype = torch.int64) -> torch.Tensor:
        """Return a tensor of whole numbers from `low` to `high`, both included."""
        return torch.randint(low, high + 1, shape, generator=self._generator).to(dtype)

    def model(self, factory: Callable[..., nn.Module], *arguments: Any) -> nn.Module:
        """Return `factory(*arguments)`, a `shared` function or class, with weights drawn between -1 and 1.

        It travels as an argument does: the candidate builds the same model, with these weights, the mode of its top
        module, and its parameters' flags and gradients. Buffers keep what they are made with.
        """
        model = factory(*arguments)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(self.tensor(*parameter.shape, low=-1, high=1))
        model.__dict__["made_by"] = factory, arguments
        return model


def _derived(secret: str, *key: str) -> int:
    """Return a number of 64 bits that only those who know the secret can derive from the key."""
    said = "".join(f"{len(part)} {part}" for part in key)  # no two keys are written alike
    digest = hmac.digest(secret.encode("utf-8", "surrogatepass"), said.encode("utf-8", "surrogatepass"), "sha256")
    return int.from_bytes(digest[:8], "big")


def state_of(model: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield a model's parameters and buffers with their names, each once."""
    yield from model.named_parameters()
    yield from model.named_buffers()
