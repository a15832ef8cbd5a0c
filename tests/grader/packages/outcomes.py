"""Made-up outcomes, and what tests of several platforms ask of a package and its run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader.grading.pool import grade_submissions
from grader.grading.settings import Settings
from grader.packages.outcome import Outcome
from grader.packages.package import COURSE, Package
from grader.records import CheckReport, ExerciseReport, Feedback, Submission, TaskReport, student_report
from grader.sentences import verbatim
from grader.submissions import content_of

ROOT = Path(__file__).resolve().parents[3]
ID, SEED = "07_autograd", "a seed of the package's own"
STUDENT = ROOT / "examples" / "class" / "half-done"


def check(name: str, status: Any, points: float, visibility: Any = "public", said: str = "It is wrong.") -> CheckReport:
    """Return a check of a report. One that failed says why."""
    return CheckReport(
        id=name,
        visibility=visibility,
        status=status,
        points=points if status == "passed" else 0.0,
        max_points=points,
        feedback=Feedback(title=verbatim(name), details=(verbatim(said),) if status == "failed" else ()),
    )


def package(platform: Any, **fields: Any) -> Package:
    """Return what a package is told."""
    whole = {"kit": "1", "exercises": (ID,), "seed": "s", "hidden": True, "seconds": 600.0, **fields}
    return Package(platform=platform, **whole)


def outcome(state: Any, *checks: CheckReport, **fields: Any) -> Outcome:
    """Return the outcome of a run with these checks of one task."""
    task = TaskReport(
        name="double", points=sum(c.points for c in checks), max_points=sum(c.max_points for c in checks), checks=checks
    )
    report = ExerciseReport(id=ID, status="graded", points=task.points, max_points=task.max_points, tasks=(task,))
    return Outcome(state=state, report=student_report("ana", (report,)), **fields)


_KNOWN: dict[tuple[bool, str, str], dict[str, float]] = {}


def graded(told: Package, course: Path, student: str) -> dict[str, float]:
    """Return what `grade` gives the student of these tests for each check of a package's course.

    Packages with the same checks, seed and student have the same course: it is graded once.
    """
    key = told.hidden, told.seed, student
    if key not in _KNOWN:
        _KNOWN[key] = _graded(told, course, student)
    return _KNOWN[key]


def _graded(told: Package, course: Path, student: str) -> dict[str, float]:
    source = (STUDENT / f"{ID}.py").read_text(encoding="utf-8")
    submission = Submission(student=student, exercise=ID, path=f"{ID}.py", source=source, content=content_of(source))
    settings = Settings(
        root=str(course / COURSE), exercises=(ID,), course_seed=told.seed, inputs="by_content", few=True
    )
    (found,) = grade_submissions(settings, [submission], jobs=1)
    assert found.report is not None
    return {check.id: check.points for task in found.report.tasks for check in task.checks}
