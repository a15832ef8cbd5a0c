"""What the kit's tests share: the catalog, one warm server, and one lane that grades what a test hands it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import wire
from grader.catalog import Catalog, load_catalog
from grader.lanes import Lane, Settings
from grader.records import CheckReport, ExerciseReport, Submission
from grader.sandbox import Process, Server

ROOT = Path(__file__).resolve().parents[2]
Grade = Callable[..., ExerciseReport]
LayDown = Callable[..., Path]
Ask = Callable[..., wire.Call]

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
def ask() -> Ask:
    """Make the request that calls `f` (or another name) with these arguments, plainly unless `fields` say otherwise."""

    def ask(name: str = "f", *arguments: wire.Input, **fields: Any) -> wire.Call:
        plain: dict[str, Any] = {
            "nonce": secrets.randbits(63),
            "module": "submission",
            "probe": None,
            "keywords": {},
            "backward": None,
            "trace": False,
            "seed": 0,
        }
        return wire.Call(name=name, arguments=arguments, **{**plain, **fields})

    return ask


class Confined:
    """A candidate in the sandbox, with a submission loaded."""

    def __init__(self, process: Process, source: str, ask: Ask) -> None:
        self.process = process
        self._ask = ask
        self.loaded = process.load(module="submission", filename="submission.py", source=source)

    def call(self, name: str = "f", *arguments: wire.Input, **fields: Any) -> wire.Observation:
        """Make one call."""
        return self.process.call(self._ask(name, *arguments, **fields))

    def python(self, name: str = "f", *arguments: wire.Input) -> Any:
        """Return what one call returned, as plain Python."""
        observation = self.call(name, *arguments)
        assert observation.outcome == "returned", observation.raised
        return _python(observation.result)


def _python(fact: wire.Fact) -> Any:
    if isinstance(fact, wire.Items):
        return [_python(item) for item in fact.items]
    if isinstance(fact, wire.Pairs):
        return {key: _python(value) for key, value in fact.items}
    return fact


@pytest.fixture
def confined(server: Server, ask: Ask) -> Iterator[Callable[..., Confined]]:
    """Load a source in a candidate of its own (of another server, if need be), which ends with the test."""
    processes: list[Process] = []

    def confined(source: str, *, by: Server = server) -> Confined:
        processes.append(by.spawn())
        return Confined(processes[-1], source, ask)

    yield confined
    for process in processes:
        process.end()


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
        while (graded := lanes[0].take()) == "started":
            pass
        assert graded != "died" and graded.report is not None
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
