# ---
# grader:
#   title: "Autograd"
#   title_pt: "Autograd: diferenciação automática"
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
# # Autograd
#
# To train a model is to ask one question again and again: *if I change this number a little, how does the result
# change?* The answer is a derivative. You could work it out on paper for one formula; PyTorch works it out for any code
# you run.

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - "A Python float" means exactly that: neither a 0-D tensor nor a NumPy number.
# - Leave alone what you were given, and the global settings of PyTorch (gradient recording, default dtype, random
#   generators): they are afterwards as they were before, unless a task says otherwise.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6). Numbers from 1e-6 to 1e6 are ordinary ones. No
#   task is tried on NaN or infinity.

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
# ## The graph
#
# Tell PyTorch which tensor you care about with `requires_grad=True`. From then on it writes down every operation that
# the tensor takes part in, while the operations run. That record is a *graph*, and `backward()` goes through it from
# the result back to where it began, applying the chain rule at each node:
#
# ```text
#  forward      x = 5 ------ square ------> y = 25         each node notes what it did
#  backward     x.grad = 10 <-- times 2x -- dy/dy = 1      y.backward()
# ```
#
# ```python
# x = torch.tensor(5.0, requires_grad=True)  # a leaf: you made it, no operation did
# y = x**2  # y.grad_fn remembers the square
# y.backward()
# print(y.item())  # 25.0
# print(x.grad.item())  # 10.0
# ```
#
# There are two ways to get such a graph. A library can ask you to describe the whole computation first, and run it
# later; the first versions of TensorFlow worked like that. PyTorch records while your code runs (*define by run*). So a
# model is ordinary Python: you can use `if` and `for`, print a tensor half-way, and an error message names the line
# where it happened. That is what many people like about PyTorch.
#
# You need four facts for this exercise:
#
# - **`.grad` is filled in for leaves** that require grad, and it is `None` until the first `backward()`. What an
#   operation returns, such as `y`, has a `grad_fn` instead, and its `.grad` stays `None`.
# - **`backward()` adds** to `.grad`; it never replaces what is there. Begin again with `x.grad = None`.
# - **A new graph is made each time your code runs**, so `if` and `while` may depend on the numbers. Each `backward()`
#   also frees the graph that it used: to go back again, compute the result again. (`retain_graph=True` keeps it; you
#   won't need that here.)
# - **Inside `with torch.no_grad():` nothing is recorded.** That is where you change a parameter. Never compute there
#   anything that you want to differentiate.

# %% [markdown]
# ## 1. `derivative_at` (2 points)
#
# Turn autograd into a calculator of derivatives. The function may be any chain of torch operations, and may use its
# argument several times: each use sends its share of the gradient back, and the shares add up by themselves.
#
# Why not simply try two nearby points and divide? Because float32 keeps about seven digits, and subtracting two nearly
# equal numbers throws most of them away. Autograd takes no such difference: it evaluates the formula of the derivative.
#
# ```python
# x, h = torch.tensor(5.0), 1e-4
# slope = ((x + h) ** 2 - x**2) / h
# print(f"{slope.item():.2f}")  # 10.01
# ```


# %% task="derivative_at" points=2
def derivative_at(fn: Callable[[Tensor], Tensor], value: float) -> float:
    """Return the derivative of `fn` at `value`, computed with autograd.

    `fn` takes a 0-D float32 tensor and returns a 0-D tensor that depends on it through differentiable torch operations.
    `value` is a Python number: usually a float, but an int such as 5 must work too. The result is a Python float.
    Calls don't influence one another.

    >>> derivative_at(lambda x: x**2, 5.0)
    10.0
    """
    # TODO: make a float32 leaf that holds `value`, run `fn` on it, go backward and return the leaf's gradient.
    raise NotImplementedError


# %% [markdown]
# ## 2. `accumulate_gradients` (3 points)
#
# That `backward()` adds may look like a nuisance. But it lets you split a big sum into pieces: since the derivative of
# a sum is the sum of the derivatives, going backward through each piece in turn gives the same `.grad` as going
# backward through the whole. In return, *you* must say when to begin again.
#
# There are two ways: `x.grad = None` always works; `x.grad.zero_()` works once there is a gradient, and fails on
# `None`. If you forget it, the new gradient is added to whatever was there before.
#
# Return a copy. A tensor that shares memory with `x.grad` would silently change at the next `backward()`, and
# `detach()` shares memory.


