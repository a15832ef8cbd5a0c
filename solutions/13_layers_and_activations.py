# ---
# grader:
#   title: "ReLU, softmax, max pooling and ToTensor"
#   title_pt: "ReLU, softmax, max pooling e ToTensor"
#   prerequisites: ["02_tensor_operations", "03_reshaping", "06_dtypes_and_numpy"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # ReLU, softmax, max pooling and ToTensor
#
# A network that looks at pictures is mostly matrix products. Between them and around them are four small functions.
# This exercise is about what each of them does:
#
# ```text
#   picture                tensor                                scores            probabilities
#  (H, W, C)  ---------> (C, H, W) ---> matrix products, ---> one number ------> in [0, 1], and
#  0 to 255   to_tensor   0.0 to 1.0    relu, max_pool2d      for each class     they sum to 1
#                                                                       softmax
# ```

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library. Three tasks ask you to do
#   without PyTorch's finished version of what you write, under whatever name it goes.
# - Leave alone what you were given: make new tensors, which share no memory with it.
# - "Gradients flow" means that `backward()` through your result reaches the argument, with the right numbers.
# - "On any device" means that the function makes no tensor elsewhere than where its argument lives, and reads no values
#   out of it: no `.item()`, no `.tolist()`, no `if` on a tensor. Such a function works even on the `meta` device, whose
#   tensors have a shape and a dtype, but no values. A few operations don't exist on `meta`; a function that uses one of
#   them doesn't work on any device.
# - Where an error is asked for, only its type counts.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6); with 1e-3 for the softmax of scores beyond ±100
#   (beyond ±1000 its values may be rough, but neither NaN nor infinite), and with their own precision for float16 and
#   bfloat16, which are floating dtypes like the others. No task is tried on NaN, and only `relu` on infinity.

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
# ## Why there is something between linear layers
#
# None of the four functions learns anything: they have no parameters. But without ReLU many layers would do no more
# than one. Two linear layers with nothing between them are the same as one linear layer, because a product of matrices
# is a matrix:
#
# ```python
# x = torch.tensor([1.0, -2.0])
# first, second = torch.tensor([[1.0, 2.0], [3.0, 0.0]]), torch.tensor([[2.0, 1.0], [0.0, 4.0]])
# print(second @ (first @ x))  # tensor([-3., 12.])
# print((second @ first) @ x)  # tensor([-3., 12.])
# ```
#
# Something that isn't linear must come between them. The simplest such function replaces what is negative by 0.

# %% [markdown]
# ## 1. `relu` (1 point)
#
# ```text
#                  x   where x > 0               |     /
#     relu(x) =                                  |   /
#                  0   where x < 0       ________| /
# ```
#
# *Rectified linear unit* is its full name. Where `x` is positive, the gradient passes unchanged; where `x` is negative,
# nothing passes. At exactly 0 there is no derivative, and the gradient there isn't checked.
#
# Choose between `x` and 0 rather than multiplying by a mask of ones and zeros. The two agree until there is an
# infinity:
#
# ```python
# x = torch.tensor([-math.inf, 2.0])
# print(x * (x > 0))  # tensor([nan, 2.])
# ```
#
# **Write it yourself**: `torch.relu`, `x.relu()`, `F.relu`, `nn.ReLU` and their in-place versions score no points here.
# Everything else is fine: `clamp`, `maximum`, `where`, masks.


# %% task="relu" points=1 forbidden=["relu", "relu_", "ReLU"]
def relu(x: Tensor) -> Tensor:
    """Return a new tensor that holds `x` where `x` is positive and 0 where it is negative.

    `x` has any shape, and a floating dtype or that of signed integers; the result has the same of both, and memory of
    its own. -inf gives 0 and inf stays. `x` is not modified. Gradients flow: 1 where x > 0, 0 where x < 0, and at
    exactly 0 any number will do. Works on any device. Write it by hand: no `torch.relu` in any spelling.

    >>> relu(torch.tensor([-2.0, 0.0, 3.0]))
    tensor([0., 0., 3.])
    """
    ### BEGIN SOLUTION
    # TODO: return `x` with everything below 0 replaced by 0, in a new tensor.
    return x.clamp(min=0)
    ### END SOLUTION


