# ---
# grader:
#   title: "dtypes and NumPy interoperability"
#   title_pt: "Tipos de dados e interoperabilidade com NumPy"
#   prerequisites: ["01_tensor_creation", "04_indexing_and_inplace"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # dtypes and NumPy interoperability
#
# Data arrives as NumPy arrays, learning happens in tensors, and results go back to NumPy for a plot. In both directions
# there are two questions: what *dtype* does the result have, and whose *memory* does it use?

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - Leave alone what you were given (lists, arrays and tensors alike), and the global settings of PyTorch.
# - Where an error is asked for, only its type counts.
# - Arrays are ordinary ones: no negative strides, numbers in the byte order of this machine. They may be transposed,
#   or hold every other row of a larger one.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6), those in a NumPy array exactly. No task is tried
#   on NaN, infinity, or numbers too large for their dtype.

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
# ## dtype and memory
#
# **dtype.** Give PyTorch Python numbers and it picks the most general kind among them. It picks smaller floats than
# NumPy does, because networks are trained in float32: half the memory of float64, faster, and precise enough.
#
# ```text
#            bool   <   int     <   float     <   complex         more general to the right
#  PyTorch   bool       int64       float32       complex64
#  NumPy     bool       int64       float64       complex128
# ```
#
# An array that becomes a tensor keeps its own dtype. So a NumPy array of floats gives a *float64* tensor, and a layer
# with float32 weights will refuse it.
#
# ```python
# print(torch.tensor([1.5, 2.5]).dtype)  # torch.float32
# print(torch.tensor(np.array([1.5, 2.5])).dtype)  # torch.float64
# ```
#
# **Memory.** A tensor on the CPU and an array can be two views of the same numbers. Which calls do that?
#
# | call | its memory |
# |---|---|
# | `torch.from_numpy(array)`, `torch.as_tensor(array)` | that of `array` |
# | `tensor.numpy()` | that of `tensor` |
# | `torch.tensor(array)` | its own: it always copies |
# | a conversion to another dtype: `.to(torch.float32)`, `.float()`, `array.astype(...)` | its own |
# | `.to(...)` or `.float()` where the dtype is right already | nothing is done: the same tensor |
#
# To see who shares, change something *in place* and look at the other:
#
# ```python
# array = np.array([1.0, 2.0])
# shared, own = torch.from_numpy(array), torch.tensor(array)
# array += 10
# print(shared.tolist(), own.tolist())  # [11.0, 12.0] [1.0, 2.0]
# ```
#
# The same experiment with `array = array + 10` proves nothing: it makes a new array and gives it the old name. The
# tensor shares memory with the *old* one, which hasn't changed.
#
# Don't use the old constructors with a capital letter. `torch.FloatTensor(array)` copies a float64 array, but *shares*
# a float32 one; and `torch.FloatTensor(3)` isn't the number 3 but three numbers with arbitrary values.
# `torch.tensor(array, dtype=torch.float32)` is better: it says which dtype you want, and it always copies.

# %% [markdown]
# ## 1. `infer_dtype` (2 points)
#
# Which dtype does `torch.tensor` give to a list? The diagram above says it: that of the most general kind in it,
# wherever in the list it stands. You may work it out from the kinds, or let PyTorch do so.
#
# Two special cases. In Python `True` *is* an int (`bool` is a subclass of `int`), yet a list of bools is a bool tensor.
# And an empty list has no kinds at all: PyTorch then takes its default, float32.
#
# Your function refuses what isn't a number, and always with the same error. PyTorch itself has several:
#
# ```python
# errors = []
# for values in (["a"], [None]):
#     try:
#         torch.tensor(values)
#     except Exception as error:
#         errors.append(type(error).__name__)
# print(errors)  # ['ValueError', 'RuntimeError']
# ```


# %% task="infer_dtype" points=2
def infer_dtype(values: list) -> torch.dtype:
    """Return the dtype that `torch.tensor(values)` gives with PyTorch's default settings.

    `values` is a flat list of Python numbers: `bool`, `int`, `float` and `complex`. The most general kind among them
    decides: complex (complex64) before float (float32) before int (int64) before bool (bool). An empty list gives
    float32. The list is not modified.

    Raise `TypeError` if any element, wherever it stands, is of another type: `str`, `None`, a list, a tensor, ...

    >>> infer_dtype([True, 2, 3.5])
    torch.float32
    >>> infer_dtype([1, 2, "3"])
    Traceback (most recent call last):
        ...
    TypeError: '3' is not a number
    """
    # TODO: refuse what is not a number, then return the dtype of the most general kind.
    raise NotImplementedError


