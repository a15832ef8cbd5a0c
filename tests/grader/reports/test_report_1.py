"""Reports of the first form are shown as before, and their texts are split into records."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from grader.records import Feedback, Misconception, Report
from grader.reports import load_report, student_feedback
from grader.reports.report_1 import read_report_1
from grader.sentences import verbatim

OLD = Path(__file__).with_name("report_1")  # a report that was written when this form was in use, and how it was shown


def test_a_report_of_the_first_form_is_shown_as_it_was() -> None:
    """A report of the first form is shown line by line as it was when that form was in use."""
    console = Console(file=io.StringIO(), width=80, markup=False, highlight=False, emoji=False)
    console.print(student_feedback(load_report(OLD / "half-done.json")))
    assert isinstance(console.file, io.StringIO)
    shown = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert shown == (OLD / "half-done.txt").read_text(encoding="utf-8").splitlines()


def test_points_and_mistakes_are_kept() -> None:
    """A report of the first form keeps the points and misconceptions that class tables count."""
    report = load_report(OLD / "half-done.json")
    assert (report.schema, report.points, report.max_points) == ("grader/report/2", 4.75, 12.0)
    checks = [check for exercise in report.exercises for task in exercise.tasks for check in task.checks]
    assert {check.misconception for check in checks} == {None, "returns-tensor", "zero-inside-loop"}


def old(message: str, misconception: str | None = None) -> bytes:
    """Return a report of the first form in which one check says this."""
    points: dict[str, Any] = {"points": 0.0, "max_points": 1.0}
    check = {"id": "the_sum", "visibility": "public", "status": "failed", "message": message, **points}
    task = {"name": "double", "checks": [check | {"misconception": misconception}], **points}
    exercise = {
        "id": "01_x",
        "status": "load_failed",
        "message": "No.",
        "notes": ["A note."],
        "tasks": [task],
        **points,
    }
    report = {
        "schema": "grader/report/1",
        "student": "ana",
        "notes": ["Another."],
        "exercises": [exercise | {"tasks": [task]}],
        **points,
    }
    return msgspec.json.encode(report)


def only(report: Report) -> Feedback:
    """Return what the only check says."""
    return report.exercises[0].tasks[0].checks[0].feedback


COMPARED = {"call": "f(1)", "expected": verbatim("2"), "got": verbatim("3")}


@pytest.mark.parametrize(
    ("message", "misconception", "record"),
    [
        ("", None, {}),
        ("f(1)\nexpected: 2\ngot: 3\nNext: look.", None, {**COMPARED, "next_step": verbatim("look.")}),
        ("f(1)\nexpected: 2\ngot: 3\nOff by one.", None, {**COMPARED, "details": (verbatim("Off by one."),)}),
        (
            "f(1)\nexpected: 2\ngot: 3\nA common mistake: You add.",
            "adds",
            {**COMPARED, "misconception": Misconception(id="adds", sentence=verbatim("You add."))},
        ),
        (
            "f(1)\nstopped: it did not finish.\nNext: wait.",
            None,
            {"call": "f(1)", "details": (verbatim("stopped: it did not finish."),), "next_step": verbatim("wait.")},
        ),
        (
            "f(1)\nended the whole Python process (exit code 0).",
            None,
            {"call": "f(1)", "details": (verbatim("ended the whole Python process (exit code 0)."),)},
        ),
        ("Not run: another is first.", None, {"details": (verbatim("Not run: another is first."),), "not_run": True}),
        (
            "This check itself broke, which is not your fault.",
            None,
            {"details": (verbatim("This check itself broke, which is not your fault."),), "broken": True},
        ),
    ],
)
def test_a_text_is_taken_apart(message: str, misconception: str | None, record: dict[str, Any]) -> None:
    """A text is split into the call, the expected value, the result, details, and one next step or named mistake."""
    feedback = only(read_report_1(old(message, misconception)))
    assert feedback == Feedback(title=verbatim("the sum"), **record)
    assert str(feedback) == message


def test_messages_and_notes_become_sentences() -> None:
    """The messages and notes of an exercise and of the student become sentences."""
    report = read_report_1(old(""))
    (exercise,) = report.exercises
    assert [*map(str, (exercise.message, *exercise.notes, *report.notes))] == ["No.", "A note.", "Another."]


def test_a_damaged_report_of_the_first_form_is_no_report() -> None:
    """A report of the first form that lacks a field is refused."""
    with pytest.raises(msgspec.ValidationError, match="missing required field `student`"):
        read_report_1(b'{"schema": "grader/report/1"}')
