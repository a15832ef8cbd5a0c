"""Shared helpers of the kit's tests: the catalog, a warm server, and a worker that grades."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from filelock import FileLock

from grader import wire
from grader.catalog import Catalog, load_catalog
from grader.examiner.examiner import Examined, Examiner, run_examiner
from grader.grading.pool import WorkerPool
from grader.grading.settings import Settings
from grader.prefork import IMPORT_COMPILER
from grader.recording import record_diagnoses
from grader.records import ExerciseReport, Submission
from grader.sandbox import Process, Server
from grader.sentences import learner
from grader.suites.feedback import exception_of
from grader.suites.observed import Observed
from grader.tensors import raw

ROOT = Path(__file__).resolve().parents[2]
Grade = Callable[..., ExerciseReport]
LayDown = Callable[..., Path]
Ask = Callable[..., wire.Call]
Fact = Callable[..., Any]
See = Callable[..., Observed]
Hold = Callable[..., Examiner]
Examine = Callable[..., list[ExerciseReport]]

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


# %% task="relu" points=2 forbidden=["relu", "Optimizer.step", "Linear"]
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
def recorded(catalog: Catalog) -> dict[str, bytes]:
    """What a release of this clone records to name mistakes, by exercise.

    Recording takes most of a minute, and the clone keeps the result. So of two processes with tests, one waits.
    """
    (ROOT / ".grader").mkdir(exist_ok=True)
    with FileLock(ROOT / ".grader" / ".recording"):
        return dict(record_diagnoses(catalog, jobs=2))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A warm server."""
    with Server(relaxed_sandbox=True, warm_up=[IMPORT_COMPILER]) as server:
        yield server


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Make the request that calls `f` (or another name) with these arguments; `fields` override its defaults."""

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
    """A candidate in the sandbox with a submission loaded."""

    def __init__(self, process: Process, source: str, ask: Ask) -> None:
        self.process = process
        self._ask = ask
        self.loaded = process.load(module="submission", filename="submission.py", source=source)

    def call(self, name: str = "f", *arguments: wire.Input, **fields: Any) -> wire.Observation:
        """Make one call."""
        return self.process.call(self._ask(name, *arguments, **fields))

    def python(self, name: str = "f", *arguments: wire.Input) -> Any:
        """Return the result of one call as plain Python."""
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
    """Load a source in a new candidate (of another server, if given), which ends with the test."""
    processes: list[Process] = []

    def confined(source: str, *, by: Server = server) -> Confined:
        processes.append(by.spawn())
        return Confined(processes[-1], source, ask)

    yield confined
    for process in processes:
        process.end()


@pytest.fixture(scope="session")
def grade(catalog: Catalog) -> Iterator[Grade]:
    """Grade a source, or a whole submission, in a worker that stays warm."""
    settings = Settings(root=str(ROOT), exercises=tuple(e.id for e in catalog.exercises), relaxed_sandbox=True)

    def grade(
        exercise: str, source: str | None = None, *, student: str = "somebody", **fields: object
    ) -> ExerciseReport:
        submission = Submission(student=student, exercise=exercise, path=f"{exercise}.py", source=source, **fields)
        (graded,) = workers.grade(settings, [submission])
        assert graded.report is not None
        return graded.report

    with WorkerPool(1) as workers:
        yield grade


@pytest.fixture(scope="session")
def lay_down(tmp_path_factory: pytest.TempPathFactory) -> LayDown:
    """Lay down a course of one exercise, `01_small`, with the tasks `double` and `relu`; return its root.

    `hidden` and `public` are its suites, below their imports; `misconceptions` and `alternatives` are whole files. If
    it is `released`, it has no solution, as with students: a check that no code can pass is then not at fault.
    """
    imports = "import os\nimport signal\nfrom pathlib import Path\n\nimport pytest\nimport torch\n"
    imports += "from grader.suites import Value, check, code, domain, probe\n\n\n"

    def lay_down(
        hidden: str = "",
        *,
        public: str = "",
        misconceptions: str = "",
        alternatives: str = "",
        released: bool = False,
    ) -> Path:
        root = tmp_path_factory.mktemp("course")
        texts = {
            f"{'exercises' if released else 'solutions'}/01_small.py": SMALL,
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


# Facts and calls made by hand, and an examiner in this process ------------------------------------------------------


def _fact(value: object, **changes: Any) -> Any:
    """Return the facts of a tensor or an array, as an honest candidate would; return other values unchanged."""
    if isinstance(value, np.ndarray):
        known = {"dtype": str(value.dtype), "shape": value.shape, "data": value.tobytes(), "object": 0, "storage": 0}
        return wire.ArrayFact(**{**known, **changes})
    if not isinstance(value, torch.Tensor):
        return value
    grad = value.grad if value.is_leaf else None
    facts: dict[str, Any] = {
        "dtype": str(value.dtype).removeprefix("torch."),
        "shape": tuple(value.shape),
        "device": value.device.type,
        "data": None if value.is_meta else raw(value),
        "requires_grad": value.requires_grad,
        "is_leaf": value.is_leaf,
        "grad_fn": None if value.grad_fn is None else type(value.grad_fn).__name__,
        "grad": None if grad is None else _fact(grad),
        "object": 0,
        "storage": 0,
        "version": 0,
    }
    return wire.TensorFact(**{**facts, **changes})


@pytest.fixture(scope="session")
def fact() -> Fact:
    """Turn a tensor or an array into facts, with some of them changed."""
    return _fact


@pytest.fixture(scope="session")
def see() -> See:
    """Make a call by hand: what `f(...)` was `given`, its `result`, and how it left its `arguments` (as they were)."""

    def see(
        result: object = None,
        *,
        given: Sequence[object] = (),
        given_keywords: Mapping[str, object] | None = None,
        arguments: Sequence[object] | None = None,
        hint: str | None = None,
        call: str = "f(x)",
        names: tuple[str, ...] = (),
        **observed: Any,
    ) -> Observed:
        handed: list[Any] = [
            _fact(value, object=i, storage=i) if _in_memory(value) else value for i, value in enumerate(given)
        ]
        keywords = {
            name: _fact(value, object=50 + i, storage=50 + i) if _in_memory(value) else value
            for i, (name, value) in enumerate((given_keywords or {}).items())
        }
        observed.setdefault("keywords", keywords)
        observed.setdefault("outcome", "raised" if "raised" in observed else "returned")
        observation = wire.Observation(
            nonce=0,
            result=_fact(result, object=100, storage=100) if _in_memory(result) else result,  # type: ignore[arg-type]
            before=tuple(handed),
            keywords_before=keywords,
            arguments=tuple(handed if arguments is None else arguments),  # type: ignore[arg-type]
            **observed,
        )
        raised = observation.raised
        exception = None if raised is None else exception_of(raised, lambda line: learner.LINE(line=line))
        return Observed(
            call=call,
            names=names,
            given=tuple(given),
            given_keywords=given_keywords,
            observation=observation,
            exception=exception,
            hint=hint,
        )

    return see


def _in_memory(value: object) -> bool:
    return isinstance(value, (torch.Tensor, np.ndarray))


@pytest.fixture(scope="session")
def raised() -> Callable[..., wire.Raised]:
    """Return an exception's description, as a candidate would."""

    def raised(error: BaseException, *, line: int | None = None, code: str = "", **fields: Any) -> wire.Raised:
        bases = tuple(base.__name__ for base in type(error).__mro__)
        return wire.Raised(type=bases[0], bases=bases, message=str(error), line=line, code=code, **fields)

    return raised


