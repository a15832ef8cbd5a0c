"""Comparisons of results with expected values: tolerances, the worst element, and the sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from grader import wire
from grader.suites.comparisons import (
    ATOL,
    RTOL,
    Difference,
    difference,
    same_answer,
    same_fact,
    show_index,
    to_tensor,
    tolerance,
)


def compare(got: object, expected: object) -> Difference | None:
    """Compare with the default tolerance."""
    return difference(torch.as_tensor(got), torch.as_tensor(expected), rtol=RTOL, atol=ATOL)


def sentence(got: object, expected: object) -> str:
    """Return the one sentence about a difference."""
    found = compare(got, expected)
    assert found is not None
    (only,) = found.details
    return str(only)


# What counts as different


def test_values_within_the_tolerance_are_equal() -> None:
    """A relative error of 0.9e-5 is accepted."""
    assert compare([100.0009, 1.0], [100.0, 1.0]) is None


def test_values_beyond_the_tolerance_differ() -> None:
    """A relative error of 2e-5 is a difference."""
    assert compare([100.002, 1.0], [100.0, 1.0]) is not None


def test_the_absolute_tolerance_is_for_zero() -> None:
    """For an expected zero, 9e-7 is accepted and 2e-6 is a difference."""
    assert compare([9e-7], [0.0]) is None
    assert compare([2e-6], [0.0]) is not None


def test_the_tolerance_is_relative_to_what_was_expected() -> None:
    """The tolerance is relative to the expected value, so that a large answer does not increase it."""
    assert difference(torch.tensor(2.0), torch.tensor(1.0), rtol=0.6, atol=0.0) is not None
    assert difference(torch.tensor(1.0), torch.tensor(2.0), rtol=0.6, atol=0.0) is None


def test_values_of_other_dtypes_are_compared_as_numbers() -> None:
    """A float64 result agrees with an equal float32 expectation."""
    assert compare(torch.tensor([0.1], dtype=torch.float64), torch.tensor([0.1])) is None


def test_whole_numbers_are_compared_exactly() -> None:
    """Integers have no tolerance: 200001 is not 200000."""
    assert compare([200_001], [200_000]) is not None
    assert compare([2**53 + 1], [2**53]) is not None
    assert compare([200_000], [200_000]) is None


def test_expected_nan_equals_nan() -> None:
    """NaN is right if NaN was expected."""
    assert compare([math.nan, 1.0], [math.nan, 1.0]) is None


def test_infinities_of_one_sign_are_equal() -> None:
    """Infinities are equal if their signs are equal."""
    assert compare([math.inf], [math.inf]) is None
    assert compare([-math.inf], [math.inf]) is not None


@pytest.mark.parametrize("wrong", [1.0, math.nan])
def test_a_complex_number_has_no_place_of_its_own(wrong: float) -> None:
    """The parts of a complex number have one index more than its tensor, so no index of an element is given."""
    for got, expected in (
        (torch.full((2, 3), complex(0, wrong)), torch.zeros(2, 3)),
        (torch.zeros(2, 3) + wrong, torch.zeros(2, 3, dtype=torch.complex64)),
    ):
        found = compare(got, expected)
        assert found is not None and found.index is None


def test_complex_numbers_are_compared_by_both_parts() -> None:
    """A wrong imaginary part is a difference."""
    assert compare([1 + 1j], [1 + 1j]) is None
    assert compare([1 + 1j], [1 + 2j]) is not None


def test_empty_tensors_do_not_differ() -> None:
    """Two empty tensors have no difference."""
    assert compare(torch.empty(0, 3), torch.empty(0, 3)) is None


# What is said of it


def test_difference_says_how_many_where_and_by_how_much() -> None:
    """A difference has the number and share of wrong elements, the largest one, its index and the tolerance."""
    assert sentence([[1.0, 2.0], [3.0, 9.0]], [[1.0, 2.0], [3.0, 4.0]]) == (
        "1 of 4 elements (25 %) is wrong; the largest difference is 5 at index [1, 1] "
        "(tolerance: 1e-05 relative, 1e-06 absolute)."
    )


def test_the_worst_index_is_that_of_the_largest_difference() -> None:
    """The worst element is the one with the largest difference, not the first wrong one."""
    assert "is 7 at index [2]" in sentence([1.5, 2.0, -4.0], [1.0, 2.0, 3.0])


def test_an_infinite_difference_is_the_worst() -> None:
    """An infinite difference is worse than any finite one."""
    assert "is inf at index [0]" in sentence([math.inf, 1e30], [1.0, 2.0])


def test_a_missing_nan_is_the_worst() -> None:
    """A number in place of an expected NaN is the worst difference."""
    assert "is inf at index [1]" in sentence([5.0, 1.0], [6.0, math.nan])


def test_unexpected_nan_gets_a_sentence_of_its_own() -> None:
    """Unexpected NaNs are counted in their own sentence, before other wrong values."""
    found = compare([math.nan, 2.0, math.nan, 9.0], [1.0, 2.0, 3.0, 4.0])
    assert found is not None and found.kind == "nan"
    assert [*map(str, found.details)] == ["2 of 4 elements (50 %) are NaN."]


def test_one_element_is_not_called_elements() -> None:
    """For a single wrong element of one, no share is given."""
    assert sentence([2.0], [1.0]).startswith("1 of 1 element is wrong;")


@pytest.mark.parametrize(
    ("wrong", "share"), [(1, "under 1 %"), (10, "1 %"), (999, "over 99 %"), (1000, "100 %"), (333, "33 %")]
)
def test_the_share_never_says_none_or_all_when_it_is_not(wrong: int, share: str) -> None:
    """The share is never 0 % or 100 % by rounding."""
    got = torch.zeros(1000)
    got[:wrong] = 1
    assert f"({share})" in sentence(got, torch.zeros(1000))


@pytest.mark.parametrize(("got", "kind"), [(2.0, "values"), (math.nan, "nan")])
def test_of_a_single_number_nothing_more_is_said(got: float, kind: str) -> None:
    """For a 0-D tensor no count and no index are given."""
    assert compare(got, 1.0) == Difference(kind=kind, details=())


def test_whole_numbers_have_no_tolerance_to_speak_of() -> None:
    """The sentence about integers names no tolerance."""
    assert sentence([3, 4], [3, 5]) == "1 of 2 elements (50 %) is wrong; the largest difference is 1 at index [1]."


def test_truth_values_are_counted_as_whole_numbers_are() -> None:
    """Wrong bools are counted like integers."""
    assert sentence([True, False], [True, True]).startswith("1 of 2 elements (50 %) is wrong")


@pytest.mark.parametrize(("index", "text"), [((2,), "[2]"), ((0, 3), "[0, 3]"), ((), "[]")])
def test_an_index_is_shown_as_one_writes_it(index: tuple[int, ...], text: str) -> None:
    """An index is shown as [2] or [0, 3]."""
    assert show_index(index) == text


# Dtypes' own precision


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("float32", (RTOL, ATOL)),
        ("float64", (RTOL, ATOL)),
        ("int64", (RTOL, ATOL)),
        ("float16", (2e-3, 2e-3)),
        ("bfloat16", (1.6e-2, 1.6e-2)),
    ],
)
def test_low_precision_dtypes_have_their_own_tolerance(dtype: str, expected: tuple[float, float]) -> None:
    """float16 and bfloat16 have tolerances for their own precision."""
    assert tolerance(dtype, RTOL, ATOL) == expected


def test_a_wider_tolerance_stays_as_it_is() -> None:
    """A tolerance that the suite's author gives is never reduced."""
    assert tolerance("float16", 0.1, 0.2) == (0.1, 0.2)


