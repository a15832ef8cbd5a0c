"""Wrong implementations of 19_hyperparameter_tuning, as learners write them, with what a teacher says about each."""

# %%
import itertools
import math
import random

import numpy as np
import torch

# %% task="suggest_hyperparameters" name="no-log" presumes=["not _(log=True)"]
# On an even scale nine in ten tries lie above 0.01. Learning rates are searched by factors: `log=True`.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-1),
        "n_hidden": trial.suggest_int("n_hidden", 20, 300),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="log-everywhere"
# `log=True` belongs to the learning rate alone: the number of units is asked for on an even scale.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
        "n_hidden": trial.suggest_int("n_hidden", 20, 300, log=True),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="random-module" presumes=["random or np or torch"]
# A value that doesn't come from the trial is invisible to the study: it cannot learn from it. Ask the trial.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": 10 ** random.uniform(-5, -1),
        "n_hidden": random.randint(20, 300),
        "optimizer": random.choice(["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="same-name"
# Two parameters with one name: the study mixes them up (Optuna raises an error). Each has its own.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
        "n_hidden": trial.suggest_int("learning_rate", 20, 300),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="short-names"
# You ask under other names than the keys of your dict, so `study.best_params` won't fit the rest of the program. Use
# one name for both.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("lr", 1e-5, 1e-1, log=True),
        "n_hidden": trial.suggest_int("hidden", 20, 300),
        "optimizer": trial.suggest_categorical("opt", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="short-keys"
# The keys of the dict are part of the contract: "learning_rate", "n_hidden", "optimizer".


def suggest_hyperparameters(trial):
    return {
        "lr": trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
        "hidden": trial.suggest_int("n_hidden", 20, 300),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="exclusive-bound"
# `suggest_int` includes its upper bound, unlike `range`: 301 would be one too many.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
        "n_hidden": trial.suggest_int("n_hidden", 20, 301),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="steps-of-ten" presumes=["_(step=_)"]
# With `step=10` most numbers are never tried. Any int from 20 to 300 is asked for: leave the step at 1.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
        "n_hidden": trial.suggest_int("n_hidden", 20, 300, step=10),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="exponent-suggested"
# You ask for an exponent and compute the learning rate from it, so the study remembers a number that isn't a learning
# rate. Ask from 1e-5 to 1e-1 and leave the scale to `log=True`.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": 10 ** trial.suggest_float("learning_rate", -5, -1),
        "n_hidden": trial.suggest_int("n_hidden", 20, 300),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="bounds-swapped"
# The lower bound comes first: from 1e-5 to 1e-1.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-1, 1e-5, log=True),
        "n_hidden": trial.suggest_int("n_hidden", 300, 20),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="fewer-powers-of-ten"
# 1e-4 is ten times 1e-5: the smallest learning rates are left out. The exponents are -5 and -1.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True),
        "n_hidden": trial.suggest_int("n_hidden", 20, 300),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="float-for-int"
# A number of units is a whole number: `suggest_int` gives one, and the study knows that it is one.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
        "n_hidden": int(trial.suggest_float("n_hidden", 20, 300)),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="list-of-units"
# As categories, 100 and 101 have nothing to do with each other, and the study can't see that it gets closer. Use
# `suggest_int`.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
        "n_hidden": trial.suggest_categorical("n_hidden", list(range(20, 301))),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="capital-choices" presumes=["'SGD'"]
# The choices are the strings "sgd" and "adam", in small letters; "SGD" is another string.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
        "n_hidden": trial.suggest_int("n_hidden", 20, 300),
        "optimizer": trial.suggest_categorical("optimizer", ["SGD", "Adam"]),
    }


# %% task="suggest_hyperparameters" name="classes-as-choices"
# The choices are the names of the optimizers, not their classes: a study stores what it suggests, and can store
# strings.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
        "n_hidden": trial.suggest_int("n_hidden", 20, 300),
        "optimizer": trial.suggest_categorical("optimizer", [torch.optim.SGD, torch.optim.Adam]),
    }


# %% task="suggest_hyperparameters" name="asks-twice"
# Every question is asked again where you need the answer. Ask once, and keep the answer in a variable.


def suggest_hyperparameters(trial):
    print(f"trying a learning rate of {trial.suggest_float('learning_rate', 1e-5, 1e-1, log=True)}")
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
        "n_hidden": trial.suggest_int("n_hidden", 20, 300),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="one-more"
# A batch size would be worth tuning, but the dict has exactly three keys.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
        "n_hidden": trial.suggest_int("n_hidden", 20, 300),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
        "batch_size": trial.suggest_int("batch_size", 16, 256),
    }


# %% task="suggest_hyperparameters" name="tuple"
# A tuple leaves it to the caller to know which value is which. Return a dict.


def suggest_hyperparameters(trial):
    return (
        trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True),
        trial.suggest_int("n_hidden", 20, 300),
        trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    )


