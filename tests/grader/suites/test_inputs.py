"""A suite's arguments are described for the candidate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from grader import wire
from grader.suites import code
from grader.suites.inputs import to_wire
from grader.suites.outcomes import SuiteError
from grader.tensors import raw


def described(tensor: torch.Tensor) -> wire.TensorInput:
    """Return the description of a tensor."""
    found = to_wire(tensor)
    assert isinstance(found, wire.TensorInput)
    return found


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "mean", code("torch.exp")])
def test_plain_values_travel_as_they_are(value: Any) -> None:
    """Numbers, strings, None and code are sent unchanged."""
    assert to_wire(value) is value


def test_a_tensor_travels_with_its_elements_row_by_row() -> None:
    """A tensor is sent with its dtype, shape and bytes in row-major order."""
    found = described(torch.tensor([[1, 2], [3, 4]], dtype=torch.int16))
    assert (found.dtype, found.shape, found.data) == ("int16", (2, 2), np.array([1, 2, 3, 4], "<i2").tobytes())


def test_a_transposed_tensor_keeps_its_layout() -> None:
    """A transposed tensor is sent in row-major order with its strides."""
    found = described(torch.arange(6, dtype=torch.uint8).reshape(2, 3).T)
    assert (found.shape, found.strides, found.data) == ((3, 2), (1, 3), bytes([0, 3, 1, 4, 2, 5]))


def test_a_contiguous_tensor_has_no_strides_to_tell() -> None:
    """A contiguous tensor is sent without strides."""
    assert described(torch.ones(2, 3)).strides is None


def test_a_leaf_takes_its_gradient_along() -> None:
    """A leaf that requires grad is sent with its `.grad`."""
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.tensor([3.0, 4.0])
    found = described(x)
    assert (found.requires_grad, found.intermediate) == (True, False)
    assert found.grad == raw(x.grad)


def test_an_intermediate_result_stays_one() -> None:
    """The result of an operation is marked as an intermediate."""
    found = described(torch.ones(2, requires_grad=True) * 3)
    assert (found.requires_grad, found.intermediate, found.grad) == (True, True, None)


def test_a_meta_tensor_has_no_elements() -> None:
    """A meta tensor is sent with its device and shape only."""
    found = described(torch.empty(3, 4, device="meta"))
    assert (found.device, found.shape, found.data) == ("meta", (3, 4), b"")


def test_an_array_travels_contiguous() -> None:
    """An array is sent in row-major order for all strides."""
    array = np.arange(6, dtype=np.int32).reshape(2, 3).T
    assert to_wire(array) == wire.ArrayInput(
        dtype="int32", shape=(3, 2), data=np.array([0, 3, 1, 4, 2, 5], np.int32).tobytes()
    )


def test_containers_travel_with_their_items() -> None:
    """Lists, tuples and dicts keep their kinds at every depth."""
    assert to_wire([1, (2.0,), {"a": [None]}]) == wire.SequenceInput(
        kind="list",
        items=(
            1,
            wire.SequenceInput(kind="tuple", items=(2.0,)),
            wire.MappingInput(items=(("a", wire.SequenceInput(kind="list", items=(None,))),)),
        ),
    )


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (object(), "Cannot send <object .*: use tensors, arrays, plain values, or code"),
        ({1, 2}, r"Cannot send \{1, 2\} to a candidate"),
        ({1: "a"}, r"Cannot send \{1: 'a'\} to a candidate: .*string keys"),
        (np.array(["a", "b"]), "Cannot send array.* to a candidate: .*numbers"),
        (np.array([None]), "Cannot send array.* to a candidate: .*numbers"),
        (torch.ones(1, 3).expand(4, 3), r"Cannot send a tensor of shape \(4, 3\).*\.contiguous\(\)"),
        (torch.ones(2).to_sparse(), r"Cannot send a tensor of shape \(2,\).*dense"),
        (torch.ones(2).to(torch.float8_e5m2), r"Cannot send a tensor of shape \(2,\).*float8_e5m2"),
    ],
)
def test_what_cannot_travel_is_the_suites_fault(value: object, cause: str) -> None:
    """A value that cannot be sent is an error of the suite, by name."""
    with pytest.raises(SuiteError, match=cause):
        to_wire(value)


def test_what_cannot_travel_is_found_inside_containers() -> None:
    """Such a value is found at every depth."""
    with pytest.raises(SuiteError, match="Cannot send <class 'int'>"):
        to_wire([{"a": (int,)}])
