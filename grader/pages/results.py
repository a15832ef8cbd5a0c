"""Reads what an output folder holds about a class: the gradebook, the reports, and the code that was graded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
from msgspec.structs import replace

from grader.gradebook import Gradebook, Row, read_gradebook
from grader.pages.pairs import PairPages, read_pairs
from grader.records import ClassReport, ClassRow, ExerciseStatus, Report
from grader.reports.code import GradedCode, load_code
from grader.reports.store import Stored, load_class_report, stored_reports


class StudentResults(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of one student.

    `name` is how people call the student; it is different for each. `folder` is the name of the folder in OUT. `counts`
    is the row of the gradebook: the points that count, and why. `code` is the code that was graded, by exercise, and
    `doubtful` and `late` are exercises for which a teacher should choose a file, and which came late.
    """

    name: str
    folder: str
    report: Report
    counts: Row
    code: dict[str, GradedCode]
    doubtful: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of a class. Students who left the course are not among the `students`."""

    summary: ClassReport
    book: Gradebook
    students: tuple[StudentResults, ...]
    pairs: PairPages = PairPages()


def _with_more(row: Row) -> str:
    """Return what tells a person from others of the same name."""
    return row.student if row.student.startswith(row.name) else f"{row.name} ({row.student})"


def read_results(out: Path) -> Results:
    """Read an output folder of `grader grade`. Raises `ReportError` and `GradebookError`."""
    summary = load_class_report(out)
    stored = stored_reports(out)
    for error in stored.unreadable.values():
        raise error
    book = read_gradebook(out)
    rows = [row for row in book.rows if row.folder]
    often = Counter(row.name for row in rows)
    known = {row.student: row for row in summary.students}
    students = tuple(
        _student(
            row.name if often[row.name] == 1 else _with_more(row),
            row,
            known.get(row.student),
            _report(stored, row),
            out / row.folder,
        )
        for row in rows
    )
    return Results(summary=summary, book=book, students=students, pairs=read_pairs(out))


def _report(stored: Stored, row: Row) -> Report:
    """Return the report of a student. Exercises that were only graded under an earlier name are added."""
    names = [name for name in (row.student, *row.earlier_names) if name in stored.reports]
    report = replace(stored.reports[names[0]], student=row.student)
    held = {exercise.id: exercise for exercise in report.exercises}
    for name in names[1:]:
        for exercise in stored.reports[name].exercises:
            if exercise.id not in held or held[exercise.id].status == "not_submitted":
                held[exercise.id] = exercise
    return replace(report, exercises=tuple(held.values()))


def _student(name: str, row: Row, known: ClassRow | None, report: Report, folder: Path) -> StudentResults:
    code = {
        exercise.id: found
        for exercise in report.exercises
        if exercise.status not in _WITHOUT_CODE and (found := load_code(folder, exercise.id)) is not None
    }
    return StudentResults(
        name=name,
        folder=folder.name,
        report=report,
        counts=row,
        code=code,
        doubtful=frozenset(id for id, status in known.statuses.items() if status == "in_doubt")
        if known
        else frozenset(),
        late=frozenset(
            {entry.exercise for entry in row.entries if entry.late}
            | {id for id, file in (known.handed_in.items() if known else ()) if file.late}
        ),
    )


_WITHOUT_CODE: tuple[ExerciseStatus, ...] = ("not_submitted", "unreadable")
