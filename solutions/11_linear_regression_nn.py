# ---
# grader:
#   title: "Linear regression with nn.Linear, optimizers and losses"
#   title_pt: "Regressão linear com nn.Linear, otimizadores e funções de perda"
#   prerequisites: ["10_linear_regression_by_hand"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Linear regression with nn.Linear, optimizers and losses
#
# You have trained a weighted sum by hand: predict, loss, backward, update, reset. PyTorch has a finished part for each
# step. The parts don't depend on each other, so any model goes with any loss and any optimizer:
#
# | step | by hand | finished part |
# |---|---|---|
# | predict | `X @ w + b` | a **model**, called like a function: `model(X)` |
# | loss | `((y_pred - y) ** 2).mean()` | a **criterion**: `nn.MSELoss()(y_pred, y)` |
# | backward | `loss.backward()` | the same: autograd was a finished part already |
# | update | `w -= learning_rate * w.grad`, ... | an **optimizer**: `optimizer.step()` |
# | reset | `w.grad = None`, ... | `optimizer.zero_grad()` |

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - "A Python float" means exactly that: neither a 0-D tensor nor a NumPy number.
# - Leave alone what you were given, unless the task says otherwise, and the global settings of PyTorch. Don't re-seed
#   the global random generators.
# - A name that ends in `_` works in place: such a function changes its argument and returns that same object.
# - Where an error is asked for, only its type counts, and nothing may have changed by the time it is raised.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6), whole loss curves with 1e-3. Numbers from 1e-6
#   to 1e6 are ordinary ones. No task is tried on NaN or infinity.

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
# ## A layer and an optimizer
#
# A linear model is one `nn.Linear` layer: `out_features` neurons, each with a weight for every input and a bias. It
# makes these parameters itself, with random values, and keeps them as `layer.weight` and `layer.bias`:
#
# ```python
# layer = nn.Linear(in_features=3, out_features=1)
# print(tuple(layer.weight.shape), tuple(layer.bias.shape))  # (1, 3) (1,)
# print(type(layer.weight).__name__, layer.weight.requires_grad)  # Parameter True
# ```
#
# A `Parameter` is a tensor that says "train me": it requires grad from the start, and the module that holds it lists it
# in `layer.parameters()`. That list is all that an optimizer gets. It knows neither the model nor the loss: it holds
# the same tensor objects as the model, reads their `.grad`, and changes their values.
#
# ```text
#        model                            optimizer
#   weight ──────┐                   ┌────── params[0]
#                └──> one tensor <───┘
#                     .grad filled by backward(), read by step(), reset by zero_grad()
# ```
#
# So the optimizer adjusts the *parameters*, with the help of the gradients. `step()` doesn't touch the gradients, and
# `zero_grad()` doesn't touch the parameters.

# %% [markdown]
# ## 1. `load_weights_` (3 points)
#
# By hand, `w` was a column with one row for each feature. `nn.Linear` stores the same numbers as a *row*, one for each
# output, so that a layer with many outputs is a stack of rows. In its forward pass it transposes them back:
#
# ```text
#   by hand:    X @ w + b                      w  (F, 1)       b  ()
#   nn.Linear:  X @ weight.T + bias       weight  (1, F)    bias  (1,)
# ```
#
# Copying trained numbers into a layer has two traps. The layer's parameters must stay *the same objects*: an optimizer
# that was made earlier holds them, and would go on training objects that the model no longer uses. And they must keep
# memory of their own: if the layer merely shared the memory of `w`, training the layer would change `w` as well.
#
# The function that writes into existing memory is `copy_`. It has a trap too: it *broadcasts*. A single number fills a
# whole row, without an error:
#
# ```python
# row = torch.zeros(1, 3)
# row.copy_(torch.tensor([[7.0]]))
# print(row.tolist())  # [[7.0, 7.0, 7.0]]
# ```
#
# So check the shapes yourself, before anything is written.


