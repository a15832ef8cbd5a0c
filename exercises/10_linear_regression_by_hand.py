# ---
# grader:
#   title: "Linear regression with tensors and autograd"
#   title_pt: "Regressão linear com tensores e autograd"
#   prerequisites: ["07_autograd", "08_detach_and_inplace", "09_data_preparation"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Linear regression with tensors and autograd
#
# What is a house in California worth, given its age, its place on the map and the income of the people around it? The
# simplest model that learns is a weighted sum: every feature gets a weight, and a bias shifts the whole.
#
# ```text
#      X         @     w      +    b     =   y_pred
#   (N, F)          (F, 1)        ()         (N, 1)
#  N rows of F      one weight    one        one prediction
#  features         a feature     number     a row
# ```

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - "A Python float" means exactly that: neither a 0-D tensor nor a NumPy number.
# - Leave alone what you were given, and the global settings of PyTorch. The random generator is the exception where a
#   task says so.
# - Where an error is asked for, only its type counts.
# - Where a tuple is asked for, a named tuple is one too; a list isn't.
# - A seed is an int from 0 on, below 2**32.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6), whole loss curves with 1e-3. Losses aren't
#   rounded. Numbers from 1e-6 to 1e6 are ordinary ones. No task is tried on NaN or infinity.

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
# ## A neuron, and how it is trained
#
# A weighted sum with a bias is also called a *neuron* (or a *unit*): it makes one number out of several. A *layer* is a
# set of neurons that do the same operation on the same inputs, and a network is a chain of layers. This model is a
# network of a single neuron.
#
# How wrong are the predictions? The *mean squared error* (MSE) answers with one number, the loss. One pass over all the
# rows is an **epoch**. Training repeats this cycle for many epochs:
#
# ```text
#      +--> predict --> loss --> backward --> update w and b --> reset gradients --+
#      |                                                                           |
#      +---------------------------------------------------------------------------+
# ```
#
# ```python
# X = torch.tensor([[1.0], [2.0], [3.0]])
# w, b = torch.tensor([[0.0]], requires_grad=True), torch.tensor(0.0, requires_grad=True)
# y_pred = X @ w + b
# print(tuple(y_pred.shape))  # (3, 1)
# ```
#
# Every network to come, however many layers it has, is trained by this cycle. PyTorch has finished parts for each step,
# and the next exercise uses them. Build the cycle once by hand and you will know what they do.

# %% [markdown]
# ## 1. `init_parameters` (2 points)
#
# The weights start as random numbers, drawn from a generator whose seed you set, so that a run can be repeated. A
# linear model could start from zeros too. A larger network can't: neurons of one layer that all start at zero get equal
# gradients, so they would stay alike. Start at random here as well.
#
# Both parameters must be *leaves* that require grad, because `backward()` fills in `.grad` for leaves only. The result
# of a computation isn't one:
#
# ```python
# scaled = torch.randn(3, requires_grad=True) * 0.1
# print(scaled.is_leaf)  # False
# ```
#
# And a tensor of integers can't require grad: `torch.tensor(0)` is one.


