"""Helpers of several tests: how a check ended, and what the student reads about it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from grader.sentences import learner_steps as steps
from grader.suites.outcomes import CheckEnded


def ended(asks: Callable[[], object], *, status: str = "failed") -> CheckEnded:
    """Return the end of a check, which must have this status."""
    with pytest.raises(CheckEnded) as info:
        asks()
    assert info.value.status == status
    return info.value


def said(end: CheckEnded) -> str:
    """Return what the end of a check says, without its next step."""
    return msgspec.structs.replace(end.feedback, next_step=None).text()


def says(asks: Callable[[], object], expected: str, got: str, next_step: str | None = None) -> None:
    """Ask, and find these two phrases (and this next step) in the feedback."""
    end = ended(asks)
    lines = said(end).splitlines()
    assert lines[:3] == ["f(x)", f"expected: {expected}", f"got: {got}"]
    if next_step is not None:
        assert str(end.feedback.next_step) == str(steps.BY_KIND.get(next_step, lambda: next_step)())
