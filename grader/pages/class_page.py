"""What the page of a class shows, computed from the reports: the table, the points, the progress, who is stuck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Final, Literal, get_args

import msgspec
from msgspec.structs import replace

from grader.gradebook import Entry
from grader.pages.items import ExerciseItems, item_analysis
from grader.pages.results import Results, StudentResults
from grader.records import ExerciseReport, FaultyCheck, LeftFile, Report, TaskReport
from grader.sentences import Sentence

# How far a student is with an exercise: all points, some, none, not begun, could not be graded, not handed in, excused.
Progress = Literal["all", "some", "none", "open", "unread", "missing", "excused"]
PROGRESS: Final = get_args(Progress)
# What else there is to know about a student's exercise.
Flag = Literal["stuck", "late", "changed", "doubt"]
_BINS: Final = 10


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One student's points for one exercise, how far the student is, and what else there is to know.

    `points` are `None` if nothing counts. `flags` say that the student is stuck on a task, that the work came late,
    that people changed the points, or that a teacher should choose a file.
    """

    exercise: str
    points: float | None
    max_points: float
    progress: Progress
    flags: tuple[Flag, ...] = ()


class TableRow(msgspec.Struct, frozen=True, kw_only=True):
    """One student in the table, with a cell for each exercise. `stuck` is the number of tasks that are stuck."""

    student: str
    points: float
    cells: tuple[Cell, ...]
    stuck: int


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """How many students have points from `low` up to `high`."""

    low: float
    high: float
    count: int


class ExerciseProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the class is with an exercise: how many students there are of each kind.

    `mean` are the mean points of those whose work was graded, or `None` if there are none.
    """

    exercise: str
    counts: dict[Progress, int]
    mean: float | None
    max_points: float


class StuckTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task that some students have begun, and for which they have less than half of the points."""

    exercise: str
    task: str
    attempted: int
    students: tuple[str, ...]


class ClassPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page of a class shows.

    `exercises` are those that somebody handed in, and `max_points` are for all of these. `idle` are the students who
    have begun nothing. `left` are the files that a teacher should look at, and `spare` is the number of others that do
    not count. `problems` say what of the decisions about points could not be used.
    """

    exercises: tuple[str, ...]
    rows: tuple[TableRow, ...]
    max_points: float
    points: tuple[Bin, ...]
    progress: tuple[ExerciseProgress, ...]
    items: tuple[ExerciseItems, ...]
    stuck: tuple[StuckTask, ...]
    idle: tuple[str, ...]
    left: tuple[LeftFile, ...]
    spare: int
    at_fault: tuple[FaultyCheck, ...]
    problems: tuple[Sentence, ...]
    whole_tasks: bool


def class_page(results: Results) -> ClassPage:
    """Return what the page of a class shows."""
    reports = [replace(student.report, student=student.name) for student in results.students]
    rows = [_row(student) for student in results.students]
    columns = [
        column
        for n, column in enumerate(results.book.columns)
        if any(row.cells[n].progress != "missing" for row in rows)
    ]
    exercises = tuple(column.exercise for column in columns)
    shown = tuple(replace(row, cells=tuple(cell for cell in row.cells if cell.exercise in exercises)) for row in rows)
    most = sum(column.max_points * column.weight for column in columns if not column.extra_credit)
    return ClassPage(
        exercises=exercises,
        rows=shown,
        max_points=most,
        points=histogram([row.points for row in shown], most),
        progress=tuple(_progress(id, [row.cells[n] for row in shown]) for n, id in enumerate(exercises)),
        items=item_analysis(reports),
        stuck=stuck_tasks(reports),
        idle=tuple(row.student for row in shown if all(cell.progress in ("missing", "open") for cell in row.cells)),
        left=tuple(file for file in results.summary.left if file.kind != "spare"),
        spare=sum(file.kind == "spare" for file in results.summary.left),
        at_fault=results.summary.broken_checks,
        problems=results.book.problems,
        whole_tasks=results.summary.whole_tasks,
    )


def _row(student: StudentResults) -> TableRow:
    stuck = {
        exercise.id: sum(map(is_stuck, exercise.tasks))
        for exercise in student.report.exercises
        if exercise.status == "graded"
    }
    cells = []
    for entry in student.counts.entries:
        known: dict[Flag, bool] = {
            "stuck": stuck.get(entry.exercise, 0) > 0,
            "late": entry.exercise in student.late,
            "changed": entry.points != entry.raw,
            "doubt": entry.exercise in student.doubtful,
        }
        cells.append(
            Cell(
                exercise=entry.exercise,
                points=entry.points,
                max_points=entry.max_points,
                progress=progress_of(entry),
                flags=tuple(flag for flag, holds in known.items() if holds),
            )
        )
    return TableRow(student=student.name, points=student.counts.points, cells=tuple(cells), stuck=sum(stuck.values()))


def progress_of(entry: Entry) -> Progress:
    """Return how far a student is with an exercise, by the points that count."""
    if entry.excused:
        return "excused"
    if entry.points is None:
        return "missing"
    if entry.points >= entry.max_points > 0:
        return "all"
    if entry.points > 0:
        return "some"
    kinds: dict[str, Progress] = {"not_attempted": "open", "unreadable": "unread", "load_failed": "unread"}
    return kinds.get(entry.status, "none")


def histogram(points: Sequence[float], most: float) -> tuple[Bin, ...]:
    """Return how many students have how many points, in parts of the same whole number of points up to `most`."""
    if not points or most <= 0:
        return ()
    width = max(1, ceil(most / _BINS))
    counts = [0] * ceil(most / width)
    for value in points:
        counts[min(int(value / width), len(counts) - 1)] += 1
    return tuple(Bin(low=n * width, high=min((n + 1) * width, most), count=count) for n, count in enumerate(counts))


def _progress(exercise: str, cells: Sequence[Cell]) -> ExerciseProgress:
    graded = [cell.points for cell in cells if cell.points is not None and cell.progress != "unread"]
    return ExerciseProgress(
        exercise=exercise,
        counts={kind: sum(cell.progress == kind for cell in cells) for kind in PROGRESS},
        mean=sum(graded) / len(graded) if graded else None,
        max_points=max((cell.max_points for cell in cells), default=0.0),
    )


def stuck_tasks(reports: Sequence[Report]) -> tuple[StuckTask, ...]:
    """Return the tasks that students are stuck on; those with the most students come first."""
    begun: dict[tuple[str, str], int] = {}
    stuck: dict[tuple[str, str], list[str]] = {}
    for report in reports:
        for exercise in _graded(report):
            for task in exercise.tasks:
                if is_begun(task):
                    key = exercise.id, task.name
                    begun[key] = begun.get(key, 0) + 1
                    stuck.setdefault(key, []).extend([report.student] if is_stuck(task) else [])
    return tuple(
        StuckTask(exercise=exercise, task=task, attempted=begun[exercise, task], students=tuple(students))
        for (exercise, task), students in sorted(stuck.items(), key=lambda pair: -len(pair[1]))
        if students
    )


def _graded(report: Report) -> Iterable[ExerciseReport]:
    return (exercise for exercise in report.exercises if exercise.status == "graded")


def is_begun(task: TaskReport) -> bool:
    """Say whether a student has begun a task."""
    return any(check.status != "not_attempted" for check in task.checks)


def is_stuck(task: TaskReport) -> bool:
    """Say whether a student has begun a task, and passes checks that are worth less than half of its points."""
    return is_begun(task) and sum(check.points for check in task.checks) < sum(c.max_points for c in task.checks) / 2
