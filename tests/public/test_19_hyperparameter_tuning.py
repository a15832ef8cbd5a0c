"""Public checks of 19_hyperparameter_tuning."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch

from grader.suites import Candidate, Observed, Value, check, probe, shared

# suggest_hyperparameters


@shared
class Trial:
    """An Optuna trial that answers each method with a given value and keeps account of what it was asked.

    Its `should_prune` says yes from a given number of reports on. Code may also read its number, its parameters and its
    attributes, and set attributes: no check looks at them.
    """

    def __init__(self, answers, pruned_after=None):
        self.number = 7
        self.user_attrs = {}
        self.answers = answers
        self.pruned_after = pruned_after
        self.calls = []
        self.events = []
        self.reports = 0

    @property
    def params(self):
        return {call["name"]: self.answers[call["method"]] for call in self.calls}

    def _asked(self, method, name, **details):
        self.calls.append({"method": method, "name": name, **details})
        self.events.append((method,))
        return self.answers[method]

    def suggest_float(self, name, low, high, *, step=None, log=False):
        return self._asked("suggest_float", name, low=float(low), high=float(high), step=step, log=bool(log))

    def suggest_int(self, name, low, high, *, step=1, log=False):
        return self._asked("suggest_int", name, low=int(low), high=int(high), step=step, log=bool(log))

    def suggest_categorical(self, name, choices):
        return self._asked("suggest_categorical", name, choices=sorted(choices, key=str))

    def set_user_attr(self, key, value):
        self.user_attrs[key] = value

    def report(self, value, step):
        self.events.append(("report", value, step))
        self.reports += 1

    def should_prune(self):
        self.events.append(("should_prune",))
        return self.pruned_after is not None and self.reports >= self.pruned_after


@probe
def suggested(student, answers):
    """suggest_hyperparameters(trial): what it returned, and what it asked the trial for"""
    trial = Trial(answers)
    return student.suggest_hyperparameters(trial), trial.calls


def answers(draw) -> dict[str, Any]:
    """Draw what a trial answers, by method."""
    digits = draw.choice([13, 24, 37, 41])  # which no rounding leaves as they are
    return {
        "suggest_float": (100 * draw.integer(1, 8) + digits) / 10_000,
        "suggest_int": draw.integer(20, 300),
        "suggest_categorical": draw.choice(["sgd", "adam"]),
    }


def question(calls: Value, name: str) -> Value:
    """Return how the trial was asked for `name` the first time."""
    for call in calls.items():
        if call.key("name").python == name:
            call.name = f"asked for {name!r}"
            return call
    names = [call.key("name").python for call in calls.items()]
    calls.answer.fails(f"the trial is asked for {name!r}", f"it was asked for {names}", "values")


_ANSWERS = "put into the dict exactly what the trial's methods return, under the three keys of the docstring."
_RATE = 'the call is `trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)`.'


def asks_for_learning_rate(calls: Value) -> None:
    """Ask that the learning rate was asked for as the contract says."""
    rate = question(calls, "learning_rate")
    rate.key("method").equals("suggest_float")
    rate.key("low").number(1e-5, atol=0)
    rate.key("high").number(1e-1, atol=0)
    rate.key("log").equals(True)


@check("suggest_hyperparameters", points=0.5, hint=_ANSWERS)
def test_suggest_returns_answers(candidate, draw):
    """The dict has the three keys and holds what the trial's methods returned."""
    given = answers(draw)
    result, _ = candidate.run(suggested, given).result.unpack("the dict", "what was asked")
    result.equals(
        {
            "learning_rate": given["suggest_float"],
            "n_hidden": given["suggest_int"],
            "optimizer": given["suggest_categorical"],
        }
    )


@check("suggest_hyperparameters", points=0.25, hint=_RATE)
def test_suggest_learning_rate(candidate, draw):
    """learning_rate is asked for with suggest_float, from 1e-5 to 1e-1, on a log scale."""
    _, calls = candidate.run(suggested, answers(draw)).result.unpack("the dict", "what was asked")
    asks_for_learning_rate(calls)


# tuning_objective


