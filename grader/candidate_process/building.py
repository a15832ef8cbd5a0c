"""Builds the arguments that a suite describes, in the candidate's process."""

from __future__ import annotations

import copy
import functools
import io
import linecache
import marshal
import math
import random
import types
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from grader import wire
from grader.tensors import DTYPES


def names() -> dict[str, Any]:
    """Return the names that a suite's code may use in the candidate."""
    return dict(_NAMES)


_NAMES: dict[str, Any] = {
    "copy": copy,
    "io": io,
    "math": math,
    "np": np,
    "random": random,
    "torch": torch,
    "nn": nn,
    "F": F,
    "Path": Path,
    "Tensor": torch.Tensor,
    "DataLoader": DataLoader,
    "Dataset": Dataset,
    "TensorDataset": TensorDataset,
}


def define(source: str, name: str, compiled: bytes = b"") -> Any:
    """Run a suite's definitions and return the one called `name`. Its source can be read, as TorchScript needs.

    `compiled` is the code object of the source, if it is at hand.
    """
    filename = wire.probe_file(name)
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace = names()
    exec(marshal.loads(compiled) if compiled else code(source, filename, "exec"), namespace)
    return namespace[name]


@functools.lru_cache(maxsize=256)
def code(source: str, filename: str, mode: str) -> types.CodeType:
    """Compile a suite's source. The result is cached, because checks send the same source many times."""
    compiled: types.CodeType = compile(source, filename, mode, dont_inherit=True)
    return compiled


def build(value: wire.Input) -> Any:
    """Return the Python object that `value` describes."""
    if isinstance(value, wire.TensorInput):
        return _tensor(value)
    if isinstance(value, wire.ArrayInput):
        return np.frombuffer(value.data, dtype=value.dtype).reshape(value.shape).copy()
    if isinstance(value, wire.Code):
        return eval(code(value.text, "<given function>", "eval"), names())
    if isinstance(value, wire.SequenceInput):
        items = [build(item) for item in value.items]
        return tuple(items) if value.kind == "tuple" else items
    if isinstance(value, wire.MappingInput):
        return {key: build(item) for key, item in value.items}
    if isinstance(value, wire.ModuleInput):
        return _module(value)
    return value


def from_bytes(data: bytes, dtype: str, shape: tuple[int, ...]) -> torch.Tensor:
    """Return a new tensor of the given dtype and shape whose elements, row by row, are in `data`."""
    if not data:
        return torch.empty(shape, dtype=DTYPES[dtype])
    return torch.frombuffer(bytearray(data), dtype=DTYPES[dtype]).reshape(shape).clone()


def _module(given: wire.ModuleInput) -> nn.Module:
    module: nn.Module = define(given.source, given.factory)(*map(build, given.arguments))
    module.train(given.training)
    held = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    for name, state in given.state:
        tensor = held[name]
        tensor.requires_grad_(state.requires_grad)
        tensor.data.copy_(from_bytes(state.data, state.dtype, state.shape))
        if state.grad is not None:
            tensor.grad = from_bytes(state.grad, state.dtype, state.shape)
    return module


def _tensor(given: wire.TensorInput) -> torch.Tensor:
    tensor = _contiguous(given, given.data)
    if given.strides is not None:
        laid_out = torch.empty_strided(given.shape, given.strides, dtype=tensor.dtype, device=tensor.device)
        tensor = laid_out.copy_(tensor)
    if not given.requires_grad:
        return tensor
    tensor.requires_grad_()
    if given.grad is not None:
        tensor.grad = _contiguous(given, given.grad)
    if given.intermediate:
        tensor = tensor.clone()
        tensor.retain_grad()
    return tensor


def _contiguous(given: wire.TensorInput, data: bytes) -> torch.Tensor:
    if given.device == "meta":
        return torch.empty(given.shape, dtype=DTYPES[given.dtype], device="meta")
    return from_bytes(data, given.dtype, given.shape).to(given.device)
