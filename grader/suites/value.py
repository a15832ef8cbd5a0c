"""The questions that a check asks of one value: its kind, values, memory, and place in autograd's graph.

If the answer is wrong, the check ends: the question raises `CheckEnded` with the feedback, which says what was called,
what was expected, what came back, and one next step. If it is right, the question returns the value, so that the next
question can follow: `observed.result.shape(2, 3).dtype(torch.float32)`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import torch

from grader import wire
from grader.records import Curve
from grader.sentences import Sentence, author, learner, verbatim
from grader.sentences import learner_steps as steps
from grader.suites import showing
from grader.suites.accessors import Accessors, plain
from grader.suites.comparisons import ATOL, CURVE_RTOL, RTOL, difference, tolerance
from grader.tensors import name_of

Expected = torch.Tensor | float | int | bool | Sequence[object]
_Self = TypeVar("_Self", bound="Value")
_LONGEST_CURVE = 1000


class Value(Accessors):
    """One value that was observed: a result, an argument after the call, or a part of either.

    >>> result = candidate.double(torch.ones(2)).result
    >>> result.values([2.0, 2.0]).dtype(torch.float32)
    <Value result: tensor([2., 2.])>
    """

    def in_mode(self: _Self, *, training: bool) -> _Self:
        """Require a module that is in training mode (`training=True`) or evaluation mode, with all of its submodules.

        >>> model = candidate.small_model().result.in_mode(training=True)
        """
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
        """Require a NumPy array with the dtype, the shape and exactly the values of `expected`.

        >>> candidate.to_numpy(torch.ones(2)).result.array(np.ones(2, dtype=np.float32))
        <Value result: np.array([1.0, 1.0], dtype=float32)>
        """
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
        """Require a tensor with the shape and the values of `expected`. NaN equals NaN.

        A value may differ by `atol + rtol * abs(expected)`, and by more for float16 and bfloat16. Whole numbers and
        bools must be equal. The dtype may differ: see `dtype`.

        >>> x = draw.tensor(2, 3)
        >>> result = candidate.double(x).result.values(2 * x)
        """
        wanted = torch.as_tensor(expected).detach().cpu()
        self.shape(*wanted.shape)
        got = self.tensor
        rtol, atol = tolerance(self.tensor_fact.dtype, rtol, atol)
        found = difference(got, wanted, rtol=rtol, atol=atol)
        if found is not None:
            shown = showing.where_they_differ(wanted, got, found.index)
            right, wrong = shown or (showing.tensor(wanted), showing.fact(self.fact))
            self.fails(right, wrong, found.kind, found.details)
        return self

    def shape(self: _Self, *sizes: int) -> _Self:
        """Require a tensor of this shape; no sizes mean a 0-D tensor.

        >>> result = candidate.double(torch.ones(2, 3)).result.shape(2, 3)
        """
        if self.tensor_fact.shape != sizes:
            self.fails(learner.SHAPE(shape=str(sizes)), learner.SHAPE(shape=str(self.tensor_fact.shape)), "shape")
        return self

    def dtype(self: _Self, dtype: torch.dtype) -> _Self:
        """Require a tensor of this dtype.

        >>> result = candidate.double(torch.ones(2)).result.dtype(torch.float32)
        """
        if self.tensor_fact.dtype != name_of(dtype):
            got = learner.DTYPE(dtype=f"torch.{self.tensor_fact.dtype}")
            self.fails(learner.DTYPE(dtype=str(dtype)), got, "dtype")
        return self

    def device(self: _Self, device: str) -> _Self:
        """Require a tensor on this type of device, such as "cpu" or "meta", and no operation that mixed devices.

        Raises `SuiteError` for devices other than "cpu" if the call was not traced (see `Candidate.traced`).

        >>> x = torch.ones(2, device="meta")
        >>> result = candidate.traced().double(x).result.device("meta")
        """
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
        """Require a Python float, not a tensor or an int. If `expected` is given, the float must be close to it.

        >>> candidate.mean(torch.ones(2)).result.number(1.0)
        <Value result: 1.0>
        """
        return self._python_number(float, expected, rtol, atol)

    def curve(self: _Self, expected: Sequence[float], *, rtol: float = CURVE_RTOL) -> _Self:
        """Require a list of Python floats that are close to these losses. The report plots both curves.

        >>> candidate.losses().result.curve([1.0, 0.5, 0.25])
        <Value result: [1.0, 0.5, 0.25]>
        """
        self.answer.note_curve(Curve(got=_course(self.fact), expected=tuple(map(float, expected))))
        for loss, wanted in zip(self.items(len(expected), kind="list"), expected, strict=True):
            loss.number(float(wanted), rtol=rtol)
        return self

    def scalar(self: _Self, expected: float, *, rtol: float = RTOL, atol: float = ATOL) -> _Self:
        """Require a Python float or a 0-D tensor that is close to `expected`: where another check asks for the type.

        >>> result = candidate.mean(torch.ones(2)).result.scalar(1.0)
        """
        if not isinstance(self.fact, wire.TensorFact):
            return self.number(expected, rtol=rtol, atol=atol)
        wanted = torch.tensor(float(expected), dtype=torch.float64)
        self.shape()
        got, (rtol, atol) = self.tensor, tolerance(self.fact.dtype, rtol, atol)
        found = difference(got, wanted, rtol=rtol, atol=atol)
        if found is not None:
            self.fails(showing.number(float(expected)), showing.fact(self.fact), found.kind, found.details)
        return self

    def integer(self: _Self, expected: int | None = None) -> _Self:
        """Require a Python int, not a bool or a tensor. If `expected` is given, the int must equal it.

        >>> candidate.count(torch.ones(2, 3)).result.integer(6)
        <Value result: 6>
        """
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
        """Require a plain Python value that equals `expected`, with the same types at every depth.

        Plain values are str, int, float, bool, None, dtypes and devices, and lists, tuples and dicts of them. A tensor
        equals nothing here: use `values`.

        >>> result = candidate.losses().result.equals([1.0, 0.5, 0.25])
        """
        if not _equal(self.python, expected):
            self.differs(repr(expected), "none" if self.fact is None else "values")
        return self

    def leaf(self: _Self) -> _Self:
        """Require a tensor that is a leaf of autograd's graph and requires grad.

        >>> weight = candidate.small_model().result.parameter("0.weight").leaf()
        """
        if not (self.tensor_fact.is_leaf and self.tensor_fact.requires_grad):
            kind = "leaf" if self.tensor_fact.requires_grad else "requires_grad"
            self.fails(learner.A_LEAF(), self._autograd(), kind)
        return self

    def attached(self: _Self) -> _Self:
        """Require a tensor that requires grad, so that gradients flow through it.

        >>> result = candidate.double(torch.ones(2, requires_grad=True)).result.attached()
        """
        if not self.tensor_fact.requires_grad:
            self.fails(learner.AN_ATTACHED_TENSOR(), self._autograd(), "attached")
        return self

    def detached(self: _Self) -> _Self:
        """Require a tensor that does not require grad and belongs to no graph.

        >>> result = candidate.double(torch.ones(2)).result.detached()
        """
        if self.tensor_fact.requires_grad or self.tensor_fact.grad_fn is not None:
            self.fails(learner.A_DETACHED_TENSOR(), self._autograd(), "detached")
        return self

    def frozen(self: _Self) -> _Self:
        """Require a parameter that does not require grad.

        >>> weight = candidate.frozen_model().result.parameter("0.weight").frozen()
        """
        if self.tensor_fact.requires_grad:
            self.fails(learner.A_FROZEN_PARAMETER(), learner.REQUIRES_GRAD(), "frozen")
        return self

    def _autograd(self) -> Sentence:
        fact = self.tensor_fact
        if fact.grad_fn:
            return learner.RESULT_OF_OPERATION(grad_fn=fact.grad_fn)
        return learner.A_LEAF() if fact.requires_grad else learner.WITHOUT_REQUIRES_GRAD()

    def grad(self: _Self, expected: Expected | None, *, rtol: float = RTOL, atol: float = ATOL) -> _Self:
        """Require a tensor whose `.grad` has these values, within the tolerance of `values`, or is `None`.

        >>> x = torch.ones(2, requires_grad=True)
        >>> argument = candidate.with_backward().double(x).argument(0).grad([2.0, 2.0])
        """
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
        """Require the same object as `other`, as `is` does.

        >>> observed = candidate.double_(torch.ones(2))
        >>> result = observed.result.same_object_as(observed.argument(0))
        """
        if _object(self.fact) != _object(other.fact):
            alike = type(self.fact) is type(other.fact)
            got = learner.ANOTHER_OBJECT() if alike else verbatim(showing.fact(self.fact))
            self.fails(learner.THE_OBJECT_ITSELF(name=other.name), got, "none" if self.fact is None else "same_object")
        return self

    def other_object_than(self: _Self, other: Value) -> _Self:
        """Require another object than `other`, as `is not` does.

        >>> observed = candidate.double(torch.ones(2))
        >>> result = observed.result.other_object_than(observed.argument(0))
        """
        if _object(self.fact) == _object(other.fact):
            self.fails(learner.A_NEW_OBJECT(), learner.THE_OBJECT_ITSELF(name=other.name), "new_object")
        return self

    def shares_memory_with(self: _Self, other: Value) -> _Self:
        """Require a value that shares memory with `other`, as a view does with its base.

        >>> observed = candidate.first_row(torch.ones(2, 3))
        >>> result = observed.result.shares_memory_with(observed.argument(0))
        """
        if self._memory().isdisjoint(memory(other.fact)):
            self.fails(learner.MEMORY_SHARED(name=other.name), learner.OWN_MEMORY(), "not_shared")
        return self

    def owns_memory(self: _Self, *others: Value) -> _Self:
        """Require a value that shares no memory with `others`, or with any argument if there are no `others`.

        >>> result = candidate.double(torch.ones(2, 3)).result.owns_memory()
        """
        own = self._memory()
        for other in others or self.answer.arguments():
            if own & memory(other.fact):
                self.fails(learner.OWN_MEMORY(), learner.MEMORY_SHARED(name=other.name), "aliases")
        return self

    def _memory(self) -> set[int]:
        """Return the numbers of the value's memory blocks. Ends the check if it has none."""
        found = memory(self.fact)
        if not found:
            self.differs(learner.A_TENSOR(), "none" if self.fact is None else "type")
        return found


