"""Names a student's mistake: finds the misconception that answers the same calls as the submission did.

For each failed check, every misconception of its task gets the check's calls. A misconception matches if all of its
answers have the same facts as those of the submission, as far as a check can judge them. Students also combine
mistakes, for example a wrong value that also shares memory. So if nothing matches, a misconception is accepted that
agrees only in values and exceptions, provided that the reference gives other ones.

A wrong name harms more than no name. So no mistake is named

- if a call failed because a name is missing or misspelt, or the task's function is missing: its own message says more;
- if the submission passed a check in which the misconception gives another answer, which is not the reference's either;
- if exceptions have other words (`agreement.py`), or names in them, where the submission's own `raise` ends every call;
  where the reference refuses a call too, the words of a refusal do not count;
- if the misconception is wrong in several failed checks and explains less than half of them: it agrees by chance;
- if the submission's own `raise` ends several checks, and the misconception explains only half of them or less;
- if the submission refuses all right input, and the misconception does not;
- if the code lacks what the misconception's sentence presumes (`replays.py` leaves it out beforehand).

If several match, the first of these rules that separates them decides: the misconception that explains most failed
checks of the task; the one that agrees with most other calls of the task; the one with the closest operations and error
messages; the one that comes first in the file. A trace of operations takes longer than the call itself. So calls are
repeated with a trace only if operations must decide, and only for the submission and the misconceptions that are still
tied.

A name is certain if all facts agree, if it explains all failed checks in which the misconception is wrong, and if
neither operations nor the order in the file decided. Otherwise the feedback says "perhaps".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import msgspec

from grader import wire
from grader.catalog import Variant
from grader.examiner.agreement import (
    Agreement,
    agreement,
    lacks_a_name,
    refuses_alike,
    same_observation,
    words_of,
)
from grader.suites.check_log import Exchange

Replay = Callable[[Sequence[Variant], wire.Call], Sequence[wire.Observation | None]]
Ask = Callable[[wire.Call], wire.Observation | None]
Matching = Mapping[str, Sequence[Variant]]


class Mistake(NamedTuple):
    """A misconception that explains a failed check. If it is not `certain`, another mistake may do so too."""

    variant: Variant
    certain: bool


def diagnose(
    task: str,
    failed: Mapping[str, Sequence[Exchange]],
    passed: Sequence[Exchange],
    every: Sequence[Exchange],
    misconceptions: Sequence[Variant],
    *,
    replay: Replay,
    reference: Ask,
    again: Ask,
) -> dict[str, Mistake]:
    """Return the misconception that explains each failed check of one `task`, by check id.

    `failed` holds the exchanges of the failed checks, `passed` those of the checks that passed, and `every` those of
    all checks of the task. `replay` makes a call to several misconceptions, `reference` to the reference, and `again`
    to the submission. An answer is `None` if the process is lost in the call.
    """
    if any(exchange.seen.outcome == "missing" and exchange.call.name == task for exchange in every):
        return {}
    failed = {check: exchanges for check, exchanges in failed.items() if _can_be_named(exchanges)}
    if not failed:
        return {}
    matching = _matches(failed, passed, every, misconceptions, replay, reference)

    def is_full(check: str, variant: Variant) -> bool:
        return _agrees_fully(failed[check], variant, replay, reference)

    if all(exchange.seen.raised is not None for exchange in every):  # for any input, so only the same words count
        matching = {
            check: [v for v in variants if not _refuses(failed[check]) or is_full(check, v)]
            for check, variants in matching.items()
        }
    found = matching
    explained = Counter(variant.name for variants in matching.values() for variant in variants)
    if tied := _tied(matching):
        agreed = zip(tied, _agreements(tied, every, replay), strict=True)
        matching = _best(matching, {v.name: (explained[v.name], calls) for v, calls in agreed})
    alone = {check for check, variants in matching.items() if len(variants) == 1}
    if tied := _tied(matching):
        close = zip(tied, _closeness(tied, every, replay, again), strict=True)
        matching = _best(matching, {v.name: (closeness,) for v, closeness in close})

    def is_certain(check: str, variant: Variant) -> bool:
        elsewhere = [exchanges for other, exchanges in failed.items() if variant not in found[other]]
        return (
            check in alone
            and is_full(check, variant)
            and not any(_is_wrong(variant, exchanges, replay, reference) for exchanges in elsewhere)
        )

    return {
        check: Mistake(variants[0], is_certain(check, variants[0])) for check, variants in matching.items() if variants
    }


def _can_be_named(exchanges: Sequence[Exchange]) -> bool:
    """Say whether the failure of a check may be a misconception: it is none if a name is missing."""
    return bool(exchanges) and not any(lacks_a_name(exchange.seen) for exchange in exchanges)


def _matches(
    failed: Mapping[str, Sequence[Exchange]],
    passed: Sequence[Exchange],
    every: Sequence[Exchange],
    misconceptions: Sequence[Variant],
    replay: Replay,
    reference: Ask,
) -> Matching:
    # A misconception that explains every check ranks highest and needs the fewest calls, so look for it first.
    common = list(misconceptions)
    for exchanges in failed.values():
        common = _exact(exchanges, common, replay, reference)
    if common := _consistent(common, passed, replay, reference):
        return dict.fromkeys(failed, common)
    found, by_values = _found(failed, misconceptions, replay, reference)
    several = list({v.name: v for variants in found.values() for v in variants}.values())
    names = {v.name for v in _consistent(several, passed, replay, reference, by_values)}
    found = {check: [v for v in variants if v.name in names] for check, variants in found.items()}
    return _without_chance(found, failed, every, replay, reference)


def _found(
    failed: Mapping[str, Sequence[Exchange]], misconceptions: Sequence[Variant], replay: Replay, reference: Ask
) -> tuple[dict[str, list[Variant]], set[str]]:
    """Return the misconceptions that explain each failed check, without those that agree with it by chance anyway.

    Also return the names of those that agree with a check only in values.

    A check can take a second for each misconception, for example where it trains on real data. So a misconception is
    not asked about a check if it has failed to explain so many checks that `_without_chance` would leave it out.
    """
    found: dict[str, list[Variant]] = {}
    by_values: set[str] = set()
    wrong, explained = Counter[str](), Counter[str]()
    for n, (check, exchanges) in enumerate(failed.items()):
        left = len(failed) - n
        asked = [v for v in misconceptions if 2 * explained[v.name] + left >= wrong[v.name]]
        found[check], in_all_facts = _matching(exchanges, asked, replay, reference)
        by_values.update(v.name for v in found[check] if not in_all_facts)
        if left > 1:
            of_check = {v.name for v in _wrong(asked, exchanges, replay, reference)}
            wrong.update(of_check)
            explained.update(of_check.intersection(v.name for v in found[check]))
    return found, by_values


def _without_chance(
    found: Matching,
    failed: Mapping[str, Sequence[Exchange]],
    every: Sequence[Exchange],
    replay: Replay,
    reference: Ask,
) -> Matching:
    """Leave out the misconceptions that explain only some of the checks that they should explain."""
    refused = {check for check, exchanges in failed.items() if _refuses(exchanges)}
    refuses_all = bool(refused) and all(_is_own(e.seen) for e in every if _returns(reference(e.call)))
    kept: dict[str, list[Variant]] = {check: [] for check in found}
    for variant in {v.name: v for variants in found.values() for v in variants}.values():
        explained = {check for check, variants in found.items() if variant in variants}
        wrong = {check for check, exchanges in failed.items() if _is_wrong(variant, exchanges, replay, reference)}
        if 2 * len(explained & wrong) < len(wrong) or (refuses_all and not _most(explained, refused)):
            continue
        if not _most(explained, refused):
            explained -= refused
        for check in explained:
            kept[check].append(variant)
    return kept


def _most(some: set[str], checks: set[str]) -> bool:
    """Say whether `some` holds more than half of these checks; true if there are none."""
    return 2 * len(some & checks) > len(checks) or not checks


def _returns(answer: wire.Observation | None) -> bool:
    return answer is not None and answer.outcome == "returned"


def _refuses(exchanges: Sequence[Exchange]) -> bool:
    return any(_is_own(exchange.seen) for exchange in exchanges)


def _is_own(seen: wire.Observation) -> bool:
    return seen.raised is not None and seen.raised.own


def _is_wrong(variant: Variant, exchanges: Sequence[Exchange], replay: Replay, reference: Ask) -> bool:
    return bool(_wrong([variant], exchanges, replay, reference))


def _wrong(variants: Sequence[Variant], exchanges: Sequence[Exchange], replay: Replay, reference: Ask) -> list[Variant]:
    """Return the misconceptions that give another answer than the reference to one of these calls."""
    wrong: list[Variant] = []
    left = list(variants)
    for exchange in exchanges:
        if not left:
            break
        answers = zip(left, replay(left, exchange.call), strict=True)
        right = reference(exchange.call)
        if right is not None:
            wrong += [v for v, answer in answers if answer is not None and not _is_right(answer, right)]
            left = [v for v in left if v not in wrong]
    return wrong


def _is_right(answer: wire.Observation | None, right: wire.Observation) -> bool:
    """Say whether an answer is that of the reference. The words of a refusal are everybody's own."""
    return same_observation(right, answer) or refuses_alike(right, answer)


