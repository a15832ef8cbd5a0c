"""Wrong implementations of 09_data_preparation, as learners write them, with what a teacher says about each."""

# %%
import math
import random

import numpy as np
import torch

# %% task="split_indices" name="no-shuffle"
# Files are often sorted, this one by place: cut as it is, the test set is one corner of California. Shuffle the row
# numbers before you cut them.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    return torch.arange(n).split([n - n_valid - n_test, n_valid, n_test])


# %% task="split_indices" name="shuffles-inside-the-parts"
# You cut first and shuffle then: the order inside a part is random, but which rows are in it is not. Shuffle all the
# row numbers, then cut.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    generator = torch.Generator().manual_seed(seed)
    parts = torch.arange(n).split([n - n_valid - n_test, n_valid, n_test])
    return tuple(part[torch.randperm(len(part), generator=generator)] for part in parts)


# %% task="split_indices" name="seed-ignored"
# Without the seed the split changes at every run, and rows that tested the model yesterday train it today. Draw from a
# generator that `seed` has seeded.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    return torch.randperm(n).split([n - n_valid - n_test, n_valid, n_test])


# %% task="split_indices" name="generator-not-seeded" presumes=["not manual_seed()", "Generator()"]
# A new `torch.Generator()` always starts from the same number of its own. Seed it with yours: `.manual_seed(seed)`.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator())
    return order.split([n - n_valid - n_test, n_valid, n_test])


# %% task="split_indices" name="fixed-seed"
# You seed with a number of your own, so the argument `seed` isn't used. Pass it on.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(42))
    return order.split([n - n_valid - n_test, n_valid, n_test])


# %% task="split_indices" name="reseeds-torch" presumes=["manual_seed() or seed()"]
# `torch.manual_seed` re-seeds the generator that everybody shares: from then on the whole program repeats itself. Make
# a `torch.Generator()` of your own.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    torch.manual_seed(seed)
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    return torch.randperm(n).split([n - n_valid - n_test, n_valid, n_test])


# %% task="split_indices" name="reseeds-numpy" presumes=["seed()"]
# `np.random.seed` re-seeds the generator that all of NumPy's users share. `np.random.default_rng(seed)` is one of your
# own.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    np.random.seed(seed)
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    return torch.from_numpy(np.random.permutation(n)).split([n - n_valid - n_test, n_valid, n_test])


# %% task="split_indices" name="with-replacement" presumes=["randint()"]
# `torch.randint` draws with replacement: some rows appear twice, others never. `torch.randperm` deals each row once.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randint(0, n, (n,), generator=torch.Generator().manual_seed(seed))
    return order.split([n - n_valid - n_test, n_valid, n_test])


# %% task="split_indices" name="overlapping-slices"
# Both slices start at 0, so the same rows validate and test. The validation slice starts where the test slice ends.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[n_valid + n_test :], order[:n_valid], order[:n_test]


# %% task="split_indices" name="drawn-anew-for-each-part"
# Three shuffles know nothing of each other, so a row can land in two parts. Shuffle once, and cut that.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    generator = torch.Generator().manual_seed(seed)
    sizes = (n - n_valid - n_test, n_valid, n_test)
    return tuple(torch.randperm(n, generator=generator)[:size] for size in sizes)


# %% task="split_indices" name="trains-on-everything"
# The training part still holds the validation and test rows, so the model is judged on what it was fitted to. Leave
# those rows out of it.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order, order[:n_valid], order[n_valid : n_valid + n_test]


# %% task="split_indices" name="minus-zero"
# Counted from the end, a part of size 0 goes wrong: `order[-0:]` is the whole tensor. Count from the front.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[: n - n_valid - n_test], order[n - n_valid - n_test : n - n_test], order[-n_test:]


# %% task="split_indices" name="minus-zero-cut-off" presumes=["_[-_:] or _[:-_]"]
# Counted from the end, a part of size 0 goes wrong: `order[-0:]` is the whole tensor, and `order[:-0]` has nothing.
# Count from the front.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    rest = order[:-n_test]
    return rest[n_valid:], rest[:n_valid], order[-n_test:]