_WITH_MEMORY = (wire.TensorFact, wire.ArrayFact)


def _object(fact: wire.Fact) -> object:
    if isinstance(fact, wire.ModuleFact) and fact.modules:
        return fact.modules[0].object
    return fact.object if isinstance(fact, _WITH_MEMORY) else object()


def memory(fact: wire.Fact) -> set[int]:
    """Return the numbers of the memory blocks of a value and of what it contains."""
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
    """Say whether two plain values have the same types and values at every depth. A tensor equals nothing."""
    if type(got) is not type(expected) or isinstance(got, torch.Tensor):
        return False
    if isinstance(got, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(got) == len(expected) and all(map(_equal, got, expected))
    if isinstance(got, dict) and isinstance(expected, dict):
        return got.keys() == expected.keys() and all(_equal(got[key], expected[key]) for key in got)
    return got == expected


def _course(fact: wire.Fact) -> tuple[float | None, ...]:
    """Return the first items of a list as numbers for a plot. An item that is no finite number becomes `None`."""
    items = fact.items if isinstance(fact, wire.Items) else ()
    values = (plain(item) for item in items[:_LONGEST_CURVE])
    numbers = (value.item() if isinstance(value, torch.Tensor) and value.numel() == 1 else value for value in values)
    return tuple(float(n) if isinstance(n, int | float) and math.isfinite(n) else None for n in numbers)
