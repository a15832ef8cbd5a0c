# ---
# grader:
#   title: "Indexing, slicing and in-place operations"
#   title_pt: "Indexação, fatiamento e operações in-place"
#   prerequisites: ["01_tensor_creation", "02_tensor_operations", "03_reshaping"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Indexing, slicing and in-place operations
#
# A tensor is a long row of numbers in memory, plus a rule for reading it: where to start, and how far to jump for the
# next row and the next column. Picking a part of a tensor can therefore cost nothing. PyTorch keeps the numbers where
# they are and only writes down another rule:
#
# ```text
#  x = [[1, 2, 3],          memory    1   2   3   4   5   6
#       [4, 5, 6]]          x[:, 1]       ^           ^         start at the second number, jump three
# ```

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - Leave alone what you were given, and the global settings of PyTorch. A name that ends in `_` is the exception: such
#   a function changes its argument in place, in the memory it has, and returns that same object.
# - Where an error is asked for, only its type counts, and nothing may have changed by the time it is raised.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6), whole numbers exactly. "Any floating dtype"
#   includes float16 and bfloat16. NaN and infinity come up only where a task mentions them.

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
# ## Views, copies and operations in place
#
# A part that is picked like this is a **view**: it has no numbers of its own. Write to it and you write to `x`; change
# `x` and you see it in the view. That is a gift when you want to change a column, and a trap when you believed you had
# a copy.
#
# | you write | you get |
# |---|---|
# | integers, slices, `...`: `x[0]`, `x[:, 1]`, `x[1:3]` | a view: the memory of `x` |
# | a list, a mask, an index tensor of one dimension or more: `x[:, [1]]`, `x[x > 0]` | a **copy**: memory of its own |
#
# The second line is called *advanced indexing*. It copies because the chosen elements may lie anywhere, and a rule of
# "start here, jump that far" can't describe them.
#
# ```python
# x = torch.tensor([[1, 2, 3], [4, 5, 6]])
# x[:, 1].fill_(0)  # fills a view, so x changes
# x[:, [2]].fill_(0)  # fills a copy that nobody keeps
# print(x.tolist())  # [[1, 0, 3], [4, 0, 6]]
# ```
#
# On the *left* of `=` both kinds write to `x`: `x[:, [2]] = 0` and `x[x > 4] = 0` are single operations that put
# numbers into `x`, and no copy is made on the way.
#
# An **in-place** operation changes memory that is already there. Methods whose name ends in `_` do it, and so do
# `x += 1` and `x[0] = 3`:
#
# | in place: writes into the memory of `x` | out of place: makes a new tensor |
# |---|---|
# | `x.add_(y)`, `x += y` | `x + y` |
# | `x.mul_(y)`, `x *= y` | `x * y` |
# | `x.relu_()` | `x.relu()` |
# | `x.clamp_(min=0)` | `x.clamp(min=0)` |
# | `x.zero_()` | `torch.zeros_like(x)` |
# | `x.fill_(7)` | `torch.full_like(x, 7)` |
# | `x.copy_(y)`: the values of `y` | `y.clone()` |
#
# Every method on the left also *returns the tensor it changed*, so that calls can be chained. `x = x + 1` is something
# else: it makes a new tensor and gives it the old name. Inside a function that means that the caller's tensor stays as
# it was.

# %% [markdown]
# ## 1. `column_view` (2 points)
#
# One index picks a row, because rows come first: `x[1]` is the second row. To pick a column you say two things, *all
# the rows* and *this column*. A plain colon means "all".
#
# An integer index takes its dimension away, a slice keeps it:
#
# ```python
# x = torch.zeros(4, 3)
# print(tuple(x[0].shape), tuple(x[0:1].shape))  # (3,) (1, 3)
# ```
#
# The two also differ where the index is wrong: an integer that is out of range is an `IndexError`, while a slice that
# is out of range is silently shortened, possibly to nothing.
#
# If PyTorch records a graph, a view is part of it: PyTorch can differentiate through indexing, and the gradient of a
# column arrives in that column of `x`. (Gradients have an exercise of their own, 07. Here it is enough not to cut `x`
# off from its graph: no `detach()`, no `.data`.)


# %% task="column_view" points=2
def column_view(x: Tensor, col: int) -> Tensor:
    """Return column `col` of the 2-D tensor `x` as a 1-D tensor that shares the memory of `x`.

    `x` is `(N, F)`, of any dtype and layout; the result is `(N,)`. Writing to the result writes to `x`, and changes of
    `x` show in the result. A negative `col` counts from the end: -1 is the last column. If `x` requires grad, the
    result stays in its graph: gradients flow through it.

    Raise `IndexError` if there is no such column, that is unless -F <= col < F.

    >>> x = torch.tensor([[1, 2, 3], [4, 5, 6]])
    >>> column = column_view(x, 1)
    >>> column
    tensor([2, 5])
    >>> column[0] = 9
    >>> x
    tensor([[1, 9, 3],
            [4, 5, 6]])
    """
    ### BEGIN SOLUTION
    # TODO: return every row's element at `col`, as a view of `x`.
    return x[:, col]
    ### END SOLUTION


# %% [markdown] task="column_view" tags=["hint"]
# Which of the two kinds of indexing in the table above gives a view? And which of its indices takes a dimension away,
# so that the result is 1-D?

# %% [markdown] task="column_view" tags=["hint"]
# All rows, one column: a colon for the first dimension and the plain integer for the second. An integer index also does
# the rest: a negative one counts from the end, and PyTorch raises the `IndexError` for you.

