"""The progress of grading is shown in a terminal and elsewhere."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from grader.cli.progress import Pace, grading_progress, time_left
from grader.grading.settings import Graded
from grader.records import Submission


def told(*, terminal: bool, student: str) -> str:
    """Return what is shown while two submissions of this student are graded."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=100, markup=False)
    with grading_progress(console) as progress:
        for done in (1, 2):
            submission = Submission(student=student, exercise="e", path="p", source="")
            progress(done, 2, Graded(submission=submission, report=None))
    return file.getvalue()


def test_a_name_is_shown_as_it_is() -> None:
    """Brackets and escapes in a student's name are shown as text."""
    shown = told(terminal=True, student="[red]ana[/] \x1b[2J")
    assert "graded [red]ana[/] \\x1b[2J" in shown


def test_elsewhere_there_are_lines() -> None:
    """Outside a terminal, progress is printed as lines; the last one says what is done."""
    assert told(terminal=False, student="ana") == "2 of 2 submissions graded\n"


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "about 0 s left"), (90, "about 90 s left"), (200, "about 3 min")])
def test_long_times_are_told_in_minutes(seconds: float, words: str) -> None:
    """From two minutes on, seconds say nothing more."""
    assert str(time_left(seconds)).startswith(words)


def test_the_time_left_counts_real_work_alone() -> None:
    """A hundred results of an earlier run say nothing about how long the others take."""
    pace = Pace()
    for left in range(200, 100, -1):
        assert pace.seconds_left(0.0, left, cached=True) is None
    assert pace.seconds_left(5.0, 99, cached=False) is None
    assert pace.seconds_left(5.1, 98, cached=True) is None
    assert pace.seconds_left(7.0, 97, cached=False) == 2 * 97
    assert pace.seconds_left(9.0, 96, cached=False) == 2 * 96
