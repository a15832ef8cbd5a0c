"""Shows what stands below the feedback of `grader check`: the points of everything checked, and the next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from grader.catalog import Catalog
from grader.records import ExerciseReport, TaskReport
from grader.reports.terminal import earned_of, untouched
from grader.sentences import Sentence, learner, learner_commands


def summary(catalog: Catalog, reports: Mapping[str, ExerciseReport]) -> list[Sentence]:
    """Return the sentences about everything that was checked: the points, and which exercises are finished."""
    tasks = [(catalog.get(id).task(task.name), task) for id, report in reports.items() for task in report.tasks]
    earned = earned_of(
        sum(task.points for _, task in tasks),
        sum(task.max_points for _, task in tasks),
        sum(max(known.points, task.max_points) for known, task in tasks),
        in_full=True,
    )
    said = [learner_commands.SUMMARY(done=sum(is_done(task) for _, task in tasks), count=len(tasks), earned=earned)]
    return [*said, *(sentence for report in reports.values() for sentence in finished(catalog, report))]


def finished(catalog: Catalog, report: ExerciseReport) -> list[Sentence]:
    """Return a sentence if all tasks of an exercise were checked and pass."""
    known = catalog.get(report.id)
    if len(report.tasks) < len(known.tasks) or not all(map(is_done, report.tasks)):
        return []
    here = sum(task.max_points for task in report.tasks) < known.points
    return [(learner_commands.FINISHED_HERE if here else learner_commands.FINISHED)(exercise=report.id)]


def said_once(reports: Mapping[str, ExerciseReport], *, before: bool = False) -> dict[str, ExerciseReport]:
    """Return the reports. The note that no mistakes are named stays only in the first one that has it.

    It stays in none if it was said `before`.
    """
    found, said = dict(reports), before
    for id, report in reports.items():
        if learner.NO_MISTAKES_NAMED() in report.notes:
            notes = tuple(note for note in report.notes if note != learner.NO_MISTAKES_NAMED())
            found[id] = replace(report, notes=notes) if said else report
            said = True
    return found


def first_undone(reports: Sequence[ExerciseReport]) -> tuple[ExerciseReport, TaskReport] | None:
    """Return the task to work on next: the first that fails, or else the first that is not begun."""
    undone = [(report, task) for report in reports for task in report.tasks if not is_done(task)]
    begun = [(report, task) for report, task in undone if not untouched(task)]
    return next(iter(begun or undone), None)


def is_done(task: TaskReport) -> bool:
    """Say whether all checks of a task passed."""
    return bool(task.checks) and task.points == task.max_points


def all_untouched(reports: Sequence[ExerciseReport]) -> bool:
    """Say whether nothing fails: every task that is not done is not attempted yet."""
    graded = all(report.status in ("graded", "not_attempted") for report in reports)
    return graded and all(is_done(task) or untouched(task) for report in reports for task in report.tasks)
