# ---
# grader:
#   title: "Seeds, reproducibility and devices"
#   title_pt: "Sementes, reprodutibilidade e dispositivos"
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
# # Seeds, reproducibility and devices
#
# Two questions decide whether somebody else can run your experiment: do they get the same random numbers, and does it
# run on their machine?

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - Leave alone what you were given, and the global settings of PyTorch: the default device and dtype, and the state of
#   all random generators, are afterwards as they were before.
# - What you return is new: it doesn't share memory with what you were given.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6). "Any floating dtype" includes float16 and
#   bfloat16. No task is tried on NaN or infinity.
# - The `meta` device lacks a few operations; a function that uses one of them doesn't work on any device.

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
# ## Generators and devices
#
# **Random numbers** in a computer are computed. A *generator* holds a state, gives you a number made from it, and moves
# on to the next state. The *seed* chooses the state to begin with, and from there everything is fixed:
#
# ```text
#  seed 42 --> state --> state --> state --> ...
#                |         |         |
#              0.3367    0.1288    0.2345      torch.randn draws these, in this order
# ```
#
# ```python
# torch.manual_seed(42)
# first = torch.randn(3)
# torch.manual_seed(42)
# second = torch.randn(3)
# third = torch.randn(3)
# print(torch.equal(first, second), torch.equal(second, third))  # True False
# ```
#
# `torch.manual_seed` seeds the *global* generators of PyTorch on every device, so a `torch.cuda.manual_seed` after it
# is redundant. NumPy and Python's `random` have global generators of their own, which it doesn't touch.
#
# Global means shared. Initial weights, shuffled batches, dropout: all draw from the same stream. You can also have a
# generator to yourself, with a state that nobody else moves:
#
# ```python
# torch.manual_seed(42)
# shared = torch.randn(3)
# own = torch.Generator()
# own.manual_seed(42)
# print(torch.equal(shared, torch.randn(3, generator=own)))  # True
# ```
#
# A generator's `manual_seed` returns the generator, so `own = torch.Generator().manual_seed(42)` does both steps in one
# line.
#
# **Devices** are where tensors live: the CPU's memory, that of an NVIDIA card (`cuda`) or of an Apple chip (`mps`).
# Tensors of one operation must be on the same device, and PyTorch never moves one for you. (A single number, a 0-D
# tensor on the CPU, may mix with any of them.) Code that works everywhere chooses the device once, and creates
# everything else where its arguments are.
#
# You can test most of it without a GPU. The `meta` device is on every machine: its tensors have a shape, a dtype and no
# values. Most operations refuse to mix them with tensors on the CPU, as they refuse to mix a GPU's. (The product of two
# matrices doesn't notice: check `.device` as well.)
#
# ```python
# x = torch.ones(2, 3, device="meta")
# print((x * 2).device)  # meta
# ```

# %% [markdown]
# ## 1. `seeded_normal` (3 points)
#
# You write a function that needs the same random numbers every time it is called, for a test or for initial weights.
# Calling `torch.manual_seed` in it gives the right numbers, but it does damage: it rewinds the stream that all other
# code draws from. A training loop that calls such a function once an epoch gets the same "random" batches in every
# epoch.
#
# Setting the old seed again afterwards is no cure. A seed says where the stream *began*; what you would have to restore
# is how far it had come.
#
# Two things about drawing are worth knowing. `torch.rand` is uniform between 0 and 1, `torch.randn` is the standard
# normal: mean 0, standard deviation 1. And the numbers depend on *how* they are drawn: another dtype, or a row at a
# time instead of all at once, may give others from the same seed.


