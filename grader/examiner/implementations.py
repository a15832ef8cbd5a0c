"""The kit's own implementations of an exercise, as diagnosis asks them: run here, or recorded in a release.

An instructor's clone has the reference and the misconceptions, and makes each call to them. A student's release has
only their recorded answers to the calls of the public checks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from grader import wire
from grader.catalog import Catalog, Variant
from grader.diagnoses import REFERENCE, Diagnoses, call_key, decode, suite_digest
from grader.examiner.candidate_processes import ReferenceProcess
from grader.examiner.sources import CourseSources
from grader.suites.check_log import Exchange

_REMEMBERED = 20_000  # answers

Answer = wire.Observation | None  # `None` if the process was lost in the call


class Implementations(Protocol):
    """The reference and the misconceptions of each exercise."""

    def misconceptions(self, exercise: str) -> Sequence[Variant]:
        """Return the misconceptions of all tasks of an exercise. Their sources may be empty."""

    def can_answer(self, exercise: str, exchanges: Iterable[Exchange], variants: Sequence[Variant]) -> bool:
        """Say whether the reference and these misconceptions can answer all calls, also with a trace."""

    def answers(self, exercise: str, call: wire.Call, variants: Sequence[Variant]) -> list[Answer]:
        """Return the answer of each of these misconceptions to a call."""

    def reference(self, exercise: str, call: wire.Call) -> Answer:
        """Return the answer of the reference to a call."""


class RunImplementations:
    """Those of an instructor's clone, which run in the reference process.

    With `fixed_inputs`, all submissions get the same inputs, and each call is made only once for all of them.
    """

    def __init__(self, references: ReferenceProcess, sources: CourseSources, *, fixed_inputs: bool) -> None:
        self._references = references
        self._sources = sources
        self._fixed_inputs = fixed_inputs
        self._remembered: dict[tuple[str, bytes], Answer] = {}

    def misconceptions(self, exercise: str) -> Sequence[Variant]:
        """Return the misconceptions of all tasks of an exercise."""
        return self._sources.misconceptions(exercise)

    def can_answer(self, exercise: str, exchanges: Iterable[Exchange], variants: Sequence[Variant]) -> bool:
        """Return true: every call can be made."""
        return True

    def answers(self, exercise: str, call: wire.Call, variants: Sequence[Variant]) -> list[Answer]:
        """Return the answer of each of these misconceptions to a call."""
        return self._ask(call, {f"{exercise}.{v.task}.{v.name}": v.source for v in variants})

    def reference(self, exercise: str, call: wire.Call) -> Answer:
        """Return the answer of the reference to a call."""
        return self._ask(call, {f"{exercise}.reference": self._sources.reference(exercise)})[0]

    def forgive(self) -> None:
        """Ask implementations again that were lost, without a limit of time for all calls together."""
        self._references.forgive()

    def _ask(self, call: wire.Call, sources: Mapping[str, str]) -> list[Answer]:
        if not self._fixed_inputs:
            answers = self._references.observe_each(call, sources)
            return [answers[module] for module in sources]
        digest = hashlib.sha256(wire.encode(msgspec.structs.replace(call, nonce=0))).digest()
        known = self._remembered
        if len(known) >= _REMEMBERED:
            known.clear()
        new = {module: source for module, source in sources.items() if (module, digest) not in known}
        lost = self._references.lost
        for module, seen in self._references.observe_each(call, new).items():
            # One that was not asked, because it was lost before or the time is used up, may answer the next submission.
            if seen is not None or not (module in lost or self._references.out_of_time):
                known[module, digest] = seen
        return [known.get((module, digest)) for module in sources]


class RecordedImplementations:
    """Those of a student's release, of which only answers are there. They can answer only the calls that are recorded.

    What was recorded with another public suite is not used: it may be from another version of the course.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._read: dict[str, Diagnoses | None] = {}

    def has(self, exercise: str) -> bool:
        """Say whether answers of this exercise are recorded."""
        return self._of(exercise) is not None

    def misconceptions(self, exercise: str) -> Sequence[Variant]:
        """Return the misconceptions of all tasks of an exercise, without their sources."""
        found = self._of(exercise)
        mistakes = () if found is None else found.mistakes
        return [
            Variant(exercise=exercise, task=m.task, name=m.name, message=m.message, source="", presumes=m.presumes)
            for m in mistakes
        ]

    def can_answer(self, exercise: str, exchanges: Iterable[Exchange], variants: Sequence[Variant]) -> bool:
        """Say whether all answers to these calls are recorded.

        If one is unknown, it could speak against a name, or for another one. So no mistake is named then.
        """
        found, names = self._of(exercise), [name_of(variant) for variant in variants]
        if found is None:
            return False
        for exchange in exchanges:
            key = call_key(exchange.call)
            if not all(found.has(key, name) for name in (REFERENCE, *names)):
                return False
            if exchange.traceable and not exchange.call.trace:
                key = call_key(msgspec.structs.replace(exchange.call, trace=True))
                if not all(found.has(key, name) for name in names):
                    return False
        return True

    def answers(self, exercise: str, call: wire.Call, variants: Sequence[Variant]) -> list[Answer]:
        """Return the recorded answer of each of these misconceptions. Raises `KeyError` if it is unknown."""
        found, key = self._of(exercise), call_key(call)
        assert found is not None
        return [found.answer(key, name_of(variant)) for variant in variants]

    def reference(self, exercise: str, call: wire.Call) -> Answer:
        """Return the recorded answer of the reference. Raises `KeyError` if it is unknown."""
        found = self._of(exercise)
        assert found is not None
        return found.answer(call_key(call), REFERENCE)

    def _of(self, exercise: str) -> Diagnoses | None:
        if exercise not in self._read:
            self._read[exercise] = self._usable(exercise)
        return self._read[exercise]

    def _usable(self, exercise: str) -> Diagnoses | None:
        """Return what is recorded of an exercise, or `None` if there is no such file or it does not fit the suite."""
        try:
            suite = self._catalog.public_suite(exercise).read_text(encoding="utf-8-sig")
            found = decode(self._catalog.diagnoses(exercise).read_bytes())
        except (OSError, ValueError):
            return None
        return found if found.suite == suite_digest(suite) else None


def name_of(variant: Variant) -> str:
    """Return the name under which the answers of a misconception are recorded."""
    return f"{variant.task}.{variant.name}"
