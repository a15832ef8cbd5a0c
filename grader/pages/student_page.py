"""What the page of a student shows, computed from the report and the code that was graded."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from grader.pages.class_page import Progress, progress_of
from grader.pages.marked_code import MarkedCode, marked_code
from grader.records import ExerciseReport, Report
from grader.reports.code import GradedCode
from grader.reports.shown import ShownTask, shown_task
from grader.reports.terminal import earned_of, points
from grader.sentences import Sentence, learner, learner_pages

Place = tuple[str, Sentence]  # an address on the page, and what stands there


class TaskPart(msgspec.Struct, frozen=True, kw_only=True):
    """A task of an exercise, and where its code is, if that is known."""

    shown: ShownTask
    place: Place | None


class ExercisePart(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise. `places` has by line of the graded code where it stands on the page."""

    id: str
    progress: Progress
    points: Sentence
    earned: Sentence
    notes: tuple[Sentence, ...] = ()
    tasks: tuple[TaskPart, ...] = ()
    code: MarkedCode | None = None
    places: dict[int, Place] = {}


class StudentPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page of a student shows. `missing` names the exercises that were not handed in."""

    student: str
    earned: Sentence
    notes: tuple[Sentence, ...]
    exercises: tuple[ExercisePart, ...]
    missing: Sentence | None


def student_page(report: Report, code: Mapping[str, GradedCode], *, hides_expected: bool = False) -> StudentPage:
    """Return what the page of a student shows. `code` is what was graded, by exercise.

    `hides_expected` adds a note that expectations are left out.
    """
    missing = [exercise.id for exercise in report.exercises if exercise.status == "not_submitted"]
    return StudentPage(
        student=report.student,
        earned=learner.POINTS_IN_FULL(points=points(report.points), most=points(report.max_points)),
        notes=(*report.notes, *((learner_pages.EXPECTED_HIDDEN(),) if hides_expected else ())),
        exercises=tuple(
            _exercise(exercise, code.get(exercise.id))
            for exercise in report.exercises
            if exercise.status != "not_submitted"
        ),
        missing=learner.NOT_HANDED_IN(exercises=", ".join(missing)) if missing else None,
    )


def _exercise(report: ExerciseReport, code: GradedCode | None) -> ExercisePart:
    marked = None if code is None or report.status == "unreadable" else marked_code(code, report)
    known = marked.places if marked is not None else {}
    places = {line: (f"#{report.id}-line-{line}", learner_pages.TO_CODE(place=place)) for line, place in known.items()}
    begins = {
        line.task: line.graded for block in (marked.blocks if marked else ()) for line in block.lines if line.task
    }
    ungraded = report.message is not None and report.status != "graded"
    failed = report.status in ("unreadable", "load_failed")
    return ExercisePart(
        id=report.id,
        progress=progress_of(report),
        points=learner.POINTS(points=points(report.points), most=points(report.max_points)),
        earned=earned_of(report.points, report.max_points, 0.0, in_full=True),
        notes=(*report.notes, *((report.message,) if ungraded and report.message is not None else ())),
        tasks=()
        if failed
        else tuple(
            TaskPart(shown=shown_task(task), place=places.get(begins.get(task.name, 0))) for task in report.tasks
        ),
        code=marked,
        places=places,
    )
