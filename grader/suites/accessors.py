"""How a check reaches a value and its parts: the items of a list, the keys of a dict, the parameters of a module.

If the value has no such part, the check ends with its feedback (`CheckEnded`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn, Protocol, TypeVar

import torch

from grader import wire
from grader.records import Curve
from grader.sentences import Sentence, Template, learner
from grader.suites import showing
from grader.suites.comparisons import to_tensor
from grader.tensors import DTYPES

_Self = TypeVar("_Self", bound="Accessors")
_MOST_KEYS = 12  # of a dict that are shown
_SEQUENCES = {None: learner.A_LIST_OR_TUPLE, "list": learner.A_LIST, "tuple": learner.A_TUPLE}
_SETTINGS: dict[str, dict[str, object]] = {
    "dtype": {str(dtype): dtype for dtype in DTYPES.values()},
    "device": {name: torch.device(name) for name in ("cpu", "meta", "cuda", "cuda:0", "mps", "mps:0")},
}


class Answer(Protocol):
    """The whole answer to a call, of which a value is a part. `grader.suites.Observed` is one."""

    observation: wire.Observation

    def note_curve(self, curve: Curve) -> None:
        """Note a compared curve for the report."""

    def arguments(self) -> Sequence[Accessors]:
        """Return the arguments as they were after the call."""

    def require_trace(self, unknown: Template) -> None:
        """Raise a `SuiteError` with the sentence `unknown` if the call was not traced."""

    def fails(
        self,
        expected: str | Sentence,
        got: str | Sentence,
        kind: str,
        details: Sequence[str | Sentence] = (),
        *,
        next_step: str | Sentence | None = None,
    ) -> NoReturn:
        """End the check with this feedback."""


class Accessors:
    """One value of an answer, and the methods that return its parts."""

    def __init__(self, answer: Answer, name: str | Sentence, fact: wire.Fact) -> None:
        """Make a value of `answer`.

        `name` is how feedback calls the value: code if there is some, such as `w` or `result[0]`, else a phrase, such
        as "argument 2". `fact` is what was observed of the value.
        """
        self.answer = answer
        self.name = name
        self.fact = fact

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {showing.fact(self.fact)}>"

    @property
    def tensor(self) -> torch.Tensor:
        """The value as a tensor on the CPU. Ends the check if it is not a tensor, or has no values (device "meta").

        >>> candidate.double(torch.ones(2)).result.tensor
        tensor([2., 2.])
        """
        fact = self.tensor_fact
        rebuilt = to_tensor(fact)
        if rebuilt is None:
            self.differs(learner.A_TENSOR_WITH_VALUES(), "device" if fact.device == "meta" else "type")
        return rebuilt

    @property
    def tensor_fact(self) -> wire.TensorFact:
        """What was observed of a tensor. Ends the check if the value is not a tensor.

        >>> candidate.double(torch.ones(2)).result.tensor_fact.shape
        (2,)
        """
        if isinstance(self.fact, bool | int | float):
            told = learner.NUMBER_INSTEAD(value=showing.fact(self.fact), type=type(self.fact).__name__)
            self.fails(learner.A_TENSOR(), told, "type")
        if not isinstance(self.fact, wire.TensorFact):
            self.differs(learner.A_TENSOR(), "none" if self.fact is None else "type")
        return self.fact

    @property
    def python(self) -> object:
        """The value as plain Python: numbers, strings, lists, tuples, dicts, tensors.

        >>> candidate.losses().result.python
        [1.0, 0.5, 0.25]
        """
        return plain(self.fact)

    @property
    def gradient(self: _Self) -> _Self:
        """The tensor's `.grad` as a value, which is `None` if it has none. Ends the check if this is not a tensor.

        >>> x = torch.ones(2, requires_grad=True)
        >>> candidate.with_backward().double(x).argument(0).gradient.values([2.0, 2.0])
        <Value argument 1.grad: tensor([2., 2.])>
        """
        return self.part(".grad", self.tensor_fact.grad)

    def items(self: _Self, length: int | None = None, *, kind: str | None = None) -> list[_Self]:
        """Return the items of a list or tuple.

        Ends the check if the value is neither, if it does not have `length` items (when `length` is given), or if it
        is not of this `kind` ("list" or "tuple", when `kind` is given).

        >>> candidate.losses().result.items(3, kind="list")[0]
        <Value result[0]: 1.0>
        """
        if not isinstance(self.fact, wire.Items) or (kind is not None and self.fact.kind != kind):
            self.differs(_SEQUENCES[kind](), "none" if self.fact is None else "type")
        found = [self.part(f"[{i}]", item) for i, item in enumerate(self.fact.items)]
        if length is not None and len(found) != length:
            self.fails(learner.ITEMS(count=length), learner.ITEMS(count=len(found)), "length")
        return found

    def unpack(self: _Self, *names: str, kind: str | None = None) -> list[_Self]:
        """Return the items of a list or tuple, and give them these names in feedback.

        Ends the check if there are not as many items as names, or if the value is not of this `kind` ("list" or
        "tuple", when `kind` is given).

        >>> low, high = candidate.extremes(torch.tensor([3.0, 1.0])).result.unpack("low", "high")
        >>> high.values(3.0)
        <Value high: tensor(3.)>
        """
        items = self.items(len(names), kind=kind)
        for item, name in zip(items, names, strict=True):
            item.name = name
        return items

    def key(self: _Self, name: str) -> _Self:
        """Return the value of a dict under a string key. Ends the check if there is none.

        >>> candidate.statistics(torch.ones(2)).result.key("mean").number(1.0)
        <Value result['mean']: 1.0>
        """
        if not isinstance(self.fact, wire.Pairs):
            self.differs(learner.A_DICT(), "none" if self.fact is None else "type")
        for key, value in self.fact.items:
            if key == name:
                return self.part(f"[{name!r}]", value)
        self.differs(learner.A_DICT_WITH_KEY(key=repr(name)), "type")

    def keys(self: _Self, *names: str) -> list[_Self]:
        """Return the values of a dict under these string keys. Ends the check if it has others, or lacks one.

        The values come in the order of `names`; the dict may have any order.

        >>> candidate.statistics(torch.ones(2)).result.keys("mean", "max")
        [<Value result['mean']: 1.0>, <Value result['max']: 1.0>]
        """
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

    @property
    def module_fact(self) -> wire.ModuleFact:
        """What was observed of a module. Ends the check if the value is not an `nn.Module`.

        >>> [part.name for part in candidate.small_model().result.module_fact.modules]
        ['', '0', '1']
        """
        if not isinstance(self.fact, wire.ModuleFact):
            self.differs(learner.A_MODULE(), "none" if self.fact is None else "type")
        return self.fact

    @property
    def state(self) -> dict[str, torch.Tensor]:
        """The tensors of a module's parameters and buffers by name, for `load_state_dict` of a model in the suite.

        Ends the check if the value is not a module.

        >>> list(candidate.small_model().result.state)[:2]
        ['0.weight', '0.bias']
        """
        found = (*self.module_fact.parameters, *self.module_fact.buffers)
        return {name: self.part(f".{name}", held).tensor for name, held in found}

    def parameter(self: _Self, name: str) -> _Self:
        """Return a module's parameter by its full name. Ends the check if there is none.

        >>> weight = candidate.small_model().result.parameter("0.weight").shape(3, 2)
        """
        return self._held(
            name,
            self.module_fact.parameters,
            learner.A_PARAMETER_NAMED,
            learner.PARAMETERS_NAMED,
            learner.NO_PARAMETERS,
        )

    def buffer(self: _Self, name: str) -> _Self:
        """Return a module's buffer by its full name. Ends the check if there is none.

        >>> candidate.small_model().result.buffer("1.running_mean").values(torch.zeros(3))
        <Value result.1.running_mean: tensor([0., 0., 0.])>
        """
        return self._held(
            name, self.module_fact.buffers, learner.A_BUFFER_NAMED, learner.BUFFERS_NAMED, learner.NO_BUFFERS
        )

    def _held(
        self: _Self,
        name: str,
        found: Sequence[tuple[str, wire.Fact]],
        wanted: Template,
        others: Template,
        none: Template,
    ) -> _Self:
        for known, fact in found:
            if known == name:
                return self.part(f".{name}", fact)
        names = ", ".join(known for known, _ in found)
        self.fails(wanted(name=repr(name)), others(names=names) if found else none(), "members")

    def parameters(self: _Self, *names: str) -> list[_Self]:
        """Return a module's parameters in their order.

        If `names` are given, ends the check unless the module has exactly these parameters, in any order.

        >>> len(candidate.small_model().result.parameters("0.weight", "0.bias", "1.weight", "1.bias"))
        4
        """
        found = self.module_fact.parameters
        if names and sorted(known for known, _ in found) != sorted(names):
            got = learner.PARAMETERS(names=", ".join(known for known, _ in found)) if found else learner.NO_PARAMETERS()
            self.fails(learner.EXACTLY_PARAMETERS(names=", ".join(names)), got, "members")
        return [self.part(f".{known}", fact) for known, fact in found]

    def submodules(self, kind: str) -> list[str]:
        """Return the names of a module's submodules of the class `kind` or of a derived class, in their order.

        Ends the check if the value is not a module.

        >>> candidate.small_model().result.submodules("Linear")
        ['0']
        """
        return [part.name for part in self.module_fact.modules if part.name and kind in part.classes]

    def differs(self, expected: str | Sentence, kind: str) -> NoReturn:
        """End the check: the feedback shows the value as what came back instead of `expected`.

        `kind` chooses the next step, as in `fails`.

        >>> candidate.double(torch.ones(2)).result.differs("a tensor of zeros", "values")
        Traceback (most recent call last):
        CheckEnded: ...
        """
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
        """End the check with this feedback: texts of the course, or sentences of the kit.

        `expected` and `got` are phrases; the value's name is put before them. `details` are further sentences. `kind`
        chooses the next step (see `Observed.fails`), unless `next_step` or the check's `hint` gives one. Always raises
        `CheckEnded`.

        >>> candidate.double(torch.ones(2)).result.fails("an even number", "an odd one", "values")
        Traceback (most recent call last):
        CheckEnded: ...
        """
        if self.name != "result":
            expected, got = (learner.OF(name=self.name, what=what) for what in (expected, got))
        self.answer.fails(expected, got, kind, details, next_step=next_step)

    def part(self: _Self, name: str, fact: wire.Fact) -> _Self:
        """Return `fact` as a part of this value. `name` is the code that reaches it, such as `.grad` or `[0]`.

        >>> candidate.losses().result.part("[-1]", 0.25).number(0.25)
        <Value result[-1]: 0.25>
        """
        return type(self)(self.answer, self._name_of(name), fact)

    def _name_of(self, part: str) -> str | Sentence:
        return f"{self.name}{part}" if isinstance(self.name, str) else learner.PART(whole=self.name, part=part)


def plain(fact: wire.Fact) -> object:
    """Return a fact as plain Python and tensors; a fact that is neither is returned as it is."""
    if isinstance(fact, wire.TensorFact):
        return to_tensor(fact)
    if isinstance(fact, wire.Items):
        items = [plain(item) for item in fact.items]
        return items if fact.kind == "list" else tuple(items)
    if isinstance(fact, wire.Pairs):
        return {k if isinstance(k, (str, int, float)) else str(plain(k)): plain(v) for k, v in fact.items}
    if isinstance(fact, wire.Named) and fact.kind in _SETTINGS:
        return _SETTINGS[fact.kind].get(fact.name, fact)
    return fact
