"""What a suite asks of one value that came back: its kind, values, memory, and place in autograd's graph.

Every question either holds or ends the check with a message that says what was called, what was expected, what came
back and one next step. Questions return what they were asked of, so they chain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NoReturn, Protocol, TypeVar

import numpy as np
import torch

from grader import wire
from grader.records import Curve
from grader.suites import showing
from grader.suites.comparisons import ATOL, CURVE_RTOL, DTYPES, RTOL, difference, to_tensor, tolerance

Expected = torch.Tensor | float | int | bool | Sequence[object]
_Self = TypeVar("_Self", bound="Value")
_LONGEST_CURVE = 1000


class Answer(Protocol):
    """What a value is part of: the whole answer to a call. `grader.suites.Observed` is one."""

    observation: wire.Observation

    def note_curve(self, curve: Curve) -> None:
        """Note a curve that is compared, for the report to show."""

    def arguments(self) -> list[Value]:
        """Return the arguments as they were after the call."""

    def require_trace(self, what: str) -> None:
        """Raise `SuiteError` unless the call was traced, without which nothing is known of `what`."""

    def fails(
        self, expected: str, got: str, kind: str, details: Sequence[str] = (), *, next_step: str | None = None
    ) -> NoReturn:
        """End the check with a message."""


class Value:
    """One value that came back: a result, an argument after the call, an item of either."""

    def __init__(self, answer: Answer, name: str, fact: wire.Fact) -> None:
        self.answer = answer
        self.name = name
        self.fact = fact

    # Getting at the value

    @property
    def tensor(self) -> torch.Tensor:
        """The value as a tensor, rebuilt from its bytes. Ends the check when it is no tensor or has no values."""
        fact = self.tensor_fact
        rebuilt = to_tensor(fact)
        if rebuilt is None:
            self.differs("a tensor with values", "device" if fact.device == "meta" else "type")
        return rebuilt

    @property
    def tensor_fact(self) -> wire.TensorFact:
        """The facts about a tensor. Ends the check when the value is no tensor."""
        if not isinstance(self.fact, wire.TensorFact):
            self.differs("a tensor", "none" if self.fact is None else "type")
        return self.fact

    @property
    def python(self) -> object:
        """The value as plain Python: numbers, strings, lists, tuples, dicts, tensors."""
        return _plain(self.fact)

    @property
    def gradient(self) -> Value:
        """The tensor's `.grad`; a value of `None` when it has none."""
        return Value(self.answer, f"{self.name}.grad", self.tensor_fact.grad)

    def items(self, length: int | None = None, *, kind: str | None = None) -> list[Value]:
        """Return the items of a list or tuple, after asking for its length and kind ("list", "tuple")."""
        if not isinstance(self.fact, wire.Items) or (kind is not None and self.fact.kind != kind):
            self.differs(f"a {kind or 'list or tuple'}", "none" if self.fact is None else "type")
        found = [Value(self.answer, f"{self.name}[{i}]", item) for i, item in enumerate(self.fact.items)]
        if length is not None and len(found) != length:
            self.fails(_items(length), _items(len(found)), "length")
        return found

    def unpack(self, *names: str) -> list[Value]:
        """Return the items of a list or tuple of just as many, called by these names."""
        items = self.items(len(names))
        for item, name in zip(items, names, strict=True):
            item.name = name
        return items

    def key(self, name: str) -> Value:
        """Return the value of a dict under a string key."""
        if not isinstance(self.fact, wire.Pairs):
            self.differs("a dict", "none" if self.fact is None else "type")
        for key, value in self.fact.items:
            if key == name:
                return Value(self.answer, f"{self.name}[{name!r}]", value)
        self.differs(f"a dict with the key {name!r}", "type")

    def keys(self, *names: str) -> list[Value]:
        """Return the values of a dict, after asking that it has exactly these string keys, in any order."""
        if not isinstance(self.fact, wire.Pairs):
            self.differs("a dict", "none" if self.fact is None else "type")
        found = [key for key, _ in self.fact.items]
        if len(found) != len(names) or set(names) != {key for key in found if isinstance(key, str)}:
            wanted, got = (", ".join(map(repr, keys)) or "none" for keys in (names, found[:12]))
            self.fails(f"a dict with exactly the keys {wanted}", f"the keys {got}", "keys")
        return [self.key(name) for name in names]

    # Getting inside a module

    @property
    def module_fact(self) -> wire.ModuleFact:
        """The facts about a module. Ends the check when the value is none."""
        if not isinstance(self.fact, wire.ModuleFact):
            self.differs("an `nn.Module`", "none" if self.fact is None else "type")
        return self.fact

    @property
    def state(self) -> dict[str, torch.Tensor]:
        """The values of a module's parameters and buffers by name, for `load_state_dict` of a model of the suite's."""
        found = (*self.module_fact.parameters, *self.module_fact.buffers)
        return {name: Value(self.answer, f"{self.name}.{name}", held).tensor for name, held in found}

    def parameter(self, name: str) -> Value:
        """Return a module's parameter by its full name. Ends the check when there is none."""
        return self._held(name, self.module_fact.parameters, "parameter")

    def buffer(self, name: str) -> Value:
        """Return a module's buffer by its full name. Ends the check when there is none."""
        return self._held(name, self.module_fact.buffers, "buffer")

    def _held(self, name: str, found: Sequence[tuple[str, wire.Fact]], what: str) -> Value:
        for known, fact in found:
            if known == name:
                return Value(self.answer, f"{self.name}.{name}", fact)
        names = ", ".join(known for known, _ in found) or "none"
        self.fails(f"a {what} named {name!r}", f"{what}s named {names}" if found else f"no {what}s", "members")

    def parameters(self, *names: str) -> list[Value]:
        """Return a module's parameters; if `names` are given, ask that these are all there are, in any order."""
        found = self.module_fact.parameters
        if names and sorted(known for known, _ in found) != sorted(names):
            got = ", ".join(known for known, _ in found) or "none"
            self.fails(f"exactly the parameters {', '.join(names)}", f"the parameters {got}", "members")
        return [Value(self.answer, f"{self.name}.{known}", fact) for known, fact in found]

    def submodules(self, kind: str) -> list[str]:
        """Return the names of a module's submodules of this class (or of one derived from it), in their order."""
        return [part.name for part in self.module_fact.modules if part.name and kind in part.classes]

    # Asking about it

    def in_mode(self: _Self, *, training: bool) -> _Self:
        """Ask for a module all of whose modules are in training mode, or in evaluation mode."""
        wrong = [part for part in self.module_fact.modules if part.training != training]
        if wrong:
            mode = {True: "training mode", False: "evaluation mode"}
            which = "the model" if not wrong[0].name else f"its module {wrong[0].name!r}"
            self.fails(f"a model in {mode[training]}", f"{which} in {mode[not training]}", "mode")
        return self

    def array(self: _Self, expected: np.ndarray[Any, Any]) -> _Self:
        """Ask for a NumPy array of this dtype, this shape and exactly these values."""
        if not isinstance(self.fact, wire.ArrayFact):
            self.differs("a NumPy array", "none" if self.fact is None else "type")
        if self.fact.dtype != str(expected.dtype):
            self.fails(f"dtype {expected.dtype}", f"dtype {self.fact.dtype}", "dtype")
        if self.fact.shape != expected.shape:
            self.fails(f"shape {expected.shape}", f"shape {self.fact.shape}", "shape")
        if self.fact.data != expected.tobytes():
            self.fails(showing.given(expected), showing.fact(self.fact), "values")
        return self

    def values(self: _Self, expected: Expected, *, rtol: float = RTOL, atol: float = ATOL) -> _Self:
        """Ask for a tensor of this shape with these values (NaN equals NaN). Dtypes may differ: see `dtype`."""
        wanted = torch.as_tensor(expected).detach().cpu()
        self.shape(*wanted.shape)
        got = self.tensor
        rtol, atol = tolerance(self.tensor_fact.dtype, rtol, atol)
        found = difference(got, wanted, rtol=rtol, atol=atol)
        if found is not None:
            self.fails(showing.tensor(wanted), showing.fact(self.fact), found.kind, found.details)
        return self

    def shape(self: _Self, *sizes: int) -> _Self:
        """Ask for a tensor of this shape."""
        if self.tensor_fact.shape != sizes:
            self.fails(f"shape {sizes}", f"shape {self.tensor_fact.shape}", "shape")
        return self

    def dtype(self: _Self, dtype: torch.dtype) -> _Self:
        """Ask for a tensor of this dtype."""
        if self.tensor_fact.dtype != str(dtype).removeprefix("torch."):
            self.fails(f"dtype {dtype}", f"dtype torch.{self.tensor_fact.dtype}", "dtype")
        return self

    def device(self: _Self, device: str) -> _Self:
        """Ask for a tensor on this type of device, made without mixing devices on the way."""
        if self.tensor_fact.device != device:
            self.fails(f"a tensor on {device!r}", f"a tensor on {self.tensor_fact.device!r}", "device")
        if device != "cpu":
            self.answer.require_trace("whether devices were mixed")
        if self.answer.observation.mixed_devices:
            mixed = self.answer.observation.mixed_devices[0].removeprefix("aten::")
            self.fails(f"only tensors on {device!r}", f"`{mixed}` mixes tensors of two devices", "device")
        return self

    def number(self: _Self, expected: float | None = None, *, rtol: float = RTOL, atol: float = ATOL) -> _Self:
        """Ask for a Python float (exactly that type), near `expected` if it is given."""
        return self._python_number(float, expected, rtol, atol)

    def curve(self: _Self, expected: Sequence[float], *, rtol: float = CURVE_RTOL) -> _Self:
        """Ask for a list of these losses, Python floats, as near as curves are compared."""
        self.answer.note_curve(Curve(got=_course(self.fact), expected=tuple(map(float, expected))))
        for loss, wanted in zip(self.items(len(expected), kind="list"), expected, strict=True):
            loss.number(float(wanted), rtol=rtol)
        return self

    def scalar(self: _Self, expected: float, *, rtol: float = RTOL, atol: float = ATOL) -> _Self:
        """Ask for this number, be it a Python float or a 0-D tensor: where the type has a check of its own."""
        ask = self.values if isinstance(self.fact, wire.TensorFact) else self.number
        return ask(expected, rtol=rtol, atol=atol)

    def integer(self: _Self, expected: int | None = None) -> _Self:
        """Ask for a Python int (exactly that type, no bool), equal to `expected` if it is given."""
        return self._python_number(int, expected, 0.0, 0.0)

    def _python_number(self: _Self, kind: type, expected: float | None, rtol: float, atol: float) -> _Self:
        if type(self.fact) is not kind:
            name = "int" if kind is int else "float"
            self.fails(
                f"a Python {name}" if expected is None else f"the Python {name} {showing.number(expected)}",
                self._instead_of(name),
                "none" if self.fact is None else "type",
                next_step="for a 0-D tensor, `.item()` gives the Python number." if self._is_scalar() else None,
            )
        if expected is not None and self.fact != expected:
            dtype = torch.int64 if kind is int else torch.float64
            got = torch.tensor(self.fact, dtype=dtype)
            found = difference(got, torch.tensor(expected, dtype=dtype), rtol=rtol, atol=atol)
            if found is not None:
                self.fails(showing.number(expected), showing.fact(self.fact), found.kind, found.details)
        return self

    def _is_scalar(self) -> bool:
        return isinstance(self.fact, wire.TensorFact) and self.fact.shape == ()

    def _instead_of(self, name: str) -> str:
        shown = showing.fact(self.fact)
        if isinstance(self.fact, wire.TensorFact):
            return f"{shown}, which is a {len(self.fact.shape)}-D tensor and not a Python {name}"
        if isinstance(self.fact, (bool, int, float, str)):
            return f"{shown}, which is of type {type(self.fact).__name__} and not a Python {name}"
        return shown

    def equals(self: _Self, expected: object) -> _Self:
        """Ask for a plain Python value, equal in type and value at every depth.

        That is: str, int, float, bool, None, dtypes, devices, and lists, tuples and dicts of them. Nothing equals a
        tensor.
        """
        if not _equal(self.python, expected):
            self.differs(repr(expected), "none" if self.fact is None else "values")
        return self

    def leaf(self: _Self) -> _Self:
        """Ask for a leaf that requires grad."""
        if not (self.tensor_fact.is_leaf and self.tensor_fact.requires_grad):
            kind = "leaf" if self.tensor_fact.requires_grad else "requires_grad"
            self.fails("a leaf that requires grad", self._autograd(), kind)
        return self

    def attached(self: _Self) -> _Self:
        """Ask for a tensor through which gradients flow."""
        if not self.tensor_fact.requires_grad:
            self.fails("a tensor attached to the graph (requires_grad is True)", self._autograd(), "attached")
        return self

    def detached(self: _Self) -> _Self:
        """Ask for a tensor that does not require grad and has no graph."""
        if self.tensor_fact.requires_grad or self.tensor_fact.grad_fn is not None:
            self.fails("a tensor without a graph (requires_grad is False)", self._autograd(), "detached")
        return self

    def frozen(self: _Self) -> _Self:
        """Ask for a parameter that does not require grad."""
        if self.tensor_fact.requires_grad:
            self.fails("a frozen parameter (requires_grad is False)", "requires_grad is True", "frozen")
        return self

    def _autograd(self) -> str:
        fact = self.tensor_fact
        if fact.grad_fn:
            return f"the result of an operation (grad_fn is {fact.grad_fn})"
        return "a leaf that requires grad" if fact.requires_grad else "a tensor with requires_grad False"

    def grad(self: _Self, expected: Expected | None, *, rtol: float = RTOL, atol: float = ATOL) -> _Self:
        """Ask for `.grad` to hold these values, or to be `None`."""
        found = self.tensor_fact.grad
        if expected is None:
            if found is not None:
                self.answer.fails(f"{self.name}.grad is None", f"{self.name}.grad is {showing.fact(found)}", "grad")
            return self
        if found is None:
            wanted = showing.tensor(torch.as_tensor(expected))
            self.answer.fails(f"{self.name}.grad is {wanted}", f"{self.name}.grad is None", "grad")
        Value(self.answer, f"{self.name}.grad", found).values(expected, rtol=rtol, atol=atol)
        return self

    def same_object_as(self: _Self, other: Value) -> _Self:
        """Ask for the very object that `other` is."""
        if _object(self.fact) != _object(other.fact):
            got = "another object" if type(self.fact) is type(other.fact) else showing.fact(self.fact)
            self.fails(f"the object {other.name} itself", got, "none" if self.fact is None else "same_object")
        return self

    def other_object_than(self: _Self, other: Value) -> _Self:
        """Ask for another object than `other` is."""
        if _object(self.fact) == _object(other.fact):
            self.fails("a new object", f"the object {other.name} itself", "new_object")
        return self

    def shares_memory_with(self: _Self, other: Value) -> _Self:
        """Ask for memory shared with `other`."""
        if self._memory().isdisjoint(memory(other.fact)):
            self.fails(f"memory shared with {other.name}", "memory of its own", "not_shared")
        return self

    def owns_memory(self: _Self, *others: Value) -> _Self:
        """Ask for memory shared with none of `others`, by default with none of the arguments."""
        own = self._memory()
        for other in others or self.answer.arguments():
            if own & memory(other.fact):
                self.fails("memory of its own", f"memory shared with {other.name}", "aliases")
        return self

    def _memory(self) -> set[int]:
        """Return the numbers of the memory that the value lives in. Ends the check when it has none."""
        found = memory(self.fact)
        if not found:
            self.differs("a tensor", "none" if self.fact is None else "type")
        return found

    # Failing

    def differs(self, expected: str, kind: str) -> NoReturn:
        """End the check: something else than `expected` came back."""
        self.fails(expected, showing.fact(self.fact), kind)

    def fails(
        self, expected: str, got: str, kind: str, details: Sequence[str] = (), *, next_step: str | None = None
    ) -> NoReturn:
        """End the check with a message; `kind` chooses the next step unless the suite's author or you give one."""
        whose = "" if self.name == "result" else f"{self.name}: "
        self.answer.fails(whose + expected, whose + got, kind, details, next_step=next_step)


