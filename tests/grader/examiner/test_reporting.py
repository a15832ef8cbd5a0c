"""The results of an examination's checks become the report of an exercise."""

from __future__ import annotations

from typing import Any

import pytest

from grader import wire
from grader.catalog import Exercise, Task, Variant
from grader.examiner.checks import Check
from grader.examiner.diagnosis import Mistake
from grader.examiner.judging import CheckResult
from grader.examiner.reporting import Loading, examined_report
from grader.records import Curve, ExerciseReport, Feedback, Status, Submission
from grader.sentences import verbatim
from grader.suites.check_log import CheckLog
from grader.suites.outcomes import CheckEnded

EXERCISE = Exercise(
    id="01_small", title="Small", title_pt="Pequeno", prerequisites=(), tasks=(Task(name="double", points=3.0),)
)
SUBMISSION = Submission(student="ana", exercise="01_small", path="", source="")
NOTHING = Loading(errors=(), withheld=frozenset(), unloadable=None)


def check(id: str, *, judges: Any = "values") -> Check:
    """Return a check worth one point."""
    return Check(
        id=id,
        exercise="01_small",
        task="double",
        visibility="hidden",
        points=1.0,
        judges=judges,
        requires=(),
        hint=None,
        docstring="",
        plain=True,
        arguments=(),
        parameters={},
        feedback_if_passed=Feedback(title=verbatim(id)),
        item=None,  # type: ignore[arg-type]
    )


def result(check: Check, status: Status, *, refused: bool = False, curves: tuple[Curve, ...] = ()) -> CheckResult:
    """Return the result of a check."""
    end = None if status == "passed" else CheckEnded(status, Feedback(call="double(1)"), refused=refused)
    verdict = check.verdict(status, None if end is None else end.feedback)
    return CheckResult(verdict=verdict, end=end, log=CheckLog(curves=[*curves]))


def report(*results: tuple[Check, CheckResult], loading: Loading = NOTHING, **options: Any) -> ExerciseReport:
    """Return the report of these results."""
    checks = [check for check, _ in results]
    by_id = {check.id: result for check, result in results}
    mistakes = options.pop("mistakes", {})
    return examined_report(EXERCISE, checks, SUBMISSION, loading, by_id, mistakes, without_curves=(), **options)


VALUES, SHAPE = check("values"), check("shape", judges="facts")


def statuses(report: ExerciseReport) -> list[tuple[str, float]]:
    """Return the status and the points of each check."""
    return [(check.status, check.points) for task in report.tasks for check in task.checks]


@pytest.mark.parametrize(
    ("values", "expected"), [("passed", [("passed", 1.0)] * 2), ("failed", [("failed", 0.0), ("skipped", 0.0)])]
)
def test_facts_count_where_values_are_right(values: Status, expected: list[tuple[str, float]]) -> None:
    """Facts count only if a check of values of the task has passed."""
    assert statuses(report((VALUES, result(VALUES, values)), (SHAPE, result(SHAPE, "passed")))) == expected


def test_a_broken_rule_takes_the_whole_task() -> None:
    """A forbidden call makes all checks of the task fail, with the reason."""
    other = check("other")
    found = report((VALUES, result(VALUES, "passed")), (other, result(other, "failed", refused=True)))
    assert statuses(found) == [("failed", 0.0)] * 2 and found.points == 0.0


def test_a_mistake_is_named_in_its_own_check() -> None:
    """The check in which a mistake was found has the teacher's sentence."""
    mistake = Variant(exercise="01_small", task="double", name="adds", message="Do not add.", source="")
    found = report((VALUES, result(VALUES, "failed")), mistakes={"values": Mistake(variant=mistake, certain=True)})
    named = found.tasks[0].checks[0].feedback.misconception
    assert named is not None and (named.id, str(named.sentence)) == ("adds", "Do not add.")


def test_the_last_curve_is_shown() -> None:
    """The report shows the last curve of a check, which is the wrong one if the check failed."""
    first, last = (Curve(got=(x,), expected=(x,)) for x in (1.0, 2.0))
    found = report((VALUES, result(VALUES, "failed", curves=(first, last))))
    assert found.tasks[0].checks[0].curve == last


def test_a_curve_that_would_give_away_what_was_expected_is_not_shown() -> None:
    """If hidden expectations are kept from students, curves of hidden checks are not shown."""
    curve = Curve(got=(1.0,), expected=(2.0,))
    results = {"values": result(VALUES, "failed", curves=(curve,))}
    found = examined_report(EXERCISE, [VALUES], SUBMISSION, NOTHING, results, {}, without_curves={"values"})
    assert found.tasks[0].checks[0].curve is None


def test_an_error_met_while_loading_is_noted() -> None:
    """An error that was raised while loading gives a note with its line."""
    error = wire.Raised(type="ValueError", bases=("ValueError",), message="no", line=3, code="f()")
    found = report(
        (VALUES, result(VALUES, "passed")),
        loading=Loading(errors=(error,), withheld=frozenset(), unloadable=None),
    )
    assert len(found.notes) == 1 and "line 3" in str(found.notes[0]) and found.status == "graded"
    assert found.raised_at == (3,)


def test_a_submission_that_cannot_be_loaded_says_so() -> None:
    """If a submission cannot be loaded, that is the status of the exercise."""
    unloadable: Any = ("timeout", Feedback(details=(verbatim("Stopped."),)))
    loading = Loading(errors=(), withheld=frozenset(), unloadable=unloadable)
    assert report((VALUES, result(VALUES, "timeout")), loading=loading).status == "load_failed"


def test_nothing_attempted_is_said_of_the_whole_exercise() -> None:
    """If no check was attempted, the exercise is not attempted."""
    assert report((VALUES, result(VALUES, "not_attempted"))).status == "not_attempted"
