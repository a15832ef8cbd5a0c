"""What a domain is written with: `Pick` makes the choices and builds the program."""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

from grader.suites.exploration.choices import Choices
from grader.suites.exploration.programs import RECORDING, Program

_T = TypeVar("_T")
_SEEDS = (0, 1, 42, 2**31, 2**32 - 1)


class Pick:
    """Makes the choices of one program, and builds the program from its lines.

    Every method that chooses has a simplest option, which it chooses when a program is shrunk: the first option, the
    number nearest to 0, the smallest shape. Values are written as Python expressions, because the program is what the
    student reads.

    >>> x = pick.tensor("x", (2,))
    >>> pick.call(f"double({x})")
    >>> print(pick.program().text)
    x = torch.tensor([0.0, 0.0])
    result = double(x)
    """

    def __init__(self, task: str, choices: Choices) -> None:
        self._task = task
        self._choices = choices
        self._before: list[str] = []
        self._after: list[str] = []
        self._called = False
        self._given: list[str] = []
        self._tensors: list[str] = []
        self._observed: list[str] = []
        self._grad = False
        self._no_grad = False
        self._only_setting = False
        self._largest = 0.0
        self._labels: Counter[str] = Counter()

    # Choices

    def of(self, *options: _T) -> _T:
        """Return one of the options. Every option comes up; the first one is the simplest.

        >>> pick.of("mean", "sum") in ("mean", "sum")
        True
        """
        return options[self._structure(len(options), f"of {options!r}")]

    def maybe(self) -> bool:
        """Return True or False; False is simpler.

        >>> pick.maybe() in (True, False)
        True
        """
        return self.of(False, True)

    def integer(self, low: int, high: int) -> int:
        """Return an int from `low` to `high`, both included. Both limits come up, and the ints between them evenly.

        >>> 1 <= pick.integer(1, 300) <= 300
        True
        """
        whole = self._structure(high - low + 1, f"integer {low} {high}")
        return low + whole if low >= 0 else _nearest(low, high, whole)

    def number(self, low: float, high: float, *, step: float = 0.25) -> float:
        """Return a float from `low` to `high`, a multiple of `step`.

        >>> pick.number(-1, 1, step=0.5) in (0.0, 1.0, -1.0, 0.5, -0.5)
        True
        """
        grid = _grid(low, high, step)
        return grid[self._structure(len(grid), f"number {low} {high}")]

    def seed(self) -> int:
        """Return a seed: a non-negative int below 2**32. Both limits come up.

        >>> 0 <= pick.seed() < 2**32
        True
        """
        return self.of(*_SEEDS)

    def shape(self, *, ranks: Sequence[int] = (1, 2), sizes: Sequence[int] = (1, 2, 3)) -> tuple[int, ...]:
        """Return a shape with one of these numbers of dimensions, and with these sizes.

        >>> len(pick.shape(ranks=(2,)))
        2
        """
        return tuple(self.of(*sizes) for _ in range(self.of(*ranks)))

    def list(self, *options: str, sizes: Sequence[int] = (1, 2, 3)) -> str:
        """Return a list of expressions as an expression. The same one may come up twice.

        >>> pick.list("torch.sin", "torch.cos", sizes=[2]) in ("[torch.sin, torch.sin]", "[torch.sin, torch.cos]",
        ...     "[torch.cos, torch.sin]", "[torch.cos, torch.cos]")
        True
        """
        return "[" + ", ".join(self.of(*options) for _ in range(self.of(*sizes))) + "]"

    # Set-up

    def tensor(
        self,
        name: str,
        shape: Sequence[int],
        *,
        dtypes: Sequence[str] = ("float32",),
        low: float = -3,
        high: float = 3,
        step: float = 0.25,
        scales: Sequence[float] = (1.0,),
        grad: bool | Literal["maybe"] = False,
        layouts: bool = True,
    ) -> str:
        """Make a tensor in the set-up, and return its name.

        Its values are multiples of `step` from `low` to `high` times one of `scales`; for whole dtypes they are whole
        numbers. `grad` says whether it is a leaf that requires grad. With `layouts`, its memory is sometimes not in
        row-major order, or part of a larger one. After the call it is compared with what it is for the reference.

        >>> pick.tensor("x", (2, 3), dtypes=["float32", "float64"], grad="maybe")
        'x'
        """
        shape, dtype = tuple(shape), self.of(*dtypes)
        floating = _kind_of(dtype) is float
        scale = self.of(*scales) if floating else 1.0
        layout = self.of("", "", "", "turned", "every second") if layouts and shape and 0 not in shape else ""
        requires = floating and (self.of(True, True, False) if grad == "maybe" else grad)
        written, view = _LAYOUTS[layout](shape)
        evident = ("float32",) if 0 in shape else ("float32", "int64", "bool")
        flags = [] if dtype in evident else [f"dtype=torch.{dtype}"]
        flags += ["requires_grad=True"] if requires and not view else []
        if 0 in shape:
            text = f"torch.empty({', '.join([str(shape), *flags])})"
        else:
            elements = self._elements(written, dtype, low, high, step, scale)
            text = f"torch.tensor({', '.join([elements, *flags])}){view}"
        if requires:
            text += ".requires_grad_()" if view else ""
            self._grad = True
        self._tensors.append(name)
        return self.given(name, text)

    def _elements(
        self, shape: tuple[int, ...], dtype: str, low: float, high: float, step: float, scale: float = 1.0
    ) -> str:
        """Return drawn elements as nested lists."""
        kind, grid = _kind_of(dtype), _grid(low, high, step)
        if kind is not float:
            grid = _grid(0 if dtype in ("bool", "uint8") else low, 1 if kind is bool else high, 1)
        drawn = (grid[self._choices.detail(len(grid))] for _ in range(math.prod(shape)))
        numbers = [float(f"{number * scale:.12g}") for number in drawn]  # not 4.9999999999999996e-06
        self._largest = max(self._largest, *map(abs, numbers))
        return _nested([repr(kind(number)) for number in numbers], shape)

    def array(
        self,
        name: str,
        shape: Sequence[int],
        *,
        dtypes: Sequence[str] = ("float64",),
        low: float = -3,
        high: float = 3,
        step: float = 0.25,
    ) -> str:
        """Make a NumPy array in the set-up, and return its name. The arguments are those of `tensor`.

        >>> pick.array("a", (2,), dtypes=["float32", "int64"], low=0, high=9)
        'a'
        """
        shape, dtype = tuple(shape), self.of(*dtypes)
        written = "bool" if dtype == "bool" else f"np.{dtype}"  # older NumPy has no np.bool
        if 0 in shape:
            return self.given(name, f"np.empty({shape}, dtype={written})")
        return self.given(name, f"np.array({self._elements(shape, dtype, low, high, step)}, dtype={written})")

    def given(self, name: str, expression: str) -> str:
        """Give an expression a name in the set-up, and return the name. Its value is compared after the call.

        >>> pick.given("n", "3")
        'n'
        """
        self.do(f"{name} = {expression}")
        self._given.append(name)
        return name

    def do(self, *lines: str) -> None:
        """Add lines to the program: to the set-up, or after the call once there is one.

        >>> pick.do("double = lambda x: 2 * x")
        """
        (self._after if self._called else self._before).extend(lines)

    # The call

    def call(self, expression: str, *, no_grad: bool = True, backward: bool = True) -> None:
        """Add the call. `result` is what it returns; it is compared unless `observe` says otherwise.

        Sometimes the call runs under `torch.no_grad()`. With `no_grad=False`, where the contract does not say what it
        returns there, only the setting is compared then: it must still be off. If a tensor of the set-up requires grad,
        backward from the result sometimes follows, unless `backward` is False.

        >>> pick.call("double(3.0)")
        """
        self._called = True
        backwards = ["backward"] * (2 * (backward and self._grad))
        # Where only the setting is compared, that comes up less often.
        variant = self.of("", "", "", *(["no_grad", *backwards] if no_grad else ["setting", *backwards, "", "", ""]))
        if variant in ("no_grad", "setting"):
            tried = ["try:", f"    {expression}", "except Exception:", "    pass"]
            lines = tried if variant == "setting" else [f"result = {expression}"]
            lines.append(f"{RECORDING} = torch.is_grad_enabled()")
            self._after.append("\n".join(["with torch.no_grad():", *(f"    {line}" for line in lines)]))
            self._no_grad, self._only_setting = no_grad, not no_grad
            self._observed.append(RECORDING)
        else:
            self.do(f"result = {expression}")
        if variant == "backward":
            self.do("(result**2).sum().backward()")

    def observe(self, *expressions: str) -> None:
        """Compare these expressions instead of the result. They may use the names of the program.

        >>> pick.observe("result.shape", "[p.dtype for p in model.parameters()]")
        """
        self._observed.extend(expressions)

    def program(self) -> Program:
        """Return the program that was built.

        >>> pick.program().task
        'double'
        """
        after, observed, compared = self._after, tuple(self._observed), True
        if self._only_setting:  # what follows may use the result, and what the call has begun is left open
            after, observed, compared = self._after[:1], (RECORDING,), False
        elif observed == (RECORDING,):
            observed = ("result", RECORDING)
        return Program(
            task=self._task,
            before=tuple(self._before),
            after=tuple(after),
            given=tuple(self._given) if compared else (),
            tensors=tuple(self._tensors) if compared else (),
            observed=observed,
            largest=self._largest,
            no_grad=self._no_grad,
            choices=tuple(self._choices.taken),
            drawn=tuple(self._choices.drawn),
        )

    def _structure(self, options: int, label: str) -> int:
        self._labels[label] += 1
        return self._choices.structure(options, f"{label} {self._labels[label]}")


