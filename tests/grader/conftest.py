"""What the kit's tests share: the catalog, one warm server, and one lane that grades what a test hands it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.catalog import Catalog, load_catalog
from grader.lanes import Lane, Settings
from grader.records import CheckReport, ExerciseReport, Submission
from grader.sandbox import Server

ROOT = Path(__file__).resolve().parents[2]
Grade = Callable[..., ExerciseReport]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog of this clone."""
    return load_catalog(ROOT)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A warm server."""
    with Server(trusted=True) as server:
        yield server


@pytest.fixture(scope="session")
def grade(catalog: Catalog) -> Iterator[Grade]:
    """Grade a source (or a whole submission) in a lane that stays warm."""
    settings = Settings(root=str(ROOT), exercises=tuple(e.id for e in catalog.exercises), trusted=True)
    lanes: list[Lane] = []

    def grade(exercise: str, source: str | None = None, *, student: str = "somebody", **fields: object) -> ExerciseReport:
        submission = Submission(student=student, exercise=exercise, path=f"{exercise}.py", source=source, **fields)
        if lanes:
            lanes[0].give(submission)
        else:
            lanes.append(Lane(settings, submission))
        graded = lanes[0].receive()
        assert graded is not None and graded.report is not None
        return graded.report

    yield grade
    for lane in lanes:
        lane.stop()


def checks_of(report: ExerciseReport, task: str) -> tuple[CheckReport, ...]:
    """Return the checks of one task."""
    return next(t.checks for t in report.tasks if t.name == task)
