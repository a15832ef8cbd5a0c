"""Reads what an output folder holds about a class: its class report, the reports, and the code that was graded."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.records import ClassReport, Report
from grader.reports.code import GradedCode, load_code
from grader.reports.store import ReportError, load_class_report, load_report, report_folders
from grader.sentences import instructor_pages


class StudentResults(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of one student: the name of the folder, the report, and by exercise the code that was graded."""

    folder: str
    report: Report
    code: dict[str, GradedCode]


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of a class. Students who are not in the class report are not among the `students`."""

    summary: ClassReport
    students: tuple[StudentResults, ...]


def read_results(out: Path) -> Results:
    """Read an output folder of `grader grade`. Raises `ReportError`."""
    summary = load_class_report(out)
    folders = report_folders(out, [row.student for row in summary.students])
    return Results(summary=summary, students=tuple(_student(name, folder) for name, folder in folders.items()))


def _student(name: str, folder: Path) -> StudentResults:
    report = load_report(folder)
    if report.student != name:
        raise ReportError(instructor_pages.OTHER_STUDENT(path=str(folder), student=name, other=report.student))
    code = {
        exercise.id: found
        for exercise in report.exercises
        if exercise.status != "not_submitted" and (found := load_code(folder, exercise.id)) is not None
    }
    return StudentResults(folder=folder.name, report=report, code=code)
