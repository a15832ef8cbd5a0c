"""Names a student's mistake: finds the misconception that answers the same calls as the submission did.

For each failed check, every misconception of its task gets the check's calls. A misconception matches if all of its
answers have the same facts as those of the submission, as far as a check can judge them. Students also combine
mistakes, for example a wrong value that also shares memory. So if nothing matches, a misconception is accepted that
agrees only in values and exceptions, provided that the reference gives other ones.

If several match, the first of these rules that separates them decides: the misconception that explains most failed
checks of the task; the one that agrees with most other calls of the task; the one with the closest operations and error
messages; the one that comes first in the file. A trace of operations takes longer than the call itself. So calls are
repeated with a trace only if operations must decide, and only for the submission and the misconceptions that are still
tied.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from grader import wire
from grader.catalog import Variant
from grader.suites import surroundings
from grader.suites.check_log import Exchange
from grader.suites.comparisons import same_fact

Replay = Callable[[Sequence[Variant], wire.Call], Sequence[wire.Observation | None]]
Ask = Callable[[wire.Call], wire.Observation | None]


def diagnose(
    failed: Mapping[str, Sequence[Exchange]],
    every: Sequence[Exchange],
    misconceptions: Sequence[Variant],
    *,
    replay: Replay,
    reference: Ask,
    again: Ask,
) -> dict[str, Variant]:
    """Return the misconception that explains each failed check of one task, by check id.

    `failed` holds the exchanges of the failed checks, and `every` those of all checks of the task. `replay` makes a
    call to several misconceptions, `reference` to the reference, and `again` to the submission. An answer is `None` if
    the process is lost in the call.
    """
    # A misconception that explains every check ranks highest and needs the fewest calls, so look for it first.
    common = list(misconceptions)
    for exchanges in failed.values():
        common = _exact(exchanges, common, replay) if exchanges else common
    matching: Mapping[str, Sequence[Variant]] = {
        check: (exchanges and common) or _matching(exchanges, misconceptions, replay, reference)
        for check, exchanges in failed.items()
    }
    explained = Counter(variant.name for variants in matching.values() for variant in variants)
    if tied := _tied(matching):
        agreed = zip(tied, _agreements(tied, every, replay), strict=True)
        matching = _best(matching, {v.name: (explained[v.name], calls) for v, calls in agreed})
    if tied := _tied(matching):
        close = zip(tied, _closeness(tied, every, replay, again), strict=True)
        matching = _best(matching, {v.name: (closeness,) for v, closeness in close})
    return {check: variants[0] for check, variants in matching.items() if variants}


def _tied(matching: Mapping[str, Sequence[Variant]]) -> list[Variant]:
    """Return the misconceptions that are tied in some check, each once."""
    return list({v.name: v for variants in matching.values() if len(variants) > 1 for v in variants}.values())


def _best(
    matching: Mapping[str, Sequence[Variant]], rank: Mapping[str, tuple[float, ...]]
) -> dict[str, Sequence[Variant]]:
    """Return, for each check that has a choice, the misconceptions of the highest rank."""
    highest = {check: max(rank[v.name] for v in variants) for check, variants in matching.items() if len(variants) > 1}
    return {
        check: [v for v in variants if check not in highest or rank[v.name] == highest[check]]
        for check, variants in matching.items()
    }


def _exact(exchanges: Sequence[Exchange], misconceptions: Sequence[Variant], replay: Replay) -> list[Variant]:
    return _alike(exchanges, misconceptions, replay, values_only=False)


def _alike(
    exchanges: Sequence[Exchange], misconceptions: Sequence[Variant], replay: Replay, *, values_only: bool
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
        ]
    return left


def _matching(
    exchanges: Sequence[Exchange], misconceptions: Sequence[Variant], replay: Replay, reference: Ask
) -> list[Variant]:
    if not exchanges:
        return []
    exact = _exact(exchanges, misconceptions, replay)
    if exact or all(same_observation(e.seen, reference(e.call), values_only=True) for e in exchanges):
        return exact
    return _alike(exchanges, misconceptions, replay, values_only=True)


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
                found[n] += alike + (_message(exchange.seen) == _message(other))
    return found


def _operations(seen: wire.Observation | None) -> dict[str, int]:
    return {} if seen is None else seen.operations


def _likeness(a: dict[str, int], b: dict[str, int]) -> float:
    names = a.keys() | b.keys()
    return sum(a.get(name) == b.get(name) for name in names) / len(names) if names else 1.0


def _message(seen: wire.Observation) -> str:
    raised = seen.raised or seen.backward_raised
    return "" if raised is None else re.sub(r"[\d.]+", "#", raised.message)


def _edited(seen: wire.Observation) -> list[bool]:
    """Say, for each argument, whether it was edited in place, even if the old values were restored."""
    return [
        isinstance(before, wire.TensorFact) and isinstance(after, wire.TensorFact) and before.version != after.version
        for before, after in zip(seen.before, seen.arguments, strict=False)
    ]


def same_observation(a: wire.Observation, b: wire.Observation | None, *, values_only: bool = False) -> bool:
    """Say whether two observations agree in everything that a check judges. Operations and warnings are not compared.

    With `values_only`, memory, objects, layout and autograd's facts are not compared; results, changed arguments and
    exceptions are. Two exceptions agree only if the sandbox is the cause of both or of neither. For example, the error
    of a thread that cannot start is not the same mistake as another RuntimeError.
    """
    if b is None or a.outcome != b.outcome or (a.raised and a.raised.type) != (b.raised and b.raised.type):
        return False
    if a.raised and b.raised and surroundings.step_for(a.raised) != surroundings.step_for(b.raised):
        return False
    if not values_only:
        if a.backward != b.backward or a.state != b.state or bool(a.mixed_devices) != bool(b.mixed_devices):
            return False
        if _edited(a) != _edited(b):
            return False
        if (a.backward_raised and a.backward_raised.type) != (b.backward_raised and b.backward_raised.type):
            return False
    return len(a.arguments) == len(b.arguments) and all(
        same_fact(mine, theirs, values_only=values_only)
        for mine, theirs in zip((a.result, *a.arguments), (b.result, *b.arguments), strict=True)
    )