@probe
def tuned(student, answers, metrics, pruned_after):
    """tuning_objective; fit_epoch returns these metrics, and the trial says to prune after so many reports"""

    class Pruned(Exception):
        pass

    trial = Trial(answers, pruned_after)
    fitted = []

    def fit_epoch(learning_rate, epoch):
        fitted.append(epoch)
        trial.events.append(("fit_epoch", learning_rate, epoch))
        return metrics[min(len(fitted), len(metrics)) - 1]

    try:
        outcome = student.tuning_objective(trial, fit_epoch, len(metrics), Pruned)
    except Pruned:
        outcome = "raised pruned"
    return outcome, trial.events, trial.calls


def tuning(
    candidate: Candidate, draw, metrics: list[float], pruned_after: int | None = None
) -> tuple[Observed, Value, list[Value], Value, float]:
    """Run a tuning: return what was seen, the outcome, the events, the trial's calls, and the learning rate."""
    rate = draw.number(0.001, 0.09, decimals=4)
    observed = candidate.run(tuned, {"suggest_float": rate}, metrics, pruned_after)
    outcome, events, calls = observed.result.unpack("the result", "events", "what was asked")
    return observed, outcome, events.items(), calls, rate


def named(events: list[Value], name: str) -> list[list[object]]:
    """Return the arguments of all events of that name."""
    return [list(event.python[1:]) for event in events if event.python[0] == name]


def some_metrics(draw, best: int, n: int) -> list[float]:
    """Draw n different metrics between 0 and 1, of which the one at index `best` is the largest."""
    metrics = [draw.number(0.01, 0.6) + i / 1000 for i in range(n)]
    metrics[best] = draw.number(0.7, 0.99)
    return metrics


_EPOCH = "in each epoch: `fit_epoch`, then `trial.report(metric, epoch)`, then `if trial.should_prune(): raise pruned`."


@check("tuning_objective", points=0.5, hint="compare each epoch's metric with the best so far, and return that.")
def test_objective_best_metric(candidate, draw):
    """Returned is the best metric, wherever it comes: in the middle, first or last; a Python float."""
    n = draw.integer(4, 6)
    for best in (draw.integer(1, n - 2), 0, n - 1):
        metrics = some_metrics(draw, best, n)
        _, outcome, *_ = tuning(candidate, draw, metrics)
        outcome.number(metrics[best])


@check(
    "tuning_objective",
    points=0.25,
    judges="facts",
    hint="call `fit_epoch(learning_rate, epoch)` once in each epoch, with the trial's own answer and 0, 1, 2, ...",
)
def test_objective_fits_every_epoch(candidate, draw):
    """fit_epoch is called once for each epoch, with the suggested learning rate and 0, 1, 2, ..."""
    n = draw.integer(3, 6)
    observed, _, events, _, rate = tuning(candidate, draw, some_metrics(draw, 1, n))
    fitted, expected = named(events, "fit_epoch"), [[rate, epoch] for epoch in range(n)]
    if fitted != expected:
        observed.fails(f"fit_epoch is called with {expected}", f"it was called with {fitted}", "values")


@check("tuning_objective", points=0.25, hint="a pruned trial doesn't return: `if trial.should_prune(): raise pruned`.")
def test_objective_raises_when_pruned(candidate, draw):
    """When the trial says so, the exception is raised; when it doesn't, the metric is returned."""
    metrics = some_metrics(draw, 1, 5)
    _, outcome, *_ = tuning(candidate, draw, metrics, pruned_after=3)
    outcome.equals("raised pruned")
    _, outcome, *_ = tuning(candidate, draw, metrics)
    outcome.number(metrics[1])


# random_search


@shared
class Scripted:
    """An objective that returns given values in turn; it keeps the dicts that it gets, and copies of them."""

    def __init__(self, values):
        self.values = values
        self.given = []
        self.copies = []

    def __call__(self, params):
        self.given.append(params)
        self.copies.append({name: plain(value) for name, value in params.items()})
        return self.values[min(len(self.given), len(self.values)) - 1]


