# ---
# grader:
#   title: "Training mode, evaluation mode and mini-batch loops"
#   title_pt: "Modos de treino e avaliação e laços com mini-lotes"
#   prerequisites: ["11_linear_regression_nn", "12_modules_and_parameters", "14_minibatches"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Training mode, evaluation mode and mini-batch loops
#
# Some layers behave in one way while the model learns and in another while it is used:
#
# | layer | in training mode | in evaluation mode |
# |---|---|---|
# | dropout | sets random elements to 0 and enlarges the others | lets everything through |
# | batch norm | uses mean and variance of this batch, and updates running averages | uses the averages as they are |
#
# *Batch norm* standardises each feature: it subtracts the mean, and divides by the square root of the variance plus a
# tiny number. Then it multiplies by a trainable weight and adds a trainable bias. The running averages are buffers, so
# they are saved with the model.

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - "A Python float" means exactly that: neither a 0-D tensor nor a NumPy number.
# - Leave alone what you were given, and the global settings of PyTorch. Gradient recording is one of them: `predict`
#   and `evaluate` may be called with or without it, and leave it so. Drawing random numbers is fine where a task needs
#   them, setting a seed is not: the caller does that.
# - "The mode is as before" speaks of the model and of every module inside. When you are given a model, all of them are
#   in the same mode. And it holds however your function ends: if an error comes out of the model, the error reaches the
#   caller and the mode is as before all the same.
# - Where an error is asked for, only its type counts.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6), and with 1e-3 after several updates; float16 and
#   bfloat16, which are floating dtypes too, at their own precision. Numbers from 1e-6 to 1e6 are ordinary ones. No task
#   is tried on NaN or infinity.
# - The `meta` device, on which the layer is tried too, lacks a few operations; a layer that uses one of them doesn't
#   work on any device.

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
# ## Two modes
#
# Every module has a flag, `training`, that says which mode it is in. `model.train()` and `model.eval()` set it in the
# model *and in every module inside*. Writing to `model.training` yourself changes the outermost module only:
#
# ```python
# model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
# model.eval()
# print(model.training, model[1].training)  # False False
# model.training = True
# print(model.training, model[1].training)  # True False
# ```
#
# The mode has nothing to do with gradients. These are two switches, and to measure a model you want both:
#
# | | dropout off, batch norm uses its averages | no graph recorded |
# |---|---|---|
# | `model.eval()` | yes | no |
# | `with torch.no_grad():` | no | yes |
#
# (For prediction alone there is also `with torch.inference_mode():`. It records nothing either, and is a little faster;
# but its results can't be used in a later computation of gradients.)
#
# With mini-batches, an **epoch** is one pass over all the samples, and each **batch** gives one update. The optimizer
# changes the *parameters*; it reads the gradients and leaves them as they are, so you must reset them before the next
# batch adds its own. `optimizer.zero_grad()` does, by setting every `.grad` to `None`.
#
# ```text
#   10 samples in batches of 3:    [3 rows]  [3 rows]  [3 rows]  [1 row]
#                                     |         |         |         |
#                                   update    update    update    update      one epoch: 4 updates
#                                     l1        l2        l3        l4        the losses of the batches
#
#   mean loss per sample = (3 l1 + 3 l2 + 3 l3 + 1 l4) / 10
# ```
#
# Not (l1 + l2 + l3 + l4) / 4: there the single row of the last batch would count as much as three others, and the
# figure would change with the batch size.

# %% [markdown]
# ## 1. `InvertedDropout` (3 points)
#
# Dropout switches off a random part of a layer at every step, so that no neuron can rely on one particular other
# neuron. For each element a coin is tossed: with probability `p` the element becomes 0.
#
# ```text
#   p = 0.5       x                 the coins            result
#             1   2   3   4        keep drop keep drop        2   0   6   0
#             5   6   7   8        drop drop keep keep        0   0  14  16
# ```
#
# Why are the others doubled? Without half of the elements, sums over them would be about half as large as in
# evaluation, when nothing is dropped. Dividing by `1 - p`, the share that is left, makes up for it on average. (The
# oldest form of dropout scales in evaluation instead. This one does it in training: hence *inverted* dropout.)
#
# A module that derives from `nn.Module` knows its mode: read `self.training`. Don't keep a flag of your own: nothing
# would set it.
#
# `torch.rand_like(x)` draws a random number for each element of `x`, evenly from 0 to 1 (it may be 0, but never 1), in
# the dtype of `x` and on its device.
#
# **Write it yourself**: `nn.Dropout`, classes derived from it, and `F.dropout` and its variants score no points here.
# Random numbers and masks, from any function, are fine.


