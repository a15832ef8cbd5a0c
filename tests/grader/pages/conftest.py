"""Reports, code and output folders made by hand, for the tests of the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.records import (
    CheckReport,
    ClassReport,
    ExerciseReport,
    Feedback,
    Misconception,
    Report,
    SourceSpan,
    Submission,
    TaskReport,
    class_report,
    student_report,
)
from grader.reports.code import keep_code
from grader.reports.store import report_folders, write_json
from grader.sentences import verbatim

Check = Callable[..., CheckReport]
Exercise = Callable[..., ExerciseReport]
Student = Callable[..., Report]
LayOut = Callable[..., Path]


def _check(
    id: str, status: str = "passed", *, points: float = 1.0, hidden: bool = False, mistake: str = "", **said: Any
) -> CheckReport:
    if mistake:
        said["misconception"] = Misconception(id=mistake, sentence=verbatim(f"You did {mistake}."))
    return CheckReport(
        id=id,
        visibility="hidden" if hidden else "public",
        status=status,  # type: ignore[arg-type]
        points=points if status == "passed" else 0.0,
        max_points=points,
        feedback=Feedback(title=verbatim(f"The {id}"), **said),
    )


def _exercise(
    id: str = "07_autograd",
    status: str = "graded",
    *,
    tasks: Mapping[str, Sequence[CheckReport]] | None = None,
    **fields: Any,
) -> ExerciseReport:
    made = tuple(
        TaskReport(
            name=name,
            points=sum(check.points for check in checks),
            max_points=sum(check.max_points for check in checks),
            checks=tuple(checks),
        )
        for name, checks in (tasks or {}).items()
    )
    return ExerciseReport(
        id=id,
        status=status,  # type: ignore[arg-type]
        points=sum(task.points for task in made),
        max_points=sum(task.max_points for task in made) or 1.0,
        tasks=made,
        **fields,
    )


@pytest.fixture(scope="session")
def check() -> Check:
    """Make the report of a check. `mistake` is the id of a named mistake; `said` are other fields of its feedback."""
    return _check


@pytest.fixture(scope="session")
def exercise() -> Exercise:
    """Make the report of an exercise from the checks of its tasks."""
    return _exercise


@pytest.fixture(scope="session")
def student() -> Student:
    """Make the report of a student from those of exercises."""
    return lambda name, *exercises, **fields: student_report(name, tuple(exercises), **fields)


@pytest.fixture
def lay_out(tmp_path: Path) -> LayOut:
    """Write an output folder as `grader grade` does: reports, and the code of exercises by student."""

    def lay_out(
        *reports: Report, code: Mapping[str, str] | None = None, spans: tuple[SourceSpan, ...] = (), **fields: Any
    ) -> Path:
        out = tmp_path / "out"
        folders = report_folders(out, [report.student for report in reports])
        for report in reports:
            write_json(folders[report.student] / "report.json", report)
            for done in report.exercises:
                source = (code or {}).get(report.student)
                if source is not None and done.status != "not_submitted":
                    submission = Submission(
                        student=report.student, exercise=done.id, path=f"in/{done.id}.py", source=source, spans=spans
                    )
                    keep_code(folders[report.student], submission)
        whole: ClassReport = class_report(reports, **fields)
        write_json(out / "class.json", whole)
        return out

    return lay_out
