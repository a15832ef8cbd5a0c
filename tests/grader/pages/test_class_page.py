"""The page of a class says how far each student is, how points are spread, and who is stuck on what."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from grader.gradebook import Entry
from grader.pages.class_page import PROGRESS, class_page, histogram, progress_of, stuck_tasks
from grader.pages.results import read_results
from grader.records import HandIn, LeftFile
from grader.roster import Person
from grader.sentences import verbatim

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("status", "points", "progress"),
    [
        ("not_submitted", None, "missing"),
        ("not_submitted", 2.0, "some"),  # a teacher gave points
        ("unreadable", 0.0, "unread"),
        ("load_failed", 0.0, "unread"),
        ("not_attempted", 0.0, "open"),
        ("graded", 0.0, "none"),
        ("graded", 1.5, "some"),
        ("graded", 4.0, "all"),
        ("graded", 5.0, "all"),
    ],
)
def test_progress_goes_by_the_points_that_count(status: Any, points: float | None, progress: str) -> None:
    """Not handed in, not readable, not begun, no points, some and all points are told apart."""
    entry = Entry(exercise="07", status=status, raw=points, points=points, max_points=4.0)
    assert progress_of(entry) == progress
    assert progress_of(replace(entry, excused=True)) == "excused"


def test_only_exercises_that_somebody_handed_in_are_shown(
    lay_out: Make, check: Make, exercise: Make, student: Make
) -> None:
    """An exercise that nobody handed in has no column, and its points do not count in what is possible."""
    done, none = exercise("07_a", tasks={"f": [check("a")]}), exercise("08_b", "not_submitted")
    out = lay_out(student("ana", done, none), student("bia", exercise("07_a", "not_submitted"), none))
    page = class_page(read_results(out))
    assert page.exercises == ("07_a",) and page.max_points == 1.0
    assert [(row.student, [cell.progress for cell in row.cells]) for row in page.rows] == [
        ("ana", ["all"]),
        ("bia", ["missing"]),
    ]
    assert page.idle == ("bia",)
    (progress,) = page.progress
    assert progress.counts == dict.fromkeys(PROGRESS, 0) | {"all": 1, "missing": 1} and progress.mean == 1.0


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


def test_who_has_less_than_half_of_a_task_is_stuck(lay_out: Make, check: Make, exercise: Make, student: Make) -> None:
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
    rows = class_page(read_results(lay_out(*reports))).rows
    assert [row.stuck for row in rows] == [0, 1, 0, 1]
    assert ["stuck" in row.cells[0].flags for row in rows] == [False, True, False, True]


def test_the_task_that_most_are_stuck_on_comes_first(check: Make, exercise: Make, student: Make) -> None:
    """Tasks with the most stuck students come first; a file that could not be graded does not count."""
    bad, good = [check("a", "failed")], [check("a")]
    reports = [
        student("ana", exercise(tasks={"f": good, "g": bad})),
        student("bia", exercise(tasks={"f": bad, "g": bad})),
        student("caio", exercise(status="unreadable", tasks={"f": bad, "g": bad})),
    ]
    assert [(task.task, task.students) for task in stuck_tasks(reports)] == [("g", ("ana", "bia")), ("f", ("bia",))]


def test_what_people_decided_counts(lay_out: Make, check: Make, exercise: Make, student: Make) -> None:
    """Points, sums and progress are those of the gradebook; who left the course is not there."""
    reports = [
        student(name, exercise(tasks={"f": [check("a", "failed", points=4.0)]})) for name in ("ana", "bia", "caio")
    ]
    out = lay_out(*reports, student("davi", exercise(status="not_submitted")))
    decided = """
        [[override]]
        student = "ana"
        exercise = "07"
        points = 3
        reason = "Right idea."
        [[excused]]
        student = "bia"
        [[withdrawn]]
        student = "caio"
        [[comment]]
        student = "nobody"
        text = "Hello."
    """
    (out / "adjustments.toml").write_text(decided, encoding="utf-8")
    page = class_page(read_results(out))
    cells = {row.student: (row.points, row.cells[0].points, row.cells[0].progress) for row in page.rows}
    assert cells == {"ana": (3.0, 3.0, "some"), "bia": (0.0, None, "excused"), "davi": (0.0, None, "missing")}
    assert [row.student for row in page.rows if "changed" in row.cells[0].flags] == ["ana", "bia"]
    assert len(page.problems) == 1 and "nobody" in str(page.problems[0])


def test_names_files_in_doubt_and_late_work_are_shown(
    lay_out: Make, check: Make, exercise: Make, student: Make
) -> None:
    """Students are called by their names; what a teacher should look at stands in the table and in a list."""
    reports = [student(name, exercise(tasks={"f": [check("a", points=4.0)]})) for name in ("u1", "u2", "u3")]
    said = {"reason": verbatim("Two files differ."), "cure": verbatim("Remove one.")}
    doubt = LeftFile(path="u2/copy.py", student="u2", exercise="07_autograd", kind="doubt", **said)
    out = lay_out(
        *reports,
        people={"u1": Person(name="Ana"), "u2": Person(name="Bia"), "u3": Person(name="Bia")},
        handed_in={"u1": {"07_autograd": HandIn(original="x.zip", late=True)}},
        left=[doubt, replace(doubt, kind="spare"), replace(doubt, kind="lost")],
    )
    page = class_page(read_results(out))
    assert [(row.student, row.cells[0].flags) for row in page.rows] == [
        ("Ana", ("late",)),
        ("Bia (u2)", ("doubt",)),
        ("Bia (u3)", ()),
    ]
    assert ([file.kind for file in page.left], page.spare) == (["doubt", "lost"], 1)


def test_a_name_that_tells_people_apart_is_not_repeated(
    lay_out: Make, check: Make, exercise: Make, student: Make
) -> None:
    """Of two people of one name, a folder that holds the name says enough."""
    names = ("Ana (101)", "Ana (102)")
    reports = [student(name, exercise(tasks={"f": [check("a")]})) for name in names]
    page = class_page(read_results(lay_out(*reports, people={name: Person(name="Ana") for name in names})))
    assert [row.student for row in page.rows] == ["Ana (101)", "Ana (102)"]
