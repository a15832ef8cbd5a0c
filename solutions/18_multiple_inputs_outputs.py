# ---
# grader:
#   title: "Models with several inputs or outputs"
#   title_pt: "Modelos com múltiplas entradas e múltiplas saídas"
#   prerequisites: ["16_mlp_regression", "17_mlp_classification"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Models with several inputs or outputs
#
# `nn.Sequential` is a pipe: one tensor goes in, one comes out. Not every problem has that shape. Some features are best
# sent straight to the output, while others need layers first. And the same layers may answer two questions at once:
# what is this house worth, and which price class is it in?

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - Names are part of the contract: those of submodules (`deep`, `head`, ...) as well as those of parameters.
# - Leave alone what you were given, and the global settings of PyTorch. A new layer draws its weights from the random
#   generator, as it should; seeding the generator is the caller's business.
# - "On any device" means that you make no tensor elsewhere than where the arguments live, and read no values out of
#   them (`.item()`, `.tolist()`, `if` on a tensor). Then the code works even on the `meta` device, whose tensors have a
#   shape and no values. A few operations don't exist on `meta`; code that uses one of them doesn't work on any device.
# - Where an error is asked for, only its type counts.
# - Where a dict is asked for, every kind of it will do: a `defaultdict`, an `OrderedDict`, a class of your own that
#   derives from `dict`.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-5), loss curves with 1e-3. Numbers from 1e-6 to 1e6
#   are ordinary ones. No task is tried on NaN or infinity.

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
# ## A class of your own
#
# A model with several inputs or outputs is a class of your own. `__init__` makes the parts, and `forward` is ordinary
# Python that says how data flows through them: with two parameters, if there are two inputs; with a dict as its result,
# if there are two outputs. Calling the model passes all arguments on to `forward`, by position and by name:
#
# ```python
# class Difference(nn.Module):
#     def __init__(self):
#         super().__init__()
#         self.layer = nn.Linear(2, 1)
#
#     def forward(self, a, b):
#         return {"first": self.layer(a), "change": self.layer(b) - self.layer(a)}
#
#
# outputs = Difference()(b=torch.ones(5, 2), a=torch.ones(5, 2))
# print(list(outputs), tuple(outputs["first"].shape))  # ['first', 'change'] (5, 1)
# ```
#
# A layer counts as part of the model because it was assigned to an attribute of `self`, after `super().__init__()`.
# From then on its parameters are among `model.parameters()`, and `model.to(device)` moves them along.

# %% [markdown]
# ## 1. `WideAndDeep` (4 points)
#
# ```text
#     x_wide  (N, n_wide) -----------------------------------+
#                                                            |
#                                                   [ wide | hidden ] --- head ---> (N, 1)
#                         deep                               |
#     x_deep  (N, n_deep) ---> linear ---> ReLU -------------+
#                              (N, n_hidden)
# ```
#
# Through the wide path the model learns simple rules ("richer people, more expensive houses") without a detour through
# a hidden layer. Through the deep path it learns combinations of features. The *head* gets both side by side.
#
# Side by side means that each row gets longer and the number of rows stays. `torch.cat` joins tensors along a dimension
# of your choice; the features are dimension 1:
#
# ```python
# left, right = torch.zeros(4, 2), torch.ones(4, 3)
# print(tuple(torch.cat([left, right], dim=1).shape))  # (4, 5)
# ```
#
# The order matters: weight number 0 of the head belongs to the feature in column 0. Weights that were saved from a
# model with the wide features first mean something else in one with the deep features first.


