"""Judges one run of one check: calls the check, and turns its end into a result."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.examiner.checks import Check
from grader.records import Feedback, Verdict
from grader.sandbox import SandboxError
from grader.sentences import learner
from grader.suites.check_log import CheckLog
from grader.suites.outcomes import CheckEnded


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """The result of one run of a check: its verdict, the exception that ended it if it did not pass, and its log.

    If the reference failed the check too, the points stand: the verdict is "passed", and `fault` is the feedback that
    the reference got.
    """

    verdict: Verdict
    end: CheckEnded | None = None
    log: CheckLog
    fault: Feedback | None = None

    @property
    def doubtful(self) -> bool:
        """Whether the check may be at fault: it compared an answer and found it wrong, or ended with an error.

        This is not so if nothing was compared: the function is missing, is still a TODO, takes too long or is refused.
        """
        if self.verdict.feedback.broken:
            return True
        return self.verdict.status in ("failed", "error") and self.end is not None and self.end.compared

    @property
    def refused(self) -> bool:
        """Whether the submission called a function that the task forbids."""
        return self.end is not None and self.end.refused


def judge(check: Check, arguments: Mapping[str, Any], log: CheckLog, *, device: str) -> CheckResult:
    """Call a check and return its result.

    A check that takes a second device is called with the meta device, and then with `device` if that is another one.
    Raises `SandboxError`, and every exception that is not an `Exception`, such as that of `pytest.skip()`.
    """
    function: Callable[..., object] = check.item.obj
    try:
        function(**arguments)
        if "device" in arguments and device != "meta":
            function(**{**arguments, "device": device})
    except CheckEnded as end:
        end.__traceback__ = end.__context__ = None  # its traceback would keep all received data alive
        verdict = check.verdict(end.status, end.feedback)
        return CheckResult(verdict=verdict, end=end, log=log)
    except SandboxError:
        raise
    except Exception as error:
        if _is_out_of_memory(error):
            said = Feedback(details=(learner.TOO_LARGE(),), next_step=learner.TOO_MUCH_NEXT())
            return CheckResult(verdict=check.verdict("error", said), log=log)
        if os.environ.get("GRADER_DEBUG"):
            traceback.print_exc()
        return CheckResult(verdict=broken(check, error), log=log)
    return CheckResult(verdict=check.verdict("passed"), log=log)


def required_first(check: Check, unmet: Verdict) -> Verdict:
    """Return the verdict of a check that was skipped because `unmet`, a check that it requires, has not passed."""
    if unmet.status == "not_attempted":
        return check.verdict("not_attempted", Feedback(details=(learner.NOT_ATTEMPTED(),)))
    said = learner.SKIPPED(check=unmet.feedback.title)
    return check.verdict("skipped", Feedback(details=(said,), not_run=True))


def broken(check: Check, error: BaseException) -> Verdict:
    """Return the verdict of a check that is itself at fault. It tells the check's author the error, in one line."""
    said = " ".join(str(error).split())
    if isinstance(error, pytest.FixtureLookupError):
        said = f"fixture {error.argname!r} not found"
    last = traceback.extract_tb(error.__traceback__)[-1]
    said = f"{type(error).__name__}: {said[:300]} ({check.id}, {Path(last.filename).name} line {last.lineno})"
    return check.verdict("error", Feedback(details=(learner.BROKEN_CHECK(error=said),), broken=True))


def _is_out_of_memory(error: Exception) -> bool:
    """Say whether this process had too little memory for the comparison. torch has no exception type for this."""
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "can't allocate memory" in str(error))
