"""Shows calls and values as a student would type or print them, shortened."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from grader import wire
from grader.judging.comparisons import to_tensor

_ELEMENTS = 12
_WIDTH = 160


def call(name: str, arguments: tuple[object, ...], keywords: dict[str, object]) -> str:
    """Return `name(...)` as it would be typed, shortened."""
    parts = [given(a) for a in arguments] + [f"{key}={given(value)}" for key, value in keywords.items()]
    return f"{name}({', '.join(parts)})"


def given(value: object) -> str:
    """Return an argument that a suite hands over."""
    if isinstance(value, wire.Code):
        return value.text
    if isinstance(value, torch.Tensor):
        flags = (["requires_grad=True"] if value.requires_grad else []) + (["device='meta'"] if value.is_meta else [])
        if value.requires_grad and value.is_leaf and value.grad is not None:
            flags.append(f"grad={numbers(value.grad)}")
        return tensor(value, flags)
    if isinstance(value, np.ndarray):
        return f"np.array({numbers(torch.from_numpy(value))})" if value.size <= _ELEMENTS else _array(value)
    if isinstance(value, (list, tuple)):
        inside = ", ".join(given(v) for v in value[:_ELEMENTS]) + (", ..." if len(value) > _ELEMENTS else "")
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' if len(value) == 1 else ''})"
    return shorten(repr(value))


def _array(value: np.ndarray[Any, Any]) -> str:
    return f"<array of shape {value.shape}, {value.dtype}>"


def tensor(value: torch.Tensor, flags: list[str] | None = None) -> str:
    """Return a tensor as torch prints it when it is small, else its shape and dtype."""
    extra = "".join(f", {flag}" for flag in flags or [])
    if value.is_meta or value.numel() > _ELEMENTS:
        name = str(value.dtype).removeprefix("torch.")
        return f"<tensor of shape {tuple(value.shape)}, {name}{extra}>"
    return f"tensor({numbers(value)}{extra})"


def numbers(value: torch.Tensor) -> str:
    """Return the elements as nested lists, floats to four significant decimals."""

    def one(x: object) -> str:
        if isinstance(x, list):
            return "[" + ", ".join(one(y) for y in x) + "]"
        return number(x)

    if value.is_meta:
        return "..."
    if value.numel() > _ELEMENTS:
        return f"... of shape {tuple(value.shape)}"
    return one(value.detach().tolist())


def number(x: object) -> str:
    """Return one number, short enough to read."""
    if not isinstance(x, float):
        return repr(x)
    if not math.isfinite(x):
        return str(x)
    text = f"{x:.6g}"
    return text if any(c in text for c in ".en") else text + "."


def fact(value: wire.Fact) -> str:
    """Return what came back from a candidate."""
    if isinstance(value, wire.TensorFact):
        rebuilt = to_tensor(value)
        flags = ["requires_grad=True"] if value.requires_grad and value.is_leaf else []
        flags += [f"grad_fn=<{value.grad_fn}>"] if value.grad_fn else []
        if rebuilt is None:
            where = f" on {value.device}" if value.device != "cpu" else ""
            return f"<tensor of shape {value.shape}, {value.dtype}{where}>"
        if value.dtype not in ("float32", "int64", "bool"):
            flags.append(f"dtype=torch.{value.dtype}")
        return tensor(rebuilt, flags)
    if isinstance(value, wire.ArrayFact):
        return f"<NumPy array of shape {value.shape}, {value.dtype}>"
    if isinstance(value, wire.Items):
        inside = ", ".join(fact(v) for v in value.items[:_ELEMENTS])
        inside += ", ..." if len(value.items) > _ELEMENTS else ""
        if value.kind == "list":
            return f"[{inside}]"
        return (
            f"({inside}{',' if len(value.items) == 1 else ''})" if value.kind == "tuple" else f"torch.Size([{inside}])"
        )
    if isinstance(value, wire.Pairs):
        return "{" + ", ".join(f"{fact(k)}: {fact(v)}" for k, v in value.items[:_ELEMENTS]) + "}"
    if isinstance(value, wire.Named):
        return value.name if value.kind in ("dtype", "device") else f"the {value.kind} {value.name}"
    if isinstance(value, wire.Other):
        return f"an object of type {value.name}" + (f" ({value.why})" if value.why else "")
    if isinstance(value, float):
        return number(value)
    return shorten(repr(value))


def shorten(text: str, limit: int = _WIDTH) -> str:
    """Return `text` on one line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
