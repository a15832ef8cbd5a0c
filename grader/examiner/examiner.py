"""The examiner: examines one submission after another, and keeps what all of them need.

Its parts: `session.py` is the pytest plugin, `fixtures.py` has the arguments of checks, `examination.py` runs the
checks of one submission, `replays.py` names mistakes, `reporting.py` makes the report, `recording.py` records answers
for a release.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import msgspec
import torch

from grader.catalog import Catalog, Exercise
from grader.examiner.candidate_processes import ReferenceProcess, SubmissionProcess
from grader.examiner.checks import Check
from grader.examiner.examination import Examination, Faults, Rules
from grader.examiner.forging import Forging
from grader.examiner.implementations import RecordedImplementations, RunImplementations
from grader.examiner.judging import CheckResult
from grader.examiner.pools import Pool
from grader.examiner.recording import recorded
from grader.examiner.replays import Replays
from grader.examiner.reporting import examined_report, loading_of, unreadable_report
from grader.examiner.session import SuiteSession
from grader.examiner.sources import CourseSources
from grader.records import BrokenCheck, CheckFacts, ExerciseReport, Feedback, Inputs, Submission
from grader.sandbox import AnyServer, Budget
from grader.sentences import author, learner_packages
from grader.suites.check_log import CheckLog, call_digest
from grader.suites.exploration.promises import domain_facts
from grader.suites.outcomes import SuiteError

Tell: TypeAlias = Callable[[ExerciseReport], None]


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A submission's report, and the data that it was made from. `naming_ended` is as in `CheckFacts`."""

    report: ExerciseReport
    checks: Sequence[Check]
    results: Mapping[str, CheckResult]
    naming_ended: bool = False

    def broken(self) -> tuple[BrokenCheck, ...]:
        """Return the checks that were at fault, in their order."""
        return tuple(
            BrokenCheck(
                exercise=check.exercise,
                task=check.task,
                check=check.id,
                stands=result.fault is not None,
                feedback=result.verdict.feedback if result.fault is None else result.fault,
            )
            for check in self.checks
            if (result := self.results.get(check.id)) is not None
            and (result.fault is not None or result.verdict.feedback.broken)
        )

    def facts(self) -> dict[str, CheckFacts]:
        """Return the facts about the checks that authors need, by check id."""
        return {check.id: self._facts(check) for check in self.checks}

    def _facts(self, check: Check) -> CheckFacts:
        log = self.results[check.id].log if check.id in self.results else CheckLog()
        return CheckFacts(
            task=check.task,
            docstring=check.docstring,
            judges=check.judges,
            requires=check.requires,
            inputs=tuple(call_digest(exchange.call) for exchange in log.exchanges),
            domain=domain_facts(check.domain, log.runs) if check.domain is not None and log.runs else None,
            naming_ended=self.naming_ended,
        )


