# ---
# grader:
#   title: "Datasets, batches and DataLoader"
#   title_pt: "Datasets, lotes (batches) e DataLoader"
#   prerequisites: ["09_data_preparation"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Datasets, batches and DataLoader
#
# So far every step of gradient descent looked at all the rows. With a million rows, one step takes a long time.
# *Mini-batch* gradient descent looks at a few, takes a step, and goes on with the next few:
#
# | word | meaning |
# |---|---|
# | batch (mini-batch) | the few samples that one step looks at |
# | update | one step of the optimizer: one for each batch |
# | epoch | one pass over *all* the samples: many batches, many updates |
#
# A batch is not an epoch, then, unless it holds the whole data set. That special case, one update per epoch, is called
# (full-)batch gradient descent.

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - Leave alone what you were given, and the global settings of PyTorch. Don't re-seed a global random generator. A
#   `DataLoader` draws a number from the global generator while you loop over it: that is fine.
# - Where an error is asked for, only its type counts.
# - Where a tuple is asked for, a named tuple is one too; a list isn't.
# - A `DataLoader` with `num_workers` above 0 starts other processes. Your code is graded without other processes: a
#   loader with workers is used as with `num_workers=0`, gives the same batches, and a note tells you.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6).

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
# ## Dataset and DataLoader
#
# PyTorch splits the work between two objects. A **dataset** knows how many samples there are and returns any one of
# them by its number. A **`DataLoader`** decides in which order to ask for them, and stacks what it gets into batches:
#
# ```text
#   dataset                      DataLoader, batch_size=2, shuffled
#   ds[0] -> (features, target)
#   ds[1] -> ...                 epoch 1:  [3, 0]  [4, 1]  [2]
#   ds[2] -> ...                 epoch 2:  [1, 2]  [0, 3]  [4]
#   ds[3] -> ...
#   ds[4] -> ...                 five samples: the last batch is smaller
# ```
#
# ```python
# loader = DataLoader(TensorDataset(torch.zeros(5, 3), torch.zeros(5, 1)), batch_size=2)
# print([tuple(X.shape) for X, y in loader])  # [(2, 3), (2, 3), (1, 3)]
# ```

# %% [markdown]
# ## 1. `TableDataset` (2 points)
#
# A *map-style* dataset is a class with two methods, and Python's own syntax calls them: `len(ds)` runs `__len__`, and
# `ds[i]` runs `__getitem__` with that `i`. The rows of the table already lie in memory, so nothing needs copying:
# `X[i]` is a view of row i.
#
# What one sample looks like decides what a batch looks like, for the `DataLoader` stacks samples along a new first
# dimension:
#
# | a sample's target | in a batch of B |
# |---|---|
# | `y[i]`, a tensor of shape (1,) | (B, 1): right for predictions of shape (B, 1) |
# | `y[i:i+1]`, still a table, (1, 1) | (B, 1, 1) |
# | `y[i].item()`, a Python float | (B,), and float64 |
#
# A dataset that is asked for a row that doesn't exist must raise `IndexError`. A `for` loop needs it: over an object
# without `__iter__`, it counts 0, 1, 2, ... and stops at exactly that error. Indexing a tensor raises it for you.


# %% task="TableDataset" points=2
class TableDataset(Dataset):
    """A map-style dataset over the rows of a feature tensor `X`, `(N, F)`, and a target tensor `y` with N rows.

    `y` has any further dimensions, such as `(N, 1)` or `(N,)`, and both have any dtype. `TableDataset(X, y)` raises
    `ValueError` if their first dimensions differ.

    `len(ds)` is N. `ds[i]` is the tuple `(X[i], y[i])`, two tensors that share memory with `X` and `y`: nothing is
    copied, neither now nor when the dataset is made. As in a list, -1 is the last row. An index outside -N ... N - 1
    raises `IndexError`, so that a `for` loop over the dataset ends.

    >>> ds = TableDataset(torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), torch.tensor([[10.0], [20.0], [30.0]]))
    >>> len(ds)
    3
    >>> ds[1]
    (tensor([3., 4.]), tensor([20.]))
    >>> [target.item() for features, target in ds]
    [10.0, 20.0, 30.0]
    """

    def __init__(self, X: Tensor, y: Tensor) -> None:
        # TODO: refuse tables of different lengths, then keep both.
        raise NotImplementedError

    def __len__(self) -> int:
        # TODO: return the number of rows.
        raise NotImplementedError

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        # TODO: return row `i` of both tables, as a tuple.
        raise NotImplementedError


