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
from grader.sentences import Sentence, Template, author, learner, verbatim
from grader.sentences import learner_steps as steps
from grader.suites import showing
from grader.suites.comparisons import ATOL, CURVE_RTOL, RTOL, difference, to_tensor, tolerance
from grader.tensors import DTYPES, name_of

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

    def require_trace(self, unknown: Template) -> None:
        """Raise a `SuiteError` that says `unknown` unless the call was traced."""

    def fails(
        self,
        expected: str | Sentence,
        got: str | Sentence,
        kind: str,
        details: Sequence[str | Sentence] = (),
        *,
        next_step: str | Sentence | None = None,
    ) -> NoReturn:
        """End the check, and say why."""


class Value:
    """One value that came back: a result, an argument after the call, an item of either.

    Its name is code where it has one, such as `w` or `result[0]`, and a phrase otherwise, such as "argument 2".
    """

    def __init__(self, answer: Answer, name: str | Sentence, fact: wire.Fact) -> None:
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
            self.differs(learner.A_TENSOR_WITH_VALUES(), "device" if fact.device == "meta" else "type")
        return rebuilt

    @property
    def tensor_fact(self) -> wire.TensorFact:
        """The facts about a tensor. Ends the check when the value is no tensor."""
        if not isinstance(self.fact, wire.TensorFact):
            self.differs(learner.A_TENSOR(), "none" if self.fact is None else "type")
        return self.fact

    @property
    def python(self) -> object:
        """The value as plain Python: numbers, strings, lists, tuples, dicts, tensors."""
        return _plain(self.fact)

    @property
    def gradient(self) -> Value:
        """The tensor's `.grad`; a value of `None` when it has none."""
        return self.part(".grad", self.tensor_fact.grad)

    def items(self, length: int | None = None, *, kind: str | None = None) -> list[Value]:
        """Return the items of a list or tuple, after asking for its length and kind ("list", "tuple")."""
        if not isinstance(self.fact, wire.Items) or (kind is not None and self.fact.kind != kind):
            self.differs(_SEQUENCES[kind](), "none" if self.fact is None else "type")
        found = [self.part(f"[{i}]", item) for i, item in enumerate(self.fact.items)]
        if length is not None and len(found) != length:
            self.fails(learner.ITEMS(count=length), learner.ITEMS(count=len(found)), "length")
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
            self.differs(learner.A_DICT(), "none" if self.fact is None else "type")
        for key, value in self.fact.items:
            if key == name:
                return self.part(f"[{name!r}]", value)
        self.differs(learner.A_DICT_WITH_KEY(key=repr(name)), "type")

    def keys(self, *names: str) -> list[Value]:
        """Return the values of a dict, after asking that it has exactly these string keys, in any order."""
        if not isinstance(self.fact, wire.Pairs):
            self.differs(learner.A_DICT(), "none" if self.fact is None else "type")
        found = [key for key, _ in self.fact.items]
        if len(found) != len(names) or set(names) != {key for key in found if isinstance(key, str)}:
            wanted, got = (", ".join(map(repr, keys)) for keys in (names, found[:_MOST_KEYS]))
            self.fails(
                learner.A_DICT_WITH_KEYS(keys=wanted) if wanted else learner.AN_EMPTY_DICT(),
                learner.KEYS(keys=got) if got else learner.NO_KEYS(),
                "keys",
            )
        return [self.key(name) for name in names]

    # Getting inside a module

    @property
    def module_fact(self) -> wire.ModuleFact:
        """The facts about a module. Ends the check when the value is none."""
        if not isinstance(self.fact, wire.ModuleFact):
            self.differs(learner.A_MODULE(), "none" if self.fact is None else "type")
        return self.fact

    @property
    def state(self) -> dict[str, torch.Tensor]:
        """The values of a module's parameters and buffers by name, for `load_state_dict` of a model of the suite's."""
        found = (*self.module_fact.parameters, *self.module_fact.buffers)
        return {name: self.part(f".{name}", held).tensor for name, held in found}

    def parameter(self, name: str) -> Value:
        """Return a module's parameter by its full name. Ends the check when there is none."""
        return self._held(
            name,
            self.module_fact.parameters,
            learner.A_PARAMETER_NAMED,
            learner.PARAMETERS_NAMED,
            learner.NO_PARAMETERS,
        )

    def buffer(self, name: str) -> Value:
        """Return a module's buffer by its full name. Ends the check when there is none."""
        return self._held(
            name, self.module_fact.buffers, learner.A_BUFFER_NAMED, learner.BUFFERS_NAMED, learner.NO_BUFFERS
        )

    def _held(
        self, name: str, found: Sequence[tuple[str, wire.Fact]], wanted: Template, others: Template, none: Template
    ) -> Value:
        for known, fact in found:
            if known == name:
                return self.part(f".{name}", fact)
        names = ", ".join(known for known, _ in found)
        self.fails(wanted(name=repr(name)), others(names=names) if found else none(), "members")

    def parameters(self, *names: str) -> list[Value]:
        """Return a module's parameters; if `names` are given, ask that these are all there are, in any order."""
        found = self.module_fact.parameters
        if names and sorted(known for known, _ in found) != sorted(names):
            got = learner.PARAMETERS(names=", ".join(known for known, _ in found)) if found else learner.NO_PARAMETERS()
            self.fails(learner.EXACTLY_PARAMETERS(names=", ".join(names)), got, "members")
        return [self.part(f".{known}", fact) for known, fact in found]

    def submodules(self, kind: str) -> list[str]:
        """Return the names of a module's submodules of this class (or of one derived from it), in their order."""
        return [part.name for part in self.module_fact.modules if part.name and kind in part.classes]

    # Asking about it

    def in_mode(self: _Self, *, training: bool) -> _Self:
        """Ask for a module all of whose modules are in training mode, or in evaluation mode."""
        wrong = [part for part in self.module_fact.modules if part.training != training]
        if wrong:
            expected = learner.A_MODEL_TRAINING() if training else learner.A_MODEL_EVALUATING()
            if wrong[0].name:
                which = learner.ITS_MODULE_EVALUATING if training else learner.ITS_MODULE_TRAINING
                self.fails(expected, which(module=repr(wrong[0].name)), "mode")
            got = learner.THE_MODEL_EVALUATING() if training else learner.THE_MODEL_TRAINING()
            self.fails(expected, got, "mode")
        return self

    def array(self: _Self, expected: np.ndarray[Any, Any]) -> _Self:
        """Ask for a NumPy array of this dtype, this shape and exactly these values."""
        if not isinstance(self.fact, wire.ArrayFact):
            self.differs(learner.AN_ARRAY(), "none" if self.fact is None else "type")
        if self.fact.dtype != str(expected.dtype):
            self.fails(learner.DTYPE(dtype=str(expected.dtype)), learner.DTYPE(dtype=self.fact.dtype), "dtype")
        if self.fact.shape != expected.shape:
            self.fails(learner.SHAPE(shape=str(expected.shape)), learner.SHAPE(shape=str(self.fact.shape)), "shape")
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
            self.fails(learner.SHAPE(shape=str(sizes)), learner.SHAPE(shape=str(self.tensor_fact.shape)), "shape")
        return self

    def dtype(self: _Self, dtype: torch.dtype) -> _Self:
        """Ask for a tensor of this dtype."""
        if self.tensor_fact.dtype != name_of(dtype):
            got = learner.DTYPE(dtype=f"torch.{self.tensor_fact.dtype}")
            self.fails(learner.DTYPE(dtype=str(dtype)), got, "dtype")
        return self

    def device(self: _Self, device: str) -> _Self:
        """Ask for a tensor on this type of device, made without mixing devices on the way."""
        if self.tensor_fact.device != device:
            got = learner.ON_DEVICE(device=repr(self.tensor_fact.device))
            self.fails(learner.ON_DEVICE(device=repr(device)), got, "device")
        if device != "cpu":
            self.answer.require_trace(author.DEVICES_UNKNOWN)
        if self.answer.observation.mixed_devices:
            mixed = self.answer.observation.mixed_devices[0].removeprefix("aten::")
            got = learner.MIXES_DEVICES(operation=mixed)
            self.fails(learner.ONLY_ON_DEVICE(device=repr(device)), got, "device")
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
            number = None if expected is None else showing.number(expected)
            self.fails(
                learner.A_NUMBER(kind=name) if number is None else learner.THE_NUMBER(kind=name, number=number),
                self._instead_of(name),
                "none" if self.fact is None else "type",
                next_step=steps.ITEM() if self._is_scalar() else None,
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

    def _instead_of(self, kind: str) -> Sentence:
        shown = showing.fact(self.fact)
        if isinstance(self.fact, wire.TensorFact):
            return learner.TENSOR_INSTEAD(value=shown, dimensions=len(self.fact.shape), kind=kind)
        if isinstance(self.fact, (bool, int, float, str)):
            return learner.OTHER_TYPE_INSTEAD(value=shown, type=type(self.fact).__name__, kind=kind)
        return verbatim(shown)

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
            self.fails(learner.A_LEAF(), self._autograd(), kind)
        return self

    def attached(self: _Self) -> _Self:
        """Ask for a tensor through which gradients flow."""
        if not self.tensor_fact.requires_grad:
            self.fails(learner.AN_ATTACHED_TENSOR(), self._autograd(), "attached")
        return self

    def detached(self: _Self) -> _Self:
        """Ask for a tensor that does not require grad and has no graph."""
        if self.tensor_fact.requires_grad or self.tensor_fact.grad_fn is not None:
            self.fails(learner.A_DETACHED_TENSOR(), self._autograd(), "detached")
        return self

    def frozen(self: _Self) -> _Self:
        """Ask for a parameter that does not require grad."""
        if self.tensor_fact.requires_grad:
            self.fails(learner.A_FROZEN_PARAMETER(), learner.REQUIRES_GRAD(), "frozen")
        return self

    def _autograd(self) -> Sentence:
        fact = self.tensor_fact
        if fact.grad_fn:
            return learner.RESULT_OF_OPERATION(grad_fn=fact.grad_fn)
        return learner.A_LEAF() if fact.requires_grad else learner.WITHOUT_REQUIRES_GRAD()

    def grad(self: _Self, expected: Expected | None, *, rtol: float = RTOL, atol: float = ATOL) -> _Self:
        """Ask for `.grad` to hold these values, or to be `None`."""
        found, name = self.tensor_fact.grad, self._name_of(".grad")
        if expected is None:
            if found is not None:
                got = learner.IS_VALUE(name=name, value=showing.fact(found))
                self.answer.fails(learner.IS_NONE(name=name), got, "grad")
            return self
        if found is None:
            wanted = showing.tensor(torch.as_tensor(expected))
            self.answer.fails(learner.IS_VALUE(name=name, value=wanted), learner.IS_NONE(name=name), "grad")
        self.part(".grad", found).values(expected, rtol=rtol, atol=atol)
        return self

    def same_object_as(self: _Self, other: Value) -> _Self:
        """Ask for the very object that `other` is."""
        if _object(self.fact) != _object(other.fact):
            alike = type(self.fact) is type(other.fact)
            got = learner.ANOTHER_OBJECT() if alike else verbatim(showing.fact(self.fact))
            self.fails(learner.THE_OBJECT_ITSELF(name=other.name), got, "none" if self.fact is None else "same_object")
        return self

    def other_object_than(self: _Self, other: Value) -> _Self:
        """Ask for another object than `other` is."""
        if _object(self.fact) == _object(other.fact):
            self.fails(learner.A_NEW_OBJECT(), learner.THE_OBJECT_ITSELF(name=other.name), "new_object")
        return self

    def shares_memory_with(self: _Self, other: Value) -> _Self:
        """Ask for memory shared with `other`."""
        if self._memory().isdisjoint(memory(other.fact)):
            self.fails(learner.MEMORY_SHARED(name=other.name), learner.OWN_MEMORY(), "not_shared")
        return self

    def owns_memory(self: _Self, *others: Value) -> _Self:
        """Ask for memory shared with none of `others`, by default with none of the arguments."""
        own = self._memory()
        for other in others or self.answer.arguments():
            if own & memory(other.fact):
                self.fails(learner.OWN_MEMORY(), learner.MEMORY_SHARED(name=other.name), "aliases")
        return self

    def _memory(self) -> set[int]:
        """Return the numbers of the memory that the value lives in. Ends the check when it has none."""
        found = memory(self.fact)
        if not found:
            self.differs(learner.A_TENSOR(), "none" if self.fact is None else "type")
        return found

    # Failing

    def differs(self, expected: str | Sentence, kind: str) -> NoReturn:
        """End the check: something else than `expected` came back."""
        self.fails(expected, showing.fact(self.fact), kind)

    def fails(
        self,
        expected: str | Sentence,
        got: str | Sentence,
        kind: str,
        details: Sequence[str | Sentence] = (),
        *,
        next_step: str | Sentence | None = None,
    ) -> NoReturn:
        """End the check, and say why: texts of the course, or sentences of the kit.

        `kind` chooses the next step unless the suite's author or you give one.
        """
        if self.name != "result":
            expected, got = (learner.OF(name=self.name, what=what) for what in (expected, got))
        self.answer.fails(expected, got, kind, details, next_step=next_step)

    # Its parts

    def part(self, name: str, fact: wire.Fact) -> Value:
        """Return a part of the value, which code reaches by `name`, such as `.grad` or `[0]`."""
        return Value(self.answer, self._name_of(name), fact)

    def _name_of(self, part: str) -> str | Sentence:
        return f"{self.name}{part}" if isinstance(self.name, str) else learner.PART(whole=self.name, part=part)


_MOST_KEYS = 12  # of a dict that are shown
_SEQUENCES = {None: learner.A_LIST_OR_TUPLE, "list": learner.A_LIST, "tuple": learner.A_TUPLE}
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
