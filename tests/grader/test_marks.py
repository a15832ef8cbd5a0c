"""The marks `sandbox` and `alone` hold: tests/conftest.py sees to both."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
STARTING = """
import subprocess, sys
from pathlib import Path

import pytest

GRADER = Path(sys.executable).with_name("grader")


def test_without_mark(): subprocess.run([GRADER, "--version"], check=False)


@pytest.mark.sandbox
def test_with_mark(): subprocess.run([GRADER, "--version"], check=False)


@pytest.fixture(scope="session")
def server(): subprocess.run([GRADER, "--version"], check=False)


def test_with_fixture(server): pass


def test_of_another_program(): subprocess.run([sys.executable, "-c", ""], check=True)
"""
TAKING_TURNS = """
import time
from pathlib import Path

import pytest


{mark}
@pytest.mark.parametrize("number", range(3))
def test_turn(number):
    began = time.time()
    time.sleep(0.2)
    with open({log!r}, "a") as log:
        log.write(f"{{began}} {{time.time()}} {name}\\n")
"""


def run_pytest(folder: Path, *options: str) -> str:
    """Run the tests in a folder with the kit's own `conftest.py`, and return what is printed."""
    shutil.copy(CONFTEST, folder)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    sandbox\n    alone\n    slow\n")
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, str(folder)]
    return subprocess.run(command, cwd=folder, env=outside, capture_output=True, text=True, check=False).stdout


def test_a_test_that_starts_the_kit_is_marked(tmp_path: Path) -> None:
    """Without the mark it fails, and names the command; a test that asks for a shared fixture gets the mark."""
    (tmp_path / "test_starting.py").write_text(STARTING)
    printed = run_pytest(tmp_path)
    assert "FAILED test_starting.py::test_without_mark" in printed and "grader --version" in printed
    assert "1 failed, 3 passed" in printed
    assert "1 failed, 1 passed, 2 deselected" in run_pytest(tmp_path, "-m", "not sandbox")


def test_a_test_that_measures_time_runs_alone(tmp_path: Path) -> None:
    """No test of another process runs at the same time; others may."""
    log = tmp_path / "log"
    for name, mark in (("alone", "@pytest.mark.alone"), ("one", ""), ("other", "")):
        text = TAKING_TURNS.format(mark=mark, log=str(log), name=name)
        (tmp_path / f"test_{name}.py").write_text(text)
    assert "9 passed" in run_pytest(tmp_path, "-n", "3", "--dist", "loadfile")
    turns = [line.split() for line in log.read_text().splitlines()]
    alone = [turn for turn in turns if turn[2] == "alone"]
    others = [turn for turn in turns if turn[2] != "alone"]
    assert len(alone) == 3
    assert [(a, o) for a in alone for o in others if float(a[0]) < float(o[1]) and float(o[0]) < float(a[1])] == []