# %% task="split_indices" name="rounded-sizes" presumes=["round()"]
# `round` goes up as often as down. The sizes here are `int(n * fraction)`, which always cuts off.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = round(n * valid_fraction), round(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order.split([n - n_valid - n_test, n_valid, n_test])


# %% task="split_indices" name="rows-lost"
# Three sizes that are each cut off need not add up to n: the rows between are in no part at all. The training set takes
# whatever is left.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_train = int(n * (1 - valid_fraction - test_fraction) + 1e-9)
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[:n_train], order[n_train : n_train + n_valid], order[n_train + n_valid : n_train + n_valid + n_test]


# %% task="split_indices" name="fraction-of-the-rest"
# You take the validation rows as a fraction of what the test set has left over. Both fractions are of `n`, all the
# rows.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_test = int(n * test_fraction)
    n_valid = int((n - n_test) * valid_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order.split([n - n_valid - n_test, n_valid, n_test])


# %% task="split_indices" name="sizes-by-chance" presumes=["rand() or bernoulli()"]
# A coin thrown for each row gives parts of the right size only on average. Shuffle, and cut at the exact sizes.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    coin = torch.rand(n, generator=torch.Generator().manual_seed(seed))
    is_test = coin < test_fraction
    is_valid = ~is_test & (coin < test_fraction + valid_fraction)
    return tuple(torch.nonzero(mask).flatten() for mask in (~is_test & ~is_valid, is_valid, is_test))


# %% task="split_indices" name="test-before-valid"
# The parts come back in the wrong order, and the caller would choose by the test set. Return train, valid, test.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order.split([n - n_valid - n_test, n_test, n_valid])


# %% task="split_indices" name="lists"
# These are Python lists of numbers. The parts are to be int64 tensors: `torch.tensor(rows)`.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    rows = list(range(n))
    random.Random(seed).shuffle(rows)
    return rows[n_valid + n_test :], rows[:n_valid], rows[n_valid : n_valid + n_test]


# %% task="split_indices" name="empty-part-of-floats" presumes=["tensor()"]
# `torch.tensor([])` of an empty list is float32, and floats are no row numbers. Say `dtype=torch.int64`.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    rows = list(range(n))
    random.Random(seed).shuffle(rows)
    parts = rows[n_valid + n_test :], rows[:n_valid], rows[n_valid : n_valid + n_test]
    return tuple(torch.tensor(part) for part in parts)


# %% task="split_indices" name="fractions-unchecked" presumes=["not raise"]
# Fractions that make no sense give parts that overlap or are empty, without an error. Raise `ValueError` for them.


def split_indices(n, valid_fraction, test_fraction, seed):
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[n_valid + n_test :], order[:n_valid], order[n_valid : n_valid + n_test]


# %% task="split_indices" name="negative-accepted"
# Only the sum is checked, and a negative fraction makes it smaller. Check that neither is below 0.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[n_valid + n_test :], order[:n_valid], order[n_valid : n_valid + n_test]


# %% task="split_indices" name="sum-unchecked"
# Each fraction is fine on its own, but together they take all the rows, or more than there are. Check the sum as well.


def split_indices(n, valid_fraction, test_fraction, seed):
    if not (0 <= valid_fraction < 1 and 0 <= test_fraction < 1):
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[n_valid + n_test :], order[:n_valid], order[n_valid : n_valid + n_test]


# %% task="split_indices" name="sum-of-one-accepted"
# With a sum of exactly 1 nothing is left to train on. Refuse it too: `>= 1`.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction > 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order.split([n - n_valid - n_test, n_valid, n_test])


# %% task="split_indices" name="sum-by-subtraction" presumes=["1 - _ - _"]
# `1 - 0.7 - 0.3` is not 0 in Python: each subtraction rounds. Add the two fractions and compare the sum with 1, as the
# task says.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or 1 - valid_fraction - test_fraction <= 0:
        raise ValueError("bad fractions")
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    return order[n_valid + n_test :], order[:n_valid], order[n_valid : n_valid + n_test]


# %% task="split_indices" name="zero-refused"
# A fraction of 0 is a sensible wish: no validation set this time. Refuse only what is below 0.


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction <= 0 or test_fraction <= 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order.split([n - n_valid - n_test, n_valid, n_test])


# %% task="split_indices" name="asserts" presumes=["assert"]
# A failed `assert` is an AssertionError, and vanishes altogether under `python -O`. Write `raise ValueError(...)`.


def split_indices(n, valid_fraction, test_fraction, seed):
    assert valid_fraction >= 0 and test_fraction >= 0 and valid_fraction + test_fraction < 1
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order.split([n - n_valid - n_test, n_valid, n_test])


# %% task="fit_standardizer" name="biased-std"
# That divides by N, as NumPy and scikit-learn's `StandardScaler` do. Here the divisor is PyTorch's own, N - 1.


def fit_standardizer(x_train):
    return x_train.mean(dim=0, keepdim=True), x_train.std(dim=0, keepdim=True, correction=0)


# %% task="fit_standardizer" name="global"
# One mean for the whole table mixes ages with incomes. Every column has its own scale: `dim=0`.


def fit_standardizer(x_train):
    return x_train.mean(), x_train.std()


# %% task="fit_standardizer" name="global-as-row"
# You repeat the mean of the whole table for each column. Every column has a mean and a standard deviation of its own:
# `dim=0`.


def fit_standardizer(x_train):
    row = torch.ones_like(x_train[:1])
    return x_train.mean() * row, x_train.std() * row


# %% task="fit_standardizer" name="no-keepdim"
# Without `keepdim=True` the results are flat, of shape (F,). The contract asks for rows of shape (1, F).


def fit_standardizer(x_train):
    return x_train.mean(dim=0), x_train.std(dim=0)


# %% task="fit_standardizer" name="swapped" presumes=["std_mean()"]
# Means first, standard deviations second: `torch.std_mean` returns them the other way round.


def fit_standardizer(x_train):
    return torch.std_mean(x_train, dim=0, keepdim=True)


# %% task="fit_standardizer" name="by-row"
# With `dim=1` the columns disappear, and one value for each house is left. For one value for each feature use `dim=0`.


def fit_standardizer(x_train):
    return x_train.mean(dim=1, keepdim=True), x_train.std(dim=1, keepdim=True)


# %% task="fit_standardizer" name="by-row-as-row"
# The shape depends on the number of rows: you took the mean of each house, not of each feature. Use `dim=0`.


def fit_standardizer(x_train):
    return x_train.mean(dim=1).unsqueeze(0), x_train.std(dim=1).unsqueeze(0)


# %% task="fit_standardizer" name="columns-not-rows"
# The values are right and stand in a column, of shape (F, 1). They must be rows, (1, F), to broadcast against the
# table.


def fit_standardizer(x_train):
    return x_train.mean(dim=0).reshape(-1, 1), x_train.std(dim=0).reshape(-1, 1)


# %% task="fit_standardizer" name="variance"
# That is the variance, in squared units. The standard deviation is its square root.


def fit_standardizer(x_train):
    return x_train.mean(dim=0, keepdim=True), x_train.var(dim=0, keepdim=True)


# %% task="fit_standardizer" name="mean-of-squares"
# "Mean of squares minus square of the mean" subtracts two large, nearly equal numbers, and float32 has no digits left
# for the rest. Subtract the mean first, then square.


def fit_standardizer(x_train):
    n = len(x_train)
    means = x_train.mean(dim=0, keepdim=True)
    variance = ((x_train**2).mean(dim=0, keepdim=True) - means**2) * n / (n - 1)
    return means, variance.clamp(min=0).sqrt()


# %% task="fit_standardizer" name="mean-absolute-deviation" presumes=["abs()"]
# The mean of |x - mean| is another measure of spread. The standard deviation squares, averages, and takes the root.


def fit_standardizer(x_train):
    means = x_train.mean(dim=0, keepdim=True)
    return means, (x_train - means).abs().mean(dim=0, keepdim=True)


# %% task="fit_standardizer" name="min-max" presumes=["min() or amin() or aminmax()"]
# Minimum and range are for another scaling, to 0 ... 1. Standardising needs mean and standard deviation.


def fit_standardizer(x_train):
    low, high = x_train.amin(dim=0, keepdim=True), x_train.amax(dim=0, keepdim=True)
    return low, high - low


# %% task="fit_standardizer" name="median" presumes=["median()"]
# The median is another centre. Standardising subtracts the mean.


def fit_standardizer(x_train):
    return x_train.median(dim=0, keepdim=True).values, x_train.std(dim=0, keepdim=True)


# %% task="fit_standardizer" name="centers-in-place" presumes=["_ -= _"]
# `-=` subtracts the means from the caller's own table. Compute out of place: `x_train - means`.


def fit_standardizer(x_train):
    means = x_train.mean(dim=0, keepdim=True)
    x_train -= means
    return means, (x_train.square().sum(dim=0, keepdim=True) / (len(x_train) - 1)).sqrt()


# %% task="fit_standardizer" name="through-numpy" presumes=["np or numpy"]
# NumPy sees the CPU only, and it divides by N unless you say `ddof=1`. Tensors have the same methods.


def fit_standardizer(x_train):
    array = x_train.numpy()
    means = torch.from_numpy(array.mean(axis=0, keepdims=True))
    return means, torch.from_numpy(array.std(axis=0, keepdims=True))


# %% task="fit_standardizer" name="converts-to-float32"
# A float64 table keeps its digits only if nobody converts it. Leave the dtype as it is.


def fit_standardizer(x_train):
    x = x_train.float()
    return x.mean(dim=0, keepdim=True), x.std(dim=0, keepdim=True)


# %% task="fit_standardizer" name="statistics-module"
# Python numbers in a new tensor: slow, always float32, and impossible on a device whose values can't be read. Stay with
# tensor operations.


def fit_standardizer(x_train):
    columns = x_train.T.tolist()
    means = [sum(column) / len(column) for column in columns]
    stds = [
        math.sqrt(sum((value - mean) ** 2 for value in column) / (len(column) - 1))
        for column, mean in zip(columns, means)
    ]
    return torch.tensor([means]), torch.tensor([stds])


# %% task="fit_standardizer" name="standardises"
# Here only the statistics are wanted; what you return is the standardised table.


def fit_standardizer(x_train):
    return (x_train - x_train.mean(dim=0)) / x_train.std(dim=0), x_train.std(dim=0, keepdim=True)


# %% task="standardize_splits" name="own-statistics"
# Each set was standardised with its own statistics: the same house gets other features in another set. Reuse the mean
# and standard deviation of `train`.


def standardize_splits(train, valid, test):
    return tuple((part - part.mean(dim=0)) / part.std(dim=0) for part in (train, valid, test))


# %% task="standardize_splits" name="own-std-only"
# The mean is that of the training set, but each set was divided by a standard deviation of its own. Take both from
# `train`.


def standardize_splits(train, valid, test):
    means = train.mean(dim=0)
    return tuple((part - means) / part.std(dim=0) for part in (train, valid, test))


# %% task="standardize_splits" name="own-mean-only"
# Everything is divided by the training set's standard deviation, but each set was centred on its own mean. Take both
# from `train`.


def standardize_splits(train, valid, test):
    stds = train.std(dim=0)
    return tuple((part - part.mean(dim=0)) / stds for part in (train, valid, test))


# %% task="standardize_splits" name="all-rows"
# Statistics over all the rows tell the training about rows that it must not see: that is leakage. Only `train` counts.


def standardize_splits(train, valid, test):
    everything = torch.cat([train, valid, test])
    means, stds = everything.mean(dim=0), everything.std(dim=0)
    return tuple((part - means) / stds for part in (train, valid, test))


# %% task="standardize_splits" name="train-and-valid"
# The statistics also depend on the validation rows, which must stay unseen. Only `train` counts.


def standardize_splits(train, valid, test):
    seen = torch.cat([train, valid])
    means, stds = seen.mean(dim=0), seen.std(dim=0)
    return tuple((part - means) / stds for part in (train, valid, test))


# %% task="standardize_splits" name="only-train"
# Validation and test came back as they were, on a scale that the model has never seen. Transform all three alike.


def standardize_splits(train, valid, test):
    return (train - train.mean(dim=0)) / train.std(dim=0), valid.clone(), test.clone()


# %% task="standardize_splits" name="statistics-too-late"
# When you computed the statistics for `valid` and `test`, `train` was already standardised: mean 0, standard deviation
# 1, so nothing happened to them. Compute the statistics once, before.


def standardize_splits(train, valid, test):
    train = (train - train.mean(dim=0)) / train.std(dim=0)
    valid = (valid - train.mean(dim=0)) / train.std(dim=0)
    test = (test - train.mean(dim=0)) / train.std(dim=0)
    return train, valid, test


# %% task="standardize_splits" name="precedence" presumes=["_ - _ / _"]
# Division binds tighter than subtraction: `x - mean / std` divides only the mean. You need parentheses.


def standardize_splits(train, valid, test):
    means, stds = train.mean(dim=0), train.std(dim=0)
    return tuple(part - means / stds for part in (train, valid, test))


# %% task="standardize_splits" name="global-statistics"
# One mean and one standard deviation for the whole table mix features of different scales. Statistics are by column:
# `dim=0`.


def standardize_splits(train, valid, test):
    return tuple((part - train.mean()) / train.std() for part in (train, valid, test))


# %% task="standardize_splits" name="by-row"
# `dim=1` gives a mean for each house. Every feature needs its own: `dim=0`.


def standardize_splits(train, valid, test):
    means, stds = train.mean(dim=1, keepdim=True), train.std(dim=1, keepdim=True)
    return tuple((part - means) / stds for part in (train, valid, test))


# %% task="standardize_splits" name="biased-std"
# You divided by N inside the standard deviation. The contract asks for N - 1, PyTorch's default.


def standardize_splits(train, valid, test):
    means, stds = train.mean(dim=0), train.std(dim=0, unbiased=False)
    return tuple((part - means) / stds for part in (train, valid, test))


# %% task="standardize_splits" name="variance"
# Divided by the variance, the columns don't get the standard deviation 1. Divide by its root: `std`.


def standardize_splits(train, valid, test):
    means, variances = train.mean(dim=0), train.var(dim=0)
    return tuple((part - means) / variances for part in (train, valid, test))


# %% task="standardize_splits" name="centers-only"
# With only the mean subtracted, the columns keep their different scales. Divide by the standard deviation too.


def standardize_splits(train, valid, test):
    means = train.mean(dim=0)
    return tuple(part - means for part in (train, valid, test))


# %% task="standardize_splits" name="scales-only"
# The columns have one spread now but still lie far from 0. Subtract the mean before you divide.


def standardize_splits(train, valid, test):
    stds = train.std(dim=0)
    return tuple(part / stds for part in (train, valid, test))


# %% task="standardize_splits" name="min-max" presumes=["min() or amin() or aminmax()"]
# That squeezes the training set into 0 ... 1. Standardising means mean 0 and standard deviation 1.


def standardize_splits(train, valid, test):
    low, high = train.amin(dim=0), train.amax(dim=0)
    return tuple((part - low) / (high - low) for part in (train, valid, test))


# %% task="standardize_splits" name="padded-std" presumes=["_ + _ or clamp() or add()"]
# A small number added to the standard deviation keeps constant columns from dividing by zero, and makes all others a
# little wrong. No column is constant here: leave it out.


def standardize_splits(train, valid, test):
    means, stds = train.mean(dim=0), train.std(dim=0)
    return tuple((part - means) / (stds + 1e-3) for part in (train, valid, test))


# %% task="standardize_splits" name="in-place" presumes=["_ -= _ or _ /= _"]
# `-=` and `/=` change the caller's tables: a second call standardises them twice. Make new tensors.


def standardize_splits(train, valid, test):
    means, stds = train.mean(dim=0), train.std(dim=0)
    for part in (train, valid, test):
        part -= means
        part /= stds
    return train, valid, test


# %% task="standardize_splits" name="through-numpy" presumes=["np or numpy"]
# NumPy sees the CPU only, so this doesn't work on a GPU. Tensors have the same methods, and their `std` has the right
# divisor.


def standardize_splits(train, valid, test):
    means, stds = train.numpy().mean(axis=0), train.numpy().std(axis=0, ddof=1)
    return tuple(torch.from_numpy((part.numpy() - means) / stds) for part in (train, valid, test))


# %% task="standardize_splits" name="converts-to-float32"
# A float64 table keeps its digits only if nobody converts it. Leave the dtype as it is.


def standardize_splits(train, valid, test):
    means, stds = train.float().mean(dim=0), train.float().std(dim=0)
    return tuple((part.float() - means) / stds for part in (train, valid, test))


# %% task="standardize_splits" name="test-before-valid"
# The sets come back in another order than they were given. Return train, valid, test.


def standardize_splits(train, valid, test):
    means, stds = train.mean(dim=0), train.std(dim=0)
    return (train - means) / stds, (test - means) / stds, (valid - means) / stds


# %% task="column_targets" name="not-reshaped"
# Flat targets of shape (N,) against predictions of shape (N, 1) broadcast to (N, N), and the loss is meaningless. Make
# them a column.


def column_targets(y):
    if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1):
        raise ValueError("wrong shape")
    return torch.tensor(y, dtype=torch.float32)


