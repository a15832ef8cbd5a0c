"""Public checks of 09_data_preparation."""

from __future__ import annotations

import torch
from torch import Tensor

from grader.suites import Observed, Value, check

# split_indices


def parts(split: Value) -> list[Value]:
    """Return train, valid and test, called so."""
    return split.unpack("train", "valid", "test")


def holds_every_row_once(observed: Observed, split: Value, n: int) -> None:
    """Ask that the three parts together hold 0 ... n - 1, each once."""
    counts = torch.zeros(n, dtype=torch.int64)
    for part in parts(split):
        for row in part.tensor.flatten().tolist():
            if not 0 <= row < n:
                part.fails(f"row numbers from 0 to {n - 1}", f"the row number {row}", "values")
            counts[int(row)] += 1
    if not bool((counts == 1).all()):
        row = int((counts != 1).nonzero()[0, 0])
        observed.fails(
            f"every row number from 0 to {n - 1} once", f"row {row} is there {int(counts[row])} times", "values"
        )


_CUT = (
    "shuffle all the row numbers into one tensor, then cut it: each slice begins where the one before it ends, and "
    "`train` is all that is left."
)
_FRACTIONS = "before anything else, `raise ValueError(...)` if a fraction is below 0 or their sum is 1 or more."


@check(
    "split_indices",
    points=0.25,
    judges="facts",
    hint="`int(n * fraction)` gives a size; `train` is what is left of `n`.",
)
def test_split_sizes(candidate, draw):
    """Three 1-D int64 tensors, train, valid and test in that order, of the sizes that the fractions give."""
    tens = draw.integer(3, 6)
    train, valid, test = parts(candidate.split_indices(10 * tens, 0.2, 0.3, seed=draw.integer(0, 9999)).result)
    test.shape(3 * tens).dtype(torch.int64)
    valid.shape(2 * tens).dtype(torch.int64)
    train.shape(5 * tens).dtype(torch.int64)


@check("split_indices", points=0.5, hint=_CUT)
def test_split_every_row_once(candidate, draw):
    """The parts are disjoint and hold every row number from 0 to n - 1 exactly once."""
    n = draw.integer(30, 60)
    observed = candidate.split_indices(n, draw.number(0.15, 0.35), draw.number(0.15, 0.35), seed=draw.integer(0, 9999))
    holds_every_row_once(observed, observed.result, n)


@check("split_indices", points=0.25, judges="facts", hint=_FRACTIONS)
def test_split_refuses_bad_fractions(candidate, draw):
    """ValueError for a negative fraction and for fractions whose sum is over 1; good ones are split."""
    n, seed = draw.integer(20, 40), draw.integer(0, 9999)
    for valid_fraction, test_fraction in ((-0.2, 0.3), (0.2, -0.3), (0.6, 0.7)):
        candidate.split_indices(n, valid_fraction, test_fraction, seed=seed).raises("ValueError")
    _, valid, test = parts(candidate.split_indices(n, 0.25, 0.5, seed=seed).result)
    valid.shape(n // 4)
    test.shape(n // 2)


# fit_standardizer


def statistics(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the means and the standard deviations (divisor N - 1) of the columns as rows, in float64."""
    x = x.double()
    means = x.sum(dim=0, keepdim=True) / len(x)
    return means, ((x - means).square().sum(dim=0, keepdim=True) / (len(x) - 1)).sqrt()


def table(draw, n_rows: int, n_features: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Draw features whose means and spreads differ, by column; none of them is constant."""
    column = draw.tensor(1, n_features, low=1, high=9, dtype=torch.float64)
    x = draw.tensor(n_rows, n_features, dtype=torch.float64)
    x[:2] = torch.stack([x[0], x[0] + 1 + x[1].abs()])  # never two rows alike
    return (column * x + 3 * column).to(dtype)


@check("fit_standardizer", points=0.25)
def test_fit_means(candidate, draw):
    """The means of the columns come first, as a row of shape (1, F)."""
    x = table(draw, 6, 3)
    means, _ = candidate.fit_standardizer(x).result.unpack("means", "stds")
    means.values(statistics(x)[0])


@check(
    "fit_standardizer",
    points=0.5,
    hint="by column: subtract the mean, square, add up, divide by N - 1, take the root. `std(dim=0)` does all that.",
)
def test_fit_stds(candidate, draw):
    """The standard deviations of the columns come second, as a row of shape (1, F), with divisor N - 1."""
    x = table(draw, 5, 3)
    _, stds = candidate.fit_standardizer(x).result.unpack("means", "stds")
    stds.values(statistics(x)[1])


# standardize_splits


def standardised(train: Tensor, *others: Tensor) -> list[Tensor]:
    """Return the sets standardised with the statistics of the first, in float64."""
    means, stds = statistics(train)
    return [(part.double() - means) / stds for part in (train, *others)]


_FORMULA = "each set becomes `(x - mean) / std`, with the means and standard deviations of the columns of `train`."


@check("standardize_splits", points=0.5, hint=_FORMULA)
def test_standardize_train(candidate, draw):
    """The columns of the training set come out as (x - mean) / std: mean 0, standard deviation 1."""
    sets = table(draw, 6, 3), table(draw, 3, 3), table(draw, 4, 3)
    train, *_ = parts(candidate.standardize_splits(*sets).result)
    train.values(standardised(*sets)[0])


@check("standardize_splits", points=0.5, hint=_FORMULA)
def test_standardize_others(candidate, draw):
    """Validation and test sets are standardised with the training set's means and standard deviations."""
    sets = table(draw, 6, 3), table(draw, 3, 3), table(draw, 4, 3)
    for part, expected in zip(parts(candidate.standardize_splits(*sets).result), standardised(*sets), strict=True):
        part.values(expected)


# column_targets


@check("column_targets", points=0.25)
def test_column_of_flat_array(candidate, draw):
    """A float64 array of shape (N,) becomes a float32 column of shape (N, 1), in the same order."""
    y = draw.tensor(draw.integer(3, 6), dtype=torch.float64)
    candidate.weighed().column_targets(y.numpy()).result.values(y.unsqueeze(1)).dtype(torch.float32)


@check("column_targets", points=0.25)
def test_column_of_column(candidate, draw):
    """An array and a tensor of shape (N, 1) keep their shape."""
    y = draw.tensor(draw.integer(3, 6), 1)
    candidate.weighed().column_targets(y.numpy()).result.values(y).dtype(torch.float32)
    candidate.column_targets(y).result.values(y).dtype(torch.float32)


_SHAPES = "ask for the whole shape before you reshape: (N,) and (N, 1) are fine, all others a `ValueError`."


@check("column_targets", points=0.25, judges="facts", hint=_SHAPES)
def test_column_refuses_two_columns(candidate, draw):
    """Two columns of targets are a ValueError, one is not."""
    y = draw.tensor(4, 2)
    candidate.column_targets(y.numpy()).raises("ValueError")
    candidate.column_targets(y).raises("ValueError")
    candidate.column_targets(y[:, 1].contiguous()).result.values(y[:, 1:])
