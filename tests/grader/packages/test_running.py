"""A run in a container: what it tells at each step, and what bad input and bad machines get."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

from grader.catalog import load_catalog
from grader.grading.settings import Graded, GradingError
from grader.packages import running
from grader.packages.machine import Machine
from grader.packages.outcome import Outcome, rows_of, total
from grader.packages.package import Package
from grader.records import Submission
from grader.sentences import instructor

ROOT = Path(__file__).resolve().parents[3]
ID, OTHER = "07_autograd", "08_detach_and_inplace"


class Worker:
    """Replaces a warm worker. `act` says what happens when the run waits for it."""

    act: Callable[[], None]

    def __init__(self, settings: object) -> None:
        self.channel, self._other = Pipe()
        self._other.send("ready")
        self.ready, self.layers, self.worth, self.partly = False, ("user", "seccomp"), {}, None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *raised: object) -> None:
        self.channel.close()

    def take(self) -> None:
        self.channel.recv()
        self.act()


@pytest.fixture
def package(tmp_path: Path, make: Callable[..., Package]) -> Callable[..., tuple[Package, Path]]:
    """Make a package for Gradescope."""

    def made(*exercises: str, **options: Any) -> tuple[Package, Path]:
        folder = tmp_path / "package"
        return make("gradescope", folder, load_catalog(ROOT), *exercises, **options), folder

    return made


def outcomes(told: Package, folder: Path, submission: Path) -> list[Outcome]:
    """Return every outcome that a run tells."""
    seen: list[Outcome] = []
    last = running.run(told, folder, submission, student="ana/b" * 100, tell=seen.append)
    assert seen[-1] == last
    return seen


def playing(monkeypatch: pytest.MonkeyPatch, act: Callable[[Worker], None]) -> None:
    monkeypatch.setattr(Worker, "act", act, raising=False)
    monkeypatch.setattr(running, "WarmWorker", Worker)


def test_a_result_that_says_so_is_there_before_anything_is_graded(
    package: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first results say that grading has not finished, and have no points of all."""
    (tmp_path / "submission").mkdir()

    def act(worker: Worker) -> None:
        worker.ready = True

    playing(monkeypatch, act)
    told, folder = package(ID)
    first, second, *_ = outcomes(told, folder, tmp_path / "submission")
    assert first.state == second.state == "running" and "has not finished" in str(second.student[0])
    assert total(rows_of(second.report, told, merge_hidden=False)) == (0, 12)


