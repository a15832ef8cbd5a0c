# ---
# grader:
#   title: "no_grad, detach and in-place errors"
#   title_pt: "no_grad, detach e erros de operações in-place"
#   prerequisites: ["04_indexing_and_inplace", "07_autograd"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # no_grad, detach and in-place errors
#
# Autograd keeps a diary of your computation so that it can walk back through it. Sooner or later you want to do
# something that doesn't belong in the diary: change a parameter, or keep a value for a plot. And sooner or later you
# overwrite a number that the diary still needs. This exercise shows how to do the first, and how to avoid the second.

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - Leave alone what you were given, and the global settings of PyTorch (gradient recording among them). A name that
#   ends in `_` is the exception: such a function changes its argument in place and returns that same object.
# - Where an error is asked for, only its type counts, and nothing may have changed by the time it is raised.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6). "Any dtype" and "a floating dtype" include
#   float16 and bfloat16. Numbers from 1e-6 to 1e6 are ordinary ones. No task is tried on NaN or infinity.

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
# ## What stays out of the graph, and what it needs
#
# Two tools keep things out of the graph:
#
# | tool | what it does | memory |
# |---|---|---|
# | `with torch.no_grad():` | inside, nothing is recorded | as usual |
# | `x.detach()` | gives a tensor that is outside the graph | **shared** with `x` |
#
# An *in-place* operation (`x += 1`, `x[0] = 3`, `x.relu_()`, any method whose name ends in `_`) writes into memory that
# a tensor already has. Autograd refuses this in two situations, with two errors worth recognising:
#
# 1. **A leaf that requires grad is changed while autograd records.** The error comes at once, from the line that does
#    it: *a leaf Variable that requires grad is being used in an in-place operation*. All three conditions count. Under
#    `no_grad()` the same line is allowed, and so it is on a tensor that doesn't require grad.
# 2. **A tensor that the backward pass needs was changed after it was saved.** The error comes late, from `backward()`:
#    *one of the variables needed for gradient computation has been modified by an inplace operation*.
#
# How does it notice the second? Every tensor carries a counter, raised by each in-place operation. An operation that
# saves a tensor notes the counter; `backward()` compares.
#
# ```python
# t = torch.zeros(3)
# print(t._version)  # 0
# t += 1
# print(t._version)  # 1
# ```
#
# What an operation saves depends on its derivative. The derivative of `exp` is `exp` itself, so `exp` keeps its
# *output*. The derivative of `cos` is `-sin` of the input, so `cos` keeps its *input*. The derivative of `3 * x` is 3,
# whatever `x` is: nothing to keep.
#
# Some old code uses `x.data` instead. It is the same memory, but autograd doesn't see what you do to it: the counter
# stays as it is, the check finds nothing, and instead of an error you can get a wrong gradient.

# %% [markdown]
# ## 1. `gradient_step_` (3 points)
#
# This is the line at the heart of every optimizer. It must write into the memory that `x` already has: the model, the
# optimizer and all other code that holds `x` then see the new value. A new tensor, however right its numbers, would
# reach none of them.
#
# A step reads the gradient and leaves it alone. Resetting it is a separate decision, because sometimes you want
# gradients to add up over several batches first. And a gradient that is `None` usually means that somebody forgot
# `backward()`: say so with a `ValueError` instead of doing nothing.
#
# **Write the step yourself.** A finished optimizer from `torch.optim` scores no points here, nor does one of its
# functions, such as `torch.optim.sgd.sgd`. Everything else is fine, `torch._foreach_sub_` and its like included.


# %% task="gradient_step_" points=3 forbidden=["Optimizer.step", "Linear", "linalg_lstsq", "linalg_pinv", "pinverse"]
def gradient_step_(x: Tensor, learning_rate: float) -> Tensor:
    """Update `x` in place, x <- x - learning_rate * x.grad, and return `x` itself.

    `x` is a leaf that requires grad and has a gradient. It keeps its memory, and afterwards is still a leaf that
    requires grad, with the same values in `x.grad` as before. Write the update by hand: no optimizer of `torch.optim`,
    as a class or as a function.

    Raise `ValueError` if `x.grad` is `None`.

    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> (x**2).sum().backward()
    >>> gradient_step_(x, learning_rate=0.25)
    tensor([0.5000, 1.0000], requires_grad=True)
    >>> x.grad
    tensor([2., 4.])
    """
    ### BEGIN SOLUTION
    # TODO: refuse a missing gradient, then subtract in place where autograd isn't recording, and return `x`.
    if x.grad is None:
        raise ValueError("x has no gradient: call backward() before taking a step")
    with torch.no_grad():
        x -= learning_rate * x.grad
    return x
    ### END SOLUTION


# %% [markdown] task="gradient_step_" tags=["hint"]
# Write the obvious line, `x -= ...`, and read the error it gives. Of the three conditions in that error, which one can
# you lift for the length of one line?