# %% [markdown] task="column_view" tags=["hint"]
# `x[:, col]` is the view. Don't put `col` into a list: that would copy. Return what you get, as it is.

# %% [markdown]
# ## 2. `set_column_` (2 points)
#
# Now write to a column. The caller of this function holds `x`, perhaps as a part of something larger, such as the
# transpose of another tensor. They see your work only if it goes into the memory that `x` has.
#
# Two things go wrong easily. `x[:, [col]].fill_(value)` fills a copy. And `clone()`, or `contiguous()` after a
# transpose, gives you a new tensor, which the caller never sees.
#
# Writing a number into a tensor converts it to the tensor's dtype. An integer tensor has no room for a fraction:
#
# ```python
# x = torch.tensor([10, 20, 30])
# x[0] = 2.7
# print(x.tolist())  # [2, 20, 30]
# ```


# %% task="set_column_" points=2
def set_column_(x: Tensor, col: int, value: float) -> Tensor:
    """Set every entry of column `col` of the 2-D tensor `x` to `value`, in place, and return `x` itself.

    `x` has any number of rows, even none, and any integer or floating dtype, and may be a view such as a transpose; it
    doesn't require grad. `value` is converted to the dtype of `x` (in an integer tensor its fraction is dropped), and
    all other entries stay as they are. A negative `col` counts from the end.

    Raise `IndexError` if there is no such column, that is unless -F <= col < F, also where `x` has no rows; `x` is then
    unchanged.

    >>> x = torch.tensor([[1, 2, 3], [4, 5, 6]])
    >>> set_column_(x, -1, 0.0)
    tensor([[1, 2, 0],
            [4, 5, 0]])
    >>> x
    tensor([[1, 2, 0],
            [4, 5, 0]])
    """
    ### BEGIN SOLUTION
    # TODO: write `value` into the column, in the memory of `x`, and return `x`.
    x[:, col] = value
    return x
    ### END SOLUTION


# %% [markdown] task="set_column_" tags=["hint"]
# Assigning to an index, `x[...] = ...`, is an in-place operation. Which index stands for the whole column? And what do
# the methods that end in `_` return?

# %% [markdown] task="set_column_" tags=["hint"]
# Put all rows and the one column on the left of `=`, and `value` on the right: a single number fills them all. Use the
# integer, not a slice: a slice out of range is empty, and gives no error.

# %% [markdown] task="set_column_" tags=["hint"]
# `x[:, col] = value`, then `return x`. No loop, no copy.

# %% [markdown]
# ## 3. `rectify_` (2 points)
#
# ReLU, the *rectified linear unit*, keeps what is positive and replaces what is negative by 0:
#
# ```text
#  x          -2.0   -0.5    0.0    1.5   -inf
#  relu(x)     0.0    0.0    0.0    1.5    0.0
# ```
#
# In place it saves memory: the numbers that go through a large network are huge tensors, and often those
# from before the ReLU are not needed again.
#
# One kind of tensor must not be changed in place behind PyTorch's back: a *leaf that requires grad*, which is what you
# get from `torch.tensor(..., requires_grad=True)` and what the parameters of a model are. PyTorch records what you
# compute from it, to find derivatives later; overwriting it would make that record lie. So while it records, PyTorch
# refuses:
#
# ```python
# weights = torch.tensor([1.0, -2.0], requires_grad=True)
# try:
#     weights.mul_(2)
# except RuntimeError as error:
#     message = str(error)
# print(message)  # a leaf Variable that requires grad is being used in an in-place operation.
# ```
#
# You may hear that no leaf can be changed in place. That is too strict: a tensor that doesn't require grad is a leaf as
# well, and changing it is fine. So is changing the *result* of an operation, unless that operation kept its result to
# find derivatives later: `backward()` then raises (exercise 08).
#
# In this task the error is the right answer, so let it through. `.data`, `detach()` and `no_grad()` would silence it:
# the step then isn't recorded, and gradients flow through entries that ReLU has set to 0.


# %% task="rectify_" points=2
def rectify_(x: Tensor) -> Tensor:
    """Apply ReLU in place: replace the negative entries of `x` by 0, in its own memory, and return `x` itself.

    `x` has any shape and any integer or floating dtype. It may hold -inf, which becomes 0 as well, and may be a view
    such as a transpose or every other column: then what it is a view of changes with it. If `x` requires grad and is
    the result of an operation that doesn't need its output for backward (such as `t * 3`), the gradient that goes back
    is that of ReLU.

    If `x` is a leaf that requires grad (and holds negative entries), PyTorch's own `RuntimeError` reaches the caller,
    and `x` keeps its values.

    >>> x = torch.tensor([1.5, -2.0, -math.inf])
    >>> rectify_(x)
    tensor([1.5000, 0.0000, 0.0000])
    >>> x
    tensor([1.5000, 0.0000, 0.0000])
    """
    ### BEGIN SOLUTION
    # TODO: set what is negative to 0, in place and while autograd records, and return `x`.
    return x.relu_()
    ### END SOLUTION


# %% [markdown] task="rectify_" tags=["hint"]
# Write it for an ordinary tensor first, in place. Then try it on a leaf that requires grad: the error that you see
# there is wanted, so there is nothing to add.

# %% [markdown] task="rectify_" tags=["hint"]
# Several in-place operations do it: a method with an underscore named after ReLU, `clamp_`, or an assignment to the
# entries that a mask picks. Don't multiply by a mask: -inf times 0 is NaN.

# %% [markdown] task="rectify_" tags=["hint"]
# `x.relu_()` changes `x` and returns it. So does `x.clamp_(min=0)`. With `x[x < 0] = 0` you still have to write
# `return x`.
