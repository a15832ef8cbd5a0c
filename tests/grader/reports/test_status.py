"""The map of a course shows what is done, what can begin, what must wait, and what comes next."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from grader.catalog import Catalog, Exercise, Task
from grader.records import ExerciseReport, TaskReport
from grader.reports.status import course_map, states


def exercise(number: int, *needs: int) -> Exercise:
    """Return an exercise of two tasks."""
    return Exercise(
        id=f"{number:02d}_small",
        title=f"Number {number}",
        title_pt="",
        prerequisites=tuple(f"{n:02d}_small" for n in needs),
        tasks=(Task(name=f"first_{number}", points=1.0), Task(name=f"second_{number}", points=2.0)),
    )


COURSE = Catalog(
    root=Path("."), exercises=(exercise(1), exercise(2, 1), exercise(3, 1, 2), exercise(5, 4), exercise(6, 5))
)


def report(id: str, earned: float) -> ExerciseReport:
    """Return a report of an exercise in which the first points were earned."""
    first = TaskReport(name=f"first_{int(id[:2])}", points=min(earned, 1.0), max_points=1.0, checks=())
    second = TaskReport(name=f"second_{int(id[:2])}", points=max(earned - 1.0, 0.0), max_points=2.0, checks=())
    return ExerciseReport(id=id, status="graded", points=earned, max_points=3.0, tasks=(first, second))


def reports(*earned: float) -> dict[str, ExerciseReport]:
    """Return a report for each exercise of the course."""
    return {e.id: report(e.id, points) for e, points in zip(COURSE.exercises, earned, strict=True)}


@pytest.mark.parametrize(
    ("earned", "expected"),
    [
        ((0, 0, 0, 0, 0), "open later later open later"),
        ((1, 0, 0, 0, 0), "begun later later open later"),
        ((3, 0, 0, 0, 0), "done open later open later"),
        ((3, 3, 0, 3, 2), "done done open done begun"),
        ((3, 3, 3, 3, 3), "done done done done done"),
    ],
)
def test_states(earned: tuple[float, ...], expected: str) -> None:
    """An exercise waits for its prerequisites, except those that this release lacks (number 4)."""
    assert " ".join(states(COURSE, reports(*earned)).values()) == expected


def shown(*earned: float) -> str:
    """Return the map as shown in a terminal."""
    console = Console(width=90, file=io.StringIO())
    with console.capture() as captured:
        console.print(course_map(COURSE, reports(*earned)))
    return captured.get()


@pytest.mark.parametrize(
    ("earned", "following"),
    [
        ((0, 0, 0, 0, 0), "Next: first_1, in 01_small"),
        ((3, 1, 0, 0, 0), "Next: second_2, in 02_small"),
        ((3, 3, 0, 0, 2), "Next: second_6, in 06_small"),
    ],
)
def test_what_comes_next(earned: tuple[float, ...], following: str) -> None:
    """The next task is the first remaining one of a begun exercise, or of an open one."""
    assert following in shown(*earned)


def test_checks_that_are_elsewhere_are_told() -> None:
    """In a release for students the map says that the public checks give fewer points than the tasks."""
    told = "The checks here are worth 13 of 15 points. More checks of the same tasks will follow."
    some = {**reports(0, 0, 0, 0, 0), "01_small": msgspec.structs.replace(report("01_small", 0), max_points=1.0)}
    console = Console(width=90, file=io.StringIO())
    with console.capture() as captured:
        console.print(course_map(COURSE, some))
    assert told in captured.get() and "The checks here" not in shown(0, 0, 0, 0, 0)


def test_the_map_shows_needs_tasks_and_points() -> None:
    """The map has one row for each exercise and the sums below."""
    text = shown(3, 1, 0, 0, 0)
    (row,) = (line for line in text.splitlines() if "Number 2" in line)
    assert row.split() == ["◐", "02", "Number", "2", "01", "1/2", "1/3"]
    assert "4 of 15 points: 1 done, 1 begun, 1 open, 2 later." in text


def test_nothing_comes_after_the_end() -> None:
    """If everything is done, no next task is shown."""
    assert "Next" not in shown(3, 3, 3, 3, 3)