# %% task="suggest_hyperparameters" name="old-method" presumes=["suggest_loguniform()"]
# `suggest_loguniform` and `suggest_uniform` belong to old versions of Optuna. Today it is `suggest_float`, with
# `log=True` or without.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": trial.suggest_loguniform("learning_rate", 1e-5, 1e-1),
        "n_hidden": trial.suggest_int("n_hidden", 20, 300),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="suggest_hyperparameters" name="rounded" presumes=["round()"]
# Rounded to three decimals, every learning rate below 0.0005 becomes 0. Return what the trial answers.


def suggest_hyperparameters(trial):
    return {
        "learning_rate": round(trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True), 2),
        "n_hidden": trial.suggest_int("n_hidden", 20, 300),
        "optimizer": trial.suggest_categorical("optimizer", ["sgd", "adam"]),
    }


# %% task="tuning_objective" name="last-metric"
# The best epoch counts, not the last: in practice you keep the weights of the best one.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise pruned
    return metric


# %% task="tuning_objective" name="first-metric" presumes=["for _ in _: return"]
# The `return` stands inside the loop, so the training ends after its first epoch. Move it out.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise pruned
        best = max(best, metric)
        return best


# %% task="tuning_objective" name="minimum"
# This study *maximises*: more is better, as with accuracy. Take the largest metric.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise pruned
        best = min(best, metric)
    return best


# %% task="tuning_objective" name="mean-metric"
# The mean makes a trial pay for its first, untrained epochs. Only the best epoch counts.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    total = 0.0
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise pruned
        total += metric
    return total / n_epochs


# %% task="tuning_objective" name="starts-at-zero"
# When all metrics are negative, the 0 that you start from beats them, and no epoch had it. Start from `-math.inf`.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = 0.0
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise pruned
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="best-epoch"
# That is the number of the best epoch. Return its metric.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    metrics = []
    for epoch in range(n_epochs):
        metrics.append(fit_epoch(learning_rate, epoch))
        trial.report(metrics[-1], epoch)
        if trial.should_prune():
            raise pruned
    return metrics.index(max(metrics))


# %% task="tuning_objective" name="no-float"
# Return a Python float, not a tensor: the study compares and stores plain numbers.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    metrics = []
    for epoch in range(n_epochs):
        metrics.append(fit_epoch(learning_rate, epoch))
        trial.report(metrics[-1], epoch)
        if trial.should_prune():
            raise pruned
    return torch.tensor(metrics).max()


# %% task="tuning_objective" name="returns-on-prune"
# Returning marks the trial as complete; that it was pruned is said by the exception. Write `raise pruned`.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        best = max(best, metric)
        if trial.should_prune():
            break
    return best


