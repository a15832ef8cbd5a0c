# ---
# grader:
#   title: "Tuning hyperparameters (Optuna)"
#   title_pt: "Ajuste de hiperparâmetros (Optuna)"
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
# # Tuning hyperparameters (Optuna)
#
# Training finds the weights. But what finds the learning rate, the number of neurons in a hidden layer, the optimizer?
# No gradient leads to these *hyperparameters*. All you can do is choose some, train, look at the **validation** set,
# and choose again. (Don't look at the test set. If you tune on it, you have nothing left to judge the model with.)

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library.
# - "A Python float" means exactly that: neither a 0-D tensor nor a NumPy number. The same goes for "a Python int".
# - Leave alone what you were given, and the global settings of PyTorch, the global random generators among them.
# - Where an error is asked for, only its type counts.
# - Where a tuple or a dict is asked for, every kind of it will do: a named tuple, a `defaultdict`, a class of your own
#   that derives from one. A list isn't a tuple.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6). Only the third task is tried on NaN and
#   infinity.

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
# ## A study and its trials
#
# Optuna is a library that does the choosing. It speaks of a *study*, made of *trials*; a trial is one training with one
# choice of hyperparameters. You write a function, the *objective*: it gets a trial, asks it for values, trains with
# them, and returns how good the model was. The study calls it again and again, and learns from the answers where to
# look next:
#
# ```text
#             suggest_float("learning_rate", ...)                        train one epoch,
#   study --> trial <---------------------------- objective(trial) ----> validate, report,
#     ^                                                |                 repeat
#     +----------- how good the model was -------------+
#
#   study = optuna.create_study(direction="maximize")      # or "minimize", which is the default
#   study.optimize(objective, n_trials=50)
#   study.best_params, study.best_value
# ```
#
# You don't need Optuna here. Your functions get a trial that has what Optuna's has: the methods `suggest_float`,
# `suggest_int`, `suggest_categorical`, `report`, `should_prune` and `set_user_attr`, and the attributes `number`,
# `params` and `user_attrs`. They would work in a real study unchanged.
#
# **Which scale?** A learning rate of 0.0001 and one of 0.001 differ as much as 0.001 and 0.01 do: it is the *factor*
# that counts. If you drew it evenly between 0.00001 and 0.1, nine in ten would be above 0.01, and the small ones would
# hardly ever be tried. So draw its logarithm evenly instead: then each power of ten is tried equally often.
#
# ```python
# rng = random.Random(0)
# even = [rng.uniform(1e-5, 1e-1) for _ in range(1000)]
# by_factor = [10 ** rng.uniform(-5, -1) for _ in range(1000)]
# print([round(sum(rate < 1e-3 for rate in rates) / 1000, 1) for rates in (even, by_factor)])  # [0.0, 0.5]
# ```

# %% [markdown]
# Something to try your functions on: a trial without a study, which answers with the values that you give it, prints
# what is reported, and never prunes.


# %%
class FixedTrial:
    """A stand-in for Optuna's trial. `values` are its answers, by name."""

    def __init__(self, values: dict[str, object]) -> None:
        self.values = values
        self.number = 0  # of this trial in its study
        self.params: dict[str, object] = {}  # what it was asked for and answered
        self.user_attrs: dict[str, object] = {}  # notes of yours

    def _answer(self, name: str) -> object:
        self.params[name] = self.values[name]
        return self.values[name]

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> object:
        """Return a float from `low` to `high`: evenly in between, or evenly in its logarithm if `log`."""
        return self._answer(name)

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> object:
        """Return an int from `low` to `high`, both included."""
        return self._answer(name)

    def suggest_categorical(self, name: str, choices: Sequence[object]) -> object:
        """Return one of `choices`."""
        return self._answer(name)

    def set_user_attr(self, key: str, value: object) -> None:
        """Keep a note of yours with the trial."""
        self.user_attrs[key] = value

    def report(self, value: float, step: int) -> None:
        """Take note of how good the model is after epoch `step`."""
        print(f"epoch {step}: {value}")

    def should_prune(self) -> bool:
        """Say whether, judging by what was reported, this trial should be given up."""
        return False


# %% [markdown]
# ## 1. `suggest_hyperparameters` (2 points)
#
# A trial has one method for each kind of value. Each takes the parameter's *name*, under which the study remembers the
# value. From a value that you draw yourself, or ask for under another name, it learns nothing.
#
# | method | gives |
# |---|---|
# | `trial.suggest_float(name, low, high, log=True)` | a float; without `log=True` on an even scale |
# | `trial.suggest_int(name, low, high)` | an int, `high` **included**, unlike in `range` |
# | `trial.suggest_categorical(name, choices)` | one of a list |
#
# The choice here is between two optimizers. You know SGD. *Adam* gives every parameter steps of its own size. It keeps
# a running average of the parameter's gradients, and one of their squares. A step is the learning rate times the first,
# divided by the root of the second.


