"""The questions that a check asks of one call: `Observed` holds its arguments and everything that was observed of it.

As with a `Value`, a wrong answer ends the check: the question raises `CheckEnded` with the feedback.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NoReturn

import msgspec
import numpy as np
import torch
from torch import nn

from grader import wire
from grader.records import Curve, Feedback
from grader.sentences import Sentence, Template, author, joined, learner, verbatim
from grader.sentences import learner_steps as steps
from grader.suites import feedback, showing, surroundings
from grader.suites.check_log import CheckLog
from grader.suites.comparisons import difference, to_tensor
from grader.suites.outcomes import CheckEnded, SuiteError
from grader.suites.suite import state_of
from grader.suites.value import Value, memory


class Observed:
    """One call: its arguments, and everything that was observed of it.

    `call` is the call as feedback shows it, and `given` are its positional arguments.

    >>> observed = candidate.double(torch.ones(2))
    >>> observed
    <Observed double(tensor([1., 1.]))>
    """

    def __init__(
        self,
        *,
        call: str | Callable[[], str],
        given: tuple[object, ...],
        given_keywords: Mapping[str, object] | None = None,
        observation: wire.Observation,
        exception: Sentence | None = None,
        names: tuple[str, ...] = (),
        traced: bool = True,
        hint: str | None = None,
        log: CheckLog | None = None,
        loading: Sequence[wire.Raised] = (),
        hides_expected: bool = False,
    ) -> None:
        """Hold the observation of one call.

        `call` is the code of the call, or returns it. `given` and `given_keywords` are its arguments; `names` are the
        names of the positional ones that have one. `exception` says what the call raised and where. `traced` says that
        the operations were recorded. `hint` replaces the next step. `log` collects the curves that are compared.
        `loading` are the errors that the submission raised while it was loaded. `hides_expected` leaves the expected
        value, and the difference from it, out of messages.
        """
        self._call = call
        self._names = names
        self.given = given
        self._given_keywords = given_keywords or {}
        self.observation = observation
        self._traced = traced
        self._exception = verbatim("") if exception is None else exception
        self._hint = hint
        self._loading = loading
        self._hides_expected = hides_expected
        self._log = CheckLog() if log is None else log

    @property
    def call(self) -> str:
        """The call as feedback shows it.

        >>> candidate.double(torch.ones(2)).call
        'double(tensor([1., 1.]))'
        """
        return self._call if isinstance(self._call, str) else self._call()

    def __repr__(self) -> str:
        return f"<Observed {self.call}>"

    @property
    def result(self) -> Value:
        """What the call returned. Ends the check if the call raised an exception.

        >>> candidate.double(torch.ones(2)).result
        <Value result: tensor([2., 2.])>
        """
        self.returned()
        return Value(self, "result", self.observation.result)

    def argument(self, index: int, name: str | None = None) -> Value:
        """Return a positional argument as it was after the call. `name` replaces its name in feedback.

        Ends the check if the call raised an exception.

        >>> candidate.double_(torch.ones(2)).argument(0, "x").values([2.0, 2.0])
        <Value x: tensor([2., 2.])>
        """
        self.returned()
        return self.argument_after(index, name)

    def argument_after(self, index: int | str, name: str | None = None) -> Value:
        """Return an argument as it was after the call, even if the call raised an exception.

        `index` is the argument's position or its keyword; `name` replaces its name in feedback.

        >>> candidate.root(-1.0).raises("ValueError").argument_after(0).number(-1.0)
        <Value argument 1: -1.0>
        """
        if isinstance(index, str):
            if index not in self.observation.keywords:
                self._torn()
            return Value(self, name or index, self.observation.keywords[index])
        known = self._names[index] if index < len(self._names) else learner.ARGUMENT(number=index + 1)
        try:
            return Value(self, name or known, self.observation.arguments[index])
        except IndexError:
            self._torn()

    def before(self, index: int) -> Value:
        """Return a positional argument as it was before the call: its objects and memory, but not its values.

        >>> observed = candidate.double_(torch.ones(2))
        >>> argument = observed.argument(0).same_object_as(observed.before(0))
        """
        return Value(self, learner.GIVEN(argument=self.argument_after(index).name), self._before(index))

    def arguments(self) -> list[Value]:
        """Return all positional arguments as they were after the call.

        >>> candidate.double_(torch.ones(2)).arguments()
        [<Value argument 1: tensor([2., 2.])>]
        """
        return [self.argument_after(i) for i in range(len(self.given))]

    def returned(self, expected: str | Sentence | None = None, *, next_step: str | Sentence | None = None) -> Observed:
        """Require that the call returned. Use it if the check asks nothing of the result.

        `expected` is what the student reads that it should have returned, if that is known. `next_step` replaces the
        one that the exception leads to.

        >>> observed = candidate.double(torch.ones(2)).returned()
        """
        raised = self.observation.raised
        if raised is not None:
            raise CheckEnded(
                "error",
                Feedback(
                    call=self.call,
                    expected=feedback.as_sentence(expected)
                    if expected is not None and not self._hides_expected
                    else learner.A_RESULT(),
                    got=self._exception,
                    next_step=feedback.as_sentence(next_step)
                    if next_step is not None
                    else feedback.next_step_for(raised, self._loading, hint=self._hint if _is_of_use(raised) else None),
                    line=raised.line,
                ),
            )
        if self.observation.outcome != "returned":
            self._torn()
        return self

    def raises(self, *kinds: str) -> Observed:
        """Require that the call raised an exception of one of these types, or of a derived type.

        >>> observed = candidate.root(-1.0).raises("ValueError")
        """
        raised = self.observation.raised
        if raised is None:
            got = learner.WAS_RETURNED(value=showing.fact(self.observation.result))
            self.fails(_is_raised(kinds), got, "raises")
        if not set(kinds) & set(raised.bases):
            self.fails(
                _is_raised(kinds),
                self._exception,
                "raises",
                next_step=surroundings.step_for(raised, self._loading),
            )
        return self

    def unchanged(self, *which: int | str) -> Observed:
        """Require that the call did not change its tensors, arrays and modules.

        `which` names arguments by their position or their keyword; without it, all arguments are compared. A tensor
        keeps its values, dtype, shape, memory and `requires_grad`, and nothing is written into it; only its `.grad` may
        change. A module keeps its modes, its buffers, and its parameters with their `.grad`. Raises `SuiteError` if
        `which` names another kind of argument.

        >>> observed = candidate.double(torch.ones(2)).unchanged()
        """
        every: dict[int | str, object] = dict(enumerate(self.given))
        every.update(self._given_keywords.items())
        for key in which or every:
            given = every[key]
            value = self.argument_after(key)
            if isinstance(given, torch.Tensor):
                self._unchanged_tensor(key, given, value)
            elif isinstance(given, np.ndarray):
                self._unchanged_array(key, given, value)
            elif isinstance(given, nn.Module):
                self._unchanged_module(key, given, value)
            elif which:
                number = key + 1 if isinstance(key, int) else key
                raise SuiteError(author.NOT_COMPARED(argument=number, call=self.call))
        return self

    def _unchanged_array(self, index: int | str, given: np.ndarray[Any, Any], value: Value) -> None:
        before = self._before(index)
        if not isinstance(before, wire.ArrayFact):
            self._torn()
        if value.fact != msgspec.structs.replace(before, data=given.tobytes()):
            value.fails(learner.AS_IT_WAS(), learner.CHANGED_BY_YOU(), "modified")

    def _unchanged_tensor(self, index: int | str, given: torch.Tensor, value: Value) -> None:
        before, after = self._before(index), value.tensor_fact
        if not isinstance(before, wire.TensorFact):
            self._torn()
        if after.requires_grad != before.requires_grad:
            value.fails(*_flag(before.requires_grad, after.requires_grad), "modified")
        if (after.shape, after.dtype, after.device) != (before.shape, before.dtype, before.device):
            value.fails(learner.OUTLINE_AS_IT_WAS(), showing.fact(after), "modified")
        if after.is_leaf != before.is_leaf:
            value.fails(learner.GRAPH_AS_IT_WAS(), learner.GRAPH_CHANGED(), "modified")
        if not given.is_meta and _changed(after, given):
            wanted = learner.AS_IT_WAS_VALUE(value=showing.tensor(given.detach()))
            value.fails(wanted, showing.fact(after), "modified")
        if after.storage != before.storage:
            value.fails(learner.MEMORY_AS_IT_WAS(), learner.MOVED_BY_YOU(), "modified")
        if after.version != before.version:
            value.fails(learner.AS_IT_WAS(), learner.EDITED_AND_PUT_BACK(), "modified")

    def _unchanged_module(self, index: int | str, given: nn.Module, value: Value) -> None:
        before = Value(self, value.name, self._before(index)).module_fact
        after = value.module_fact
        modes = {part.name: part.training for part in after.modules}
        for part in before.modules:
            if modes.get(part.name) != part.training:
                flag = str(part.training)
                stays = learner.TRAINING_STAYS(flag=flag)
                if part.name:
                    stays = learner.TRAINING_OF_MODULE_STAYS(module=repr(part.name), flag=flag)
                value.fails(stays, learner.IT_IS(value=str(modes.get(part.name))), "mode")
        expected = dict(state_of(given))
        for (name, old), (new_name, new) in zip_longest(
            (*before.parameters, *before.buffers), (*after.parameters, *after.buffers), fillvalue=(None, None)
        ):
            if name is None or name != new_name or not isinstance(old, wire.TensorFact):
                wanted = learner.NO_OTHER_MEMBER() if name is None else learner.MEMBER_AS_IT_WAS(member=name)
                got = learner.NOTHING_IN_ITS_PLACE() if new_name is None else learner.IN_ITS_PLACE(member=new_name)
                value.fails(wanted, got, "modified")
            held = value.part(f".{name}", new)
            if held.tensor_fact.object != old.object or held.tensor_fact.storage != old.storage:
                held.fails(learner.AS_IT_WAS(), learner.REPLACED(), "modified")
            if held.tensor_fact.requires_grad != old.requires_grad:
                held.fails(*_flag(old.requires_grad, held.tensor_fact.requires_grad), "modified")
            if _changed(held.tensor_fact, expected[name]):
                held.fails(learner.AS_IT_WAS(), showing.fact(new), "modified")
            grad = held.tensor_fact.grad
            if (grad is None) != (expected[name].grad is None) or (grad and _changed(grad, expected[name].grad)):
                held.gradient.fails(learner.AS_IT_WAS(), "None" if grad is None else showing.fact(grad), "modified")

    def _before(self, index: int | str) -> wire.Fact:
        """Return what was observed of an argument before the call; `index` is its position or its keyword."""
        try:
            seen = self.observation
            return seen.before[index] if isinstance(index, int) else seen.keywords_before[index]
        except LookupError:
            self._torn()

    def _torn(self) -> NoReturn:
        """End the check: parts of the answer are missing or contradict each other, so the candidate forged it."""
        self.fails(learner.A_WHOLE_ANSWER(), learner.A_TORN_ANSWER(), "type")

    def same_memory(self, index: int, name: str | None = None) -> Value:
        """Require that an argument still uses the memory that it had before the call; return it as a value.

        `index` is its position; `name` replaces its name in feedback.

        >>> candidate.double_(torch.ones(2)).same_memory(0).values([2.0, 2.0])
        <Value argument 1: tensor([2., 2.])>
        """
        value = self.argument(index, name)
        before = self._before(index)
        if memory(value.fact).isdisjoint(memory(before)):
            value.fails(learner.UPDATED_IN_PLACE(), learner.MOVED(), "not_shared")
        return value

    def note_curve(self, curve: Curve) -> None:
        """Add a curve to the report, which plots what came back and what was expected. `Value.curve` calls it.

        >>> candidate.losses().note_curve(Curve(got=(1.0, 0.5), expected=(1.0, 0.25)))
        """
        self._log.note_curve(curve)

    def ran_backward(self) -> Observed:
        """Require that the backward pass from the result ran.

        Raises `SuiteError` unless the call was made by `candidate.with_backward()`.

        >>> x = torch.ones(2, requires_grad=True)
        >>> observed = candidate.with_backward().double(x).ran_backward()
        """
        self.returned()
        if self.observation.backward == "not_asked":
            raise SuiteError(author.BACKWARD_NOT_ASKED(call=self.call))
        if self.observation.backward == "impossible":
            shown = showing.fact(self.observation.result)
            if self.observation.result is None:
                self.fails(learner.A_START_OF_BACKWARD(), shown, "none")
            self.fails(learner.A_START_OF_BACKWARD(), learner.ATTACHED_TO_NO_GRAPH(value=shown), "attached")
        raised = self.observation.backward_raised
        if raised is not None:
            raise CheckEnded(
                "failed",
                Feedback(
                    call=self.call,
                    expected=learner.GRADIENTS(),
                    got=verbatim(feedback.error_name(raised)),
                    next_step=feedback.next_step_for(raised, self._loading, hint=self._hint),
                ),
            )
        return self

    def state_kept(self, *except_for: str) -> Observed:
        """Require that the call did not change global state: random generators, grad mode, default dtype, ...

        `except_for` are settings that may change, such as "the number of threads"; `learner.STATE` lists them.

        >>> observed = candidate.double(torch.ones(2)).state_kept()
        """
        changed = [name for name in self.observation.state.changed if name not in except_for]
        if changed:
            known = [learner.STATE[name]() if name in learner.STATE else name for name in changed]
            got = learner.CHANGED(what=joined(learner.BOTH, known))
            self.fails(learner.SETTINGS_AS_THEY_WERE(), got, "state")
        return self

    def operations(self, *names: str) -> int:
        """Return how many ATen operations ran: those with one of these names, or all if no name is given.

        Raises `SuiteError` if the call was not traced (see `Candidate.traced`).

        >>> candidate.traced().double(torch.ones(2)).operations("aten::mul")
        1
        """
        self.require_trace(author.OPERATIONS_UNKNOWN)
        counts = self.observation.operations
        return sum(counts.values()) if not names else sum(counts.get(name, 0) for name in names)

    def require_trace(self, unknown: Template) -> None:
        """Raise `SuiteError` if the call was not traced. `unknown` is the error's sentence, with the parameter `call`.

        >>> candidate.traced().double(torch.ones(2)).require_trace(author.OPERATIONS_UNKNOWN)
        """
        if not self._traced:
            raise SuiteError(unknown(call=self.call))

    def fails(
        self,
        expected: str | Sentence,
        got: str | Sentence,
        kind: str,
        details: Sequence[str | Sentence] = (),
        *,
        next_step: str | Sentence | None = None,
    ) -> NoReturn:
        """End the check with this feedback: texts of the course, or sentences of the kit.

        `expected` and `got` are phrases, and `details` are further sentences. `kind` chooses the next step, unless
        `next_step` or the check's `hint` gives one; it is a key of `learner_steps.BY_KIND`, such as "values" or
        "shape". Always raises `CheckEnded`.

        >>> candidate.double(torch.ones(2)).fails("an even number", "an odd one", "values")
        Traceback (most recent call last):
        CheckEnded: ...
        """
        # A hint is about wrong values. It does not help a student who forgot `return`.
        hint = self._hint if kind != "none" else None
        step = next_step or hint or feedback.next_step_for_warnings(self.observation.warnings, kind)
        raised = self.observation.raised
        if self._hides_expected:
            expected, details = learner.EXPECTED_LATER(), ()
        said = Feedback(
            call=self.call,
            expected=feedback.as_sentence(expected),
            got=feedback.as_sentence(got),
            details=tuple(map(feedback.as_sentence, details)),
            next_step=feedback.as_sentence(step or steps.BY_KIND[kind]()),
            line=None if raised is None or got != self._exception else raised.line,
        )
        raise CheckEnded("failed", said)


def _is_raised(kinds: Sequence[str]) -> Sentence:
    return learner.IS_RAISED(error=joined(learner.EITHER, kinds))


def _flag(before: bool, after: bool) -> tuple[Sentence, Sentence]:
    """Return the expected phrase and the observed phrase for a `requires_grad` that had to stay the same."""
    return learner.FLAG_STAYS(flag=str(before)), learner.FLAG_IS(flag=str(after))


def _is_of_use(raised: wire.Raised) -> bool:
    """Say whether a hint helps more than the exception: if PyTorch raised an error, or the student's own `raise`."""
    return raised.type == "RuntimeError" or raised.own


def _changed(fact: wire.TensorFact, given: torch.Tensor | None) -> bool:
    """Say whether a tensor's shape or values differ from what was given."""
    values = to_tensor(fact)
    if values is None or given is None or values.shape != given.shape:
        return True
    return difference(values, given.detach().cpu(), rtol=0.0, atol=0.0) is not None
