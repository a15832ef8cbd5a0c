"""Names a submission's mistakes: makes its calls to the kit's own implementations, and compares the answers.

`diagnosis.py` compares answers. This module decides which answers are compared, and makes each call only once.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from grader import wire
from grader.catalog import Exercise, Variant, holds
from grader.examiner.candidate_processes import ReferenceProcess, SubmissionProcess
from grader.examiner.diagnosis import Mistake, diagnose
from grader.examiner.judging import CheckResult
from grader.examiner.sources import CourseSources
from grader.forbidden_calls import code_of
from grader.sandbox import Budget
from grader.suites.check_log import Exchange

_WRONG = ("failed", "error")
_REMEMBERED = 20_000  # answers


class Replays:
    """Names mistakes.

    With `fixed_inputs`, all submissions get the same inputs, and each call is made only once for all of them.
    """

    def __init__(self, references: ReferenceProcess, sources: CourseSources, *, fixed_inputs: bool) -> None:
        self._references = references
        self._sources = sources
        self._fixed_inputs = fixed_inputs
        self._remembered: dict[tuple[str, bytes], wire.Observation | None] = {}

    def mistakes(
        self,
        exercise: Exercise,
        source: str,
        results: Mapping[str, CheckResult],
        process: SubmissionProcess,
        budget: Budget,
    ) -> dict[str, Mistake]:
        """Return the misconception that explains each failed check, by check id.

        Checks that none explains are left out.

        `results` are the results of the submission that `process` runs, and `source` is its code. Further calls of it
        are charged to `budget`.
        """
        explained: dict[str, Mistake] = {}
        for task in exercise.tasks:
            of_task = {id: result for id, result in results.items() if result.verdict.task == task.name}
            failed = {id: result.log.exchanges for id, result in of_task.items() if _has_a_mistake(result)}
            if not failed:
                continue
            with contextlib.suppress(MemoryError):  # no mistake is named then
                explained |= self._explain(exercise.id, task.name, source, failed, of_task, process, budget)
        return explained

    def _explain(
        self,
        exercise: str,
        task: str,
        source: str,
        failed: Mapping[str, Sequence[Exchange]],
        results: Mapping[str, CheckResult],
        process: SubmissionProcess,
        budget: Budget,
    ) -> dict[str, Mistake]:
        once = _Once(self, exercise)
        passed = [result for result in results.values() if result.verdict.status == "passed"]
        of_task = [variant for variant in self._sources.misconceptions(exercise) if variant.task == task]
        return diagnose(
            task,
            failed,
            _exchanges(passed),
            _exchanges(results.values()),
            _fitting(of_task, source, task),
            replay=once.replay,
            reference=once.reference,
            again=lambda call: process.answer_again(task, budget, call),
        )

    def answers(self, call: wire.Call, sources: Mapping[str, str]) -> dict[str, wire.Observation | None]:
        """Return the answers of some of the kit's own implementations to a call, by module.

        An answer is `None` if the process is lost in the call.
        """
        if not self._fixed_inputs:
            return self._references.observe_each(call, sources)
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
        return {module: known.get((module, digest)) for module in sources}

    def reference_source(self, exercise: str) -> str:
        """Return the source of the reference solution."""
        return self._sources.reference(exercise)


class _Once:
    """Makes the calls of one task to misconceptions and to the reference, each call only once."""

    def __init__(self, replays: Replays, exercise: str) -> None:
        self._replays = replays
        self._exercise = exercise
        self._seen: dict[tuple[str, int], wire.Observation | None] = {}
        self._calls: dict[int, wire.Call] = {}  # keeps them alive as long as their ids are used

    def replay(self, variants: Sequence[Variant], call: wire.Call) -> list[wire.Observation | None]:
        """Return the answer of each of these misconceptions."""
        return [*self._ask(call, {f"{self._exercise}.{v.task}.{v.name}": v.source for v in variants})]

    def reference(self, call: wire.Call) -> wire.Observation | None:
        """Return the answer of the reference."""
        source = self._replays.reference_source(self._exercise)
        return next(self._ask(call, {f"{self._exercise}.reference": source}))

    def _ask(self, call: wire.Call, sources: Mapping[str, str]) -> Iterator[wire.Observation | None]:
        self._calls[id(call)] = call
        new = {module: source for module, source in sources.items() if (module, id(call)) not in self._seen}
        answers = self._replays.answers(call, new)
        self._seen.update({(module, id(call)): answer for module, answer in answers.items()})
        return iter([self._seen[module, id(call)] for module in sources])


def _exchanges(results: Iterable[CheckResult]) -> list[Exchange]:
    return [exchange for result in results for exchange in result.log.exchanges]


def _fitting(misconceptions: Sequence[Variant], source: str, task: str) -> list[Variant]:
    """Return the misconceptions whose sentences fit the code of a task: what they presume is there."""
    code = code_of(source, task)
    presumed = {text for variant in misconceptions for text in variant.presumes}
    kept = {text for text in presumed if code is not None and holds(text, code)}
    return [variant for variant in misconceptions if kept.issuperset(variant.presumes)]


def _has_a_mistake(result: CheckResult) -> bool:
    """Say whether a check found a mistake: it judged the submission and failed, and the task's rules were kept."""
    return result.end is not None and result.verdict.status in _WRONG and not result.refused
