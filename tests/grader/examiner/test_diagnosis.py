"""The diagnosis names the misconception that answers the same calls as the submission does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import pytest
import torch

from grader import wire
from grader.catalog import Variant
from grader.examiner.diagnosis import diagnose, same_observation
from grader.suites.check_log import Exchange

Ask = Callable[..., wire.Call]
Answers = Mapping[int, wire.Observation | None]

PLAIN = torch.ones(2)


def answer(result: Any = None, **fields: Any) -> wire.Observation:
    """Return the observation of a call that returned."""
    return wire.Observation(nonce=0, **{"outcome": "returned", "result": result, **fields})


def failure(error: wire.Raised, **fields: Any) -> wire.Observation:
    """Return the observation of a call that raised."""
    return wire.Observation(nonce=0, outcome="raised", raised=error, **fields)


def variant(name: str) -> Variant:
    """Return a misconception."""
    return Variant(exercise="01_small", task="double", name=name, message="", source="")


class Case:
    """A task whose checks made numbered calls, with the submission's answers and each misconception's."""

    def __init__(
        self,
        checks: Mapping[str, Answers],
        reference: Answers,
        *,
        trace: bool = True,
        again: Answers | None = None,
        **misconceptions: Answers,
    ) -> None:
        """`trace` says whether the calls were traced; `again` holds the submission's answers to repeated calls."""
        self.calls = {
            n: wire.Call(
                nonce=n,
                module="submission",
                name="double",
                probe=None,
                arguments=(),
                keywords={},
                backward=None,
                trace=trace,
                seed=0,
            )
            for answers in (*checks.values(), reference, *misconceptions.values())
            for n in answers
        }
        self.checks = checks
        self.reference = reference
        self.misconceptions = misconceptions
        self.again = again or {}
        self.asked: list[str] = []
        self.asked_again: list[int] = []

    def named(self, *failed: str) -> dict[str, str]:
        """Diagnose the failed checks (by default all); return the names found."""
        logs = {check: self._log(seen) for check, seen in self.checks.items()}
        found = diagnose(
            {check: logs[check] for check in failed or logs},
            [exchange for log in logs.values() for exchange in log],
            [variant(name) for name in self.misconceptions],
            replay=self._replay,
            reference=lambda call: self.reference.get(call.nonce),
            again=self._ask_again,
        )
        return {check: v.name for check, v in found.items()}

    def _log(self, seen: Answers) -> Sequence[Exchange]:
        return [Exchange(call=self.calls[n], seen=answer) for n, answer in seen.items() if answer is not None]

    def _ask_again(self, call: wire.Call) -> wire.Observation | None:
        assert call.trace
        self.asked_again.append(call.nonce)
        return self.again.get(call.nonce)

    def _replay(self, variants: Sequence[Variant], call: wire.Call) -> list[wire.Observation | None]:
        self.asked += [variant.name for variant in variants]
        answers = [self.misconceptions[variant.name].get(call.nonce) for variant in variants]
        return [a if a is None or call.trace else msgspec.structs.replace(a, operations={}) for a in answers]


# Which misconception is named


def test_the_misconception_that_answers_alike_is_named() -> None:
    """The misconception with the same answers is named, and no other."""
    case = Case({"values": {1: answer(3)}}, {1: answer(2)}, half={1: answer(0)}, plus={1: answer(3)})
    assert case.named() == {"values": "plus"}


def test_nobody_is_named_where_nobody_answers_alike() -> None:
    """If no misconception has the same answers, none is named."""
    assert Case({"values": {1: answer(7)}}, {1: answer(2)}, plus={1: answer(3)}).named() == {}


def test_every_call_of_the_check_must_be_answered_alike() -> None:
    """A misconception with one different answer is not named."""
    case = Case(
        {"values": {1: answer(3), 2: answer(9)}}, {1: answer(2), 2: answer(4)}, plus={1: answer(3), 2: answer(4)}
    )
    assert case.named() == {}


def test_whoever_has_been_acquitted_of_one_check_is_not_asked_about_the_next() -> None:
    """A misconception that differs in one check is not asked about the next, while another explains them all."""
    case = Case(
        {"values": {1: answer(3)}, "memory": {2: answer(4)}, "none": {}},
        {1: answer(2), 2: answer(2)},
        half={1: answer(0), 2: answer(4)},
        plus={1: answer(3), 2: answer(4)},
    )
    assert case.named() == {"values": "plus", "memory": "plus"}
    assert case.asked == ["half", "plus", "plus"]


def test_a_check_that_made_no_call_tells_nothing() -> None:
    """A check without calls names no misconception."""
    assert Case({"values": {}}, {}, plus={}).named() == {}


def test_a_misconception_that_does_not_survive_is_not_named() -> None:
    """A misconception that is lost in a call is not named."""
    assert Case({"values": {1: answer(3)}}, {1: answer(2)}, plus={1: None}).named() == {}


def test_each_check_has_a_name_of_its_own() -> None:
    """Different checks may name different misconceptions."""
    case = Case(
        {"values": {1: answer(3)}, "shape": {2: answer("flat")}},
        {1: answer(2), 2: answer("column")},
        plus={1: answer(3), 2: answer("column")},
        flat={1: answer(2), 2: answer("flat")},
    )
    assert case.named() == {"values": "plus", "shape": "flat"}


