"""One run of one check ends in a result, however the check ends."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from grader.examiner.checks import Check
from grader.examiner.judging import CheckResult, judge, required_first
from grader.records import Feedback
from grader.sandbox import SandboxError
from grader.sentences import instructor, verbatim
from grader.suites.check_log import CheckLog
from grader.suites.outcomes import CheckEnded

TITLED = Feedback(title=verbatim("Every number is doubled"))


def check(function: Any = None) -> Check:
    """Return a check worth two points that calls this function."""
    return Check(
        id="values",
        exercise="01_small",
        task="double",
        visibility="hidden",
        points=2.0,
        requires=(),
        hint=None,
        docstring="",
        plain=True,
        arguments=(),
        parameters={},
        feedback_if_passed=TITLED,
        item=SimpleNamespace(obj=function),  # type: ignore[arg-type]
    )


def judged(function: Any, *, device: str = "meta", **arguments: Any) -> CheckResult:
    """Judge one call of this function."""
    return judge(check(function), arguments, CheckLog(), device=device)


def ending(error: BaseException) -> Any:
    """Return a function that ends with this error."""

    def end() -> None:
        raise error

    return end


def test_a_check_that_returns_has_passed() -> None:
    """A check that returns has passed: it gives its points, and its log is part of the result."""
    log = CheckLog()
    result = judge(check(lambda: None), {}, log, device="meta")
    assert (result.verdict.status, result.verdict.points, result.end) == ("passed", 2.0, None) and result.log is log


@pytest.mark.parametrize("refused", [False, True])
def test_a_check_that_was_ended_says_why(refused: bool) -> None:
    """The exception that ended a check is part of the result, without references to data that the check received."""
    end = CheckEnded("failed", Feedback(call="double(1)"), refused=refused)
    result = judged(ending(end))
    assert (result.verdict.status, result.verdict.points) == ("failed", 0.0)
    assert (result.verdict.feedback.call, result.verdict.feedback.title) == ("double(1)", TITLED.title)
    assert (result.end, result.refused, end.__traceback__) == (end, refused, None)


@pytest.mark.parametrize("error", [ValueError("no"), AssertionError(), RuntimeError("no")])
def test_a_check_that_breaks_is_at_fault_itself(error: Exception) -> None:
    """The feedback of a broken check says that the check is at fault."""
    result = judged(ending(error))
    assert result.verdict.status == "error" and result.verdict.feedback.broken and result.end is None


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("[enforce fail] can't allocate memory: you tried")])
def test_memory_that_runs_out_is_no_fault_of_the_check(error: Exception) -> None:
    """If a result is too large to compare, the submission is at fault, not the check."""
    result = judged(ending(error))
    assert result.verdict.status == "error" and not result.verdict.feedback.broken


@pytest.mark.parametrize("error", [SandboxError(instructor.NO_SERVER(error="no")), KeyboardInterrupt()])
def test_what_ends_the_grading_is_no_result(error: BaseException) -> None:
    """A lost sandbox and a keyboard interrupt are raised; they are not results of a check."""
    with pytest.raises(type(error)):
        judged(ending(error))


@pytest.mark.parametrize(("device", "asked"), [("meta", ["meta"]), ("cuda", ["meta", "cuda"])])
def test_a_second_device_is_asked_of_too(device: str, asked: list[str]) -> None:
    """A check with a second device is called with meta first, and then with the real device if there is one."""
    devices: list[str] = []
    judge(check(lambda device: devices.append(device)), {"device": "meta"}, CheckLog(), device=device)
    assert devices == asked


@pytest.mark.parametrize(("status", "then"), [("failed", "skipped"), ("not_attempted", "not_attempted")])
def test_a_check_that_requires_another_one_waits_for_it(status: Any, then: str) -> None:
    """A check is skipped and names the check that it requires, or is not attempted if that one was not attempted."""
    unmet = check().verdict(status, Feedback())
    verdict = required_first(check(), unmet)
    assert (verdict.status, verdict.points) == (then, 0.0)
    assert (str(TITLED.title) in str(verdict.feedback.details[0])) is (then == "skipped")
