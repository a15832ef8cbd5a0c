"""Reads what an output folder holds about a class: its class report, the reports, and the code that was graded."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.records import ClassReport, Report
from grader.reports.code import GradedCode, load_code
from grader.reports.store import load_class_report, stored_reports


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
    stored = stored_reports(out)
    for error in stored.unreadable.values():
        raise error
    known = [row.student for row in summary.students if row.student in stored.reports]
    students = tuple(_student(stored.reports[name], stored.folders[name]) for name in known)
    return Results(summary=summary, students=students)


def _student(report: Report, folder: Path) -> StudentResults:
    code = {
        exercise.id: found
        for exercise in report.exercises
        if exercise.status != "not_submitted" and (found := load_code(folder, exercise.id)) is not None
    }
    return StudentResults(folder=folder.name, report=report, code=code)
