# ---
# grader:
#   title: "Regression with a multilayer perceptron"
#   title_pt: "Regressão com MLP (perceptron multicamadas)"
#   prerequisites: ["12_modules_and_parameters", "14_minibatches", "15_train_and_eval"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Regression with a multilayer perceptron
#
# A weighted sum can only say "the more income, the more expensive the house, always by the same amount". A *multilayer
# perceptron* (MLP) can do more. It is a chain of linear layers with a simple function, an *activation*, between them:
#
# ```text
#   x (N, 8) --> Linear 8->30 --> ReLU --> Linear 30->30 --> ReLU --> Linear 30->1 --> (N, 1)
#                \________ hidden ________/\________ hidden ________/  \_ output _/
# ```

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - "A Python float" means exactly that: neither a 0-D tensor nor a NumPy number.
# - Leave alone what you were given, and the global settings of PyTorch. That includes the random generators: drawing
#   from them, as a new layer or a `DataLoader` does, is fine, but re-seeding them behind the caller's back isn't.
# - A model comes with all its modules in one mode, training or evaluation. `rmse` may be called with gradient
#   recording on or off, and leaves it so.
# - Where an error is asked for, only its type counts.
# - Where a dict is asked for, every kind of it will do: a `defaultdict`, an `OrderedDict`, a class of your own that
#   derives from `dict`.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6), whole loss curves with 1e-3. Numbers from 1e-6
#   to 1e6 are ordinary ones. No task is tried on NaN or infinity.
# - The `meta` device, on which the model is tried too, lacks a few operations; a model that uses one of them doesn't
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
# ## What the activation brings
#
# ReLU keeps what is positive and replaces the rest by 0. Without it, more layers would bring nothing: a linear layer
# after a linear layer is one linear layer again, since (x A) B = x (A B). With it, each neuron of a hidden layer
# contributes a bend; with enough bends, a sum of them can approximate any continuous curve.
#
# ```python
# kink = torch.relu(torch.tensor([-2.0, -1.0, 0.0, 1.0, 2.0]))
# print(kink.tolist())  # [0.0, 0.0, 0.0, 1.0, 2.0]
# ```
#
# This has a price. A large enough network can learn its training rows by heart, with all their noise, and gets *worse*
# on rows that it has never seen. So this exercise builds the network, measures it on other rows, and stops its training
# in time.

# %% [markdown]
# ## 1. `RegressionMLP` (4 points)
#
# The number of hidden layers isn't known when you write the class, so the layers go into a container. It can't be just
# any container: a module finds its parameters by looking at the modules assigned to it, and it doesn't look into plain
# Python lists.
#
# ```python
# model = nn.Module()
# model.plain = [nn.Linear(2, 1)]
# print(len(list(model.parameters())))  # 0
# model.found = nn.ModuleList([nn.Linear(2, 1)])
# print(len(list(model.parameters())))  # 2
# ```
#
# What isn't found isn't trained, moved or saved. `nn.ModuleList` holds modules for you to call one by one;
# `nn.Sequential` also calls them, one after the other. Either will do.
#
# Two more things. The bookkeeping starts in `nn.Module.__init__`, so `super().__init__()` comes first. And the last
# layer has no activation: a regression may have to give any number, and after a ReLU it could never give -1.


# %% task="RegressionMLP" points=4
class RegressionMLP(nn.Module):
    """A multilayer perceptron for regression.

    `RegressionMLP(n_features, hidden, n_outputs=1)` has the `nn.Linear` layers n_features -> hidden[0] -> ... ->
    hidden[-1] -> n_outputs, each with a bias, made (and registered) in this order, with ReLU after every one of them
    but the last. `hidden` is any sequence of positive ints and is not modified. It may be empty, which leaves a single
    linear layer, and may repeat sizes: each layer has parameters of its own.

    Calling the model maps `x`, of shape `(N, n_features)`, to `(N, n_outputs)`, whatever N is. `x` is not modified. The
    model works on whatever device it was moved to, and its `state_dict()` holds all that another one of the same sizes
    needs to predict the same.

    >>> model = RegressionMLP(3, [8, 4])
    >>> [tuple(parameter.shape) for parameter in model.parameters()]
    [(8, 3), (8,), (4, 8), (4,), (1, 4), (1,)]
    >>> model(torch.zeros(5, 3)).shape
    torch.Size([5, 1])
    """

    def __init__(self, n_features: int, hidden: Sequence[int], n_outputs: int = 1) -> None:
        ### BEGIN SOLUTION
        # TODO: start the module's bookkeeping, then make all the layers and put them where the module finds them.
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        # TODO: apply the layers in order, with ReLU after each one but the last.
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)
        ### END SOLUTION


