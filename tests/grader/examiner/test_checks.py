"""Suites declare checks."""

from __future__ import annotations

from typing import Any

import pytest

from grader.examiner.checks import Check, read_check, validate
from grader.records import Feedback, Verdict
from grader.sentences import verbatim
from grader.suites import check
from grader.suites.outcomes import SuiteError


def made(id: str = "values", *requires: str, **fields: Any) -> Check:
    """Return a hidden check of `double` that gives two points."""
    known: dict[str, Any] = {
        "exercise": "01_small",
        "task": "double",
        "visibility": "hidden",
        "points": 2.0,
        "hint": None,
        "docstring": "Says.",
        "feedback_if_passed": Feedback(title=verbatim("Says")),
        "plain": False,
        "arguments": (),
        "parameters": {},
        "item": None,
    }
    return Check(id=id, requires=requires, **{**known, **fields})


# What a test declares: of these very tests


@check("double", points=2, requires=["shape"], hint="times two.")
def test_a_test_declares_a_check(request: pytest.FixtureRequest) -> None:
    """The test's name and file give the check's id and exercise."""
    assert read_check(request.node) == made(
        "a_test_declares_a_check",
        "shape",
        exercise="checks",
        hint="times two.",
        docstring="The test's name and file give the check's id and exercise.",
        arguments=("request",),
        feedback_if_passed=Feedback(title=verbatim("The test's name and file give the check's id and exercise")),
        item=request.node,
    )


def test_a_test_without_points_is_no_check(request: pytest.FixtureRequest) -> None:
    """A test without the decorator is an error of its author."""
    with pytest.raises(SuiteError, match=r"Cannot use .*_is_no_check as a check: decorate it with @check\(task, poi"):
        read_check(request.node)


@check("double", points=2)
@pytest.mark.parametrize("size", [3])
def test_each_parameter_is_a_check_of_its_own(request: pytest.FixtureRequest, size: int) -> None:
    """Each parameter of a test is a separate check with the parameter in its name and its title."""
    made = read_check(request.node)
    assert made.id == f"each_parameter_is_a_check_of_its_own[{size}]"
    assert str(made.title) == (
        f"Each parameter of a test is a separate check with the parameter in its name and its title [{size}]"
    )


# Verdicts


@pytest.mark.parametrize(("status", "points"), [("passed", 2.0), ("failed", 0.0), ("skipped", 0.0)])
def test_a_verdict_is_worth_what_its_check_is(status: Any, points: float) -> None:
    """A verdict gives all points of its check or none."""
    said = Feedback(details=(verbatim("A sentence."),))
    assert made().verdict(status, said) == Verdict(
        id="values",
        task="double",
        visibility="hidden",
        status=status,
        points=points,
        max_points=2.0,
        feedback=Feedback(title=verbatim("Says"), details=(verbatim("A sentence."),)),
    )


def test_a_passed_check_builds_no_feedback() -> None:
    """The feedback of a passed check is its title, which is not built again."""
    check = made()
    assert check.verdict("passed").feedback is check.feedback_if_passed


# What makes verdicts fair


def test_checks_may_require_earlier_ones() -> None:
    """A check may require one or several earlier checks."""
    validate([made("shape"), made("values", "shape"), made("any_size", "shape", "values")])


def test_checks_have_names_of_their_own() -> None:
    """Names of checks must be unique, because verdicts are identified by them."""
    with pytest.raises(SuiteError, match="Cannot tell two checks of 01_small apart: both are called 'values'"):
        validate([made(), made("shape"), made()])


@pytest.mark.parametrize(
    "checks",
    [[made("values", "nothing")], [made("values", "later"), made("later")], [made("values", "values")]],
    ids=["unknown", "later", "itself"],
)
def test_checks_cannot_require_what_has_not_run(checks: list[Check]) -> None:
    """A check cannot require a later one, because checks run in order."""
    message = r"Cannot run 'values' of 01_small: it requires '\w+', which is no earlier check\. Public checks run"
    with pytest.raises(SuiteError, match=message):
        validate(checks)
