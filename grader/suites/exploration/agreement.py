"""Compares what two implementations did in the same program, except for what the contract leaves free."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import msgspec
import torch

from grader import wire
from grader.sentences import Sentence, joined, learner, verbatim
from grader.suites import showing
from grader.suites.comparisons import CURVE_RTOL, difference, to_tensor
from grader.suites.exploration.programs import Program, kept, named

# What a domain may declare free, and what then is not compared.
Free = Literal[
    "requires_grad",  # whether tensors require grad
    "memory",  # whether the result is an argument or shares memory with one
    "edited",  # whether an argument was edited in place, if its values are right
    "none_grad",  # whether a gradient is None or zeros
    "gradients",  # the gradients of the arguments
    "mode",  # the modes of modules
    "generators",  # whether random generators were used
    "dtype",  # dtypes of tensors, and whether a number is an int or a float
]
FREE: tuple[Free, ...] = get_args(Free)
_GENERATORS = ("the generator of torch", "the generator of NumPy", "the generator of random")
_DEVIATION = {"float64": 1e-7, "float32": 1e-5, "float16": 4e-3, "bfloat16": 3e-2}  # of the largest value
_EPS = {"float64": 2.3e-16, "float32": 1.2e-7, "float16": 1e-3, "bfloat16": 8e-3}


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """The first difference: its `kind`, a key of `learner_steps.BY_KIND`; the value that differs; what each side has.

    `name` is code, such as `x.grad`. `of` is what is compared there, such as `x`: a name of the set-up, or an
    expression that is observed. `facts` are what each side has, where the value itself differs.
    """

    kind: str
    name: str
    expected: str | Sentence
    got: str | Sentence
    of: str = "result"
    facts: tuple[wire.Fact, wire.Fact] | None = None

    @property
    def symptom(self) -> tuple[str, str]:
        """What stays the same while the program is shrunk: the kind, and the value."""
        return self.kind, self.name.partition("[")[0]


def is_legal(seen: wire.Observation | None, raises: Sequence[str]) -> bool:
    """Say whether a program asks something that the contract answers: the reference returns, or raises as declared."""
    if seen is None or seen.outcome == "missing":
        return False
    return seen.raised is None or bool(set(raises) & set(seen.raised.bases))


def disagreement(
    program: Program,
    expected: wire.Observation,
    got: wire.Observation,
    *,
    free: Collection[str],
    raises: Sequence[str] = (),
    error: Sentence | None = None,
) -> Disagreement | None:
    """Return how an answer differs from the reference's, or `None` if it does not.

    `free` are names in `FREE`; `raises` are the types of exceptions that the contract names. `error` is how feedback
    describes the exception of the answer.
    """
    if expected.raised is None and wire.encode(msgspec.structs.replace(got, nonce=expected.nonce)) == wire.encode(
        expected
    ):
        return None  # most answers of right code are the same in every fact, which is seen at once
    wanted = expected.raised and [name for name in raises if name in expected.raised.bases]
    raised = got.raised
    if wanted and not (raised and set(wanted) & set(raised.bases)):
        shown = error or learner.WAS_RETURNED(value=as_text(first_result(got)))
        return Disagreement(
            kind="raises", name="result", expected=learner.IS_RAISED(error=joined(learner.EITHER, wanted)), got=shown
        )
    if not wanted and raised:
        name = program.observed[0] if len(program.observed) == 1 else "result"
        value = verbatim(as_text(first_result(expected)))
        return Disagreement(kind="raised", name=name, expected=value, got=error or verbatim(raised.type))
    compared = _Compared(program=program, free=frozenset(free))
    for name, mine, theirs in compared.pairs(expected, got):
        found = compared.differ(name, mine, theirs)
        if found is not None:
            return replace(found, of=name)
    return compared.settings(expected, got) or compared.edits(expected, got) or compared.memory(expected, got)


def first_result(seen: wire.Observation) -> wire.Fact:
    """Return the first value that was observed, which is the result unless the domain observes others."""
    return seen.result.items[0][1] if isinstance(seen.result, wire.Pairs) and seen.result.items else seen.result


def as_text(fact: wire.Fact) -> str:
    """Return a fact as text, without names of autograd's operations: right code may use other ones."""
    return showing.fact(_without_graph(fact))


