"""Item analysis: how hard each check is for a class, how well it tells students apart, and which mistakes they make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt
from typing import Final

import msgspec

from grader.records import CheckReport, ExerciseReport, Misconception, Report, TaskReport, Visibility
from grader.sentences import Sentence

FEWEST: Final = 20  # students who attempted a check; with fewer, its discrimination is mostly chance
_FEWEST_EACH: Final = 3  # of those who pass, and of those who do not
WEAK: Final = 0.1  # a check with less discrimination says little about the rest of its exercise


class MistakeCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many students a check found a mistake in. `id` is that of the mistake in its task."""

    id: str
    count: int


class CheckItem(msgspec.Struct, frozen=True, kw_only=True):
    """One check: how many students attempted it, and how many of them pass.

    `discrimination` is the correlation between passing the check and the points for the other checks of the exercise,
    or `None` if there are too few students to say.
    """

    id: str
    title: Sentence
    visibility: Visibility
    points: float
    attempted: int
    passed: int
    discrimination: float | None
    mistakes: tuple[MistakeCount, ...]

    @property
    def share(self) -> float | None:
        """The share of those who attempted the check that pass, or `None` if nobody attempted it."""
        return self.passed / self.attempted if self.attempted else None

    @property
    def weak(self) -> bool:
        """Whether the check says little or nothing about the rest of its exercise."""
        return self.discrimination is not None and self.discrimination < WEAK


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """A mistake that some students make in a task, with the teacher's sentence and the students who make it."""

    id: str
    sentence: Sentence
    students: tuple[str, ...]


class TaskItems(msgspec.Struct, frozen=True, kw_only=True):
    """The checks of a task, and the mistakes that students make in it, the most frequent first."""

    name: str
    checks: tuple[CheckItem, ...]
    mistakes: tuple[Mistake, ...]


class ExerciseItems(msgspec.Struct, frozen=True, kw_only=True):
    """The tasks of an exercise, and how many students' submissions were graded."""

    id: str
    graded: int
    tasks: tuple[TaskItems, ...]


def item_analysis(reports: Sequence[Report]) -> tuple[ExerciseItems, ...]:
    """Return the item analysis of every exercise that somebody's checks were run for, in the order of the reports."""
    graded: dict[str, list[tuple[str, ExerciseReport]]] = {}
    for report in reports:
        for exercise in report.exercises:
            graded.setdefault(exercise.id, [])
            if exercise.status in ("graded", "not_attempted"):
                graded[exercise.id].append((report.student, exercise))
    return tuple(_exercise(id, found) for id, found in graded.items() if found)


def _exercise(id: str, graded: Sequence[tuple[str, ExerciseReport]]) -> ExerciseItems:
    names = dict.fromkeys(task.name for _, exercise in graded for task in exercise.tasks)
    tasks = []
    for name in names:
        held = [
            (student, task, exercise) for student, exercise in graded for task in exercise.tasks if task.name == name
        ]
        ids = dict.fromkeys(check.id for _, task, _ in held for check in task.checks)
        checks = tuple(_check(id, [(task, exercise) for _, task, exercise in held]) for id in ids)
        tasks.append(TaskItems(name=name, checks=checks, mistakes=_mistakes((s, task) for s, task, _ in held)))
    return ExerciseItems(id=id, graded=len(graded), tasks=tuple(tasks))


def _check(id: str, held: Iterable[tuple[TaskReport, ExerciseReport]]) -> CheckItem:
    found = [(check, exercise) for task, exercise in held for check in task.checks if check.id == id]
    attempted = [(check, exercise) for check, exercise in found if check.status != "not_attempted"]
    passes = [check.status == "passed" for check, _ in attempted]
    rest = [_earned(exercise) - check.points for check, exercise in attempted]
    counts: dict[str, int] = {}
    for check, _ in attempted:
        if check.misconception is not None:
            counts[check.misconception] = counts.get(check.misconception, 0) + 1
    first = found[0][0]
    return CheckItem(
        id=id,
        title=first.feedback.title,
        visibility=first.visibility,
        points=first.max_points,
        attempted=len(attempted),
        passed=sum(passes),
        discrimination=discrimination(passes, rest),
        mistakes=tuple(
            MistakeCount(id=id, count=count)
            for id, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
    )


def _earned(exercise: ExerciseReport) -> float:
    """Return the points of all checks that pass, also where only whole tasks count."""
    return sum(check.points for task in exercise.tasks for check in task.checks)


def discrimination(passes: Sequence[bool], rest: Sequence[float]) -> float | None:
    """Return the corrected point-biserial correlation of a check: between passing it and the points for the rest.

    `None` if there are too few students to say, or if all have the same points for the rest.
    """
    count, passed = len(passes), sum(passes)
    if count < FEWEST or min(passed, count - passed) < _FEWEST_EACH:
        return None
    mean = sum(rest) / count
    spread = sqrt(sum((points - mean) ** 2 for points in rest) / count)
    if spread < 1e-9:
        return None
    of_passed = sum(points for points, passes_it in zip(rest, passes, strict=True) if passes_it) / passed
    of_failed = sum(points for points, passes_it in zip(rest, passes, strict=True) if not passes_it) / (count - passed)
    return (of_passed - of_failed) / spread * sqrt(passed * (count - passed)) / count


def _mistakes(held: Iterable[tuple[str, TaskReport]]) -> tuple[Mistake, ...]:
    students: dict[str, dict[str, None]] = {}
    said: dict[str, Misconception] = {}
    for student, task in held:
        for mistake in filter(None, map(_named, task.checks)):
            students.setdefault(mistake.id, {})[student] = None
            said.setdefault(mistake.id, mistake)
    return tuple(
        Mistake(id=id, sentence=said[id].sentence, students=tuple(holders))
        for id, holders in sorted(students.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    )


def _named(check: CheckReport) -> Misconception | None:
    return check.feedback.misconception
