"""Leaves out of a report what students must not learn while they may hand in again."""

from __future__ import annotations

from msgspec.structs import replace

from grader.records import CheckReport, Report
from grader.sentences import learner, learner_steps


def without_expectations(report: Report) -> Report:
    """Return a report without the inputs of hidden checks and what they expected.

    What came back, the named mistake and the next step stay: they are about the student's own code.
    """
    return replace(
        report,
        exercises=tuple(
            replace(
                exercise,
                tasks=tuple(
                    replace(task, checks=tuple(_without_expectation(check) for check in task.checks))
                    for task in exercise.tasks
                ),
            )
            for exercise in report.exercises
        ),
    )


def _without_expectation(check: CheckReport) -> CheckReport:
    if check.visibility != "hidden":
        return check
    feedback = replace(check.feedback, call="")
    if feedback.expected not in (None, learner.A_RESULT()):
        # The details say how far the answer is from what was expected.
        feedback = replace(feedback, expected=learner.EXPECTED_LATER(), details=())
    if feedback.next_step == learner_steps.PRINT_EACH():
        feedback = replace(feedback, next_step=None)  # it is about the lines of the call
    return replace(check, feedback=feedback, curve=None)
