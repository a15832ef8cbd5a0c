# ---
# grader:
#   title: "Arithmetic, matrix products, transposes and aggregation"
#   title_pt: "Operações, multiplicação de matrizes, transposição e agregação"
#   prerequisites: ["01_tensor_creation"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Arithmetic, matrix products, transposes and aggregation
#
# Nearly everything a network computes is made of four kinds of operation: arithmetic element by element, the matrix
# product, the transpose, and aggregation, which turns many numbers into few. They look like NumPy's. They also invite
# the same mistakes, and most of those raise no error.

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - Leave alone what you were given, and the global settings of PyTorch. What you return is new: it doesn't share memory
#   with an argument. So compute *out of place*: `x / y` makes a new tensor. `x /= y` works *in place*: it writes into
#   the memory of `x`, which is the caller's.
# - Where an error is asked for, only its type counts, and nothing may have changed by the time it is raised.
# - Where a tuple or a dict is asked for, every kind of it will do: a named tuple, a `defaultdict`, a class of your own
#   that derives from one. A list isn't a tuple.
# - "Works on any device": the function is tried on PyTorch's `meta` device too, whose tensors have a shape and no
#   values. So it must not read a number out of a tensor (`.item()`, `.tolist()`, `if tensor`) or make new tensors on
#   another device. A few operations don't exist on `meta`; a function that uses one of them doesn't work on any device.
# - "Gradients flow": PyTorch can find the derivatives of your result (its *gradients*), because it has recorded the
#   operations that led from the arguments to it. Exercise 07 explains this. Here, just use torch operations from
#   beginning to end: no NumPy, no Python numbers made from tensors, and no `detach()`, which cuts the record.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6), whole numbers exactly, and float16 and bfloat16
#   at their own precision. Every floating dtype is tried that PyTorch computes with on the CPU, and numbers from 1e-6
#   to 1e6. No task is tried on NaN or infinity.

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
# ## The four kinds of operation
#
# **Element by element.** `+`, `-`, `*` and `/` pair up elements in the same place. If the shapes differ, PyTorch
# *broadcasts*: it compares them from the last dimension backwards, and a size of 1 (or a missing dimension) is
# stretched to fit.
#
# ```text
#   (2, 3)   table            (2, 3)   table             (2, 3)   table
#   (2, 1)   a column         (   3)   a row             (   2)   3 against 2: an error
#   ------                    ------
#   (2, 3)                    (2, 3)
# ```
#
# `/` is true division, also between whole numbers; `//` rounds down.
#
# ```python
# counts = torch.tensor([1, 3])
# print(counts / 4, counts // 4)  # tensor([0.2500, 0.7500]) tensor([0, 0])
# ```
#
# **The matrix product** is `A @ B`, which is not `A * B`. Each row of A meets each column of B, and each meeting gives
# one number: the sum of the products.
#
# ```text
#      A       @      B       =     C
#   (2, 3)         (3, 5)        (2, 5)         inner sizes: equal, and they disappear
#       └── inner ──┘                           outer sizes: what remains
# ```
#
# **The transpose** `A.T` swaps rows and columns: (2, 3) becomes (3, 2), and row i becomes column i. That is not what
# `reshape` does, which keeps the numbers in their order and only starts new rows elsewhere.
#
# ```python
# A = torch.tensor([[1, 2, 3], [4, 5, 6]])
# print(A.T.tolist(), A.reshape(3, 2).tolist())  # [[1, 4], [2, 5], [3, 6]] [[1, 2], [3, 4], [5, 6]]
# ```
#
# **Aggregation** takes a `dim`, and this is the rule to learn by heart: *`dim` names the dimension that disappears*.
# Without it, everything does.
#
# ```python
# A = torch.tensor([[1, 2, 3], [4, 5, 6]])
# print(A.sum().item(), A.sum(dim=0).tolist(), A.sum(dim=1).tolist())  # 21 [5, 7, 9] [6, 15]
# print(tuple(A.sum(dim=1).shape), tuple(A.sum(dim=1, keepdim=True).shape))  # (2,) (2, 1)
# ```
#
# With `keepdim=True` the dimension stays, with size 1: just what broadcasting needs to give each row its own number.

