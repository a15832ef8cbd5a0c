"""Shows the class table in a terminal, and below it what a teacher should look at."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.records import ClassReport, ClassRow, FaultyCheck, LeftFile
from grader.reports.terminal import NAMED, feedback_text, plain, points, short
from grader.sentences import Sentence, instructor, instructor_collecting
from grader.sentences.languages import render

_MOST_MISTAKES: Final = 8
_MOST_FILES: Final = 20  # that are listed; class.json has all
_MOST_LATE: Final = 20
# What the points of an exercise do not say, and how the table shows it.
_MARKS: Final = {"not_submitted": "–", "not_attempted": "○", "unreadable": "!", "load_failed": "!", "in_doubt": "{}?"}
_MEANINGS: Final = {
    "not_attempted": instructor.MARK_UNTOUCHED,
    "unreadable": instructor.MARK_UNREADABLE,
    "load_failed": instructor.MARK_FAILED,
    "in_doubt": instructor.MARK_IN_DOUBT,
}


def class_table(report: ClassReport) -> RenderableType:
    """Return the class table: a row for each student, a column for each exercise, and then the common mistakes.

    Below the table are what its marks mean, the exercises that no student handed in, what was handed in late, the files
    that do not count with what to do, and the checks that were at fault.
    """
    exercises = list(report.students[0].exercises) if report.students else []
    handed_in = [id for id in exercises if any(row.exercises[id] is not None for row in report.students)]
    parts: list[RenderableType] = [_table(report, handed_in), *_legend(report)]
    missing = [id for id in exercises if id not in handed_in]
    if missing:
        sentence = instructor.HANDED_IN_BY_NOBODY(exercises=short(missing))
        parts.append(Text(f"\n{render(sentence)}", style="dim"))
    parts += [*_late(report), *_left(report.left)]
    if report.misconceptions:
        mistakes = Table(show_edge=False, pad_edge=False, show_header=False, box=None)
        for name, count in list(report.misconceptions.items())[:_MOST_MISTAKES]:
            mistakes.add_row(f"{count}×", plain(name))
        parts += [Text(f"\n{render(instructor.FREQUENT_MISTAKES())}", style="bold"), mistakes]
    if report.whole_tasks:
        parts.append(Text(f"\n{render(instructor.WHOLE_TASKS())}", style="dim"))
    if report.broken_checks:
        parts.append(Text(f"\n{render(instructor.CHECKS_AT_FAULT())}", style="bold"))
        parts += [_at_fault(check) for check in report.broken_checks]
    return Group(*parts)


def _table(report: ClassReport, exercises: list[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    table.add_column(render(instructor.STUDENT()), overflow="fold")
    for exercise in exercises:
        name = plain(exercise).replace("_", " ") if len(exercises) <= NAMED else plain(exercise[:2])
        table.add_column(name, justify="right", overflow="fold")
    table.add_column(render(instructor.OUT_OF(points=points(report.max_points))), justify="right", style="bold")
    for row, name in sorted(zip(report.students, _names(report), strict=True), key=lambda one: sorted_by(one[1])):
        table.add_row(Text(plain(name)), *(_cell(row, id) for id in exercises), points(row.points))
    return table


def _names(report: ClassReport) -> list[str]:
    """Return how the students are called: by their names, and by more if several have the same name."""
    names = [row.person.label if row.person is not None else row.student for row in report.students]
    often = Counter(names)
    return [
        name if often[name] == 1 else row.student if row.student.startswith(name) else f"{name} ({row.student})"
        for row, name in zip(report.students, names, strict=True)
    ]


def sorted_by(name: str) -> str:
    """Return what names are sorted by: without capitals and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))


def _cell(row: ClassRow, exercise: str) -> str:
    earned = row.exercises[exercise]
    status = row.statuses.get(exercise, "not_submitted" if earned is None else "graded")
    return _MARKS.get(status, "{}").format(points(earned or 0.0))


def _legend(report: ClassReport) -> list[RenderableType]:
    found = {status for row in report.students for status in row.statuses.values()}
    said = [render(_MEANINGS[status]()) for status in _MEANINGS if status in found]
    return [Text(f"\n{chr(10).join(said)}", style="dim")] if said else []


def _late(report: ClassReport) -> list[RenderableType]:
    """Return a line that names who handed in late, and which exercises."""
    late = [
        f"{name} ({short([id for id, file in row.handed_in.items() if file.late])})"
        for row, name in zip(report.students, _names(report), strict=True)
        if any(file.late for file in row.handed_in.values())
    ]
    if not late:
        return []
    more = [render(instructor_collecting.AND_MORE(count=len(late) - _MOST_LATE))] if len(late) > _MOST_LATE else []
    sentence = instructor_collecting.LATE(names=plain(", ".join([*late[:_MOST_LATE], *more])))
    return [Text(f"\n{render(sentence)}")]


def _left(files: tuple[LeftFile, ...]) -> list[RenderableType]:
    """Return the files that need a look, each with the reason and the cure, and the number of the others."""
    parts: list[RenderableType] = []
    serious = sorted((file for file in files if file.kind != "spare"), key=lambda file: file.kind != "doubt")
    if serious:
        parts.append(Text(f"\n{render(instructor_collecting.LOOK_AT(count=len(serious)))}", style="bold"))
        parts += [left_file(file) for file in serious[:_MOST_FILES]]
    if len(serious) > _MOST_FILES:
        parts.append(Text(render(instructor_collecting.MORE_TO_LOOK_AT(count=len(serious) - _MOST_FILES))))
    if spare := len(files) - len(serious):
        parts.append(Text(f"\n{render(instructor_collecting.SPARE(count=spare))}", style="dim"))
    return parts


def left_file(file: LeftFile) -> RenderableType:
    """Return what to know about a file that does not count, and what to do."""
    return Group(
        Text(plain(file.path)),
        Padding(Text(plain(file.reason)), (0, 0, 0, 2)),
        Padding(Text(plain(file.cure)), (0, 0, 0, 2)),
    )


def _at_fault(check: FaultyCheck) -> RenderableType:
    said = [line for line in check.feedback.lines() if line.field not in ("next_step", "misconception")]
    return Group(Text(plain(fault_of(check))), Padding(feedback_text(said), (0, 0, 0, 2)))


def fault_of(check: FaultyCheck) -> Sentence:
    """Return a sentence about a check that was at fault."""
    template = instructor.CHECK_STANDS if check.stands else instructor.CHECK_ENDED
    return template(exercise=check.exercise, task=check.task, check=check.check, count=len(check.students))