# From bytes to tensors


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor([[1.5, -2.0], [0.0, 3.0]]),
        torch.arange(6).reshape(2, 3).T,
        torch.tensor([True, False]),
        torch.tensor(1 + 2j),
        torch.empty(0, 3, dtype=torch.int16),
        torch.tensor([1.0, 2.0], dtype=torch.bfloat16),
    ],
)
def test_a_tensor_is_rebuilt_from_its_bytes(fact: Any, tensor: torch.Tensor) -> None:
    """A tensor is rebuilt from its bytes, for every dtype, shape and layout."""
    rebuilt = to_tensor(fact(tensor))
    assert rebuilt is not None and rebuilt.dtype == tensor.dtype and torch.equal(rebuilt, tensor)


@pytest.mark.parametrize(
    "changes",
    [
        {"data": None},
        {"data": b"123"},
        {"data": b""},
        {"dtype": "float8_e4m3fn"},
        {"dtype": "__class__"},
        {"shape": (-2, -1)},
        {"shape": (2**40,)},
    ],
)
def test_a_tensor_that_does_not_fit_its_facts_is_none(fact: Any, changes: dict[str, Any]) -> None:
    """A tensor whose bytes do not fit its facts is not rebuilt."""
    assert to_tensor(fact(torch.ones(2), **changes)) is None


