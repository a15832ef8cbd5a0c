"""Hidden checks of 04_indexing_and_inplace."""

from __future__ import annotations

import math

import torch

from grader.suites import check, domain, probe, public_suite

public = public_suite(__file__)
filled, rectified = public.filled, public.rectified

OUT_OF_RANGE = "use the integer itself as the index, for all of its values, and PyTorch raises the IndexError."

# column_view


@probe
def write_to_x(student, x, row, col, value):
    """column = column_view(x, col); x[row, col] = value; column"""
    column = student.column_view(x, col)
    x[row, col] = value
    return column


@check(
    "column_view",
    points=0.25,
    hint="the result must be a view: only integers, slices and view methods give one, and `clone()` undoes it.",
)
def test_view_shows_changes_of_x(candidate, draw):
    """The result shares the memory of `x`: what is written to `x` later shows in it, transposed or not."""
    for x in (draw.tensor(4, 3), draw.tensor(3, 4).T):
        row, col, value = draw.integer(0, 3), draw.integer(0, 2), draw.number(10, 90)
        observed = candidate.run(write_to_x, x, row, col, value)
        observed.result.values([value if i == row else entries[col] for i, entries in enumerate(x.tolist())])
        observed = candidate.column_view(x, col)
        observed.result.shares_memory_with(observed.argument(0, "x"))


@check("column_view", points=0.25, hint=OUT_OF_RANGE)
def test_view_refuses_columns_out_of_range(candidate, draw):
    """IndexError from F on and below -F; F - 1 and -F are the last that exist."""
    x = draw.tensor(2, 3)
    for col in (3, -4, draw.integer(4, 9), draw.integer(-9, -5)):
        candidate.column_view(x, col).raises("IndexError").unchanged(0)
    for col in (2, -3):
        candidate.column_view(x, col).result.values([row[col] for row in x.tolist()])


@check("column_view", points=0.5)
def test_view_lets_gradients_flow(candidate, draw):
    """Gradients flow through the view into that column of `x`, whether `x` is a leaf or the result of an operation."""
    x, upstream, col = draw.tensor(3, 3), draw.tensor(3), draw.integer(0, 2)
    expected = filled(torch.zeros(3, 3), col, 1.0) * upstream.reshape(3, 1)
    for given in (x.clone().requires_grad_(), x.clone().requires_grad_().clone()):
        observed = candidate.with_backward(upstream).column_view(given, col)
        observed.result.attached()
        observed.ran_backward().argument(0, "x").grad(expected)


@domain("column_view", points=0.25, programs=43, raises=["IndexError"])
def test_columns_of_any_table(pick):
    """A column of a table of any size, dtype and layout is viewed, with its gradients, or an IndexError is raised."""
    dtype = pick.of("float32", "int64", "float64", "float16", "bfloat16", "int32", "uint8", "bool", "complex64")
    grad = pick.maybe()
    pick.tensor("x", (pick.of(1, 2, 3, 0), pick.of(2, 3, 4, 1)), dtypes=(dtype,), grad=grad)
    col = pick.of(0, 1, -1, 2, -2, 3, -3, -4)
    pick.call(f"column_view({pick.of('x', 'x', '2 * x')}, {col})")
    if pick.maybe() and not grad:
        pick.do("result.fill_(1)")


# set_column_


@probe
def set_column_of_a_view(student, base, col, value):
    """view = base.T[1:]; set_column_(view, col, value); base"""
    view = base.T[1:]
    student.set_column_(view, col, value)
    return base


@check("set_column_", points=0.5, hint=public.IN_PLACE)
def test_set_works_on_views(candidate, draw):
    """In a view that isn't contiguous the column is set where the view's memory is, and nothing else changes."""
    base, col, value = draw.tensor(3, 4), draw.integer(0, 2), draw.number(10, 90)
    rows = base.tolist()
    rows[col][1:] = [value] * 3
    candidate.run(set_column_of_a_view, base, col, value).result.values(rows)
    candidate.set_column_(draw.tensor(3, 4).T, col, value).same_memory(0)


@check("set_column_", points=0.25)
def test_set_converts_to_the_dtype_of_x(candidate, draw):
    """Works for integer tensors, which drop the fraction, and for other floating dtypes; `x` keeps its dtype."""
    value = draw.integer(3, 90) + 0.75
    for dtype in (torch.int64, torch.int32, torch.uint8, torch.float64, torch.float16):
        x, col = draw.integers(3, 2, low=1, high=99, dtype=dtype), draw.integer(0, 1)
        expected = filled(x, col, value if dtype.is_floating_point else math.trunc(value))
        candidate.set_column_(x, col, value).argument(0, "x").dtype(dtype).values(expected)
    x = draw.integers(3, 2, low=1, high=99)
    candidate.set_column_(x, 1, -value).argument(0, "x").values(filled(x, 1, -math.trunc(value)))


@check("set_column_", points=0.25, hint=OUT_OF_RANGE)
def test_set_refuses_columns_out_of_range(candidate, draw):
    """IndexError from F on and below -F, with `x` unchanged; F - 1 and -F are the last that exist."""
    x, value = draw.tensor(2, 3), draw.number(10, 90)
    for col in (3, -4, draw.integer(4, 9), draw.integer(-9, -5)):
        candidate.set_column_(x, col, value).raises("IndexError").unchanged(0)
    for col in (2, -3):
        candidate.set_column_(x, col, value).argument(0, "x").values(filled(x, col, value))


