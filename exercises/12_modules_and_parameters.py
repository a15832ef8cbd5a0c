# ---
# grader:
#   title: "nn.Module, Parameter and fine-tuning"
#   title_pt: "nn.Module, nn.Parameter e fine-tuning"
#   prerequisites: ["11_linear_regression_nn"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # nn.Module, Parameter and fine-tuning
#
# How does an optimizer learn which numbers of a model it may change? How does `model.to("cuda")` find everything that
# has to move, and `model.state_dict()` everything that has to be saved? The answer to all three is one mechanism: a
# module keeps *registers*.

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - Leave alone what you were given, unless the task says otherwise, and the global settings of PyTorch. Drawing random
#   numbers for new weights is fine; setting a seed behind the caller's back isn't.
# - Where an error is asked for, only its type counts, and nothing may have changed by the time it is raised.
# - Where a dict is asked for, every kind of it will do: a `defaultdict`, an `OrderedDict`, a class of your own that
#   derives from `dict`.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6). No task is tried on NaN or infinity.

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
# ## The registers of a module
#
# Every layer and every model in PyTorch is an `nn.Module`. Whenever you write `self.something = value` in one, the
# module looks at the value:
#
# | the value is | it goes into the register of | trained | moved and saved |
# |---|---|---|---|
# | an `nn.Parameter` | parameters | yes | yes |
# | another `nn.Module` | submodules, with all that it has registered | by its own registers | by its own registers |
# | a tensor given to `register_buffer` | buffers, such as running statistics | no | yes |
# | anything else: a plain tensor, a list of parameters | none: an ordinary attribute | no | no |
#
# A *buffer* is a tensor that belongs to the model, but that no optimizer trains.
#
# The last row is where beginners' models break. `requires_grad=True` doesn't help there: a tensor that isn't a
# `Parameter` isn't registered, and the module doesn't look into a Python list at all.
#
# ```python
# module = nn.Module()
# module.listed = nn.Parameter(torch.zeros(2))
# module.forgotten = torch.zeros(2, requires_grad=True)
# print([name for name, _ in module.named_parameters()])  # ['listed']
# ```
#
# A module inside another one puts its own name in front. The modules form a tree, and the name of a parameter is the
# path to it:
#
# ```text
#   model                          named_parameters()
#   ├── 0  nn.Linear(3, 4)   ──>   0.weight  (4, 3)    0.bias  (4,)
#   ├── 1  nn.ReLU()
#   └── 2  nn.Linear(4, 1)   ──>   2.weight  (1, 4)    2.bias  (1,)
# ```

# %% [markdown]
# ## 1. `LinearRegressor` (4 points)
#
# Write `nn.Linear` yourself. A module has two methods: `__init__` makes its parameters and submodules, `forward` says
# what it computes. The pattern is always the same:
#
# ```python
# class Scale(nn.Module):
#     def __init__(self):
#         super().__init__()
#         self.factor = nn.Parameter(torch.tensor(2.0))
#
#     def forward(self, x):
#         return self.factor * x
#
#
# print(Scale()(torch.tensor(3.0)).item())  # 6.0
# ```
#
# - `super().__init__()` comes first. It makes the empty registers, and without them no parameter can be registered.
# - Parameters are made once, in `__init__`. What is made in `forward` is new at every call and learns nothing.
# - You write `forward`, others write `model(x)`. The call, which `nn.Module` defines, runs your `forward` and the hooks
#   that were registered on the model. Don't define `__call__`.
# - Make the weights random: neurons of a network that start alike stay alike. A bias may start at 0.
#
# **Write it with `nn.Parameter`**: `nn.Linear`, inside your class or as its base, scores no points here. Everything
# else is fine, functions such as `F.linear` included.


# %% task="LinearRegressor" points=4 forbidden=["Linear"]
class LinearRegressor(nn.Module):
    """A linear layer, x @ weight.T + bias, written with `nn.Parameter`.

    `LinearRegressor(n_features, n_outputs=1)` is an `nn.Module` with exactly two parameters: `weight`, of shape
    `(n_outputs, n_features)`, randomly initialised, so that no two instances are alike; and `bias`, of shape
    `(n_outputs,)`, with any values. Both are float32 and require grad.

    Called with `x` of shape `(N, n_features)` it returns x @ weight.T + bias, of shape `(N, n_outputs)`, through which
    gradients flow. It defines `forward`, so that hooks run when the module is called. `.to(...)` moves it as a whole,
    to another dtype or device, and `state_dict()` can be loaded into another instance, which then computes the same.

    Write it by hand: no `nn.Linear` inside, nor as the base class.

    >>> model = LinearRegressor(3)
    >>> {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    {'weight': (1, 3), 'bias': (1,)}
    >>> model(torch.zeros(5, 3)).shape
    torch.Size([5, 1])
    >>> LinearRegressor(3, n_outputs=2)(torch.zeros(5, 3)).shape
    torch.Size([5, 2])
    """

    def __init__(self, n_features: int, n_outputs: int = 1) -> None:
        # TODO: set the module up, then give it its two parameters.
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        # TODO: return the prediction for every row of `x`.
        raise NotImplementedError


