# ---
# grader:
#   title: "Reshape, view, stack, squeeze and permute"
#   title_pt: "Reshape, view, stack, squeeze e permute"
#   prerequisites: ["01_tensor_creation", "02_tensor_operations"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Reshape, view, stack, squeeze and permute
#
# Half of the work in a network is getting shapes to fit: a layer wants rows, a plot wants images, a batch of one must
# stay a batch. The functions for it are easy to confuse, and confusing them rarely raises an error. The shape comes
# out right, and the numbers stand in the wrong places.

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - Leave alone what you were given: a tensor keeps its values *and its shape*. What you return may share memory with an
#   argument only where the task says so.
# - Where an error is asked for, only its type counts, and nothing may have changed by the time it is raised.
# - Where a tuple is asked for, a named tuple is one too; a list isn't.
# - "Works on any device": the function is tried on PyTorch's `meta` device too, whose tensors have a shape and no
#   values. So it must not read a number out of a tensor, or make new tensors on another device. A few operations don't
#   exist on `meta`; a function that uses one of them doesn't work on any device.
# - Values and dtypes come out as they went in, float16 and bfloat16 too: moving numbers must not change them. No task
#   is tried on NaN or infinity.

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
# ## Memory and strides
#
# It helps to see what a tensor is: a row of numbers in memory, and a rule for reading it. The **strides** say how far
# to step in memory to get to the next row and to the next column.
#
# ```text
#   memory:     1  2  3  4  5  6
#
#   t, (2, 3), strides (3, 1)        t.view(3, 2), strides (2, 1)        t.T, (3, 2), strides (1, 3)
#     1  2  3                          1  2                                1  4
#     4  5  6                          3  4                                2  5
#                                      5  6                                3  6
# ```
#
# All three read the same memory: nothing was copied. `view` keeps the numbers in their order and starts new rows
# elsewhere. The transpose swaps the dimensions: the number in row i, column j moves to row j, column i. Both have the
# shape (3, 2), and they are different tensors.
#
# ```python
# t = torch.tensor([[1, 2, 3], [4, 5, 6]])
# print(t.view(3, 2).tolist(), t.T.tolist())  # [[1, 2], [3, 4], [5, 6]] [[1, 4], [2, 5], [3, 6]]
# t.view(6)[0] = 99
# print(t[0, 0].item())  # 99
# ```
#
# | to | use | memory |
# |---|---|---|
# | regroup, numbers in their order | `view` | shared if possible, otherwise an error |
# | regroup in any case | `reshape` | shared if possible, otherwise a silent copy |
# | reorder the dimensions | `permute`, `.T` | shared |
# | remove or add a dimension of size 1 | `squeeze(dim)`, `unsqueeze(dim)` | shared |
# | join along a dimension that is there | `cat` | new |
# | put side by side along a *new* dimension | `stack` | new |

# %% [markdown]
# ## 1. `shared_view` (2 points)
#
# Sometimes you regroup a tensor in order to write into it, and then a silent copy is the worst that can happen: you
# write, and the original doesn't change. So you want a view or an error.
#
# Which tensors can be viewed? Those whose new shape can be walked through in the old memory with one fixed step for
# each dimension. After a transpose, reading row after row jumps back and forth, and no fixed step does that:
#
# ```text
#   memory:  1 2 3 4 5 6       t.T, read row after row:  1 4 2 5 3 6       flattening it takes a copy
# ```
#
# A tensor like `t`, whose numbers lie in memory row after row, is called *contiguous*; `t.T` isn't. But a tensor
# needn't be contiguous to have *some* views. A dimension can always be split in two, in `t.T` as well; joining two
# dimensions may be impossible. Don't work out the rule: there is a method that knows it.
#
# One size may be given as `-1`: then it is whatever is left.
#
# ```python
# print(tuple(torch.zeros(4, 6).view(3, -1).shape))  # (3, 8)
# ```


