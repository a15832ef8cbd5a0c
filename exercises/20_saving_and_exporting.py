# ---
# grader:
#   title: "Saving, loading, exporting and compiling models"
#   title_pt: "Salvar, carregar, exportar e compilar modelos"
#   prerequisites: ["12_modules_and_parameters", "16_mlp_regression"]
#   warm_up:
#     - 'torch.export.export(torch.nn.Linear(2, 1), (torch.zeros(2, 2),), dynamic_shapes=({0: torch.export.Dim("n")},))'
#     - 'torch.compile(torch.nn.Linear(2, 1), backend="eager")(torch.zeros(2, 2))'
#     - 'torch.compile(torch.nn.Linear(2, 1))'
#     - 'torch.jit.script(torch.nn.Linear(2, 1))'
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Saving, loading, exporting and compiling models
#
# A trained model is two things: **numbers** (its parameters and buffers) and **code** (the `forward` of its class).
# What you do with it after training depends on which of the two you take along:
#
# | you want | use | numbers | code |
# |---|---|---|---|
# | to train on, or to predict with your own code | `state_dict()` and `torch.save` | in the file | you keep the class |
# | to run it where your class is unknown | `torch.export` | in the file | in the file, as a graph |
# | the same, in older TorchScript programs | `torch.jit`, **deprecated** | in the file | in the file |
# | the same model, faster, in this process | `torch.compile` | shared | compiled, nothing is saved |

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - Leave alone what you were given, and the global settings of PyTorch. Building a model may draw from the random
#   generator; nothing may re-seed it.
# - The *mode* of a model is the flag `training`, and every part of the model has one. The models here are in training
#   mode or in evaluation mode as a whole. `model.eval()` changes the model that you call it on, with all its parts, and
#   returns it.
# - Where an error is asked for, only its type counts.
# - Where a tuple is asked for, a named tuple is one too; a list isn't.
# - PyTorch's warnings are fine.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6).

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
# ## What is saved
#
# `state_dict()` returns the numbers as a dict from name to tensor. A name is the path to the tensor, one component for
# each attribute on the way, with dots between them. Buffers are in the dict too: numbers that the model needs and that
# no optimizer trains, such as the running statistics of batch norm.
#
# ```python
# model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.BatchNorm1d(3))
# print([name for name, _ in model.named_parameters()])  # ['0.weight', '0.bias', '2.weight', '2.bias']
# print(list(model.state_dict())[4:])  # ['2.running_mean', '2.running_var', '2.num_batches_tracked']
# ```
#
# Older texts, and the book this course follows, use TorchScript (`torch.jit`) to bring a model into production. Since
# then PyTorch has deprecated it: every call warns, and points to `torch.export` and `torch.compile`. You will meet
# TorchScript in existing code; new code doesn't need it.

# %% [markdown]
# ## 1. `save_checkpoint` (3 points)
#
# The obvious thing, `torch.save(model, path)`, writes the *object*: the numbers, and a reference to where its class was
# found. It can't be read once that class has moved, and reading it means unpickling, which can run any code that
# somebody has hidden in the file. So `torch.load` refuses such a file in its safe mode, `weights_only=True`. Save the
# `state_dict()` instead, next to what you need to build the model again.
#
# A trap: `torch.compile` wraps what you give it: the whole model, or one part of it. The wrapper keeps the original as
# an attribute called `_orig_mod`, which then appears in the names:
#
# ```python
# model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
# model[0] = torch.compile(model[0], backend="eager")
# print(list(model.state_dict()))  # ['0._orig_mod.weight', '0._orig_mod.bias', '1.weight', '1.bias']
# print(list(torch.compile(model[1], backend="eager").state_dict()))  # ['_orig_mod.weight', '_orig_mod.bias']
# ```
#
# Such a file doesn't fit the plain model. Whether the model was compiled doesn't matter later, so drop that component,
# wherever in the name it stands. But drop only whole components: somebody may call a layer `my_orig_mod`.


# %% task="save_checkpoint" points=3
def save_checkpoint(path: str | Path, model: nn.Module, hyperparameters: dict[str, object], epoch: int) -> None:
    """Write a checkpoint of `model` to the file `path` such that `torch.load(path, weights_only=True)` reads it.

    The file holds a dict with exactly three keys: "model_state", the tensors of the model's `state_dict()` by name;
    "hyperparameters", the given dict of plain Python values; and "epoch", the given int. `path` is a `str` or a
    `Path`, and is used as it is; a file that is already there is replaced.

    The names are those of the original architecture, even if the model or parts of it were wrapped by `torch.compile`:
    each component of a name (what stands between the dots) that is exactly `_orig_mod` is left out, and all others stay
    as they are.

    The model stays as it was: its tensors, its gradients, its mode.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory) / "model.pt"
    ...     save_checkpoint(path, torch.compile(nn.Linear(2, 1), backend="eager"), {"units": 8}, epoch=3)
    ...     checkpoint = torch.load(path, weights_only=True)
    >>> checkpoint["hyperparameters"], checkpoint["epoch"], list(checkpoint["model_state"])
    ({'units': 8}, 3, ['weight', 'bias'])
    """
    # TODO: give the tensors of the `state_dict()` their plain names, and save the dict with the three keys.
    raise NotImplementedError


