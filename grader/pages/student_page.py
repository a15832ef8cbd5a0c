"""What the page of a student shows, computed from the report and the code that was graded."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from grader.gradebook import Entry, Reason
from grader.pages.class_page import Progress, progress_of
from grader.pages.hiding import without_expectations
from grader.pages.marked_code import MarkedCode, marked_code
from grader.pages.results import StudentResults
from grader.records import ExerciseReport
from grader.reports.shown import ShownTask, shown_task
from grader.reports.terminal import points, short
from grader.sentences import Sentence, learner, learner_pages

Place = tuple[str, Sentence]  # an address on the page, and what stands there


class TaskPart(msgspec.Struct, frozen=True, kw_only=True):
    """A task of an exercise, and where its code is, if that is known."""

    shown: ShownTask
    place: Place | None


class ExercisePart(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise. `places` has by line of the graded code where it stands on the page.

    `reasons` say why the points are not those that the checks gave, and `comments` are those of a teacher.
    """

    id: str
    progress: Progress
    points: Sentence | str
    earned: Sentence
    late: bool = False
    reasons: tuple[Sentence, ...] = ()
    comments: tuple[str, ...] = ()
    notes: tuple[Sentence, ...] = ()
    tasks: tuple[TaskPart, ...] = ()
    code: MarkedCode | None = None
    places: dict[int, Place] = {}


class StudentPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page of a student shows. `missing` names the exercises that were not handed in."""

    student: str
    earned: Sentence
    reasons: tuple[Sentence, ...]
    comments: tuple[str, ...]
    notes: tuple[Sentence, ...]
    exercises: tuple[ExercisePart, ...]
    missing: Sentence | None


def student_page(student: StudentResults, *, hide_expected: bool = False) -> StudentPage:
    """Return what the page of a student shows.

    `hide_expected` leaves out the inputs and expectations of hidden checks, and says so.
    """
    report = without_expectations(student.report) if hide_expected else student.report
    counts = student.counts
    held = {exercise.id: exercise for exercise in report.exercises}
    missing = [entry.exercise for entry in counts.entries if progress_of(entry) == "missing"]
    return StudentPage(
        student=student.name,
        earned=learner.POINTS_IN_FULL(points=points(counts.points), most=points(counts.max_points)),
        reasons=tuple(map(_reason, counts.reasons)),
        comments=counts.comments,
        notes=(*report.notes, *((learner_pages.EXPECTED_HIDDEN(),) if hide_expected else ())),
        exercises=tuple(
            _exercise(entry, held.get(entry.exercise), student)
            for entry in counts.entries
            if entry.exercise not in missing
        ),
        missing=learner.NOT_HANDED_IN(exercises=short(missing)) if missing else None,
    )


def _exercise(entry: Entry, report: ExerciseReport | None, student: StudentResults) -> ExercisePart:
    earned = learner.POINTS_IN_FULL(points=points(entry.points or 0.0), most=points(entry.max_points))
    if entry.points != entry.raw and entry.raw is not None and not entry.excused:
        earned = learner_pages.CHANGED_POINTS(earned=earned, raw=points(entry.raw))
    part = ExercisePart(
        id=entry.exercise,
        progress=progress_of(entry),
        points=""
        if entry.excused
        else learner.POINTS(points=points(entry.points or 0.0), most=points(entry.max_points)),
        earned=learner_pages.EXCUSED() if entry.excused else earned,
        late=entry.exercise in student.late,
        reasons=tuple(map(_reason, entry.reasons)),
        comments=entry.comments,
    )
    return part if report is None or report.status == "not_submitted" else _graded(part, report, student)


def _graded(part: ExercisePart, report: ExerciseReport, student: StudentResults) -> ExercisePart:
    """Return the part of an exercise with its feedback and its code."""
    code = student.code.get(report.id)
    marked = None if code is None else marked_code(code, report)
    known = marked.places if marked is not None else {}
    places = {line: (f"#{report.id}-line-{line}", learner_pages.TO_CODE(place=place)) for line, place in known.items()}
    begins = {
        line.task: line.graded for block in (marked.blocks if marked else ()) for line in block.lines if line.task
    }
    said = report.message if report.status != "graded" else None
    failed = report.status in ("unreadable", "load_failed")
    return replace(
        part,
        notes=report.notes if said is None else (*report.notes, said),
        tasks=()
        if failed
        else tuple(
            TaskPart(shown=shown_task(task), place=places.get(begins.get(task.name, 0))) for task in report.tasks
        ),
        code=marked,
        places=places,
    )


def _reason(reason: Reason) -> Sentence:
    """Return why points are not those of the checks, with the words of the person who decided it."""
    said = reason.text if not reason.words else learner_pages.WITH_WORDS(what=reason.text, words=reason.words)
    return learner_pages.WITH_CHANGE(what=said, change=f"{reason.change:+g}") if reason.change else said
