"""Compares facts with expected values, and describes where and by how much they differ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from grader import wire
from grader.sentences import Sentence, learner
from grader.tensors import DTYPES

RTOL, ATOL = 1e-5, 1e-6
CURVE_RTOL = 1e-3  # for loss curves

# Tolerances of low-precision dtypes: a few units in the last place.
_COARSE = {"float16": (2e-3, 2e-3), "bfloat16": (1.6e-2, 1.6e-2)}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How two tensors of one shape differ. `kind` is a key of `learner_steps.BY_KIND`; `details` are sentences.

    `index` is where they differ most, or `None` if they have no dimensions or hold complex numbers.
    """

    kind: str
    details: tuple[Sentence, ...]
    index: tuple[int, ...] | None = None


def to_tensor(fact: wire.TensorFact) -> torch.Tensor | None:
    """Return a tensor made from a fact's bytes, or `None` if they are missing or do not fit the shape and dtype."""
    dtype = DTYPES.get(fact.dtype)
    if fact.data is None or dtype is None or any(size < 0 for size in fact.shape):
        return None
    if math.prod(fact.shape) * dtype.itemsize != len(fact.data):
        return None
    if math.prod(max(size, 1) for size in fact.shape) >= 2**63:  # empty, with sizes that no tensor has
        return None
    if not fact.data:
        return torch.empty(fact.shape, dtype=dtype)
    return torch.frombuffer(bytearray(fact.data), dtype=dtype).reshape(fact.shape)


def tolerance(dtype: str, rtol: float, atol: float) -> tuple[float, float]:
    """Return `(rtol, atol)` for results of `dtype`: those given, or larger ones for low-precision dtypes."""
    coarse_rtol, coarse_atol = _COARSE.get(dtype, (0.0, 0.0))
    return max(rtol, coarse_rtol), max(atol, coarse_atol)


def difference(got: torch.Tensor, expected: torch.Tensor, *, rtol: float, atol: float) -> Difference | None:
    """Return how `got` differs from `expected`, or `None` if they are equal within the tolerance.

    Both tensors have the same shape. Whole numbers and bools must be equal; the tolerance does not apply to them.
    """
    if got.dtype == expected.dtype and torch.equal(got, expected):
        return None  # most tensors are equal, and this takes a tenth of the time of the comparison below
    shape = got.shape
    whole = not any(t.is_floating_point() or t.is_complex() for t in (got, expected))
    if got.dtype.is_complex or expected.dtype.is_complex:
        got, expected = (torch.view_as_real(t.to(torch.complex128)) for t in (got, expected))
    actual, wanted = got.to(torch.float64), expected.to(torch.float64)
    wrong = got != expected if whole else ~torch.isclose(actual, wanted, rtol=rtol, atol=atol, equal_nan=True)
    if not bool(wrong.any()):
        return None
    unexpected_nan = actual.isnan() & ~wanted.isnan()
    if bool(unexpected_nan.any()):
        details = (_how_many_nan(unexpected_nan),) if wrong.dim() else ()
        return Difference(kind="nan", details=details, index=_of_element(_place(unexpected_nan.int()), shape))
    if wrong.dim() == 0:
        return Difference(kind="values", details=())
    distance = torch.where(wrong, (actual - wanted).abs().nan_to_num(math.inf, math.inf), 0.0)
    index = _place(distance)
    worst = {"difference": f"{float(distance[index]):.4g}", "index": show_index(index)}
    allowed = {} if whole else {"relative": f"{rtol:g}", "absolute": f"{atol:g}"}
    details = (_how_many_wrong(wrong, worst | allowed),)
    return Difference(kind="values", details=details, index=_of_element(index, shape))


def _place(values: torch.Tensor) -> tuple[int, ...]:
    """Return the index of the largest element."""
    return tuple(int(i) for i in torch.unravel_index(values.argmax(), tuple(values.shape)))


def _of_element(index: tuple[int, ...], shape: Sequence[int]) -> tuple[int, ...] | None:
    """Return the index if it is one of an element: a complex number has two parts, and a 0-D tensor no index."""
    return index if index and len(index) == len(shape) else None


def show_index(index: tuple[int, ...]) -> str:
    """Return an index as Python code: [2] or [0, 3]."""
    return "[" + ", ".join(map(str, index)) + "]"


def _how_many_nan(mask: torch.Tensor) -> Sentence:
    return learner.NAN_ONLY() if mask.numel() == 1 else learner.NAN(**_count(mask))


