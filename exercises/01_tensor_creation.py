# ---
# grader:
#   title: "Creating tensors and reading their attributes"
#   title_pt: "Criação de tensores e seus atributos"
#   prerequisites: []
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Creating tensors and reading their attributes
#
# A tensor is a block of numbers, all of one type, arranged along zero or more dimensions. If you know NumPy, you know
# most of it: what PyTorch adds is that a tensor can live on a GPU and can be differentiated. Data, weights, losses and
# gradients are all tensors, so this is where everything starts.

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library. The imports are the same in
#   all exercises; in this one you need no more than `torch`.
# - Leave alone what you were given, and the global settings of PyTorch. What you return is new: it doesn't share memory
#   with an argument.
# - Where an error is asked for, only its type counts: any message will do.
# - Where a tuple or a dict is asked for, every kind of it will do: a named tuple, a `defaultdict`, a class of your own
#   that derives from one. A list isn't a tuple.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6), whole numbers exactly. NaN and infinity are
#   tried only where a task mentions them.
# - "Any dtype" includes float16 and bfloat16, as far as PyTorch has the operation for them on the CPU.
# - Some tasks must work on any device. They are tried on a device called `meta` too: task 2 says what that is. A few
#   operations don't exist there; a function that uses one of them doesn't work on any device.

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
# ## What a tensor says about itself
#
# Count the opening brackets in front of the first number: that is the number of dimensions.
#
# ```text
#   7              [7, 8]           [[7, 8],              [[[7, 8],
#                                    [8, 7]]                [8, 7]]]
#
#   no bracket     one              two                   three
#   scalar, 0-D    vector, 1-D      matrix, 2-D           3-D
#   shape ()       shape (2,)       shape (2, 2)          shape (1, 2, 2)
# ```
#
# The sizes in a shape go from the outermost bracket to the innermost: the last tensor is *one* matrix of *two* rows of
# *two* numbers.
#
# Every tensor carries its own description, and reading it costs nothing, however large the tensor is:
#
# | | gives | |
# |---|---|---|
# | `t.ndim` | `int` | number of dimensions |
# | `t.shape` | `torch.Size`, a kind of tuple | the size of each dimension |
# | `t.dtype` | `torch.dtype` | the type of all its elements |
# | `t.device` | `torch.device` | the memory it lives in: `cpu`, `cuda:0`, ... |
# | `t.numel()` | `int` | number of elements: a method, so mind the parentheses |
#
# ```python
# t = torch.tensor([[7, 8, 9], [9, 8, 7]])
# print(t.ndim, tuple(t.shape), t.numel())  # 2 (2, 3) 6
# print(t.dtype, t.device)  # torch.int64 cpu
# ```
#
# The dtype comes from the numbers: Python ints give int64, and a single number with a decimal point makes the whole
# tensor float32.
#
# ```python
# print(torch.tensor([1, 2]).dtype, torch.tensor([1, 2.0]).dtype)  # torch.int64 torch.float32
# ```
#
# Mind the capital letter. `torch.tensor(...)` is the function that you want. `torch.Tensor(...)` is the class behind
# it. It makes the default dtype, float32, whatever numbers you give it. And it takes a plain number for a *size*, not
# for a value: `torch.Tensor(7)` holds seven floats with arbitrary values.
#
# ```python
# print(torch.tensor(7).shape, torch.Tensor(7).shape)  # torch.Size([]) torch.Size([7])
# ```

# %% [markdown]
# ## 1. `tensor_ranks` (1 point)
#
# Build the four tensors of the picture above, for any two whole numbers `a` and `b`. Count the brackets of the last
# two: where does the dimension of size 1 go, first or last?


