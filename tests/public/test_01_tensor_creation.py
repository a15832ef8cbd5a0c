"""Public checks of 01_tensor_creation."""

from __future__ import annotations

import torch

from grader.suites import Observed, Value, check

NAMES = "scalar", "vector", "matrix", "cube"
SHAPES = (), (2,), (2, 2), (1, 2, 2)

# tensor_ranks


def ranks(a: int, b: int) -> list[torch.Tensor]:
    """Return the four tensors of `a` and `b`, in int64."""
    flat = torch.tensor([a, b, b, a], dtype=torch.int64)
    return [flat[0], flat[:2], flat.reshape(2, 2), flat.reshape(1, 2, 2)]


@check(
    "tensor_ranks",
    points=0.2,
    judges="facts",
    hint="make each with `torch.tensor`, and count the opening brackets that you give it: none, one, two, three.",
)
def test_ranks_shapes(candidate, draw):
    """The four have 0, 1, 2 and 3 dimensions, in that order: shapes (), (2,), (2, 2) and (1, 2, 2)."""
    four = candidate.tensor_ranks(draw.integer(-9, -1), draw.integer(1, 9)).result.unpack(*NAMES)
    for tensor, shape in zip(four, SHAPES, strict=True):
        tensor.shape(*shape)


@check("tensor_ranks", points=0.2)
def test_ranks_values(candidate, draw):
    """They hold a and b in the places that the contract says."""
    a = draw.integer(1, 40)
    b = a + draw.integer(1, 40)
    four = candidate.tensor_ranks(a, b).result.unpack(*NAMES)
    for tensor, expected in zip(four, ranks(a, b), strict=True):
        tensor.values(expected)


# describe


@check(
    "describe",
    points=0.15,
    judges="facts",
    hint='the keys are "ndim", "shape", "dtype", "device" and "numel", in a dict: no more, no less.',
)
def test_describe_keys(candidate, draw):
    """A dict with exactly the five keys."""
    about = candidate.describe(draw.tensor(2, draw.integer(3, 5))).result
    for key in ("ndim", "shape", "dtype", "device", "numel"):
        about.key(key)
    if len(about.fact.items) != 5:
        about.differs("a dict with these five keys and no other", "length")


def counts(observed: Observed, tensor: torch.Tensor) -> None:
    """Ask for the number of dimensions and of elements, as ints."""
    observed.result.key("ndim").integer(len(tensor.shape))
    observed.result.key("numel").integer(tensor.numel())


@check(
    "describe",
    points=0.2,
    hint="`t.ndim`, an attribute, counts the dimensions; `t.numel()`, a method and so with parentheses, the elements.",
)
def test_describe_counts(candidate, draw):
    """The numbers of dimensions and of elements are right ints for a matrix and for a 3-D tensor."""
    for tensor in (draw.tensor(draw.integer(3, 5), 2), draw.tensor(2, draw.integer(3, 4), 2)):
        counts(candidate.describe(tensor), tensor)


# inclusive_range


def is_range(result: Value, start: int, stop: int, step: int = 1) -> None:
    """Ask for the terms from `start` to `stop`, both included, in a 1-D tensor."""
    result.values(torch.tensor(list(range(start, stop + 1, step)), dtype=torch.int64))


@check(
    "inclusive_range",
    points=0.5,
    hint="`arange` takes start, end and step, and leaves the end out: give it the first number that is too large.",
)
def test_range_includes_stop(candidate, draw):
    """Where a term falls on stop, it is the last one."""
    start, step, terms = draw.integer(2, 60), draw.integer(2, 4), draw.integer(2, 4)
    stop = start + terms * step
    is_range(candidate.inclusive_range(start, stop, step).result, start, stop, step)


@check("inclusive_range", points=0.25)
def test_range_default_step(candidate, draw):
    """Without a step, the terms are 1 apart."""
    start = draw.integer(2, 60)
    stop = start + draw.integer(2, 6)
    is_range(candidate.inclusive_range(start, stop).result, start, stop)


# constant_like


@check("constant_like", points=0.5)
def test_constant_values(candidate, draw):
    """Every element equals the value, in the template's shape."""
    template, value = draw.tensor(2, draw.integer(3, 4)), draw.number(4, 9)
    result = candidate.weighed().constant_like(template, value).result
    result.values(torch.full(template.shape, value, dtype=torch.float64))


@check(
    "constant_like",
    points=0.25,
    judges="facts",
    hint="give the new tensor the template's dtype too: functions whose name ends in `_like` do that by themselves.",
)
def test_constant_dtype(candidate, draw):
    """The template's dtype: float64 and float16 stay what they are."""
    for dtype in (torch.float64, torch.float16):
        candidate.constant_like(draw.tensor(3, dtype=dtype), draw.number(4, 9)).result.dtype(dtype)
