"""The outcome of a run so far, and the rows that platforms show of it. Nothing here knows a platform."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from grader.gradebook.points import exact
from grader.packages.package import Package
from grader.records import BrokenCheck, CheckReport, ExerciseReport, Report, TaskReport
from grader.reports.terminal import plain, title_of, without_repeats
from grader.sentences import Sentence, instructor_exports, learner_packages

State: TypeAlias = Literal["running", "graded", "cut off", "nothing", "failed"]
LONGEST_TEXT = 8000  # characters of a row


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a run.

    - `state` is "running" until all is graded; a result that still says so was cut off. "cut off" is the state of a run
      that ended itself before the platform would, "nothing" says that no exercise was handed in, and "failed" that the
      grading could not go on for a reason that is not the student's.
    - `report` is an ordinary report. What is not graded yet has no points in it.
    - `student` and `staff` are sentences for each of them.
    - `broken` are the checks at fault, `layers` those of the sandbox, and `versions` what is installed.
    """

    state: State
    report: Report
    student: tuple[Sentence, ...] = ()
    staff: tuple[Sentence, ...] = ()
    broken: tuple[BrokenCheck, ...] = ()
    layers: tuple[str, ...] = ()
    versions: dict[str, str] = {}
    seconds: float = 0.0


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a platform's result: a check, or what stands for checks that were not run or are not shown.

    `passed` is `None` if nothing was run or attempted. `earned` and `most` are exact.
    """

    id: str
    name: str
    text: str
    earned: Decimal
    most: Decimal
    passed: bool | None
    hidden: bool = False


def rows_of(report: Report, package: Package, *, merge_hidden: bool) -> list[Row]:
    """Return the rows of a report, whose points add up to those of the report.

    With `merge_hidden`, one row for each task stands for its hidden checks, and says only how many pass.
    """
    return [row for exercise in report.exercises for row in _of_exercise(exercise, merge_hidden=merge_hidden)]


def total(rows: Sequence[Row]) -> tuple[Decimal, Decimal]:
    """Return the points earned, and the most points."""
    return sum((row.earned for row in rows), Decimal(0)), sum((row.most for row in rows), Decimal(0))


def summary(outcome: Outcome) -> str:
    """Return the text above the rows: what the student should know of the run, and notes about the files."""
    lines = [plain(sentence) for sentence in outcome.student]
    lines += [plain(note) for note in outcome.report.notes]
    for exercise in outcome.report.exercises:
        lines += [plain(instructor_exports.OF_EXERCISE(exercise=exercise.id, text=note)) for note in exercise.notes]
    return "\n".join(lines)


def clipped(text: str, limit: int = LONGEST_TEXT) -> str:
    """Return the text, cut after `limit` characters. Then it says so."""
    if len(text) <= limit:
        return text
    return f"{text[:limit].rstrip()}\n{plain(learner_packages.SHORTENED())}"


def _of_exercise(exercise: ExerciseReport, *, merge_hidden: bool) -> Iterator[Row]:
    number = exercise.id.partition("_")[0]
    if (exercise.status != "graded" and exercise.status != "not_attempted") or not any(
        t.checks for t in exercise.tasks
    ):
        yield Row(
            id=exercise.id,
            name=plain(exercise.id),
            text="" if exercise.message is None else clipped(plain(exercise.message)),
            earned=exact(exercise.points),
            most=_most(exercise.tasks),
            passed=None if exercise.status in ("not_submitted", "graded") else False,
        )
        return
    for task in exercise.tasks:
        yield from _of_task(task, f"{number} {task.name}", exercise.id, merge_hidden=merge_hidden)


def _most(tasks: Sequence[TaskReport]) -> Decimal:
    """Return the most points. A task without checks has only its own maximum."""
    each = (
        sum((exact(c.max_points) for c in task.checks), Decimal(0)) if task.checks else exact(task.max_points)
        for task in tasks
    )
    return sum(each, Decimal(0))


def _of_task(task: TaskReport, where: str, exercise: str, *, merge_hidden: bool) -> Iterator[Row]:
    counts = task.points > 0  # if only whole tasks count, the checks of others give nothing
    merged: list[CheckReport] = []
    for check, lines in without_repeats(task):
        if merge_hidden and check.visibility == "hidden":
            merged.append(check)
            continue
        text = "" if check.status == "passed" else "\n".join(_line(line.label, line.text) for line in lines)
        yield Row(
            id=f"{exercise}.{task.name}.{check.id}",
            name=f"{plain(where)}: {title_of(check) or check.id}",
            text=clipped(text),
            earned=exact(check.points) if counts else Decimal(0),
            most=exact(check.max_points),
            passed=None if check.status == "not_attempted" else check.status == "passed",
            hidden=check.visibility == "hidden",
        )
    if merged:
        passing = sum(check.status == "passed" for check in merged)
        yield Row(
            id=f"{exercise}.{task.name}.hidden",
            name=plain(learner_packages.HIDDEN_CHECKS(where=where)),
            text=plain(learner_packages.HIDDEN_PASS(passing=passing, of=len(merged))),
            earned=sum((exact(check.points) for check in merged if counts), Decimal(0)),
            most=sum((exact(check.max_points) for check in merged), Decimal(0)),
            passed=passing == len(merged),
            hidden=True,
        )


def _line(label: Sentence | None, text: Sentence) -> str:
    return plain(text) if label is None else f"{plain(label)} {plain(text)}"