# %% [markdown]
# ## 2. `load_checkpoint` (3 points)
#
# The way back: build a model of the same architecture, then put the saved numbers in. Building draws random weights,
# which are overwritten at once, so there's no seed to set.
#
# Python's pickle, which every such file contains, is a small language of instructions, and "call this function" is one
# of them. The person who gives you a file could have put in anything. The safe mode knows only the few instructions
# that tensors and plain values need, and raises at every other. If it refuses a file, don't read the file again in the
# unsafe mode: that is exactly what an attacker wants.
#
# Three more things to think of:
#
# - A tensor remembers its device. If it was saved on a GPU, PyTorch loads it onto a GPU again, and fails on a machine
#   that has none. The argument `map_location` says where to put it instead.
# - A model that was just built is in training mode, so its dropout is on.
# - `load_state_dict` raises by itself when names don't fit. A checkpoint that fits only partly leaves random numbers in
#   the rest of your model, so leave that check on.


# %% task="load_checkpoint" points=3
def load_checkpoint(path: str | Path, model_class: Callable[..., nn.Module]) -> tuple[nn.Module, int]:
    """Read a checkpoint written by `save_checkpoint`; return a new model with the saved weights, and the epoch.

    The file holds a dict with the keys "model_state", "hyperparameters" and "epoch". The model is what
    `model_class(**hyperparameters)` makes, with the saved parameters and buffers. It is on the CPU, whatever device its
    weights were saved on, also on a machine with a GPU, and in evaluation mode; its parameters require grad, so that
    training can go on. The epoch is a Python int. The global random generators are not re-seeded.

    Loading is safe: a file that contains pickled objects other than tensors and plain values raises an exception (of
    any type), and nothing in it is run.

    Raise `RuntimeError` if a name is missing from "model_state", or the model has no such name.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory) / "model.pt"
    ...     state = {"weight": torch.tensor([[1.0, 2.0]]), "bias": torch.tensor([3.0])}
    ...     hyperparameters = {"in_features": 2, "out_features": 1}
    ...     torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": 7}, path)
    ...     model, epoch = load_checkpoint(path, nn.Linear)
    >>> model(torch.tensor([10.0, 100.0])).item(), model.training, epoch
    (213.0, False, 7)
    """
    # TODO: read the file safely and onto the CPU, build the model, put the weights in, switch to evaluation mode.
    raise NotImplementedError


# %% [markdown]
# ## 3. `export_model` (4 points)
#
# `torch.export.export(model, args)` runs the model once on example inputs and writes down every operation, until a
# complete graph is there: an `ExportedProgram`. It can be saved, loaded and run without your class.
#
# ```python
# class Doubler(nn.Module):
#     def forward(self, x):
#         return 2 * x
#
# program = torch.export.export(Doubler(), (torch.zeros(3, 1),))
# print(program.module()(torch.ones(3, 1)).tolist())  # [[2.0], [2.0], [2.0]]
# ```
#
# The program records what was true in that run. That has four consequences:
#
# ```text
#   in that run                           so in the program                    unless you
#   the batch had 3 rows                  a batch has 3 rows, any other fails  declare dimension 0 to be dynamic
#   the model was in training mode        dropout stays on, for ever           export it in evaluation mode
#   the model's tensors were used         later training changes the program   export a copy
#   args was (x,)                         it is called with one argument       mind the comma: `(x)` is no tuple
# ```
#
# A program that was exported in training mode can't be repaired: `eval()` of its module raises. A dimension is
# declared through `dynamic_shapes`, which has one entry for each input, in the same order: a dict from dimension to
# `torch.export.Dim("a name of yours")`. All dimensions that aren't in it stay fixed. An entry can also be found by the
# name of `forward`'s parameter, but you don't know that name here: `nn.Sequential` calls it `input`, others `x`.
#
# The model belongs to the caller, who may go on training it afterwards, in the same mode as before.


