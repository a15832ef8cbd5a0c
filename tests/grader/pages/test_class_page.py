"""The page of a class says how far each student is, how points are spread, and who is stuck on what."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from grader.pages.class_page import PROGRESS, class_page, histogram, progress_of, stuck_tasks
from grader.pages.results import Results, StudentResults
from grader.records import class_report

Make = Callable[..., Any]


def results(*reports: Any) -> Results:
    """Return reports as they are read from an output folder."""
    students = tuple(StudentResults(folder=report.student, report=report, code={}) for report in reports)
    return Results(summary=class_report(reports), students=students)


def test_progress_tells_six_kinds_apart(check: Make, exercise: Make) -> None:
    """Not handed in, not readable, not begun, no points, some and all points are told apart."""
    good, bad = check("a"), check("b", "failed")
    kinds = [
        exercise(status="not_submitted"),
        exercise(status="unreadable"),
        exercise(status="not_attempted"),
        exercise(tasks={"f": [bad]}),
        exercise(tasks={"f": [good, bad]}),
        exercise(tasks={"f": [good]}),
    ]
    assert [progress_of(kind) for kind in kinds] == ["missing", "unread", "open", "none", "some", "all"]


def test_only_exercises_that_somebody_handed_in_are_shown(check: Make, exercise: Make, student: Make) -> None:
    """An exercise that nobody handed in has no column, and its points do not count in what is possible."""
    done, none = exercise("07_a", tasks={"f": [check("a")]}), exercise("08_b", "not_submitted")
    page = class_page(results(student("ana", done, none), student("bia", exercise("07_a", "not_submitted"), none)))
    assert page.exercises == ("07_a",) and page.max_points == 1.0
    assert [(row.student, [cell.progress for cell in row.cells]) for row in page.rows] == [
        ("ana", ["all"]),
        ("bia", ["missing"]),
    ]
    assert page.idle == ("bia",)
    (progress,) = page.progress
    assert dict(zip(PROGRESS, progress.counts, strict=True))["missing"] == 1 and progress.mean == 1.0


@pytest.mark.parametrize("most", [3.0, 10.0, 37.0, 202.0, 0.5])
def test_every_student_is_counted_once(most: float) -> None:
    """The parts follow one another from 0 to all points, and each student is in one of them."""
    points = [most * n / 20 for n in range(21)]
    bins = histogram(points, most)
    assert sum(bin.count for bin in bins) == 21
    assert (bins[0].low, bins[-1].high) == (0, most) and len(bins) <= 10
    assert all(one.high == other.low for one, other in pairwise(bins))


def test_a_class_without_points_has_no_distribution() -> None:
    """Without students, or if nothing gives points, nothing is counted."""
    assert histogram([], 10.0) == histogram([0.0], 0.0) == ()


def test_who_has_less_than_half_of_a_task_is_stuck(check: Make, exercise: Make, student: Make) -> None:
    """A student is stuck on a task that is begun, if the checks that pass are worth less than half of its points."""
    begun = {
        "ana": [check("a"), check("b", "failed")],
        "bia": [check("a", "failed"), check("b", "skipped")],
        "caio": [check("a", "not_attempted"), check("b", "not_attempted")],
        "davi": [check("a", "timeout"), check("b", "error")],
    }
    reports = [student(name, exercise(tasks={"f": checks})) for name, checks in begun.items()]
    (task,) = stuck_tasks(reports)
    assert (task.task, task.attempted, task.students) == ("f", 3, ("bia", "davi"))
    rows = class_page(results(*reports)).rows
    assert [row.stuck for row in rows] == [0, 1, 0, 1]


def test_the_task_that_most_are_stuck_on_comes_first(check: Make, exercise: Make, student: Make) -> None:
    """Tasks with the most stuck students come first; a file that could not be graded does not count."""
    bad, good = [check("a", "failed")], [check("a")]
    reports = [
        student("ana", exercise(tasks={"f": good, "g": bad})),
        student("bia", exercise(tasks={"f": bad, "g": bad})),
        student("caio", exercise(status="unreadable", tasks={"f": bad, "g": bad})),
    ]
    assert [(task.task, task.students) for task in stuck_tasks(reports)] == [("g", ("ana", "bia")), ("f", ("bia",))]
