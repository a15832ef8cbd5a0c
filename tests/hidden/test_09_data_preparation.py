"""Hidden checks of 09_data_preparation."""

from __future__ import annotations

import random

import numpy as np
import torch

from grader.suites import CURVE_RTOL, check, domain, probe, public_suite

public = public_suite(__file__)
parts = public.parts

# Printed in the course notes: the losses of 20 epochs of linear regression on the standardised training rows of
# California Housing (rate 0.4, seed 42), and the predictions for the first three test rows.
PUBLISHED_LOSSES = [
    16.158456802368164,
    4.8793745040893555,
    2.255225419998169,
    1.3307634592056274,
    0.9680691957473755,
    0.8142675757408142,
    0.7417045831680298,
    0.7020701169967651,
    0.6765918731689453,
    0.6577965021133423,
    0.6426151990890503,
    0.6297222971916199,
    0.6184942126274109,
    0.6085968613624573,
    0.5998216271400452,
    0.592018723487854,
    0.5850691795349121,
    0.578873336315155,
    0.573345422744751,
    0.5684100389480591,
]
PUBLISHED_PREDICTIONS = [0.8916, 1.648, 2.6577]

# split_indices


@check(
    "split_indices",
    points=0.5,
    hint="shuffle all row numbers *before* cutting: chance decides which rows are in a part, not only in what order.",
)
def test_split_is_shuffled(candidate, draw):
    """No part consists of consecutive row numbers, in whatever order."""
    n = draw.integer(60, 90)
    observed = candidate.split_indices(n, 0.25, 0.25, seed=draw.integer(0, 9999))
    for part in parts(observed.result):
        rows = sorted(map(int, part.tensor.tolist()))
        if rows[-1] - rows[0] == len(rows) - 1:
            part.fails("rows from anywhere in the table", f"just the rows {rows[0]} to {rows[-1]}", "values")
    public.holds_every_row_once(observed, observed.result, n)


@probe
def split_twice(student, n, valid_fraction, test_fraction, seed):
    """split_indices twice with the same seed, with the global generators in different states"""
    splits = []
    for state in (1, 2):
        torch.manual_seed(state)
        np.random.seed(state)
        random.seed(state)
        splits.append(student.split_indices(n, valid_fraction, test_fraction, seed))
    return splits


@check(
    "split_indices",
    points=0.25,
    hint="give `torch.randperm` a `generator=` that you made and seeded in this very call.",
)
def test_split_repeats_with_its_seed(candidate, draw):
    """The same seed gives the same split at every call, whatever state the global generators are in."""
    n = draw.integer(40, 60)
    observed = candidate.run(split_twice, n, 0.25, 0.25, draw.integer(0, 9999))
    first, second = observed.result.unpack("the first split", "the second split")
    public.holds_every_row_once(observed, first, n)
    for one, other in zip(parts(first), parts(second), strict=True):
        other.name = f"{other.name} of the second split"
        other.values(one.tensor)


@check(
    "split_indices",
    points=0.25,
    hint="seed your generator with the argument `seed`: every seed gave the same split.",
)
def test_split_differs_with_another_seed(candidate, draw):
    """Another seed puts other rows in the parts."""
    n, seed = draw.integer(60, 90), draw.integer(0, 9999)
    one = candidate.split_indices(n, 0.25, 0.25, seed=seed)
    other = candidate.split_indices(n, 0.25, 0.25, seed=seed + draw.integer(1, 99))
    for first, second in zip(parts(one.result), parts(other.result), strict=True):
        if sorted(first.tensor.tolist()) == sorted(second.tensor.tolist()):
            second.fails("other rows than with another seed", "the same rows", "values")
    public.holds_every_row_once(other, other.result, n)


@check(
    "split_indices",
    points=0.25,
    hint="make a generator of your own, `torch.Generator().manual_seed(seed)`, and draw from that one.",
)
def test_split_leaves_global_generators(candidate, draw):
    """The global generators of torch, NumPy and random are as before, and so are all other settings."""
    n = draw.integer(20, 40)
    observed = candidate.split_indices(n, 0.2, 0.2, seed=draw.integer(0, 9999)).state_kept()
    public.holds_every_row_once(observed, observed.result, n)


