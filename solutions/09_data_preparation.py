# ---
# grader:
#   title: "Preparing the data: split, standardise, column targets"
#   title_pt: "Preparação dos dados: divisão, padronização e alvos em coluna"
#   prerequisites: ["02_tensor_operations", "05_seeds_and_devices", "06_dtypes_and_numpy"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Preparing the data: split, standardise, column targets
#
# Before a model learns anything, somebody has prepared its data. The steps are short, and mistakes in them are silent:
# no error, just a model that looks better than it is, or that learns nothing.
#
# ```text
#                        shuffle and cut           standardise all with
#   table of N rows ---> train | valid | test ---> the statistics of train ---> model
#                        fit it  choose  judge
# ```
#
# - The **training** rows (the *training set*) are what the model is fitted to.
# - The **validation** rows (the *validation set*) are for choosing: which learning rate, when to stop.
# - The **test** rows (the *test set*) are looked at once, at the end, to judge how good the model is on rows that it
#   has never seen.
#
# Anything the training learns from validation or test rows, even just their mean, is called *leakage*: the final figure
# is then no longer about unseen data.

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - Leave alone what you were given: return new tensors that share no memory with the arguments. Leave the global
#   settings of PyTorch alone too, and here also the global random generators.
# - Two of the functions must work on any device. They are tried on a second one, usually `meta`, whose tensors have a
#   shape and no values. So read none there (no `.item()`, no `if` on a tensor, no NumPy), and make new tensors where
#   the arguments are. A few operations don't exist on `meta`; a function that uses one of them doesn't work on any
#   device.
# - Where an error is asked for, only its type counts.
# - Where a tuple is asked for, a named tuple is one too; a list isn't.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6), in float16 and bfloat16 at their own precision.
#   Numbers from 1e-6 to 1e6 are ordinary ones. No task is tried on NaN or infinity.

# %%
import copy
import io
import math
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, TensorDataset

# %% [markdown]
# ## Standardising
#
# **Standardising** puts features on one scale. A house's age goes up to 52, a district's population to 35,682. Gradient
# descent with one learning rate for both is too slow along one axis or diverges along the other. So from every column
# subtract its mean, then divide by its standard deviation:
#
# ```text
#              x - mean                   sum of (x - mean)²
#       z  =  ----------,    std = sqrt( -------------------- ),    for each column
#                std                            N - 1
# ```
#
# Mind the divisor. PyTorch's `std` divides by N - 1, and so do we. NumPy's `std` and scikit-learn's `StandardScaler`
# divide by N: nearly the same on many rows, a very different number on few.
#
# ```python
# x = torch.tensor([1.0, 3.0])
# print(round(x.std().item(), 4))  # 1.4142
# print(x.numpy().std())  # 1.0
# ```

# %% [markdown]
# ## 1. `split_indices` (3 points)
#
# Files are often sorted: by date, by price, here by place. If you cut such a file as it is, the test set is one corner
# of California. So shuffle first. It is enough to shuffle the *row numbers*; `X[train]` and `y[train]` then pick the
# same rows out of both tables.
#
# ```text
#   0 1 2 3 4 5 6 7 8 9          the row numbers
#   7 2 9 0 4 | 1 8 | 5 3 6      shuffled, then cut: no row twice, none missing
#     train    valid   test
# ```
#
# The shuffle has a seed, because the split must be the same tomorrow. If it changed at every run, rows that tested
# yesterday's model would train today's. But `torch.manual_seed(seed)` would re-seed the generator that all other code
# uses. A generator of your own affects no other code, and `torch.randperm` and the functions like it take one:
#
# ```python
# mine = torch.Generator().manual_seed(7)
# print(torch.rand(2, generator=mine).shape)  # torch.Size([2])
# ```
#
# `split` cuts a tensor into parts of given sizes, one after the other:
#
# ```python
# print([part.tolist() for part in torch.tensor([7, 2, 9, 0, 4]).split([2, 0, 3])])  # [[7, 2], [], [9, 0, 4]]
# ```


