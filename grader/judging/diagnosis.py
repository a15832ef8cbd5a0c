"""Names a student's mistake: the misconception that answers the same calls as the submission did.

For each failed check, the calls it made are put to every misconception of its task. One that answers all of them as
the submission did, in every fact that a check can judge, is a match. Students also combine mistakes (a wrong value
that shares memory, say); so where nothing matches, a misconception that agrees in values and exceptions alone will do,
if these are not the reference's: then they show the mistake.

Where several match, the one that explains most of the task's failed checks wins, then the one that answers most of the
task's other calls alike, then the one whose operations and error messages are closest, then the one listed first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from grader import wire
from grader.catalog import Variant
from grader.judging import surroundings
from grader.judging.candidate import Exchange
from grader.judging.comparisons import same_fact

Replay = Callable[[Sequence[Variant], wire.Call], Sequence[wire.Observation | None]]
Reference = Callable[[wire.Call], wire.Observation | None]


def diagnose(
    failed: Mapping[str, Sequence[Exchange]],
    every: Sequence[Exchange],
    misconceptions: Sequence[Variant],
    *,
    replay: Replay,
    reference: Reference,
) -> dict[str, Variant]:
    """Return the misconception that explains each failed check of one task, by check id.

    `failed` holds the exchanges of the failed checks, `every` those of all the task's checks; `replay` makes a call to
    each of several misconceptions, `reference` to the reference.
    """
    # What explains every check comes before all else, and needs the fewest questions: it is looked for first.
    common = list(misconceptions)
    for exchanges in failed.values():
        common = _exact(exchanges, common, replay) if exchanges else common
    matching = {
        check: (exchanges and common) or _matching(exchanges, misconceptions, replay, reference)
        for check, exchanges in failed.items()
    }
    named = list({variant.name: variant for variants in matching.values() for variant in variants}.values())
    rank: dict[str, tuple[float, ...]] = {variant.name: () for variant in named}
    if len(named) > 1:
        for variant, closeness in zip(named, _closeness(named, every, replay), strict=True):
            explained = sum(variant in variants for variants in matching.values())
            rank[variant.name] = (explained, *closeness)
    return {check: max(variants, key=lambda v: rank[v.name]) for check, variants in matching.items() if variants}


def _exact(exchanges: Sequence[Exchange], misconceptions: Sequence[Variant], replay: Replay) -> list[Variant]:
    return _alike(exchanges, misconceptions, replay, values_only=False)


def _alike(
    exchanges: Sequence[Exchange], misconceptions: Sequence[Variant], replay: Replay, *, values_only: bool
) -> list[Variant]:
    """Return those that answer every call as the submission did; who has differed once is asked no more."""
    left = list(misconceptions)
    for call, seen in exchanges:
        answers = replay(left, call) if left else ()
        left = [
            variant
            for variant, answer in zip(left, answers, strict=True)
            if same_observation(seen, answer, values_only=values_only)
        ]
    return left


def _matching(
    exchanges: Sequence[Exchange], misconceptions: Sequence[Variant], replay: Replay, reference: Reference
) -> list[Variant]:
    if not exchanges:
        return []
    exact = _exact(exchanges, misconceptions, replay)
    if exact or all(same_observation(seen, reference(call), values_only=True) for call, seen in exchanges):
        return exact
    return _alike(exchanges, misconceptions, replay, values_only=True)


def _closeness(variants: Sequence[Variant], every: Sequence[Exchange], replay: Replay) -> list[tuple[float, float]]:
    """Return of each how many calls it answers as the submission did, and how like it its way of doing so is."""
    found = [(0.0, 0.0)] * len(variants)
    for call, seen in every:
        for n, other in enumerate(replay(variants, call)):
            if other is not None:
                same, alike = found[n]
                alike += _likeness(seen.operations, other.operations) + (_message(seen) == _message(other))
                found[n] = (same + same_observation(seen, other), alike)
    return found


def _likeness(a: dict[str, int], b: dict[str, int]) -> float:
    names = a.keys() | b.keys()
    return sum(a.get(name) == b.get(name) for name in names) / len(names) if names else 1.0


def _message(seen: wire.Observation) -> str:
    raised = seen.raised or seen.backward_raised
    return "" if raised is None else re.sub(r"[\d.]+", "#", raised.message)


def _edited(seen: wire.Observation) -> list[bool]:
    """Say of each argument whether it was edited in place, even if it was put back."""
    return [
        isinstance(before, wire.TensorFact) and isinstance(after, wire.TensorFact) and before.version != after.version
        for before, after in zip(seen.before, seen.arguments, strict=False)
    ]


def same_observation(a: wire.Observation, b: wire.Observation | None, *, values_only: bool = False) -> bool:
    """Say whether two observations agree in all that a check judges (not in operations, output, warnings, time).

    `values_only` leaves out memory, objects, layout and autograd's facts: what remains are results, what became of the
    arguments, and exceptions. Where a submission runs is the cause of an exception in both or in neither: that no
    thread can be started is another mistake than another RuntimeError.
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