# %% [markdown] task="relu" tags=["hint"]
# For every element, take the larger of two numbers: the element and 0. Which tensor operation sets a lower limit to all
# elements at once?

# %% [markdown] task="relu" tags=["hint"]
# `clamp` keeps numbers between two limits, and either limit may be left out. Its version with an underscore would
# change the caller's tensor. `torch.where(condition, x, 0)` chooses element by element, too.

# %% [markdown] task="relu" tags=["hint"]
# `x.clamp(...)` with 0 as its `min` and no `max` is the whole answer.

# %% [markdown]
# ## 2. `softmax` (3 points)
#
# A classifier ends with one score for each class, any numbers at all (they are called *logits*). Softmax turns them
# into probabilities. The exponential makes them positive, and dividing by their sum makes them add up to 1:
#
# ```text
# softmax(x)_i = exp(x_i) / (exp(x_1) + ... + exp(x_n))
# ```
#
# Computed exactly like that, it fails for large scores. The largest float32 is about 3.4e38, and exp(89) is already
# larger:
#
# ```python
# scores = torch.tensor([1000.0, 1000.0])
# print(scores.exp() / scores.exp().sum())  # tensor([nan, nan])
# ```
#
# The remedy: only the *differences* between the scores count. Adding the same number to all of them multiplies
# numerator and denominator by the same factor. So you may first subtract the largest score. Then the largest
# exponential is exp(0) = 1, nothing overflows, and the sum is at least 1.
#
# The other trap is `dim`. In a batch of shape (N, classes), each row gets probabilities of its own and `dim` is 1: each
# row has its own maximum and its own sum. If you subtract the maximum of the *whole* tensor from a row of much smaller
# scores, all its exponentials become 0, and the row becomes 0/0. Aggregations such as `sum` and `amax` take a `dim`.
# With `keepdim=True` they keep that dimension, with size 1, so that the result broadcasts against the tensor that it
# came from:
#
# ```python
# x = torch.tensor([[1.0, 2.0], [3.0, 5.0]])
# print(tuple(x.sum(dim=1).shape), tuple(x.sum(dim=1, keepdim=True).shape))  # (2,) (2, 1)
# print((x / x.sum(dim=1, keepdim=True)).sum(dim=1))  # tensor([1., 1.])
# ```
#
# **Write the formula yourself**: `softmax` and `log_softmax` score no points here, in any spelling (`torch.`, `F.`,
# `torch.special.`, a method, a module). Everything else is fine: `exp`, `amax`, `logsumexp`.


# %% task="softmax" points=3 forbidden=["*softmax*", "*Softm*"]
def softmax(x: Tensor, dim: int) -> Tensor:
    """Return exp(x) / sum(exp(x)) along the dimension `dim`, so that each slice along it sums to 1.

    `x` is a floating tensor of at least one dimension; the result has its shape and dtype. `dim` may be negative. There
    is at least one number along `dim`; another dimension may be 0. Finite scores of any size give neither NaN nor inf,
    slice by slice, whatever the other slices hold, and neither do their gradients. `x` is not modified, gradients flow,
    and it works on any device.
    Write it by hand: neither `softmax` nor `log_softmax` in any spelling.

    >>> softmax(torch.tensor([[0.0, 0.0], [1000.0, -1000.0]]), dim=1)
    tensor([[0.5000, 0.5000],
            [1.0000, 0.0000]])
    """
    ### BEGIN SOLUTION
    # TODO: subtract the maximum of each slice, exponentiate, and divide by the sum of each slice.
    exponentials = (x - x.amax(dim=dim, keepdim=True)).exp()
    return exponentials / exponentials.sum(dim=dim, keepdim=True)
    ### END SOLUTION


# %% [markdown] task="softmax" tags=["hint"]
# Write it for a single row first: subtract the largest score, exponentiate, divide by the sum. Then ask about each
# aggregation in it: over which dimension is it, and which shape must its result have to meet `x` again?

# %% [markdown] task="softmax" tags=["hint"]
# The maximum and the sum both go along `dim`, and both need `keepdim=True`. `amax` gives the values alone;
# `max(dim=...)` gives a pair, values and indices. Don't use `-=` or `/=`, and detach nothing that you divide by.