@domain("set_column_", points=0.25, raises=["IndexError"])
def test_setting_columns_of_any_table(pick):
    """A column of any table, or of a part of one, is set to any value of any dtype, or an IndexError is raised."""
    dtype = pick.of("float32", "int64", "float64", "int32", "float16", "bfloat16", "int16", "int8", "uint8")
    view = pick.of("", ".T", "[:, 1:]", "[::2]", ".T[1:]")
    shape = pick.of(1, 2, 3, 4, 0), pick.of(2, 3, 4, 1)
    pick.tensor("base" if view else "x", shape, dtypes=(dtype,), layouts=False)
    if view:
        pick.given("x", f"base{view}")
    value = pick.of(0.0, 2.75, -2.75, 16777217.0, -16777219.0, 0.1, 1e-6)
    if dtype in ("float16", "int16", "int8", "uint8"):
        value = (abs(value) if dtype == "uint8" else value) % 128
    col = pick.of(0, 1, -1, 2, -2, 3, -3, -4)
    pick.call(f"set_column_(x, {col}, {value})")


# rectify_


@check(
    "rectify_",
    points=0.25,
    hint="compare and replace. Arithmetic with -inf gives NaN: -inf * 0 does, and so does -inf + inf.",
)
def test_rectify_minus_infinity(candidate, draw):
    """-inf becomes 0 like any other negative entry."""
    x = draw.tensor(4, low=1, high=9)
    x[draw.integer(0, 3)] = -math.inf
    candidate.rectify_(x).argument(0, "x").values(rectified(x))


@probe
def rectify_every_other_column(student, base):
    """rectify_(base[:, ::2]), and then base"""
    student.rectify_(base[:, ::2])
    return base


@check("rectify_", points=0.5, hint=public.IN_PLACE)
def test_rectify_works_on_views(candidate, draw):
    """In a view that isn't contiguous, what it is a view of changes, and the rest of that doesn't."""
    base = draw.tensor(2, 5, low=-9, high=-1)
    expected = [[0.0 if i % 2 == 0 else value for i, value in enumerate(row)] for row in base.tolist()]
    candidate.run(rectify_every_other_column, base).result.values(expected)
    x = draw.tensor(3, 4).T
    candidate.rectify_(x).same_memory(0).values(rectified(x))


@probe
def rectify_a_result(student, w, upstream):
    """x = 3 * w; rectify_(x); x.backward(upstream); x and w.grad"""
    x = 3 * w
    student.rectify_(x)
    x.backward(upstream)
    return x.detach(), w.grad


@check(
    "rectify_",
    points=0.25,
    hint="let autograd see the change: no `.data`, no `detach()`, no `no_grad()`, and no tensor but `x`.",
)
def test_rectify_has_the_gradient_of_relu(candidate, draw):
    """On the result of an operation the gradient is that of ReLU: nothing goes back through entries that became 0."""
    w = torch.cat([draw.tensor(2, low=-9, high=-1), draw.tensor(2, low=1, high=9)])
    upstream = draw.tensor(4, low=1, high=5)
    observed = candidate.run(rectify_a_result, w.clone().requires_grad_(), upstream)
    x, gradient = observed.result.unpack("x", "w.grad")
    x.values(rectified(3 * w))
    gradient.values(3 * upstream * torch.tensor([0.0, 0.0, 1.0, 1.0]))
    observed.state_kept()


@domain("rectify_", points=0.25, programs=57, raises=["RuntimeError"])
def test_rectifying_any_tensor(pick):
    """Tensors of any shape, dtype and layout are rectified in place, with the gradient of ReLU; leaves are refused."""
    dtype = pick.of(
        "float32", "int64", "float64", "float16", "float32", "bfloat16", "int32", "int8", "uint8", "float64"
    )
    kind = pick.of("plain", "result", "leaf") if dtype in ("float32", "float64") else "plain"
    shape = pick.shape(ranks=(1, 2, 0, 3), sizes=(1, 2, 3, 4, 0))
    if kind == "leaf":
        pick.tensor(
            "x", (*shape, 2) if 0 not in shape else (2,), dtypes=(dtype,), low=-3, high=-1, grad=True, layouts=False
        )
    else:
        view = pick.of("", ".transpose(0, -1)", "[None]", "[..., ::2]") if shape else ""
        source = "(base + 0.1)" if kind == "result" else "base"  # never 0, where ReLU has a kink
        named = "base" if view or kind == "result" else "x"
        pick.tensor(named, shape, dtypes=(dtype,), grad=kind == "result", layouts=False)
        if named == "base":
            pick.given("x", source + view)
        if pick.maybe() and kind == "plain" and "float" in dtype:
            pick.do("x[..., :1] = -math.inf" if shape else "x.fill_(-math.inf)")
    pick.call("rectify_(x)", no_grad=kind == "plain", backward=False)
    if kind == "result":
        pick.do("result.sum().backward()")
