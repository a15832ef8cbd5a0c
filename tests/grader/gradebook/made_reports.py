"""Reports made by hand, for tests of the gradebook and of exports."""

from __future__ import annotations

from pathlib import Path

from grader.records import ExerciseReport, ExerciseStatus, Status, Verdict, blank_report, student_report, task_report
from grader.reports import write_json
from grader.sentences import verbatim

Checks = dict[str, tuple[Status, float]]


def exercise(id: str = "07_autograd", *, whole: bool = False, **tasks: Checks) -> ExerciseReport:
    """Return a graded exercise: for each task, the status and the points of its checks."""
    reports = tuple(
        task_report(
            task,
            tuple(
                Verdict(
                    id=name,
                    task=task,
                    visibility="hidden",
                    status=status,
                    points=points if status == "passed" else 0,
                    max_points=points,
                )
                for name, (status, points) in checks.items()
            ),
            whole=whole,
        )
        for task, checks in tasks.items()
    )
    points, most = sum(task.points for task in reports), sum(task.max_points for task in reports)
    return ExerciseReport(id=id, status="graded", points=points, max_points=most, tasks=reports)


def nothing(id: str = "07_autograd", points: float = 10.0, status: ExerciseStatus = "not_submitted") -> ExerciseReport:
    """Return an exercise of which no check was run."""
    return blank_report(id, [("minimize", points)], status, verbatim("Nothing."))


def lay_out(out: Path, adjustments: str = "", **students: tuple[ExerciseReport, ...]) -> Path:
    """Write reports, and the adjustments, into an output folder; return it."""
    for student, exercises in students.items():
        write_json(out / student / "report.json", student_report(student, exercises))
    if adjustments:
        out.mkdir(exist_ok=True)
        (out / "adjustments.toml").write_text(adjustments, encoding="utf-8")
    return out