# %% task="suggest_hyperparameters" points=2
def suggest_hyperparameters(trial: object) -> dict[str, object]:
    """Ask an Optuna trial for three hyperparameters and return its answers, unchanged, in a dict.

    The dict's keys are exactly these, and they are also the names that the trial is asked with:

    - "learning_rate", a float from 1e-5 to 1e-1 on a log scale;
    - "n_hidden", any int from 20 to 300, not on a log scale;
    - "optimizer", one of "sgd" and "adam".

    Call `trial.suggest_float`, `trial.suggest_int` and `trial.suggest_categorical` once each, with the arguments of the
    table above, positional or by keyword.

    >>> trial = FixedTrial({"learning_rate": 0.01, "n_hidden": 100, "optimizer": "adam"})
    >>> suggest_hyperparameters(trial)
    {'learning_rate': 0.01, 'n_hidden': 100, 'optimizer': 'adam'}
    """
    # TODO: ask the trial for each of the three, and return the answers under the same names.
    raise NotImplementedError


# %% [markdown]
# ## 2. `tuning_objective` (3 points)
#
# Many trials look bad after a few epochs. *Pruning* stops them early, and the time goes to better ones. For that the
# objective reports to the study in each epoch how good the model is, and asks whether to go on:
#
# ```text
#   for each epoch 0, 1, 2, ...
#       train, validate           ->  metric
#       trial.report(metric, epoch)
#       trial.should_prune()?     ->  yes: raise the exception that means "pruned"
#   return the best metric
# ```
#
# The order matters: the study decides by what has been reported, so report first, then ask. And a pruned trial must
# *raise* (in real use `optuna.TrialPruned`): one that returns counts as finished.
#
# Return the best epoch's metric, because in practice you keep the weights of that epoch. Here more is better, as with
# accuracy; but metrics can be any finite numbers, also negative ones, so don't start from 0.


# %% task="tuning_objective" points=3
def tuning_objective(
    trial: object, fit_epoch: Callable[[float, int], float], n_epochs: int, pruned: type[Exception]
) -> float:
    """Train with a learning rate of the trial's choice and return the best metric of all epochs, a Python float.

    Ask `trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)` once, before anything else. Then for each epoch, 0
    to `n_epochs` - 1 (`n_epochs` is at least 1):

    1. call `fit_epoch(learning_rate, epoch)` once: it trains one more epoch and returns the validation metric, a finite
       Python float of which more is better;
    2. report it: `trial.report(metric, epoch)`;
    3. ask `trial.should_prune()`, in the last epoch too. If it says yes, raise `pruned`, an exception class, at once.

    >>> accuracies = [0.5, 0.75, 0.625]
    >>> trial = FixedTrial({"learning_rate": 0.01})
    >>> tuning_objective(trial, lambda learning_rate, epoch: accuracies[epoch], n_epochs=3, pruned=StopIteration)
    epoch 0: 0.5
    epoch 1: 0.75
    epoch 2: 0.625
    0.75
    """
    # TODO: ask for the learning rate; each epoch: fit, report, raise if pruned, remember the best metric.
    raise NotImplementedError


# %% [markdown]
# ## 3. `random_search` (4 points)
#
# The simplest tuner of all is hard to beat: draw every hyperparameter at random, train, keep the best. Unlike a grid,
# it tries a new value of the important parameter in every trial, and it can be stopped at any time.
#
# Three traps:
#
# - **A generator of your own.** The draws have a seed, but `random.seed` would re-seed the generator that the training
#   draws from as well. `random.Random(seed)` is a generator that only you use, with methods such as `uniform` and
#   `randint`.
# - **A new dict in every trial.** If you fill the same dict again in every trial, `best_params` is that dict too, and
#   holds the values of the last trial.
# - **NaN.** With a learning rate that is too large the loss can become NaN, and a NaN is neither smaller nor larger
#   than any number. (`math.isnan` tells you whether a number is NaN.) What `min` returns then depends on the order:
#
# ```python
# print(math.nan < 1.0, math.nan > 1.0)  # False False
# print(min([math.nan, 1.0]), min([1.0, math.nan]))  # nan 1.0
# ```


# %% task="random_search" points=4
def random_search(
    objective: Callable[[dict[str, float]], float],
    space: dict[str, tuple[str, float, float]],
    n_trials: int,
    seed: int,
) -> tuple[dict[str, float], float]:
    """Minimise `objective(params)` by trying random values; return `(best_params, best_value)`.

    Call `objective` exactly `n_trials` times (at least once), each time with a new dict that has a value for each name
    in `space`, drawn independently of all the others. It returns a Python float. `space` holds for each name a tuple
    `(kind, low, high)`, where low <= high:

    - "float": a float, evenly distributed from `low` to `high`;
    - "log": a float whose logarithm is evenly distributed from that of `low` to that of `high` (`low` > 0);
    - "int": a Python int from `low` to `high`, both included (`low` and `high` are ints).

    `best_value` is the smallest value that was returned, and `best_params` holds what it was returned for. NaN never
    wins; infinity may be among the values, but isn't all of them. The draws depend only on `seed`, an int from 0 on,
    below 2**32: the same seed gives the same trials whatever state the global generators are in, another seed gives
    others. The global generators of torch, NumPy and `random` are as before afterwards.

    Raise `ValueError` if every value is NaN.

    >>> space = {"x": ("float", -10.0, 10.0), "n": ("int", 1, 4)}
    >>> params, value = random_search(lambda params: (params["x"] - 3) ** 2 + params["n"], space, n_trials=200, seed=0)
    >>> round(params["x"]), params["n"], round(value)
    (3, 1, 1)
    """
    # TODO: with a generator of your own, draw and try `n_trials` dicts; return the best that isn't NaN.
    raise NotImplementedError
