"""Tensors as bytes: what both sides of the sandbox make of them."""

from __future__ import annotations

import pytest
import torch

from grader import wire
from grader.tensors import DTYPES, name_of, raw


def test_every_dtype_of_the_wire_is_one_of_torchs() -> None:
    """Each has the name that torch has for it."""
    assert tuple(DTYPES) == wire.DTYPES
    assert [name_of(dtype) for dtype in DTYPES.values()] == [*wire.DTYPES]


@pytest.mark.parametrize("view", [torch.conj, lambda t: t.conj().imag])
def test_views_that_are_computed_late_have_their_values(view: object) -> None:
    """A conjugate and its imaginary part are flags on the memory of another tensor."""
    tensor = view(torch.tensor([1 + 2j, 3 - 1j]))  # type: ignore[operator]
    assert raw(tensor) == raw(tensor.resolve_conj().resolve_neg().clone())


@pytest.mark.parametrize("tensor", [torch.empty(0, 3), torch.empty(2, device="meta")])
def test_no_elements_are_no_bytes(tensor: torch.Tensor) -> None:
    """An empty tensor and one on meta have no bytes."""
    assert raw(tensor) == b""


@pytest.mark.parametrize("dtype", [torch.bool, torch.bfloat16, torch.float16, torch.complex64, torch.int64])
def test_every_dtype_has_its_bytes(dtype: torch.dtype) -> None:
    """Every dtype has bytes, even those that NumPy lacks."""
    tensor = torch.tensor([[0, 1], [1, 1]]).to(dtype)
    assert torch.equal(torch.frombuffer(bytearray(raw(tensor)), dtype=dtype).reshape(2, 2), tensor)


def test_one_element_of_another_tensor_travels() -> None:
    """A view of one element is sent, whatever stride its base has."""
    assert raw(torch.tensor([[1.0, 2.0]])[:, 1]) == raw(torch.tensor([2.0]))