# %% task="shared_view" points=2
def shared_view(t: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return a tensor of this shape that reads the memory of `t`, with the elements in the same order (row after row).

    One entry of `shape` may be -1. Whatever is written into the result can be read in `t`, and the other way round.
    Nothing is ever copied. `t` itself keeps its shape and values. It has at least one element and may be
    non-contiguous: wherever a view of it can have the shape, return that view.

    Raise `RuntimeError` if `shape` doesn't fit the number of elements, or if no view of `t` can have it without
    copying.

    >>> t = torch.zeros(2, 3)
    >>> shared_view(t, (3, -1))[0, 1] = 5
    >>> t
    tensor([[0., 5., 0.],
            [0., 0., 0.]])
    >>> shared_view(t, (4, -1))
    Traceback (most recent call last):
        ...
    RuntimeError: shape '[4, -1]' is invalid for input of size 6
    """
    ### BEGIN SOLUTION
    # TODO: return a view of `t` with this shape; the method to use raises RuntimeError by itself.
    return t.view(shape)
    ### END SOLUTION


# %% [markdown] task="shared_view" tags=["hint"]
# The table above has two functions that regroup. One of them copies when it has to, silently. What does the other one
# do then?

# %% [markdown] task="shared_view" tags=["hint"]
# The method that never copies also raises the right type of error by itself. Anything before it that might copy
# (`contiguous`, `flatten`, `clone`) spoils that, and so does any check of your own on `is_contiguous()`.

# %% [markdown] task="shared_view" tags=["hint"]
# `t.view(shape)` is all there is to write: it takes the tuple as it is, -1 included.

# %% [markdown]
# ## 2. `stack_pair` (2 points)
#
# Two vectors of the same length can become the rows of a table or its columns. `stack` puts tensors of equal shape
# side by side along a *new* dimension, and its `dim` says where in the shape that dimension goes:
#
# ```text
#   a = [1, 2, 3]     stack, dim=0: (2, 3)     stack, dim=1: (3, 2)     cat: (6,)
#   b = [4, 5, 6]       1  2  3                  1  4                     1  2  3  4  5  6
#                       4  5  6                  2  5
#                                                3  6
# ```
#
# `cat` makes no new dimension; it joins along one that is there. And the columns are *not* a reshape of the rows:
# `rows.reshape(3, 2)` would have the right shape, but its first row is 1, 2 instead of 1, 4.


# %% task="stack_pair" points=2
def stack_pair(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return `(rows, cols)`: `a` and `b` as the rows of a table, and as the columns of another.

    `a` and `b` are 1-D, of the same length N >= 1, the same dtype (any) and on the same device. `rows` is (2, N), with
    `a` as row 0 and `b` as row 1; `cols` is (N, 2), with `a` as column 0 and `b` as column 1. Both have the dtype and
    device of `a` and `b`, which are not modified.

    The results share no memory with `a` or `b`; they may with each other. The function works on any device, without
    reading values.

    Raise `ValueError` if the lengths differ, also where one of them is 1.

    >>> rows, cols = stack_pair(torch.tensor([1, 2, 3]), torch.tensor([4, 5, 6]))
    >>> rows
    tensor([[1, 2, 3],
            [4, 5, 6]])
    >>> cols
    tensor([[1, 4],
            [2, 5],
            [3, 6]])
    """
    ### BEGIN SOLUTION
    # TODO: refuse different lengths, then stack along a new first dimension and along a new last one.
    if a.shape != b.shape:
        raise ValueError(f"lengths differ: {len(a)} and {len(b)}")
    return torch.stack((a, b), dim=0), torch.stack((a, b), dim=1)
    ### END SOLUTION


# %% [markdown] task="stack_pair" tags=["hint"]
# The result has a dimension more than `a` and `b`, so it isn't `cat`. In which place of the shape is that new
# dimension, of size 2, for the rows, and in which for the columns?

# %% [markdown] task="stack_pair" tags=["hint"]
# `torch.stack` takes the two tensors in a tuple, and `dim`: 0 makes rows, 1 makes columns. Its own complaint about
# different lengths is a `RuntimeError`, so compare the shapes first.

# %% [markdown] task="stack_pair" tags=["hint"]
# `if a.shape != b.shape: raise ValueError(...)`, then return `torch.stack((a, b), dim=0)` and the same with `dim=1`.

# %% [markdown]
# ## 3. `drop_channel` (2 points)
#
# Grey images come as (N, 1, H, W): N images of one channel. A plot wants (N, H, W). `squeeze()` removes *every*
# dimension of size 1, and that works for months, until the last batch holds a single image:
#
# ```python
# print(tuple(torch.zeros(5, 1, 2, 3).squeeze().shape))  # (5, 2, 3)
# print(tuple(torch.zeros(1, 1, 2, 3).squeeze().shape))  # (2, 3)
# print(tuple(torch.zeros(1, 1, 2, 1).squeeze(1).shape))  # (1, 2, 1)
# print(tuple(torch.zeros(5, 1, 6, 1, 7, 1).squeeze((1, 5)).shape))  # (5, 6, 1, 7)
# ```
#
# In the second line the batch is gone. `squeeze(dim)` removes only the dimension that you name, as in the third line,
# and a tuple names several, as in the last. If the size of a dimension isn't 1, it stays, and there is no error: images
# in colour come out as they went in. So check the shape first.


# %% task="drop_channel" points=2
def drop_channel(images: Tensor) -> Tensor:
    """Return a batch of grey images, (N, 1, H, W), without its channel dimension: (N, H, W), with the same values.

    N, H and W are 1 or more, and whatever they are they stay in the shape. `images` has any dtype, which is kept, and
    keeps its own shape and values. The result may share its memory. The function works on any device, without reading
    values.

    Raise `ValueError` if `images` is not 4-D, or has another number of channels than 1.

    >>> drop_channel(torch.zeros(5, 1, 2, 3)).shape
    torch.Size([5, 2, 3])
    >>> drop_channel(torch.zeros(1, 1, 2, 3)).shape
    torch.Size([1, 2, 3])
    """
    ### BEGIN SOLUTION
    # TODO: refuse what isn't (N, 1, H, W), then remove that one dimension and no other.
    if images.ndim != 4 or images.shape[1] != 1:
        raise ValueError(f"expected (N, 1, H, W), got {tuple(images.shape)}")
    return images.squeeze(1)
    ### END SOLUTION


# %% [markdown] task="drop_channel" tags=["hint"]
# Which position does the channel have in (N, 1, H, W)? Name it, so that no other dimension of size 1 can be meant.

# %% [markdown] task="drop_channel" tags=["hint"]
# Two things can be wrong with the shape: the number of dimensions, and the size at position 1. Check in this order,
# since a 1-D tensor has no position 1. After that, `squeeze` with a `dim` is safe.

# %% [markdown] task="drop_channel" tags=["hint"]
# `if images.ndim != 4 or images.shape[1] != 1: raise ValueError(...)`, then `return images.squeeze(1)`.

# %% [markdown]
# ## 4. `channels_first` (2 points)
#
# Image files and plots have the channels last, (H, W, C): at each place, the red, green and blue of one pixel. PyTorch
# wants them first, (C, H, W): a red image, a green one, a blue one. Dimensions have to *move*, and that is what
# `permute` does. It lists, for each position of the result, which dimension comes there:
#
# ```text
#    old      0  1  2             new      0  1  2
#            (H, W, C)                    (C, H, W)         permute(2, 0, 1)
# ```
#
# `view` and `reshape` would give the right shape and scrambled pixels. (And `.T` on a tensor that isn't 2-D reverses
# *all* its dimensions, with a warning that it is deprecated: (H, W, C) becomes (C, W, H), an image on its side.)
#
# ```python
# image = torch.arange(12).reshape(2, 2, 3)
# print(image[0, 1].tolist())  # [3, 4, 5]
# print(image.permute(2, 0, 1)[:, 0, 1].tolist())  # [3, 4, 5]
# print(image.reshape(3, 2, 2)[:, 0, 1].tolist())  # [1, 5, 9]
# ```


# %% task="channels_first" points=2
def channels_first(images: Tensor) -> Tensor:
    """Return an image (H, W, C) as (C, H, W), or a batch (N, H, W, C) as (N, C, H, W).

    Every pixel keeps its values: `result[n, c, h, w] == images[n, h, w, c]`. All sizes are 1 or more, and any of them
    may be equal. `images` has any dtype, which is kept, and keeps its own shape and values. The result may share its
    memory. The function works on any device, without reading values.

    Raise `ValueError` for any other number of dimensions than 3 or 4.

    >>> channels_first(torch.zeros(28, 32, 3)).shape
    torch.Size([3, 28, 32])
    >>> channels_first(torch.zeros(5, 28, 32, 3)).shape
    torch.Size([5, 3, 28, 32])
    """
    ### BEGIN SOLUTION
    # TODO: reorder the dimensions of an image, or those of a batch; refuse anything else.
    if images.ndim == 3:
        return images.permute(2, 0, 1)
    if images.ndim == 4:
        return images.permute(0, 3, 1, 2)
    raise ValueError(f"expected 3 or 4 dimensions, got {images.ndim}")
    ### END SOLUTION


# %% [markdown] task="channels_first" tags=["hint"]
# Write the dimensions of the result one under the other: C, H, W. Beside each, write its position in (H, W, C). The
# numbers are what `permute` takes.

# %% [markdown] task="channels_first" tags=["hint"]
# The diagram above has the answer for one image. In a batch the first dimension stays where it is, so the other three
# are numbered one higher. `images.ndim` tells which of the two you have.

# %% [markdown] task="channels_first" tags=["hint"]
# `if images.ndim == 3: return images.permute(2, 0, 1)`; for 4 it is `images.permute(0, 3, 1, 2)`; the last line is
# `raise ValueError(...)`.