@pytest.mark.parametrize("names", [(), ("essay.pdf", "photo.jpg"), ("deep/er/notes.docx",)])
def test_without_an_exercise_students_read_what_to_hand_in(
    package: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    """A submission that is empty or has other files alone gets no points and the names that are expected."""
    for name in names:
        (tmp_path / "submission" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "submission" / name).write_bytes(b"x")
    (tmp_path / "submission").mkdir(exist_ok=True)

    def act(worker: Worker) -> None:
        worker.ready = True

    playing(monkeypatch, act)
    told, folder = package(ID)
    last = outcomes(told, folder, tmp_path / "submission")[-1]
    assert last.state == "nothing" and ID in str(last.student[0]) and last.report.points == 0
    assert all(Path(name).name in str(last.report.notes[0]) for name in names)


def test_a_run_that_the_platform_ends_says_so(package: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM leaves a result with a sentence for the student and another one for staff."""
    (tmp_path / "submission").mkdir()
    playing(monkeypatch, lambda worker: os.kill(os.getpid(), signal.SIGTERM))
    told, folder = package(ID)
    before = signal.getsignal(signal.SIGTERM)
    last = outcomes(told, folder, tmp_path / "submission")[-1]
    assert last.state == "cut off" and "cut off" in str(last.student[0]) and "ended the run" in str(last.staff[0])
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_run_ends_itself_before_the_platform_does(
    package: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the time limit comes near, the result says so, and staff read how to raise the limit."""
    (tmp_path / "submission").mkdir()
    playing(monkeypatch, lambda worker: None)
    told, folder = package(ID, seconds=running.MARGIN + 0.3)
    last = outcomes(told, folder, tmp_path / "submission")[-1]
    assert last.state == "cut off" and "--seconds" in str(last.staff[0])


def test_without_walls_nothing_is_graded(package: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox that is too weak, and an error of the kit, are told to staff; students read that they are no cause."""
    (tmp_path / "submission").mkdir()

    def refuse(worker: Worker) -> None:
        raise GradingError(instructor.CONFINED_TOO_LITTLE(layers="limits"))

    def fail(worker: Worker) -> None:
        raise ZeroDivisionError("a defect")

    told, folder = package(ID)
    for act, words in ((refuse, "of the sandbox only limits work"), (fail, "ZeroDivisionError: a defect")):
        playing(monkeypatch, act)
        last = outcomes(told, folder, tmp_path / "submission")[-1]
        assert last.state == "failed" and "not the cause" in str(last.student[0]) and words in str(last.staff[0])


def test_suites_that_a_submission_could_read_are_not_used(
    package: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the folder cannot be closed and no layer keeps a submission out, nothing is graded unless staff ask."""
    (tmp_path / "submission").mkdir()

    def act(worker: Worker) -> None:
        worker.ready = True

    playing(monkeypatch, act)
    monkeypatch.setattr(running, "close", lambda folder: False)
    for trusting, state in ((False, "failed"), (True, "nothing")):
        told, folder = package(ID, trust_submissions=trusting)
        last = outcomes(told, folder, tmp_path / "submission")[-1]
        assert last.state == state and (trusting or "could read" in str(last.staff[0]))


def test_a_container_without_memory_is_told_to_staff(tmp_path: Path) -> None:
    """The limit of the container's control group counts, of either version, and so do the processes that it ended."""
    information = tmp_path / "meminfo"
    information.write_text("MemTotal:       4194304 kB\nMemFree: 1 kB\n")
    machine = Machine(tmp_path, information)
    assert machine.memory == 4 * 2**30 and machine.killed() == 0
    (tmp_path / "memory.max").write_text("max\n")
    assert Machine(tmp_path, information).memory == 4 * 2**30
    (tmp_path / "memory.max").write_text(f"{768 * 2**20}\n")
    (tmp_path / "memory.events").write_text("oom 1\noom_kill 2\n")
    machine = Machine(tmp_path, information)
    (tmp_path / "memory.events").write_text("oom 5\noom_kill 5\n")
    assert machine.memory == 768 * 2**20 and machine.killed() == 3


def test_workers_that_died_for_want_of_memory_are_no_result(
    package: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the container ended the workers, the student is not the cause, and staff read how much memory there is."""
    (tmp_path / "submission").mkdir()

    def act(worker: Worker) -> None:
        worker.ready = True

    playing(monkeypatch, act)
    monkeypatch.setattr(Machine, "killed", lambda self: 2)
    lost = Graded(submission=Submission(student="ana", exercise=ID, path="x", source=""), report=None)
    monkeypatch.setattr(running.ClassFiles, "settle", lambda self, graded: iter([lost]))
    told, folder = package(ID)
    last = outcomes(told, folder, tmp_path / "submission")[-1]
    assert last.state == "failed" and "not the cause" in str(last.student[0])
    assert any("2 processes were ended" in str(said) for said in last.staff)


@contextmanager
def huge(folder: Path) -> Iterator[None]:
    """Lay down 500 MB that take no room."""
    folder.mkdir()
    for name in (f"{ID}.py", "film.mp4"):
        with (folder / name).open("wb") as file:
            file.truncate(500_000_000)
    yield


@pytest.mark.slow
@pytest.mark.sandbox
def test_what_is_too_large_is_not_read_and_the_rest_counts(package: Any, tmp_path: Path) -> None:
    """Of 500 MB nothing is read; another exercise beside them, in a folder of its own, gets its points."""
    with huge(tmp_path / "submission"):
        inner = tmp_path / "submission" / "my work" / "exercises"
        inner.mkdir(parents=True)
        (inner / f"{OTHER}.py").write_text((ROOT / "solutions" / f"{OTHER}.py").read_text())
        (tmp_path / "submission" / f"{OTHER}.py").symlink_to(tmp_path / "package" / "course" / "solutions" / f"{ID}.py")
        told, folder = package(ID, OTHER)
        seen = outcomes(told, folder, tmp_path / "submission")
    last = seen[-1]
    first, second = last.report.exercises
    assert last.state == "graded" and first.status == "unreadable" and "500.0 MB" in str(first.message)
    assert second.points == second.max_points > 0
    assert any("film.mp4" in str(note) for note in last.report.notes)
    partly = [one.report.points for one in seen]
    assert partly == sorted(partly) and outcomes(told, folder, tmp_path / "submission")[-1].report == last.report