# %% task="load_weights_" points=3
def load_weights_(layer: nn.Linear, w: Tensor, b: Tensor) -> nn.Linear:
    """Copy hand-trained parameters into a linear layer, in place, and return that same layer.

    `layer` is an `nn.Linear(F, 1)` with a bias, `w` has shape `(F, 1)` and `b` is 0-D, all of one dtype. Afterwards
    `layer(X)` equals `X @ w + b`. `layer.weight` and `layer.bias` are still the same `Parameter` objects, leaves that
    require grad, and share no memory with `w` or `b`, which may require grad themselves and are not modified.

    Raise `ValueError` if `w` is not of shape `(layer.in_features, 1)` or `b` is not 0-D.

    >>> layer = nn.Linear(2, 1)
    >>> w, b = torch.tensor([[1.0], [2.0]]), torch.tensor(0.5)
    >>> load_weights_(layer, w, b) is layer
    True
    >>> layer.weight
    Parameter containing:
    tensor([[1., 2.]], requires_grad=True)
    >>> load_weights_(layer, torch.ones(2), b)
    Traceback (most recent call last):
        ...
    ValueError: w must be of shape (2, 1) and b 0-D, not (2,) and ()
    """
    ### BEGIN SOLUTION
    # TODO: refuse wrong shapes, then copy both into the layer's own parameters, unrecorded, and return the layer.
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError(
            f"w must be of shape ({layer.in_features}, 1) and b 0-D, not {tuple(w.shape)} and {tuple(b.shape)}"
        )
    with torch.no_grad():
        layer.weight.copy_(w.T)
        layer.bias.copy_(b)
    return layer
    ### END SOLUTION


# %% [markdown] task="load_weights_" tags=["hint"]
# Print the shapes of `w` and of `layer.weight`. What turns one into the other? And how did you change a leaf that
# requires grad in the exercise on in-place operations?

# %% [markdown] task="load_weights_" tags=["hint"]
# First compare both shapes with `(layer.in_features, 1)` and `()`. Then, under `no_grad()`, write into the two
# parameters with `copy_`: it keeps the object and its memory. Assigning to `layer.weight` would replace them.

# %% [markdown] task="load_weights_" tags=["hint"]
# After the check: `with torch.no_grad():`, then `layer.weight.copy_(w.T)` and `layer.bias.copy_(b)` in its block. At
# the end `return layer`.

# %% [markdown]
# ## 2. `ManualSGD` (4 points)
#
# Now look inside an optimizer. The plainest one is called SGD, for *stochastic gradient descent*, and it is your update
# by hand put into a class. It is made once, before training, from the parameters and a learning rate; in every update
# its two methods are called.
#
# What it is given is any *iterable*. Usually that is `model.parameters()`, which is a **generator**: you can go through
# it once, and then it stays empty. There is no error:
#
# ```python
# parameters = nn.Linear(3, 1).parameters()
# print(len(list(parameters)))  # 2
# print(len(list(parameters)))  # 0
# ```
#
# An optimizer without any parameters is almost always a mistake somewhere else, such as layers in a Python list, where
# the model can't find them. Refuse it at once: otherwise the training runs, and the model learns nothing.
#
# The two methods divide the work strictly. `step()` changes parameters and leaves gradients as they are, because the
# caller may want to look at them, or to let them add up over several batches. `zero_grad()` resets gradients and leaves
# parameters as they are. PyTorch's own sets every `.grad` to `None`; older versions wrote zeros. Either is fine.
#
# A parameter may have no gradient: it is frozen, or this loss doesn't depend on it, or nobody called `backward()` yet.
# Its `.grad` is then `None`, and a step leaves it alone.
#
# **Write the update yourself**: a finished optimizer that takes the step scores no points here, nor does one of its
# functions, such as `torch.optim.sgd.sgd`. `torch._foreach_sub_` and its like are fine, and your class may derive from
# `torch.optim.Optimizer` if it brings its own `step`.