# %% [markdown]
# ## 2. `to_float32` (2 points)
#
# This is the way of data into a model: whatever the array holds, the tensor is float32, and it is a *copy*. If it
# shared memory, changing the tensor in place would silently change the table that it came from.
#
# The trap is in the last row of the table above. A conversion copies, unless there is nothing to convert. So for an
# array that is already float32, many of the obvious one-liners share its memory.


# %% task="to_float32" points=2
def to_float32(array: np.ndarray) -> Tensor:
    """Return the numbers of a NumPy array as a float32 tensor on the CPU, in memory of its own.

    `array` has one dimension or more and an integer, bool, float32 or float64 dtype; the tensor has its shape and
    values (True is 1, False is 0) and doesn't require grad. Later changes to `array` don't show in the tensor, nor the
    reverse, even when `array` is float32 already. `array` is not modified.

    >>> array = np.array([1.0, 2.0])
    >>> t = to_float32(array)
    >>> array += 10
    >>> t, t.dtype
    (tensor([1., 2.]), torch.float32)
    """
    # TODO: copy the array into a float32 tensor.
    raise NotImplementedError


# %% [markdown]
# ## 3. `wrap_array` (2 points)
#
# Now the opposite: an array of a few gigabytes, which you don't want to have twice. The tensor should use the array's
# memory, whatever the dtype. That works for any layout: a transposed array gives a transposed tensor, and no number is
# moved.
#
# Only an array has such memory. A Python list is a row of separate objects, so there is nothing to share, and a
# function that promises to share must refuse it. A silent copy would be worse than an error: the caller would go on
# writing to a list that the tensor no longer depends on.


# %% task="wrap_array" points=2
def wrap_array(array: np.ndarray) -> Tensor:
    """Return a tensor over the memory of the NumPy array `array`: nothing is copied.

    `array` is writable, of any shape and layout, and of a dtype of numbers (integer, floating or complex) that PyTorch
    has too. The tensor has its shape, values and dtype: float64 stays float64. What is written to either of them is
    seen in the other.

    Raise `TypeError` if `array` is not a `numpy.ndarray`: a list or tuple, a number (be it one of NumPy's), a tensor,
    ... An array of a class that derives from `numpy.ndarray`, such as `np.memmap`, is one.

    >>> array = np.array([1, 2, 3])
    >>> t = wrap_array(array)
    >>> array[0] = 9
    >>> t
    tensor([9, 2, 3])
    >>> wrap_array([1, 2, 3])
    Traceback (most recent call last):
        ...
    TypeError: expected np.ndarray (got list)
    """
    # TODO: return a tensor that shares the array's memory, and refuse everything else.
    raise NotImplementedError


# %% [markdown]
# ## 4. `to_numpy_copy` (2 points)
#
# And back. `tensor.numpy()` shares the tensor's memory, and while autograd records it refuses a tensor that *requires
# grad*. Such tensors are the parameters of a model and all that is computed from them: PyTorch keeps a record of their
# operations (a graph), to find derivatives with later. NumPy's operations would be missing from that record. So you
# have to leave it explicitly, with `detach()`: it gives a tensor of the same numbers outside the graph.
#
# ```python
# t = torch.tensor([1.0, 2.0], requires_grad=True)
# outside = t.detach()
# print(outside.requires_grad, t.requires_grad)  # False True
# ```
#
# `detach()` doesn't copy either, though. Writing to the array would write to the parameter, and what the record needs
# for its derivatives would be overwritten without PyTorch noticing.


# %% task="to_numpy_copy" points=2
def to_numpy_copy(t: Tensor) -> np.ndarray:
    """Return the numbers of a CPU tensor as a NumPy array, in memory of its own.

    `t` has any shape (0-D included: the array is then 0-D as well), any layout, and any dtype that NumPy has too: bool,
    integer, floating or complex. The array has its shape, values and dtype: float32 stays float32.

    `t` may require grad, as a leaf or as the result of an operation. It is left as it was: its values, its
    `requires_grad` and its graph, through which one can still go backward.

    >>> t = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> array = to_numpy_copy(t)
    >>> array[0] = 9
    >>> array
    array([9., 2.], dtype=float32)
    >>> t
    tensor([1., 2.], requires_grad=True)
    """
    # TODO: leave the graph, become an array, and copy.
    raise NotImplementedError
