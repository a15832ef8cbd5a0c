"""Hidden checks of 01_tensor_creation."""

from __future__ import annotations

import math

import torch

from grader.suites import check, probe, public_suite

public = public_suite(__file__)

# tensor_ranks


@check("tensor_ranks", points=0.3, judges="facts", requires=["ranks_shapes"])
def test_ranks_dtype(candidate, draw):
    """They come in a tuple, and all four are int64 and on the CPU."""
    result = candidate.tensor_ranks(draw.integer(-9, -1), draw.integer(1, 9)).result
    for tensor in result.unpack(*public.NAMES, kind="tuple"):
        tensor.dtype(torch.int64).device("cpu")


@check("tensor_ranks", points=0.3, requires=["ranks_shapes"])
def test_ranks_any_ints(candidate, draw):
    """Values are right for 0, for negative numbers, for equal ones and for large ones."""
    small, large = draw.integer(-9, -1), 2**62 - draw.integer(0, 99)
    for a, b in ((0, small), (small, 0), (small, small), (large, -large)):
        four = candidate.tensor_ranks(a, b).result.unpack(*public.NAMES)
        for tensor, expected in zip(four, public.ranks(a, b), strict=True):
            tensor.values(expected)


# describe


@check(
    "describe",
    points=0.2,
    requires=["describe_counts"],
    hint="a scalar has no first size to look at, and an empty tensor no first element: `t.ndim` and `t.numel()` work.",
)
def test_describe_counts_of_any_tensor(candidate, draw, device):
    """The counts are right for a scalar (0 and 1), an empty tensor (0 elements), a bool one, a 4-D one, one on meta."""
    for tensor in (
        draw.tensor(),
        torch.empty(draw.integer(2, 4), 0, 3),
        draw.tensor(4, 3) > 0,
        draw.tensor(2, 1, 3, 2, dtype=torch.float64).requires_grad_(),
        draw.tensor(2, 3).to(device),
    ):
        observed = candidate.describe(tensor)
        public.counts(observed, tensor)
        observed.unchanged(0)


@check(
    "describe",
    points=0.15,
    hint="`t.shape` is a kind of tuple already: put it under its key as it is, or in `tuple(...)`.",
)
def test_describe_shape(candidate, draw):
    """The shape is a tuple of the sizes, for any number of dimensions and any layout."""
    for tensor in (draw.tensor(2, 3, draw.integer(4, 6)), draw.tensor(5, 2).T, draw.tensor(3), draw.tensor()):
        candidate.describe(tensor).result.key("shape").equals(tuple(tensor.shape))


@check("describe", points=0.15, hint="under its key goes the object `t.dtype` itself, not its name and not `t.type()`.")
def test_describe_dtype(candidate, draw):
    """The dtype is a torch.dtype object, whichever it is."""
    for dtype in (torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.uint8, torch.bool, torch.complex64):
        candidate.describe(draw.tensor(2, low=0).to(dtype)).result.key("dtype").equals(dtype)


@check(
    "describe",
    points=0.15,
    judges="facts",
    hint="under its key goes the object `t.device` itself, not its name and not an index.",
)
def test_describe_device(candidate, draw, device):
    """The device is a torch.device object, of a tensor on the CPU and of one elsewhere that has no values to read."""
    candidate.describe(draw.tensor(2)).result.key("device").equals(torch.device("cpu"))
    tensor = draw.tensor(2, draw.integer(3, 5)).to(device)
    candidate.describe(tensor).result.key("device").equals(tensor.device)


# inclusive_range


@check("inclusive_range", points=0.25, judges="facts", requires=["range_includes_stop"])
def test_range_of_one(candidate, draw):
    """Where start equals stop there is one term, for any step."""
    start = draw.integer(-9, 9)
    for step in (1, draw.integer(2, 5)):
        public.is_range(candidate.inclusive_range(start, start, step).result, start, start, step)


@check(
    "inclusive_range",
    points=0.25,
    requires=["range_includes_stop"],
    hint="no term may be greater than `stop`, so the end that you give to `arange` can't depend on the step.",
)
def test_range_stays_within_stop(candidate, draw):
    """Where no term falls on stop, the last one is below it, even if only just."""
    start, step = draw.integer(2, 60), draw.integer(4, 6)
    for beyond in (1, 2, step - 1):
        stop = start + 2 * step + beyond
        public.is_range(candidate.inclusive_range(start, stop, step).result, start, stop, step)


