"""Names a student's mistake: the misconception that answers the same calls as the submission did.

For each failed check, the calls it made are put to every misconception of its task. One that answers all of them as
the submission did is a match. Where several match, the one that explains most of the task's other calls wins, then
the one whose operations and error messages are closest, then the one listed first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from grader import wire
from grader.catalog import Variant
from grader.judging.candidate import Exchange
from grader.judging.comparisons import same_fact

Replay = Callable[[Variant, wire.Call], wire.Observation | None]


def diagnose(
    failed: dict[str, Sequence[Exchange]],
    every: Sequence[Exchange],
    misconceptions: Sequence[Variant],
    replay: Replay,
) -> dict[str, Variant]:
    """Return the misconception that explains each failed check of one task, by check id.

    `failed` holds the exchanges of the failed checks, `every` those of all the task's checks.
    """
    matching: dict[str, list[Variant]] = {}
    for variant in misconceptions:
        for check, exchanges in failed.items():
            if exchanges and all(same_observation(seen, replay(variant, call)) for call, seen in exchanges):
                matching.setdefault(check, []).append(variant)
    candidates = {v.name: v for variants in matching.values() for v in variants}
    if len(candidates) > 1:
        rank = {name: _closeness(variant, every, replay) for name, variant in candidates.items()}
        return {
            check: max(variants, key=lambda v: (_explains(v, matching), *rank[v.name]))
            for check, variants in matching.items()
        }
    return {check: variants[0] for check, variants in matching.items()}


def _explains(variant: Variant, matching: dict[str, list[Variant]]) -> int:
    return sum(variant in variants for variants in matching.values())


def _closeness(variant: Variant, every: Sequence[Exchange], replay: Replay) -> tuple[int, float]:
    same, fine = 0, 0.0
    for call, seen in every:
        other = replay(variant, call)
        if other is None:
            continue
        same += same_observation(seen, other)
        fine += _likeness(seen.operations, other.operations) + (_message(seen) == _message(other))
    return same, fine


def _likeness(a: dict[str, int], b: dict[str, int]) -> float:
    keys = a.keys() | b.keys()
    return 1.0 if not keys else sum(a.get(k) == b.get(k) for k in keys) / len(keys)


def _message(seen: wire.Observation) -> str:
    raised = seen.raised or seen.backward_raised
    return "" if raised is None else re.sub(r"[\d.]+", "#", raised.message)


def same_observation(a: wire.Observation, b: wire.Observation | None) -> bool:
    """Say whether two observations agree in all that a check judges (not in operations, output, warnings, time)."""
    if b is None or a.outcome != b.outcome or a.backward != b.backward:
        return False
    if (a.raised and a.raised.type) != (b.raised and b.raised.type):
        return False
    if (a.backward_raised and a.backward_raised.type) != (b.backward_raised and b.backward_raised.type):
        return False
    if a.state != b.state or bool(a.mixed_devices) != bool(b.mixed_devices):
        return False
    return (
        same_fact(a.result, b.result)
        and len(a.arguments) == len(b.arguments)
        and all(map(same_fact, a.arguments, b.arguments))
    )