# %% task="seeded_normal" points=3
def seeded_normal(seed: int, shape: tuple[int, ...]) -> Tensor:
    """Return the tensor that `torch.manual_seed(seed)` followed by `torch.randn(shape)` would give on the CPU.

    The result is float32, has the given shape (which may be `()`), and is a new tensor at each call. It depends on
    `seed` and `shape` alone, not on what has been drawn before. `seed` is 0 or more and below 2**32.

    The global random generators of torch, NumPy and `random` are left in the state in which they were: what is drawn
    from them afterwards is what would have been drawn without this call.

    >>> seeded_normal(42, (3,))
    tensor([0.3367, 0.1288, 0.2345])
    >>> seeded_normal(42, ())
    tensor(0.3367)
    """
    ### BEGIN SOLUTION
    # TODO: seed a generator of your own, and draw from it.
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator)
    ### END SOLUTION


# %% [markdown] task="seeded_normal" tags=["hint"]
# `torch.manual_seed` is about the generator that all share. Which of the examples above draws the same numbers without
# touching that one?

# %% [markdown] task="seeded_normal" tags=["hint"]
# Make a generator of your own in the function, set *its* seed, and hand it to `torch.randn`, which draws from the
# global one otherwise. Give `randn` the shape as one tuple: unpacked with a star, `()` would leave no argument at all.

# %% [markdown] task="seeded_normal" tags=["hint"]
# A generator's `manual_seed(seed)` returns the generator, so it fits in one line with `torch.Generator()`. Then
# `torch.randn(shape, generator=...)` is the result.

# %% [markdown]
# ## 2. `choose_device` (1 point)
#
# Many training scripts begin with a line like this one:
#
# ```python
# device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
# print(type(device).__name__)  # device
# ```
#
# Yours knows Apple chips as well. And it doesn't ask the machine; its arguments say what there is. Such a function can
# be tested for machines that you don't have. Making a `torch.device` needs no such device; only putting a tensor there
# does.
#
# PyTorch takes the string `"cuda"` wherever it takes a device. The object is better to pass around: a misspelt name
# raises an error at once, and it has a `.type` to ask for.


# %% task="choose_device" points=1
def choose_device(cuda_available: bool, mps_available: bool) -> torch.device:
    """Return the device to use: of type cuda if that is available, otherwise mps if that is, otherwise cpu.

    The arguments stand for `torch.cuda.is_available()` and `torch.backends.mps.is_available()`; don't call those here.
    The result is a `torch.device`; one with an index, such as `cuda:0`, is fine.

    >>> choose_device(True, False)
    device(type='cuda')
    >>> choose_device(False, False)
    device(type='cpu')
    """
    ### BEGIN SOLUTION
    # TODO: return the device of the first kind that is available.
    if cuda_available:
        return torch.device("cuda")
    return torch.device("mps" if mps_available else "cpu")
    ### END SOLUTION


# %% [markdown] task="choose_device" tags=["hint"]
# Write down the four combinations of the two arguments and the answer to each. Which question comes first, and is the
# second one still asked when the first says yes?

# %% [markdown] task="choose_device" tags=["hint"]
# A chain of `if`, `elif` and `else` stops at the first that is true. Two separate `if`s don't: the second could
# overwrite the first. Make the result with `torch.device(...)`.

# %% [markdown] task="choose_device" tags=["hint"]
# `if cuda_available:` return `torch.device("cuda")`; `elif mps_available:` the same with `"mps"`; `else:` with `"cpu"`.

# %% [markdown]
# ## 3. `add_row_index` (3 points)
#
# A table loses its row numbers as soon as it is shuffled, unless you write them into it:
#
# ```text
#  [[5., 7.],         [[5., 7., 0.],
#   [6., 8.],   -->    [6., 8., 1.],
#   [9., 9.]]          [9., 9., 2.]]
# ```
#
# That is easy on the CPU and in float32. Now suppose that `x` is on a GPU, or holds int32. Everything you create on the
# way has a device and a dtype of its own, and unless you say otherwise they are the defaults:
#
# ```python
# print(torch.arange(3).device, torch.arange(3).dtype)  # cpu torch.int64
# ```
#
# Joining that with a tensor on a GPU is an error. Joining it with an int32 tensor is not, and that is worse: the result
# is quietly int64. Functions that create tensors take `device=` and `dtype=`, and `x.device` and `x.dtype` are what to
# give them. Making a tensor on the CPU and moving it afterwards gives the right result too, but every call then waits
# for a copy from one memory to the other. Create it where it belongs.
#
# Joining needs the same number of dimensions, and the same sizes in all but the one along which you join. A 1-D tensor
# has no columns yet: `unsqueeze` puts a dimension of size 1 wherever you want it.
#
# ```python
# row_numbers = torch.tensor([0, 1, 2])
# print(tuple(row_numbers.unsqueeze(0).shape), tuple(row_numbers.unsqueeze(1).shape))  # (1, 3) (3, 1)
# ```


