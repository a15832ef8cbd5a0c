"""The diagnosis names the misconception that answers the same calls as the submission does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import torch

from grader import wire
from grader.catalog import Variant
from grader.examiner.diagnosis import Mistake, diagnose
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
        self._asked_of: dict[int, set[str]] = {}

    def asked_for(self, call: int) -> set[str]:
        """Return the names of the misconceptions that were asked to answer a call."""
        return self._asked_of.get(call, set())

    def named(self, *failed: str) -> dict[str, str]:
        """Diagnose the failed checks (by default all); return the names found."""
        return {check: mistake.variant.name for check, mistake in self.mistakes(*failed).items()}

    def certain(self) -> dict[str, bool]:
        """Diagnose all checks; say for each that has a name whether it is certain."""
        return {check: mistake.certain for check, mistake in self.mistakes().items()}

    def mistakes(self, *failed: str) -> dict[str, Mistake]:
        """Diagnose the failed checks (by default all)."""
        logs = {check: self._log(seen) for check, seen in self.checks.items()}
        wrong = {check: logs[check] for check in failed or logs}
        return diagnose(
            "double",
            wrong,
            [exchange for check, log in logs.items() if check not in wrong for exchange in log],
            [exchange for log in logs.values() for exchange in log],
            [variant(name) for name in self.misconceptions],
            replay=self._replay,
            reference=lambda call: self.reference.get(call.nonce),
            again=self._ask_again,
        )

    def _log(self, seen: Answers) -> Sequence[Exchange]:
        return [Exchange(call=self.calls[n], seen=answer) for n, answer in seen.items() if answer is not None]

    def _ask_again(self, call: wire.Call) -> wire.Observation | None:
        assert call.trace
        self.asked_again.append(call.nonce)
        return self.again.get(call.nonce)

    def _replay(self, variants: Sequence[Variant], call: wire.Call) -> list[wire.Observation | None]:
        self.asked += [variant.name for variant in variants]
        self._asked_of.setdefault(call.nonce, set()).update(variant.name for variant in variants)
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


def test_what_agrees_in_values_need_not_agree_in_facts_elsewhere(fact: Any) -> None:
    """A misconception that explains a failed check by its values is named if its facts differ in passed checks."""

    def seen(value: float, **other: Any) -> wire.Observation:
        return answer(fact(torch.tensor([value]), **other))

    case = Case(
        {"values": {1: seen(3, requires_grad=True)}, "twice": {2: answer(9)}, "any": {3: seen(5, requires_grad=True)}},
        {1: seen(2), 2: answer(8), 3: seen(4)},
        plus={1: seen(3), 2: answer(9), 3: seen(5)},
    )
    assert case.mistakes("values", "twice").keys() == {"values", "twice"}
    assert not case.mistakes("values", "twice")["values"].certain


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
    assert case.asked.count("half") == 1


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
    """The next criterion is an equal error message, without the order of its numbers."""
    case = Case(
        {"failed": {1: failure(raised(RuntimeError("shapes 2 and 3 differ")))}},
        {1: answer(2)},
        other={1: failure(raised(RuntimeError("no gradient")))},
        same={1: failure(raised(RuntimeError("shapes 3 and 2 differ")))},
    )
    assert case.named() == {"failed": "same"}


def test_at_last_the_one_listed_first() -> None:
    """The last criterion is the order in the file, because authors list likely mistakes first."""
    case = Case({"failed": {1: answer(3)}}, {1: answer(2)}, upper={1: answer(3)}, lower={1: answer(3)})
    assert case.named() == {"failed": "upper"}


def test_where_one_alone_matches_no_trace_is_asked() -> None:
    """If only one misconception matches, it gets the calls of passed checks too, but no call is repeated."""
    case = Case(
        {"failed": {1: answer(3)}, "passed": {2: answer(4)}},
        {1: answer(2), 2: answer(4)},
        plus={1: answer(3), 2: answer(4)},
        other={1: answer(5)},
    )
    case.named("failed")
    assert case.asked.count("other") == 1 and case.asked_again == []


# Which mistakes are not named


def test_no_mistake_is_named_that_is_wrong_where_the_submission_is_right() -> None:
    """A misconception with another answer in a passed check did not happen, unless the reference answers so too."""

    def named(answers: Answers) -> dict[str, str]:
        checks = {"failed": {1: answer(3)}, "passed": {2: answer(4)}}
        return Case(checks, {1: answer(2), 2: answer(5)}, plus=answers).named("failed")

    assert named({1: answer(3), 2: answer(4)}) == named({1: answer(3), 2: answer(5)}) == {"failed": "plus"}
    assert named({1: answer(3), 2: None}) == {"failed": "plus"}  # it was lost, which says nothing
    assert named({1: answer(3), 2: answer(6)}) == {}


def test_where_the_mistake_behind_all_checks_is_ruled_out_each_check_is_looked_at() -> None:
    """If the misconception that explains every check is wrong in a passed one, others may explain some checks."""
    case = Case(
        {"first": {1: answer(3)}, "second": {2: answer(3)}, "passed": {3: answer(4)}},
        {1: answer(2), 2: answer(2), 3: answer(4)},
        both={1: answer(3), 2: answer(3), 3: answer(9)},
        one={1: answer(3), 2: answer(2), 3: answer(4)},
    )
    assert case.named("first", "second") == {"first": "one"}


def test_two_mistakes_are_named_where_their_own_checks_fail() -> None:
    """Of two mistakes in one function each explains its own check; where both meet, neither is named."""
    case = Case(
        {"sign": {1: answer(-2)}, "shape": {2: answer("flat")}, "both": {3: answer("flat, negative")}},
        {1: answer(2), 2: answer("column"), 3: answer("column, positive")},
        climbs={1: answer(-2), 2: answer("column"), 3: answer("column, negative")},
        flat={1: answer(2), 2: answer("flat"), 3: answer("flat, positive")},
    )
    assert case.named() == {"sign": "climbs", "shape": "flat"}


def test_a_missing_name_is_no_misconception(raised: Any) -> None:
    """If a call of a check failed for a missing name, the check has no other name for its mistake."""
    for seen in (
        failure(raised(NameError("name 'torhc' is not defined"))),
        failure(raised(ImportError("cannot import name 'x'"))),
        wire.Observation(nonce=0, outcome="missing"),
    ):
        case = Case({"failed": {1: answer(3), 2: seen}}, {1: answer(2)}, same={1: answer(3), 2: seen})
        assert case.named() == {}


def test_without_the_function_nobody_is_asked() -> None:
    """If the submission lacks the task's function, the calls of other checks are not made to any misconception."""
    case = Case(
        {"values": {1: wire.Observation(nonce=0, outcome="missing")}, "twice": {2: answer(3)}},
        {1: answer(2)},
        plus={1: answer(3), 2: answer(3)},
    )
    assert (case.named(), case.asked) == ({}, [])