def _consistent(
    variants: Sequence[Variant],
    passed: Sequence[Exchange],
    replay: Replay,
    reference: Ask,
    by_values: Collection[str] = (),
) -> list[Variant]:
    """Return the misconceptions that are not wrong where the submission is right.

    For those in `by_values`, only values must agree here too.
    """
    left = list(variants)
    for exchange in passed:
        answers = replay(left, exchange.call) if left else ()
        pairs = list(zip(left, answers, strict=True))
        left = [
            variant
            for variant, answer in pairs
            if answer is None or same_observation(exchange.seen, answer, values_only=variant.name in by_values)
        ]
        if len(left) < len(pairs):
            right = reference(exchange.call)
            left = [
                variant for variant, answer in pairs if variant in left or right is None or _is_right(answer, right)
            ]
    return left


def _agrees_fully(exchanges: Sequence[Exchange], variant: Variant, replay: Replay, reference: Ask) -> bool:
    return all(
        agreement(exchange.seen, answer) is Agreement.FULL or _both_refuse_rightly(exchange, answer, reference)
        for exchange in exchanges
        for answer in replay([variant], exchange.call)
    )


def _both_refuse_rightly(exchange: Exchange, answer: wire.Observation | None, reference: Ask) -> bool:
    """Say whether the submission and a misconception refuse a call that the reference refuses too."""
    if exchange.seen.raised is None or answer is None or answer.raised is None:
        return False
    right = reference(exchange.call)
    return refuses_alike(exchange.seen, right) and refuses_alike(answer, right)