# %% [markdown] task="gradient_step_" tags=["hint"]
# Inside `with torch.no_grad():` a leaf may be changed in place. Don't build a new tensor, don't turn `requires_grad`
# off, don't reset the gradient. Deal with a missing gradient before anything else.

# %% [markdown] task="gradient_step_" tags=["hint"]
# If `x.grad is None`, raise `ValueError`. Otherwise, under `with torch.no_grad():`, write
# `x -= learning_rate * x.grad`, and then `return x`.

# %% [markdown]
# ## 2. `snapshot` (2 points)
#
# You want to keep the weights as they are now, for a plot or to come back to. Two methods sound right, and neither is
# enough alone:
#
# | | outside the graph | own memory |
# |---|---|---|
# | `x.detach()` | yes | no: the next training step changes your snapshot too |
# | `x.clone()` | no: it stays attached to the graph of `x` | yes |


# %% task="snapshot" points=2
def snapshot(x: Tensor) -> Tensor:
    """Return a frozen copy of `x`: same values, shape and dtype, no gradient, no graph, no shared memory.

    `x` may be a leaf or an intermediate result, of any dtype. It is left as it was: its values, its `requires_grad`,
    its graph and its gradient.

    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> kept = snapshot(x)
    >>> with torch.no_grad():
    ...     x += 10
    >>> kept
    tensor([1., 2.])
    """
    ### BEGIN SOLUTION
    # TODO: return a copy of `x` that is outside the graph and has its own memory.
    return x.detach().clone()
    ### END SOLUTION


# %% [markdown] task="snapshot" tags=["hint"]
# Two things have to be cut: the tie to the graph and the shared memory. Look at the table above: which method cuts
# which?

# %% [markdown] task="snapshot" tags=["hint"]
# Do both, one after the other. Mind the underscore: `detach_()` would cut the *caller's* tensor out of its graph.

# %% [markdown] task="snapshot" tags=["hint"]
# `x.detach()` leaves the graph and `.clone()` copies the memory. Chained in that order they are the whole answer.

# %% [markdown]
# ## 3. `exp_plus_one` (2 points)
#
# This formula invites a mistake: compute `z = t.exp()`, then `z += 1` to save memory. The values are right. The
# backward pass isn't, because `exp` kept its output to be its own derivative, and that output has just become `exp(t) +
# 1`. PyTorch notices and raises. With `z.data += 1` it would not notice, and the gradient would be wrong by 1.


# %% task="exp_plus_one" points=2
def exp_plus_one(t: Tensor) -> Tensor:
    """Return exp(t) + 1, with the right gradient, exp(t).

    `t` has any shape and a floating dtype; the result has both. `t` is not modified: it may be a leaf that requires
    grad, a plain tensor, or the result of earlier operations, and the result may be used in later ones.

    >>> t = torch.tensor(0.0, requires_grad=True)
    >>> z = exp_plus_one(t)
    >>> z.backward()
    >>> z.item(), t.grad.item()
    (2.0, 1.0)
    """
    ### BEGIN SOLUTION
    # TODO: compute exp(t) + 1 without overwriting anything that the backward pass needs.
    return t.exp() + 1
    ### END SOLUTION


# %% [markdown] task="exp_plus_one" tags=["hint"]
# What does `exp` keep for its backward pass? Whatever it is must still be there, unchanged, when `backward()` comes.

# %% [markdown] task="exp_plus_one" tags=["hint"]
# The addition must not write into the tensor that `exp` saved. Which kind of addition makes a new tensor instead? Stay
# with torch operations, outside `no_grad()`, so that the graph reaches `t`.

# %% [markdown] task="exp_plus_one" tags=["hint"]
# One expression does it: `t.exp()` with an ordinary, out-of-place `+ 1` behind it.

# %% [markdown]
# ## 4. `inplace_error` (4 points)
#
# Now find the error in other people's code. Given somebody's function, run it forward and backward and say which of the
# two in-place errors stopped it, if any did. The two come from different places: the first from the function itself,
# the second only from `backward()`.
#
# Both are plain `RuntimeError`s, and PyTorch raises `RuntimeError` for a hundred other reasons: shapes that don't
# match, a result that has no graph. Don't hide those. Tell the errors apart by their text (`str(error)`), and let every
# other one through with a bare `raise`.
#
# A *view* of the leaf, such as `x.view(1)` or `x[...]`, is the leaf's own memory under another name; changing it is the
# same mistake, and its message says "a view of a leaf Variable ..."