# %% [markdown] task="RegressionMLP" tags=["hint"]
# Write all the sizes into one list, from the features to the outputs: each layer connects a size with the next one.
# How many layers do four sizes make?

# %% [markdown] task="RegressionMLP" tags=["hint"]
# `sizes = [n_features, *hidden, n_outputs]` covers empty `hidden` too. Make one new `nn.Linear` per neighbouring pair,
# in an `nn.ModuleList`. In `forward`, treat the last layer differently from all others.

# %% [markdown] task="RegressionMLP" tags=["hint"]
# After `super().__init__()`: `self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in
# range(len(sizes) - 1))`. Forward: `x = torch.relu(layer(x))` for each of `self.layers[:-1]`, then return
# `self.layers[-1](x)`.

# %% [markdown]
# ## 2. `rmse` (3 points)
#
# The mean squared error of house prices is in squared dollars, which are hard to imagine. Its root, the RMSE, is in
# dollars again:
#
# ```text
# RMSE = sqrt( sum over all elements of (y_pred - y)² / number of elements )
# ```
#
# The data come in batches, and you can't average roots: the mean of the batches' roots is another number. (So is the
# mean of the batches' means, if the last batch is smaller.) Add up the squares over all batches. Then divide and take
# the root, once.
#
# ```python
# batches = [torch.tensor([3.0, 3.0]), torch.tensor([0.0])]  # the errors of three rows
# print(sum(b.square().mean().sqrt().item() for b in batches) / 2)  # 1.5
# print(round(torch.cat(batches).square().mean().sqrt().item(), 4))  # 2.4495
# ```
#
# Measuring must change nothing. Dropout and batch norm have to be in evaluation mode, nothing needs to be recorded for
# backward, and afterwards the caller gets the model back *in the mode it came in*, whichever that was. `model.eval()`
# switches the model and all the modules inside it, so assigning `model.training = True` afterwards changes back only
# the outermost of them; `model.train(mode)` changes them all. And if an error ends your function half-way, the model
# must be in its old mode all the same: that is what `try: ... finally: ...` is for.
#
# Remember what a column of predictions minus a flat row of targets does: it broadcasts, silently. So different shapes
# are refused.


# %% task="rmse" points=3
def rmse(model: nn.Module, loader: DataLoader) -> float:
    """Return the root mean squared error of `model` over all samples and outputs of `loader`, a Python float.

    Each batch of `loader` is a pair `(X, y)`, and `model(X)` are the predictions for `y`. The result is the square root
    of the mean of (prediction - target)² over all elements of the whole dataset, so it doesn't depend on the batch
    size; the last batch may be smaller.

    The model predicts in evaluation mode and without recording gradients. Afterwards it is as it was: its parameters,
    their `.grad`, its buffers, and the mode of the model and of every module in it. That also holds when an error
    leaves this function, be it one of the model's own.

    Raise `ValueError` if the predictions for a batch, the first or any other, and its targets have different shapes,
    even where broadcasting would accept them.

    >>> y = torch.tensor([[1.0], [1.0], [3.0], [3.0], [0.0]])
    >>> rmse(nn.Identity(), DataLoader(TensorDataset(torch.zeros(5, 1), y), batch_size=3))
    2.0
    """
    ### BEGIN SOLUTION
    # TODO: note the mode, evaluate, add up the squared errors and their number, restore the mode, take the root.
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError(f"shapes differ: {tuple(y_pred.shape)} and {tuple(y.shape)}")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total / count)
    ### END SOLUTION