# %% task="InvertedDropout" points=3 forbidden=["*dropout*", "*Dropout*"]
class InvertedDropout(nn.Module):
    """A layer that drops each element with probability `p` in training mode, and nothing in evaluation mode.

    `x` has any shape and a floating dtype; it is not modified. In training mode each element of the result is 0 with
    probability `p`, whatever becomes of the others, and x / (1 - p) otherwise; every call draws again. In evaluation
    mode the result equals `x` (it may be `x` itself). Gradients flow: each element's gradient is multiplied by what
    the element was multiplied by, 0 or 1 / (1 - p).

    The result has the shape, dtype and device of `x`. The layer works on any device, without reading values, has no
    parameters, and follows `train()` and `eval()` of a model that it is part of. Write it by hand: no `nn.Dropout`, no
    `F.dropout`.

    Raise `ValueError`, when the layer is made, unless 0 <= p < 1.

    >>> layer = InvertedDropout(0.75)
    >>> sorted(set(layer(torch.ones(1000)).tolist()))
    [0.0, 4.0]
    >>> layer.eval()(torch.ones(3))
    tensor([1., 1., 1.])
    """

    def __init__(self, p: float) -> None:
        ### BEGIN SOLUTION
        # TODO: let `nn.Module` initialise itself, refuse a bad `p`, and keep it.
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"p must be from 0 to 1, 1 excluded, not {p}")
        self.p = p
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        # TODO: in evaluation mode return `x`; in training mode draw a mask, drop, and scale the others.
        if not self.training:
            return x
        kept = torch.rand_like(x) >= self.p
        return x * kept / (1 - self.p)
        ### END SOLUTION


# %% [markdown] task="InvertedDropout" tags=["hint"]
# You need a random number for each element of `x`. The text above names a function for that. Such a number is below `p`
# with probability `p`: what does that say about the comparison to write?

# %% [markdown] task="InvertedDropout" tags=["hint"]
# Compare the random numbers with `p`: you get a mask of bools, which should be False with probability `p`. A mask
# counts as 0 and 1 in a product. Don't write into `x`, don't forget to scale, and do all of that only in training mode.

# %% [markdown] task="InvertedDropout" tags=["hint"]
# In `__init__`: `super().__init__()`, the `ValueError` unless `0 <= p < 1`, `self.p = p`. In `forward`: return `x` if
# `not self.training`; otherwise `x * (torch.rand_like(x) >= self.p) / (1 - self.p)`.

# %% [markdown]
# ## 2. `predict` (2 points)
#
# To use a model you turn both switches: evaluation mode, and no recording. Then you turn them back, since your caller
# may be in the middle of training. If the model stayed in evaluation mode, the rest of the training would run without
# dropout, and no error would say so.
#
# For the recording that is easy: a `with` block ends by itself, even after an error. The mode has no such block; for
# it, Python has `try` and `finally`:
#
# ```python
# switches = ["on"]
# try:
#     switches.append("off")
#     int("not a number")  # an error ...
# except ValueError:
#     pass
# finally:
#     switches.append("on")  # ... and this line runs all the same
# print(switches)  # ['on', 'off', 'on']
# ```
#
# `return` inside a `try` runs the `finally` part too. Mind what to restore: not training mode, but the mode that the
# model was in.


# %% task="predict" points=2
def predict(model: nn.Module, X: Tensor) -> Tensor:
    """Return `model(X)`, computed in evaluation mode and without recording a graph.

    Call the model once, and call it, `model(X)`, not its `forward`, so that its hooks run. The result does not require
    grad, even if `X` does. Afterwards the model's parameters, their `requires_grad` and
    `.grad`, its buffers and `X` are as before, gradient recording is on or off as before, and the model is in the mode
    that it was in: training or evaluation, it and every module inside, also when an error comes out of the model.

    >>> model = nn.Sequential(nn.Linear(2, 1, bias=False), nn.Dropout(0.5))
    >>> model[0].weight.data = torch.tensor([[1.0, 10.0]])
    >>> predict(model, torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[21.],
            [43.]])
    >>> model.training
    True
    """
    ### BEGIN SOLUTION
    # TODO: note the mode, switch to evaluation, predict without recording, and put the mode back whatever happens.
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return model(X)
    finally:
        model.train(was_training)
    ### END SOLUTION


# %% [markdown] task="predict" tags=["hint"]
# Two switches to turn, and two to turn back. One of them has a `with` block. For the other, keep the old position in a
# variable first.

# %% [markdown] task="predict" tags=["hint"]
# `model.training` tells the mode. `model.eval()` sets the model and everything inside; to go back the same way, note
# that `model.train(mode)` takes True or False. Do that in a `finally` block.

# %% [markdown] task="predict" tags=["hint"]
# `was_training = model.training`, then `model.eval()`. In `try:` return `model(X)` under `with torch.no_grad():`; in
# `finally:` call `model.train(was_training)`.

