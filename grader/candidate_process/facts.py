"""Turns Python values into plain facts. Decides by exact type, and never trusts what a value says about itself.

A subclass of list, tuple or dict is described as its base class, which also walks it: its own methods are not called.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from grader import wire
from grader.tensors import name_of, raw

_MAX_INT = 2**63
_VARIANT = re.compile(r"\d\d_\w+\.")


class Describer:
    """Describes the values of one observation. Its numbers for objects and memory are valid only within it.

    It keeps the memory of every tensor and array that it has described, so that no address is used again while it
    compares them. A tensor alone would not keep it: `x.data = ...` gives it other memory.
    """

    def __init__(self) -> None:
        self._objects: dict[int, int] = {}
        self._memory: list[tuple[int, int, int]] = []  # start, end, number
        self._kept: list[object] = []
        self._nodes = 0
        self._room = wire.MAX_MESSAGE // 2  # bytes of elements and text that may still be sent

    def describe(self, value: object, *, values: bool = True, depth: int = 0) -> wire.Fact:
        """Return the facts about `value`; `values=False` leaves out the elements of tensors and arrays."""
        self._nodes += 1
        if self._nodes > wire.MAX_NODES or depth > wire.MAX_DEPTH:
            return wire.Other(name=_type_name(value), why=_TOO_MUCH)
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value  # type: ignore[return-value]
        if kind is int:
            return value if -_MAX_INT <= value < _MAX_INT else wire.Other(name="int", why="too large")  # type: ignore[return-value, operator]
        if kind is str:
            fits = self._fits(4 * min(len(value), wire.MAX_TEXT))  # type: ignore[arg-type]
            return clean(value) if fits else wire.Other(name="str", why=_TOO_MUCH)  # type: ignore[arg-type]
        if kind is torch.Tensor or kind is nn.Parameter:
            try:
                return self._tensor(value, values=values, depth=depth)  # type: ignore[arg-type]
            except Exception as error:  # nested, or from inside vmap: some tensors lack a part of the facts
                return wire.Other(name="Tensor", why=f"torch says: {clean(str(error), wire.MAX_NAME)}")
        if kind is np.ndarray:
            return self._array(value, values=values)  # type: ignore[arg-type]
        if issubclass(kind, (list, tuple, dict)):  # asked of the type itself: `isinstance` believes `__class__`
            return self._container(value, values=values, depth=depth)
        if kind is torch.dtype or kind is torch.device:
            return wire.Named(kind="dtype" if kind is torch.dtype else "device", name=str(value))
        if issubclass(kind, type):
            return wire.Named(kind="class", name=clean(getattr(value, "__qualname__", "?"), wire.MAX_NAME))
        if issubclass(kind, nn.Module):
            try:
                return self._module(value, values=values, depth=depth)  # type: ignore[arg-type]
            except Exception as error:  # for example, it never called `super().__init__()`
                return wire.Other(name=_type_name(value), why=clean(str(error), wire.MAX_NAME))
        if kind is _Function or kind is _Builtin:
            return wire.Named(kind="function", name=clean(getattr(value, "__qualname__", "?"), wire.MAX_NAME))
        return wire.Other(name=_type_name(value))

    def _container(self, container: object, *, values: bool, depth: int) -> wire.Fact:
        kind = type(container)
        base = base_container(kind)
        if base.__len__(container) > wire.MAX_NODES - self._nodes:
            return wire.Other(name=_type_name(container), why=_TOO_MUCH)
        of = "" if kind in _PLAIN else _type_name(container)
        found = members(container)
        if base is dict:
            pairs = tuple(
                (self.describe(k, values=values, depth=depth + 1), self.describe(v, values=values, depth=depth + 1))
                for k, v in found
            )
            return wire.Pairs(kind="dict", items=pairs, of=of)
        items = tuple(self.describe(item, values=values, depth=depth + 1) for item in found)
        name: Literal["list", "tuple", "Size"] = "list" if base is list else "Size" if kind is torch.Size else "tuple"
        return wire.Items(kind=name, items=items, of=of)

    def _tensor(self, tensor: torch.Tensor, *, values: bool, depth: int) -> wire.Fact:
        if tensor.layout is not torch.strided or tensor.is_quantized:
            return wire.Other(name="Tensor", why=f"its layout is {tensor.layout}")
        if tensor.dim() > wire.MAX_RANK:
            return wire.Other(name="Tensor", why=_TOO_MUCH)
        fn = tensor.grad_fn
        grad = tensor.grad if tensor.is_leaf or tensor.retains_grad else None
        described_grad: wire.Fact = None
        if grad is not None and type(grad) is torch.Tensor and grad is not tensor:
            described_grad = self.describe(grad, values=values, depth=depth + 1)
        return wire.TensorFact(
            dtype=name_of(tensor.dtype),
            shape=tuple(tensor.shape),
            device=tensor.device.type,
            data=raw(tensor) if values and self._sends(tensor.device.type, tensor.nbytes) else None,
            requires_grad=tensor.requires_grad,
            is_leaf=tensor.is_leaf,
            grad_fn=None if fn is None else clean(type(fn).__name__, wire.MAX_NAME),
            grad=described_grad if isinstance(described_grad, wire.TensorFact) else None,
            object=self._object(tensor),
            storage=self._storage(tensor),
            version=0 if tensor.is_inference() else tensor._version,
        )

    def _module(self, module: nn.Module, *, values: bool, depth: int) -> wire.Fact:
        # Call the methods of `nn.Module` itself, because a submission's class may override them.
        modules = tuple(islice(nn.Module.named_modules(module), wire.MAX_NAMES))
        parameters, buffers = (
            tuple(
                (clean(name, wire.MAX_NAME), self.describe(held, values=values, depth=depth + 1))
                for name, held in islice(found, wire.MAX_NAMES)
            )
            for found in (nn.Module.named_parameters(module), nn.Module.named_buffers(module))
        )
        return wire.ModuleFact(
            modules=tuple(
                wire.SubmoduleFact(
                    name=clean(name, wire.MAX_NAME),
                    classes=_classes(type(part)),
                    training=bool(part.training),
                    object=self._object(part),
                )
                for name, part in modules
            ),
            parameters=parameters,
            buffers=buffers,
        )

    def _array(self, array: np.ndarray[Any, Any], *, values: bool) -> wire.Fact:
        if array.dtype.hasobject:
            return wire.Other(name="ndarray", why="its dtype is object")
        start, end = _bounds(array)
        return wire.ArrayFact(
            dtype=clean(str(array.dtype), wire.MAX_NAME),
            shape=array.shape,
            data=array.tobytes() if values and self._sends("cpu", array.nbytes) else None,
            object=self._object(array),
            storage=self._number(start, end, array),
        )

    def _sends(self, device: str, size: int) -> bool:
        return device != "meta" and size <= wire.MAX_TENSOR and self._fits(size)

    def _fits(self, size: int) -> bool:
        """Say whether `size` more bytes may be sent, and count them."""
        if size > self._room:
            return False
        self._room -= size
        return True

    def _object(self, value: object) -> int:
        self._kept.append(value)
        return self._objects.setdefault(id(value), len(self._objects))

    def _storage(self, tensor: torch.Tensor) -> int:
        storage = tensor.untyped_storage()
        start = storage.data_ptr()
        if start == 0:  # no memory (empty, or on meta): compare the storage objects
            return self._number(-storage._cdata, -storage._cdata + 1, storage)
        return self._number(start, start + max(storage.nbytes(), 1), storage)

    def _number(self, start: int, end: int, owner: object) -> int:
        for known_start, known_end, number in self._memory:
            if start < known_end and known_start < end:
                return number
        self._kept.append(owner)
        self._memory.append((start, end, len(self._memory)))
        return len(self._memory) - 1


def _bounds(array: np.ndarray[Any, Any]) -> tuple[int, int]:
    """Return the first address of an array's memory and the one after its last."""
    if array.size == 0:
        return -id(array), -id(array) + 1
    start = end = array.__array_interface__["data"][0]
    for size, stride in zip(array.shape, array.strides, strict=True):
        start, end = start + min(0, (size - 1) * stride), end + max(0, (size - 1) * stride)
    return start, end + array.itemsize


