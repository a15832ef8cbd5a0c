"""The progress of grading is shown in a terminal and elsewhere."""

from __future__ import annotations

import io

from rich.console import Console

from grader.cli.progress import grading_progress
from grader.records import Submission


def told(*, terminal: bool, student: str) -> str:
    """Return what is shown while two submissions of this student are graded."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=100, markup=False)
    with grading_progress(console) as progress:
        for done in (1, 2):
            progress(done, 2, Submission(student=student, exercise="e", path="p", source=""))
    return file.getvalue()


def test_a_name_is_shown_as_it_is() -> None:
    """Brackets and escapes in a student's name are shown as text."""
    shown = told(terminal=True, student="[red]ana[/] \x1b[2J")
    assert "graded [red]ana[/] \\x1b[2J" in shown


def test_elsewhere_there_are_lines() -> None:
    """Outside a terminal, progress is printed as lines; the last one says what is done."""
    assert told(terminal=False, student="ana") == "2 of 2 submissions graded\n"