# %% task="tuning_objective" name="returns-the-exception"
# You return the exception, so the study takes it for a metric. `raise` it.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            return pruned
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="another-exception"
# Only the exception that you were given means "pruned"; any other means that the trial has failed. Raise `pruned`.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise RuntimeError("pruned")
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="method-not-called" presumes=["not should_prune()", "_.should_prune"]
# Without parentheses, `trial.should_prune` is the method itself, and that is always true: every trial is pruned in its
# first epoch. Call it.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune:
            raise pruned
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="never-prunes" presumes=["not should_prune()"]
# Reporting alone stops nothing: you must ask `trial.should_prune()` and act on it.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="prune-before-report"
# You ask before you report, but the study decides by what has been reported. Report first.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        if trial.should_prune():
            raise pruned
        trial.report(metric, epoch)
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="prune-after-training"
# You ask only when all epochs are done, and nothing is saved any more. Ask after each one.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        best = max(best, metric)
    if trial.should_prune():
        raise pruned
    return best


# %% task="tuning_objective" name="last-epoch-not-asked"
# A trial can be pruned in its last epoch too. Ask after every report.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if epoch < n_epochs - 1 and trial.should_prune():
            raise pruned
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="first-epoch-not-asked"
# The study may give a trial up in its very first epoch. Ask there as well.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if epoch > 0 and trial.should_prune():
            raise pruned
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="steps-from-one"
# Steps start at 0, like the epochs.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch + 1)
        if trial.should_prune():
            raise pruned
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="epochs-from-one"
# You count the epochs from 1. `range(n_epochs)` starts at 0, and so does the contract.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(1, n_epochs + 1):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise pruned
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="one-epoch-short" presumes=["range(1, _)"]
# `range(1, n_epochs)` has one epoch too few. Start at 0: `range(n_epochs)`.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(1, n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise pruned
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="reports-the-best"
# You report the best metric so far, so a trial that gets worse still looks good. Report this epoch's own.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        best = max(best, fit_epoch(learning_rate, epoch))
        trial.report(best, epoch)
        if trial.should_prune():
            raise pruned
    return best


# %% task="tuning_objective" name="report-swapped"
# `report` takes the metric first and the step second.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(epoch, metric)
        if trial.should_prune():
            raise pruned
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="fit-swapped"
# `fit_epoch` takes the learning rate first and the epoch second.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(epoch, learning_rate)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise pruned
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="fits-twice"
# You call `fit_epoch` once for the report and again for the result, and each call trains. Call it once and keep the
# metric.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        trial.report(fit_epoch(learning_rate, epoch), epoch)
        if trial.should_prune():
            raise pruned
        best = max(best, fit_epoch(learning_rate, epoch))
    return best


# %% task="tuning_objective" name="asks-every-epoch" presumes=["for _ in _: suggest_float()"]
# A trial has one learning rate. Ask for it once, before the loop.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    best = -math.inf
    for epoch in range(n_epochs):
        learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise pruned
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="fixed-rate"
# The learning rate must be the trial's choice: with a number of your own there is nothing to tune.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(0.01, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise pruned
        best = max(best, metric)
    return best


# %% task="tuning_objective" name="no-log" presumes=["not _(log=True)"]
# Learning rates are searched by factors: without `log=True` nearly all tries are large ones.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1)
    best = -math.inf
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise pruned
        best = max(best, metric)
    return best


# %% task="random_search" name="linear-log"
# Drawn evenly, small learning rates are hardly ever tried. For "log" draw the logarithm evenly, then take `math.exp`.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            params[name] = rng.randint(low, high) if kind == "int" else rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="exp-forgotten"
# These are the logarithms themselves, negative numbers for small rates. Take `math.exp` of what you drew.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = rng.uniform(math.log(low), math.log(high))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="two-bases"
# `math.log` is the natural logarithm, and `10 **` undoes the one to base 10. Use `math.exp`, or `math.log10`.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = 10 ** rng.uniform(math.log(low), math.log(high))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="whole-powers-of-ten"
# Drawing a whole exponent tries only a handful of rates. The logarithm may be any number between the bounds.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = 10.0 ** rng.randint(math.ceil(math.log10(low)), math.floor(math.log10(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="float-int"
# A number of layers or units must be an int: `rng.randint(low, high)`.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="upper-end-excluded" presumes=["randrange()"]
# `int(uniform(low, high))` and `randrange(low, high)` never give `high`. It is included here: `rng.randint(low, high)`.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randrange(low, max(high, low + 1))
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="numpy-ints" presumes=["np or numpy"]
# `np.int64` is no Python int: PyTorch's layers and JSON stumble over it. Convert it with `int(...)`.


