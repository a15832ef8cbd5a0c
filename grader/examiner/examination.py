"""One examination of one submission: runs its checks in order, and returns their results."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from grader import wire
from grader.catalog import Exercise, Task
from grader.examiner.candidate_processes import ReferenceProcess, SubmissionProcess
from grader.examiner.checks import Check
from grader.examiner.fixtures import Given
from grader.examiner.judging import CheckResult, broken, judge, required_first
from grader.examiner.pools import Explored, Pool
from grader.examiner.session import SuiteSession
from grader.examiner.sources import CourseSources
from grader.forbidden_calls import Use, find_forbidden_calls, methods
from grader.records import Feedback, Inputs, Submission, Verdict, Visibility
from grader.sandbox import SandboxError
from grader.sentences import Sentence, author, learner, verbatim
from grader.submissions import text_digest
from grader.suites import showing
from grader.suites.candidate import Ask
from grader.suites.check_log import CheckLog, call_digest
from grader.suites.outcomes import SuiteError

_REMEMBERED = 20_000  # runs of a check


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How all submissions are examined. `grader.grading.settings.Settings` describes the same names."""

    course_seed: str
    inputs: Inputs = "fixed"
    hide_expected: bool = False
    until_failure: bool = False
    whole_tasks: bool = False
    device: str = "meta"

    def __post_init__(self) -> None:
        if self.inputs == "by_content" and not self.course_seed:
            raise ValueError("Cannot draw inputs that nobody can guess from an empty course seed. Give one.")

    def hides(self, visibility: Visibility) -> bool:
        """Say whether the feedback of such a check must not show what was expected."""
        return self.hide_expected and visibility == "hidden"


