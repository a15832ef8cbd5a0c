"""Shows the map of a course to a student: the exercises, what each needs, what is done, and what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.catalog import Catalog, Exercise
from grader.records import ExerciseReport
from grader.reports.terminal import points
from grader.sentences import Sentence, learner_commands
from grader.sentences.languages import render

State = Literal["done", "begun", "open", "later"]

_STYLES: dict[State, str] = {"done": "green", "begun": "yellow", "open": "", "later": "dim"}
_MARKS: dict[State, str] = {"done": "✓", "begun": "◐", "open": "○", "later": "·"}


def states(catalog: Catalog, reports: Mapping[str, ExerciseReport]) -> dict[str, State]:
    """Return the state of each exercise. "later" means that a prerequisite is not done.

    Prerequisites that are not in this release are ignored.
    """
    done = {id for id, report in reports.items() if report.points == report.max_points}

    def state(exercise: Exercise) -> State:
        if exercise.id in done:
            return "done"
        if reports[exercise.id].points > 0:
            return "begun"
        missing = set(exercise.prerequisites) - done - set(catalog.unknown_prerequisites(exercise.id))
        return "later" if missing else "open"

    return {exercise.id: state(exercise) for exercise in catalog.exercises}


def course_map(catalog: Catalog, reports: Mapping[str, ExerciseReport]) -> RenderableType:
    """Return the map, and what to do next."""
    found = states(catalog, reports)
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("")
    for heading in (learner_commands.MAP_EXERCISE(), learner_commands.MAP_NEEDS()):
        table.add_column(render(heading))
    for heading in (learner_commands.MAP_TASKS(), learner_commands.MAP_POINTS()):
        table.add_column(render(heading), justify="right")
    for exercise in catalog.exercises:
        report, state = reports[exercise.id], found[exercise.id]
        finished = sum(task.points == task.max_points for task in report.tasks)
        table.add_row(
            _MARKS[state],
            f"{exercise.id[:2]} {exercise.title}",
            ", ".join(needed[:2] for needed in exercise.prerequisites),
            f"{finished}/{len(report.tasks)}",
            f"{points(report.points)}/{points(report.max_points)}",
            style=_STYLES[state],
        )
    earned, whole = (sum(getattr(r, name) for r in reports.values()) for name in ("points", "max_points"))
    numbers = Counter(found.values())
    counts = {state: numbers[state] for state in _MARKS}
    total = learner_commands.MAP_TOTAL(points=points(earned), max_points=points(whole), **counts)
    return Group(table, Text(f"\n{render(total)}"), *(Text(render(remark)) for remark in remarks(catalog, reports)))


def marks(catalog: Catalog, reports: Mapping[str, ExerciseReport]) -> dict[str, str]:
    """Return the mark of each exercise's state."""
    return {id: _MARKS[state] for id, state in states(catalog, reports).items()}


def remarks(catalog: Catalog, reports: Mapping[str, ExerciseReport]) -> tuple[Sentence, ...]:
    """Return the sentences below the map: what to do next, and how many points the checks of this release can give."""
    following = next_task(catalog, reports)
    said = () if following is None else (learner_commands.MAP_NEXT(exercise=following[0], task=following[1]),)
    return (*said, *_points_of_release(catalog, reports))


def _points_of_release(catalog: Catalog, reports: Mapping[str, ExerciseReport]) -> tuple[Sentence, ...]:
    """Say how many points the checks of this release can give, if other checks give the rest."""
    here, whole = sum(report.max_points for report in reports.values()), sum(e.points for e in catalog.exercises)
    if here >= whole:
        return ()
    return (learner_commands.MAP_ELSEWHERE(points=points(here), max_points=points(whole)),)


def next_task(catalog: Catalog, reports: Mapping[str, ExerciseReport]) -> tuple[str, str] | None:
    """Return the exercise and the task to do next, or `None` after the last.

    It is the first task left of an exercise that is begun, or else of an open one.
    """
    found = states(catalog, reports)
    for state in ("begun", "open", "later"):
        for exercise in catalog.exercises:
            if found[exercise.id] == state:
                left = (task.name for task in reports[exercise.id].tasks if task.points < task.max_points)
                return exercise.id, next(left)
    return None
