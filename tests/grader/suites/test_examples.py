"""The examples in the docstrings of what suites' authors use: there is one for each method and function, and it runs.

The submission of the examples is `SUBMISSION`, called in this process, with no sandbox.
"""

from __future__ import annotations

import doctest
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from in_process import InProcessCandidate
from torch import nn

from grader import suites
from grader.records import Curve
from grader.sentences import author, learner
from grader.suites.candidate import Candidate, Context
from grader.suites.exploration.choices import Repeated

ROOT = Path(__file__).resolve().parents[3]
SUBMISSION = """
import math

import torch
from torch import nn


def same(x):
    return x


def double(x):
    return 2 * x


def double_(x):
    return x.mul_(2)


def first_row(x):
    return x[0]


def extremes(x):
    return x.min(), x.max()


def mean(x):
    return x.mean().item()


def count(x):
    return x.numel()


def root(x):
    return math.sqrt(x)  # raises ValueError for negative numbers


def to_numpy(x):
    return x.numpy()


def statistics(x):
    return {"max": x.max().item(), "mean": x.mean().item()}


def losses():
    return [1.0, 0.5, 0.25]


def apply(function, x):
    return function(x)


def small_model():
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))


def frozen_model():
    return small_model().requires_grad_(False)
"""


def documented() -> Iterator[tuple[str, str]]:
    """Yield the name and the docstring of each function, class, and public method that the package exports."""
    for name in suites.__all__:
        value = getattr(suites, name)
        if isinstance(value, float):
            continue
        yield name, inspect.getdoc(value) or ""
        if isinstance(value, type):
            for member in dir(value):
                found = inspect.getattr_static(value, member)
                if not member.startswith("_") and (inspect.isfunction(found) or isinstance(found, property)):
                    yield f"{name}.{member}", inspect.getdoc(found) or ""


DOCUMENTED = dict(documented())
INSTANCES = {"Candidate", "Observed", "Pick", "Value", "Probe"}  # suites get them, and don't make them by this name


@pytest.fixture
def names() -> Iterator[dict[str, Any]]:
    """What an example can use: everything that the package exports, `candidate`, `draw`,
    `pick`, torch, nn, np, `__file__`."""
    process = InProcessCandidate()
    loaded = process.load(module="submission", filename="submission.py", source=SUBMISSION)
    assert loaded.errors == ()
    context = Context(task="double", ask=process.call, where=lambda line: learner.LINE(line=line), seed=0)
    yield {
        **{name: getattr(suites, name) for name in suites.__all__},
        "__file__": str(ROOT / "tests" / "hidden" / "test_02_tensor_operations.py"),
        "__name__": "grader.suites",  # `inspect` finds a definition's source only if its module exists
        "Curve": Curve,
        "author": author,
        "candidate": Candidate(context),
        "draw": suites.Draw("course seed", "student", "check"),
        "nn": nn,
        "np": np,
        "pick": suites.Pick("double", Repeated([])),
        "torch": torch,
    }
    del sys.modules["submission"]


def test_the_methods_that_suites_use_are_found() -> None:
    """Methods of a base class and properties count too."""
    assert {"check", "Draw", "Candidate.run", "Value.values", "Value.items", "Observed.result"} <= DOCUMENTED.keys()


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_example_of_each_public_name_runs(name: str, names: dict[str, Any]) -> None:
    """The docstring has an example of at most four lines; it uses the name, and prints what the docstring says."""
    example = doctest.DocTestParser().get_doctest(DOCUMENTED[name], names, name, None, 0)
    source = "".join(part.source for part in example.examples)
    used = name.rpartition(".")[2]
    assert name in INSTANCES or re.search(rf"\b{used}\b", source), "the docstring has no example of it"
    assert 1 <= len(source.splitlines()) <= 4
    printed: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
    runner.run(example, out=printed.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(printed)