# %% task="init_parameters" points=2
def init_parameters(n_features: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return the parameters `(w, b)` of a linear model before training.

    `w`, of shape `(n_features, 1)`, holds what `torch.manual_seed(seed)` followed by `torch.randn((n_features, 1))`
    gives; `b` is 0-D and 0. Both are float32 leaves that require grad, new ones at each call. Whether the global
    generator is re-seeded on the way is up to you.

    >>> w, b = init_parameters(2, seed=42)
    >>> w
    tensor([[0.3367],
            [0.1288]], requires_grad=True)
    >>> b
    tensor(0., requires_grad=True)
    """
    # TODO: seed, draw `w`, make `b`, and return both as leaves that require grad.
    raise NotImplementedError


# %% [markdown]
# ## 2. `mse` (2 points)
#
# ```text
# MSE = mean over all elements of (y_pred - y_true)²          its gradient: 2 (y_pred - y_true) / n
# ```
#
# The mean, not the sum: with the sum, the gradient, and with it the size of a step, would grow with the number of rows.
# A learning rate that works on ten rows would then be far too large for ten thousand.
#
# Now the trap of this exercise. A column of predictions minus a flat row of targets doesn't fail; it *broadcasts*, and
# compares every prediction with every target:
#
# ```python
# column, flat = torch.zeros(3, 1), torch.zeros(3)
# print(tuple((column - flat).shape))  # (3, 3)
# ```
#
# The loss even goes down in training, towards a model that predicts the average for everybody. So `mse` refuses shapes
# that differ in any way.
#
# **Write the formula yourself**: `F.mse_loss` and `nn.MSELoss` score no points here. Everything else is fine. The
# result must stay a tensor attached to the graph, so don't read a number out of it. Then the function also works on
# tensors of any device, even of the `meta` device, whose tensors have a shape and no values. A few operations don't
# exist on `meta`; a function that uses one of them doesn't work on any device.


# %% task="mse" points=2 forbidden=["mse_loss", "MSELoss"]
def mse(y_pred: Tensor, y_true: Tensor) -> Tensor:
    """Return the mean squared error over all elements, a 0-D tensor attached to the graph.

    The two tensors must have exactly the same shape, whatever it is. The function works on any device, without reading
    values. Write the formula by hand: neither `F.mse_loss` nor `nn.MSELoss`.

    Raise `ValueError` if the shapes differ in any way, even where broadcasting would accept them.

    >>> mse(torch.tensor([[1.0], [2.0]]), torch.tensor([[1.0], [4.0]]))
    tensor(2.)
    >>> mse(torch.zeros(3, 1), torch.zeros(3))
    Traceback (most recent call last):
        ...
    ValueError: shapes differ: (3, 1) and (3,)
    """
    # TODO: refuse different shapes, then return the mean of the squared differences.
    raise NotImplementedError


# %% [markdown]
# ## 3. `train_linear` (5 points)
#
# Now the whole cycle, `n_epochs` times. "Full batch" means that every epoch uses all the rows at once, so an epoch is
# exactly one update. With
#
# ```text
# dL/dw = 2/N * X^T (y_pred - y)        dL/db = 2/N * sum(y_pred - y)
# ```
#
# you don't even need autograd; doing without it is allowed, and `backward()` gives the same. Three things to watch:
#
# - The loss that goes into the list is the one you differentiated: that of the parameters *before* this epoch's update.
# - Update in place, under `no_grad()`: `w = w - ...` makes a new tensor, whose `.grad` stays `None`, and the training
#   can't go on.
# - Reset both gradients in each epoch. `backward()` adds: otherwise each step uses the sum of all gradients so far, and
#   the loss swings instead of settling.
#
# **Write the loop yourself**: optimizers from `torch.optim` (their functions too, such as `torch.optim.sgd.sgd`),
# `nn.Linear` and the solvers of least-squares problems (`torch.linalg.lstsq` and others) score no points here.
# Everything else is fine, a finished loss function and `torch._foreach_sub_` included.


# %% task="train_linear" points=5 forbidden=["Optimizer.step", "Linear", "linalg_lstsq", "linalg_pinv", "pinverse"]
def train_linear(
    X: Tensor, y: Tensor, learning_rate: float, n_epochs: int, seed: int
) -> tuple[Tensor, Tensor, list[float]]:
    """Fit y ≈ X @ w + b by full-batch gradient descent on the mean squared error; return `(w, b, losses)`.

    `X` is `(N, F)` and `y` is `(N, 1)`, both float32; neither is modified. Start from a `w` of shape `(F, 1)` that
    holds what `torch.manual_seed(seed)` followed by `torch.randn((F, 1))` gives, and a 0-D `b` equal to 0. Each epoch
    predicts, computes the loss, and moves both parameters by -learning_rate times their gradient at that point.

    Returned are the parameters after the last update, in the shapes above (requiring grad or not), and the list of
    `n_epochs` losses, Python floats, each computed before its epoch's update. There is one for each epoch, also when
    the loss no longer changes. With no epochs the parameters are the initial ones and the list is empty. Whether the
    global generator is re-seeded on the way is up to you.

    Write the loop by hand: no optimizer from `torch.optim`, no `nn.Linear`, no least-squares solver.

    Raise `ValueError` if the shape of `y` is not `(N, 1)`, also with no epochs.

    >>> X = torch.tensor([[-1.0], [0.0], [1.0]])
    >>> w, b, losses = train_linear(X, 2 * X + 1, learning_rate=0.4, n_epochs=50, seed=0)
    >>> [round(value, 3) for value in (w.item(), b.item(), losses[-1])]
    [2.0, 1.0, 0.0]
    """
    # TODO: check `y`, initialise, then for each epoch: predict, loss, note it, backward, update, reset.
    raise NotImplementedError


# %% [markdown]
# ## On real data
#
# The table has 20,640 rows, each a small neighbourhood of California in the census of 1990. Below, the rows are split
# into training, validation and test, every feature is standardised with the mean and standard deviation of the
# *training* rows (the others must stay unseen), and the targets (median house values, in units of 100,000 dollars)
# become a column. When `train_linear` is right, the loss falls from 16.1585 in the first epoch to 0.5684 in the last.

# %%
if __name__ == "__main__":
    from sklearn.datasets import fetch_california_housing
    from sklearn.model_selection import train_test_split

    housing = fetch_california_housing()
    X_rest, X_test, y_rest, y_test = train_test_split(housing.data, housing.target, random_state=42)
    X_train, X_valid, y_train, y_valid = train_test_split(X_rest, y_rest, random_state=42)

    X_train, X_test = (torch.tensor(part, dtype=torch.float32) for part in (X_train, X_test))
    y_train = torch.tensor(y_train, dtype=torch.float32).reshape(-1, 1)
    means, stds = X_train.mean(dim=0), X_train.std(dim=0)
    X_train, X_test = (X_train - means) / stds, (X_test - means) / stds

    w, b, losses = train_linear(X_train, y_train, learning_rate=0.4, n_epochs=20, seed=42)
    for epoch, loss in enumerate(losses, start=1):
        print(f"epoch {epoch:2}: loss {loss:.4f}")

    with torch.no_grad():
        predictions = X_test[:3] @ w + b
    print(f"three test predictions: {[round(value, 4) for value in predictions.flatten().tolist()]}")
