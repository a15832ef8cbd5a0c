"""Every task has a domain, and its programs read well."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.catalog import load_catalog
from grader.suites.exploration.choices import Repeated
from grader.suites.exploration.domain import Domain

ROOT = Path(__file__).resolve().parents[2]
CATALOG = load_catalog(ROOT)
MOST_LINES, WIDEST = 10, 160


def domains(exercise: str) -> Iterator[Domain]:
    """Yield the domains in the hidden suite of an exercise."""
    path = ROOT / "tests" / "hidden" / f"test_{exercise}.py"
    spec = importlib.util.spec_from_file_location(f"domains_of_{exercise}", path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for test in vars(module).values():
        found = getattr(test, "domain", None)
        if isinstance(found, Domain):
            yield found


@pytest.mark.parametrize("exercise", [exercise.id for exercise in CATALOG.exercises])
def test_each_task_has_one_domain(exercise: str) -> None:
    """The hidden suite of an exercise has a domain for each of its tasks, and only one."""
    assert [domain.task for domain in domains(exercise)] == [task.name for task in CATALOG.get(exercise).tasks]


@pytest.mark.parametrize("exercise", [exercise.id for exercise in CATALOG.exercises])
def test_programs_are_short(exercise: str) -> None:
    """The simplest program of a domain, which shrinking leads to, has few lines that are not long."""
    for domain in domains(exercise):
        lines = domain.program(Repeated([])).text.splitlines()
        assert len(lines) <= MOST_LINES, domain.task
        assert max(map(len, lines)) <= WIDEST, domain.task
