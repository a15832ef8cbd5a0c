"""The requirements of every fuzzed run: it ends in time, its reports are valid, and points are deserved."""

from __future__ import annotations

import ast
import contextlib
import json
import signal
from collections.abc import Iterator
from types import FrameType

import jsonschema
import msgspec
from mutations import CATALOG, ROOT, Mutant, parse

from grader.records import ExerciseReport, Submission, student_report


def validator(name: str) -> jsonschema.Draft202012Validator:
    """Return a validator for one of the published schemas."""
    schema = (ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(schema))


VALIDATOR = validator("report")


@contextlib.contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail the test if something hangs."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"not done within {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def functions(source: str) -> dict[str, list[str]]:
    """Return the definition of each name at the top level."""
    found: dict[str, list[str]] = {}
    for node in parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.setdefault(node.name, []).append(ast.dump(node))
    return found


STUBS = {
    exercise.id: functions((ROOT / "exercises" / f"{exercise.id}.py").read_text(encoding="utf-8"))
    for exercise in CATALOG.exercises
}


def require_deserved(mutant: Mutant, submission: Submission, report: ExerciseReport) -> None:
    """Assert that points come only from passed checks and from code that somebody wrote."""
    whole = student_report(submission.student, (report,))
    VALIDATOR.validate(json.loads(msgspec.json.encode(whole)))
    checks = [check for task in report.tasks for check in task.checks]
    # By task, as the kit adds them up: floats added in another order may differ in the last digit.
    deserved = [sum(check.points for check in task.checks if check.status == "passed") for task in report.tasks]
    assert report.points == sum(deserved) <= report.max_points
    assert report.max_points == sum(task.points for task in CATALOG.get(report.id).tasks)
    assert not [str(check.feedback) for check in checks if check.feedback.broken]
    if mutant.file.empty or submission.source is None:
        assert report.points == 0, f"mutant {mutant.number}"
        return
    written = functions(submission.source)
    for task in report.tasks:
        if task.name not in submission.source or written.get(task.name) == STUBS[report.id][task.name]:
            assert task.points == 0, f"mutant {mutant.number}: {task.name}"
