"""A real scheduler and two workers on loopback: the reports of a local run, whatever is killed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dask_clusters import DaskCluster, descendants, kill, reports, two_workers, wait_until

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="distributed is not installed"),
]

ROOT = Path(__file__).resolve().parents[3]
GRADER = Path(sys.executable).parent / "grader"
EXERCISE = "08_detach_and_inplace"
BODIES = ("x.data = x.data - learning_rate * x.grad", "x -= learning_rate * x.grad", "return x", "raise KeyError(x)")


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of 18 students."""
    folder = tmp_path_factory.mktemp("class")
    for number in range(18):
        (folder / f"student {number:02}").mkdir()
        text = f"import torch\n\n\ndef gradient_step_(x, learning_rate):\n    {BODIES[number % 4]}\n    # {number}\n"
        (folder / f"student {number:02}" / f"{EXERCISE}.py").write_text(text)
    return folder


@pytest.fixture(scope="module")
def dask_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A scheduler and two workers."""
    with two_workers(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


def start(submissions: Path, out: Path, *options: str, seed: str = "a") -> subprocess.Popen[str]:
    """Start to grade the class."""
    command = [str(GRADER), "grade", str(submissions), "--out", str(out), "--exercise", "08", "--seed", seed]
    environment = {**os.environ, "COLUMNS": "80"}
    return subprocess.Popen(
        [*command, "--course", str(ROOT), "--trust-submissions", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def finish(command: subprocess.Popen[str]) -> tuple[int, str]:
    """Return the exit code of a command, and what it said about its run."""
    said = command.communicate(timeout=300)[1]
    return command.returncode, said


def graded(out: Path) -> int:
    """Return how many results are kept."""
    return len(list((out / ".graded").glob("*.json")))


def test_a_worker_that_is_killed_changes_no_report(
    dask_cluster: DaskCluster, submissions: Path, tmp_path: Path
) -> None:
    """Reports and kept results are those of a local run, though one of two workers is killed halfway."""
    run = start(submissions, tmp_path / "cluster", "--cluster", dask_cluster.address)
    wait_until(lambda: graded(tmp_path / "cluster") >= 6 or run.poll() is not None)
    victim = dask_cluster.workers[0]
    below = descendants(victim.pid)
    assert len(below) > 3, "it keeps processes of the kit's"
    kill(victim)
    wait_until(lambda: all(_ended(pid) for pid in below), seconds=5)
    code, said = finish(run)
    assert code == 0 and "is gone. Others grade what it had." in said
    assert said.count("Worker tcp://") == 1
    (code, _) = finish(start(submissions, tmp_path / "local", "--jobs", "2"))
    assert code == 0 and graded(tmp_path / "local") == 18
    assert reports(tmp_path / "cluster") == reports(tmp_path / "local")
    assert not [path for path in dask_cluster.courses() if "worker-1" in str(path)]
    wait_until(lambda: not descendants(dask_cluster.workers[1].pid), seconds=5)


def _ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def test_a_lost_scheduler_ends_the_run_and_keeps_what_was_graded(
    dask_cluster: DaskCluster, submissions: Path, tmp_path: Path
) -> None:
    """The error says what to do; a cluster that is not there is one, too."""
    run = start(submissions, tmp_path / "out", "--cluster", dask_cluster.address, seed="b")
    wait_until(lambda: graded(tmp_path / "out") >= 3 or run.poll() is not None)
    kill(dask_cluster.scheduler)
    code, said = finish(run)
    kept = graded(tmp_path / "out")
    assert code == 2 and "What was graded is kept" in said and dask_cluster.address in said
    assert 3 <= kept < 18
    code, said = finish(start(submissions, tmp_path / "out", "--cluster", dask_cluster.address, seed="b"))
    assert code == 2 and "Check the address" in said and graded(tmp_path / "out") == kept