# %% task="column_targets" name="flattens" presumes=["flatten() or reshape() or ravel() or view()"]
# You made everything flat, and the predictions are a column, (N, 1). Reshape to `(-1, 1)`.


def column_targets(y):
    if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1):
        raise ValueError("wrong shape")
    return torch.tensor(y, dtype=torch.float32).reshape(-1)


# %% task="column_targets" name="unsqueeze-always" presumes=["unsqueeze()"]
# `unsqueeze` adds a dimension even where the column is there already: (N, 1) becomes (N, 1, 1). Add it to flat targets
# only.


def column_targets(y):
    if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1):
        raise ValueError("wrong shape")
    return torch.tensor(y, dtype=torch.float32).unsqueeze(1)


# %% task="column_targets" name="squeezes-first" presumes=["squeeze()"]
# `squeeze()` drops every dimension of size 1, and a column of a single target loses both. Reshape to `(-1, 1)` instead.


def column_targets(y):
    if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1):
        raise ValueError("wrong shape")
    return torch.tensor(y, dtype=torch.float32).squeeze().unsqueeze(1)


# %% task="column_targets" name="row"
# That is a row, of shape (1, N). The targets must stand below each other, like the predictions: (N, 1).


def column_targets(y):
    if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1):
        raise ValueError("wrong shape")
    return torch.tensor(y, dtype=torch.float32).reshape(1, -1)


