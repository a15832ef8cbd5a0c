"""What a suite describes is built in the candidate: the same elements, layout, gradients and types."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from grader import wire
from grader.candidate_process import building
from grader.suites.inputs import to_wire


def elements(tensor: torch.Tensor) -> bytes:
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


@pytest.mark.parametrize("name", building.DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (2, 3)], ids=str)
def test_a_tensor_is_built_from_its_bytes(name: str, shape: tuple[int, ...]) -> None:
    """Tensors of every dtype keep their elements, also 0-D and empty ones."""
    original = torch.arange(torch.Size(shape).numel()).reshape(shape).to(building.DTYPES[name])
    built = building.build(wire.TensorInput(dtype=name, shape=shape, data=elements(original)))
    assert type(built) is torch.Tensor and built.is_leaf and not built.requires_grad
    torch.testing.assert_close(built, original, rtol=0, atol=0)


def test_a_nan_keeps_its_bits() -> None:
    """The bits of a NaN are copied, not converted."""
    built = building.build(wire.TensorInput(dtype="float32", shape=(1,), data=bytes.fromhex("efbec07f")))
    assert elements(built).hex() == "efbec07f"


def test_what_is_built_may_be_written() -> None:
    """Each tensor owns its memory: two tensors from the same bytes do not share it."""
    given = wire.TensorInput(dtype="float32", shape=(2,), data=bytes(8))
    first, second = building.build(given), building.build(given)
    first += 1
    assert second.tolist() == [0, 0]


@pytest.mark.parametrize("strides", [(1, 2), (6, 2), (7, 1)], ids=["transposed", "every other", "rows apart"])
def test_strides_are_kept(strides: tuple[int, int]) -> None:
    """A tensor gets its strides; `data` is in row-major order for every layout."""
    original = torch.arange(6.0).reshape(2, 3)
    given = wire.TensorInput(dtype="float32", shape=(2, 3), data=elements(original), strides=strides)
    built = building.build(given)
    assert built.stride() == strides and built.equal(original)


def test_a_leaf_may_come_with_its_gradient() -> None:
    """`requires_grad` makes a leaf, and `grad` is set before the call."""
    leaf = building.build(
        wire.TensorInput(dtype="float32", shape=(2,), data=bytes(8), requires_grad=True, grad=bytes(8))
    )
    assert leaf.is_leaf and leaf.requires_grad
    assert leaf.grad.tolist() == [0, 0] and not leaf.grad.requires_grad


def test_an_intermediate_keeps_its_gradient() -> None:
    """The result of an operation is not a leaf, but has a gradient after backward."""
    given = wire.TensorInput(dtype="float32", shape=(2,), data=bytes(8), requires_grad=True, intermediate=True)
    built = building.build(given)
    (built * 3).sum().backward()
    assert not built.is_leaf and built.grad.tolist() == [3, 3]


def test_an_intermediate_keeps_its_strides() -> None:
    """The operation that makes an intermediate does not change its layout."""
    original = torch.arange(6.0).reshape(2, 3)
    given = to_wire(original.requires_grad_().t().sin())
    assert building.build(given).stride() == (1, 3)


def test_a_meta_tensor_has_no_elements() -> None:
    """A tensor on the meta device, which stands for an accelerator, has its gradient there too."""
    given = wire.TensorInput(dtype="float32", shape=(2,), data=b"", device="meta", requires_grad=True, grad=b"")
    built = building.build(given)
    assert built.is_meta and built.requires_grad and built.grad.is_meta


@pytest.mark.parametrize(
    "array",
    [np.arange(6.0).reshape(2, 3), np.array(3, dtype=np.int16), np.zeros((0, 2), dtype=bool), np.array(["a", "bc"])],
    ids=lambda array: str(array.dtype),
)
def test_an_array_is_built_from_its_bytes(array: np.ndarray) -> None:
    """A NumPy array keeps dtype, shape and elements, and may be written."""
    built = building.build(wire.ArrayInput(dtype=str(array.dtype), shape=array.shape, data=array.tobytes()))
    assert type(built) is np.ndarray and built.dtype == array.dtype and built.flags.writeable
    np.testing.assert_array_equal(built, array)


@pytest.mark.parametrize("value", [None, True, 1, 1.0, "text"], ids=repr)
def test_plain_values_are_themselves(value: wire.Input) -> None:
    """Numbers, strings and None stay unchanged."""
    assert building.build(value) is value


def test_containers_are_built_with_what_is_in_them() -> None:
    """Lists, tuples and dicts are built with their nested items."""
    tensor = wire.TensorInput(dtype="int64", shape=(), data=bytes(8))
    inner = wire.SequenceInput(kind="tuple", items=(1, tensor))
    built = building.build(wire.SequenceInput(kind="list", items=(inner, wire.MappingInput(items=(("a", inner),)))))
    assert built == [(1, torch.tensor(0)), {"a": (1, torch.tensor(0))}]
    assert type(built[0]) is tuple and type(built[1]) is dict


def test_code_is_evaluated_where_torch_is_known() -> None:
    """A function is sent as text and evaluated with torch's names."""
    function = building.build(wire.Code(text="lambda x: F.relu(x) + nn.Parameter(Tensor([math.pi])) * np.float32(0)"))
    assert function(torch.tensor([-1.0])).tolist() == [0]


def test_code_gets_names_of_its_own() -> None:
    """A name that one piece of code binds does not exist in the next."""
    building.build(wire.Code(text="(torch := 1)"))
    assert building.build(wire.Code(text="torch")) is torch


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(6.0).reshape(2, 3).t(),
        torch.arange(10.0)[::3],
        torch.zeros(2, 0),
        torch.tensor(1.5, requires_grad=True),
        torch.empty(2, device="meta"),
        torch.arange(6.0).reshape(2, 3).requires_grad_().t().exp(),
    ],
    ids=["transposed", "sliced", "empty", "leaf", "meta", "intermediate"],
)
def test_what_a_suite_hands_over_is_what_is_built(tensor: torch.Tensor) -> None:
    """The candidate's tensor equals the suite's tensor in all facts of autograd and memory."""
    built = building.build(to_wire(tensor))
    assert (built.shape, built.dtype, built.device, built.stride()) == (
        tensor.shape,
        tensor.dtype,
        tensor.device,
        tensor.stride(),
    )
    assert (built.requires_grad, built.is_leaf) == (tensor.requires_grad, tensor.is_leaf)
    assert tensor.is_meta or built.equal(tensor)
