"""What the page of a class shows, computed from the reports: the table, the points, the progress, who is stuck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from grader.pages.items import ExerciseItems, item_analysis
from grader.pages.results import Results
from grader.records import ExerciseReport, FaultyCheck, Report, TaskReport

# How far a student is with an exercise: not handed in, could not be graded, not begun, no points, some, all.
Progress = Literal["missing", "unread", "open", "none", "some", "all"]
PROGRESS: Final[tuple[Progress, ...]] = ("all", "some", "none", "open", "unread", "missing")
_BINS: Final = 10


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One student's points for one exercise, how far the student is, and the number of tasks that are `stuck`."""

    exercise: str
    points: float
    max_points: float
    progress: Progress
    stuck: int


class TableRow(msgspec.Struct, frozen=True, kw_only=True):
    """One student in the table, with a cell for each exercise."""

    student: str
    points: float
    cells: tuple[Cell, ...]

    @property
    def max_points(self) -> float:
        """The points that all exercises of the table give."""
        return sum(cell.max_points for cell in self.cells)

    @property
    def stuck(self) -> int:
        """The number of tasks that the student is stuck on."""
        return sum(cell.stuck for cell in self.cells)


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """How many students have points from `low` up to `high`."""

    low: float
    high: float
    count: int


class ExerciseProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the class is with an exercise: how many students there are of each kind, in the order of `PROGRESS`.

    `mean` are the mean points of those whose work was graded, or `None` if there are none.
    """

    exercise: str
    counts: tuple[int, ...]
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
    have begun nothing.
    """

    exercises: tuple[str, ...]
    rows: tuple[TableRow, ...]
    max_points: float
    points: tuple[Bin, ...]
    progress: tuple[ExerciseProgress, ...]
    items: tuple[ExerciseItems, ...]
    stuck: tuple[StuckTask, ...]
    idle: tuple[str, ...]
    at_fault: tuple[FaultyCheck, ...]
    whole_tasks: bool


def class_page(results: Results) -> ClassPage:
    """Return what the page of a class shows."""
    reports = [student.report for student in results.students]
    known = dict.fromkeys(exercise.id for report in reports for exercise in report.exercises)
    exercises = tuple(id for id in known if any(_handed_in(report, id) for report in reports))
    rows = tuple(_row(report, exercises) for report in reports)
    most = max((row.max_points for row in rows), default=0.0)
    return ClassPage(
        exercises=exercises,
        rows=rows,
        max_points=most,
        points=histogram([row.points for row in rows], most),
        progress=tuple(_progress(id, [row.cells[n] for row in rows]) for n, id in enumerate(exercises)),
        items=item_analysis(reports),
        stuck=stuck_tasks(reports),
        idle=tuple(row.student for row in rows if all(cell.progress in ("missing", "open") for cell in row.cells)),
        at_fault=results.summary.broken_checks,
        whole_tasks=results.summary.whole_tasks,
    )


def _handed_in(report: Report, id: str) -> bool:
    return any(exercise.id == id and exercise.status != "not_submitted" for exercise in report.exercises)


def _row(report: Report, exercises: Sequence[str]) -> TableRow:
    held = {exercise.id: _cell(exercise) for exercise in report.exercises}
    missing = Cell(exercise="", points=0.0, max_points=0.0, progress="missing", stuck=0)
    return TableRow(
        student=report.student,
        points=report.points,
        cells=tuple(held.get(id) or replace(missing, exercise=id) for id in exercises),
    )


def _cell(exercise: ExerciseReport) -> Cell:
    return Cell(
        exercise=exercise.id,
        points=exercise.points,
        max_points=exercise.max_points,
        progress=progress_of(exercise),
        stuck=sum(map(is_stuck, exercise.tasks)) if exercise.status == "graded" else 0,
    )


def progress_of(exercise: ExerciseReport) -> Progress:
    """Return how far a student is with an exercise."""
    if exercise.status == "not_submitted":
        return "missing"
    if exercise.status in ("unreadable", "load_failed"):
        return "unread"
    if exercise.status == "not_attempted":
        return "open"
    if exercise.points >= exercise.max_points:
        return "all"
    return "some" if exercise.points > 0 else "none"


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
    graded = [cell.points for cell in cells if cell.progress in ("all", "some", "none", "open")]
    return ExerciseProgress(
        exercise=exercise,
        counts=tuple(sum(cell.progress == kind for cell in cells) for kind in PROGRESS),
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