def test_where_only_names_are_missing_nobody_is_asked(raised: Any) -> None:
    """If no failed check can be named, no misconception is asked about the checks that passed either."""
    unknown = failure(raised(NameError("name 'y' is not defined")))
    case = Case({"values": {1: unknown}, "twice": {2: answer(3)}}, {1: answer(2)}, plus={1: answer(3), 2: answer(3)})
    assert (case.named("values"), case.asked) == ({}, [])


def test_a_raise_that_ends_every_call_is_no_misconception(raised: Any) -> None:
    """The student's own exception may be the refusal of some inputs; one for all inputs is something else."""
    own = failure(raised(ValueError("too small"), line=3, own=True))
    named = failure(raised(ValueError("bad"), line=9, own=True))
    checks = {"refused": {1: own}, "passed": {2: answer(4)}}
    case = Case(checks, {1: answer(2), 2: answer(4)}, refuses={1: named, 2: answer(4)})
    assert case.named("refused") == {"refused": "refuses"}
    assert Case({"refused": {1: own}}, {1: answer(2)}, refuses={1: named}).named() == {}
    assert Case({"refused": {1: own}}, {1: answer(2)}, refuses={1: own}).named() == {"refused": "refuses"}


def test_a_right_refusal_has_words_of_its_own(raised: Any) -> None:
    """Where the reference refuses a call too, the submission and a misconception may do so in any words."""
    mine = failure(raised(IndexError("no column 7"), line=3, own=True))
    theirs = failure(raised(IndexError("index 7 is out of bounds for dimension 1 with size 3")))
    right = failure(raised(IndexError("select(): index 7 out of range")))
    other = failure(raised(ValueError("no column 7"), line=3, own=True))
    checks = {"failed": {1: answer(3), 2: mine}, "passed": {3: mine}}
    reference = {1: answer(2), 2: right, 3: right}

    def found(plus: Answers, reference: Answers = reference) -> dict[str, bool]:
        mistakes = Case(checks, reference, plus={1: answer(3), **plus}).mistakes("failed")
        return {check: mistake.certain for check, mistake in mistakes.items()}

    assert found({2: theirs, 3: theirs}) == {"failed": True}
    assert found({2: other, 3: theirs}) == found({2: theirs, 3: other}) == {}
    assert found({2: theirs, 3: theirs}, {1: answer(2), 2: answer(2), 3: right}) == {}
    elsewhere = failure(raised(IndexError("no column 7")), arguments=(1,))  # it also changed something
    assert found({2: elsewhere, 3: theirs}) == {}


