"""What a suite asks of one call: `Observed` holds what it was given and everything that was observed of it.

Questions are asked as they are of a `Value`: each either holds, or ends the check with its message.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, NoReturn

import msgspec
import numpy as np
import torch
from torch import nn

from grader import wire
from grader.records import Curve
from grader.suites import feedback, showing, surroundings
from grader.suites.check_log import CheckLog
from grader.suites.comparisons import difference, to_tensor
from grader.suites.outcomes import CheckEnded, SuiteError
from grader.suites.suite import state_of
from grader.suites.value import Value, memory


class Observed:
    """One call, what it was given, and everything that was observed of it."""

    def __init__(
        self,
        *,
        call: str,
        given: tuple[object, ...],
        observation: wire.Observation,
        where: str,
        names: tuple[str, ...] = (),
        traced: bool = True,
        hint: str | None = None,
        log: CheckLog | None = None,
        loading: Sequence[wire.Raised] = (),
        hides_expected: bool = False,
    ) -> None:
        """`call` shows the call, `where` the student's line of an exception, `hint` overrides the next step.

        `log` is where curves are noted that are compared. `names` are the names of the positional arguments, as far as
        they have any. `traced` says that what ran was recorded. `hides_expected` leaves what was expected, and by how
        much it was missed, out of messages.
        """
        self.call = call
        self._names = names
        self.given = given
        self.observation = observation
        self._traced = traced
        self._where = where
        self._hint = hint
        self._loading = loading
        self._hides_expected = hides_expected
        self._log = CheckLog() if log is None else log

    @property
    def result(self) -> Value:
        """What was returned. Ends the check when the call raised instead."""
        self.returned()
        return Value(self, "result", self.observation.result)

    def argument(self, index: int, name: str | None = None) -> Value:
        """Return a positional argument as the call left it. Ends the check when the call raised instead."""
        self.returned()
        return self.argument_after(index, name)

    def argument_after(self, index: int, name: str | None = None) -> Value:
        """Return a positional argument as the call left it, whether it returned or raised."""
        known = self._names[index] if index < len(self._names) else f"argument {index + 1}"
        try:
            return Value(self, name or known, self.observation.arguments[index])
        except IndexError:
            self._torn()

    def before(self, index: int) -> Value:
        """Return a positional argument as it was handed over: the same objects and memory, but without its values."""
        return Value(self, f"the given {self.argument_after(index).name}", self._before(index))

    def arguments(self) -> list[Value]:
        """Return all positional arguments as the call left them."""
        return [self.argument_after(i) for i in range(len(self.given))]

    def returned(self) -> Observed:
        """Ask that the call returned."""
        raised = self.observation.raised
        if raised is not None:
            raise CheckEnded(
                "error",
                feedback.RAISED.format(call=self.call, error=feedback.error_name(raised), where=self._where),
                feedback.next_step_for(raised, self._loading, hint=self._hint if _is_of_use(raised) else None),
            )
        if self.observation.outcome != "returned":
            self._torn()
        return self

    def raises(self, *kinds: str) -> Observed:
        """Ask that the call raised one of these exception types (or a type derived from it)."""
        raised = self.observation.raised
        wanted = " or ".join(kinds)
        if raised is None:
            self.fails(f"{wanted} is raised", f"{showing.fact(self.observation.result)} was returned", "raises")
        if not set(kinds) & set(raised.bases):
            self.fails(
                f"{wanted} is raised",
                f"{feedback.error_name(raised)}{self._where}",
                "raises",
                next_step=surroundings.step_for(raised, self._loading),
            )
        return self

    def unchanged(self, *indices: int) -> Observed:
        """Ask that tensors, arrays and modules among the arguments (all, or at `indices`) are as they were handed over.

        That is: values, dtype, shape, memory, requires_grad, and no in-place edit. `.grad` of a tensor may have
        changed; that of a module's parameters, their objects, the buffers and every module's mode may not.
        """
        for index in indices or range(len(self.given)):
            given = self.given[index]
            value = self.argument_after(index)
            if isinstance(given, torch.Tensor):
                self._unchanged_tensor(index, given, value)
            elif isinstance(given, np.ndarray):
                self._unchanged_array(index, given, value)
            elif isinstance(given, nn.Module):
                self._unchanged_module(index, given, value)
            elif indices:
                raise SuiteError(
                    f"Cannot compare argument {index + 1} of {self.call}: it is no tensor, array or module. "
                    "Let a probe return what became of it."
                )
        return self

    def _unchanged_array(self, index: int, given: np.ndarray[Any, Any], value: Value) -> None:
        before = self._before(index)
        if not isinstance(before, wire.ArrayFact):
            self._torn()
        if value.fact != msgspec.structs.replace(before, data=given.tobytes()):
            value.fails("left as it was", "changed by your function", "modified")

    def _unchanged_tensor(self, index: int, given: torch.Tensor, value: Value) -> None:
        before, after = self._before(index), value.tensor_fact
        if not isinstance(before, wire.TensorFact):
            self._torn()
        if after.requires_grad != before.requires_grad:
            value.fails(
                f"requires_grad stays {before.requires_grad}", f"requires_grad is {after.requires_grad}", "modified"
            )
        if (after.shape, after.dtype, after.device) != (before.shape, before.dtype, before.device):
            value.fails("shape, dtype and device as they were", showing.fact(after), "modified")
        if after.is_leaf != before.is_leaf:
            value.fails("its graph as it was", "a graph that your function changed", "modified")
        if not given.is_meta and _changed(after, given):
            value.fails(f"left as it was, {showing.tensor(given.detach())}", showing.fact(after), "modified")
        if after.storage != before.storage:
            value.fails("left in the memory where it was", "moved to other memory by your function", "modified")
        if after.version != before.version:
            value.fails("left as it was", "edited in place by your function (and put back)", "modified")

    def _unchanged_module(self, index: int, given: nn.Module, value: Value) -> None:
        before = Value(self, value.name, self._before(index)).module_fact
        after = value.module_fact
        modes = {part.name: part.training for part in after.modules}
        for part in before.modules:
            if modes.get(part.name) != part.training:
                name = f" of its module {part.name!r}" if part.name else ""
                value.fails(f"training{name} stays {part.training}", f"it is {modes.get(part.name)}", "mode")
        expected = dict(state_of(given))
        for (name, old), (new_name, new) in zip_longest(
            (*before.parameters, *before.buffers), (*after.parameters, *after.buffers), fillvalue=("nothing", None)
        ):
            held = Value(self, f"{value.name}.{new_name}", new)
            if name != new_name or not isinstance(old, wire.TensorFact):
                value.fails(f"{name} as it was", f"{new_name} in its place", "modified")
            if held.tensor_fact.object != old.object or held.tensor_fact.storage != old.storage:
                held.fails("left as it was", "replaced by another tensor", "modified")
            if held.tensor_fact.requires_grad != old.requires_grad:
                flag = held.tensor_fact.requires_grad
                held.fails(f"requires_grad stays {old.requires_grad}", f"requires_grad is {flag}", "modified")
            if _changed(held.tensor_fact, expected[name]):
                held.fails("left as it was", showing.fact(new), "modified")
            grad = held.tensor_fact.grad
            if (grad is None) != (expected[name].grad is None) or (grad and _changed(grad, expected[name].grad)):
                held.gradient.fails("left as it was", "None" if grad is None else showing.fact(grad), "modified")

    def _before(self, index: int) -> wire.Fact:
        """Return the facts of an argument as it was handed over."""
        try:
            return self.observation.before[index]
        except IndexError:
            self._torn()

    def _torn(self) -> NoReturn:
        """End the check: parts of the answer are missing, or contradict each other, as no honest candidate's do."""
        self.fails("an answer about every argument", "a torn answer", "type")

    def same_memory(self, index: int, name: str | None = None) -> Value:
        """Ask that an argument still lives in the memory it was handed over in; return it."""
        value = self.argument(index, name)
        before = self._before(index)
        if memory(value.fact).isdisjoint(memory(before)):
            value.fails("updated in the memory it had", "moved to other memory", "not_shared")
        return value

    def note_curve(self, curve: Curve) -> None:
        """Note a curve that is compared, for the report to show."""
        self._log.note_curve(curve)

    def ran_backward(self) -> Observed:
        """Ask that backward from the result (see `Candidate.with_backward`) ran."""
        self.returned()
        if self.observation.backward == "not_asked":
            raise SuiteError(f"Cannot tell how backward went after {self.call}: call candidate.with_backward() for it.")
        if self.observation.backward == "impossible":
            attached = "" if self.observation.result is None else ", which is attached to no graph"
            self.fails(
                "a tensor to run backward from",
                f"{showing.fact(self.observation.result)}{attached}",
                "attached" if attached else "none",
            )
        raised = self.observation.backward_raised
        if raised is not None:
            raise CheckEnded(
                "failed",
                feedback.mismatch(self.call, "the gradients", feedback.error_name(raised)),
                feedback.next_step_for(raised, self._loading, hint=self._hint),
            )
        return self

    def state_kept(self, *except_for: str) -> Observed:
        """Ask that global state is as before: generators, gradient recording, default dtype and device."""
        changed = [name for name in self.observation.state.changed if name not in except_for]
        if changed:
            self.fails("global settings as they were", f"{' and '.join(changed)} changed", "state")
        return self

    def operations(self, *names: str) -> int:
        """Return how many ATen operations ran: all, or those named (such as "aten::mm")."""
        self.require_trace("which operations ran")
        counts = self.observation.operations
        return sum(counts.values()) if not names else sum(counts.get(name, 0) for name in names)

    def require_trace(self, what: str) -> None:
        """Raise `SuiteError` unless what ran during the call was recorded."""
        if not self._traced:
            raise SuiteError(f"Cannot tell {what} in {self.call}: the call was not traced. Use candidate.traced().")

    def fails(
        self, expected: str, got: str, kind: str, details: Sequence[str] = (), *, next_step: str | None = None
    ) -> NoReturn:
        """End the check with a message. `kind` is a key of `feedback.NEXT_STEP`."""
        # A hint is about wrong values; a student who forgot `return` needs to hear just that.
        hint = self._hint if kind != "none" else None
        step = next_step or hint or feedback.next_step_for_warnings(self.observation.warnings, kind)
        step = step or feedback.NEXT_STEP[kind]
        if self._hides_expected:
            expected, details = feedback.EXPECTED_LATER, ()
        raise CheckEnded("failed", feedback.mismatch(self.call, expected, got, details), step)


def _is_of_use(raised: wire.Raised) -> bool:
    """Say whether a hint helps more than the exception: where torch refuses something, or the student's own `raise`."""
    return raised.type == "RuntimeError" or raised.own


def _changed(fact: wire.TensorFact, given: torch.Tensor | None) -> bool:
    """Say whether a tensor no longer holds exactly what was given."""
    values = to_tensor(fact)
    if values is None or given is None or values.shape != given.shape:
        return True
    return difference(values, given.detach().cpu(), rtol=0.0, atol=0.0) is not None