# %% [markdown] task="rmse" tags=["hint"]
# Two numbers go through the loop: the sum of the squared errors so far, and how many elements they come from. What do
# you do with them after the last batch, and what with the model?

# %% [markdown] task="rmse" tags=["hint"]
# Remember `model.training` first; give it to `model.train(...)` in a `finally` block. Between: `model.eval()`,
# `torch.no_grad()`, compare the two whole shapes, add the *sum* of squares, count with `numel()`. Root at the end.

# %% [markdown] task="rmse" tags=["hint"]
# In the loop: `total += ((model(X) - y) ** 2).sum().item()` and `count += y.numel()`, after the check of the shapes.
# In `finally:`, `model.train(was_training)`. Last line: `return math.sqrt(total / count)`.

# %% [markdown]
# ## 3. `fit_early_stopping` (5 points)
#
# While a network trains, its loss on the training rows keeps going down. On rows held back for *validation* the loss
# goes down too, for a while; then the network starts learning the noise, and it goes up.
#
# ```text
#   loss
#    |  v
#    |  t                       v       v: validation
#    |      v               v           t: training
#    |      t   v       v
#    |          t   v
#    |              t
#    |                  t   t
#    |                          t
#    +-----------------------------> epoch
#                  best        stop     with a patience of 3
# ```
#
# *Early stopping* waits until the validation loss hasn't improved for `patience` epochs in a row, stops, and goes back
# to the weights of the best epoch. A single bad epoch means little, hence the patience; every new best starts the
# waiting again.
#
# Three traps:
#
# - `model.state_dict()` is not a snapshot. Its tensors *are* the weights, and the next step changes them. Copy it.
#   Later, `model.load_state_dict(...)` writes the copied weights back into the model.
# - Validation needs `model.eval()`, and then the next epoch needs `model.train()` again.
# - The last batch may be smaller. For the mean over an epoch, multiply each batch's loss by its number of rows, and
#   divide the sum by the number of all rows.
#
# ```python
# layer = nn.Linear(1, 1)
# kept, copied = layer.state_dict(), copy.deepcopy(layer.state_dict())
# with torch.no_grad():
#     _ = layer.weight.fill_(7.0)
# print(kept["weight"].item(), copied["weight"].item() == 7.0)  # 7.0 False
# ```


# %% task="fit_early_stopping" points=5
def fit_early_stopping(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    criterion: Callable[[Tensor, Tensor], Tensor],
    train_loader: DataLoader,
    valid_loader: DataLoader,
    max_epochs: int,
    patience: int,
) -> dict[str, object]:
    """Train `model` with early stopping; return `{"train": [...], "valid": [...], "best_epoch": int}`.

    Both loaders give batches `(X, y)`, of which the last may be smaller; `criterion(model(X), y)` is the mean loss of a
    batch. Each epoch is one pass over `train_loader` in training mode (for every batch: loss, backward and one step of
    `optimizer`, with gradients that are fresh), then the loss on `valid_loader` in evaluation mode, without recording
    gradients.

    An epoch improves if its validation loss is strictly smaller than that of every earlier epoch; the first one always
    does. Stop after `patience` (1 or more) epochs in a row without improvement, or after `max_epochs` (1 or more)
    epochs. At the end the model holds the weights, and the buffers if it has any, of the best epoch: the last one that
    improved. It may be in either mode then.

    "train" and "valid" list the mean loss per sample of each epoch that was run, Python floats, not rounded; those of
    training are the losses that were differentiated, so taken before each update. "best_epoch" is the index of the best
    epoch, an int that counts from 0.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> _ = nn.init.zeros_(model.weight)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=1.5)  # far too large: every step overshoots more
    >>> train = DataLoader(TensorDataset(torch.tensor([[1.0]]), torch.tensor([[3.0]])))
    >>> valid = DataLoader(TensorDataset(torch.tensor([[1.0]]), torch.tensor([[8.0]])))
    >>> fit_early_stopping(model, optimizer, nn.MSELoss(), train, valid, max_epochs=9, patience=2)
    {'train': [9.0, 36.0, 144.0], 'valid': [1.0, 289.0, 361.0], 'best_epoch': 0}
    >>> model.weight.item()
    9.0
    """
    ### BEGIN SOLUTION
    # TODO: for each epoch: train, validate, keep a copy of the best state or count the wait. At the end restore it.
    train_losses, valid_losses, best_loss = [], [], math.inf
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch = valid_losses[-1], epoch
            best_state = copy.deepcopy(model.state_dict())
        elif epoch - best_epoch == patience:
            break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}
    ### END SOLUTION