# %% task="WideAndDeep" points=4
class WideAndDeep(nn.Module):
    """A model with two inputs: `x_wide` goes to the head directly, `x_deep` through a hidden layer.

    `WideAndDeep(n_wide, n_deep, n_hidden)` has two submodules:

    - `deep`, which maps `(N, n_deep)` to `(N, n_hidden)`: an `nn.Linear`, then ReLU;
    - `head`, an `nn.Linear` with n_wide + n_hidden inputs and 1 output.

    Both layers have a bias, and the model has no other parameters; how they are initialised is up to you. Calling it
    with `x_wide`, of shape `(N, n_wide)`, and `x_deep`, of shape `(N, n_deep)`, returns head([x_wide | deep(x_deep)]),
    of shape `(N, 1)`, the wide features first. The inputs may be given by name and are not modified. Gradients flow to
    both inputs and to every parameter. It works on any device that the model was moved to.

    >>> model = WideAndDeep(n_wide=2, n_deep=3, n_hidden=4)
    >>> model.head
    Linear(in_features=6, out_features=1, bias=True)
    >>> model(torch.zeros(5, 2), torch.zeros(5, 3)).shape
    torch.Size([5, 1])
    >>> model.deep(torch.ones(5, 3)).min() >= 0
    tensor(True)
    """

    def __init__(self, n_wide: int, n_deep: int, n_hidden: int) -> None:
        ### BEGIN SOLUTION
        # TODO: initialise `nn.Module`, then make `self.deep` and `self.head`.
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)
        ### END SOLUTION

    def forward(self, x_wide: Tensor, x_deep: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        # TODO: run `deep`, join its result to the wide features, and apply `head`.
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1))
        ### END SOLUTION


# %% [markdown] task="WideAndDeep" tags=["hint"]
# Draw the two paths and write the shape at every arrow. How many columns arrive at the head? That is its number of
# inputs. And what must come first in every `__init__` of a module?

# %% [markdown] task="WideAndDeep" tags=["hint"]
# `deep` is a small pipe of its own, so `nn.Sequential` suits it: a linear layer and `nn.ReLU()`. In `forward`, join
# along `dim=1`, the wide features first. No activation after the head: a regression may be negative.

# %% [markdown] task="WideAndDeep" tags=["hint"]
# After `super().__init__()`: `self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())` and a linear `head`
# from `n_wide + n_hidden` to 1. In `forward`, apply the head to `torch.cat([x_wide, self.deep(x_deep)], dim=1)`.

# %% [markdown]
# ## 2. `TwoHeadNet` (3 points)
#
# ```text
#                                            +--- value_head ---> "value"   (N, 1)
#     x (N, n_features) --- trunk ---> h ----+
#                           linear, ReLU     +--- class_head ---> "logits"  (N, n_classes)
#                                (N, n_hidden)
# ```
#
# Two questions about the same data share most of the work. The *trunk* does it once, and each *head* computes its
# answer from the result. In training, the trunk gets gradients from both heads, and each head only from its own loss.
#
# Run the trunk once and keep its output in a variable. Running it twice would take twice as long, and with dropout
# inside, the heads would not even get the same features.
#
# The outputs come in a dict, so that each has a name. Neither gets an activation: a value may be negative, and the
# loss for classes wants plain scores (logits), because it applies the softmax itself.


# %% task="TwoHeadNet" points=3
class TwoHeadNet(nn.Module):
    """A model with two outputs, which share a trunk.

    `TwoHeadNet(n_features, n_hidden, n_classes)` has three submodules:

    - `trunk`, which maps `(N, n_features)` to `(N, n_hidden)`: an `nn.Linear`, then ReLU;
    - `value_head`, an `nn.Linear` from n_hidden to 1;
    - `class_head`, an `nn.Linear` from n_hidden to n_classes.

    All three layers have a bias, and the model has no other parameters; how they are initialised is up to you. Calling
    it with `x`, of shape `(N, n_features)`, runs the trunk once and returns a dict with exactly two keys: "value", of
    shape `(N, 1)`, and "logits", of shape `(N, n_classes)`, both heads applied to the trunk's output, without any
    activation. `x` is not modified. A loss on one output gives gradients to the trunk and to the head of that output,
    and none to the other head. It works on any device that the model was moved to.

    >>> model = TwoHeadNet(n_features=3, n_hidden=8, n_classes=4)
    >>> model.class_head
    Linear(in_features=8, out_features=4, bias=True)
    >>> outputs = model(torch.zeros(5, 3))
    >>> {name: tuple(output.shape) for name, output in sorted(outputs.items())}
    {'logits': (5, 4), 'value': (5, 1)}
    """

    def __init__(self, n_features: int, n_hidden: int, n_classes: int) -> None:
        ### BEGIN SOLUTION
        # TODO: initialise `nn.Module`, then make `self.trunk`, `self.value_head` and `self.class_head`.
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        ### BEGIN SOLUTION
        # TODO: run the trunk once and return what both heads make of its output, in a dict.
        hidden = self.trunk(x)
        return {"value": self.value_head(hidden), "logits": self.class_head(hidden)}
        ### END SOLUTION


