"""Turns the arguments of a suite's calls (tensors, arrays, models, Python values) into inputs for the wire."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from grader import wire
from grader.sentences import author
from grader.suites.outcomes import SuiteError
from grader.suites.suite import source_of, state_of
from grader.tensors import DTYPES, name_of, raw


def to_wire(value: Any) -> wire.Input:
    """Return a description from which the candidate can build `value`.

    Raises `SuiteError` for a value that cannot be described.
    """
    if value is None or isinstance(value, (bool, int, float, str, wire.Code)):
        return value
    if isinstance(value, torch.Tensor):
        return _tensor(value)
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biufc":
            raise SuiteError(author.BAD_ARRAY(value=repr(value)))
        return wire.ArrayInput(dtype=str(value.dtype), shape=value.shape, data=value.tobytes())
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return wire.SequenceInput(kind=kind, items=tuple(to_wire(item) for item in value))  # type: ignore[arg-type]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise SuiteError(author.BAD_KEYS(value=repr(value)))
        return wire.MappingInput(items=tuple((key, to_wire(item)) for key, item in value.items()))
    if isinstance(value, nn.Module):
        return _module(value)
    raise SuiteError(author.BAD_INPUT(value=repr(value)))


def _module(module: nn.Module) -> wire.ModuleInput:
    if "made_by" not in vars(module):
        raise SuiteError(author.BAD_MODULE(kind=type(module).__name__))
    factory, arguments = vars(module)["made_by"]
    return wire.ModuleInput(
        source=source_of(factory),
        factory=factory.__name__,
        arguments=tuple(map(to_wire, arguments)),
        state=tuple((name, _tensor(tensor)) for name, tensor in state_of(module)),
        training=module.training,
    )


def _tensor(tensor: torch.Tensor) -> wire.TensorInput:
    _require_sendable(tensor)
    grad = tensor.grad if tensor.is_leaf else None
    return wire.TensorInput(
        dtype=name_of(tensor.dtype),
        shape=tuple(tensor.shape),
        data=raw(tensor),
        device=tensor.device.type,
        strides=None if tensor.is_contiguous() else tensor.stride(),
        requires_grad=tensor.requires_grad,
        intermediate=tensor.requires_grad and not tensor.is_leaf,
        grad=None if grad is None else raw(grad),
    )


def _require_sendable(tensor: torch.Tensor) -> None:
    """Raise `SuiteError` for a tensor that cannot be built again in the candidate."""
    shape = str(tuple(tensor.shape))
    if tensor.layout is not torch.strided:
        raise SuiteError(author.NOT_DENSE(shape=shape))
    if name_of(tensor.dtype) not in DTYPES:
        raise SuiteError(author.BAD_DTYPE(shape=shape, dtype=str(tensor.dtype)))
    if any(stride == 0 and size > 1 for size, stride in zip(tensor.shape, tensor.stride(), strict=True)):
        raise SuiteError(author.SHARED_ELEMENTS(shape=shape))
