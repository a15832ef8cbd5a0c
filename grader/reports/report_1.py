"""Reads reports in their first form, `grader/report/1`, in which the feedback of a check was one text.

The phrases that this module looks for belong to that form and never change. Today's are in `grader.sentences`.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from grader.records import (
    CheckReport,
    Curve,
    ExerciseReport,
    ExerciseStatus,
    Feedback,
    Misconception,
    Report,
    Status,
    TaskReport,
    Visibility,
)
from grader.sentences import Sentence, verbatim

SCHEMA: Final = "grader/report/1"
_EXPECTED, _GOT, _NEXT, _MISTAKE = "expected: ", "got: ", "Next: ", "A common mistake: "
_AFTER_THE_CALL = (_EXPECTED, "stopped: ", "ended the whole Python process ")
_BROKEN = "This check itself broke"
_NOT_RUN = "Not run"


class _Check(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    visibility: Visibility
    status: Status
    points: float
    max_points: float
    message: str
    misconception: str | None
    curve: Curve | None = None


class _Task(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    points: float
    max_points: float
    checks: tuple[_Check, ...]


class _Exercise(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    status: ExerciseStatus
    points: float
    max_points: float
    message: str = ""
    notes: tuple[str, ...] = ()
    tasks: tuple[_Task, ...]


class _Report(msgspec.Struct, frozen=True, kw_only=True):
    schema: Literal["grader/report/1"]
    student: str
    points: float
    max_points: float
    notes: tuple[str, ...] = ()
    exercises: tuple[_Exercise, ...]


def read_report_1(data: bytes) -> Report:
    """Return a report of the first form as today's record. Raises `msgspec.DecodeError` if it is not such a report."""
    old = msgspec.json.decode(data, type=_Report)
    return Report(
        student=old.student,
        points=old.points,
        max_points=old.max_points,
        notes=tuple(map(verbatim, old.notes)),
        exercises=tuple(map(_exercise, old.exercises)),
    )


def _exercise(old: _Exercise) -> ExerciseReport:
    return ExerciseReport(
        id=old.id,
        status=old.status,
        points=old.points,
        max_points=old.max_points,
        message=verbatim(old.message) if old.message else None,
        notes=tuple(map(verbatim, old.notes)),
        tasks=tuple(map(_task, old.tasks)),
    )


def _task(old: _Task) -> TaskReport:
    return TaskReport(
        name=old.name, points=old.points, max_points=old.max_points, checks=tuple(map(_check, old.checks))
    )


def _check(old: _Check) -> CheckReport:
    return CheckReport(
        id=old.id,
        visibility=old.visibility,
        status=old.status,
        points=old.points,
        max_points=old.max_points,
        feedback=_feedback(old),
        curve=old.curve,
    )


def _feedback(old: _Check) -> Feedback:
    """Split a text into the call, the expected value, what came back, details, and one next step or named mistake."""
    body, last = _without_last(old.message)
    call, lines = _without_call(body.splitlines())
    expected = next((line for line in lines if line.startswith(_EXPECTED)), None)
    got = next((line for line in lines if line.startswith(_GOT)), None)
    named = old.misconception is not None and last.startswith(_MISTAKE)
    return Feedback(
        title=verbatim(old.id.replace("_", " ")),
        call=call,
        expected=_after(_EXPECTED, expected),
        got=_after(_GOT, got),
        details=tuple(verbatim(line) for line in lines if line not in (expected, got)),
        misconception=(
            Misconception(id=old.misconception or "", sentence=verbatim(last.removeprefix(_MISTAKE))) if named else None
        ),
        next_step=_after(_NEXT, last) if last.startswith(_NEXT) else None,
        broken=old.message.startswith(_BROKEN),
        not_run=old.message.startswith(_NOT_RUN),
    )


def _without_last(message: str) -> tuple[str, str]:
    """Split off the next step or the named mistake at the end of a text. It is "" if there is none."""
    for label in (_MISTAKE, _NEXT):
        body, found, last = message.rpartition(f"\n{label}")
        if found:
            return body, label + last
    return message, ""


def _without_call(lines: list[str]) -> tuple[str, list[str]]:
    number = next((n for n, line in enumerate(lines) if line.startswith(_AFTER_THE_CALL)), 0)
    return "\n".join(lines[:number]), lines[number:]


def _after(label: str, line: str | None) -> Sentence | None:
    return None if line is None else verbatim(line.removeprefix(label))