# %% task="ManualSGD" points=4 forbidden=["Optimizer.step"]
class ManualSGD:
    """A minimal optimizer: gradient descent with one learning rate for all parameters.

    `ManualSGD(params, lr)` takes any iterable of parameters (leaves that require grad), a generator included, and
    raises `ValueError` if there are none in it.

    `step()` updates every parameter that has a gradient, p <- p - lr * p.grad, in place: the caller's own tensor
    changes, and stays a leaf that requires grad. A parameter whose `.grad` is `None` (a frozen one too) is left as it
    is. No gradient is changed.

    `zero_grad()` resets the gradients of all parameters, to `None` or to zeros, and works before any `backward()` too.
    Both methods return `None`. Write the update by hand: no finished optimizer of `torch.optim` may take the step, as a
    class or as a function.

    >>> x = torch.tensor([3.0], requires_grad=True)
    >>> optimizer = ManualSGD([x], lr=0.25)
    >>> (x**2).sum().backward()
    >>> optimizer.step()
    >>> x, x.grad
    (tensor([1.5000], requires_grad=True), tensor([6.]))
    >>> optimizer.zero_grad()
    >>> ManualSGD([], lr=0.25)
    Traceback (most recent call last):
        ...
    ValueError: there are no parameters to train
    """

    def __init__(self, params: Iterable[Tensor], lr: float) -> None:
        ### BEGIN SOLUTION
        # TODO: keep the parameters so that they can be walked through again and again, and refuse to have none.
        self.params = list(params)
        if not self.params:
            raise ValueError("there are no parameters to train")
        self.lr = lr
        ### END SOLUTION

    def step(self) -> None:
        ### BEGIN SOLUTION
        # TODO: update in place every parameter that has a gradient.
        with torch.no_grad():
            for parameter in self.params:
                if parameter.grad is not None:
                    parameter -= self.lr * parameter.grad
        ### END SOLUTION

    def zero_grad(self) -> None:
        ### BEGIN SOLUTION
        # TODO: reset the gradient of every parameter.
        for parameter in self.params:
            parameter.grad = None
        ### END SOLUTION


# %% [markdown] task="ManualSGD" tags=["hint"]
# You wrote all of it in the last exercise, for `w` and `b`. What changes is that there may be any number of parameters,
# and that you must be able to walk through them at every step, not only at the first.

# %% [markdown] task="ManualSGD" tags=["hint"]
# Turn `params` into a list, and look at the *list* to see whether it is empty. In `step`, update in place under
# `no_grad()`, and skip those whose `.grad` is `None`. In `zero_grad`, assigning to `p.grad` is enough.

# %% [markdown] task="ManualSGD" tags=["hint"]
# `self.params = list(params)`; raise `ValueError` if that is empty; `self.lr = lr`. A step: under `torch.no_grad()`,
# for each `p` with `p.grad is not None`, `p -= self.lr * p.grad`. Resetting: `p.grad = None` for each.

# %% [markdown]
# ## 3. `train_bgd` (3 points)
#
# The loop that all training in PyTorch shares. *Batch* gradient descent means, as by hand, that every epoch uses all
# the rows at once. The three parts come from outside, so the loop works for every model, optimizer and loss:
#
# ```text
#   y_pred = model(X)                            # call the model itself
#   loss   = criterion(y_pred, y)                # prediction first, target second
#   reset -> backward -> step                    # or: backward -> step -> reset
# ```
#
# - **Call the model**, `model(X)`, not `model.forward(X)`. The call also runs the model's *hooks*: functions that
#   somebody registered to be run at every call, to watch or change what the model does. `forward` alone skips them.
# - **Mind the order** of the criterion's arguments. For MSE it makes no difference; for many others it does.
# - **Mind the parentheses.** `optimizer.step` names a method and does nothing; `optimizer.step()` calls it.
# - **Reset once an epoch**, anywhere but between `backward()` and `step()`, where it would throw the gradient away
#   before it was used.
# - The loss is a 0-D tensor with a whole graph attached. `loss.item()` gives the plain number to keep.