@check("split_indices", points=0.25, judges="facts", hint=public._FRACTIONS)
def test_split_refuses_at_the_edge(candidate, draw):
    """A sum of exactly 1 is a ValueError, and so is a slightly negative fraction; a sum just below 1 is fine."""
    n, seed = draw.integer(8, 15) * 8, draw.integer(0, 9999)
    for fractions in ((0.5, 0.5), (0.25, 0.75), (1.0, 0.0), (0.0, 1.0), (-0.001, 0.5), (0.5, -0.001), (1.5, -0.7)):
        candidate.split_indices(n, *fractions, seed=seed).raises("ValueError")
    for fractions in ((0.5, 0.375), (0.125, 0.75)):
        train, valid, test = parts(candidate.split_indices(n, *fractions, seed=seed).result)
        test.shape(int(n * fractions[1]))
        valid.shape(int(n * fractions[0]))
        train.shape(n // 8)


@domain("split_indices", points=0.5, raises=["ValueError"])
def test_split_of_any_number_of_rows(pick):
    """Any number of rows, any fractions and any seed: right sizes, each row once, and the same split again."""
    right = ((0.25, 0.25), (0.0, 0.0), (0.2, 0.3), (0.0, 0.3), (0.3, 0.0), (0.29, 0.58), (0.57, 0.29), (0.1, 0.7))
    wrong = ((0.7, 0.3), (0.9, 0.1), (1.0, 0.0), (0.6, 0.5), (-0.1, 0.2), (0.2, -0.1), (0.3, -1e-9), (1.5, -0.7))
    valid, test = pick.of(*right, (0.9, 0.09), (0.5, 0.49995), *right, *wrong)
    n, seed = pick.of(10, 1, 2, 3, 100, 100, 200, *["any"] * 7), pick.seed()
    n = pick.integer(1, 300) if n == "any" else n
    names = pick.of("{}, {}, {}, {}", "n={}, valid_fraction={}, test_fraction={}, seed={}")
    call = f"split_indices({names})"
    pick.call(call.format(n, valid, test, seed), backward=False)
    pick.do("train, valid, test = result", "rows = torch.cat([train, valid, test])")
    pick.observe("isinstance(result, tuple)", "len(train), len(valid), len(test)", "rows.sort().values")
    pick.observe("[part.dtype for part in result]")
    again = pick.of("", "same", "other" if n * test > 10 else "same")
    if again:
        pick.do("torch.rand(3), np.random.rand(3), random.random()")
        pick.do(f"again = {call.format(n, valid, test, seed if again == 'same' else seed ^ 5)}")
        pick.observe("torch.equal(rows, torch.cat(again))")


# fit_standardizer


@check(
    "fit_standardizer",
    points=0.25,
    hint="one value for each column: with `dim=0` the rows disappear; `keepdim=True` keeps it, with size 1.",
)
def test_fit_shapes(candidate, draw):
    """Both have shape (1, F) whatever N and F are: as many rows as columns, two rows, one column."""
    for n_rows, n_features in ((3, 3), (2, 4), (5, 1)):
        x = public.table(draw, n_rows, n_features)
        means, stds = candidate.fit_standardizer(x).result.unpack("means", "stds")
        means.values(public.statistics(x)[0])
        stds.values(public.statistics(x)[1])


@check(
    "fit_standardizer",
    points=0.25,
    hint="subtract the mean before you square, as `std` does: the difference of two large squares has no digits left.",
)
def test_fit_far_from_zero(candidate, draw):
    """A column that lies far from zero gets the right statistics too, in any memory layout."""
    x = (draw.tensor(3, 40, low=-2, high=2) + torch.tensor([[-120.0], [2000.0], [0.0]])).T
    means, stds = candidate.fit_standardizer(x).result.unpack("means", "stds")
    means.values(public.statistics(x)[0])
    stds.values(public.statistics(x)[1])


@check("fit_standardizer", points=0.25)
def test_fit_leaves_x_train(candidate, draw):
    """x_train is not modified."""
    x = public.table(draw, 5, 3)
    observed = candidate.fit_standardizer(x)
    means, _ = observed.result.unpack("means", "stds")
    means.values(public.statistics(x)[0])
    observed.unchanged(0)


@check("fit_standardizer", points=0.25, judges="facts")
def test_fit_on_another_device(candidate, draw, device):
    """On another device both results are rows on that device."""
    x = public.table(draw, 5, 3).to(device)
    for result in candidate.fit_standardizer(x).result.unpack("means", "stds"):
        result.shape(1, 3).device(device)


@domain("fit_standardizer", points=0.25)
def test_fit_on_any_table(pick):
    """Any table of any float dtype gives the right rows: large and tiny values, constant columns, any layout."""
    dtype = pick.of("float32", "float64", "float16", "bfloat16")
    if dtype == "float32" and pick.of(False, False, True):
        rows, columns = pick.of((300, 2), (257, 3), (1000, 1))
        x = pick.given("x_train", f"torch.arange({rows * columns}.0).reshape({rows}, {columns})")
    else:
        scales = (1.0, 1e-6, 1e6) if dtype in ("float32", "float64") else (1.0,)
        low, high = pick.of((-3, 3), (1000, 1004), (-3, 3), (0, 0)) if dtype == "float32" else (-3, 3)
        shape = pick.of(2, 3, 4), pick.of(2, 3, 1)
        x = pick.tensor("x_train", shape, dtypes=(dtype,), low=low, high=high, scales=scales)
    pick.call(f"fit_standardizer({x})")


# standardize_splits


@check(
    "standardize_splits",
    points=0.25,
    hint="take the mean and the standard deviation of `train` for all three: one row has neither of its own.",
)
def test_standardize_one_row_or_none(candidate, draw):
    """A validation or test set of one row is neither zeros nor NaN, and one without rows stays empty."""
    for n_valid, n_test in ((1, 1), (0, 2), (3, 0)):
        sets = public.table(draw, 5, 2), *(draw.tensor(n, 2) for n in (n_valid, n_test))
        expected = public.standardised(*sets)
        for part, values in zip(parts(candidate.standardize_splits(*sets).result), expected, strict=True):
            part.values(values)


@check(
    "standardize_splits",
    points=0.25,
    hint="compute the statistics from `train` alone.",
)
def test_standardize_without_leakage(candidate, draw):
    """Whatever is in the validation and test sets, the standardised training set is the same."""
    train = public.table(draw, 6, 2)
    for spread in (1, 1000):
        others = spread * draw.tensor(4, 2), spread * draw.tensor(5, 2)
        expected = public.standardised(train, *others)
        for part, values in zip(parts(candidate.standardize_splits(train, *others).result), expected, strict=True):
            part.values(values)


@check("standardize_splits", points=0.25)
def test_standardize_leaves_its_arguments(candidate, draw):
    """The three arguments are not modified, and the results have their own memory."""
    sets = public.table(draw, 6, 3), public.table(draw, 3, 3), public.table(draw, 4, 3)
    observed = candidate.standardize_splits(*sets)
    train, valid, test = parts(observed.result)
    train.values(public.standardised(*sets)[0])
    observed.unchanged()
    for part in (train, valid, test):
        part.owns_memory()


@check("standardize_splits", points=0.25, judges="facts")
def test_standardize_on_another_device(candidate, draw, device):
    """On another device all three results are there, with the shapes of the arguments."""
    sets = [public.table(draw, n, 3).to(device) for n in (6, 3, 4)]
    for part, given in zip(parts(candidate.standardize_splits(*sets).result), sets, strict=True):
        part.shape(*given.shape).device(device)


@probe
def regression_on_california_housing(student):
    """standardize_splits on California Housing; then 20 epochs of linear regression, and three test predictions"""
    from sklearn.datasets import fetch_california_housing
    from sklearn.model_selection import train_test_split

    housing = fetch_california_housing()
    X_rest, X_test, y_rest, _ = train_test_split(housing.data, housing.target, random_state=42)
    X_train, X_valid, y_train, _ = train_test_split(X_rest, y_rest, random_state=42)
    X_train, X_valid, X_test = (torch.tensor(part, dtype=torch.float32) for part in (X_train, X_valid, X_test))
    y = torch.tensor(y_train, dtype=torch.float32).reshape(-1, 1)
    X_train, _, X_test = student.standardize_splits(X_train, X_valid, X_test)
    w = torch.randn((8, 1), generator=torch.Generator().manual_seed(42))
    b, losses = torch.tensor(0.0), []
    for _ in range(20):
        error = X_train @ w + b - y
        losses.append(error.square().mean().item())
        w, b = w - 0.4 * 2 / len(y) * X_train.T @ error, b - 0.4 * 2 * error.mean()
    return losses, (X_test[:3] @ w + b).flatten()


@check(
    "standardize_splits",
    points=0.5,
    judges="facts",
    hint="the training statistics are wrong on real data: print the mean and the standard deviation of every column of "
    "your results. Those of the training set must be 0 and 1.",
)
def test_standardize_california_housing(candidate):
    """On California Housing, linear regression then has the losses and predictions printed in the course notes."""
    losses, predictions = candidate.run(regression_on_california_housing).result.unpack("losses", "predictions")
    for loss, expected in zip(losses.items(20), PUBLISHED_LOSSES, strict=True):
        loss.number(expected, rtol=CURVE_RTOL)
    predictions.values(PUBLISHED_PREDICTIONS, rtol=CURVE_RTOL)


@domain("standardize_splits", points=0.5, free=["memory"])
def test_standardize_any_sets(pick):
    """Any three sets, also empty ones and the same one twice, get the statistics of the training set."""
    dtype, columns = pick.of("float32", "float64", "float16", "bfloat16"), pick.of(2, 3, 1)
    scale = pick.of(1.0, 0.1, 1000.0, 1e6) if dtype == "float32" else pick.of(1.0, 2.0)
    low, high = pick.of((-3, 3), (1000, 1003)) if dtype == "float32" and scale == 1.0 else (-3, 3)
    drawn = {"dtypes": (dtype,), "low": low, "high": high, "scales": (scale,)}
    train = pick.tensor("train", (pick.of(2, 3, 5), columns), **drawn)
    pick.do(f"train[0] = train[1] + {scale}")
    valid = pick.tensor("valid", (pick.of(2, 1, 0, 3), columns), **drawn) if pick.of(True, True, True, False) else train
    test = pick.tensor("test", (pick.of(2, 1, 0, 4), columns), **drawn)
    pick.call(f"standardize_splits({train}, {valid}, {test})")


# column_targets


@check("column_targets", points=0.25)
def test_column_of_any_dtype(candidate, draw):
    """Arrays and tensors of integers and floats of any size become float32."""
    for dtype in (torch.float64, torch.float16, torch.int64, torch.int32, torch.uint8, torch.int8):
        y = draw.tensor(5, low=0, high=90, dtype=dtype)
        for given in (y.numpy(), y):
            result = candidate.weighed().column_targets(given).result
            result.dtype(torch.float32).values(y.float().unsqueeze(1))


@check("column_targets", points=0.25, judges="facts", hint=public._SHAPES)
def test_column_refuses_other_shapes(candidate, draw):
    """(1, N), (N, 3), 0-D and 3-D are a ValueError, for arrays and tensors; (N,) and (N, 1) are not."""
    for shape in ((1, 4), (2, 3), (), (4, 1, 1), (1, 1, 1), (1, 2)):
        y = draw.tensor(*shape)
        candidate.column_targets(y).raises("ValueError").unchanged(0)
        candidate.column_targets(y.numpy()).raises("ValueError").unchanged(0)
    y = draw.tensor(3)
    candidate.column_targets(y).result.values(y.unsqueeze(1))


@probe
def column_of_a_table(student, table):
    """column_targets(table[:, 1]), then column_targets(table[:, 1:2]); then 100 is added to the table"""
    columns = student.column_targets(table[:, 1]), student.column_targets(table[:, 1:2])
    table += 100
    return columns


@check(
    "column_targets",
    points=0.5,
    hint="the result must be a copy even when nothing has to be converted: add `.clone()`, or use `torch.tensor`.",
)
def test_column_has_own_memory(candidate, draw):
    """The argument isn't modified, and changing it later doesn't change the result, even if it is float32 already."""
    for y in (draw.tensor(4), draw.tensor(4, 1)):
        for given in (y.numpy(), y):
            observed = candidate.column_targets(given)
            observed.result.values(y.reshape(4, 1)).owns_memory()
            observed.unchanged(0)
    table = draw.tensor(5, 3)
    for given in (table.numpy(), table):
        for column in candidate.run(column_of_a_table, given).result.unpack("the first", "the second"):
            column.values(table[:, 1:2])


@domain("column_targets", points=0.25, raises=["ValueError"])
def test_column_of_any_targets(pick):
    """Arrays and tensors of any dtype become a float32 column of their own, or are refused for their shape."""
    n = pick.of(3, 1, 2, 4)
    shapes = ((n,), (n, 1), (n,), (n, 1), (1, n + 1), (n, 2), (), (1, 1, n), (n, 1, 1), (2, 1, 2))
    shape = shapes[pick.integer(0, len(shapes) - 1)]
    dtypes = ("float32", "float64", "int64", "int32", "uint8", "float16", "int8", "int16")
    source = pick.of("tensor", "array", "table", "array of a table")
    if source == "tensor":
        y = pick.tensor("y", shape, dtypes=dtypes, low=-90, high=90, scales=(1.0, 1e-6, 100.0))
    elif source == "array":
        y = pick.array("y", shape, dtypes=dtypes, low=-90, high=90)
    else:
        make = pick.tensor if source == "table" else pick.array
        table = make("table", (n, 3), dtypes=dtypes, low=-90, high=90)
        y = pick.given("y", pick.of(f"{table}[:, 1]", f"{table}[:, 2:]", f"{table}[:, 1:]", f"{table}[:1]"))
    pick.call(f"column_targets({y})")