# %% [markdown] task="fit_early_stopping" tags=["hint"]
# Write the loop without stopping first: train, validate, note both losses. Then add what must be remembered from the
# best epoch so far: its index, its loss, its weights. How long has it been since then?

# %% [markdown] task="fit_early_stopping" tags=["hint"]
# The wait is `epoch - best_epoch`. At every new best, keep `copy.deepcopy(model.state_dict())`. Start each epoch with
# `model.train()`; validate after `model.eval()` under `no_grad()`. Weight losses by `len(X)`. After the loop,
# `load_state_dict`.

# %% [markdown] task="fit_early_stopping" tags=["hint"]
# Start from `best_loss = math.inf`. After validating: if the loss is smaller, update `best_loss` and `best_epoch` and
# copy the state; `elif epoch - best_epoch == patience: break`. After the loop, also where it ran to its end:
# `model.load_state_dict(best_state)`.

# %% [markdown]
# ## On real data
#
# The neighbourhoods of California again, prepared as before, but only the first 3,000 of the training rows, so that it
# takes a second. When everything is right, the validation loss falls from 2.1063 to 0.3840. The epochs count from 0, as
# in `best_epoch`: the best one is number 7, the eighth. The loss gets worse once on the way (in epoch 3), then
# improves, so a patience of 1 would have stopped too early. After ten epochs training ends, and the model of epoch 7 is
# off by 0.6349 on the test rows: about 63,500 dollars. The best weighted sum of the features, fitted to the same rows,
# is off by 72,500.

# %%
if __name__ == "__main__":
    from sklearn.datasets import fetch_california_housing
    from sklearn.model_selection import train_test_split

    housing = fetch_california_housing()
    X_rest, X_test, y_rest, y_test = train_test_split(housing.data, housing.target, random_state=42)
    X_train, X_valid, y_train, y_valid = train_test_split(X_rest, y_rest, random_state=42)

    X_train, X_valid, X_test = (torch.tensor(part, dtype=torch.float32) for part in (X_train, X_valid, X_test))
    y_train, y_valid, y_test = (
        torch.tensor(part, dtype=torch.float32).reshape(-1, 1) for part in (y_train, y_valid, y_test)
    )
    means, stds = X_train.mean(dim=0), X_train.std(dim=0)
    X_train, X_valid, X_test = ((part - means) / stds for part in (X_train, X_valid, X_test))
    train = DataLoader(TensorDataset(X_train[:3000], y_train[:3000]), batch_size=100)
    valid = DataLoader(TensorDataset(X_valid, y_valid), batch_size=1000)
    test = DataLoader(TensorDataset(X_test, y_test), batch_size=1000)

    torch.manual_seed(42)
    model = RegressionMLP(8, [30, 30])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    history = fit_early_stopping(model, optimizer, nn.MSELoss(), train, valid, max_epochs=20, patience=2)
    for epoch, losses in enumerate(zip(history["train"], history["valid"], strict=True)):
        best = "  <- best" if epoch == history["best_epoch"] else ""
        print(f"epoch {epoch:2}: training loss {losses[0]:.4f}, validation loss {losses[1]:.4f}{best}")
    print(f"error on the test rows: {rmse(model, test):.4f}")
