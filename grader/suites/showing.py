"""Shows calls and values as Python code or as PyTorch prints them, shortened."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import nn

from grader import wire
from grader.sentences import Sentence, learner, verbatim
from grader.suites.comparisons import show_index, to_tensor

_ELEMENTS = 12
_DEPTH = 3  # containers inside containers
_WIDTH = 160
_LONGEST = 2000
_USUAL = ("float32", "int64", "bool")  # dtypes that torch leaves out when it prints a tensor
_USUAL_ARRAYS = ("float64", "int64", "bool")


def call(name: str, arguments: tuple[object, ...], keywords: dict[str, object]) -> str:
    """Return a call as Python code, shortened."""
    parts = [given(a) for a in arguments] + [f"{key}={given(value)}" for key, value in keywords.items()]
    return f"{name}({', '.join(parts)})"


def given(value: object) -> str:
    """Return an argument of a call as text."""
    if isinstance(value, wire.Code):
        return value.text
    if isinstance(value, torch.Tensor):
        flags = ["requires_grad=True"] if value.requires_grad else []
        flags += [f"device={value.device.type!r}"] if value.device.type != "cpu" else []
        if value.requires_grad and value.is_leaf and value.grad is not None:
            flags.append(f"grad={numbers(value.grad)}")
        return tensor(value, flags, dtype=True)
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, (list, tuple)):
        inside = ", ".join(given(v) for v in value[:_ELEMENTS]) + (", ..." if len(value) > _ELEMENTS else "")
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' if len(value) == 1 else ''})"
    if isinstance(value, nn.Module):
        return shorten(model(value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {given(v)}" for key, v in value.items()) + "}"
    return shorten(repr(value))


def model(value: nn.Module) -> str:
    """Return a model by its layers: `Sequential(Linear(2, 3), ReLU(), Linear(3, 1))`."""
    inside = [model(child) for child in value.children()]
    if not inside:
        settings = [part.strip() for part in value.extra_repr().split(",") if part.strip()]
        kept = [part.removeprefix("in_features=").removeprefix("out_features=") for part in settings]
        inside = [part for part in kept if part != "bias=True"] if isinstance(value, nn.Linear) else settings
    return f"{type(value).__name__}({', '.join(inside)})"


def _array(value: np.ndarray[Any, Any]) -> str:
    if is_large(value.shape):
        return f"<NumPy array of shape {value.shape}, {value.dtype}>"
    dtype = "" if str(value.dtype) in _USUAL_ARRAYS else f", dtype={value.dtype}"
    return f"np.array({_nested(value.tolist(), number)}{dtype})"


def tensor(value: torch.Tensor, flags: Sequence[str] = (), *, dtype: bool = False) -> str:
    """Return a small tensor as PyTorch prints it, and the shape of a large one.

    `flags` are added as they are. With `dtype`, an unusual dtype is shown too.
    """
    name = str(value.dtype).removeprefix("torch.")
    if value.is_meta or is_large(value.shape):
        facts = [f"<tensor of shape {tuple(value.shape)}", *([name] if dtype else []), *flags]
        return ", ".join(facts) + ">"
    flags = [f"size={tuple(value.shape)}", *flags] if value.numel() == 0 and value.dim() > 1 else flags
    facts = [
        numbers(value) if value.numel() else "[]",
        *flags,
        *([f"dtype=torch.{name}"] if dtype and name not in _USUAL else []),
    ]
    return f"tensor({', '.join(facts)})"


def numbers(value: torch.Tensor) -> str:
    """Return the elements as nested lists. A whole float is written as PyTorch writes it: `10.`."""
    if value.is_meta:
        return "..."
    if is_large(value.shape):
        return f"... of shape {tuple(value.shape)}"
    return _nested(value.detach().tolist(), _element)


def is_large(shape: Sequence[int]) -> bool:
    """Say whether there is too much to show. An empty tensor may be too: it can have a million empty rows."""
    return math.prod(max(size, 1) for size in shape) > _ELEMENTS


def where_they_differ(
    wanted: torch.Tensor, got: torch.Tensor, index: tuple[int, ...] | None
) -> tuple[Sentence, Sentence] | None:
    """Return the elements at `index` of two tensors that are too large to show: their shapes alone would say nothing.

    Returns `None` if the tensors can be shown, or have no such element.
    """
    if index is None or not is_large(wanted.shape):
        return None
    right, wrong = (_one_element(number(value[index].item()), index, value.shape) for value in (wanted, got))
    return right, wrong


def _one_element(text: str, index: tuple[int, ...], shape: Sequence[int]) -> Sentence:
    return learner.ELEMENT(number=text, index=show_index(index), shape=str(tuple(shape)))


def apart(wanted: torch.Tensor, got: torch.Tensor, index: tuple[int, ...] | None) -> tuple[Sentence, Sentence]:
    """Return the elements at `index`, or of 0-D tensors, with so many digits that they look different."""
    mine, theirs = (value[index or ()].item() for value in (wanted, got))
    for digits in range(6, 18):
        right, wrong = (f"{x:.{digits}g}" if isinstance(x, float) else repr(x) for x in (mine, theirs))
        if right != wrong:
            break
    if index is None:
        return verbatim(f"tensor({right})"), verbatim(f"tensor({wrong})")
    return _one_element(right, index, wanted.shape), _one_element(wrong, index, wanted.shape)


def _nested(value: object, show: Callable[[object], str]) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_nested(item, show) for item in value) + "]"
    return show(value)


def _element(x: object) -> str:
    text = number(x)
    return text[:-1] if text.endswith(".0") else text


def number(x: object) -> str:
    """Return a number as text. Floats have six digits, so that numbers which differ by more than the tolerance
    look different.
    """
    if not isinstance(x, float):
        return repr(x)
    if not math.isfinite(x):
        return str(x)
    text = f"{x:.6g}"
    return text if any(c in text for c in ".e") else text + ".0"


def fact(value: wire.Fact) -> str:
    """Return an observed value as text."""
    text = _fact(value, 0)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _fact(value: wire.Fact, depth: int) -> str:
    if isinstance(value, wire.TensorFact):
        rebuilt = to_tensor(value)
        flags = ["requires_grad=True"] if value.requires_grad and value.is_leaf else []
        flags += [f"grad_fn=<{value.grad_fn}>"] if value.grad_fn else []
        if rebuilt is None:
            where = f" on {value.device}" if value.device != "cpu" else ""
            return f"<tensor of shape {value.shape}, {value.dtype}{where}>"
        return tensor(rebuilt, flags, dtype=True)
    if isinstance(value, wire.ArrayFact):
        return _array_fact(value)
    if isinstance(value, wire.Items):
        inside = _joined((_fact(v, depth + 1) for v in value.items), len(value.items), depth)
        return _items(value, inside)
    if isinstance(value, wire.Pairs):
        pairs = (f"{_fact(k, depth + 1)}: {_fact(v, depth + 1)}" for k, v in value.items)
        shown = "{" + _joined(pairs, len(value.items), depth) + "}"
        return f"{value.of}({shown})" if value.of else shown
    if isinstance(value, wire.ModuleFact):
        return f"a module, {value.modules[0].classes[0]}" if value.modules and value.modules[0].classes else "a module"
    if isinstance(value, wire.Named):
        return value.name if value.kind in ("dtype", "device") else f"the {value.kind} {value.name}"
    if isinstance(value, wire.Other):
        return f"an object of type {value.name}" + (f" ({value.why})" if value.why else "")
    if isinstance(value, float):
        return number(value)
    return shorten(repr(value))


def _items(value: wire.Items, inside: str) -> str:
    """Return a list, a tuple, a `torch.Size` or a tuple of another class, such as `Pair(1, 2)`."""
    if value.kind == "tuple":
        return f"{value.of}({inside})" if value.of else f"({inside}{',' if len(value.items) == 1 else ''})"
    of = value.of or ("torch.Size" if value.kind == "Size" else "")
    return f"{of}([{inside}])" if of else f"[{inside}]"


def _array_fact(value: wire.ArrayFact) -> str:
    try:
        dtype = np.dtype(value.dtype)
        numbers = np.frombuffer(value.data or b"", dtype=dtype).reshape(value.shape)
    except (TypeError, ValueError, SyntaxError):  # there are no values, or they do not fit the dtype and shape
        return f"<NumPy array of shape {value.shape}, {value.dtype}>"
    return _array(numbers) if dtype.kind in "biufc" else f"<NumPy array of shape {value.shape}, {value.dtype}>"


def _joined(items: Iterable[str], length: int, depth: int) -> str:
    """Join the first items of a container. A container that is nested too deeply is shown as "..."."""
    if depth >= _DEPTH and length:
        return "..."
    return ", ".join(islice(items, _ELEMENTS)) + (", ..." if length > _ELEMENTS else "")


def shorten(text: str, limit: int = _WIDTH) -> str:
    """Return `text` on one line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