# %% [markdown]
# ## 1. `share_of_total` (2 points)
#
# Seven cats and three dogs: what share of the whole is each? Divide every count by the total, which is *one* number
# however many dimensions the counts have.
#
# Mind the dtype. Whole numbers divided with `/` give float32 by themselves, and float64 stays float64. A `.float()` on
# the way would turn float64 into float32, and half of its digits would be gone.


# %% task="share_of_total" points=2
def share_of_total(counts: Tensor) -> Tensor:
    """Return `counts` divided by the sum of all its elements, in the same shape.

    `counts` holds numbers that are not negative, with a positive sum, in any shape. If it is of whole numbers (or
    bools), the result is float32; otherwise it has the dtype of `counts`, with the full precision of that dtype. The
    function works on any device, without reading values.

    >>> share_of_total(torch.tensor([7, 3]))
    tensor([0.7000, 0.3000])
    >>> share_of_total(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[0.1000, 0.2000],
            [0.3000, 0.4000]])
    """
    ### BEGIN SOLUTION
    # TODO: divide by the grand total.
    return counts / counts.sum()
    ### END SOLUTION


# %% [markdown] task="share_of_total" tags=["hint"]
# Which aggregation gives the total, and what must you leave out so that *all* dimensions disappear?

# %% [markdown] task="share_of_total" tags=["hint"]
# An aggregation without a `dim` gives a 0-D tensor, and that broadcasts against any shape. Keep it a tensor: no
# `.item()`. Of the two divisions, `/` and `//`, take the one that doesn't round.

# %% [markdown] task="share_of_total" tags=["hint"]
# Divide `counts` by `counts.sum()`, with a single `/` (not `/=`). The dtype comes out right by itself.

# %% [markdown]
# ## 2. `matmul_shape` (1 point)
#
# *RuntimeError: mat1 and mat2 shapes cannot be multiplied* is an error that you will meet often. To predict it you need
# two rules, both in the picture above. Write them down as a function: it gets shapes and returns a shape, without any
# tensor.
#
# For two matrices neither rule has an exception. Two equal shapes are not enough, unlike for `*`; and a size of 1 isn't
# stretched: `@` doesn't broadcast the rows and columns of a matrix. (With more dimensions, the last two follow these
# rules, and those in front broadcast: (5, 2, 3) @ (3, 4) is (5, 2, 4). A vector, of one dimension, may stand on either
# side: (2, 3) @ (3,) is (2,).)


# %% task="matmul_shape" points=1
def matmul_shape(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int] | None:
    """Return the shape of A @ B, where A has shape `a` and B has shape `b`, or `None` if there is no such product.

    Rule 1: the inner sizes, the last of `a` and the first of `b`, must be equal. Rule 2: the result has the outer
    sizes. Sizes may be 0 or 1; the rules are the same for them. The result is a tuple of two ints. No exception is
    raised for any two shapes.

    >>> matmul_shape((2, 3), (3, 5))
    (2, 5)
    >>> matmul_shape((3, 2), (3, 2)) is None
    True
    """
    ### BEGIN SOLUTION
    # TODO: compare the inner sizes and return the outer ones, or None.
    return (a[0], b[1]) if a[1] == b[0] else None
    ### END SOLUTION


# %% [markdown] task="matmul_shape" tags=["hint"]
# Write the two shapes side by side, as in `(2, 3) @ (3, 5)`. Which two numbers are neighbours, and which two are left?

# %% [markdown] task="matmul_shape" tags=["hint"]
# A shape is a tuple: its first number has index 0, its last one here index 1. Compare the two inner sizes. If they are
# equal, the answer is made of the other two; if not, it is `None`, and nothing is raised.

# %% [markdown] task="matmul_shape" tags=["hint"]
# `if a[1] == b[0]: return (a[0], b[1])`, and after it `return None`.

# %% [markdown]
# ## 3. `matmul_with_transpose` (2 points)
#
# Some code stores weights as (in, out), some as (out, in). `nn.Linear` does the latter, and computes `x @ weight.T`.
# Write a product that finds out from the shapes whether the second matrix has to be transposed.
#
# ```text
#   a: (N, K)    b: (K, M)    ->   a @ b          fits as it is
#                b: (M, K)    ->   a @ b.T        fits when transposed
#                b: (K, K)    ->   a @ b          fits both ways: leave it as it is
#                otherwise    ->   ValueError
# ```
#
# A reshape to (K, M) would fit as well, and multiply the wrong numbers. And PyTorch's own error about shapes is a
# `RuntimeError`; here you are asked for another type, so look at the shapes before you multiply.