# %% task="column_targets" name="float64"
# The dtype stayed as it was. NumPy's floats are float64, and float64 targets make the loss against float32 predictions
# float64 too. Convert to float32.


def column_targets(y):
    if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1):
        raise ValueError("wrong shape")
    return torch.tensor(y).reshape(-1, 1)


# %% task="column_targets" name="floattensor-view" presumes=["FloatTensor()"]
# `torch.FloatTensor(...)` shares the memory of a float32 array (it copies only when it has to convert), and refuses
# tensors of most dtypes. Use `torch.tensor(y, dtype=torch.float32)`, which copies.


def column_targets(y):
    if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1):
        raise ValueError("wrong shape")
    return torch.FloatTensor(y).reshape(-1, 1)


# %% task="column_targets" name="shares-memory"
# `as_tensor`, `from_numpy`, `float()` and `reshape` copy only when they must: targets that are float32 already are
# shared with the caller. Copy: `.clone()`.


def column_targets(y):
    if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1):
        raise ValueError("wrong shape")
    return torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1)


# %% task="column_targets" name="arrays-only" presumes=["from_numpy()"]
# `torch.from_numpy` takes arrays and nothing else. `torch.as_tensor` takes arrays and tensors.


def column_targets(y):
    if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1):
        raise ValueError("wrong shape")
    return torch.from_numpy(y).to(torch.float32, copy=True).reshape(-1, 1)