# %% [markdown]
# ## 2. `parameter_report` (2 points)
#
# How large is a model, and which part of it is being trained? The registers answer both. Three views of them are easily
# mixed up:
#
# | | gives | frozen parameters | buffers | a layer used twice |
# |---|---|---|---|---|
# | `named_parameters()` | parameters | yes | no | once, under its first name |
# | `state_dict()` | tensors | yes | yes | twice |
# | `named_children()` | modules one level down | inside the modules | inside the modules | once |
#
# A parameter is *frozen* when its `requires_grad` is `False`: backward no longer fills its `.grad`, so an optimizer
# leaves it alone. (If a gradient from before is still there, reset it.)
#
# ```python
# layer = nn.Linear(3, 2)
# print(layer.weight.numel(), len(layer.weight))  # 6 2
# ```


# %% task="parameter_report" points=2
def parameter_report(model: nn.Module) -> dict[str, int]:
    """Return `{name: number of elements}` of the trainable parameters of `model`.

    Trainable are those with `requires_grad`; those of submodules count, at any depth. Names and order are those of
    `named_parameters()`: a parameter that two submodules share appears once, under its first name. Buffers don't
    appear. The numbers are Python ints. The model is not changed.

    >>> model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    >>> parameter_report(model)
    {'0.weight': 12, '0.bias': 4, '2.weight': 4, '2.bias': 1}
    >>> _ = model[0].requires_grad_(False)
    >>> parameter_report(model)
    {'2.weight': 4, '2.bias': 1}
    """
    # TODO: go through the named parameters and count the elements of those that require grad.
    raise NotImplementedError


# %% [markdown]
# ## 3. `replace_head` (3 points)
#
# *Fine-tuning* takes a model that was trained on a large task and adapts it to a small one of yours. The first layers
# have learned what pictures are made of; only the last one, the *head*, gives the old answers. So keep the first
# layers, freeze them, put a new head after them, and train that alone:
#
# ```text
#   before:   Linear ── ReLU ── Linear(4, 10)        all trainable
#   after:    Linear ── ReLU ── Linear(4, 2)         only the new head trainable
#             frozen            new
# ```
#
# An `nn.Sequential` can be indexed like a list, and assigned to:
#
# ```python
# model = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
# model[-1] = nn.Tanh()
# print(model[-1])  # Tanh()
# ```
#
# Four things to watch:
#
# - **Freezing.** `module.requires_grad = False` only gives the module a new attribute. Each parameter has its own flag;
#   `module.requires_grad_(False)`, with its underscore, sets all of them.
# - **The order.** What you freeze last includes the new head.
# - **The place.** A new layer is float32 and on the CPU, unless you say otherwise: `nn.Linear` takes `device=` and
#   `dtype=`. The data will have the dtype and the device of the old layer.
# - **Make a new layer.** `layer.out_features = 2` only changes what is printed; the weight keeps its shape.


# %% task="replace_head" points=3
def replace_head(model: nn.Sequential, n_outputs: int) -> nn.Sequential:
    """Prepare a trained model for fine-tuning, in place: freeze it and give it a new head. Return that same model.

    The last module of `model` is an `nn.Linear` with a bias. Every parameter of `model` is frozen (`requires_grad` is
    False, values as before), and the last module is replaced by a new `nn.Linear`, with a bias and weights of its own,
    even if the sizes stay the same: with the `in_features` of the old one, `n_outputs` outputs, trainable, and with the
    dtype and on the device of the layer that it replaces. The training flags of `model` and of its other modules stay
    as they are; that of the new layer is up to you.

    Other modules of `model` may hold modules themselves, such as an `nn.Sequential` in the `nn.Sequential`: their
    parameters are frozen too. The modules may also have names of their own, as in `nn.Sequential(OrderedDict(...))`.
    The name of the new layer is up to you, but it is the last of as many modules as before.

    Raise `TypeError` if the last module is not an `nn.Linear`; then nothing has been frozen.

    >>> model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 10))
    >>> replace_head(model, n_outputs=2) is model
    True
    >>> model(torch.zeros(5, 3)).shape
    torch.Size([5, 2])
    >>> [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    ['2.weight', '2.bias']
    """
    # TODO: check the last module, freeze everything, then put a new head in its place, and return the model.
    raise NotImplementedError