@pytest.fixture
def hold(server: Server, monkeypatch: pytest.MonkeyPatch) -> Hold:
    """Hold an examination of these submissions for `01_small` in the course under `root`; `deliver` takes each report.

    The examiner's pytest session runs inside this one, which is faster than a worker.
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # as the examiner will: here, to be undone
    monkeypatch.setenv("PYTEST_ADDOPTS", "")

    def hold(
        root: Path,
        submissions: Iterable[Submission],
        deliver: Callable[[Examined], object],
        **options: Any,
    ) -> Examiner:
        catalog = load_catalog(root)
        options.setdefault("course_seed", "0")
        examiner = Examiner(catalog, server, **options)

        def work() -> None:
            for submission in submissions:
                deliver(examiner.examine(submission))

        imported = set(sys.modules)
        try:
            run_examiner(examiner, catalog.suites("01_small"), work)
        finally:
            for name in set(sys.modules) - imported:  # the next course's suites have the same names
                if name.endswith("test_01_small"):
                    del sys.modules[name]
        return examiner

    return hold


@pytest.fixture
def examine(hold: Hold) -> Examine:
    """Examine sources for `01_small` in the course under `root`; return one report for each."""

    def examine(root: Path, *students: str | Submission, **options: Any) -> list[ExerciseReport]:
        reports: list[ExerciseReport] = []
        submissions = [s if isinstance(s, Submission) else hand_in(s) for s in students]
        hold(root, submissions, lambda examined: reports.append(examined.report), **options)
        return reports

    return examine


def hand_in(source: str) -> Submission:
    """Return a submission for `01_small`."""
    return Submission(student="somebody", exercise="01_small", path="01_small.py", source=source)