# %% [markdown]
# ## 3. `train_epoch` (4 points)
#
# The cycle of exercise 10, once for each batch: predict, loss, backward, update, reset.
#
# - The model may come from an evaluation. Put it into training mode first.
# - Batches come from the loader on the CPU, and the model may live on a GPU. A tensor's `.to(device)` doesn't move the
#   tensor: it *returns* one that lives there, and you must assign it to a name. (Only modules move in place.)
# - Average over samples, as in the picture above. Use `loss.item()`: a sum of loss *tensors* would keep the graphs of
#   all the batches in memory.
#
# ```python
# x = torch.zeros(3)
# x.to(torch.float64)
# print(x.dtype)  # torch.float32
# x = x.to(torch.float64)
# print(x.dtype)  # torch.float64
# ```


# %% task="train_epoch" points=4
def train_epoch(
    model: nn.Module,
    loader: DataLoader,
    optimizer: torch.optim.Optimizer,
    criterion: Callable[[Tensor, Tensor], Tensor],
    device: torch.device,
) -> float:
    """Train for one epoch of mini-batches and return the mean loss per sample, a Python float.

    Put the model into training mode (it and every module inside), and for every batch `(X, y)` of `loader`, in its
    order, move both to `device`, where the model is already, compute `criterion(model(X), y)`, go backward, and make
    one optimizer step. Each batch gets fresh gradients: there are none when the function is called, and whether you
    reset them before each batch or after it is up to you. So is the model's mode at the end.

    The mean is over the samples that the loader gives, which may be fewer than its dataset holds: each batch's loss,
    taken before its update, weighs as much as the batch has samples. Batches may differ in size; there is at least one.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> model.weight.data.zero_()
    tensor([[0.]])
    >>> loader = DataLoader(TensorDataset(torch.ones(3, 1), torch.ones(3, 1)), batch_size=2)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
    >>> train_epoch(model, loader, optimizer, nn.MSELoss(), torch.device("cpu"))  # (2 * 1 + 1 * 0.25) / 3
    0.75
    >>> model.weight.item()  # two updates: from 0 to 0.5 to 0.75
    0.75
    """
    ### BEGIN SOLUTION
    # TODO: training mode; for each batch: move, predict, loss, reset, backward, step, add up; then the mean.
    model.train()
    total, n_samples = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n_samples += len(X)
    return total / n_samples
    ### END SOLUTION


# %% [markdown] task="train_epoch" tags=["hint"]
# Start with the full-batch loop that you know and put it inside `for X, y in loader:`. What must happen once before the
# loop, and what do you need to count so that a small batch weighs less?

# %% [markdown] task="train_epoch" tags=["hint"]
# Before the loop: `model.train()`, a total and a count at 0. In it: assign the moved tensors, loss, reset, backward,
# step, in that order. Then add the loss times the number of rows to the total, and the rows to the count.

# %% [markdown] task="train_epoch" tags=["hint"]
# `X, y = X.to(device), y.to(device)`; `loss = criterion(model(X), y)`; `optimizer.zero_grad()`; `loss.backward()`;
# `optimizer.step()`; `total += loss.item() * len(X)`; `n_samples += len(X)`. After the loop return
# `total / n_samples`.

# %% [markdown]
# ## 4. `evaluate` (3 points)
#
# The same pass without learning: no gradients, no steps, evaluation mode. It is a measurement, and a measurement
# changes nothing. Its result must not depend on how the rows happen to be cut into batches, so the mean is again per
# sample.


# %% task="evaluate" points=3
def evaluate(
    model: nn.Module, loader: DataLoader, criterion: Callable[[Tensor, Tensor], Tensor], device: torch.device
) -> float:
    """Return the mean loss per sample of `model` over `loader`, a Python float.

    Evaluation mode, and no graph is recorded. For every batch `(X, y)` move both to `device`, where the model is
    already, and compute `criterion(model(X), y)`, which averages over the batch. The mean is over the samples that the
    loader gives, which may be fewer than its dataset holds: each batch's loss weighs as much as the batch has samples.
    Batches may differ in size; there is at least one.

    Afterwards the model's parameters, their `requires_grad` and `.grad` and its buffers are as before, gradient
    recording is on or off as before, and the model is in the mode that it was in: training or evaluation, it and every
    module inside, also when an error comes out of the model, the loader or the criterion.

    >>> X, y = torch.zeros(3, 1), torch.tensor([[1.0], [1.0], [4.0]])
    >>> loader = DataLoader(TensorDataset(X, y), batch_size=2)
    >>> evaluate(nn.Dropout(0.5), loader, nn.MSELoss(), torch.device("cpu"))  # (2 * 1 + 1 * 16) / 3
    6.0
    """
    ### BEGIN SOLUTION
    # TODO: evaluation mode without recording; for each batch: move, predict, loss, add up; mode back; then the mean.
    was_training = model.training
    model.eval()
    total, n_samples = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                X, y = X.to(device), y.to(device)
                total += criterion(model(X), y).item() * len(X)
                n_samples += len(X)
    finally:
        model.train(was_training)
    return total / n_samples
    ### END SOLUTION