# Facts, for the diagnosis


def test_equal_facts_are_the_same(fact: Any) -> None:
    """Facts that agree completely are the same."""
    value = wire.Items(kind="list", items=(fact(torch.ones(2)), 1, "a", None))
    assert same_fact(value, value)


@pytest.mark.parametrize(
    ("a", "b"),
    [(1, True), (1, 1.0), (None, 0), ("a", "b"), (1.0, 1.1), (2, 3), (wire.Named(kind="dtype", name="x"), 1)],
)
def test_plain_values_are_told_apart(a: wire.Fact, b: wire.Fact) -> None:
    """Plain values differ by type first, then by value."""
    assert not same_fact(a, b)


def test_floats_agree_within_a_small_tolerance() -> None:
    """Rounding is no difference, and NaN equals NaN."""
    assert same_fact(1.0, 1.00001)
    assert same_fact(math.nan, math.nan)
    assert not same_fact(1.0, math.nan)


def test_tensors_agree_within_a_small_tolerance(fact: Any) -> None:
    """Tensors that differ only by the order of computation agree."""
    assert same_fact(fact(torch.tensor([1.0])), fact(torch.tensor([1.00001])))
    assert not same_fact(fact(torch.tensor([1.0])), fact(torch.tensor([1.001])))


@pytest.mark.parametrize("changes", [{"requires_grad": True}, {"is_leaf": False}, {"object": 5}, {"storage": 5}])
def test_tensors_are_told_apart_by_how_they_are_held(fact: Any, changes: dict[str, Any]) -> None:
    """Autograd facts, identity and memory make a difference, unless only values are compared."""
    plain, other = fact(torch.ones(2)), fact(torch.ones(2), **changes)
    assert not same_fact(plain, other)
    assert same_fact(plain, other, values_only=True)


def test_a_detached_tensor_holds_the_same_values(fact: Any) -> None:
    """Without its gradient a detached tensor still has the same values. A leaf without a gradient is something else."""
    leaf = torch.ones(2, requires_grad=True)
    (leaf * 3).sum().backward()
    assert same_fact(fact(leaf), fact(leaf.detach()), values_only=True)
    assert not same_fact(fact(leaf), fact(leaf.detach()))
    assert not same_fact(fact(leaf), fact(torch.ones(2, requires_grad=True)), values_only=True)


@pytest.mark.parametrize(
    "other", [torch.ones(2, dtype=torch.float64), torch.ones(1, 2), torch.ones(2, device="meta"), torch.zeros(2)]
)
@pytest.mark.parametrize("values_only", [False, True])
def test_tensors_are_told_apart_by_what_was_computed(fact: Any, other: torch.Tensor, values_only: bool) -> None:
    """Dtype, shape, device and values always make a difference."""
    assert not same_fact(fact(torch.ones(2)), fact(other), values_only=values_only)