# %% task="add_row_index" points=3
def add_row_index(x: Tensor) -> Tensor:
    """Return `x` with one more column at its end, which holds the row numbers 0, 1, ..., N - 1.

    `x` is `(N, F)`, of any integer or floating dtype that can hold these numbers; the result is a new tensor of shape
    `(N, F + 1)`, of the dtype of `x` and on its device. N may be 1 or 0. `x` is not modified.

    The function works on any device, without reading values. Every tensor that it creates (0-D ones apart) is created
    on the device of `x`: none is made on the CPU and moved.

    >>> add_row_index(torch.tensor([[5, 7], [6, 8], [9, 9]]))
    tensor([[5, 7, 0],
            [6, 8, 1],
            [9, 9, 2]])
    >>> add_row_index(torch.zeros(4, 2, device="meta")).device
    device(type='meta')
    """
    ### BEGIN SOLUTION
    # TODO: create the row numbers in the dtype and on the device of `x`, make them a column, and join it to `x`.
    numbers = torch.arange(len(x), dtype=x.dtype, device=x.device)
    return torch.cat([x, numbers.unsqueeze(1)], dim=1)
    ### END SOLUTION


# %% [markdown] task="add_row_index" tags=["hint"]
# Three steps: the numbers 0 to N - 1, the shape of a column, and the joining. At the first one, ask of what dtype they
# are and where they live.

# %% [markdown] task="add_row_index" tags=["hint"]
# `torch.arange` takes `dtype=` and `device=`. `unsqueeze(1)` turns `(N,)` into `(N, 1)`. `torch.cat` takes a list of
# tensors and the dimension along which to join them: new rows are joined along 0, new columns along 1.

# %% [markdown] task="add_row_index" tags=["hint"]
# `torch.arange(len(x), dtype=x.dtype, device=x.device)` makes the numbers. Then `torch.cat([x, ...], dim=1)`, with
# these numbers, unsqueezed at 1, as the second in the list.

# %% [markdown]
# ## How much faster is a GPU?
#
# The cell below measures the same matrix product on each device that this machine has. Timing a GPU has two traps:
#
# - **Warm up.** The first call on a device does extra work, such as loading code. Make one call before you measure.
# - **Wait for the end.** A GPU works on its own: the call only hands it the work, and returns before the result is
#   there. `torch.cuda.synchronize()` waits until the GPU has finished. Without it you measure how long it takes to ask.
#
# On a machine without a GPU, the cell says so.

# %%
if __name__ == "__main__":
    import time

    def milliseconds_per_product(device: str, size: int = 1000, repeats: int = 10) -> float:
        """Return how long the product of two matrices takes on a device, on average."""
        a = torch.ones(size, size, device=device)
        wait = torch.cuda.synchronize if device == "cuda" else lambda: None
        a @ a  # the warm-up
        wait()
        start = time.perf_counter()
        for _ in range(repeats):
            a @ a
        wait()
        return (time.perf_counter() - start) / repeats * 1000

    print(f"CPU: {milliseconds_per_product('cpu'):.2f} ms")
    if torch.cuda.is_available():
        print(f"GPU: {milliseconds_per_product('cuda'):.2f} ms")
    else:
        print("GPU: there is none on this machine, or PyTorch can't use it")
