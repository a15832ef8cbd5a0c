"""Two seconds after the command was killed, at any moment, no process of it is left."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_kills import Found, Processes, become_the_reaper

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
GRADER = Path(sys.executable).parent / "grader"
WITHIN = 2.0  # seconds

# The submission that is being graded when the command is killed: it takes long and cannot be stopped from inside.
BUSY = "def derivative_at(*args, **kwargs):\n    sum(range(10**11))\n\nhalving_chain = minimize = derivative_at\n"


@pytest.fixture
def processes() -> Iterator[Processes]:
    """The processes that are started from now on; remaining ones are killed at the end."""
    with become_the_reaper():
        processes = Processes()
        yield processes
        for one in processes.found():
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
        processes.bury(beside=0)


def there(kind: str, *, so_many: int = 1) -> Callable[[list[Found]], bool]:
    """Say whether there are this many processes of this kind."""
    return lambda found: sum(one.kind == kind for one in found) >= so_many


# The moments to kill the command, each given by the processes that exist. The first process is the command's.
MOMENTS = {
    "the template's Python starts": there("template"),
    "a worker is forked": there("worker"),
    "its server is forked": there("server"),
    "the server enters its jail": there("server", so_many=2),
    "a candidate is ready": there("candidate"),
    "a submission runs": lambda found: sum(one.kind == "candidate" for one in found) >= 2,
}


def strike_at(command: subprocess.Popen[bytes], processes: Processes, moment: Callable[[list[Found]], bool]) -> float:
    """Kill the command at a moment; return the seconds until no process of it is left."""
    deadline = time.monotonic() + 120
    while not moment(processes.found()):
        assert command.poll() is None and time.monotonic() < deadline, "the moment did not come"
        time.sleep(0.005)
    command.kill()
    command.wait()
    struck = time.monotonic()
    while processes.found() and time.monotonic() - struck < 10 * WITHIN:
        time.sleep(0.01)
    return time.monotonic() - struck


@pytest.mark.parametrize("moment", MOMENTS)
def test_grade_leaves_nothing(moment: str, processes: Processes, tmp_path: Path) -> None:
    """Worker, reader, server, candidates and multiprocessing's tracker end with `grade`."""
    (tmp_path / "class" / "busy").mkdir(parents=True)
    (tmp_path / "class" / "busy" / "07_autograd.py").write_text(BUSY, encoding="utf-8")
    command = subprocess.Popen(
        [str(GRADER), "grade", str(tmp_path / "class"), "--out", str(tmp_path / "out"), "--exercise", "07_autograd"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert strike_at(command, processes, MOMENTS[moment]) < WITHIN


def test_check_leaves_nothing(processes: Processes, tmp_path: Path) -> None:
    """All processes end with `check`."""
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    shutil.copytree(ROOT / "tests" / "public", tmp_path / "tests" / "public")
    with open(tmp_path / "exercises" / "07_autograd.py", "a", encoding="utf-8") as stub:
        stub.write(f"\n\n{BUSY}")
    command = subprocess.Popen(
        [str(GRADER), "check", "07"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert strike_at(command, processes, MOMENTS["a submission runs"]) < WITHIN


def test_a_watching_command_leaves_nothing(processes: Processes, tmp_path: Path) -> None:
    """Idle warm workers and the reader end with a watching command."""
    pytest.importorskip("nbgrader")
    course = tmp_path / "course"
    release = [str(GRADER), "release", "--format", "nbgrader", "--out", str(course), "--exercise", "07_autograd"]
    subprocess.run(release, cwd=ROOT, check=True, capture_output=True)
    generate = [str(GRADER.parent / "nbgrader"), "generate_assignment", "07_autograd"]
    path = f"{GRADER.parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(generate, cwd=course, check=True, capture_output=True, env={**os.environ, "PATH": path})
    (course / "submitted" / "ana").mkdir(parents=True)
    watching = ["nbgrader", "autograde", "07_autograd", "--course", str(course), "--watch", "--jobs", "1"]
    command = subprocess.Popen([str(GRADER), *watching], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert strike_at(command, processes, MOMENTS["a candidate is ready"]) < WITHIN