@pytest.mark.parametrize("grad", [None, torch.zeros(2)])
def test_tensors_are_told_apart_by_their_gradients(fact: Any, grad: torch.Tensor | None) -> None:
    """A missing or different gradient is a difference."""
    x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    x.grad, y.grad = torch.ones(2), grad
    assert not same_fact(fact(x), fact(y), values_only=True)


def test_arrays_are_told_apart_by_what_they_hold(fact: Any) -> None:
    """Dtype, shape and elements of an array always make a difference."""
    assert same_fact(fact(np.ones(2)), fact(np.ones(2)))
    for other in (np.zeros(2), np.ones((1, 2)), np.ones(2, dtype=np.float32)):
        assert not same_fact(fact(np.ones(2)), fact(other), values_only=True)


def test_arrays_are_told_apart_by_their_memory(fact: Any) -> None:
    """An array's memory makes a difference, unless only values are compared."""
    plain, other = fact(np.ones(2)), fact(np.ones(2), object=3, storage=4)
    assert not same_fact(plain, other)
    assert same_fact(plain, other, values_only=True)


def test_containers_are_told_apart_by_kind_length_and_items() -> None:
    """Containers differ by kind, length and items."""
    one = wire.Items(kind="list", items=(1,))
    assert same_fact(one, wire.Items(kind="list", items=(1,), of="Losses"))
    for other in (wire.Items(kind="tuple", items=(1,)), wire.Items(kind="list", items=(1, 1)), 1):
        assert not same_fact(one, other)


def test_dicts_are_told_apart_by_keys_and_values() -> None:
    """Dicts differ by keys, values and order."""
    one = wire.Pairs(kind="dict", items=(("a", 1.0), ("b", 2.0)))
    assert same_fact(one, wire.Pairs(kind="dict", items=one.items, of="collections.OrderedDict"))
    assert same_fact(one, wire.Pairs(kind="dict", items=(("a", 1.0), ("b", 2.0000001))))
    for items in ((("a", 1.0),), (("a", 1.0), ("b", 3.0)), (("a", 1.0), ("c", 2.0))):
        assert not same_fact(one, wire.Pairs(kind="dict", items=items))


def test_details_are_one_sentence_each() -> None:
    """Each detail is one sentence with a full stop and without a line break."""
    assert re.fullmatch(r"[^\n]+\.", sentence([1.0, 5.0], [1.0, 2.0]))


@pytest.mark.parametrize("shape", [(0, 2**62, 2**62), (0, 2**63), (2**62, 2, 0)])
def test_empty_tensors_of_impossible_sizes_are_refused(fact: Any, shape: tuple[int, ...]) -> None:
    """A forged shape that no tensor can have is refused without an exception."""
    assert to_tensor(fact(torch.empty(0), shape=shape)) is None


def test_answers_are_the_same_in_facts_and_values(fact: Callable[..., Any]) -> None:
    """Two answers are compared by result, exception and arguments."""

    def answer(result: Any = None, **fields: Any) -> wire.Observation:
        return wire.Observation(nonce=0, **{"outcome": "returned", "result": result, **fields})

    x = fact(torch.tensor([1.0, 2.0]))
    assert same_answer(answer(x), answer(fact(torch.tensor([1.0, 2.0]))))
    assert not same_answer(answer(x), answer(fact(torch.tensor([1.0, 3.0]))))
    assert not same_answer(
        answer(arguments=(x,)), answer(arguments=(fact(torch.tensor([1.0, 2.0]), version=1, object=4),))
    )
    assert not same_answer(answer(keywords={"a": 1}), answer(keywords={"a": 2}))
    assert not same_answer(answer(), answer(outcome="missing"))