# %% task="matmul_with_transpose" points=2
def matmul_with_transpose(a: Tensor, b: Tensor) -> Tensor:
    """Return `a @ b`, or `a @ b.T` where only that fits.

    `a` is (N, K) and `b` has two dimensions; both are floating point, with the same dtype and on the same device. If
    `b` is (K, M), return the plain product, also when `b` is square and both readings fit. Otherwise, if `b` is
    (M, K), return the product with its transpose. Sizes may be 1; nothing is broadcast.

    The result has the dtype of `a` and `b`, gradients flow to both, and neither is modified. The function works on any
    device, without reading values.

    Raise `ValueError` if neither product is defined.

    >>> a = torch.tensor([[1.0, 2.0, 3.0]])
    >>> matmul_with_transpose(a, torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    tensor([[4., 5.]])
    >>> matmul_with_transpose(a, torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]))
    tensor([[4., 5.]])
    >>> matmul_with_transpose(a, torch.zeros(2, 2))
    Traceback (most recent call last):
        ...
    ValueError: (1, 3) fits neither (2, 2) nor its transpose
    """
    ### BEGIN SOLUTION
    # TODO: compare the inner sizes, first of the plain product, then of the one with the transpose.
    if a.shape[1] == b.shape[0]:
        return a @ b
    if a.shape[1] == b.shape[1]:
        return a @ b.T
    raise ValueError(f"{tuple(a.shape)} fits neither {tuple(b.shape)} nor its transpose")
    ### END SOLUTION


# %% [markdown] task="matmul_with_transpose" tags=["hint"]
# There are three cases, and the order in which you ask about them settles what happens to a square `b`. Which one comes
# first?

# %% [markdown] task="matmul_with_transpose" tags=["hint"]
# `a.shape[1]` must equal `b.shape[0]` for the plain product, or else `b.shape[1]` for the one with `b.T`. When neither
# holds, raise before you multiply anything.

# %% [markdown] task="matmul_with_transpose" tags=["hint"]
# `if a.shape[1] == b.shape[0]: return a @ b`; a second `if` compares with `b.shape[1]` and returns `a @ b.T`; the last
# line is `raise ValueError(...)`.

# %% [markdown]
# ## 4. `summarize` (3 points)
#
# A first look at data: smallest, largest, mean, sum, and *where* the smallest and largest are. Each is one method, and
# each has its catch:
#
# - `t.min(dim=0)` gives a *pair*, the values and their positions (`.values` and `.indices`); `t.amin(dim=0)` gives the
#   values alone. For the largest there are `max` and `amax`.
# - `argmin` and `argmax` without a `dim` count through the flattened tensor (that is `t.flatten()`, with a single
#   dimension), row after row: one number, not a row and a column.
# - `mean` refuses whole numbers, since their mean needn't be one: *mean(): could not infer output dtype*. Convert
#   first, or say which dtype you want: `t.mean(dtype=torch.float32)`.
# - `dim=0` is a dimension like any other, but in Python `if dim:` is false for it. Compare with `None`.
#
# ```python
# A = torch.tensor([[4.0, 2.0, 9.0], [7.0, 8.0, 1.0]])
# print(A.argmax(), A.argmax(dim=0), A.amax(dim=1))  # tensor(2) tensor([1, 1, 0]) tensor([9., 8.])
# print(A.max(dim=0).values, A.max(dim=0).indices)  # tensor([7., 8., 9.]) tensor([1, 1, 0])
# ```