def _tied(matching: Matching) -> list[Variant]:
    """Return the misconceptions that are tied in some check, each once."""
    return list({v.name: v for variants in matching.values() if len(variants) > 1 for v in variants}.values())


def _best(matching: Matching, rank: Mapping[str, tuple[float, ...]]) -> Matching:
    """Return, for each check that has a choice, the misconceptions of the highest rank."""
    highest = {check: max(rank[v.name] for v in variants) for check, variants in matching.items() if len(variants) > 1}
    return {
        check: [v for v in variants if check not in highest or rank[v.name] == highest[check]]
        for check, variants in matching.items()
    }


def _exact(
    exchanges: Sequence[Exchange], misconceptions: Sequence[Variant], replay: Replay, reference: Ask
) -> list[Variant]:
    return _alike(exchanges, misconceptions, replay, reference, values_only=False)


def _alike(
    exchanges: Sequence[Exchange],
    misconceptions: Sequence[Variant],
    replay: Replay,
    reference: Ask,
    *,
    values_only: bool,
) -> list[Variant]:
    """Return the misconceptions that answer every call as the submission did.

    One that differs gets no further calls.
    """
    left = list(misconceptions)
    for exchange in exchanges:
        answers = replay(left, exchange.call) if left else ()
        left = [
            variant
            for variant, answer in zip(left, answers, strict=True)
            if same_observation(exchange.seen, answer, values_only=values_only)
            or _both_refuse_rightly(exchange, answer, reference)
        ]
    return left


def _matching(
    exchanges: Sequence[Exchange], misconceptions: Sequence[Variant], replay: Replay, reference: Ask
) -> tuple[list[Variant], bool]:
    """Return the misconceptions that explain a failed check, and whether they agree in all facts or only in values."""
    exact = _exact(exchanges, misconceptions, replay, reference)
    if exact or all(same_observation(e.seen, reference(e.call), values_only=True) for e in exchanges):
        return exact, True
    return _alike(exchanges, misconceptions, replay, reference, values_only=True), False


def _agreements(variants: Sequence[Variant], every: Sequence[Exchange], replay: Replay) -> list[int]:
    """Return, for each misconception, the number of calls that it answers as the submission did."""
    found = [0] * len(variants)
    for exchange in every:
        for n, other in enumerate(replay(variants, exchange.call)):
            found[n] += same_observation(exchange.seen, other)
    return found


def _closeness(variants: Sequence[Variant], every: Sequence[Exchange], replay: Replay, again: Ask) -> list[float]:
    """Return, for each misconception, how close its operations and error messages are to those of the submission."""
    found = [0.0] * len(variants)
    for exchange in every:
        others = replay(variants, exchange.call)
        seen: wire.Observation | None = exchange.seen
        traced = others
        if exchange.traceable and not exchange.call.trace:
            call = msgspec.structs.replace(exchange.call, trace=True)
            seen, traced = again(call), replay(variants, call)
        for n, (other, with_trace) in enumerate(zip(others, traced, strict=True)):
            if other is not None:
                alike = _likeness(_operations(seen), _operations(with_trace))
                found[n] += alike + (words_of(exchange.seen) == words_of(other))
    return found


def _operations(seen: wire.Observation | None) -> dict[str, int]:
    return {} if seen is None else seen.operations


def _likeness(a: dict[str, int], b: dict[str, int]) -> float:
    names = a.keys() | b.keys()
    return sum(a.get(name) == b.get(name) for name in names) / len(names) if names else 1.0