@shared
def plain(value):
    """Return a float of NumPy's as one of Python's: both are floats."""
    return float(value) if isinstance(value, float) else value


@probe
def searched(student, space, values, seed):
    """random_search with an objective that returns these values in turn, one for each trial"""
    objective = Scripted(values)
    params, value = student.random_search(objective, space, len(values), seed)
    return {name: plain(held) for name, held in params.items()}, plain(value), objective.copies


def search(candidate: Candidate, space, values: list[float], seed: int) -> tuple[Value, Value, list[Value]]:
    """Return best_params, best_value and what was tried, after asking that it was as often as there are values."""
    observed = candidate.run(searched, space, values, seed)
    params, value, tried = observed.result.unpack("best_params", "best_value", "the trials")
    if len(tried.items()) != len(values):
        observed.fails(
            f"objective is called {len(values)} times", f"it was called {len(tried.items())} times", "length"
        )
    return params, value, tried.items()


def some_space(draw) -> dict[str, tuple[str, float, float]]:
    """Draw a space with one parameter of each kind."""
    low = draw.number(-5, 5)
    return {
        "momentum": ("float", low, low + draw.number(1, 3)),
        "rate": ("log", draw.choice([1e-5, 1e-4]), draw.choice([1e-2, 1e-1])),
        "layers": ("int", draw.integer(1, 3), draw.integer(5, 9)),
    }


@check(
    "random_search",
    points=0.5,
    hint="keep each dict together with the value it got, and return the pair with the smallest value.",
)
def test_search_returns_the_best_trial(candidate, draw):
    """objective is called n_trials times, and the returned pair belongs to the smallest value."""
    n = draw.integer(5, 8)
    for best in (draw.integer(1, n - 2), 0, n - 1):
        values = [draw.number(1, 9) + i / 1000 for i in range(n)]
        values[best] = draw.number(-3, 0.5)
        params, value, tried = search(candidate, some_space(draw), values, draw.integer(0, 9999))
        value.number(values[best])
        params.equals(tried[best].python)


@check(
    "random_search",
    points=0.5,
    hint='look at each `kind` by itself: print a few draws. An int comes from `randint`, and for "log" you draw the '
    "logarithm.",
)
def test_search_keeps_to_the_bounds(candidate, draw):
    """Every trial has a value for each name, between its bounds; those of kind "int" are Python ints."""
    space = some_space(draw)
    params, _, tried = search(candidate, space, [float(i) for i in range(40)], draw.integer(0, 9999))
    params.equals(tried[0].python)
    for trial in tried:
        if set(trial.python) != set(space):
            trial.differs(f"values for {sorted(space)}", "values")
        for name, (kind, low, high) in space.items():
            value = trial.key(name)
            value.integer() if kind == "int" else value.number()
            slack = 1e-6 * (abs(low) + abs(high))
            if not low - slack <= value.python <= high + slack:
                value.fails(f"a value from {low} to {high}", repr(value.python), "values")


@probe
def searched_twice(student, space, values, seed):
    """random_search twice with the same seed, with the global generators in different states; what was tried"""
    runs = []
    for state in (1, 2):
        torch.manual_seed(state)
        np.random.seed(state)
        random.seed(state)
        objective = Scripted(values)
        best = student.random_search(objective, space, len(values), seed)
        runs.append([*objective.copies, {name: plain(held) for name, held in best[0].items()}])
    return runs


@check(
    "random_search",
    points=0.25,
    judges="facts",
    hint="make `random.Random(seed)` at the start of every call, and draw everything from that generator.",
)
def test_search_repeats_with_its_seed(candidate, draw):
    """The same seed gives the same trials and the same best one, whatever state the global generators are in."""
    n = draw.integer(4, 6)
    values = [draw.number(1, 9) + i / 1000 for i in range(n)]
    observed = candidate.run(searched_twice, some_space(draw), values, draw.integer(0, 9999))
    first, second = observed.result.unpack("the first run", "the second run")
    first.items(n + 1)
    if second.python != first.python:
        second.fails("the same trials as in the first run", "other trials", "values")
    first.items()[-1].equals(first.items()[values.index(min(values))].python)
