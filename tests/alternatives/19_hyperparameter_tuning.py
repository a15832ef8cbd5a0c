"""Other right implementations of 19_hyperparameter_tuning."""

# %%
import contextlib
import functools
import itertools
import math
import operator
import random

import numpy as np
import torch

# %% task="suggest_hyperparameters" name="keywords"


def suggest_hyperparameters(trial):
    learning_rate = trial.suggest_float(name="learning_rate", low=0.00001, high=0.1, log=True)
    n_hidden = trial.suggest_int(name="n_hidden", low=20, high=300, step=1, log=False)
    optimizer = trial.suggest_categorical(name="optimizer", choices=("adam", "sgd"))
    return {"learning_rate": learning_rate, "n_hidden": n_hidden, "optimizer": optimizer}


# %% task="suggest_hyperparameters" name="params-of-the-trial"


def suggest_hyperparameters(trial):
    trial.suggest_categorical("optimizer", ["adam", "sgd"])
    trial.suggest_int("n_hidden", 20, 300)
    trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    return {name: trial.params[name] for name in ("optimizer", "n_hidden", "learning_rate")}


# %% task="suggest_hyperparameters" name="filled-by-and-by"


def suggest_hyperparameters(trial):
    params = {}
    for name, choices in (("optimizer", ["sgd", "adam"]),):
        params[name] = trial.suggest_categorical(name, choices)
    params["n_hidden"] = trial.suggest_int("n_hidden", 20, 300)
    params["learning_rate"] = trial.suggest_float("learning_rate", 10**-5, 10**-1, step=None, log=True)
    return params


# %% task="suggest_hyperparameters" name="table-of-questions"


def suggest_hyperparameters(trial):
    questions = {
        "learning_rate": (trial.suggest_float, (1e-5, 1e-1), {"log": True}),
        "n_hidden": (trial.suggest_int, (20, 300), {}),
        "optimizer": (trial.suggest_categorical, (("sgd", "adam"),), {}),
    }
    return {name: ask(name, *arguments, **options) for name, (ask, arguments, options) in questions.items()}


# %% task="tuning_objective" name="list-of-metrics"


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    rate = trial.suggest_float(name="learning_rate", low=1e-5, high=1e-1, log=True)
    metrics = []
    for epoch in range(n_epochs):
        metrics.append(float(fit_epoch(rate, epoch)))
        trial.report(metrics[-1], step=epoch)
        if trial.should_prune():
            raise pruned(f"given up in epoch {epoch}")
    return max(metrics)


# %% task="tuning_objective" name="notes-in-the-trial"


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    trial.set_user_attr("metrics", metrics := [])
    for epoch in range(n_epochs):
        metrics.append(fit_epoch(learning_rate, epoch))
        trial.report(metrics[-1], epoch)
        if trial.should_prune():
            raise pruned(f"trial {trial.number} with {trial.params} after epoch {epoch}")
    return max(trial.user_attrs["metrics"])


# %% task="tuning_objective" name="best-or-none"


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best, epoch = None, 0
    while epoch < n_epochs:
        metric = fit_epoch(learning_rate, epoch)
        trial.report(value=metric, step=epoch)
        if trial.should_prune() is True:
            raise pruned()
        if best is None or metric > best:
            best = metric
        epoch += 1
    return best


# %% task="tuning_objective" name="asks-before-the-next-epoch"


def tuning_objective(trial, fit_epoch, n_epochs, pruned):
    learning_rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    best = fit_epoch(learning_rate, 0)
    trial.report(best, 0)
    for epoch in range(1, n_epochs):
        if trial.should_prune():
            raise pruned
        metric = fit_epoch(learning_rate, epoch)
        trial.report(metric, epoch)
        best = metric if metric >= best else best
    if trial.should_prune():
        raise pruned
    return best


# %% task="random_search" name="best-so-far"


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    best_params, best_value = None, None
    for _ in range(n_trials):
        params = {}
        for name in space:
            kind, low, high = space[name]
            if kind == "float":
                params[name] = low + (high - low) * rng.random()
            elif kind == "log":
                params[name] = low * (high / low) ** rng.random()
            else:
                params[name] = rng.randrange(low, high + 1)
        value = objective(params)
        if not math.isnan(value) and (best_value is None or value < best_value):
            best_params, best_value = params, value
    if best_params is None:
        raise ValueError("no trial gave a number")
    return best_params, best_value


# %% task="random_search" name="numpy-generator"


def random_search(objective, space, n_trials, seed):
    rng = np.random.default_rng(seed)

    def draw(kind, low, high):
        if kind == "int":
            return int(rng.integers(low, high, endpoint=True))
        if kind == "log":
            return np.exp(rng.uniform(np.log(low), np.log(high)))
        return rng.uniform(low, high)

    tried = [{name: draw(*bounds) for name, bounds in space.items()} for _ in range(n_trials)]
    values = np.array([objective(params) for params in tried])
    if np.isnan(values).all():
        raise ValueError("all NaN")
    best = int(np.nanargmin(values))
    return dict(tried[best]), float(values[best])


# %% task="random_search" name="torch-generator"


def random_search(objective, space, n_trials, seed):
    generator = torch.Generator().manual_seed(seed)
    best = None
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = torch.randint(low, high + 1, (), generator=generator).item()
            else:
                u = torch.rand((), dtype=torch.float64, generator=generator).item()
                if kind == "log":
                    params[name] = 10 ** (math.log10(low) + u * (math.log10(high) - math.log10(low)))
                else:
                    params[name] = low * (1 - u) + high * u
        value = objective(params)
        if value == value and (best is None or best[1] > value):
            best = (params, value)
    if best is None:
        raise ValueError
    return best


# %% task="random_search" name="nan-as-the-largest"


def random_search(objective, space, n_trials, seed):
    rng = random.Random(f"search {seed}")
    draws = {
        "float": rng.uniform,
        "log": lambda low, high: 2 ** rng.uniform(math.log2(low), math.log2(high)),
        "int": lambda low, high: math.floor(low + (high - low + 1) * rng.random()),
    }
    results = []
    for _ in range(n_trials):
        params = {name: draws[kind](low, high) for name, (kind, low, high) in space.items()}
        results.append((objective(params), params))
    value, params = min(results, key=lambda result: (math.isnan(result[0]), result[0]))
    if math.isnan(value):
        raise ValueError("all NaN")
    return params, value


# %% task="random_search" name="state-put-back"


def random_search(objective, space, n_trials, seed):
    before = random.getstate()
    random.seed(seed)
    tried = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "log":
                params[name] = math.exp(random.uniform(math.log(low), math.log(high)))
            else:
                params[name] = random.randint(low, high) if kind == "int" else random.uniform(low, high)
        tried.append(params)
    random.setstate(before)
    values = [objective(params) for params in tried]
    kept = sorted((value, i) for i, value in enumerate(values) if not math.isnan(value))
    if len(kept) == 0:
        raise ValueError("all NaN")
    value, i = kept[0]
    return tried[i], value


# %% task="random_search" name="rounded-floats"


def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    trials = []
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = round(rng.uniform(low, high))
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        trials.append((params, objective(params)))
    trials = [trial for trial in trials if not math.isnan(trial[1])]
    if not trials:
        raise ValueError("every value is NaN")
    return min(trials, key=lambda trial: trial[1])
