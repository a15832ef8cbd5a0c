"""One examination of one submission: runs its checks in order, and returns their results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from grader import wire
from grader.catalog import Exercise, Task
from grader.examiner.candidate_processes import ReferenceProcess, SubmissionProcess
from grader.examiner.checks import Check
from grader.examiner.fixtures import Given
from grader.examiner.judging import CheckResult, broken, judge, required_first
from grader.examiner.pools import Pool
from grader.examiner.session import SuiteSession
from grader.examiner.sources import CourseSources
from grader.forbidden_calls import Use, find_forbidden_calls, methods
from grader.records import Inputs, Submission, Visibility
from grader.sandbox import SandboxError
from grader.sentences import author
from grader.submissions import text_digest
from grader.suites.candidate import Ask, source_call
from grader.suites.check_log import CheckLog
from grader.suites.exploration.programs import NAME, Program
from grader.suites.outcomes import SuiteError


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How all submissions are examined. `grader.grading.settings.Settings` describes the same names."""

    course_seed: str
    inputs: Inputs = "fixed"
    hide_expected: bool = False
    until_failure: bool = False
    device: str = "meta"

    def __post_init__(self) -> None:
        if self.inputs == "by_content" and not self.course_seed:
            raise ValueError("Cannot draw inputs that nobody can guess from an empty course seed. Give one.")

    def hides(self, visibility: Visibility) -> bool:
        """Say whether the feedback of such a check must not show what was expected."""
        return self.hide_expected and visibility == "hidden"


class Examination:
    """Runs the checks of one submission, whose process is `process`.

    `forge` turns the function that calls the submission into one that forges the answers. It is `None` except for
    forgers.
    """

    def __init__(
        self,
        exercise: Exercise,
        submission: Submission,
        process: SubmissionProcess,
        *,
        session: SuiteSession,
        references: ReferenceProcess,
        sources: CourseSources,
        pools: Callable[[Check], Pool | None],
        rules: Rules,
        forge: Callable[[Ask], Ask] | None,
    ) -> None:
        self._exercise = exercise
        self._submission = submission
        self._process = process
        self._session = session
        self._references = references
        self._sources = sources
        self._pools = pools
        self._rules = rules
        self._forge = forge
        self._written: dict[str, Use | None] = {}  # by task

    def run(self, checks: Sequence[Check]) -> dict[str, CheckResult]:
        """Return the result of each check, by its id. Raises `SandboxError`.

        If the rules say so, checks after the first failure are skipped.
        """
        results: dict[str, CheckResult] = {}
        by_pytest = [check for check in checks if not check.plain]
        for check in checks:
            if check.plain:
                result = self._run_plain(check, results)
            else:
                by_pytest.pop(0)
                # If no check may follow, pytest keeps no fixtures.
                following = by_pytest[0] if by_pytest and not self._rules.until_failure else None
                result = self._run_by_pytest(check, results, following)
            results[check.id] = result
            if self._rules.until_failure and result.verdict.status != "passed":
                break
        return results | {
            check.id: CheckResult(verdict=check.verdict("skipped"), log=CheckLog())
            for check in checks
            if check.id not in results
        }

    def _run_plain(self, check: Check, results: Mapping[str, CheckResult]) -> CheckResult:
        """Run a check without pytest, which takes as long as the check itself."""
        log = CheckLog()
        try:
            return self._required(check, results, log) or judge(
                check,
                self._given(check, log).arguments(check.arguments, check.parameters),
                log,
                device=self._rules.device,
            )
        except (SandboxError, KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:  # as pytest does, for example for `pytest.skip()`
            return CheckResult(verdict=broken(check, error), log=log)

    def _run_by_pytest(self, check: Check, results: Mapping[str, CheckResult], following: Check | None) -> CheckResult:
        log = CheckLog()

        def judged(arguments: dict[str, Any]) -> CheckResult:
            return self._required(check, results, log) or judge(check, arguments, log, device=self._rules.device)

        return self._session.run(check, self._given(check, log), judged, following=following)

    def _required(self, check: Check, results: Mapping[str, CheckResult], log: CheckLog) -> CheckResult | None:
        """Return the result of a check that is skipped because a check that it requires has not passed, else `None`."""
        if self._forge is not None:
            return None  # forged values fail almost every check, and each check must show what it judges
        verdicts = (results[name].verdict for name in check.requires)
        unmet = next((verdict for verdict in verdicts if verdict.status != "passed"), None)
        return None if unmet is None else CheckResult(verdict=required_first(check, unmet), log=log)

    # What a check is given

    def _given(self, check: Check, log: CheckLog) -> Given:
        task = self._exercise.task(check.task)
        ask, ask_each = self._process.asker(check.task), self._process.asker_of_several(check.task)
        whose = self._whose_inputs()
        pool = self._pools(check)
        return Given(
            check=check,
            task=task,
            submission=self._submission,
            process=self._process,
            ask=ask if self._forge is None else self._forge(ask),
            ask_each=ask_each if self._forge is None else None,
            ask_reference=self._ask_reference,
            pool=pool,
            explored=lambda programs: self._explored(check, pool, programs),
            course_seed=self._rules.course_seed,
            inputs_key=(check.exercise, check.id, *whose),
            whose=whose,
            written=lambda: self._finished_version(task),
            hides_expected=self._rules.hides(check.visibility),
            log=log,
        )

    def _whose_inputs(self) -> tuple[str, ...]:
        """Return what inputs depend on besides the check: nothing, or the student and the content of the submission."""
        if self._rules.inputs == "fixed":
            return ()
        submission = self._submission
        return submission.student, submission.content or text_digest(submission.source or "")

    def _ask_reference(self, call: wire.Call) -> wire.Observation:
        id = self._exercise.id
        seen = self._references.observe(call, module=f"{id}.reference", source=self._sources.reference(id))
        if seen is None:
            raise SuiteError(author.REFERENCE_LOST(exercise=id, call=call.name))
        return seen

    def _explored(self, check: Check, pool: Pool | None, programs: Sequence[Program]) -> list[wire.Observation | None]:
        """Return the reference's answers to programs of a check that explores."""
        assert pool is not None and check.domain is not None
        id, domain, seed = self._exercise.id, check.domain, pool.seed

        def ask(new: Sequence[Program]) -> list[wire.Observation | None]:
            calls = [source_call(NAME, domain.source(program), ({},), seed=seed) for program in new]
            source = self._sources.reference(id)
            return self._references.observe_all(calls, module=f"{id}.reference", source=source)

        return pool.answers(programs, ask)

    def _finished_version(self, task: Task) -> Use | None:
        """Return the first forbidden function that the task's code calls, according to its syntax tree."""
        if task.name not in self._written:
            called = methods(self._sources.declarations(self._exercise.id), task.name)
            found = find_forbidden_calls(self._submission.source or "", task.name, task.forbidden, called)
            self._written[task.name] = found[0] if found else None
        return self._written[task.name]