def test_only_failed_checks_are_diagnosed() -> None:
    """A check that passed is not diagnosed."""
    case = Case({"values": {1: answer(3)}, "other": {2: answer(3)}}, {1: answer(2)}, plus={1: answer(3), 2: answer(3)})
    assert case.named("values") == {"values": "plus"}


# Exact, or by values alone


def test_an_exact_match_beats_one_by_values(fact: Any) -> None:
    """An exact match wins over a match of values, even if the other comes first in the list."""
    seen, alike = fact(PLAIN, storage=1), fact(PLAIN, storage=5)
    case = Case({"values": {1: answer(seen)}}, {1: answer(0)}, alike={1: answer(alike)}, exact={1: answer(seen)})
    assert case.named() == {"values": "exact"}


def test_values_alone_will_do_where_nothing_matches(fact: Any) -> None:
    """Without an exact match, equal wrong values are enough."""
    case = Case(
        {"values": {1: answer(fact(PLAIN, storage=1))}},
        {1: answer(fact(PLAIN * 2))},
        plus={1: answer(fact(PLAIN, storage=5))},
    )
    assert case.named() == {"values": "plus"}


def test_values_alone_say_nothing_where_they_are_right(fact: Any) -> None:
    """Equal values name no misconception if they are right, because the mistake is elsewhere."""
    case = Case(
        {"memory": {1: answer(fact(PLAIN, storage=1))}},
        {1: answer(fact(PLAIN, storage=9))},
        other={1: answer(fact(PLAIN, storage=5))},
    )
    assert case.named() == {}


def test_right_values_in_some_calls_do_not_hide_wrong_ones_in_others(fact: Any) -> None:
    """The values of all the check's calls are compared with the reference's."""
    case = Case(
        {"values": {1: answer(fact(PLAIN, storage=1)), 2: answer(3)}},
        {1: answer(fact(PLAIN)), 2: answer(2)},
        plus={1: answer(fact(PLAIN, storage=5)), 2: answer(3)},
    )
    assert case.named() == {"values": "plus"}


def test_a_reference_that_does_not_survive_hides_nothing(fact: Any) -> None:
    """If the reference is lost, values are compared only with misconceptions."""
    case = Case({"values": {1: answer(fact(PLAIN, storage=1))}}, {1: None}, plus={1: answer(fact(PLAIN, storage=5))})
    assert case.named() == {"values": "plus"}


# Ties


def test_the_one_that_explains_more_failed_checks_wins() -> None:
    """The misconception that explains more failed checks is named for all of them."""
    case = Case(
        {"first": {1: answer(3)}, "second": {2: answer(3)}},
        {1: answer(2), 2: answer(2)},
        one={1: answer(3), 2: answer(2)},
        both={1: answer(3), 2: answer(3)},
    )
    assert case.named() == {"first": "both", "second": "both"}


def test_then_the_one_that_answers_more_other_calls_alike() -> None:
    """The next criterion is equal answers in other calls, even of passed checks."""
    case = Case(
        {"failed": {1: answer(3)}, "passed": {2: answer(4), 3: answer(6)}},
        {1: answer(2), 2: answer(4), 3: answer(6)},
        wild={1: answer(3), 2: answer(0), 3: answer(6)},
        tame={1: answer(3), 2: answer(4), 3: answer(6)},
    )
    assert case.named("failed") == {"failed": "tame"}


def test_then_the_one_that_computes_more_alike() -> None:
    """The next criterion is equal operations."""
    case = Case(
        {"failed": {1: answer(3, operations={"aten::add": 1, "aten::mul": 2})}},
        {1: answer(2)},
        other={1: answer(3, operations={"aten::sub": 1, "aten::mul": 2})},
        same={1: answer(3, operations={"aten::add": 1, "aten::mul": 2})},
    )
    assert case.named() == {"failed": "same"}


ADDED, SUBTRACTED = ({f"aten::{name}": 1, "aten::mul": 2} for name in ("add", "sub"))


def test_where_operations_decide_calls_are_made_again_with_a_trace() -> None:
    """If operations decide, the calls are repeated with a trace, also for the submission."""
    case = Case(
        {"failed": {1: answer(3)}, "passed": {2: answer(4)}},
        {1: answer(2), 2: answer(4)},
        trace=False,
        again={1: answer(3, operations=ADDED), 2: answer(4)},
        other={1: answer(3, operations=SUBTRACTED), 2: answer(4)},
        same={1: answer(3, operations=ADDED), 2: answer(4)},
        wild={1: answer(3, operations=ADDED), 2: answer(5)},
    )
    assert case.named("failed") == {"failed": "same"}
    assert case.asked_again == [1, 2]


def test_a_call_that_is_not_survived_again_decides_nothing() -> None:
    """If the repeated call loses the candidate, the misconception that is listed first is named."""
    case = Case(
        {"failed": {1: answer(3)}},
        {1: answer(2)},
        trace=False,
        other={1: answer(3, operations=SUBTRACTED)},
        same={1: answer(3, operations=ADDED)},
    )
    assert case.named() == {"failed": "other"}