def _without_graph(fact: wire.Fact) -> wire.Fact:
    if isinstance(fact, wire.TensorFact):
        return msgspec.structs.replace(fact, grad_fn=None)
    if isinstance(fact, wire.Items):
        return msgspec.structs.replace(fact, items=tuple(map(_without_graph, fact.items)))
    if isinstance(fact, wire.Pairs):
        return msgspec.structs.replace(fact, items=tuple((key, _without_graph(value)) for key, value in fact.items))
    return fact


def _with_type(fact: wire.Fact) -> str | Sentence:
    """Return a fact as text. A Python number is shown with its type, because it looks like a tensor's."""
    if isinstance(fact, bool | int | float):
        return learner.THE_NUMBER(kind=type(fact).__name__, number=as_text(fact))
    return as_text(fact)


@dataclass(frozen=True, kw_only=True)
class _Compared:
    program: Program
    free: frozenset[str]

    def pairs(self, expected: wire.Observation, got: wire.Observation) -> Iterator[tuple[str, wire.Fact, wire.Fact]]:
        """Yield the values that are compared, with their names: what is observed, then the arguments."""
        for part in (_results, _kept):
            mine, theirs = part(expected), part(got)
            for name, fact in mine.items():
                yield name, fact, theirs.get(name, wire.Other(name="nothing"))

    def differ(self, name: str, expected: wire.Fact, got: wire.Fact) -> Disagreement | None:
        if isinstance(expected, wire.TensorFact):
            return self._tensors(name, expected, got)
        if isinstance(expected, wire.ArrayFact):
            return self._arrays(name, expected, got)
        if isinstance(expected, wire.Items):
            return self._items(name, expected, got)
        if isinstance(expected, wire.Pairs):
            return self._dicts(name, expected, got)
        if isinstance(expected, wire.ModuleFact):
            return self._modules(name, expected, got)
        if isinstance(expected, bool | str | None) or isinstance(got, bool | str | None):
            same = type(expected) is type(got) and expected == got
            return (
                None if same else self._other("values" if type(expected) is type(got) else "type", name, expected, got)
            )
        if isinstance(expected, int | float):
            return self._numbers(name, expected, got)
        if isinstance(expected, wire.Named) and expected.kind in ("dtype", "device"):
            return None if expected == got else self._other("values", name, expected, got)
        return None if type(expected) is type(got) else self._other("type", name, expected, got)

    def _other(self, kind: str, name: str, expected: wire.Fact, got: wire.Fact) -> Disagreement:
        kind = "none" if got is None and name == "result" else kind
        shown = _with_type if kind == "type" else as_text
        facts = expected, got
        return Disagreement(kind=kind, name=name, expected=shown(expected), got=shown(got), facts=facts)

    def _numbers(self, name: str, expected: int | float, got: wire.Fact) -> Disagreement | None:
        if not isinstance(got, int | float) or (type(got) is not type(expected) and "dtype" not in self.free):
            return self._other("type", name, expected, got)
        allowed = 1e-5 * abs(expected) + 1e-6 * max(self.program.largest, 1e-6)
        close = _is_close(expected, got, 0.0 if isinstance(expected, int) else allowed)
        return None if close else self._other("values", name, expected, got)

    def _items(self, name: str, expected: wire.Items, got: wire.Fact) -> Disagreement | None:
        if not isinstance(got, wire.Items) or (got.kind == "list") != (expected.kind == "list"):
            return self._other("type", name, expected, got)
        if len(got.items) != len(expected.items) and expected.kind == "Size" == got.kind:
            return self._other("values", name, expected, got)
        if len(got.items) != len(expected.items):
            shown, there = (learner.SO_MANY_ITEMS(count=len(f.items), value=as_text(f)) for f in (expected, got))
            return Disagreement(kind="length", name=name, expected=shown, got=there, facts=(expected, got))
        if len(expected.items) > 1 and all(type(item) is float for item in (*expected.items, *got.items)):
            return self._curves(name, expected, got)
        for n, (mine, theirs) in enumerate(zip(expected.items, got.items, strict=True)):
            if (found := self.differ(f"{name}[{n}]", mine, theirs)) is not None:
                return found
        return None

    def _curves(self, name: str, expected: wire.Items, got: wire.Items) -> Disagreement | None:
        """Compare lists of floats: each may differ by a thousandth of the largest one."""
        wanted = [item for item in expected.items if isinstance(item, float)]
        allowed = CURVE_RTOL * max((abs(x) for x in wanted if math.isfinite(x)), default=0.0)
        for n, (mine, theirs) in enumerate(zip(wanted, got.items, strict=True)):
            assert isinstance(theirs, float)
            if not _is_close(mine, theirs, allowed):
                if as_text(expected) == as_text(got):  # they are too long to be shown whole
                    return self._other("values", f"{name}[{n}]", mine, theirs)
                return self._other("values", name, expected, got)
        return None

    def _dicts(self, name: str, expected: wire.Pairs, got: wire.Fact) -> Disagreement | None:
        if not isinstance(got, wire.Pairs):
            return self._other("type", name, expected, got)
        mine, theirs = ({showing.fact(key): value for key, value in fact.items} for fact in (expected, got))
        if mine.keys() != theirs.keys():
            return self._other("keys", name, expected, got)
        for key, value in mine.items():
            if (found := self.differ(f"{name}[{key}]", value, theirs[key])) is not None:
                return found
        return None

    def _arrays(self, name: str, expected: wire.ArrayFact, got: wire.Fact) -> Disagreement | None:
        if not isinstance(got, wire.ArrayFact):
            return self._other("type", name, expected, got)
        for kind in ("dtype", "shape"):
            if getattr(expected, kind) != getattr(got, kind) and kind not in self.free:
                return self._outline(kind, name, expected, got)
        return None if expected.data == got.data else self._other("values", name, expected, got)

    def _tensors(self, name: str, expected: wire.TensorFact, got: wire.Fact) -> Disagreement | None:
        if not isinstance(got, wire.TensorFact):
            return self._other("none" if got is None else "type", name, expected, got)
        for kind in ("shape", "dtype"):
            if getattr(expected, kind) != getattr(got, kind) and kind not in self.free:
                return self._outline(kind, name, expected, got)
        if expected.device != got.device:
            wanted, there = (learner.ON_DEVICE(device=repr(fact.device)) for fact in (expected, got))
            return Disagreement(kind="device", name=name, expected=wanted, got=there)
        found = self._values(name, expected, got)
        if found is not None:
            return found
        if (
            expected.requires_grad != got.requires_grad
            and not self.program.no_grad
            and "requires_grad" not in self.free
        ):
            kind = "attached" if expected.requires_grad else "detached"
            wanted, there = (learner.FLAG_IS(flag=str(fact.requires_grad)) for fact in (expected, got))
            return Disagreement(kind=kind, name=name, expected=wanted, got=there)
        return self._gradients(f"{name}.grad", expected.grad, got.grad)

    def _outline(
        self, kind: str, name: str, expected: wire.TensorFact | wire.ArrayFact, got: wire.TensorFact | wire.ArrayFact
    ) -> Disagreement:
        def said(fact: wire.TensorFact | wire.ArrayFact) -> Sentence:
            if kind == "shape":
                return learner.SHAPE(shape=str(fact.shape))
            return learner.DTYPE(dtype=f"torch.{fact.dtype}" if isinstance(fact, wire.TensorFact) else fact.dtype)

        return Disagreement(kind=kind, name=name, expected=said(expected), got=said(got))

    def _gradients(
        self, name: str, expected: wire.TensorFact | None, got: wire.TensorFact | None
    ) -> Disagreement | None:
        if "gradients" in self.free:
            return None
        if "none_grad" in self.free:
            expected, got = (None if fact is None or _is_zero(fact) else fact for fact in (expected, got))
        if expected is None or got is None:
            return None if expected is got else self._other("grad", name, expected, got)
        found = self._tensors(name, expected, got)
        return found and replace(found, kind="grad")

    def _values(self, name: str, expected: wire.TensorFact, got: wire.TensorFact) -> Disagreement | None:
        if expected.data == got.data and expected.dtype == got.dtype:
            return None
        mine, theirs = to_tensor(expected), to_tensor(got)
        if mine is None or theirs is None:
            return None if mine is theirs else self._other("values", name, expected, got)
        exact = "float" not in expected.dtype
        allowed = 0.0 if exact else self._tolerance(mine, expected.dtype)
        found = difference(theirs, mine, rtol=0.0, atol=allowed)
        if found is None:
            return None
        shown = showing.where_they_differ(mine, theirs, found.index)
        wanted, there = shown or (as_text(expected), as_text(got))
        if wanted == there and (found.index is not None or mine.dim() == 0):  # of complex numbers no index is known
            wanted, there = showing.apart(mine, theirs, found.index)
        return Disagreement(kind=found.kind, name=name, expected=wanted, got=there, facts=(expected, got))

    def _tolerance(self, expected: torch.Tensor, dtype: str) -> float:
        """Return by how much an element may differ: relative to the largest element, and to the largest argument."""
        values = expected.detach().to(torch.float64).abs().nan_to_num(0.0, 0.0, 0.0)
        largest = float(values.max()) if values.numel() else 0.0
        return _DEVIATION.get(dtype, 0.0) * largest + 8 * _EPS.get(dtype, 0.0) * self.program.largest

    def _modules(self, name: str, expected: wire.ModuleFact, got: wire.Fact) -> Disagreement | None:
        if not isinstance(got, wire.ModuleFact):
            return self._other("type", name, expected, got)
        if "mode" not in self.free:
            modes = {part.name: part.training for part in got.modules}
            for part in expected.modules:
                if modes.get(part.name, part.training) != part.training:
                    where = f"{name}.{part.name}" if part.name else name
                    wanted, there = (learner.IT_IS(value=str(flag)) for flag in (part.training, not part.training))
                    return Disagreement(kind="mode", name=f"{where}.training", expected=wanted, got=there)
        for mine, theirs in ((expected.parameters, got.parameters), (expected.buffers, got.buffers)):
            names, others = ([held for held, _ in facts] for facts in (mine, theirs))
            if sorted(names) != sorted(others):
                there = learner.PARAMETERS(names=", ".join(others)) if others else learner.NO_PARAMETERS()
                wanted = learner.PARAMETERS(names=", ".join(names)) if names else learner.NO_PARAMETERS()
                return Disagreement(kind="members", name=name, expected=wanted, got=there)
            held = dict(theirs)
            for member, fact in mine:
                if (found := self.differ(f"{name}.{member}", fact, held[member])) is not None:
                    return found
        return None

    # What concerns the whole program

    def settings(self, expected: wire.Observation, got: wire.Observation) -> Disagreement | None:
        changed = [name for name in got.state.changed if name not in expected.state.changed]
        if "generators" in self.free:
            changed = [name for name in changed if name not in _GENERATORS]
        if not changed:
            return None
        what = joined(learner.BOTH, [learner.STATE[name]() if name in learner.STATE else name for name in changed])
        wanted, there = learner.SETTINGS_AS_THEY_WERE(), learner.CHANGED(what=what)
        return Disagreement(kind="state", name="result", expected=wanted, got=there)

    def edits(self, expected: wire.Observation, got: wire.Observation) -> Disagreement | None:
        """Compare which tensors of the set-up were edited in place. Empty ones have nothing to edit."""
        if "edited" in self.free:
            return None
        for name in self.program.tensors:
            mine, theirs = (edited(seen, name, self.program.tensors.index(name)) for seen in (expected, got))
            if theirs and mine is False:
                wanted, there = learner.AS_IT_WAS(), learner.EDITED_AND_PUT_BACK()
                return Disagreement(kind="modified", name=name, expected=wanted, got=there, of=name)
        return None

    def memory(self, expected: wire.Observation, got: wire.Observation) -> Disagreement | None:
        """Compare which values are the same object, and which share memory."""
        if "memory" in self.free:
            return None
        mine, theirs = (dict(_places((*_results(seen).items(), *_kept(seen).items()))) for seen in (expected, got))
        names = [name for name in mine if name in theirs]
        for first, second in itertools.combinations(names, 2):
            shared, same = ((a[first][0] == a[second][0], a[first][1] == a[second][1]) for a in (mine, theirs))
            if shared[0] != same[0]:
                wanted, there = (
                    learner.MEMORY_SHARED(name=second) if shares else learner.OWN_MEMORY()
                    for shares in (shared[0], same[0])
                )
                kind = "not_shared" if shared[0] else "aliases"
                return Disagreement(kind=kind, name=first, expected=wanted, got=there)
            if shared[1] != same[1]:
                wanted, there = (
                    learner.THE_OBJECT_ITSELF(name=second) if is_it else learner.ANOTHER_OBJECT()
                    for is_it in (shared[1], same[1])
                )
                kind = "same_object" if shared[1] else "new_object"
                return Disagreement(kind=kind, name=first, expected=wanted, got=there)
        return None