_WITH_MEMORY = (wire.TensorFact, wire.ArrayFact)


def _object(fact: wire.Fact) -> object:
    if isinstance(fact, wire.ModuleFact) and fact.modules:
        return fact.modules[0].object
    return fact.object if isinstance(fact, _WITH_MEMORY) else object()


def memory(fact: wire.Fact) -> set[int]:
    """Return the numbers of the memory in which a value, or what it contains, lives."""
    if isinstance(fact, _WITH_MEMORY):
        return {fact.storage}
    if isinstance(fact, wire.Items):
        return {number for item in fact.items for number in memory(item)}
    if isinstance(fact, wire.Pairs):
        return {number for _, value in fact.items for number in memory(value)}
    if isinstance(fact, wire.ModuleFact):
        return {number for _, held in (*fact.parameters, *fact.buffers) for number in memory(held)}
    return set()


def _items(number: int) -> str:
    return f"{number} item{'s' if number != 1 else ''}"


def _equal(got: object, expected: object) -> bool:
    """Say whether two plain values agree in type and value, at every depth; nothing equals a tensor."""
    if type(got) is not type(expected) or isinstance(got, torch.Tensor):
        return False
    if isinstance(got, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(got) == len(expected) and all(map(_equal, got, expected))
    if isinstance(got, dict) and isinstance(expected, dict):
        return got.keys() == expected.keys() and all(_equal(got[key], expected[key]) for key in got)
    return got == expected


def _course(fact: wire.Fact) -> tuple[float | None, ...]:
    """Return the beginning of a list as numbers, for a plot: None for what is none, or is not finite."""
    items = fact.items if isinstance(fact, wire.Items) else ()
    values = (_plain(item) for item in items[:_LONGEST_CURVE])
    numbers = (value.item() if isinstance(value, torch.Tensor) and value.numel() == 1 else value for value in values)
    return tuple(float(n) if isinstance(n, int | float) and math.isfinite(n) else None for n in numbers)


def _plain(fact: wire.Fact) -> object:
    if isinstance(fact, wire.TensorFact):
        return to_tensor(fact)
    if isinstance(fact, wire.Items):
        items = [_plain(item) for item in fact.items]
        return items if fact.kind == "list" else tuple(items)
    if isinstance(fact, wire.Pairs):
        return {k if isinstance(k, (str, int, float)) else str(_plain(k)): _plain(v) for k, v in fact.items}
    if isinstance(fact, wire.Named) and fact.kind in _SETTINGS:
        return _SETTINGS[fact.kind].get(fact.name, fact)
    return fact


_SETTINGS: dict[str, dict[str, object]] = {
    "dtype": {str(dtype): dtype for dtype in DTYPES.values()},
    "device": {name: torch.device(name) for name in ("cpu", "meta", "cuda", "cuda:0", "mps", "mps:0")},
}