@functools.lru_cache(256)
def _grid(low: float, high: float, step: float) -> tuple[float, ...]:
    """Return the multiples of `step` from `low` to `high`, the simplest first: whole numbers, near 0, positive."""
    numbers = [round(n * step, 12) + 0.0 for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return tuple(sorted(numbers, key=lambda x: (x != int(x), abs(x), x < 0)))


def _nearest(low: int, high: int, choice: int) -> int:
    """Return an int from `low` (below 0) to `high`: for choice 0 the one nearest to 0, then those further away."""
    if high < 0:
        return high - choice
    both = min(-low, high)
    if choice <= 2 * both:
        return (choice + 1) // 2 * (1 if choice % 2 else -1)
    return choice - both if high > -low else both - choice


def _kind_of(dtype: str) -> type[float] | type[int] | type[bool]:
    """Return the Python type of a dtype's elements."""
    return bool if dtype == "bool" else float if dtype.startswith(("float", "bfloat")) else int


# By layout: the shape that is written for a tensor, and the code that makes the view of it.
_LAYOUTS: dict[str, Callable[[tuple[int, ...]], tuple[tuple[int, ...], str]]] = {
    "": lambda shape: (shape, ""),
    "turned": lambda shape: (
        ((*shape[:-2], *shape[-2:][::-1]), ".T" if len(shape) == 2 else ".mT") if len(shape) > 1 else (shape, "")
    ),
    "every second": lambda shape: (
        (*shape[:-1], 2 * shape[-1]),
        "[::2]" if len(shape) == 1 else "[..., ::2]",
    ),
}


def _nested(elements: list[str], shape: tuple[int, ...]) -> str:
    if not shape:
        return elements[0]
    size = len(elements) // shape[0]
    return "[" + ", ".join(_nested(elements[n * size : (n + 1) * size], shape[1:]) for n in range(shape[0])) + "]"