# %% task="column_targets" name="tensors-only" presumes=["float()"]
# Arrays have `astype`, not `float()`; tensors have it the other way round. Make a tensor of either first:
# `torch.as_tensor(y)`.


def column_targets(y):
    if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1):
        raise ValueError("wrong shape")
    return y.clone().float().reshape(-1, 1)


# %% task="column_targets" name="shape-unchecked" presumes=["not raise"]
# `reshape(-1, 1)` makes a column out of anything, so two columns of targets become one of twice the length. Refuse
# other shapes with `ValueError`.


def column_targets(y):
    return torch.tensor(y, dtype=torch.float32).reshape(-1, 1)


# %% task="column_targets" name="two-columns-accepted"
# You looked at the number of dimensions only: (N, 2) has two, and is no column. The second must be 1.


def column_targets(y):
    if y.ndim not in (1, 2):
        raise ValueError("wrong shape")
    result = torch.tensor(y, dtype=torch.float32)
    return result if result.ndim == 2 else result.unsqueeze(1)


# %% task="column_targets" name="row-accepted"
# A row of shape (1, N) is one sample with N targets, not N targets. Only (N,) and (N, 1) are fine.


def column_targets(y):
    if y.ndim not in (1, 2) or (y.ndim == 2 and 1 not in y.shape):
        raise ValueError("wrong shape")
    return torch.tensor(y, dtype=torch.float32).reshape(-1, 1)


