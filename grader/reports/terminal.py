"""Shows reports in a terminal: the class table, and one student's feedback.

Students write names, messages and output: all of it is shown as text, with control characters made visible.
"""

from __future__ import annotations

import re

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.records import CheckReport, ClassReport, ExerciseReport, Report, TaskReport

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

MISTAKE = "A common mistake"
_NAMED = 4  # exercises that are named in full where they stand side by side

_MARKS = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "error": ("✗", "red"),
    "timeout": ("✗", "red"),
    "crashed": ("✗", "red"),
    "skipped": ("·", "dim"),
    "not_attempted": ("○", "yellow"),
}


def plain(text: str) -> str:
    """Return `text` with control and direction-changing characters shown instead of obeyed."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def points(value: float) -> str:
    """Return points as one writes them: 3, 2.5, 0.25."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def class_table(report: ClassReport) -> RenderableType:
    """Return the class at a glance: one row a student, one column an exercise, then the common mistakes.

    Exercises that nobody has handed in are named below the table.
    """
    exercises = list(report.students[0].exercises) if report.students else []
    handed_in = [id for id in exercises if any(row.exercises[id] is not None for row in report.students)]
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("student", overflow="fold")
    for exercise in handed_in:
        name = plain(exercise).replace("_", " ") if len(handed_in) <= _NAMED else plain(exercise[:2])
        table.add_column(name, justify="right", overflow="fold")
    table.add_column(f"of {points(report.max_points)}", justify="right", style="bold")
    for row in report.students:
        cells = ["–" if row.exercises[id] is None else points(row.exercises[id] or 0.0) for id in handed_in]
        table.add_row(Text(plain(row.student)), *cells, points(row.points))
    parts: list[RenderableType] = [table]
    missing = [id for id in exercises if id not in handed_in]
    if missing:
        parts.append(Text(f"\nHanded in by nobody: {_short(missing)}", style="dim"))
    if report.misconceptions:
        mistakes = Table(show_edge=False, pad_edge=False, show_header=False, box=None)
        for name, count in list(report.misconceptions.items())[:8]:
            mistakes.add_row(f"{count}×", plain(name))
        parts += [Text("\nMost frequent mistakes", style="bold"), mistakes]
    return Group(*parts)


def student_feedback(report: Report) -> RenderableType:
    """Return all that one student is told."""
    title = Text.assemble(
        (plain(report.student), "bold"), f"  {points(report.points)} of {points(report.max_points)} points"
    )
    parts: list[RenderableType] = [title]
    parts += [Text(f"Note: {plain(note)}", style="dim") for note in report.notes]
    parts += [exercise_feedback(exercise) for exercise in report.exercises if exercise.status != "not_submitted"]
    missing = [exercise.id for exercise in report.exercises if exercise.status == "not_submitted"]
    if missing:
        parts.append(Text(f"\nNot handed in: {_short(missing)}", style="dim"))
    return Group(*parts)


def _short(exercises: list[str]) -> str:
    """Name exercises: a few in full, many by their numbers."""
    return plain(", ".join(exercises if len(exercises) <= _NAMED else (id[:2] for id in exercises)))


def exercise_feedback(report: ExerciseReport) -> RenderableType:
    """Return the feedback of one exercise, task by task."""
    title = Text.assemble(
        ("\n" + plain(report.id), "bold underline"), f"  {points(report.points)} of {points(report.max_points)}"
    )
    parts: list[RenderableType] = [title]
    parts += [Text(f"Note: {plain(note)}", style="dim") for note in report.notes]
    if report.message and report.status != "graded":
        parts.append(Text(plain(report.message)))
        if report.status in ("not_submitted", "unreadable", "load_failed"):
            return Group(*parts)
    parts += [_task(task) for task in report.tasks]
    return Group(*parts)


def _task(task: TaskReport) -> RenderableType:
    done = task.points == task.max_points
    mark, style = ("✓", "green") if done else ("○", "yellow") if untouched(task) else ("✗", "red")
    head = Text.assemble(
        (f"{mark} ", style), (plain(task.name), "bold"), f"  {points(task.points)} of {points(task.max_points)}"
    )
    if done:
        return head
    if untouched(task):
        return Group(head, Padding(Text("Not attempted yet.", style="dim"), (0, 0, 0, 2)))
    return Group(head, *(Padding(_check(check, text), (0, 0, 0, 2)) for check, text in once(task)))


def untouched(task: TaskReport) -> bool:
    """Say whether the student has not begun the task."""
    return all(check.status == "not_attempted" for check in task.checks)


def once(task: TaskReport) -> list[tuple[CheckReport, str]]:
    """Pair each check with what is to be told of it: a message or a common mistake is told once a task."""
    told: dict[str, str] = {}  # in which check
    pairs = []
    for check in task.checks:
        message, _, mistake = check.message.partition(f"\n{MISTAKE}: ")
        text = check.message
        if text and text in told:
            text = "Not run either." if text.startswith("Not run") else f'The same as in "{told[text]}".'
        elif mistake and mistake in told:
            text = f'{message}\nThe same mistake as in "{told[mistake]}".'
        for part in (check.message, mistake):
            told.setdefault(part, plain(check.id).replace("_", " "))
        pairs.append((check, text))
    return pairs


def _check(check: CheckReport, text: str) -> RenderableType:
    mark, style = _MARKS[check.status]
    hidden = " (hidden)" if check.visibility == "hidden" else ""
    head = Text.assemble(
        (f"{mark} ", style), plain(check.id).replace("_", " ") + hidden, (f"  {points(check.max_points)}", "dim")
    )
    if check.status == "passed":
        return head
    return Group(head, Padding(_message(text), (0, 0, 0, 2)))


def _message(message: str) -> Text:
    text = Text()
    for line in message.splitlines():
        label, colon, rest = line.partition(": ")
        if colon and label in ("expected", "got", "Next", MISTAKE):
            text.append(f"{label}: ", style="cyan" if label in ("expected", "got") else "bold")
            text.append(plain(rest))
        else:
            text.append(plain(line))
        text.append("\n")
    text.rstrip()
    return text
