"""What a suite is written with: `check`, `probe`, `shared`, `code`, and `Draw`, which draws the inputs."""

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
    """Return a decorator that makes a test function a check of `task`, worth `points` (0 or more).

    A check judges "values", which only right code gives on inputs that vary, or "facts": a shape, a dtype, an error
    that is raised, an argument that stays unchanged. Code that solves nothing may have the right facts. So a check of
    facts counts only if a check of values of the same task passes.

    `requires` names checks of the same exercise, without "test_". If one of them does not pass, this check is skipped.
    `hint` is a next step for the student; it replaces the usual one.

    Raises `SuiteError` for any other `judges`, and for negative points.

    >>> @check("double", points=2, hint="multiply by 2.")
    ... def test_every_element_is_doubled(candidate, draw):
    ...     candidate.double(draw.tensor(3)).result.shape(3)
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
    """Return an argument that is a Python expression: the candidate evaluates it. A suite passes functions this way.

    The expression can use torch, nn, F, np and math. Raises `SyntaxError` if `text` is not an expression.

    >>> candidate.apply(code("lambda x: torch.exp(x) + 1"), torch.zeros(2)).result.values([2.0, 2.0])
    <Value result: tensor([2., 2.])>
    """
    ast.parse(text, mode="eval")
    return wire.Code(text=text)


@dataclass(frozen=True)
class Probe:
    """A function whose source runs in the candidate's process. The decorator `probe` makes one.

    `name` and `source` are those of the function. `says` is its docstring, which the student reads. `parameters` are
    the names of its parameters after the first, which is the submission's module.

    >>> @probe
    ... def doubled_twice(student, x): "double(double(x))"; return student.double(student.double(x))
    >>> doubled_twice.says, doubled_twice.parameters
    ('double(double(x))', ('x',))
    """

    name: str
    source: str
    says: str
    parameters: tuple[str, ...]


def probe(function: Callable[..., Any]) -> Probe:
    """Make a function a probe: `Candidate.run` sends its source, and calls it with the submission's module first.

    Students read its docstring as the call. The function can use torch, nn, F, np, math, copy, io, random, Path,
    DataLoader, Dataset and TensorDataset, and what its suite declares `shared`. It must hold no expected value, because
    the candidate can read it. Raises `SuiteError` if it has no docstring.

    >>> @probe
    ... def doubled_twice(student, x): "double(double(x))"; return student.double(student.double(x))
    >>> result = candidate.run(doubled_twice, torch.ones(2)).result.values([4.0, 4.0])
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
    """Let probes and `Draw.model` use a function or class of the suite: its source is sent to the candidate with them.

    The suite can still use it, so one definition serves both sides. For example, the suite computes the expected output
    of a model that the candidate builds too.

    >>> @shared
    ... def line(): return nn.Linear(2, 1)
    >>> weight = candidate.same(draw.model(line)).result.parameter("weight").shape(1, 2)
    """
    function_or_class.__shared__ = True  # type: ignore[attr-defined]
    return function_or_class


@functools.cache  # a model is sent with every call that is made with it
def source_of(function_or_class: Callable[..., Any]) -> str:
    """Return the source of a shared definition, after the shared definitions that it uses.

    Raises `SuiteError` for a function or class that is not `shared`.
    """
    if not is_shared(function_or_class):
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
    """Return the source of a definition after that of each shared definition that it uses."""
    found: dict[str, str] = {}

    def add(statement: ast.stmt, own: str) -> None:
        for name in dict.fromkeys(node.id for node in ast.walk(statement) if isinstance(node, ast.Name)):
            if name != own and name not in found and is_shared(known.get(name)):
                inner = _definition(known[name])
                found[name] = ""  # its source follows; definitions may use each other
                add(inner, name)
                del found[name]
                found[name] = ast.unparse(inner)

    add(definition, definition.name)  # type: ignore[attr-defined]
    return "\n\n".join([*found.values(), ast.unparse(definition)])


def is_shared(value: object) -> bool:
    """Say whether a function or class is `shared`."""
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
    """Return the public suite of the same exercise as a module, so that a hidden suite can use its definitions.

    `hidden` is the `__file__` of the hidden suite. Raises `SuiteError` if there is no public suite.

    >>> public = public_suite(__file__)
    >>> public.__name__.startswith("public_test_")
    True
    """
    path = Path(hidden).resolve()
    return _suite(path.parents[1] / "public" / path.name)


