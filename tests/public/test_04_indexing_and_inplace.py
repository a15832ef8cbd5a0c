"""Public checks of 04_indexing_and_inplace."""

from __future__ import annotations

import torch
from torch import Tensor

from grader.suites import check, probe

BOTH_INDICES = "say both: all rows (a colon), then the one column."
IN_PLACE = "write into the memory that `x` has: what `clone()`, `contiguous()` or `[[col]]` give you, nobody else sees."


def filled(x: Tensor, col: int, value: float) -> Tensor:
    """Return `x`, which has rows, with `value` in a column, made without indexing a tensor."""
    rows = x.tolist()
    for row in rows:
        row[col] = value
    return torch.tensor(rows, dtype=torch.float64).to(x.dtype)


def rectified(x: Tensor) -> Tensor:
    """Return max(x, 0) for every entry."""
    return torch.tensor([max(value, 0) for value in x.flatten().tolist()]).reshape(x.shape)


# column_view


@check("column_view", points=0.25, hint=BOTH_INDICES)
def test_view_has_the_column(candidate, draw):
    """The result is 1-D and holds the column's values."""
    x, col = draw.tensor(4, 3), draw.integer(0, 2)
    candidate.column_view(x, col).result.values([row[col] for row in x.tolist()])


@check("column_view", points=0.25)
def test_view_counts_from_the_end(candidate, draw):
    """A negative `col` counts from the end: -1 is the last column."""
    x, col = draw.tensor(3, 4), draw.integer(-3, -2)
    candidate.column_view(x, -1).result.values([row[-1] for row in x.tolist()])
    candidate.column_view(x, col).result.values([row[col] for row in x.tolist()])


@probe
def write_to_column(student, x, col, value):
    """column_view(x, col)[:] = value, and then x"""
    student.column_view(x, col)[:] = value
    return x


@check(
    "column_view",
    points=0.25,
    hint="the result must be a view: only integers, slices and view methods give one, and `clone()` undoes it.",
)
def test_view_writes_to_x(candidate, draw):
    """Writing to the result changes that column of `x`, and nothing else."""
    x, col, value = draw.tensor(3, 3), draw.integer(0, 2), draw.number(10, 90)
    candidate.run(write_to_column, x, col, value).result.values(filled(x, col, value))


# set_column_


@check("set_column_", points=0.25, hint=IN_PLACE)
def test_set_fills_the_column(candidate, draw):
    """The column is set in the tensor that was passed in, and nothing else changes."""
    x, col, value = draw.tensor(4, 3), draw.integer(0, 2), draw.number(10, 90)
    candidate.set_column_(x, col, value).argument(0, "x").values(filled(x, col, value))


@check("set_column_", points=0.25, judges="facts")
def test_set_returns_x_itself(candidate, draw):
    """The very same object is returned."""
    observed = candidate.set_column_(draw.tensor(2, 3), draw.integer(0, 2), draw.number(10, 90))
    observed.result.same_object_as(observed.argument(0, "x"))


@check("set_column_", points=0.25)
def test_set_counts_from_the_end(candidate, draw):
    """A negative `col` counts from the end: -1 is the last column."""
    x, value = draw.tensor(3, 4), draw.number(10, 90)
    for col in (-1, draw.integer(-3, -2)):
        candidate.set_column_(x, col, value).argument(0, "x").values(filled(x, col, value))


# rectify_


@check("rectify_", points=0.25)
def test_rectify_sets_negatives_to_zero(candidate, draw):
    """The caller's tensor changes: negatives become 0, the rest is unchanged."""
    x = torch.cat([draw.tensor(3, low=-9, high=-2), draw.tensor(3, low=2, high=9), torch.tensor([-0.25, 0.0, 0.25])])
    candidate.rectify_(x).argument(0, "x").values(rectified(x))


@check("rectify_", points=0.25, judges="facts")
def test_rectify_returns_x_itself(candidate, draw):
    """The very same object is returned."""
    observed = candidate.rectify_(draw.tensor(2, 3))
    observed.result.same_object_as(observed.argument(0, "x"))


@check(
    "rectify_",
    points=0.25,
    judges="facts",
    hint="here PyTorch's refusal is the right answer: change `x` itself, recorded, and let the error through.",
)
def test_rectify_lets_the_error_of_a_leaf_through(candidate, draw):
    """A leaf that requires grad raises RuntimeError and keeps its values; one that doesn't is changed."""
    x = draw.tensor(4, low=-9, high=-1)
    candidate.rectify_(x.clone().requires_grad_()).raises("RuntimeError").unchanged(0)
    candidate.rectify_(x).argument(0, "x").values(torch.zeros(4))