def _how_many_wrong(mask: torch.Tensor, about: Mapping[str, str]) -> Sentence:
    """Say how many elements are wrong. `about` holds the worst difference, and the tolerance if there is one."""
    if mask.numel() == 1:
        return (learner.WRONG_ONLY if "relative" in about else learner.WRONG_ONLY_EXACTLY)(**about)
    return (learner.WRONG if "relative" in about else learner.WRONG_EXACTLY)(**_count(mask), **about)


def _count(mask: torch.Tensor) -> dict[str, int | Sentence]:
    total, some = mask.numel(), int(mask.sum())
    return {"count": some, "total": total, "share": _percent(some / total)}


def _percent(share: float) -> Sentence:
    """Return a share as a percentage. A small share is not rounded to 0 %, nor a large one to 100 %."""
    if share < 0.01:
        return learner.UNDER_ONE_PERCENT()
    return learner.OVER_99_PERCENT() if 0.99 < share < 1 else learner.PERCENT(percent=f"{100 * share:.0f}")


def _close(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-6)


def same_fact(a: wire.Fact, b: wire.Fact, *, values_only: bool = False) -> bool:
    """Say whether a check could not tell two facts apart. Values may differ by a small tolerance.

    With `values_only`, facts about memory, objects and autograd are not compared.
    """
    if type(a) is not type(b):
        return False
    if isinstance(a, float) and isinstance(b, float):
        return _close(a, b)
    if isinstance(a, wire.TensorFact) and isinstance(b, wire.TensorFact):
        return _same_tensor(a, b, values_only)
    if isinstance(a, wire.ArrayFact) and isinstance(b, wire.ArrayFact):
        held_alike = values_only or (a.object, a.storage) == (b.object, b.storage)
        return held_alike and (a.dtype, a.shape, a.data) == (b.dtype, b.shape, b.data)
    if isinstance(a, wire.Items) and isinstance(b, wire.Items):
        return a.kind == b.kind and _all_same(a.items, b.items, values_only)
    if isinstance(a, wire.Pairs) and isinstance(b, wire.Pairs):
        return _all_same([x for pair in a.items for x in pair], [x for pair in b.items for x in pair], values_only)
    if isinstance(a, wire.ModuleFact) and isinstance(b, wire.ModuleFact):
        return _same_module(a, b, values_only)
    return a == b


def same_answer(a: wire.Observation, b: wire.Observation) -> bool:
    """Say whether two calls had the same outcome, facts and values."""
    outcomes = [(o.outcome, o.raised and o.raised.type, len(o.arguments), o.keywords.keys()) for o in (a, b)]
    kept = [(o.result, *o.arguments, *o.keywords.values()) for o in (a, b)]
    return outcomes[0] == outcomes[1] and _all_same(kept[0], kept[1], values_only=False)


def _same_module(a: wire.ModuleFact, b: wire.ModuleFact, values_only: bool) -> bool:
    def outline(m: wire.ModuleFact) -> list[object]:
        held = [name for name, _ in (*m.parameters, *m.buffers)]
        return held + [(part.name, part.training, () if values_only else part.classes) for part in m.modules]

    def facts(m: wire.ModuleFact) -> list[wire.Fact]:
        return [fact for _, fact in (*m.parameters, *m.buffers)]

    def objects(m: wire.ModuleFact) -> list[int]:
        return [part.object for part in m.modules]

    alike = outline(a) == outline(b) and _all_same(facts(a), facts(b), values_only)
    return alike and (values_only or objects(a) == objects(b))


def _all_same(a: Sequence[wire.Fact], b: Sequence[wire.Fact], values_only: bool) -> bool:
    return len(a) == len(b) and all(same_fact(x, y, values_only=values_only) for x, y in zip(a, b, strict=True))


def _same_tensor(a: wire.TensorFact, b: wire.TensorFact, values_only: bool) -> bool:
    def outline(t: wire.TensorFact) -> tuple[object, ...]:
        computed = (t.dtype, t.shape, t.device, t.data is None)
        return computed if values_only else (*computed, t.requires_grad, t.is_leaf, t.object, t.storage)

    if outline(a) != outline(b):
        return False
    # A detached tensor has no gradient, whatever was computed. That is a fact of autograd.
    detached = values_only and a.requires_grad != b.requires_grad
    if not detached and (a.grad is None) != (b.grad is None):
        return False
    if a.grad is not None and b.grad is not None and not _same_values(a.grad, b.grad):
        return False
    return _same_values(a, b)


def _same_values(a: wire.TensorFact, b: wire.TensorFact) -> bool:
    if a.data == b.data:
        return a.shape == b.shape
    first, second = to_tensor(a), to_tensor(b)
    if first is None or second is None or first.shape != second.shape:
        return False
    rtol, atol = tolerance(a.dtype, 1e-4, 1e-6)
    return difference(first, second, rtol=rtol, atol=atol) is None