_Function = type(lambda: None)
_Builtin = type(len)
_PLAIN = frozenset((list, tuple, torch.Size, dict))  # containers whose facts name no class
_TOO_MUCH = "too much to look at"


def base_container(kind: type) -> Any:
    """Return `list`, `tuple` or `dict` if a class is or derives from one, else `None`."""
    return next((base for base in (list, tuple, dict) if issubclass(kind, base)), None)


def members(container: object) -> list[Any]:
    """Return the items of a list or tuple, or the pairs of a dict; anything else has none.

    The base class walks it, because a subclass may override every method.
    """
    base = base_container(type(container))
    if base is None:
        return []
    return list(dict.items(container) if base is dict else base.__iter__(container))  # type: ignore[arg-type]


def _classes(kind: type) -> tuple[str, ...]:
    """Return the names of a module's class and of those that it derives from, up to `Module`."""
    above = kind.__mro__[: kind.__mro__.index(nn.Module) + 1]
    return tuple(clean(base.__name__, wire.MAX_NAME) for base in above[: wire.MAX_NAMES])


def _type_name(value: object) -> str:
    kind = type(value)
    module = getattr(kind, "__module__", "")
    name = clean(getattr(kind, "__qualname__", "?"), wire.MAX_NAME)
    # The kit's own variants are modules such as "07_autograd.reference". Like those of a submission, their classes are
    # described by name alone, so that the two can be compared.
    own = module in ("builtins", "submission", "__main__") or _VARIANT.match(str(module))
    return name if own else f"{clean(str(module), wire.MAX_NAME)}.{name}"


def clean(text: str, limit: int = wire.MAX_TEXT) -> str:
    """Return `text` cut to `limit` characters and without lone surrogates, so that it can be sent."""
    if len(text) > limit:
        text = text[:limit] + "…"
    return text.encode("utf-8", "replace").decode("utf-8")
