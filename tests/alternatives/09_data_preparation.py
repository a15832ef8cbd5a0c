"""Other right implementations of 09_data_preparation."""

# %%
import copy
import math
import random

import numpy as np
import torch

# %% task="split_indices" name="three-slices"


def split_indices(n, valid_fraction, test_fraction, seed):
    if min(valid_fraction, test_fraction) < 0 or not valid_fraction + test_fraction < 1:
        raise ValueError("bad fractions")
    generator = torch.Generator()
    generator.manual_seed(seed)
    order = torch.randperm(n, generator=generator)
    n_test = int(n * test_fraction)
    n_valid = int(n * valid_fraction)
    return order[n_test + n_valid :], order[n_test : n_test + n_valid], order[:n_test]


# %% task="split_indices" name="numpy-generator"


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError
    order = np.random.default_rng(seed).permutation(n)
    n_valid = int(n * valid_fraction)
    n_test = int(n * test_fraction)
    valid, test, train = np.split(order, [n_valid, n_valid + n_test])
    return torch.from_numpy(train), torch.from_numpy(valid), torch.from_numpy(test)


# %% task="split_indices" name="random-module-sorted"


def split_indices(n, valid_fraction, test_fraction, seed):
    for fraction in (valid_fraction, test_fraction):
        if fraction < 0:
            raise ValueError(f"negative: {fraction}")
    if valid_fraction + test_fraction >= 1.0:
        raise ValueError("nothing left to train on")
    rows = list(range(n))
    random.Random(seed).shuffle(rows)
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    valid, test = sorted(rows[:n_valid]), sorted(rows[n_valid : n_valid + n_test])
    train = sorted(rows[n_valid + n_test :])
    return tuple(torch.tensor(part, dtype=torch.long) for part in (train, valid, test))


# %% task="split_indices" name="random-split"

from torch.utils.data import random_split


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    lengths = [n - n_valid - n_test, n_valid, n_test]
    subsets = random_split(range(n), lengths, generator=torch.Generator().manual_seed(seed))
    return tuple(torch.tensor(list(subset.indices), dtype=torch.int64) for subset in subsets)