# %% [markdown] task="softmax" tags=["hint"]
# First `e = (x - x.amax(dim=dim, keepdim=True)).exp()`. Then divide `e` by its own sum, taken in the same way.

# %% [markdown]
# ## 3. `max_pool2d` (3 points)
#
# Max pooling makes a picture smaller: it cuts each channel into square windows and keeps the largest number of each.
# What a layer has found somewhere in the window is still there afterwards; its exact place in the window is forgotten.
#
# ```text
#     1  5 | 2  0 | 9
#     3  2 | 4  1 | 7          5  4         size 2: the window's side, and the step to the next one
#    ------+------+---   -->   8  6         the last column doesn't fill a window and is dropped
#     8  0 | 6  6 | 1
#     2  7 | 0  3 | 5
# ```
#
# A batch of pictures is `(N, C, H, W)`: N images of C channels, each H rows by W columns. Every channel of every image
# is pooled on its own.
#
# How do you get the windows? Slices in two loops will do. Or `x.unfold(dim, size, step)`: it cuts a dimension into
# pieces of `size`, one every `step`, puts the pieces' elements in a new *last* dimension, and drops what doesn't fill a
# piece. Cut twice: once along the rows (dimension 2), once along the columns (dimension 3).
#
# ```python
# row = torch.tensor([1, 5, 2, 0, 9])
# print(row.unfold(0, 2, 2).tolist())  # [[1, 5], [2, 0]]
# ```
#
# A third way is a `reshape` that splits H into `(H // size, size)` and W likewise, after cropping what is left over.
#
# **Write it yourself**: PyTorch's `max_pool` functions and modules (1d to 3d, adaptive ones too) score no points here.
# Everything else is fine: `unfold`, `amax`, slices, loops over windows.


# %% task="max_pool2d" points=3 forbidden=["*max_pool*", "*MaxPool*"]
def max_pool2d(x: Tensor, size: int) -> Tensor:
    """Return the maxima of the `size` × `size` windows that tile each channel of each image, without overlap.

    `x` is `(N, C, H, W)`, of a floating dtype; the result is `(N, C, H // size, W // size)`, of the same dtype. Rows
    and columns left over at the bottom and on the right are ignored. N may be 0. Numbers may be negative. `x` is not
    modified; gradients flow to the maxima; it works on any device. Write it by hand: none of PyTorch's `max_pool`s.

    Raise `ValueError` if `x` is not 4-D, if `size` is less than 1, or if no window fits, because `size` is greater than
    H or than W.

    >>> x = torch.tensor([[[[1.0, 5.0, 2.0, 0.0, 9.0], [3.0, 2.0, 4.0, 1.0, 7.0]]]])
    >>> max_pool2d(x, size=2)
    tensor([[[[5., 4.]]]])
    >>> max_pool2d(x, size=3)
    Traceback (most recent call last):
        ...
    ValueError: no window of side 3 fits into 2 x 5
    """
    ### BEGIN SOLUTION
    # TODO: refuse what can't be pooled, cut rows and columns into windows, and take the maximum of each window.
    if x.ndim != 4:
        raise ValueError(f"x must be (N, C, H, W), and its shape is {tuple(x.shape)}")
    height, width = x.shape[-2:]
    if not 1 <= size <= min(height, width):
        raise ValueError(f"no window of side {size} fits into {height} x {width}")
    windows = x.unfold(2, size, size).unfold(3, size, size)
    return windows.amax(dim=(4, 5))
    ### END SOLUTION


# %% [markdown] task="max_pool2d" tags=["hint"]
# Pool a 4 × 6 picture with pen and paper. Which rows and columns of the input does the output at row i and column j
# look at? And what must be true of `size` before any of this makes sense?

# %% [markdown] task="max_pool2d" tags=["hint"]
# After `x.unfold(2, size, size)` the shape is (N, C, H // size, W, size). Cut the columns the same way, and there are
# two dimensions *inside* the windows. `amax` takes several dimensions at once: `dim=(..., ...)`.

