"""Spoiling changes every value and keeps every other fact."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from grader import wire
from grader.forgery.spoiling import spoiled
from grader.suites.comparisons import to_tensor


def spoil(result: Any) -> Any:
    """Return a spoiled result."""
    return spoiled(wire.Observation(nonce=0, outcome="returned", result=result)).result


@pytest.mark.parametrize("value", [*range(-20, 20), True, False, 10**6, "", "leaf"])
def test_every_int_bool_and_string_becomes_another(value: object) -> None:
    """Every int, bool and string becomes another value of the same type."""
    found = spoil(value)
    assert found != value and type(found) is type(value)


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0, -2.0, -4.0, 1e30, -1e-9, math.inf, -math.inf, math.nan])
def test_every_float_becomes_another(value: float) -> None:
    """Every float changes by much more than any tolerance."""
    found = spoil(value)
    assert type(found) is float and not math.isnan(found)
    assert math.isnan(value) or not math.isclose(found, value, rel_tol=0.1, abs_tol=0.1)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(-8.0, 8.0),
        torch.arange(-8, 8),
        torch.arange(-8, 8, dtype=torch.int8),
        torch.arange(0, 256).to(torch.uint8),
        torch.tensor([True, False]),
        torch.tensor([[0.0, -2.0]], dtype=torch.bfloat16),
        torch.tensor([6e4, -6e4], dtype=torch.float16),
        torch.tensor([0.0, -4.0, 1e12], dtype=torch.float64),
        torch.tensor([1 + 1j, -4 + 0j, 0j]),
        torch.tensor([math.inf, -math.inf, math.nan]),
        torch.tensor(-4.0),
    ],
)
def test_every_element_of_a_tensor_becomes_another(fact: Any, tensor: torch.Tensor) -> None:
    """Every element changes, for every dtype; NaN becomes a number, because checks treat NaN as equal to NaN."""
    found = to_tensor(spoil(fact(tensor)))
    assert found is not None
    assert not bool(torch.isclose(found, tensor, equal_nan=True).any())


def test_everything_else_of_a_tensor_stays(fact: Any) -> None:
    """Shape, dtype, strides, autograd facts, identity, memory and version stay the same."""
    x = torch.ones(3, 2, dtype=torch.float64).T.requires_grad_()
    honest = fact(x, object=4, storage=5, version=6)
    assert msgspec.structs.replace(spoil(honest), data=honest.data) == honest


def test_the_gradient_is_spoiled_too(fact: Any) -> None:
    """The values of `.grad` are changed too."""
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.ones(2)
    grad = spoil(fact(x)).grad
    assert grad.shape == (2,) and grad.data != fact(x.grad).data


@pytest.mark.parametrize("array", [np.ones(3), np.zeros(2, dtype=np.int32), np.array([True])])
def test_every_element_of_an_array_becomes_another(fact: Any, array: np.ndarray[Any, Any]) -> None:
    """Every element of an array changes; its dtype and shape stay the same."""
    found = spoil(fact(array))
    assert (found.dtype, found.shape, found.object, found.storage) == (str(array.dtype), array.shape, 0, 0)
    assert not bool((np.frombuffer(found.data, array.dtype) == array).any())


def test_containers_are_spoiled_inside(fact: Any) -> None:
    """Items and values change; their number, kind and keys do not."""
    result = wire.Items(kind="tuple", items=(1, wire.Pairs(kind="dict", items=(("a", 2.0), ("b", None)))))
    assert spoil(result) == wire.Items(
        kind="tuple", items=(spoil(1), wire.Pairs(kind="dict", items=(("a", spoil(2.0)), ("b", None))))
    )


@pytest.mark.parametrize("kind", ["dtype", "device", "class"])
def test_a_dtype_that_is_the_answer_becomes_another(kind: Any) -> None:
    """A value that is known by its name, such as a dtype, gets another name."""
    found = spoil(wire.Named(kind=kind, name="torch.int64"))
    assert found.kind == kind and found.name != "torch.int64"


@pytest.mark.parametrize("value", [None, wire.Other(name="set")])
def test_what_has_no_value_stays(value: wire.Fact) -> None:
    """None and objects that are known only by their type stay the same."""
    assert spoil(value) == value


def test_values_that_did_not_travel_stay_away(fact: Any) -> None:
    """A tensor on meta still has no values afterwards."""
    honest = fact(torch.empty(2, device="meta"))
    assert spoil(honest) == honest


def test_the_arguments_are_spoiled_too(fact: Any) -> None:
    """The values in arguments after a call are changed too."""
    honest = wire.Observation(nonce=0, outcome="returned", arguments=(1, fact(torch.ones(1))))
    number, tensor = spoiled(honest).arguments
    assert number != 1 and isinstance(tensor, wire.TensorFact) and tensor.data != fact(torch.ones(1)).data


def test_everything_else_of_a_call_stays(raised: Any) -> None:
    """Outcome, exception, state and operations stay the same."""
    honest = wire.Observation(
        nonce=7,
        outcome="raised",
        raised=raised(ValueError("no")),
        before=(1, 2),
        backward="ran",
        operations={"aten::mm": 1},
        state=wire.GlobalState(changed=("the default dtype",)),
    )
    assert spoiled(honest) == honest