# %% task="accumulate_gradients" points=3
def accumulate_gradients(fns: Sequence[Callable[[Tensor], Tensor]], x: Tensor) -> Tensor:
    """Leave in `x.grad` the sum of the gradients of all `fns` at `x`, and return an independent copy of it.

    `x` is a leaf that requires grad, of any shape and of dtype float32 or float64; each function maps it to a 0-D
    tensor of that dtype; `fns` is not empty, and may hold a function twice. A gradient that `x` has from before doesn't
    count (it may also be `None`). Later changes to `x.grad` must not show in the result, nor the reverse. The values of
    `x` stay as they are, and `x` still requires grad.

    One backward for each function or a single one through their sum: both are right.

    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> accumulate_gradients([lambda x: x.sum(), lambda x: (x**2).sum()], x)
    tensor([3., 5.])
    >>> x.grad
    tensor([3., 5.])
    """
    # TODO: discard the old gradient, let `backward()` add up the new ones, and return a copy of the sum.
    raise NotImplementedError


# %% [markdown]
# ## 3. `halving_chain` (3 points)
#
# Here the numbers decide how long the computation is. For 10 the chain is 10, 5, 2.5, 1.25, 0.625: four halvings. No
# fixed formula is written anywhere, and yet the derivative is right, because autograd recorded the four divisions that
# did happen:
#
# ```text
# x = 10 --/2--> 5 --/2--> 2.5 --/2--> 1.25 --/2--> y = 0.625        dy/dx = 1/2 * 1/2 * 1/2 * 1/2 = 1/16
# ```
#
# Beware of the operator `/=`. It works in place, and at the start of the chain `y` *is* `x`: the caller's tensor would
# be halved. On a leaf that requires grad, PyTorch refuses.


# %% task="halving_chain" points=3
def halving_chain(x: Tensor) -> Tensor:
    """Halve `x` while its absolute value is greater than 1, and return the result, attached to the graph of `x`.

    `x` is a 0-D float tensor, finite, and may or may not require grad. It is not modified. The result is 0-D, of the
    same dtype. With k halvings its derivative with respect to `x` is 2 ** -k. "Greater" is strict: exactly 1 stays 1.
    With no halving at all, returning `x` itself is fine.

    >>> x = torch.tensor(10.0, requires_grad=True)
    >>> y = halving_chain(x)
    >>> y.backward()
    >>> y.item(), x.grad.item()
    (0.625, 0.0625)
    """
    # TODO: start from `x` and divide by 2, out of place, while the absolute value is greater than 1.
    raise NotImplementedError


# %% [markdown]
# ## 4. `minimize` (4 points)
#
# The sign of the derivative says which way is uphill, so a small step the other way goes downhill. Repeat, and you have
# *gradient descent*, the heart of every training loop to come:
#
# ```text
# x  <-  x - learning_rate * f'(x)
# ```
#
# The factor in front of the slope is the *learning rate*. For `f(x) = x**2` the slope is `2x`, so with a learning rate
# of 0.1 each step multiplies `x` by 0.8: from 5 to 4 to 3.2, and after 100 steps to about 1.0185e-09.
#
# The update itself is arithmetic on a tensor that requires grad, and must not end up in the graph: do it inside
# `with torch.no_grad():`. There, update *in place* with `x -= ...`. The line `x = x - ...` looks the same, but makes a
# new tensor, which (being made where nothing is recorded) doesn't require grad. The next `backward()` then has nothing
# to go back to.
#
# **Write the loop yourself.** A finished optimizer from `torch.optim` scores no points here, nor does one of its
# functions, such as `torch.optim.sgd.sgd`. Everything else is fine, `torch._foreach_sub_` and its like included.


# %% task="minimize" points=4 forbidden=["Optimizer.step", "Linear", "linalg_lstsq", "linalg_pinv", "pinverse"]
def minimize(fn: Callable[[Tensor], Tensor], start: float, learning_rate: float, n_steps: int) -> float:
    """Run plain gradient descent on `fn` and return the final x, a Python float.

    `fn` maps a 0-D float32 tensor to a 0-D tensor and is differentiable. Begin at `start` and repeat exactly `n_steps`
    times x <- x - learning_rate * f'(x), where the slope is that of the current x alone. With `n_steps=0` the result is
    `start`. Write the update by hand: no optimizer from `torch.optim`, as a class or as a function.

    >>> minimize(lambda x: x**2, start=5.0, learning_rate=0.1, n_steps=1)
    4.0
    >>> f"{minimize(lambda x: x**2, start=5.0, learning_rate=0.1, n_steps=100):.4e}"
    '1.0185e-09'
    """
    # TODO: from a leaf at `start`, do `n_steps` times: one backward, one in-place update, one reset.
    raise NotImplementedError