def _is_close(a: float, b: float, allowed: float) -> bool:
    """Say whether two numbers differ by at most `allowed`. NaN equals NaN, and an infinity itself."""
    return a == b or abs(a - b) <= allowed or (math.isnan(a) and math.isnan(b))


def _results(seen: wire.Observation) -> Mapping[str, wire.Fact]:
    return named(seen.result)


def _kept(seen: wire.Observation) -> Mapping[str, wire.Fact]:
    return {name: fact for name, fact in kept(seen).items() if name}


def edited(seen: wire.Observation, name: str, place: int) -> bool | None:
    """Say whether a tensor was edited in place during the call; `None` if it is empty, or nothing is known of it."""
    fact, versions = kept(seen).get(name), kept(seen).get("")
    if not isinstance(fact, wire.TensorFact) or not isinstance(versions, wire.Items) or 0 in fact.shape:
        return None
    return place < len(versions.items) and versions.items[place] != fact.version


def _places(facts: Sequence[tuple[str, wire.Fact]]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the name, memory and object of every tensor and array in these values, except of empty ones."""
    for name, fact in facts:
        if isinstance(fact, wire.TensorFact | wire.ArrayFact):
            if 0 not in fact.shape:
                yield name, (fact.storage, fact.object)
            if isinstance(fact, wire.TensorFact) and fact.grad is not None:
                yield from _places([(f"{name}.grad", fact.grad)])
        elif isinstance(fact, wire.Items):
            yield from _places([(f"{name}[{n}]", item) for n, item in enumerate(fact.items)])
        elif isinstance(fact, wire.Pairs):
            yield from _places([(f"{name}[{showing.fact(key)}]", value) for key, value in fact.items])
        elif isinstance(fact, wire.ModuleFact):
            yield from _places([(f"{name}.{held}", value) for held, value in (*fact.parameters, *fact.buffers)])


def _is_zero(fact: wire.TensorFact) -> bool:
    values = to_tensor(fact)  # not the bytes: those of -0.0 aren't all 0
    return values is not None and not bool(values.any())