# %% [markdown] task="max_pool2d" tags=["hint"]
# Check `x.ndim != 4`, then `1 <= size <= min(H, W)`, and raise `ValueError`. Then
# `x.unfold(2, size, size).unfold(3, size, size)` is 6-D; its maximum over dimensions 4 and 5 is the result.

# %% [markdown]
# ## 4. `to_tensor` (3 points)
#
# Pictures come as arrays of shape (H, W, C), with colours last, each pixel a byte from 0 to 255 (uint8). PyTorch's
# layers want (C, H, W), channels first, in floating-point numbers, best from 0 to 1. The library torchvision calls this
# step `ToTensor` (today: `v2.ToImage` and `v2.ToDtype`). Yours scales uint8 and nothing else, and always gives float32
# in memory of its own.
#
# ```text
#    image[h, w, c]   is   tensor[c, h, w]         a reordering of the axes: permute, never reshape
# ```
#
# `reshape` to (C, H, W) has the right shape too, and scrambles the picture: it reads the numbers in their old order.
#
# Whether to divide by 255 depends on the **dtype alone**. uint8 means bytes, and bytes are scaled, even in a picture so
# dark that it holds only zeros and ones. Anything else, floats or int32, keeps its numbers, even if they look like
# bytes.
#
# And mind whose memory it is. `torch.from_numpy` and `torch.as_tensor` share the array's, and `permute` only reads it
# in another order. For a float32 picture, nothing on the way makes a copy unless you do:
#
# ```python
# image = np.zeros((1, 2), dtype=np.float32)
# tensor = torch.from_numpy(image).float()
# image[0, 0] = 9
# print(tensor.tolist())  # [[9.0, 0.0]]
# ```
#
# The argument need not be an array: pictures opened with the library PIL are objects of their own, which
# `np.asarray(image)` can read. Arrays with negative strides, or with another byte order than this machine's, are not
# tried.


# %% task="to_tensor" points=3
def to_tensor(image: object) -> Tensor:
    """Return a picture as a float32 tensor of shape (C, H, W), in memory of its own.

    `image` is a NumPy array of numbers or bools, or an object that `np.asarray` reads as one (a PIL image), of shape
    (H, W, C), or (H, W) for C = 1. Pixels of dtype uint8 are divided by 255; those of every other dtype keep their
    values. `image` is not modified.

    Raise `ValueError` if the image has any other number of dimensions than 2 or 3.

    >>> to_tensor(np.array([[[255, 0, 51], [0, 255, 102]]], dtype=np.uint8))
    tensor([[[1.0000, 0.0000]],
    <BLANKLINE>
            [[0.0000, 1.0000]],
    <BLANKLINE>
            [[0.2000, 0.4000]]])
    >>> to_tensor(np.array([[255.0, 7.0]]))
    tensor([[[255.,   7.]]])
    """
    ### BEGIN SOLUTION
    # TODO: read the array, refuse other dimensions, make float32 of it, scale bytes, and put the channel first.
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError(f"an image is (H, W) or (H, W, C), and this one's shape is {array.shape}")
    scale = 255 if array.dtype == np.uint8 else 1
    pixels = torch.from_numpy(array.astype(np.float32)) / scale
    return pixels.permute(2, 0, 1) if array.ndim == 3 else pixels.unsqueeze(0)
    ### END SOLUTION


# %% [markdown] task="to_tensor" tags=["hint"]
# Begin with `np.asarray(image)`: from there on it is an array, whatever came in. Look at its `ndim` and its `dtype`
# before you convert anything: a converted array doesn't tell which dtype it had.

# %% [markdown] task="to_tensor" tags=["hint"]
# `array.astype(np.float32)` always copies, so what `torch.from_numpy` makes of it is yours alone. Divide by 255 only if
# the *original* dtype is `np.uint8`. Then `permute` colour pictures, and give grey ones a first dimension.

# %% [markdown] task="to_tensor" tags=["hint"]
# Raise `ValueError` if `array.ndim not in (2, 3)`. Then `torch.from_numpy(array.astype(np.float32))`, divided by 255
# for uint8; in the end `.permute(2, 0, 1)` if there are three dimensions, else `.unsqueeze(0)`.