@check(
    "inclusive_range",
    points=0.25,
    judges="facts",
    hint="whole numbers stay int64 as long as every argument of `arange` is an int.",
)
def test_range_dtype(candidate, draw):
    """The result is int64, with and without a step."""
    start = draw.integer(2, 9)
    candidate.inclusive_range(start, start + 5).result.dtype(torch.int64)
    candidate.inclusive_range(start, start + 5, 2).result.dtype(torch.int64)


@check(
    "inclusive_range",
    points=0.25,
    requires=["range_includes_stop"],
    hint="count in ints from start to stop: floats (`torch.range` among them) can't tell large neighbours apart.",
)
def test_range_any_ints(candidate, draw):
    """Negative starts and stops work, and so do numbers that float32 and float64 can't tell apart."""
    below = -draw.integer(4, 30)
    for start, stop in ((below, 3), (below, -2), (below, 0), (0, 4), (2**24 - 1, 2**24 + 3), (2**60 - 3, 2**60)):
        public.is_range(candidate.inclusive_range(start, stop, 2).result, start, stop, 2)


@check(
    "inclusive_range", points=0.25, judges="facts", hint="check `step < 1 or stop < start` before you build anything."
)
def test_range_refuses(candidate, draw):
    """ValueError for a step below 1 and for a stop below the start; none for a step of 1, nor for one term."""
    start = draw.integer(2, 9)
    for stop, step in ((start + 4, 0), (start + 4, -1), (start, 0), (start - 1, 1), (start - 4, 2), (start - 4, -2)):
        candidate.inclusive_range(start, stop, step).raises("ValueError")
    candidate.inclusive_range(start, start, 1).returned()


# constant_like


@check("constant_like", points=0.25, requires=["constant_values"])
def test_constant_hides_template(candidate, draw):
    """Every element equals the value where the template holds NaN and infinity, and for any shape and layout."""
    odd = draw.tensor(2, 4)
    odd[0, 0], odd[1, 1], odd[1, 3] = math.nan, math.inf, -math.inf
    for template in (odd, draw.tensor(4, 3).T, draw.tensor(), torch.empty(0, 2), draw.tensor(6, dtype=torch.float64)):
        value = draw.number(-9, -4)
        observed = candidate.weighed().constant_like(template, value)
        observed.result.dtype(template.dtype).values(torch.full(template.shape, value, dtype=torch.float64))


@check(
    "constant_like",
    points=0.25,
    requires=["constant_values"],
    hint="storing 2.7 in a tensor of whole numbers cuts off the .7 by itself: keep its dtype, and don't round.",
)
def test_constant_truncates(candidate, draw):
    """In a template of whole numbers 2.7 becomes 2 and -2.7 becomes -2, and the dtype stays."""
    for dtype in (torch.int64, torch.int32):
        template, whole = draw.integers(3, low=-9, high=9, dtype=dtype), draw.integer(2, 9)
        for value in (whole + 0.7, -whole - 0.7, float(whole)):
            result = candidate.weighed().constant_like(template, value).result
            result.dtype(dtype).values(torch.full((3,), int(value)))


@check("constant_like", points=0.25, judges="facts")
def test_constant_device(candidate, draw, device):
    """The new tensor is made where the template lives, with its shape and dtype."""
    template = draw.tensor(2, draw.integer(3, 5), dtype=torch.float64).to(device)
    observed = candidate.constant_like(template, draw.number(4, 9))
    observed.result.shape(*template.shape).dtype(torch.float64).device(device)


@probe
def write_into_result(student, template, value):
    """t = constant_like(template, value); t[0, 0] = 50; t"""
    t = student.constant_like(template, value)
    t[0, 0] = 50
    return t


@check(
    "constant_like",
    points=0.25,
    requires=["constant_values"],
    hint="make a new tensor with memory of its own: don't write into the template (`detach()` shares its memory).",
)
def test_constant_is_new(candidate, draw):
    """The template is not modified, and the result has a place of its own for every element."""
    template, value = draw.tensor(2, 3), draw.number(4, 9)
    candidate.constant_like(template, value).unchanged(0).state_kept().result.owns_memory()
    expected = torch.full((2, 3), value)
    expected[0, 0] = 50
    candidate.run(write_into_result, template, value).result.values(expected)


@check(
    "constant_like",
    points=0.25,
    judges="facts",
    requires=["constant_values"],
    hint="a new tensor has no graph and doesn't require grad: make one instead of computing with the template.",
)
def test_constant_has_no_graph(candidate, draw):
    """The result doesn't require grad and has no graph, also where the template is a leaf or a result that does."""
    leaf, value = draw.tensor(2, 2).requires_grad_(), draw.number(4, 9)
    for template in (leaf, leaf.clone()):
        observed = candidate.constant_like(template, value)
        observed.result.detached().values(torch.full((2, 2), value))
        observed.unchanged(0)
