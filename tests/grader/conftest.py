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
LayDown = Callable[..., Path]

SMALL = """\
# ---
# grader:
#   title: Small
#   title_pt: Pequeno
# ---

# %%
import torch

# %% task="double" points=4
def double(x):
    ### BEGIN SOLUTION
    # TODO: double it.
    return x * 2
    ### END SOLUTION


# %% task="relu" points=2 by_hand=["relu", "Optimizer.step", "Linear"]
def relu(x):
    ### BEGIN SOLUTION
    # TODO: cut off what is negative.
    return x.clamp(min=0)
    ### END SOLUTION
"""


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

    def grade(
        exercise: str, source: str | None = None, *, student: str = "somebody", **fields: object
    ) -> ExerciseReport:
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


@pytest.fixture(scope="session")
def lay_down(tmp_path_factory: pytest.TempPathFactory) -> LayDown:
    """Lay down a course of one exercise, `01_small`, with the tasks `double` and `relu`; return its root.

    `hidden` and `public` are its suites, below their imports; `misconceptions` and `alternatives` are whole files.
    """
    imports = "import os\nimport signal\nfrom pathlib import Path\n\nimport pytest\nimport torch\n"
    imports += "from grader.judging import Subject, check, code, probe\n\n\n"

    def lay_down(hidden: str = "", *, public: str = "", misconceptions: str = "", alternatives: str = "") -> Path:
        root = tmp_path_factory.mktemp("course")
        texts = {
            "solutions/01_small.py": SMALL,
            "tests/public/test_01_small.py": public and imports + public,
            "tests/hidden/test_01_small.py": hidden and imports + hidden,
            "tests/misconceptions/01_small.py": misconceptions,
            "tests/alternatives/01_small.py": alternatives,
        }
        for name, text in texts.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            if text:
                (root / name).write_text(text, encoding="utf-8")
        return root

    return lay_down


def checks_of(report: ExerciseReport, task: str) -> tuple[CheckReport, ...]:
    """Return the checks of one task."""
    return next(t.checks for t in report.tasks if t.name == task)