def random_search(objective, space, n_trials, seed):
    rng = np.random.default_rng(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.integers(low, high + 1)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="tensors" presumes=["torch"]
# These are 0-D tensors. Hyperparameters are plain numbers: `.item()`.


def random_search(objective, space, n_trials, seed):
    generator = torch.Generator().manual_seed(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            u = torch.rand((), generator=generator)
            if kind == "int":
                params[name] = torch.randint(low, high + 1, (), generator=generator)
            elif kind == "log":
                params[name] = low * (high / low) ** u
            else:
                params[name] = low + (high - low) * u
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="global-generator" presumes=["seed()"]
# `random.seed` re-seeds everybody's generator, that of the training included. Make your own: `random.Random(seed)`.


def random_search(objective, space, n_trials, seed):
    random.seed(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = random.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(random.uniform(math.log(low), math.log(high)))
            else:
                params[name] = random.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="numpy-global-generator" presumes=["seed()"]
# `np.random.seed` re-seeds the generator of all NumPy's users. `np.random.default_rng(seed)` is one of your own.


def random_search(objective, space, n_trials, seed):
    np.random.seed(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = int(np.random.randint(low, high + 1))
            elif kind == "log":
                params[name] = math.exp(np.random.uniform(math.log(low), math.log(high)))
            else:
                params[name] = np.random.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="seed-ignored"
# Without the seed nobody can repeat your search. Draw from `random.Random(seed)`, not from the module `random`.


def random_search(objective, space, n_trials, seed):
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = random.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(random.uniform(math.log(low), math.log(high)))
            else:
                params[name] = random.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="fixed-seed" presumes=["Random() or default_rng() or seed()"]
# You seed with a number of your own, so the argument `seed` isn't used. Pass it on.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(42)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="seeded-in-the-loop"
# Seeded again in every trial, the generator gives the same values each time: you try one point again and again. Make it
# before the loop.


def random_search(objective, space, n_trials, seed):
    trials = []
    for _ in range(n_trials):
        rng = random.Random(seed)
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="one-draw-for-all"
# One random number serves for all names of a trial, so they rise and fall together and most combinations are never
# tried. Draw one for each name.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        u = rng.random()
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = min(high, low + int(u * (high - low + 1)))
            elif kind == "log":
                params[name] = low * (high / low) ** u
            else:
                params[name] = low + (high - low) * u
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="a-generator-for-each-name"
# Generators made from one seed give the same numbers, so all names get the same draws. Make one generator for all.


def random_search(objective, space, n_trials, seed):
    rngs = {name: random.Random(seed) for name in space}
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rngs[name].randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rngs[name].uniform(math.log(low), math.log(high)))
            else:
                params[name] = rngs[name].uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="evenly-spaced"
# Evenly spaced values are a grid, not random draws: `seed` isn't used, and all parameters rise together.


def random_search(objective, space, n_trials, seed):
    trials = []
    for i in range(n_trials):
        u = (i + 0.5) / n_trials
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = min(high, low + int(u * (high - low + 1)))
            elif kind == "log":
                params[name] = low * (high / low) ** u
            else:
                params[name] = low + (high - low) * u
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="normal-draws" presumes=["gauss()"]
# `gauss` draws around a mean and seldom comes near the bounds. Draw evenly between them: `rng.uniform(low, high)`.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = min(high, max(low, rng.gauss((low + high) / 2, (high - low) / 6)))
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="maximises"
# The objective is a loss and is to be minimised. Take the smallest value.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return max(trials, key=lambda trial: trial[1])


# %% task="random_search" name="reused-dict"
# The same dict is filled again in every trial, so `best_params` ends up with the last values. Make a new one each time.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    params = {}
    trials = []
    for _ in range(n_trials):
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="reused-dict-copied"
# You keep a copy of the best dict, but `objective` still gets one and the same dict every time, and code that kept it
# sees it change. Make a new one in each trial.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    params = {}
    trials = []
    for _ in range(n_trials):
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((dict(params), objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="last-params"
# The value is the best one, but the parameters are those of the last trial. Keep both together.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    values = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        values.append(objective(params))
    values = [value for value in values if not math.isnan(value)]
    if not values:
        raise ValueError("every value is NaN")
    return params, min(values)


# %% task="random_search" name="value-first"
# The pair comes back the wrong way round: first the parameters, then the value.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((objective(params), params))
    trials = [trial for trial in trials if not math.isnan(trial[0])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[0])


# %% task="random_search" name="best-called-again"
# Calling `objective` once more for the best parameters is another training. Keep the value that you already have.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    best, _ = min(trials, key=lambda trial: trial[1])
    return best, objective(best)


# %% task="random_search" name="keywords-for-objective" presumes=["objective(**_)"]
# `objective` takes the dict itself, as one argument. `**params` would unpack it.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(**params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="nan-first-wins"
# NaN is smaller than nothing and larger than nothing, so one that comes first stays the minimum. Leave such trials out.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    if all(math.isnan(value) for _, value in trials):
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="compares-with-nan" presumes=["_ == nan or _ != nan"]
# Nothing equals NaN, not even NaN itself, so `value == math.nan` is never true. Ask `math.isnan(value)`.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not trial[1] == math.nan]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="nothing-but-nan-accepted"
# When every value is NaN there is no best trial, and `None` with infinity is no answer. Raise `ValueError`.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    best_params, best_value = None, math.inf
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        value = objective(params)
        if value < best_value:
            best_params, best_value = params, value
    return best_params, best_value


# %% task="random_search" name="any-nan-refused"
# One bad trial is no reason to throw the others away. Raise only if *every* value is NaN.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        value = objective(params)
        if math.isnan(value):
            raise ValueError("NaN")
        trials.append((params, value))
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="stops-at-nan" presumes=["break"]
# `break` ends the whole search at the first NaN. Go on with the next trial: `continue`.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        value = objective(params)
        if math.isnan(value):
            break
        trials.append((params, value))
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="random_search" name="zero-to-beat"
# You start from a best value of 0, so losses above it never win. Start from none, or collect all and take the minimum.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    best_params, best_value, numbers = {}, 0.0, 0
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        value = objective(params)
        numbers += not math.isnan(value)
        if value < best_value:
            best_params, best_value = params, value
    if not numbers:
        raise ValueError("every value is NaN")
    return best_params, best_value


# %% task="random_search" name="infinity-dropped" presumes=["isfinite()"]
# `math.isfinite` is false for -infinity too, and that is smaller than every number. Only NaN never wins: `math.isnan`.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if math.isfinite(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])


# %% task="tuning_objective" name="starts-at-minus-a-thousand"
# Metrics may be smaller than any number that you think of, and then your first value wins. Start from `-math.inf`, or
# from the first metric.


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = -1000.0
    for epoch in range(n_epochs):
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        if trial.should_prune():
            raise pruned
        best = max(best, metric)
    return best


# %% task="random_search" name="cut-towards-zero"
# `int()` cuts towards 0. In a range that begins below 0, the lowest int is hardly ever drawn, and 0 comes twice as
# often. `rng.randint(low, high)` draws all of them evenly.


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = int(rng.uniform(low, high + 1))
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    numbers = [trial for trial in trials if not math.isnan(trial[1])]
    return min(numbers, key=lambda trial: trial[1])