# %% task="train_bgd" points=3
def train_bgd(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    criterion: Callable[[Tensor, Tensor], Tensor],
    X: Tensor,
    y: Tensor,
    n_epochs: int,
) -> list[float]:
    """Train `model` in place by batch gradient descent and return the list of `n_epochs` losses.

    Each epoch calls `model(X)` (the model itself, so that its hooks run), then `criterion(prediction, y)`, goes
    backward from that loss, takes one step of the optimizer and resets the gradients. The reset may come last, or first
    in each epoch: no gradients are there at the beginning. The optimizer does the whole update, whatever its kind.

    The losses are Python floats, not rounded, each computed before its epoch's update. There is one for each epoch,
    also when the loss no longer changes. With no epochs the list is empty and no parameter changes. `X` and `y` are not
    modified. Whether the model is left in training mode is up to you.

    >>> X = torch.tensor([[-1.0], [0.0], [1.0]])
    >>> model = nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.4)
    >>> losses = train_bgd(model, optimizer, nn.MSELoss(), X, 2 * X + 1, n_epochs=50)
    >>> len(losses), round(losses[-1], 3), round(model.weight.item(), 3), round(model.bias.item(), 3)
    (50, 0.0, 2.0, 1.0)
    """
    ### BEGIN SOLUTION
    # TODO: for each epoch: predict, loss, note it, reset, backward, step. Return the noted losses.
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses
    ### END SOLUTION


# %% [markdown] task="train_bgd" tags=["hint"]
# Take your loop from the last exercise and replace each step by its finished part from the table at the top. Is there
# still a line that mentions `w` or `b`? There should be none.

# %% [markdown] task="train_bgd" tags=["hint"]
# Before the loop: an empty list. In it, five calls: the model, the criterion, `zero_grad`, `backward`, `step`, and one
# `append` of `loss.item()`. Each call needs its parentheses.

# %% [markdown] task="train_bgd" tags=["hint"]
# In `for _ in range(n_epochs):` write `loss = criterion(model(X), y)`, `losses.append(loss.item())`,
# `optimizer.zero_grad()`, `loss.backward()`, `optimizer.step()`. After the loop, `return losses`.

# %% [markdown]
# ## On real data
#
# The same table as in the last exercise: 20,640 neighbourhoods of California, split and standardised in the same way.
# What differs is the start. `nn.Linear(8, 1)` draws its weights and its bias uniformly from -1/√8 to 1/√8, which is
# much nearer to the trained values than the normal numbers that you drew by hand. When `train_bgd` is right, the loss
# falls from 4.3378 in the first epoch to 0.5374 in the last.

# %%
if __name__ == "__main__":
    from sklearn.datasets import fetch_california_housing
    from sklearn.model_selection import train_test_split

    housing = fetch_california_housing()
    X_rest, X_test, y_rest, y_test = train_test_split(housing.data, housing.target, random_state=42)
    X_train, X_valid, y_train, y_valid = train_test_split(X_rest, y_rest, random_state=42)

    X_train, X_test = (torch.tensor(part, dtype=torch.float32) for part in (X_train, X_test))
    y_train = torch.tensor(y_train, dtype=torch.float32).reshape(-1, 1)
    means, stds = X_train.mean(dim=0), X_train.std(dim=0)
    X_train, X_test = (X_train - means) / stds, (X_test - means) / stds

    torch.manual_seed(42)
    model = nn.Linear(8, 1)
    initial = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    for name, values in initial.items():
        print(f"initial {name}: {[round(value, 4) for value in values.flatten().tolist()]}")
    with torch.no_grad():
        untrained = model(X_train[:2]).flatten()
    print(f"two predictions of the untrained model: {[round(value, 4) for value in untrained.tolist()]}")

    optimizer = torch.optim.SGD(model.parameters(), lr=0.4)
    losses = train_bgd(model, optimizer, nn.MSELoss(), X_train, y_train, n_epochs=20)
    for epoch, loss in enumerate(losses, start=1):
        print(f"epoch {epoch:2}: loss {loss:.4f}")

    with torch.no_grad():
        predictions = model(X_test[:3]).flatten()
    print(f"three test predictions: {[round(value, 4) for value in predictions.tolist()]}")