# %% [markdown] task="TwoHeadNet" tags=["hint"]
# Three parts in `__init__`, three calls in `forward`. Which of them takes `x`, and what do the other two take?

# %% [markdown] task="TwoHeadNet" tags=["hint"]
# Put the trunk's result into a variable and give it to both heads, so that it is computed once. The ReLU belongs to
# the trunk, nothing comes after the heads, and the keys are "value" and "logits".

# %% [markdown] task="TwoHeadNet" tags=["hint"]
# In `forward`: `hidden = self.trunk(x)`. Then return a dict: "value" is `self.value_head(hidden)`, "logits" is
# `self.class_head(hidden)`.

# %% [markdown]
# ## 3. `joint_loss` (3 points)
#
# An optimizer follows one number. If a model answers two questions, their losses must become one:
#
# ```text
# loss = value_weight × MSE + (1 - value_weight) × cross-entropy
# ```
#
# The two have different scales (squared dollars, and logarithms of probabilities), and the weight says how much each of
# them counts. With a weight outside [0, 1] the total would *fall* when one of the losses grows, so refuse that.
#
# Both terms are means over the rows, or the loss would depend on the size of the batch. Cross-entropy takes the logits
# as they are: it contains the softmax. And you know this trap already, in which two errors for two rows become four:
#
# ```python
# predicted, flat = torch.tensor([[1.0], [2.0]]), torch.tensor([1.0, 2.0])
# print((predicted - flat).tolist())  # [[0.0, -1.0], [1.0, 0.0]]
# ```
#
# So the loss also refuses values whose shape isn't that of the predictions.


# %% task="joint_loss" points=3
def joint_loss(outputs: dict[str, Tensor], y_value: Tensor, y_class: Tensor, value_weight: float) -> Tensor:
    """Return value_weight × MSE of the values + (1 - value_weight) × cross-entropy of the logits, a 0-D tensor.

    `outputs` is what a two-headed model returns: "value", of shape `(N, 1)`, and "logits", of shape `(N, n_classes)`.
    `y_value` is `(N, 1)`; `y_class`, int64 and of shape `(N,)`, holds class numbers. Both losses are means over the
    batch. Gradients flow through both outputs; where the weight of one is 0, its gradient may be zeros or missing.
    Nothing is modified, and it works on any device.

    Raise `ValueError` if `value_weight` isn't in [0, 1], or if `outputs["value"]` and `y_value` have different shapes.

    >>> outputs = {"value": torch.tensor([[1.0], [2.0]]), "logits": torch.tensor([[0.0, 0.0], [9.0, 9.0]])}
    >>> y_value, y_class = torch.tensor([[1.0], [4.0]]), torch.tensor([0, 1])
    >>> joint_loss(outputs, y_value, y_class, value_weight=0.5)
    tensor(1.3466)
    >>> joint_loss(outputs, y_value, y_class, value_weight=1.0)
    tensor(2.)
    >>> joint_loss(outputs, y_value, y_class, value_weight=1.5)
    Traceback (most recent call last):
        ...
    ValueError: value_weight must be in [0, 1], not 1.5
    """
    ### BEGIN SOLUTION
    # TODO: refuse a bad weight and values of another shape, then return the weighted sum of the two losses.
    if not 0 <= value_weight <= 1:
        raise ValueError(f"value_weight must be in [0, 1], not {value_weight}")
    if outputs["value"].shape != y_value.shape:
        raise ValueError(f"shapes differ: {tuple(outputs['value'].shape)} and {tuple(y_value.shape)}")
    value_loss = F.mse_loss(outputs["value"], y_value)
    class_loss = F.cross_entropy(outputs["logits"], y_class)
    return value_weight * value_loss + (1 - value_weight) * class_loss
    ### END SOLUTION