# %% task="split_indices" name="sort-of-random-keys"


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    keys = torch.rand(n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    order = keys.argsort()
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    start = n - n_test
    return order[: start - n_valid].clone(), order[start - n_valid : start].clone(), order[start:].clone()


# %% task="split_indices" name="forked-generator"


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        order = torch.randperm(n)
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    return order[n_valid + n_test :], order[:n_valid], order[n_valid : n_valid + n_test]


# %% task="split_indices" name="random-state"


def split_indices(n, valid_fraction, test_fraction, seed):
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    order = torch.from_numpy(np.random.RandomState(seed).permutation(n))
    n_test, n_valid = int(n * test_fraction), int(n * valid_fraction)
    test, valid, train = order.tensor_split([n_test, n_test + n_valid])
    return train, valid, test


# %% task="fit_standardizer" name="std-mean"


def fit_standardizer(x_train):
    stds, means = torch.std_mean(x_train, dim=0, keepdim=True)
    return means, stds


# %% task="fit_standardizer" name="named-tuple"

from collections import namedtuple

Statistics = namedtuple("Statistics", "means stds")


def fit_standardizer(x_train):
    return Statistics(means=x_train.mean(0, keepdim=True), stds=x_train.std(0, keepdim=True))


# %% task="fit_standardizer" name="by-hand"


def fit_standardizer(x_train):
    n = x_train.shape[0]
    means = x_train.sum(0, keepdim=True) / n
    deviations = x_train - means
    return means, ((deviations * deviations).sum(0, keepdim=True) / (n - 1)).sqrt()


# %% task="fit_standardizer" name="var-unsqueezed"


def fit_standardizer(x_train):
    return x_train.mean(0)[None, :], torch.sqrt(torch.var(x_train, 0, correction=1)).unsqueeze(0)


# %% task="fit_standardizer" name="column-by-column"


def fit_standardizer(x_train):
    columns = x_train.unbind(dim=1)
    means = torch.stack([column.mean() for column in columns]).reshape(1, -1)
    stds = torch.stack([column.std(unbiased=True) for column in columns]).reshape(1, -1)
    return means, stds


# %% task="fit_standardizer" name="transposed"


def fit_standardizer(x_train):
    stds, means = torch.std_mean(x_train.T, dim=1, keepdim=True)
    return means.T, stds.T


# %% task="standardize_splits" name="loop"


def standardize_splits(train, valid, test):
    means = train.mean(dim=0, keepdim=True)
    stds = train.std(dim=0, keepdim=True)
    return tuple((part - means) / stds for part in (train, valid, test))


# %% task="standardize_splits" name="list-of-copies"


def standardize_splits(train, valid, test):
    stds, means = torch.std_mean(train, dim=0)
    results = tuple(part.clone() for part in (train, valid, test))
    for result in results:
        result -= means
        result /= stds
    return results


# %% task="standardize_splits" name="tiny-number-added"


def standardize_splits(train, valid, test):
    mean, std = train.mean(0), train.std(0)
    return tuple((part - mean) / (std + 1e-8) for part in (train, valid, test))


# %% task="standardize_splits" name="inner-function"


def standardize_splits(train, valid, test):
    n = len(train)
    center = train.sum(dim=0) / n
    scale = torch.sqrt(((train - center) ** 2).sum(dim=0) / (n - 1))

    def transform(x):
        return x.sub(center).div(scale)

    return transform(train), transform(valid), transform(test)


# %% task="standardize_splits" name="one-table"


def standardize_splits(train, valid, test):
    table = torch.cat([train, valid, test])
    z = (table - train.mean(0)) / torch.linalg.vector_norm(train - train.mean(0), dim=0) * math.sqrt(len(train) - 1)
    first, last = len(train), len(train) + len(valid)
    return z[:first], z[first:last], z[last:]


# %% task="standardize_splits" name="stacked-columns"


def standardize_splits(train, valid, test):
    results = []
    for part in (train, valid, test):
        columns = [(p - t.mean()) / t.std() for p, t in zip(part.unbind(1), train.unbind(1), strict=True)]
        results.append(torch.stack(columns, dim=1))
    return results[0], results[1], results[2]


# %% task="column_targets" name="tensor-from-numpy"


def column_targets(y):
    array = np.array(y, dtype=np.float32)
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2 or array.shape[1] != 1:
        raise ValueError("targets must be a column")
    return torch.from_numpy(array)


# %% task="column_targets" name="isinstance"


def column_targets(y):
    if isinstance(y, np.ndarray):
        y = torch.from_numpy(y.copy())
    y = y.detach().to(torch.float32, copy=True)
    if y.dim() == 2 and y.size(1) == 1:
        return y
    if y.dim() == 1:
        return y.unsqueeze(1)
    raise ValueError(f"shape {tuple(y.shape)}")


# %% task="column_targets" name="torch-tensor"


def column_targets(y):
    if y.ndim not in (1, 2) or (y.ndim == 2 and y.shape[1] != 1):
        raise ValueError("neither (N,) nor (N, 1)")
    return torch.tensor(y, dtype=torch.float32).reshape(-1, 1)


# %% task="column_targets" name="fills-an-empty-column"


def column_targets(y):
    if len(y.shape) == 0 or tuple(y.shape[1:]) not in ((), (1,)):
        raise ValueError(y.shape)
    column = torch.empty(y.shape[0], 1)
    for row, value in enumerate(y.reshape(-1).tolist()):
        column[row, 0] = value
    return column


# %% task="column_targets" name="deep-copy"


def column_targets(y):
    result = torch.as_tensor(copy.deepcopy(y)).float()
    if result.ndim == 1:
        result = result[:, None]
    if result.ndim != 2 or result.size(dim=1) != 1:
        raise ValueError("not a column")
    return result