def test_what_explains_less_than_half_of_its_own_checks_agrees_by_chance() -> None:
    """A misconception that is wrong in three failed checks and agrees in one of them is not named."""
    right = {n: answer(2) for n in (1, 2, 3)}
    checks = {"one": {1: answer(3)}, "two": {2: answer(7)}, "three": {3: answer(8)}}
    assert Case(checks, right, other={n: answer(3) for n in (1, 2, 3)}).named() == {}
    half, whole = ({1: answer(3), 2: answer(second), 3: answer(2)} for second in (5, 2))
    assert Case(checks, right, other=half).named() == Case(checks, right, other=whole).named() == {"one": "other"}
    assert Case(checks, right, other=half).certain() == {"one": False}
    assert Case(checks, right, other=whole).certain() == {"one": True}
    assert Case(checks, right, other={1: answer(3), 2: answer(7), 3: answer(5)}).named() == dict.fromkeys(
        ("one", "two"), "other"
    )


def test_what_agrees_by_chance_at_best_is_not_asked_about_the_next_check() -> None:
    """A misconception that explains none of the first failed checks in which it is wrong gets no calls of the last."""
    case = Case(
        {"values": {1: answer(3)}, "shape": {2: answer(3)}, "training": {3: answer(3)}},
        {1: answer(2), 2: answer(2), 3: answer(2)},
        far={1: answer(0), 2: answer(0), 3: answer(3)},
        right_at_first={1: answer(2), 2: answer(0), 3: answer(3)},
    )
    assert case.named() == {"training": "right_at_first"}
    assert case.asked_for(2) == {"far", "right_at_first"} and case.asked_for(3) == {"right_at_first"}


def test_a_refusal_that_explains_few_of_the_refusals_agrees_by_chance(raised: Any) -> None:
    """If the student's own `raise` ends three checks, and a misconception refuses in one of them, it is not named."""
    own = failure(raised(ValueError("too small"), line=3, own=True))
    theirs = failure(raised(ValueError("bad"), line=9, own=True))
    right = {n: answer(2) for n in (1, 2, 3, 4)}

    def named(refused: int) -> dict[str, str]:
        checks = {**{f"check {n}": {n: own} for n in range(1, refused + 1)}, "passed": {4: answer(2)}}
        return Case(checks, right, refuses={**right, 1: theirs}).named(*list(checks)[:-1])

    assert named(1) == {"check 1": "refuses"} and named(2) == named(3) == {}


def test_where_all_right_input_is_refused_nothing_else_is_named(raised: Any) -> None:
    """If a condition is upside down, wrong input is accepted too, but that is not a mistake of its own."""
    own = failure(raised(ValueError("too small"), line=3, own=True))
    wanted = failure(raised(ValueError("bad"), line=5, own=True))
    accepts = {1: answer(2), 2: answer(4)}

    def named(**more: Answers) -> dict[str, str]:
        checks = {"values": {1: own}, "refuses": {2: answer(4)}, **more}
        return Case(checks, {1: answer(2), 2: wanted, 3: answer(5)}, accepts={**accepts, 3: answer(5)}).named(*checks)

    assert named() == {}
    assert named(more={3: answer(6)}) == {"refuses": "accepts"}


# When a name is certain


def test_a_name_is_certain_if_all_facts_agree_and_no_other_fits() -> None:
    """A single exact match is certain, and so is one of several that explains more calls."""
    assert Case({"values": {1: answer(3)}}, {1: answer(2)}, plus={1: answer(3)}).certain() == {"values": True}
    more = Case(
        {"first": {1: answer(3)}, "second": {2: answer(3)}},
        {1: answer(2), 2: answer(2)},
        one={1: answer(3), 2: answer(2)},
        both={1: answer(3), 2: answer(3)},
    )
    assert more.certain() == {"first": True, "second": True}


def test_a_name_by_values_operations_or_order_is_not_certain(fact: Any, raised: Any) -> None:
    """If only values agree, if operations or the order decide, or if exceptions differ in names, there is a doubt."""
    by_values = Case(
        {"values": {1: answer(fact(PLAIN, storage=1))}},
        {1: answer(fact(PLAIN * 2))},
        plus={1: answer(fact(PLAIN, storage=5))},
    )
    by_order = Case({"values": {1: answer(3)}}, {1: answer(2)}, upper={1: answer(3)}, lower={1: answer(3)})
    by_operations = Case(
        {"values": {1: answer(3, operations=ADDED)}},
        {1: answer(2)},
        other={1: answer(3, operations=SUBTRACTED)},
        same={1: answer(3, operations=ADDED)},
    )
    words = "f() got an unexpected keyword argument '{}'"
    mine, theirs = (failure(raised(TypeError(words.format(name)))) for name in ("dim", "axis"))
    by_words = Case({"values": {1: mine}}, {1: answer(2)}, same={1: theirs})
    for case in (by_values, by_order, by_operations, by_words):
        assert case.certain() == {"values": False}