# %% task="split_indices" points=3
def split_indices(n: int, valid_fraction: float, test_fraction: float, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Shuffle the row numbers 0 ... n - 1 and cut them into `(train, valid, test)`, three 1-D int64 tensors.

    `test` has `int(n * test_fraction)` elements and `valid` has `int(n * valid_fraction)`, exactly as Python computes
    these; `train` has the rest. Every row number is in one of the three, once. Which rows go where is left to chance:
    the same `seed` (an int from 0 on, below 2**32) always gives the same split, whatever state the global random
    generators are in, and another seed gives (almost surely) another. The global generators of torch, NumPy and
    `random` are as before afterwards. `n` is at least 1.

    Raise `ValueError` if a fraction is negative, or if `valid_fraction + test_fraction`, as Python adds them, is 1 or
    more. A fraction may be 0.

    >>> train, valid, test = split_indices(10, valid_fraction=0.2, test_fraction=0.3, seed=42)
    >>> len(train), len(valid), len(test)
    (5, 2, 3)
    >>> sorted(torch.cat([train, valid, test]).tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    ### BEGIN SOLUTION
    # TODO: refuse bad fractions, shuffle with a generator of your own, and cut into three.
    if valid_fraction < 0 or test_fraction < 0 or valid_fraction + test_fraction >= 1:
        raise ValueError("fractions must not be negative, and must leave rows to train on")
    n_valid, n_test = int(n * valid_fraction), int(n * test_fraction)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order.split([n - n_valid - n_test, n_valid, n_test])
    ### END SOLUTION


# %% [markdown] task="split_indices" tags=["hint"]
# Three steps: one shuffled tensor of all row numbers, two sizes, three slices that meet without overlapping. Where does
# each slice begin, in terms of the sizes of those before it?

# %% [markdown] task="split_indices" tags=["hint"]
# `torch.randperm` shuffles 0 ... n - 1, and takes a generator that you have seeded. If you slice, count the starts from
# the front: `order[-n_test:]` is everything when `n_test` is 0. Check the fractions first.

# %% [markdown] task="split_indices" tags=["hint"]
# After the check and `order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))`, compute `n_valid` and
# `n_test` with `int(...)`. A tensor's `split` method takes a list of three sizes and returns the three parts.

# %% [markdown]
# ## 2. `fit_standardizer` (2 points)
#
# You want one mean and one standard deviation for each column. With `dim=0` the dimension of the rows disappears, and
# one number per column is left. Both results are rows of shape (1, F): `keepdim=True` keeps the dimension that would
# disappear, with size 1:
#
# ```python
# x = torch.tensor([[1.0, 10.0], [3.0, 30.0]])
# print(tuple(x.sum(dim=0).shape), tuple(x.sum(dim=0, keepdim=True).shape))  # (2,) (1, 2)
# ```
#
# If you compute the standard deviation yourself, subtract the mean *before* you square. The shortcut "mean of squares
# minus square of the mean" subtracts two large, nearly equal numbers where a column lies far from zero, such as a
# longitude near -120, and float32 has no digits left for what remains.


# %% task="fit_standardizer" points=2
def fit_standardizer(x_train: Tensor) -> tuple[Tensor, Tensor]:
    """Return `(means, stds)`, the mean and the standard deviation of each column of `x_train`, as rows.

    `x_train` is a floating `(N, F)` tensor with N >= 2. Both results have shape `(1, F)` and the dtype and device of
    `x_train`. The standard deviation divides by N - 1. `x_train` is not modified. Works on any device, without reading
    values.

    >>> means, stds = fit_standardizer(torch.tensor([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]))
    >>> means
    tensor([[ 2., 20.]])
    >>> stds
    tensor([[ 1., 10.]])
    """
    ### BEGIN SOLUTION
    # TODO: return the means and the standard deviations of the columns, keeping the dimension.
    return x_train.mean(dim=0, keepdim=True), x_train.std(dim=0, keepdim=True)
    ### END SOLUTION


# %% [markdown] task="fit_standardizer" tags=["hint"]
# Tensors have a method for each of the two. Both take the dimension that is to disappear, and an option that leaves a
# 1 in its place.

# %% [markdown] task="fit_standardizer" tags=["hint"]
# For one value per column, the dimension of the rows must disappear: is that 0 or 1? PyTorch's `std` divides by N - 1
# unless you tell it otherwise. Means come first (`torch.std_mean` returns them second).

# %% [markdown] task="fit_standardizer" tags=["hint"]
# Return `x_train.mean(dim=0, keepdim=True)` and, after a comma, the same with `std`.

# %% [markdown]
# ## 3. `standardize_splits` (3 points)
#
# Fit once, apply three times: the statistics come from the training rows, and all three sets are transformed with them.
#
# - If each set used its *own* statistics, the same house would get different features in validation and in test. Think
#   of a test set of one row: its mean is the row itself, so only zeros are left, divided by a standard deviation that
#   doesn't exist.
# - If you used the statistics of *all* rows, the training would have looked at rows that it must not see.
#
# So only the training set comes out with mean 0 and standard deviation 1 exactly (but for rounding). The others come
# out near that; how near tells you something about the data, and is not an error.
#
# A row of F statistics broadcasts against a table of shape (N, F): every row of the table meets it in turn.


# %% task="standardize_splits" points=3
def standardize_splits(train: Tensor, valid: Tensor, test: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the three sets, in the same order, standardised with the statistics of `train` alone.

    Each becomes (x - mean) / std with the means and standard deviations (divisor N - 1) of the columns of `train`.
    Adding a tiny number such as 1e-8 to the standard deviation is fine.

    The three are floating tensors of one dtype, with as many columns; `train` has two or more rows, and no column's
    standard deviation is below 0.01; the others have any number of rows, even one or none. The results are new tensors
    of the same shapes, dtype and device; the arguments are not modified. Works on any device, without reading values.

    >>> train, test = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[5.0]])
    >>> standardize_splits(train, train[:2], test)
    (tensor([[-1.],
            [ 0.],
            [ 1.]]), tensor([[-1.],
            [ 0.]]), tensor([[3.]]))
    """
    ### BEGIN SOLUTION
    # TODO: compute means and standard deviations of the training set; apply them to all three.
    means, stds = train.mean(dim=0), train.std(dim=0)
    return (train - means) / stds, (valid - means) / stds, (test - means) / stds
    ### END SOLUTION


# %% [markdown] task="standardize_splits" tags=["hint"]
# How many means do you need in all, and from which of the three sets? Compute them first, give them names, and don't
# touch `train` until they are computed.

# %% [markdown] task="standardize_splits" tags=["hint"]
# Take the mean and the standard deviation of each column of `train`. Then use one formula for all three sets, with new
# names or none: `-=` would change the caller's tensor. Put the subtraction in parentheses: Python divides first.

# %% [markdown] task="standardize_splits" tags=["hint"]
# `means, stds = train.mean(dim=0), train.std(dim=0)`, and then return `(train - means) / stds`, `(valid - means) /
# stds` and `(test - means) / stds`.

# %% [markdown]
# ## 4. `column_targets` (2 points)
#
# A linear model predicts a column, of shape (N, 1). The targets in a file are a flat row of numbers, of shape (N,), and
# usually float64. Put both together and nothing complains:
#
# ```python
# y_pred, y = torch.zeros(3, 1), torch.zeros(3)
# print(tuple((y_pred - y).shape))  # (3, 3)
# ```
#
# By broadcasting, three predictions and three targets have become nine errors, and the model doesn't learn. So make the
# targets a float32 column once, here. Be strict about what you accept: flattening two columns of targets would give a
# column too, of twice as many targets as there are houses.
#
# It must really be a copy. `torch.from_numpy`, `torch.as_tensor` and `torch.FloatTensor` share the memory of an array
# whose dtype already fits, and copy only when they have to convert:
#
# ```python
# y = np.zeros(2, dtype=np.float32)
# shared, copied = torch.from_numpy(y), torch.tensor(y)
# y[0] = 5
# print(shared[0].item(), copied[0].item())  # 5.0 0.0
# ```


# %% task="column_targets" points=2
def column_targets(y: np.ndarray | Tensor) -> Tensor:
    """Return targets of shape `(N,)` or `(N, 1)` as a float32 column of shape `(N, 1)`, in the same order.

    `y` is a NumPy array or a tensor (on the CPU) of integers or floats, of any dtype that NumPy has, with N >= 1; it
    may be a column cut out of a table. The result has its own memory, and `y` is not modified.

    Raise `ValueError` for any other shape: `(1, N)` with N > 1, `(N, 2)`, no dimension, three of them, and so on.

    >>> column_targets(np.array([1.5, 2.5]))
    tensor([[1.5000],
            [2.5000]])
    >>> column_targets(torch.tensor([[1], [2]]))
    tensor([[1.],
            [2.]])
    >>> column_targets(torch.zeros(3, 2))
    Traceback (most recent call last):
        ...
    ValueError: targets must have the shape (N,) or (N, 1), not (3, 2)
    """
    ### BEGIN SOLUTION
    # TODO: refuse other shapes, then return a float32 copy of shape (N, 1).
    n = math.prod(y.shape)
    if y.shape not in ((n,), (n, 1)):
        raise ValueError(f"targets must have the shape (N,) or (N, 1), not {tuple(y.shape)}")
    return torch.as_tensor(y.reshape(n, 1), dtype=torch.float32).clone()
    ### END SOLUTION


# %% [markdown] task="column_targets" tags=["hint"]
# Three jobs: look at the shape, convert, copy. Arrays and tensors both have `.shape`, `.ndim` and `.reshape`, so one
# path can serve both.

# %% [markdown] task="column_targets" tags=["hint"]
# Two shapes are fine: one dimension, or two of which the second is 1. Raise for the rest before you reshape anything.
# `torch.as_tensor(y, dtype=...)` takes arrays and tensors, but may share memory: what makes a copy?

# %% [markdown] task="column_targets" tags=["hint"]
# `if y.ndim != 1 and (y.ndim != 2 or y.shape[1] != 1): raise ValueError(...)`. Then
# `torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1).clone()`.

# %% [markdown]
# ## On real data
#
# The census table of 1990 has a row for each of 20,640 neighbourhoods of California: eight features, and the median
# house value in units of 100,000 dollars as the target. When all four functions are right, the cell below prints 12,384
# rows for training, 4,128 for validation and 4,128 for test, and training columns with mean 0 and standard deviation 1
# (to three decimals). The other two have means within about 0.04 of 0. Their standard deviations reach from 0.29 to
# 1.58, because a few districts with extreme values fell into one set: that is no error.

# %%
if __name__ == "__main__":
    from sklearn.datasets import fetch_california_housing

    housing = fetch_california_housing()
    features = torch.tensor(housing.data, dtype=torch.float32)
    rows = split_indices(len(features), valid_fraction=0.2, test_fraction=0.2, seed=42)

    X_train, X_valid, X_test = standardize_splits(*(features[part] for part in rows))
    y_train, y_valid, y_test = (column_targets(housing.target[part.numpy()]) for part in rows)
    for name, X, y in (("train", X_train, y_train), ("valid", X_valid, y_valid), ("test", X_test, y_test)):
        means, stds = fit_standardizer(X)
        print(f"{name}: features {tuple(X.shape)}, targets {tuple(y.shape)}")
        print(
            f"    means up to {means.abs().max():.3f} off 0, standard deviations {stds.min():.3f} to {stds.max():.3f}"
        )