# %% task="inplace_error" points=4
def inplace_error(fn: Callable[[Tensor], Tensor], value: float) -> str:
    """Say which in-place error, if any, `fn` runs into: "leaf", "saved" or "ok".

    Call `fn` on a fresh 0-D leaf that holds `value` and requires grad (float32, whatever the default dtype is and
    whatever number `value` is), then go backward from the 0-D result. Return

    - "leaf" if `fn` was stopped because it changed a leaf that requires grad, or a view of one, in place. Such a view
      is one made by indexing or by a view method while autograd records; other kinds are not tried;
    - "saved" if backward was stopped because a tensor that it needs had been changed in place;
    - "ok" if both succeed.

    Any other exception, a different `RuntimeError` included, reaches the caller unchanged. Leave autograd's global
    settings alone.

    >>> inplace_error(lambda x: x.mul_(2), 1.0)
    'leaf'
    >>> inplace_error(lambda x: x.exp().add_(1), 1.0)
    'saved'
    >>> inplace_error(lambda x: x.cos().add_(1), 1.0)
    'ok'
    """
    ### BEGIN SOLUTION
    # TODO: run `fn` on a fresh leaf, then backward, and name the error of each by its text; re-raise all others.
    x = torch.tensor(value, dtype=torch.float32, requires_grad=True)
    try:
        y = fn(x)
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        raise
    try:
        y.backward()
    except RuntimeError as error:
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise
    return "ok"
    ### END SOLUTION


# %% [markdown] task="inplace_error" tags=["hint"]
# Provoke both errors yourself and read their last lines. Where does each one come from: the call of `fn`, or
# `backward()`? You need a `try` around each.

# %% [markdown] task="inplace_error" tags=["hint"]
# Catch `RuntimeError` only, and look in `str(error)` for words that no other error has: "a leaf Variable that requires
# grad" in the first `try`, "modified by an inplace operation" in the second. Otherwise re-raise.

# %% [markdown] task="inplace_error" tags=["hint"]
# In each `except RuntimeError as error:`, write `if "..." in str(error): return "..."`, and on the next line a bare
# `raise`. Call `fn` in the first `try`, `backward()` in the second, and return "ok" after both.

# %% [markdown]
# ## 5. `saved_for_backward` (5 points)
#
# What does `sqrt` keep for the backward pass, and what does `cos`? You needn't look it up, because there is an
# experiment that shows it, for any operation: run it, disturb one tensor in place, go backward, and see whether
# autograd complains. Disturb the input in one run and the output in another, each time on fresh tensors, and you know
# which of the two was saved. This is some of what you will find:
#
# | saved | some operations |
# |---|---|
# | output | `exp`, `relu`, `sigmoid`, `sqrt`, `tanh`, `softmax` |
# | input | `cos`, `log`, `sin`, `square`, and products such as `x * x` |
# | both | `prod`, `std`, and `max()`, `min()` of the whole tensor |
# | neither | sums (`sum`, `mean`, `x + 1`), `x * 3`, and `x.max(dim=0)`, which keeps only the *indices* |
#
# Autograd must be able to notice the disturbance, so it has to raise the counter; but it must not be recorded as a
# step. And the experiment needs a single number to go backward from, whatever shape `op` returns.


# %% task="saved_for_backward" points=5
def saved_for_backward(op: Callable[[Tensor], Tensor]) -> str:
    """Find out by experiment what `op` keeps for its backward pass: "input", "output", "both" or "neither".

    A tensor is kept if changing it in place between forward and backward makes `backward()` raise `RuntimeError`. Only
    the tensor given to `op` and the tensor that it returns count, each changed alone in its own run; what `op` makes on
    the way doesn't.

    `op` takes a 1-D float32 tensor of positive values (give it two or more) and returns a new tensor of any shape,
    which requires grad and owns its memory: it isn't a view. It has no side effects and always does the same.

    >>> saved_for_backward(torch.exp), saved_for_backward(torch.cos)
    ('output', 'input')
    >>> saved_for_backward(torch.prod), saved_for_backward(torch.sum)
    ('both', 'neither')
    """
    ### BEGIN SOLUTION
    # TODO: for input and output in turn: fresh tensors, forward, change that one in place, backward; note if it raises.
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x)
        with torch.no_grad():
            (x if name == "input" else y).add_(1)
        try:
            y.sum().backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"
    ### END SOLUTION


# %% [markdown] task="saved_for_backward" tags=["hint"]
# Try it by hand for `exp`: forward, add 1 to the result in place, backward. It raises, so the output was saved. Now the
# same with the input. The task is this experiment, done twice.

# %% [markdown] task="saved_for_backward" tags=["hint"]
# The input is a leaf that requires grad, so disturb it under `no_grad()`: allowed there, and still counted. Give `op`
# the leaf itself, not a clone. To go backward from any shape, sum the result after disturbing it.

# %% [markdown] task="saved_for_backward" tags=["hint"]
# Per run: `x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)`, `y = op(x)`, under `no_grad()` either `x.add_(1)` or
# `y.add_(1)`, then `y.sum().backward()` in a `try`. A `RuntimeError` means that one was saved.
