"""`--cluster` says what is missing before anything is graded, and passes the class to the cluster's workers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from grader import cluster
from grader.cli.main import app
from grader.grading.settings import Graded, Settings
from grader.records import Submission, blank_report
from grader.sentences import Sentence, verbatim


def grade(folder: Path, *options: str) -> tuple[int, str]:
    """Grade a class of one student, and return the exit code and what was printed."""
    (folder / "in" / "ana").mkdir(parents=True, exist_ok=True)
    (folder / "in" / "ana" / "07_autograd.py").write_text("x = 1\n")
    done = CliRunner().invoke(app, ["grade", str(folder / "in"), "--out", str(folder / "out"), *options])
    return done.exit_code, " ".join(done.output.split())


def test_the_extra_is_named_if_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Dask the error is one line with the command that installs it."""
    monkeypatch.setitem(sys.modules, "distributed", None)  # type: ignore[arg-type]
    code, said = grade(tmp_path, "--cluster", "tcp://127.0.0.1:1")
    assert code == 2 and "pip install 'torch-exercise-kit[cluster]'" in said


def test_jobs_are_the_clusters(tmp_path: Path) -> None:
    """`--jobs` counts processes of this machine, so it is refused beside `--cluster`."""
    code, said = grade(tmp_path, "--cluster", "tcp://127.0.0.1:1", "--jobs", "2")
    assert code == 2 and "Leave --jobs out" in said


@pytest.mark.sandbox
def test_the_class_is_graded_by_the_clusters_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the lanes of the cluster tell about workers stands beside the table, and their reports are stored."""

    class Link:
        def __init__(self, address: str) -> None:
            assert address == "tcp://host:8786"

        def __enter__(self) -> Link:
            return self

        def __exit__(self, *raised: object) -> None: ...

    class Lanes:
        number = 4

        def __init__(self, link: Any, tell: Callable[[Sentence], None]) -> None:
            self._tell = tell

        def grade(self, settings: Settings, submissions: Iterable[Submission], *, jobs: int) -> Iterator[Graded]:
            assert jobs == 4 and settings.few
            self._tell(verbatim("Worker w1 is gone."))
            for one in submissions:
                yield Graded(submission=one, report=blank_report(one.exercise, [("t", 2.0)], "graded", verbatim("")))

    monkeypatch.setattr(cluster, "DaskLink", Link)
    monkeypatch.setattr(cluster, "ClusterLanes", Lanes)
    code, said = grade(tmp_path, "--cluster", "tcp://host:8786", "--exercise", "07", "--trust-submissions")
    assert code == 0 and "Worker w1 is gone." in said
    assert (tmp_path / "out" / "ana" / "report.json").is_file()
