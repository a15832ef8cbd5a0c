"""Records the answers of the kit's own implementations to the calls of a public check, for a release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from grader import wire
from grader.diagnoses import REFERENCE, Answers, bare, bare_trace, call_key
from grader.examiner.implementations import Answer, RunImplementations, name_of
from grader.suites.check_log import Exchange


def recorded(
    exercise: str, task: str, exchanges: Sequence[Exchange], implementations: RunImplementations
) -> Iterator[Answers]:
    """Yield the answers of the reference and of all misconceptions of `task` to these calls.

    Diagnosis may repeat a call with a trace. Such a call follows the call itself, with the operations alone.
    """
    variants = [v for v in implementations.misconceptions(exercise) if v.task == task]
    names = [name_of(variant) for variant in variants]

    def asked(call: wire.Call) -> list[Answer]:
        implementations.forgive()
        return [implementations.reference(exercise, call), *implementations.answers(exercise, call, variants)]

    for exchange in exchanges:
        by_name: dict[str, Answer] = {}
        for name, seen in zip((REFERENCE, *names), asked(exchange.call), strict=True):
            traced = exchange.call.trace and name != REFERENCE  # what the reference uses is not for students
            by_name[name] = None if seen is None else bare(seen, operations=traced)
        yield Answers(key=call_key(exchange.call), by_name=by_name)
        if exchange.traceable and not exchange.call.trace:
            call = msgspec.structs.replace(exchange.call, trace=True)
            traces = zip(names, implementations.answers(exercise, call, variants), strict=True)
            yield Answers(
                key=call_key(call),
                by_name={name: None if seen is None else bare_trace(seen) for name, seen in traces},
            )
