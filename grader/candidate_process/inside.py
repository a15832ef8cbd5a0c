"""Records which ready-made PyTorch functions run: each function reports its own calls, however it is called.

A submission can switch modes off, clear hooks and unwrap decorators, and each of these works in one thread or one
dictionary only. So the functions that are written in Python (optimizers' steps, their functional forms, and those in
`torch.nn.functional`) get new code, which reports the call to all listeners and then runs the original code. A function
stays the same object, with its name, signature, source and defaults, so that pickling, `inspect`, scripting and
exporting still work.
"""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import torch

_Key = TypeVar("_Key")
Listener = Callable[[str, str, tuple[object, ...]], object]
_listeners: list[Listener] = []
_steps: list[None] = []  # one entry for each optimizer step that is running: the calls inside it are not further steps
_NO_OPTIMIZERS = (
    "torch.optim.optimizer",
    "torch.optim.lr_scheduler",
    "torch.optim.swa_utils",
    "torch.optim._stateless",
)


class Inside:
    """Counts what runs between `start` and `stop`: functions, optimizer steps, modules that register a parameter."""

    def __init__(self) -> None:
        self.functions: dict[str, int] = {}
        self.optimizers: dict[str, int] = {}
        self.modules: dict[type, int] = {}

    def start(self) -> None:
        """Start to count."""
        _listeners.append(self._record)

    def stop(self) -> None:
        """Stop counting."""
        if self._record in _listeners:
            _listeners.remove(self._record)

    def _record(self, kind: str, name: str, arguments: tuple[object, ...]) -> None:
        if kind == "step":
            _count(self.optimizers, type(arguments[0]).__name__ if arguments else name)
        elif kind == "functional step":
            if not _steps:
                _count(self.optimizers, name)
        elif kind == "module":
            _count(self.modules, type(arguments[0]) if arguments else object)
        else:
            _count(self.functions, name)


def _count(counts: dict[_Key, int], key: _Key) -> None:
    counts[key] = counts.get(key, 0) + 1


def install() -> None:
    """Make PyTorch's functions report their calls. Do this once; forks of the process inherit it."""
    for kind, function in list(_functions_to_change()):
        if not function.__code__.co_freevars and "_run" not in (function.__kwdefaults__ or {}):
            _replace_code(kind, function)


def _functions_to_change() -> Iterator[tuple[str, types.FunctionType]]:
    """Yield the functions to change, each with the kind of event that it reports."""
    for function in vars(torch.nn.functional).values():
        if isinstance(function, types.FunctionType) and function.__module__ == "torch.nn.functional":
            yield "function", function
    yield "module", vars(torch.nn.Module)["register_parameter"]
    for path, module in sorted(sys.modules.items()):
        if path.startswith("torch.optim.") and path not in _NO_OPTIMIZERS:
            own = path.rpartition(".")[2].strip("_")
            for name, value in list(vars(module).items()):
                if getattr(value, "__module__", None) != path:
                    continue
                if isinstance(value, type) and issubclass(value, torch.optim.Optimizer) and "step" in vars(value):
                    yield "step", _innermost(vars(value)["step"])
                elif isinstance(value, types.FunctionType) and (
                    name in (own, "sparse_adam") or name.startswith(("_single_tensor_", "_multi_tensor_", "_fused_"))
                ):
                    yield "functional step", _innermost(value)


def _innermost(function: types.FunctionType) -> types.FunctionType:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


def _replace_code(kind: str, function: types.FunctionType) -> None:
    code, keywords = function.__code__, function.__kwdefaults__
    original = types.FunctionType(code, function.__globals__, function.__name__, function.__defaults__)
    original.__kwdefaults__ = keywords
    function.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    template = _step if kind.endswith("step") else _call
    # The new code gets what it needs as keyword defaults: `torch.compile` accepts functions there, but not as
    # constants.
    function.__kwdefaults__ = {
        **(keywords or {}),
        **(template.__kwdefaults__ or {}),
        "_kind": kind,
        "_name": function.__name__,
        "_run": original,
    }
    function.__code__ = template.__code__.replace(
        co_filename=code.co_filename, co_firstlineno=code.co_firstlineno, co_name=code.co_name
    )


def _placeholder(*arguments: Any, **keywords: Any) -> Any:
    """Stand in for the function's original code."""


def _call(
    *arguments: Any,
    _kind: str = "",
    _name: str = "",
    _run: Callable[..., Any] = _placeholder,
    _listening: list[Listener] = _listeners,
    _compiling: Callable[[], bool] = torch.compiler.is_dynamo_compiling,
    **keywords: Any,
) -> Any:
    if not _compiling():
        for listener in _listening:
            listener(_kind, _name, arguments)
    return _run(*arguments, **keywords)


def _step(
    *arguments: Any,
    _kind: str = "",
    _name: str = "",
    _run: Callable[..., Any] = _placeholder,
    _listening: list[Listener] = _listeners,
    _now: list[None] = _steps,
    _compiling: Callable[[], bool] = torch.compiler.is_dynamo_compiling,
    **keywords: Any,
) -> Any:
    if _compiling():
        return _run(*arguments, **keywords)
    for listener in _listening:
        listener(_kind, _name, arguments)
    _now.append(None)
    try:
        return _run(*arguments, **keywords)
    finally:
        _now.pop()