# %% task="tensor_ranks" points=1
def tensor_ranks(a: int, b: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return four tensors made of `a` and `b`: `(scalar, vector, matrix, cube)`.

    - `scalar` is 0-D and holds `a`;
    - `vector` is `[a, b]`, of shape (2,);
    - `matrix` is `[[a, b], [b, a]]`, of shape (2, 2);
    - `cube` is `[[[a, b], [b, a]]]`, of shape (1, 2, 2).

    All four are int64 and on the CPU, whatever the two ints are: zero, negative, large (up to 2**62 either way). They
    may share memory with each other.

    >>> scalar, vector, matrix, cube = tensor_ranks(7, 8)
    >>> scalar, vector
    (tensor(7), tensor([7, 8]))
    >>> cube
    tensor([[[7, 8],
             [8, 7]]])
    """
    # TODO: build the four tensors, one more pair of brackets each time, and return them in this order.
    raise NotImplementedError


# %% [markdown]
# ## 2. `describe` (1 point)
#
# When something goes wrong in PyTorch, the first question is nearly always one of these five: how many dimensions,
# which shape, which dtype, which device, how many elements? Write the function that answers them all.
#
# None of the answers needs the elements, so the function works on a tensor of any kind: a scalar, an empty one, one of
# bools, one on any device. A *device* is where the elements are kept: the computer's main memory (`cpu`), or that of a
# graphics card (`cuda`). PyTorch also has a device without memory, called `meta`. Its tensors have a shape and a dtype,
# but no elements, so code that needs to look at an element fails there.
#
# Give back the objects themselves (`torch.float32`), not their names (`"torch.float32"`): a name can't be compared with
# a dtype, or passed on to another function.
#
# A trap on the way: `len(t)` is the size of the *first* dimension, and a scalar has none.


# %% task="describe" points=1
def describe(t: Tensor) -> dict[str, object]:
    """Return a dict that describes `t`, with exactly these five keys.

    - `"ndim"`: the number of dimensions, an int;
    - `"shape"`: the sizes, a tuple of ints (a `torch.Size` is one);
    - `"dtype"`: the `torch.dtype`;
    - `"device"`: the `torch.device`;
    - `"numel"`: the number of elements, an int.

    `t` is any tensor: a scalar, an empty one, of any dtype, on any device (`meta` too, so its elements are not read).
    It is not changed.

    >>> about = describe(torch.zeros(2, 3))
    >>> about["ndim"], about["numel"], about["dtype"], about["device"]
    (2, 6, torch.float32, device(type='cpu'))
    >>> about["shape"] == (2, 3)
    True
    """
    # TODO: return a dict with the five facts, each read from `t`.
    raise NotImplementedError


# %% [markdown]
# ## 3. `inclusive_range` (2 points)
#
# `torch.arange` counts as Python's `range` does: it takes a start, an end and a step, and it stops *before* the end.
#
# ```python
# print(torch.arange(2, 8, 3))  # tensor([2, 5])
# print(torch.arange(4), torch.arange(0.0, 1.0, 0.25).dtype)  # tensor([0, 1, 2, 3]) torch.float32
# ```
#
# With a single argument it starts at 0, and one float among the arguments makes the whole range float32. There is also
# a `torch.range`, which includes its end. It is deprecated, and float32 even for whole numbers; beyond 2**24 float32
# no longer tells neighbouring whole numbers apart. Do it with `arange`.
#
# ```text
#   inclusive_range(1, 10, 3):    1 . . 4 . . 7 . . 10         10 falls on a term: in
#   inclusive_range(1, 11, 3):    1 . . 4 . . 7 . . 10 . 11    11 doesn't: the last term is 10, never 13
# ```


# %% task="inclusive_range" points=2
def inclusive_range(start: int, stop: int, step: int = 1) -> Tensor:
    """Return the terms start, start + step, start + 2 * step, ... that are at most `stop`.

    `stop` itself is the last term where a term falls on it, so that `start == stop` gives one element. The result is
    1-D and int64. `start` may be negative, and `start` and `stop` large: up to 2**60 either way; `step` is at most a
    million.

    Raise `ValueError` if `step < 1` or `stop < start`.

    >>> inclusive_range(1, 10)
    tensor([ 1,  2,  3,  4,  5,  6,  7,  8,  9, 10])
    >>> inclusive_range(1, 10, 3), inclusive_range(1, 11, 3)
    (tensor([ 1,  4,  7, 10]), tensor([ 1,  4,  7, 10]))
    >>> inclusive_range(3, 2)
    Traceback (most recent call last):
        ...
    ValueError: there is nothing from 3 to 2 in steps of 1
    """
    # TODO: refuse a step below 1 and a stop before the start, then let `arange` count far enough.
    raise NotImplementedError


# %% [markdown]
# ## 4. `constant_like` (2 points)
#
# `torch.tensor` makes a tensor from numbers that you have. Often you only have a shape. Then one of these makes the
# numbers too:
#
# | call | its elements |
# |---|---|
# | `torch.zeros(2, 3)` | 0 |
# | `torch.ones(2, 3)` | 1 |
# | `torch.full((2, 3), 7.5)` | 7.5, or any other number |
# | `torch.rand(2, 3)` | random, evenly from 0 to 1 (1 excluded) |
# | `torch.randn(2, 3)` | random, from the normal distribution with mean 0 and standard deviation 1 |
# | `torch.empty(2, 3)` | not set: whatever was in that memory |
#
# They make float32 tensors on the CPU unless you ask for something else with `dtype=` and `device=`. (Only `torch.full`
# takes the dtype from its number: `torch.full((2, 3), 7)` is int64.)
#
# New tensors should match those that they will meet. A mismatch is behind many error messages: a matrix product of
# float32 and float64, for example, or one tensor on the CPU and the other on a GPU. That is what the functions with a
# name in `_like` are for: `zeros_like`, `ones_like`, `full_like`, `rand_like` and so on, one for each row of the table.
# They take a *template* and copy its description (shape, dtype and device), not its values:
#
# ```python
# template = torch.tensor([[1.5, 2.5]], dtype=torch.float64)
# print(torch.zeros_like(template))  # tensor([[0., 0.]], dtype=torch.float64)
# ```
#
# Computing with the template's values is no substitute. `template * 0` looks like zeros, but 0 times NaN is NaN, and 0
# times infinity too; and if the template requires grad, the result is attached to its graph. (PyTorch can record how a
# tensor was computed, to find derivatives later. That record is the *graph*, and it begins at tensors that *require
# grad*. Exercise 07 explains both. All you need here: a new tensor doesn't require grad unless you ask for it, and a
# computed one does if one of its ingredients does.)
#
# Nor may you write into the template. `fill_` does that, as all methods whose name ends in `_` do; and `detach()` gives
# you the same memory under another name.


# %% task="constant_like" points=2
def constant_like(template: Tensor, value: float) -> Tensor:
    """Return a new tensor with the shape, dtype and device of `template`, every element equal to `value`.

    `value` is converted to that dtype; for whole-number dtypes that cuts off the digits after the point, towards zero.
    `template` may have any shape, hold anything (NaN and infinity too) and require grad; it is not modified.

    The result doesn't require grad and has no graph. It shares no memory with `template`, and each of its elements has
    a place of its own, so that one of them can be changed alone. The function works on any device, without reading
    values.

    >>> constant_like(torch.zeros(2, 2), 7.5)
    tensor([[7.5000, 7.5000],
            [7.5000, 7.5000]])
    >>> constant_like(torch.tensor([1, 2, 3]), 2.7)
    tensor([2, 2, 2])
    """
    # TODO: return a new tensor that is like `template` and full of `value`.
    raise NotImplementedError
