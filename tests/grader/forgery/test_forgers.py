"""Forgers keep every fact and replace the values by guesses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from torch import nn

from grader import wire
from grader.forgery import junk
from grader.forgery.forgers import FORGERS
from grader.suites import shared
from grader.suites.comparisons import to_tensor
from grader.suites.inputs import to_wire
from grader.suites.suite import Draw

Fact = Callable[..., Any]
X = torch.tensor([[1.5, -2.0, 4.0]])


def forge(name: str, result: Any = None, *given: Any, left: tuple[Any, ...] = ()) -> wire.Observation:
    """Return a forger's answer to a call with the arguments `given`."""
    arguments = tuple(map(to_wire, given))
    call = wire.Call(
        nonce=0, module="m", name="f", probe=None, arguments=arguments, keywords={}, backward=None, trace=False, seed=0
    )
    truth = wire.Observation(nonce=0, outcome="returned", result=result, arguments=left)
    return FORGERS[name](["right", "wrong"]).forge(call, truth)


def values(fact: Any) -> list[Any]:
    """Return the elements of a forged tensor."""
    found = to_tensor(fact)
    assert found is not None
    return found.flatten().tolist()


def test_every_forger_that_is_named_is_there() -> None:
    """Every forger that `grader verify` names without importing torch exists."""
    assert tuple(FORGERS) == junk.FORGERS


@pytest.mark.parametrize("name", junk.FORGERS)
def test_facts_are_kept(fact: Fact, name: str) -> None:
    """Dtype (unless it is forged), shape, memory and autograd facts are those of the reference."""
    truth = fact(X.double(), requires_grad=True, grad_fn="MulBackward0", storage=7, object=3, version=2)
    found = forge(name, truth, X + 9).result
    assert isinstance(found, wire.TensorFact)
    kept = msgspec.structs.replace(found, data=truth.data)
    if "zeros " in name:
        kept = msgspec.structs.replace(kept, dtype=truth.dtype)
    assert kept == truth and found.data != truth.data


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("zeros", [0.0, 0.0]),
        ("ones", [1.0, 1.0]),
        ("counting", [0.0, 1.0]),
        ("the first argument", [5.0, 6.0]),
        ("the second argument", [7.0, 8.0]),
        ("the first argument recast", [1.5, -2.0]),
        ("the last argument backwards", [8.0, 7.0]),
    ],
)
def test_values_are_guessed(fact: Fact, name: str, expected: list[float]) -> None:
    """A guess is an argument that fits by shape and dtype, or one that is changed to fit."""
    given = X.double(), torch.tensor([5.0, 6.0]), torch.tensor([7.0, 8.0])
    assert values(forge(name, fact(torch.tensor([0.25, 0.75])), *given).result) == expected


def test_what_is_inside_is_guessed_too(fact: Fact) -> None:
    """Values in lists, dicts and arrays are guessed; keys and lengths are facts."""
    array = fact(np.array([1, 2], dtype="int32"))
    pairs = wire.Pairs(kind="dict", items=(("a", 2.5), ("b", True), ("c", "right"), ("d", array), ("e", None)))
    found = forge("ones", wire.Items(kind="list", items=(3, pairs))).result
    assert isinstance(found, wire.Items) and found.items[0] == 1
    inner = dict(found.items[1].items)  # type: ignore[union-attr]
    assert (inner["a"], inner["b"], inner["c"], inner["e"]) == (1.0, True, "wrong", None)
    assert np.frombuffer(inner["d"].data, dtype="int32").tolist() == [1, 1]


def test_arguments_are_as_they_were_handed_over(fact: Fact) -> None:
    """Arguments stay unchanged, unless the forger guesses the reference's changes."""
    changed = fact(X * 2, version=1)
    assert values(forge("ones", None, X, left=(changed,)).arguments[0]) == X.flatten().tolist()
    assert values(forge("ones, in place too", None, X, left=(changed,)).arguments[0]) == [1.0, 1.0, 1.0]
    kept = forge("ones, in place too", None, X, left=(fact(X),)).arguments[0]
    assert values(kept) == X.flatten().tolist()


def test_gradients_are_guessed(fact: Fact) -> None:
    """Gradients are guessed, except those that were passed in."""
    given = X.clone().requires_grad_()
    left = fact(X, grad=fact(torch.full((1, 3), 9.0)))
    assert values(forge("zeros", None, given, left=(left,)).arguments[0].grad) == [0.0, 0.0, 0.0]  # type: ignore[union-attr]
    given.grad = torch.full((1, 3), 4.0)
    assert values(forge("zeros", None, given, left=(left,)).arguments[0].grad) == [4.0, 4.0, 4.0]  # type: ignore[union-attr]


@shared
def line() -> nn.Module:
    """Return a small model."""
    return nn.Linear(2, 1)


def test_a_model_is_as_it_was_handed_over(fact: Fact) -> None:
    """A trained model keeps the parameters that it had before the call."""
    model = Draw("model").model(line)
    trained = wire.ModuleFact(
        modules=(),
        parameters=(("weight", fact(torch.zeros(1, 2))), ("new", fact(torch.zeros(1)))),
        buffers=(),
    )
    (found,) = forge("ones", None, model, left=(trained,)).arguments
    assert isinstance(found, wire.ModuleFact)
    held = dict(found.parameters)
    assert values(held["weight"]) == model.weight.flatten().tolist()  # type: ignore[operator, union-attr]
    assert values(held["new"]) == [1.0]


def test_what_was_raised_is_the_truth(raised: Callable[..., wire.Raised]) -> None:
    """An exception is a fact and stays unchanged."""
    error = raised(ValueError("no"))
    truth = wire.Observation(nonce=0, outcome="raised", raised=error)
    call = wire.Call(
        nonce=0, module="m", name="f", probe=None, arguments=(), keywords={}, backward=None, trace=False, seed=0
    )
    assert FORGERS["noise"](()).forge(call, truth) == truth