class Draw:
    """Draws a check's inputs. The same course seed and key always give the same inputs; others give others.

    `seed` is the seed of the random generators in the candidate's process. The candidate sees it, but cannot find the
    inputs or the course seed from it.

    >>> Draw("course seed", "ana").tensor(3).equal(Draw("course seed", "ana").tensor(3))
    True
    """

    def __init__(self, course_seed: object, *key: object) -> None:
        secret, parts = str(course_seed), tuple(map(str, key))
        self.seed = derived(secret, "told", *parts) >> 32
        self._generator = torch.Generator().manual_seed(derived(secret, "inputs", *parts))

    def number(self, low: float, high: float, *, decimals: int = 2) -> float:
        """Return a float from `low` to `high`, rounded to `decimals` places so that it is easy to read.

        >>> -1 <= draw.number(-1, 1) <= 1
        True
        """
        return round(
            low + (high - low) * float(torch.rand((), generator=self._generator, dtype=torch.float64)), decimals
        )

    def integer(self, low: int, high: int) -> int:
        """Return an int from `low` to `high`, both included.

        >>> draw.integer(1, 3) in (1, 2, 3)
        True
        """
        return int(torch.randint(low, high + 1, (), generator=self._generator))

    def choice(self, options: Sequence[Any]) -> Any:
        """Return one of `options`, a sequence that is not empty.

        >>> draw.choice(["mean", "sum"]) in ("mean", "sum")
        True
        """
        return options[self.integer(0, len(options) - 1)]

    def tensor(
        self, *shape: int, low: float = -3.0, high: float = 3.0, decimals: int = 2, dtype: torch.dtype = torch.float32
    ) -> torch.Tensor:
        """Return a tensor of this shape with numbers from `low` to `high`, rounded to `decimals` places.

        >>> draw.tensor(2, 3, low=0.0, high=1.0).shape
        torch.Size([2, 3])
        """
        drawn = torch.rand(shape, generator=self._generator, dtype=torch.float64) * (high - low) + low
        return (drawn.round(decimals=decimals) + 0.0).to(dtype)  # no -0.

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """Return a tensor of this shape with standard normal numbers.

        >>> draw.normal(2, 3).shape
        torch.Size([2, 3])
        """
        return torch.randn(shape, generator=self._generator, dtype=torch.float64).to(dtype)

    def integers(self, *shape: int, low: int, high: int, dtype: torch.dtype = torch.int64) -> torch.Tensor:
        """Return a tensor of this shape with whole numbers from `low` to `high`, both included.

        >>> draw.integers(2, 3, low=0, high=9).dtype
        torch.int64
        """
        return torch.randint(low, high + 1, shape, generator=self._generator).to(dtype)

    def model(self, factory: Callable[..., nn.Module], *arguments: Any) -> nn.Module:
        """Return the model `factory(*arguments)` with weights drawn between -1 and 1. `factory` must be `shared`.

        The model can be an argument of a call. The candidate builds it with the same factory, and copies its weights,
        buffers, `requires_grad` flags, gradients, and the mode of its top module. Buffers are not drawn: they keep the
        values that the factory gives them.

        >>> @shared
        ... def line(features): return nn.Linear(features, 1)
        >>> draw.model(line, 2)
        Linear(in_features=2, out_features=1, bias=True)
        """
        model = factory(*arguments)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(self.tensor(*parameter.shape, low=-1, high=1))
        model.__dict__["made_by"] = factory, arguments
        return model


def derived(secret: str, *key: str) -> int:
    """Return a 64-bit number that depends on the key. It cannot be computed without the secret."""
    said = "".join(f"{len(part)} {part}" for part in key)  # different keys give different texts
    digest = hmac.digest(secret.encode("utf-8", "surrogatepass"), said.encode("utf-8", "surrogatepass"), "sha256")
    return int.from_bytes(digest[:8], "big")


def state_of(model: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield a model's parameters and buffers with their names, each once."""
    yield from model.named_parameters()
    yield from model.named_buffers()