# %% [markdown] task="joint_loss" tags=["hint"]
# Compute the two losses separately first; `torch.nn.functional` has both. What do you have to check before, and which
# of the two would accept a wrong shape without an error?

# %% [markdown] task="joint_loss" tags=["hint"]
# `F.mse_loss` for the values, `F.cross_entropy` for the raw logits, each with its default reduction. Weigh and add
# them as tensors: `.item()` would leave the graph. Compare whole shapes, and let 0 and 1 themselves be valid weights.

# %% [markdown] task="joint_loss" tags=["hint"]
# Raise unless `0 <= value_weight <= 1`, and if `outputs["value"].shape != y_value.shape`. Then
# `value_weight * F.mse_loss(...) + (1 - value_weight) * F.cross_entropy(...)`.

# %% [markdown]
# ## On real data
#
# California Housing once more: 20,640 neighbourhoods, split and standardised as before. First, the wide and deep model:
# the income and the age of the houses take the wide path, all eight features the deep one. In 30 full-batch steps of
# gradient descent the loss falls from 6 or so to about 0.6; where exactly it starts depends on which of your layers
# drew its random weights first. Then a network with two heads learns the value and, at the same time, in which third of
# all prices a house lies. Guessing would be right in one case out of three; the network is right in almost two out of
# three (about 64 %).

# %%
if __name__ == "__main__":
    from sklearn.datasets import fetch_california_housing
    from sklearn.model_selection import train_test_split

    housing = fetch_california_housing()
    X_rest, X_test, y_rest, y_test = train_test_split(housing.data, housing.target, random_state=42)
    X_train, X_valid, y_train, y_valid = train_test_split(X_rest, y_rest, random_state=42)

    X_train, X_test = (torch.tensor(part, dtype=torch.float32) for part in (X_train, X_test))
    y_train, y_test = (torch.tensor(part, dtype=torch.float32).reshape(-1, 1) for part in (y_train, y_test))
    means, stds = X_train.mean(dim=0), X_train.std(dim=0)
    X_train, X_test = (X_train - means) / stds, (X_test - means) / stds

    torch.manual_seed(42)
    model = WideAndDeep(n_wide=2, n_deep=8, n_hidden=30)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(1, 31):
        loss = F.mse_loss(model(x_wide=X_train[:, :2], x_deep=X_train), y_train)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch == 1 or epoch % 5 == 0:
            print(f"wide and deep, epoch {epoch:2}: loss {loss.item():.4f}")

    thirds = torch.quantile(y_train, torch.tensor([1 / 3, 2 / 3]))
    c_train, c_test = (torch.bucketize(y.flatten(), thirds) for y in (y_train, y_test))
    net = TwoHeadNet(n_features=8, n_hidden=30, n_classes=3)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(100):
        loss = joint_loss(net(X_train), y_train, c_train, value_weight=0.5)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        outputs = net(X_test)
    error = F.mse_loss(outputs["value"], y_test).sqrt().item()
    right = (outputs["logits"].argmax(dim=1) == c_test).float().mean().item()
    print(f"two heads, on the test rows: off by {error:.2f} (root mean square), right third {right:.0%}")