class Faults:
    """What checks said about the reference on some inputs: `None` if it passed, and otherwise the feedback.

    It also has what the reference returns where a submission raises. With fixed inputs, the reference is asked once for
    all submissions.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], Feedback | None] = {}
        self._expected: dict[tuple[str, ...], Sentence | None] = {}

    def __contains__(self, inputs: tuple[str, ...]) -> bool:
        return inputs in self._known

    def __getitem__(self, inputs: tuple[str, ...]) -> Feedback | None:
        return self._known[inputs]

    def note(self, inputs: tuple[str, ...], fault: Feedback | None) -> None:
        """Remember what a check said about the reference on these inputs.

        If the check broke, for example because the process of the reference was lost, it is run again the next time.
        """
        if fault is not None and fault.broken:
            return
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[inputs] = fault

    def expected(self, inputs: tuple[str, ...], call: wire.Call, ask: Callable[[], Sentence | None]) -> Sentence | None:
        """Return what the reference returns for a call of a check on these inputs, or `None` if it returns nothing.

        `ask` asks the reference if that is not known. Raises `SuiteError`.
        """
        key = (*inputs, call_digest(call), str(call.seed))
        if key not in self._expected:
            if len(self._expected) >= _REMEMBERED:
                self._expected.clear()
            self._expected[key] = ask()
        return self._expected[key]


class Examination:
    """Runs the checks of one submission, whose process is `process`.

    `forge` turns the function that calls the submission into one that forges the answers. It is `None` except for
    forgers. `faults` remembers what checks say about the reference.
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
        faults: Faults,
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
        self._faults = faults
        self._written: dict[str, Use | None] = {}  # by task

    def run(
        self, checks: Sequence[Check], tell: Callable[[Mapping[str, CheckResult]], None] | None = None
    ) -> dict[str, CheckResult]:
        """Return the result of each check, by its id. Raises `SandboxError`.

        If the rules say so, checks after the first failure are skipped. `tell`, if given, is called after each check
        with the results so far.
        """
        results: dict[str, CheckResult] = {}
        by_pytest = [check for check in checks if not check.plain]
        for check in checks:
            if not check.plain:
                by_pytest.pop(0)
            # If no check may follow, pytest keeps no fixtures.
            following = by_pytest[0] if by_pytest and not self._rules.until_failure else None
            given = self._given(check)
            result = self._run(check, given, self._unmet(check, results), following)
            result = results[check.id] = self._settled(check, given, result, following)
            if self._rules.until_failure and result.verdict.status != "passed":
                break
            if tell is not None:
                tell(results)
        return results | {
            check.id: CheckResult(verdict=check.verdict("skipped"), log=CheckLog())
            for check in checks
            if check.id not in results
        }

    def _run(self, check: Check, given: Given, unmet: Verdict | None, following: Check | None) -> CheckResult:
        """Run a check, or skip it because of `unmet`, a check that it requires."""

        def judged(arguments: dict[str, Any]) -> CheckResult:
            if unmet is not None:
                return CheckResult(verdict=required_first(check, unmet), log=given.log)
            return judge(check, arguments, given.log, device=self._rules.device)

        if not check.plain:
            return self._session.run(check, given, judged, following=following)
        # Without pytest, which takes as long as the check itself:
        try:
            return judged({} if unmet is not None else given.arguments(check.arguments, check.parameters))
        except (SandboxError, KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:  # as pytest does, for example for `pytest.skip()`
            return CheckResult(verdict=broken(check, error), log=given.log)

    def _unmet(self, check: Check, results: Mapping[str, CheckResult]) -> Verdict | None:
        """Return the verdict of a check that this one requires and that has not passed, or `None`."""
        if self._forge is not None:
            return None  # forged values fail almost every check, and each check must show what it judges
        verdicts = (results[name].verdict for name in check.requires)
        return next((verdict for verdict in verdicts if verdict.status != "passed"), None)

    def _settled(self, check: Check, given: Given, result: CheckResult, following: Check | None) -> CheckResult:
        """Return the result of a check. If the reference fails it too, on the same inputs, the points stand."""
        if not result.doubtful or self._forge is not None or not self._sources.has_reference(check.exercise):
            return result
        if check.domain is not None and not result.verdict.feedback.broken:
            return result  # it was compared with the reference's own answers
        if given.inputs_key in self._faults:
            fault = self._faults[given.inputs_key]
        else:
            reference = Submission(
                student="",
                exercise=check.exercise,
                path=f"{check.exercise}.py",
                source=self._sources.reference(check.exercise),
            )
            answered = self._run(check, given.of_reference(reference), None, following).verdict
            fault = None if answered.status == "passed" else answered.feedback
            self._faults.note(given.inputs_key, fault)
        if fault is None:
            return self._with_expected(given, result)
        log = CheckLog(exchanges=result.log.exchanges)  # a curve would show what the check expected
        return CheckResult(verdict=check.verdict("passed"), log=log, fault=fault)

    def _with_expected(self, given: Given, result: CheckResult) -> CheckResult:
        """Return the result. If the submission's call raised, what was expected is what the reference returns."""
        feedback, last = result.verdict.feedback, result.log.exchanges[-1:]
        if feedback.expected != learner.A_RESULT() or not last or last[0].seen.raised is None:
            return result
        if self._rules.hides(result.verdict.visibility):
            return result
        call = last[0].call

        def ask() -> Sentence | None:
            seen = self._ask_reference(call)
            returned = seen.outcome == "returned" and seen.result is not None
            return verbatim(showing.fact(seen.result)) if returned else None

        with contextlib.suppress(SuiteError):
            expected = self._faults.expected(given.inputs_key, call, ask)
            if expected is not None:
                told = replace(feedback, expected=expected)
                return dataclasses.replace(result, verdict=replace(result.verdict, feedback=told))
        return result

    # What a check is given

    def _given(self, check: Check) -> Given:
        task = self._exercise.task(check.task)
        ask, ask_each = self._process.asker(check.task), self._process.asker_of_several(check.task)
        whose = self._whose_inputs()
        pool = self._pools(check)
        return Given(
            check=check,
            task=task,
            submission=self._submission,
            ask=ask if self._forge is None else self._forge(ask),
            ask_each=ask_each if self._forge is None else None,
            load_errors=self._load_errors,
            ask_reference=self._ask_reference,
            pool=pool,
            explored=None if pool is None else Explored(pool, self._ask_reference_each),
            # The feedback of a forger or of a small error is not shown, and making it takes most of their time.
            shrinking=self._forge is None and not self._rules.until_failure,
            course_seed=self._rules.course_seed,
            inputs_key=(check.exercise, check.id, *whose),
            whose=whose,
            written=lambda: self._finished_version(task),
            hides_expected=self._rules.hides(check.visibility),
            log=CheckLog(),
        )

    def _load_errors(self) -> tuple[wire.Raised, ...]:
        return () if self._process.loaded is None else self._process.loaded.errors

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

    def _ask_reference_each(self, calls: Sequence[wire.Call]) -> list[wire.Observation | None]:
        id = self._exercise.id
        return self._references.observe_all(calls, module=f"{id}.reference", source=self._sources.reference(id))

    def _finished_version(self, task: Task) -> Use | None:
        """Return the first forbidden function that the task's code calls, according to its syntax tree."""
        if task.name not in self._written:
            called = methods(self._sources.declarations(self._exercise.id), task.name)
            found = find_forbidden_calls(self._submission.source or "", task.name, task.forbidden, called)
            self._written[task.name] = found[0] if found else None
        return self._written[task.name]
