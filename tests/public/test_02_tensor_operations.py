"""Public checks of 02_tensor_operations."""

from __future__ import annotations

import torch
from torch import Tensor

from grader.suites import Draw, Observed, check, feedback


def exact(draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return multiples of a quarter from -4 to 4, whose products and sums have no rounding error."""
    return draw.integers(*shape, low=-16, high=16, dtype=dtype) / 4


# share_of_total


def shares(counts: Tensor) -> Tensor:
    """Return each count divided by the total, in float64."""
    return counts.double() / counts.double().sum()


@check("share_of_total", points=0.5, hint="divide with a single `/` by `counts.sum()`, the sum of all elements.")
def test_share_of_whole_numbers(candidate, draw):
    """Whole numbers give real fractions, not zeros."""
    counts = draw.integers(draw.integer(3, 5), low=1, high=9)
    candidate.share_of_total(counts).result.values(shares(counts))


@check(
    "share_of_total",
    points=0.25,
    hint="the total is one number: `sum` without a `dim` adds up everything.",
)
def test_share_of_grand_total(candidate, draw):
    """All shares of a table add up to 1: they are shares of the grand total."""
    counts = draw.integers(2, draw.integer(3, 4), low=1, high=9)
    candidate.share_of_total(counts).result.values(shares(counts))


# matmul_shape


def answers(observed: Observed, expected: tuple[int, int] | None) -> None:
    """Ask for this shape or `None`; where `None` is a possible answer, it doesn't mean that `return` was forgotten."""
    raised = observed.observation.raised
    if raised is not None:
        observed.fails(f"{expected} is returned", f"{feedback.error_name(raised)} is raised", "raises")
    if observed.result.fact is None and expected is not None:
        observed.result.differs(repr(expected), "values")
    observed.result.equals(expected)


RULES = "rule 1: the inner sizes, `a[1]` and `b[0]`, must be equal. Rule 2: the answer is the outer two."


@check("matmul_shape", points=0.3, hint=RULES)
def test_matmul_shape_keeps_outer_sizes(candidate, draw):
    """(2, 3) @ (3, 2) is (2, 2), (3, 2) @ (2, 3) is (3, 3), and with all sizes different (2, 3) @ (3, 5) is (2, 5)."""
    k, n = draw.integer(3, 9), draw.integer(10, 99)
    for a, b in (((2, k), (k, 2)), ((k, 2), (2, k)), ((2, k), (k, n)), ((n, 2), (2, k))):
        answers(candidate.matmul_shape(a, b), (a[0], b[1]))


# matmul_with_transpose


def sizes(draw: Draw) -> tuple[int, int]:
    """Return K and M, so small that the matrices are shown whole."""
    return draw.choice([(3, 4), (4, 3)])


def product(a: Tensor, b: Tensor) -> Tensor:
    """Return `a @ b` in float64."""
    return a.double() @ b.double()


@check(
    "matmul_with_transpose",
    points=0.5,
    hint="where `a.shape[1] == b.shape[0]` the answer is the matrix product as it is, `a @ b`.",
)
def test_product_plain(candidate, draw):
    """Where the inner sizes are equal: the plain product."""
    k, m = sizes(draw)
    a, b = exact(draw, 2, k), exact(draw, k, m)
    candidate.matmul_with_transpose(a, b).result.values(product(a, b))


@check(
    "matmul_with_transpose",
    points=0.25,
    hint="where only `a.shape[1] == b.shape[1]`, multiply by `b.T`. (A reshape would fit and multiply wrong numbers.)",
)
def test_product_with_transpose(candidate, draw):
    """Where only the second sizes are equal: the product with the transpose, of as many rows or of others."""
    k, m = sizes(draw)
    for rows in (2, m):
        a, b = exact(draw, 2, k), exact(draw, rows, k)
        candidate.matmul_with_transpose(a, b).result.values(product(a, b.T))


# summarize

KEYS = "min", "max", "mean", "sum", "argmin", "argmax"


def distinct(draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return different whole numbers in a random order, some of them negative; the mean of 4 or of 12 isn't whole."""
    n = torch.Size(shape).numel()
    numbers = draw.normal(n, dtype=torch.float64).argsort() * 3 - draw.integer(n, 2 * n)
    return numbers.reshape(shape).to(dtype)


def expected(t: Tensor, dim: int | None) -> dict[str, Tensor]:
    """Return the six values, in dtypes that hold them exactly (the mean in float64)."""
    t, dim = (t.flatten(), 0) if dim is None else (t, dim)
    low, high = t.min(dim), t.max(dim)
    mean, total = t.double().mean(dim), t.sum(dim) if t.dtype == torch.int64 else t.double().sum(dim)
    six = low.values, high.values, mean, total, low.indices, high.indices
    return dict(zip(KEYS, six, strict=True))


def summarizes(observed: Observed, t: Tensor, dim: int | None) -> None:
    """Ask for the six values."""
    for key, value in expected(t, dim).items():
        observed.result.key(key).values(value)


@check(
    "summarize",
    points=0.25,
    judges="facts",
    hint='the keys are "min", "max", "mean", "sum", "argmin" and "argmax"; every value is a tensor.',
)
def test_summary_keys(candidate, draw):
    """A dict with exactly the six keys, whose values are tensors."""
    result = candidate.summarize(draw.tensor(2, draw.integer(3, 5))).result
    for key in KEYS:
        result.key(key).device("cpu")
    if len(result.fact.items) != len(KEYS):
        result.differs("a dict with these six keys and no other", "length")


@check(
    "summarize",
    points=0.75,
    hint="without a `dim`, flatten first: then there is one dimension only, and every method works along it.",
)
def test_summary_of_everything(candidate, draw):
    """Without a dim, all six are 0-D and of all elements, with positions in the flattened table."""
    t = distinct(draw, 2, draw.integer(3, 4))
    summarizes(candidate.summarize(t), t, None)


# center_rows


def centred(x: Tensor) -> Tensor:
    """Return `x` with every row's mean subtracted, in float64."""
    return x.double() - x.double().mean(dim=1, keepdim=True)


@check(
    "center_rows",
    points=0.75,
    hint="the means must be a column, (N, 1), to meet their rows: average over `dim=1` with `keepdim=True`.",
)
def test_centred_rows(candidate, draw):
    """Every row of a table has lost its own mean, which leaves it with mean 0."""
    x = draw.tensor(*draw.choice([(4, 3), (5, 2)]))
    candidate.center_rows(x).result.values(centred(x))