# %% task="export_model" points=4
def export_model(model: nn.Module, example: Tensor) -> torch.export.ExportedProgram:
    """Export `model` with `torch.export`, and return the `torch.export.ExportedProgram`.

    `model` takes one tensor; `example` is one, a batch of two or more rows. The module of the program gives what the
    model gives in evaluation mode (dropout off, batch norm with its running statistics), and takes any number of rows
    from one on, without an upper limit. The program is a snapshot: when the model's parameters and buffers change
    later, it doesn't. It can be saved with `torch.export.save`.

    `model` stays as it was: its tensors, its gradients, and the mode of all its parts, even if exporting it fails with
    an error, which reaches the caller.

    >>> model = nn.Sequential(nn.Linear(2, 1), nn.Dropout(0.5))
    >>> program = export_model(model, torch.zeros(4, 2))
    >>> x = torch.ones(1, 2)
    >>> model.training, torch.equal(program.module()(x), model[0](x))
    (True, True)
    """
    # TODO: export a copy in evaluation mode, with a dynamic batch dimension.
    raise NotImplementedError


# %% [markdown]
# ## 4. `script_model` (2 points)
#
# **Legacy.** TorchScript is deprecated, and you will still meet it. It makes a program in two ways. `torch.jit.trace`
# runs the model once and notes the operations, so where there is an `if` on the input's values, it records only the
# branch that was taken. `torch.jit.script` reads the *source* of `forward` and translates all of it, the `if` too.
#
# ```text
#   def forward(self, x):              trace, with an x whose sum is 3:       script:
#       if x.sum() > 0:
#           return 2 * x                   return 2 * x                           both branches
#       return -x
# ```
#
# (`torch.export` wants a complete graph, so it refuses such an `if` with an error instead of dropping a branch.)
#
# The result is called like a model and has `train()` and `eval()` of its own: its flags are copies of the model's, made
# when it was scripted.


# %% task="script_model" points=2
def script_model(model: nn.Module) -> torch.jit.ScriptModule:
    """Return `model` as TorchScript, a `torch.jit.ScriptModule`, in evaluation mode.

    It gives what the model gives in evaluation mode (dropout off), for any input: an `if` in `forward` on the values of
    the input keeps both its branches. `torch.jit.save` can save it, and it can be loaded without the model's class.

    `model` stays as it was: its tensors, its gradients, and the mode of all its parts, even if TorchScript can't
    translate it and fails with an error, which reaches the caller. Warnings that TorchScript is deprecated are
    expected.

    >>> import warnings
    >>> warnings.simplefilter("ignore")
    >>> model = nn.Sequential(nn.Linear(2, 1), nn.Dropout(0.5))
    >>> scripted = script_model(model)
    >>> x = torch.ones(1, 2)
    >>> isinstance(scripted, torch.jit.ScriptModule), torch.equal(scripted(x), model[0](x))
    (True, True)
    >>> scripted.training, model.training
    (False, True)
    """
    # TODO: script the model, and switch the result to evaluation mode.
    raise NotImplementedError


# %% [markdown]
# ## 5. `compile_model` (2 points)
#
# `torch.compile` saves nothing. It returns an object that is called like the model, watches what the first call does,
# hands the recorded operations to a **backend**, and runs what the backend makes of them from then on. The default
# backend generates C++ or GPU code, which needs a compiler and many seconds; `"eager"` just runs the operations. You
# can write one yourself:
#
# ```python
# compiled_graphs = []
#
# def my_backend(graph, inputs):  # gets what was recorded, returns what to run in its place
#     compiled_graphs.append(graph)
#     return graph.forward
#
# fast = torch.compile(nn.Linear(2, 1), backend=my_backend)
# print(len(compiled_graphs))  # 0
# y = fast(torch.zeros(3, 2))
# print(len(compiled_graphs))  # 1
# ```
#
# It is lazy: nothing is compiled before the first call, whose inputs say what to compile for. So there's no need to
# call it first with invented inputs, whose shape may not even fit. And where `forward` has an `if` on values, it
# compiles what comes before and after it in pieces. (With `fullgraph=True` you insist on a single graph; then such an
# `if` is an error.)
#
# The compiled object *wraps* the model and uses its parameters. `model.compile()`, a method of every module, is
# something else: it changes the model itself.


# %% task="compile_model" points=2
def compile_model(model: nn.Module, backend: str | Callable) -> Callable[[Tensor], Tensor]:
    """Return `model` compiled with `torch.compile` and `backend`, the name of a backend or a function.

    What is returned is called like the model and gives the same results, through which gradients flow as through the
    model's. `forward` may have an `if` on the values of its input. The parameters are the model's own: when a weight is
    changed later, it shows in both. The backend is first used when the compiled object is first called, and never when
    the original model is called.

    `model` stays as it was: its tensors, its gradients, its mode, the names in its `state_dict()`.

    >>> model = nn.Linear(2, 1)
    >>> compiled = compile_model(model, backend="eager")
    >>> x = torch.ones(3, 2)
    >>> torch.equal(compiled(x), model(x))
    True
    """
    # TODO: compile the model with the given backend.
    raise NotImplementedError