# %% task="summarize" points=3
def summarize(t: Tensor, dim: int | None = None) -> dict[str, Tensor]:
    """Return a dict with exactly the keys "min", "max", "mean", "sum", "argmin" and "argmax", each a tensor.

    With `dim=None` everything is computed over all elements: the six values are 0-D, and the positions count through
    the flattened tensor, row after row. With an int, each is computed along that dimension, which disappears from the
    shape; a negative `dim` counts from the last dimension.

    `t` is int64 or of a floating dtype, has at least one element, and at least one dimension where `dim` is given. It
    is not modified, and no value shares its memory. "min", "max" and "sum" keep its dtype. "mean" is floating point and
    not rounded: float32 where `t` is int64, float64 where it is float64. "argmin" and "argmax" are int64; where several
    elements are equally small or large, any of their positions will do. The function works on any device, without
    reading values.

    >>> about = summarize(torch.tensor([[3, 1, 2], [5, 4, 6]]))
    >>> about["min"], about["mean"], about["argmax"]
    (tensor(1), tensor(3.5000), tensor(5))
    >>> about = summarize(torch.tensor([[3, 1, 2], [5, 4, 6]]), dim=1)
    >>> about["min"], about["mean"], about["argmax"]
    (tensor([1, 4]), tensor([2., 5.]), tensor([0, 2]))
    """
    ### BEGIN SOLUTION
    # TODO: without a dim, go on with the flattened tensor and its only dimension; then build the dict.
    if dim is None:
        t, dim = t.flatten(), 0
    return {
        "min": t.amin(dim),
        "max": t.amax(dim),
        "mean": t.mean(dim, dtype=torch.float32 if t.dtype == torch.int64 else t.dtype),
        "sum": t.sum(dim),
        "argmin": t.argmin(dim),
        "argmax": t.argmax(dim),
    }
    ### END SOLUTION


# %% [markdown] task="summarize" tags=["hint"]
# Over all elements and along one dimension: it would be tedious to write everything twice. Which tensor of a single
# dimension has the same elements in the same order?

# %% [markdown] task="summarize" tags=["hint"]
# With `dim=None`, replace `t` by `t.flatten()` and `dim` by 0. From there on `amin`, `amax`, `mean`, `sum`, `argmin`
# and `argmax` all take that `dim`. Only the mean needs care with whole numbers.

# %% [markdown] task="summarize" tags=["hint"]
# `if dim is None: t, dim = t.flatten(), 0`. In the dict: `t.amin(dim)`, and so on. For the mean use
# `t.float().mean(dim)` if `t.dtype == torch.int64`, otherwise `t.mean(dim)`.

# %% [markdown]
# ## 5. `center_rows` (2 points)
#
# Each row is a sample, and you want to subtract its own mean: what is left is each number's difference from the mean of
# its row. The means of the rows have shape (N,), the table has (N, F), and now broadcasting decides:
#
# ```text
#   (N, F)  table           (3, 3)  table              (N, F)  table
#   (   N)  row means       (   3)  row means          (N, 1)  row means, dimension kept
#   an error if N != F      no error if N == F:        each row meets its own mean
#   (and neither is 1)      each *column* loses
#                           another row's mean
# ```
#
# The middle one is the dangerous one: it runs, and it is wrong.


# %% task="center_rows" points=2
def center_rows(x: Tensor) -> Tensor:
    """Return a new tensor in which each row of `x` has had its own mean subtracted, so that every row has mean 0.

    `x` is (N, F), with at least one row and one column, of a floating dtype; the result has the same shape and dtype.
    `x` is not modified. Gradients flow, also by way of the means. The function works on any device, without reading
    values.

    >>> center_rows(torch.tensor([[1.0, 2.0, 3.0], [4.0, 4.0, 10.0]]))
    tensor([[-1.,  0.,  1.],
            [-2., -2.,  4.]])
    """
    ### BEGIN SOLUTION
    # TODO: subtract the row means, in a shape that broadcasts along the rows.
    return x - x.mean(dim=1, keepdim=True)
    ### END SOLUTION


# %% [markdown] task="center_rows" tags=["hint"]
# A row has one mean, so the dimension of the columns must disappear. Which number is that, 0 or 1? And which shape do
# the means need, to meet their rows?

# %% [markdown] task="center_rows" tags=["hint"]
# Average over the dimension of the columns, and keep it with size 1, so that the means are a column of shape (N, 1).
# Then subtract with `-`, not with `-=`.

# %% [markdown] task="center_rows" tags=["hint"]
# The means are `x.mean(dim=1, keepdim=True)`. Subtract them from `x` with an ordinary `-`, and return the result.