# %% [markdown]
# ## 2. `make_loaders` (3 points)
#
# Two loaders with different purposes:
#
# - **Training** wants its samples in a new order in every epoch. In a fixed order the same samples would always be in
#   the same batch; and in a file sorted by place, each batch would show the model only one place.
# - **Validation** only measures. Its order changes nothing, so keep it: row i of the predictions is then row i of the
#   table.
#
# Both keep the last, smaller batch. `drop_last=True` would leave samples out: in training different ones in each epoch,
# in validation always the same ones, so that they never count.
#
# The order of the training batches must be reproducible. Where does a `DataLoader` draw that order from? By default
# from the *global* generator, and only when the loop starts. Whatever draws a number before that, even a new layer,
# changes the order. So give the loader a `generator=` of its own, made once and not at every epoch:
#
# ```python
# generator = torch.Generator().manual_seed(0)
# loader = DataLoader(range(6), batch_size=6, shuffle=True, generator=generator)
# print([batch.tolist() for batch in loader] == [batch.tolist() for batch in loader])  # False
# ```
#
# Two passes give two orders, since the generator has moved on. It moves at *every* pass of a loader that holds it,
# shuffled or not. So the validation loader must not get the same one: otherwise, how often you validate would change
# the training.


# %% task="make_loaders" points=3
def make_loaders(train: Dataset, valid: Dataset, batch_size: int, seed: int) -> tuple[DataLoader, DataLoader]:
    """Return `(train_loader, valid_loader)`, two `DataLoader`s with batches of `batch_size` samples.

    The last batch of a pass may be smaller; no sample is dropped or repeated. Samples are stacked into batches as a
    `DataLoader` does if you tell it nothing. Both datasets are map-style and have at least one sample; `batch_size` is
    at least 1, `seed` an int from 0 on, below 2**32.

    The training loader shuffles again at every epoch. Its sequence of orders depends only on `seed` (and on the number
    of samples): it is the same whatever state the global generators are in, and however often the validation loader is
    used in between; another seed gives (almost surely) another. The validation loader keeps the dataset's order in
    every pass. Making and using the loaders re-seeds no global generator.

    >>> train_loader, valid_loader = make_loaders(range(10), range(5), batch_size=4, seed=42)
    >>> sorted(sample for batch in train_loader for sample in batch.tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    >>> [batch.tolist() for batch in valid_loader]
    [[0, 1, 2, 3], [4]]
    """
    # TODO: make a seeded generator, a training loader that shuffles with it, and a validation loader that doesn't.
    raise NotImplementedError


# %% [markdown]
# ## 3. `count_updates` (1 point)
#
# Ten samples in batches of four make batches of 4, 4 and 2: three updates in an epoch, because the small last batch is
# a batch like the others. The next epoch begins with a new batch: none has samples of two epochs.
#
# Python's `divmod` gives quotient and remainder at once: `divmod(10, 4)` is `(2, 2)`.


# %% task="count_updates" points=1
def count_updates(n_samples: int, batch_size: int, n_epochs: int, drop_last: bool = False) -> int:
    """Return how many updates mini-batch gradient descent makes: one for each batch of each epoch.

    An epoch cuts `n_samples` samples into batches of `batch_size`. What is left over at its end is a smaller batch,
    which counts, unless `drop_last` leaves it out. All numbers are positive ints, up to 10**18, and the result is an
    int, exact to the last digit: use integer arithmetic.

    >>> count_updates(n_samples=10, batch_size=4, n_epochs=2)
    6
    >>> count_updates(n_samples=10, batch_size=4, n_epochs=2, drop_last=True)
    4
    """
    # TODO: count the batches of one epoch, then those of all epochs.
    raise NotImplementedError