class Examiner:
    """Examines submissions, inside `run_examiner`."""

    def __init__(
        self,
        catalog: Catalog,
        server: AnyServer,
        *,
        course_seed: str,
        diagnosing: bool = True,
        forging: Mapping[str, str] | None = None,
        known: Collection[str] = (),
        until_failure: bool = False,
        inputs: Inputs = "fixed",
        hide_expected: bool = False,
        whole_tasks: bool = False,
        device: str = "meta",
    ) -> None:
        """Make an examiner. The options are those of `grader.grading.settings.Settings`.

        Raises `ValueError` for an empty seed.
        """
        self._catalog = catalog
        self._server = server
        self._rules = Rules(
            course_seed=course_seed,
            inputs=inputs,
            hide_expected=hide_expected,
            until_failure=until_failure,
            whole_tasks=whole_tasks,
            device=device,
        )
        self._diagnosing = diagnosing
        self._forging = Forging(forging or {}, known)
        self._references = ReferenceProcess(server)
        self._sources = CourseSources(catalog)
        self._run = RunImplementations(self._references, self._sources, fixed_inputs=inputs == "fixed")
        self._recorded = RecordedImplementations(catalog)
        self._pools: dict[tuple[str, str], Pool] = {}
        self._faults = Faults()
        self.session = SuiteSession()

    @property
    def checks(self) -> dict[str, list[Check]]:
        """The checks of each exercise, in the order in which they run."""
        return self.session.checks

    def work(self, work: Callable[[], object]) -> None:
        """Call `work`, which may examine submissions, and then end the reference process. Raises `SuiteError`."""
        _require(self._rules.device)
        try:
            work()
        finally:
            self._references.close()

    def examine(self, submission: Submission, tell: Tell | None = None) -> Examined:
        """Return the report of one submission, and the data that it was made from.

        `tell`, if given, is called after each check with the report as it would be if no other check passed.
        If one of its processes is killed from outside, for example because the system has no memory left, the
        submission is not the cause. It is then examined once more from the beginning. Raises `SandboxError`.
        """
        killed = self._server.killed
        limits = self._server.limits
        budget = Budget(seconds=limits.submission, answers=limits.answers)
        examined = self._examine(submission, budget, tell)
        if self._server.killed == killed:
            return examined
        budget.answers = limits.answers  # their results are dropped; their time is not given back
        return self._examine(submission, budget, tell)

    def _examine(self, submission: Submission, budget: Budget, tell: Tell | None) -> Examined:
        exercise = _only(self._catalog.get(submission.exercise), submission.tasks)
        tasks = {task.name for task in exercise.tasks}
        every = tuple(self.checks.get(submission.exercise, ()))
        checks = [check for check in every if check.task in tasks]
        if submission.problem is not None:
            report = unreadable_report(exercise, checks, submission)
            return Examined(report=report, checks=every, results={})
        limits = self._server.limits
        naming = Budget(seconds=limits.naming, answers=limits.answers)
        self._references.forgive(naming)
        process = SubmissionProcess(self._server, submission, budget)
        examination = Examination(
            exercise,
            submission,
            process,
            session=self.session,
            references=self._references,
            sources=self._sources,
            pools=self._pool,
            rules=self._rules,
            forge=self._forging.of(submission),
            faults=self._faults,
        )

        def tell_partly(results: Mapping[str, CheckResult]) -> None:
            assert tell is not None
            everything = {check.id: results.get(check.id) or _not_yet(check) for check in checks}
            whole = self._rules.whole_tasks
            now = loading_of(process)
            tell(
                examined_report(
                    exercise, checks, submission, now, everything, {}, without_curves=hidden, whole_tasks=whole
                )
            )

        hidden = {check.id for check in checks if self._rules.hides(check.visibility)}
        try:
            results = examination.run(checks, tell_partly if tell is not None else None)
            loading = loading_of(process)  # before mistakes are named: what the process does then is not reported
            replays = self._replays(exercise.id)
            mistakes = {}
            if self._diagnosing and replays is not None:
                mistakes = replays.mistakes(exercise, submission.source or "", results, process, naming)
        finally:
            process.close()
        report = examined_report(
            exercise,
            checks,
            submission,
            loading,
            results,
            mistakes,
            without_curves=hidden,
            whole_tasks=self._rules.whole_tasks,
            names_mistakes=not self._diagnosing or replays is not None,
        )
        naming_ended = bool(self._references.lost) or self._references.out_of_time
        return Examined(report=report, checks=every, results=results, naming_ended=naming_ended)

    def facts(self, examined: Examined, *, recording: bool = False) -> dict[str, CheckFacts]:
        """Return the facts about the checks that authors need, by check id.

        With `recording`, those of public checks have the answers of the kit's own implementations to their calls.
        """
        facts = examined.facts()
        if recording:
            for check in examined.checks:
                result = examined.results.get(check.id)
                if check.visibility == "public" and result is not None:
                    answers = tuple(recorded(check.exercise, check.task, result.log.exchanges, self._run))
                    facts[check.id] = msgspec.structs.replace(facts[check.id], answers=answers)
        return facts

    def _replays(self, exercise: str) -> Replays | None:
        """Return what names mistakes in an exercise, or `None` if nothing is known of its misconceptions."""
        if self._sources.has_reference(exercise):
            return Replays(self._run)
        return Replays(self._recorded) if self._recorded.has(exercise) else None

    def _pool(self, check: Check) -> Pool | None:
        """Return the pool of a check that explores, or `None` for other checks, and if there is no reference."""
        if check.domain is None or not self._sources.has_reference(check.exercise):
            return None
        key = check.exercise, check.id
        if key not in self._pools:
            seed = self._rules.course_seed
            self._pools[key] = Pool(check.domain, course_seed=seed, check=f"{check.exercise} {check.id}")
        return self._pools[key]


def run_examiner(examiner: Examiner, suites: Sequence[Path], work: Callable[[], object]) -> None:
    """Collect `suites` in a pytest session and call `work` in it. `work` may call `examiner.examine`.

    Raises the error that ended the session, for example `SuiteError`.
    """
    examiner.session.hold(suites, lambda: examiner.work(work))


def _not_yet(check: Check) -> CheckResult:
    """Return the result of a check that has not been run yet."""
    waits = Feedback(details=(learner_packages.NOT_YET(),), not_run=True)
    return CheckResult(verdict=check.verdict("skipped", waits), log=CheckLog())


def _only(exercise: Exercise, tasks: Sequence[str]) -> Exercise:
    """Return the exercise with only these tasks, or with all tasks if `tasks` is empty."""
    if not tasks:
        return exercise
    return msgspec.structs.replace(exercise, tasks=tuple(exercise.task(name) for name in tasks))


def _require(device: str) -> None:
    """Raise `SuiteError` if this machine has no such device."""
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:  # the type depends on the build of torch
        cause = " ".join(str(error).split())[:200]
        raise SuiteError(author.NO_DEVICE(device=device, error=cause)) from None
