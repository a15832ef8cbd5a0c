"""Hidden checks of 04_indexing_and_inplace."""

from __future__ import annotations

import math

import torch

from grader.suites import check, probe, public_suite

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
    """Gradients flow through the view into that column of `x`, be it a leaf or the result of an operation."""
    x, upstream, col = draw.tensor(3, 3), draw.tensor(3), draw.integer(0, 2)
    expected = filled(torch.zeros(3, 3), col, 1.0) * upstream.reshape(3, 1)
    for given in (x.clone().requires_grad_(), x.clone().requires_grad_().clone()):
        observed = candidate.with_backward(upstream).column_view(given, col)
        observed.result.attached()
        observed.ran_backward().argument(0, "x").grad(expected)


@probe
def column_of_one_row(student, x, col):
    """column_view(x, col).tolist()"""
    return student.column_view(x, col).tolist()


@check("column_view", points=0.25)
def test_view_of_any_tensor(candidate, draw):
    """Any dtype, layout and number of rows, one and none included; `x` is left as it was."""
    for x in (
        draw.tensor(3, 2, dtype=torch.float64, decimals=12),
        draw.tensor(2, 2, dtype=torch.float16),
        draw.tensor(3, 2, low=-90, high=90, dtype=torch.int32),
        draw.tensor(3, 2) > 0,
        draw.tensor(2, 5).T,
        draw.tensor(4, 4)[::2, 1:3],
    ):
        col = draw.integer(0, 1)
        observed = candidate.column_view(x, col)
        observed.result.dtype(x.dtype).values(
            torch.tensor([row[col] for row in x.tolist()], dtype=x.dtype), rtol=0, atol=0
        )
        observed.unchanged(0).state_kept()
    x, col = draw.tensor(1, 3, dtype=torch.float64), draw.integer(0, 2)
    candidate.run(column_of_one_row, x, col).result.equals([x.tolist()[0][col]])
    candidate.column_view(torch.empty(0, 3), col).result.shape(0)


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


@check("set_column_", points=0.25)
def test_set_any_size(candidate, draw):
    """One row, one column, one entry, and no rows at all."""
    value = draw.number(10, 90)
    for rows, columns in ((1, 3), (3, 1), (1, 1)):
        x = draw.tensor(rows, columns)
        observed = candidate.set_column_(x, columns - 1, value)
        observed.argument(0, "x").values(filled(x, columns - 1, value))
        observed.state_kept()
    candidate.set_column_(torch.empty(0, 3), 1, value).argument(0, "x").shape(0, 3)


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


@check("rectify_", points=0.25)
def test_rectify_any_dtype_and_shape(candidate, draw):
    """Integer tensors work, and so do other floating dtypes, 0-D and empty tensors; the dtype stays."""
    for dtype in (torch.int64, torch.int32, torch.int8, torch.float64, torch.float16, torch.bfloat16):
        x = draw.integers(2, 3, low=-99, high=99, dtype=dtype)
        candidate.rectify_(x).argument(0, "x").dtype(dtype).values(rectified(x))
    for x in (draw.tensor(low=-9, high=-1), draw.tensor(low=1, high=9), draw.tensor(2, 2, 2)):
        candidate.rectify_(x).argument(0, "x").values(rectified(x))
    candidate.rectify_(torch.empty(0, 2)).argument(0, "x").shape(0, 2)


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