# %% task="column_targets" name="number-accepted"
# A single number without a dimension is no list of targets. Refuse it, like all other shapes, with `ValueError`.


def column_targets(y):
    if y.ndim > 2 or (y.ndim == 2 and y.shape[1] != 1):
        raise ValueError("wrong shape")
    return torch.tensor(y, dtype=torch.float32).reshape(-1, 1)


# %% task="column_targets" name="first-column-of-many"
# Of several columns you keep the first and drop the others without an error. Refuse them with `ValueError`.


def column_targets(y):
    if y.ndim not in (1, 2):
        raise ValueError("wrong shape")
    result = torch.tensor(y, dtype=torch.float32)
    return result[:, :1].clone() if result.ndim == 2 else result.unsqueeze(1)


# %% task="column_targets" name="size-of-an-array" presumes=["_.size"]
# `.size` is a number for an array and a method for a tensor, so this comparison fails for one of them. `.shape` is the
# same for both.


def column_targets(y):
    if y.shape not in ((y.size,), (y.size, 1)):
        raise ValueError("wrong shape")
    return torch.tensor(y, dtype=torch.float32).reshape(-1, 1)


# %% task="column_targets" name="reshapes-the-argument"
# Assigning to `y.shape`, and methods that end in `_`, change the caller's own targets. `reshape` leaves them alone.


def column_targets(y):
    if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1):
        raise ValueError("wrong shape")
    if isinstance(y, np.ndarray):
        y.shape = (-1, 1)
    elif y.ndim == 1:
        y.unsqueeze_(1)
    return torch.tensor(y, dtype=torch.float32)


# %% task="column_targets" name="asserts" presumes=["assert"]
# A failed `assert` is an AssertionError, and vanishes altogether under `python -O`. Write `raise ValueError(...)`.


def column_targets(y):
    assert y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1), "wrong shape"
    return torch.tensor(y, dtype=torch.float32).reshape(-1, 1)


# %% task="column_targets" name="sorted" presumes=["sort() or sorted()"]
# Every target belongs to its row: sorted, they belong to other houses. Keep the order.


def column_targets(y):
    if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1):
        raise ValueError("wrong shape")
    return torch.tensor(y, dtype=torch.float32).reshape(-1).sort().values.reshape(-1, 1)
