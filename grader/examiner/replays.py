"""Names a submission's mistakes: makes its calls to the kit's own implementations, and compares the answers.

`diagnosis.py` compares answers, and `implementations.py` gives them. This module decides which answers are compared,
and asks for each only once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence

from grader import wire
from grader.catalog import Exercise, Variant, holds
from grader.examiner.candidate_processes import SubmissionProcess
from grader.examiner.diagnosis import Mistake, diagnose
from grader.examiner.implementations import Implementations
from grader.examiner.judging import CheckResult
from grader.forbidden_calls import code_of
from grader.sandbox import Budget
from grader.suites.check_log import Exchange

_WRONG = ("failed", "error")


class Replays:
    """Names mistakes, with the answers of these implementations."""

    def __init__(self, implementations: Implementations) -> None:
        self._implementations = implementations

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
        of_task = [variant for variant in self._implementations.misconceptions(exercise) if variant.task == task]
        fitting = _fitting(of_task, source, task)
        every = _exchanges(results.values())
        if not self._implementations.can_answer(exercise, every, fitting):
            return {}
        once = _Once(self._implementations, exercise)
        return diagnose(
            task,
            failed,
            _exchanges(result for result in results.values() if result.verdict.status == "passed"),
            every,
            fitting,
            replay=once.replay,
            reference=once.reference,
            again=lambda call: process.answer_again(task, budget, call),
        )


class _Once:
    """Makes the calls of one task to misconceptions and to the reference, each call only once."""

    def __init__(self, implementations: Implementations, exercise: str) -> None:
        self._implementations = implementations
        self._exercise = exercise
        self._wrong: dict[tuple[str, int], wire.Observation | None] = {}
        self._right: dict[int, wire.Observation | None] = {}
        self._calls: dict[int, wire.Call] = {}  # keeps them alive as long as their ids are used

    def replay(self, variants: Sequence[Variant], call: wire.Call) -> list[wire.Observation | None]:
        """Return the answer of each of these misconceptions."""
        self._calls[id(call)] = call
        new = [variant for variant in variants if (variant.name, id(call)) not in self._wrong]
        answers = self._implementations.answers(self._exercise, call, new) if new else ()
        self._wrong.update({(v.name, id(call)): answer for v, answer in zip(new, answers, strict=True)})
        return [self._wrong[variant.name, id(call)] for variant in variants]

    def reference(self, call: wire.Call) -> wire.Observation | None:
        """Return the answer of the reference."""
        self._calls[id(call)] = call
        if id(call) not in self._right:
            self._right[id(call)] = self._implementations.reference(self._exercise, call)
        return self._right[id(call)]


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
