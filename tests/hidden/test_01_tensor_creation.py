"""Hidden checks of 01_tensor_creation."""

from __future__ import annotations

import torch

from grader.suites import check, domain, probe, public_suite

public = public_suite(__file__)

# tensor_ranks


@check("tensor_ranks", points=0.3, judges="facts")
def test_ranks_dtype(candidate, draw):
    """They come in a tuple, and all four are int64 and on the CPU."""
    result = candidate.tensor_ranks(draw.integer(-9, -1), draw.integer(1, 9)).result
    for tensor in result.unpack(*public.NAMES, kind="tuple"):
        tensor.dtype(torch.int64).device("cpu")


@domain("tensor_ranks", points=0.3, free=["memory"])
def test_ranks_of_any_two_ints(pick):
    """Any two ints give the four tensors, from -2**62 to 2**62."""
    ints = 0, 1, 2, 7, -1, -300, 255, 2**24 + 1, 2**31, 2**53 + 1, 2**62, -(2**62)
    a, b = pick.of(*ints), pick.of(*ints)
    pick.call(pick.of("tensor_ranks({}, {})", "tensor_ranks(a={}, b={})").format(a, b))


# describe


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


@domain("describe", points=0.2)
def test_descriptions_of_any_tensor(pick):
    """A tensor of any shape, dtype, layout and device is described, and a number is a plain int."""
    shape = pick.of((2, 3), (), (4,), (0,), (1,), (3, 0, 2), (300,), (2, 1, 3), (2, 1, 3, 2))
    dtype = pick.of("float32", "float64", "float16", "bfloat16", "int64", "int32", "int8", "uint8", "bool", "complex64")
    device, view = pick.of("", ', device="meta"'), pick.of("", ".transpose(0, -1)", "[..., None]", ".flatten()[::2]")
    pick.given("t", f"torch.zeros({shape}, dtype=torch.{dtype}{device}){view}")
    pick.call("describe(t)")


# inclusive_range


@check("inclusive_range", points=0.25, judges="facts")
def test_range_of_one(candidate, draw):
    """Where start equals stop there is one term, for any step."""
    start = draw.integer(-9, 9)
    for step in (1, draw.integer(2, 5)):
        public.is_range(candidate.inclusive_range(start, start, step).result, start, start, step)


@check(
    "inclusive_range",
    points=0.25,
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
    "inclusive_range", points=0.25, judges="facts", hint="check `step < 1 or stop < start` before you build anything."
)
def test_range_refuses(candidate, draw):
    """ValueError for a step below 1 and for a stop below the start; none for a step of 1, nor for one term."""
    start = draw.integer(2, 9)
    for stop, step in ((start + 4, 0), (start + 4, -1), (start, 0), (start - 1, 1), (start - 4, 2), (start - 4, -2)):
        candidate.inclusive_range(start, stop, step).raises("ValueError")
    candidate.inclusive_range(start, start, 1).returned()


@domain("inclusive_range", points=0.25, raises=["ValueError"])
def test_ranges_of_any_ints(pick):
    """Any start, stop and step give the right terms, or a ValueError."""
    start = pick.of(0, 1, 5, -7, -300, 2**24, 2**53 + 1, -(2**60), 2**60 - 10**6)
    step = pick.of(1, 2, 3, 7, 1000, 0, -1, -5)
    stop = start + abs(step) * pick.of(0, 1, 2, 3, 10, 300) + pick.of(0, -1, 1)
    given = "" if step == 1 else pick.of(", {}", ", step={}").format(step)
    pick.call(f"inclusive_range({start}, {stop}{given})")


# constant_like


@check(
    "constant_like",
    points=0.25,
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
    hint="a new tensor has no graph and doesn't require grad: make one instead of computing with the template.",
)
def test_constant_has_no_graph(candidate, draw):
    """The result doesn't require grad and has no graph, also where the template is a leaf or a result that does."""
    leaf, value = draw.tensor(2, 2).requires_grad_(), draw.number(4, 9)
    for template in (leaf, leaf.clone()):
        observed = candidate.constant_like(template, value)
        observed.result.detached().values(torch.full((2, 2), value))
        observed.unchanged(0)


@domain("constant_like", points=0.25)
def test_constants_like_any_template(pick):
    """Any template, of any dtype, whatever it holds, and any value give the right tensor."""
    dtype = pick.of("float32", "float64", "float16", "bfloat16", "int64", "int32", "int8", "uint8", "bool")
    shape = pick.shape(ranks=(1, 2, 0, 3), sizes=(1, 2, 3, 0))
    pick.tensor("template", shape, dtypes=(dtype,), grad="maybe")
    value = pick.of(0.0, 2.7, -2.7, 0.1, 1e-6, 16777217.0, -16777219.0)
    if dtype in ("float16", "int8", "uint8", "bool"):
        value = {"uint8": abs(value), "bool": float(value > 0)}.get(dtype, value) % 128
    odd = pick.of("", "math.nan", "math.inf", "-math.inf")
    if "float" in dtype and odd:
        pick.do(f"template.detach().fill_({odd})")
    given = pick.of("template", "2 * template", "template.to('meta')")
    pick.call(f"constant_like({given}, {value})", backward=False)
    if pick.maybe() and shape and 0 not in shape:
        pick.do("result[..., 0] = 1.0")
