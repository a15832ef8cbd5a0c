"""What the judging room's tests share: facts and calls made by hand, and an examiner in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from grader import wire
from grader.catalog import load_catalog
from grader.judging.examiner import Examiner, run_examiner
from grader.judging.inputs import raw
from grader.judging.seen import Seen
from grader.records import ExerciseReport, Submission
from grader.sandbox import Server

Fact = Callable[..., Any]
See = Callable[..., Seen]
Hold = Callable[..., Examiner]
Examine = Callable[..., list[ExerciseReport]]


def pytest_configure(config: pytest.Config) -> None:
    """Let tests use `check`, whose mark only an examiner's session knows."""
    config.addinivalue_line("markers", "check: what `grader.judging.check` puts on a test")


def _fact(value: object, **changes: Any) -> Any:
    """Return the facts of a tensor or an array as an honest candidate reports them; anything else as it is."""
    if isinstance(value, np.ndarray):
        known = {"dtype": str(value.dtype), "shape": value.shape, "data": value.tobytes(), "object": 0, "storage": 0}
        return wire.ArrayFact(**{**known, **changes})
    if not isinstance(value, torch.Tensor):
        return value
    grad = value.grad if value.is_leaf else None
    facts: dict[str, Any] = {
        "dtype": str(value.dtype).removeprefix("torch."),
        "shape": tuple(value.shape),
        "strides": value.stride(),
        "device": value.device.type,
        "data": None if value.is_meta else raw(value),
        "requires_grad": value.requires_grad,
        "is_leaf": value.is_leaf,
        "grad_fn": None if value.grad_fn is None else type(value.grad_fn).__name__,
        "grad": None if grad is None else _fact(grad),
        "parameter": False,
        "object": 0,
        "storage": 0,
        "version": 0,
    }
    return wire.TensorFact(**{**facts, **changes})


@pytest.fixture(scope="session")
def fact() -> Fact:
    """Turn a tensor or an array into facts, some of them changed."""
    return _fact


@pytest.fixture(scope="session")
def see() -> See:
    """Make a call by hand: what `f(...)` was `given`, its `result`, and how it left its `arguments` (as they were)."""

    def see(
        result: object = None,
        *,
        given: Sequence[object] = (),
        arguments: Sequence[object] | None = None,
        hint: str | None = None,
        where: str = "",
        call: str = "f(x)",
        names: tuple[str, ...] = (),
        **observed: Any,
    ) -> Seen:
        handed: list[Any] = [
            _fact(value, object=i, storage=i) if _in_memory(value) else value for i, value in enumerate(given)
        ]
        observed.setdefault("outcome", "raised" if "raised" in observed else "returned")
        observation = wire.Observation(
            nonce=0,
            result=_fact(result, object=100, storage=100) if _in_memory(result) else result,  # type: ignore[arg-type]
            before=tuple(handed),
            arguments=tuple(handed if arguments is None else arguments),  # type: ignore[arg-type]
            **observed,
        )
        return Seen(call=call, names=names, given=tuple(given), observation=observation, where=where, hint=hint)

    return see


def _in_memory(value: object) -> bool:
    return isinstance(value, (torch.Tensor, np.ndarray))


@pytest.fixture(scope="session")
def raised() -> Callable[..., wire.Raised]:
    """Describe an exception as a candidate does."""

    def raised(error: BaseException, *, line: int | None = None, code: str = "", **fields: Any) -> wire.Raised:
        bases = tuple(base.__name__ for base in type(error).__mro__)
        return wire.Raised(type=bases[0], bases=bases, message=str(error), line=line, code=code, **fields)

    return raised


@pytest.fixture
def hold(server: Server, monkeypatch: pytest.MonkeyPatch) -> Hold:
    """Hold an examination of these submissions for `01_small` in the course under `root`; `deliver` takes each report.

    The examiner's pytest session runs inside this one, which is faster than a lane.
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # as the examiner will: here, to be undone
    monkeypatch.setenv("PYTEST_ADDOPTS", "")

    def hold(
        root: Path,
        submissions: Iterable[Submission],
        deliver: Callable[[Examiner, ExerciseReport], object],
        **options: Any,
    ) -> Examiner:
        catalog = load_catalog(root)
        options.setdefault("course_seed", "0")
        examiner = Examiner(catalog, server, submissions, lambda _, report: deliver(examiner, report), **options)  # type: ignore[arg-type]
        imported = set(sys.modules)
        try:
            run_examiner(examiner, catalog.suites("01_small"))
        finally:
            for name in set(sys.modules) - imported:  # the next course's suites have the same names
                if name.endswith("test_01_small"):
                    del sys.modules[name]
        return examiner

    return hold


@pytest.fixture
def examine(hold: Hold) -> Examine:
    """Examine what students wrote for `01_small` in the course under `root`: one report for each."""

    def examine(root: Path, *students: str | Submission, **options: Any) -> list[ExerciseReport]:
        reports: list[ExerciseReport] = []
        submissions = [s if isinstance(s, Submission) else hand_in(s) for s in students]
        hold(root, submissions, lambda _, report: reports.append(report), **options)
        return reports

    return examine


def hand_in(source: str) -> Submission:
    """Return what somebody wrote for `01_small`."""
    return Submission(student="somebody", exercise="01_small", path="01_small.py", source=source)