# %% [markdown] task="evaluate" tags=["hint"]
# Which lines of a training loop make the model learn? Leave those out. Then ask what must be as before when you are
# done, even if the criterion raises an error halfway.

# %% [markdown] task="evaluate" tags=["hint"]
# Note `model.training`, call `model.eval()`, and run the loop under `torch.no_grad()` in a `try` block. In `finally`
# put the noted mode back. Add up loss times rows, and rows; divide at the very end.

# %% [markdown] task="evaluate" tags=["hint"]
# In the loop: `X, y = X.to(device), y.to(device)`, then `total += criterion(model(X), y).item() * len(X)` and
# `n_samples += len(X)`. In `finally:` `model.train(was_training)`. At last return `total / n_samples`.

# %% [markdown]
# ## 5. `accumulated_step` (4 points)
#
# Suppose that a batch of 256 doesn't fit into the memory of your GPU, but one of 64 does. Since `backward()` *adds* to
# `.grad`, you can get the gradient of the large batch piece by piece: go backward from each small one, and step once at
# the end.
#
# But the criterion averages over its batch, and the sum of four means is four times too large. Dividing each by four is
# right only if all the batches are equally large. In general, write the large mean in terms of the small ones:
#
# ```text
#                                        rows of batch k
#   mean over all rows  =  sum over k of --------------- * mean over batch k
#                                           all rows
# ```
#
# So each loss is multiplied by its share of the rows before `backward()`. What adds up then is the gradient of the
# whole, and the same sum of the losses is the loss of the whole. With shares of 3/4 and 1/4:
#
# ```python
# values = torch.tensor([1.0, 2.0, 6.0, 7.0])
# first, last = values[:3], values[3:]
# print((first.mean() * 3 / 4 + last.mean() * 1 / 4).item(), values.mean().item())  # 4.0 4.0
# ```


# %% task="accumulated_step" points=4
def accumulated_step(
    model: nn.Module,
    batches: Sequence[tuple[Tensor, Tensor]],
    optimizer: torch.optim.Optimizer,
    criterion: Callable[[Tensor, Tensor], Tensor],
) -> float:
    """Make one optimizer step as on all `batches` joined; return their mean loss per sample, a Python float.

    `batches` is a list of at least one pair `(X, y)`, possibly of different sizes, all on the model's device; they are
    not modified. The parameters afterwards are those of one step on the joined batch, whose loss would be
    `criterion(model(X), y)` with all rows in `X` and `y`. But the model never sees more rows at a time than the largest
    of `batches` has, and `optimizer.step()` is called exactly once. `criterion` averages over the rows it is given.

    Gradients left over from before the call don't count; what the gradients are afterwards is up to you. The loss is
    the one before the step. The model has neither dropout nor batch norm (so its mode makes no difference), and the
    optimizer holds all its parameters.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> model.weight.data.zero_()
    tensor([[0.]])
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
    >>> batches = [(torch.ones(3, 1), torch.ones(3, 1)), (torch.ones(1, 1), torch.full((1, 1), 5.0))]
    >>> accumulated_step(model, batches, optimizer, nn.MSELoss())  # (1 + 1 + 1 + 25) / 4
    7.0
    >>> model.weight.item()  # 0.25 times the gradient of the mean, 2 * (1 + 1 + 1 + 5) / 4
    1.0
    """
    ### BEGIN SOLUTION
    # TODO: reset; for each batch: its loss times its share of the rows, backward, add up; then one step.
    n_samples = sum(len(X) for X, _ in batches)
    optimizer.zero_grad()
    total = 0.0
    for X, y in batches:
        loss = criterion(model(X), y) * len(X) / n_samples
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total
    ### END SOLUTION


# %% [markdown] task="accumulated_step" tags=["hint"]
# `backward()` adds to what is in `.grad`. So what has to happen once before the loop, what in it for each batch, and
# what once after it?

# %% [markdown] task="accumulated_step" tags=["hint"]
# Reset first. In the loop, multiply each mean loss by its rows divided by all rows (count them beforehand), then go
# backward. Step once, after the loop. The scaled losses add up to the mean loss.

# %% [markdown] task="accumulated_step" tags=["hint"]
# `n_samples = sum(len(X) for X, _ in batches)` and `optimizer.zero_grad()` come first. In the loop:
# `loss = criterion(model(X), y) * len(X) / n_samples`, `loss.backward()`, `total += loss.item()`. After it:
# `optimizer.step()`.
