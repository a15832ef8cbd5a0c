"""A domain shows the definitions that its programs use, so that a student can run them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from grader.suites.exploration.domain import Domain
from grader.suites.exploration.pick import Pick
from grader.suites.exploration.programs import Program

SUITE = """
from grader.suites import shared

@shared
def half(x):
    "Return a half."
    return x / 2

@shared
class Halves:
    \"""Some halves.\"""

    def __init__(self, x):
        self.first = half(x)

    def second(self):
        return self.first

@shared
def long(x):
""" + "".join(f"    x += {n}\n" for n in range(12))


def suite(folder: Path) -> ModuleType:
    """Return a suite in this folder as a module."""
    folder.mkdir()
    path = folder / "test_07.py"
    path.write_text(SUITE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(f"{folder.name}_test_07", path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text(module: ModuleType, call: str) -> list[str]:
    """Return the lines that a student reads of a program with this call."""

    def build(pick: Pick) -> None:
        pick.call(call)

    domain = Domain(task="f", build=build, known=vars(module))
    program = domain.drawn(0, 1)
    assert isinstance(program, Program)
    assert domain.shown(program) == domain.shown(program)
    return domain.shown(program).splitlines()


@pytest.mark.parametrize("folder", ["public", "hidden"])
def test_definitions_come_in_front_without_docstrings(tmp_path: Path, folder: str) -> None:
    """A class is shown after the function that it uses, and each of them once."""
    assert text(suite(tmp_path / folder), "f(Halves(half(1)))") == [
        "def half(x):",
        "    return x / 2",
        "class Halves:",
        "    def __init__(self, x):",
        "        self.first = half(x)",
        "    def second(self):",
        "        return self.first",
        "result = f(Halves(half(1)))",
    ]


def test_of_a_long_definition_that_students_have_the_place_is_shown(tmp_path: Path) -> None:
    """The public suites are in a student's hands; a hidden suite is not."""
    call = "result = f(long(1))"
    assert text(suite(tmp_path / "public"), "f(long(1))") == [
        f"# long: see {tmp_path.name}/public/test_07.py",
        call,
    ]
    shown = text(suite(tmp_path / "hidden"), "f(long(1))")
    assert shown[0] == "def long(x):" and shown[-1] == call


def test_a_program_without_helpers_is_shown_as_it_is(tmp_path: Path) -> None:
    """There is nothing in front of the program."""
    assert text(suite(tmp_path / "public"), "f(1)") == ["result = f(1)"]