def test_nothing_is_asked_again_where_there_is_no_choice() -> None:
    """Calls are not repeated if other criteria decide."""
    apart = Case(
        {"first": {1: answer(3)}, "second": {2: answer(3)}}, {}, trace=False, one={1: answer(3)}, two={2: answer(3)}
    )
    assert (apart.named(), apart.asked_again) == ({"first": "one", "second": "two"}, [])
    tamer = Case(
        {"failed": {1: answer(3)}, "passed": {2: answer(4)}},
        {},
        trace=False,
        wild={1: answer(3), 2: answer(0)},
        tame={1: answer(3), 2: answer(4)},
    )
    assert (tamer.named("failed"), tamer.asked_again) == ({"failed": "tame"}, [])


def test_then_the_one_that_fails_in_the_same_words(raised: Any) -> None:
    """The next criterion is an equal error message, without its numbers."""
    case = Case(
        {"failed": {1: failure(raised(RuntimeError("shapes 2 and 3 differ")))}},
        {1: answer(2)},
        other={1: failure(raised(RuntimeError("no gradient")))},
        same={1: failure(raised(RuntimeError("shapes 20 and 4.5 differ")))},
    )
    assert case.named() == {"failed": "same"}


def test_at_last_the_one_listed_first() -> None:
    """The last criterion is the order in the file, because authors list likely mistakes first."""
    case = Case({"failed": {1: answer(3)}}, {1: answer(2)}, upper={1: answer(3)}, lower={1: answer(3)})
    assert case.named() == {"failed": "upper"}


def test_where_one_alone_matches_nothing_more_is_asked() -> None:
    """If only one misconception matches, no further calls are made."""
    case = Case(
        {"failed": {1: answer(3)}, "passed": {2: answer(4)}},
        {1: answer(2), 2: answer(4)},
        plus={1: answer(3), 2: answer(4)},
    )
    case.named("failed")
    assert case.asked == ["plus"]


# When two observations are alike


@pytest.mark.parametrize(
    "unjudged",
    [
        {"operations": {"aten::add": 1}},
        {"functions": {"add": 1}},
        {"warnings": ("careful",)},
    ],
)
def test_what_no_check_judges_makes_no_difference(unjudged: dict[str, Any]) -> None:
    """Operations, functions and warnings may differ."""
    assert same_observation(answer(1), answer(1, **unjudged))


@pytest.mark.parametrize(
    "judged",
    [
        {"backward": "ran"},
        {"state": wire.GlobalState(changed=("the default dtype",))},
        {"mixed_devices": ("aten::add",)},
        {"backward_raised": wire.Raised(type="RuntimeError", bases=(), message="", line=None, code="")},
    ],
)
def test_backward_state_and_devices_make_a_difference(judged: dict[str, Any]) -> None:
    """Backward, state and devices make a difference, unless only values are compared."""
    assert not same_observation(answer(1), answer(1, **judged))
    assert same_observation(answer(1), answer(1, **judged), values_only=True)


def test_an_edit_that_was_put_back_makes_a_difference(fact: Any) -> None:
    """An undone edit makes a difference, whatever the count, unless only values are compared."""
    kept, edited, often = (
        answer(before=(fact(PLAIN),), arguments=(fact(PLAIN, version=version),)) for version in (0, 1, 4)
    )
    assert same_observation(edited, often) and not same_observation(kept, edited)
    assert same_observation(kept, edited, values_only=True)


@pytest.mark.parametrize("values_only", [False, True])
def test_results_and_arguments_make_a_difference(values_only: bool) -> None:
    """Results and arguments make a difference, even if only values are compared."""
    assert same_observation(answer(1, arguments=(2,)), answer(1, arguments=(2,)), values_only=values_only)
    for other in (answer(3, arguments=(2,)), answer(1, arguments=(3,)), answer(1), None):
        assert not same_observation(answer(1, arguments=(2,)), other, values_only=values_only)


@pytest.mark.parametrize("values_only", [False, True])
def test_exceptions_make_a_difference_by_their_type(raised: Any, values_only: bool) -> None:
    """Exceptions differ by type, not by message or place."""
    error = failure(raised(ValueError("no"), line=3))
    assert same_observation(error, failure(raised(ValueError("never"), line=9)), values_only=values_only)
    for other in (failure(raised(TypeError("no"))), answer(None)):
        assert not same_observation(error, other, values_only=values_only)


@pytest.mark.parametrize("values_only", [False, True])
def test_what_the_surroundings_refuse_is_another_error(
    raised: Callable[..., wire.Raised], *, values_only: bool
) -> None:
    """An error caused by the sandbox does not match a misconception with the same type of error."""
    threads = failure(raised(RuntimeError("can't start new thread"), line=3))
    gradient = failure(raised(RuntimeError("element 0 of tensors does not require grad"), line=3))
    assert same_observation(threads, threads, values_only=values_only)
    assert not same_observation(threads, gradient, values_only=values_only)
    assert not same_observation(gradient, threads, values_only=values_only)
