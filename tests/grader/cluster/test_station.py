"""A station keeps warm processes on a Dask worker, and ends them when nobody needs them."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from grader.cluster import station
from grader.cluster.course import digest_of, pack
from grader.cluster.messages import (
    Done,
    Job,
    Overdue,
    Ready,
    Refused,
    Replies,
    Reply,
    Setup,
    Unprepared,
    decode_readiness,
    decode_replies,
    decode_versions,
    encode,
)
from grader.grading.settings import Graded, GradingError, Settings
from grader.grading.versions import versions
from grader.records import Submission, blank_report
from grader.sentences import learner, verbatim

REPORT = blank_report("01_small", [("double", 4.0)], "not_attempted", learner.NOT_SUBMITTED())
WORK = Submission(student="ana", exercise="01_small", path="x.py", source="x = 1")
JOB = Job(run="r", submissions=(WORK,), seconds=30.0)


class Lane:
    """A lane without a process. `does` says what it does with a submission: answer, fail or hang."""

    all: list[Lane]  # those that were started and have not ended
    does: str = "answer"
    fails: GradingError | None = None

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.channel, self._told = Pipe(duplex=False)
        self.ready = False
        self._work: Submission | None = None
        self.abandoned = 0
        type(self).all.append(self)
        self._told.send("started")

    def give(self, submission: Submission) -> None:
        self._work = submission
        if self.does != "hang":
            self._told.send("graded")

    def take(self) -> Graded | None:
        if self.fails is not None:
            raise self.fails
        if self.channel.recv() == "started":
            self.ready = True
            return None
        assert self._work is not None
        return Graded(submission=self._work, report=REPORT)

    def abandon(self) -> None:
        self.abandoned += 1

    def close(self) -> None:
        type(self).all.remove(self)
        self.channel.close()
        self._told.close()


@pytest.fixture(autouse=True)
def lanes(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Lane]]:
    """Let lanes without processes take the place of warm workers."""
    monkeypatch.setattr(station, "WarmWorker", Lane)
    monkeypatch.setattr(Lane, "all", [], raising=False)
    yield Lane
    for one in station._stations.values():
        one.close()
    station._stations.clear()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """Be a task on this Dask worker."""
    worker = SimpleNamespace(id="w1", local_directory=str(tmp_path / "local"), state=SimpleNamespace(nthreads=2))
    dask = SimpleNamespace(get_worker=lambda: worker, __version__="2026.8.0")
    monkeypatch.setitem(sys.modules, "distributed", dask)  # type: ignore[arg-type]
    return worker


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """A course of one file, and settings."""
    (tmp_path / "course" / "solutions").mkdir(parents=True)
    (tmp_path / "course" / "solutions" / "01_small.py").write_text("x = 1\n")
    course = pack(tmp_path / "course")
    settings = Settings(root="", exercises=("01_small",))
    return Setup(
        run="r",
        settings=settings,
        seed="s\udc80".encode("utf-8", "surrogatepass"),
        digest=digest_of(course),
        course=course,
    )


def prepare(setup: Setup) -> Ready | Refused:
    return decode_readiness(station.prepare(encode(setup)))


def grade(job: Job = JOB) -> Reply:
    (reply,) = decode_replies(station.grade(encode(job))).replies
    return reply


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    assert condition()


def test_a_worker_is_set_up_grades_and_is_released(worker: Any, setup: Setup, lanes: type[Lane]) -> None:
    """It starts a lane for each of its threads, with the course in a folder of its own; at the end all is gone."""
    assert prepare(setup) == Ready(lanes=2)
    (folder,) = Path(worker.local_directory, "torch-exercise-kit").iterdir()
    for lane in lanes.all:
        root = Path(lane.settings.root)
        assert root == folder / setup.digest and (root / "solutions" / "01_small.py").read_text() == "x = 1\n"
        assert lane.settings.course_seed == "s\udc80"
    for _ in range(5):
        assert grade() == Done(report=REPORT)
    assert len(lanes.all) == 2
    station.release("r", dask_worker=worker)
    assert lanes.all == [] and not folder.exists()
    assert grade() == Unprepared()


def test_a_second_set_up_replaces_the_first(worker: Any, setup: Setup, lanes: type[Lane]) -> None:
    """A worker that is set up again for the same run keeps nothing of the first time; other runs go on."""
    prepare(setup)
    prepare(replace(setup, run="another"))
    prepare(setup)
    assert len(lanes.all) == 4 and len(list(Path(worker.local_directory, "torch-exercise-kit").iterdir())) == 2
    assert grade(replace(JOB, run="another")) == grade() == Done(report=REPORT)


@pytest.mark.usefixtures("worker")
def test_lanes_that_cannot_start_are_reported(setup: Setup, lanes: type[Lane], monkeypatch: pytest.MonkeyPatch) -> None:
    """If the sandbox lacks walls or a suite is broken, the reply has the sentence of a local run, and nothing stays."""
    monkeypatch.setattr(lanes, "fails", GradingError(verbatim("It lacks seccomp.")))
    assert prepare(setup) == Refused(problem=verbatim("It lacks seccomp."))
    assert lanes.all == [] and grade() == Unprepared()


@pytest.mark.usefixtures("worker")
def test_another_course_is_refused(setup: Setup, lanes: type[Lane]) -> None:
    """A course that is not the one that was meant is not used."""
    reply = prepare(replace(setup, digest="0"))
    assert isinstance(reply, Refused) and "digest" in str(reply.problem)
    assert lanes.all == []


@pytest.mark.usefixtures("worker")
def test_a_submission_that_takes_too_long_is_stopped(
    setup: Setup, lanes: type[Lane], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lane is started again and takes the next one."""
    prepare(setup)
    monkeypatch.setattr(lanes, "does", "hang")
    assert grade(replace(JOB, seconds=0.05)) == Overdue()
    assert sum(lane.abandoned for lane in lanes.all) == 1
    monkeypatch.setattr(lanes, "does", "answer")
    assert [grade(), grade()] == [Done(report=REPORT)] * 2


@pytest.mark.usefixtures("worker")
def test_a_job_ends_at_what_it_cannot_grade(setup: Setup, lanes: type[Lane], monkeypatch: pytest.MonkeyPatch) -> None:
    """Several submissions are graded one after another; after one that takes too long, no other is begun."""
    prepare(setup)
    many = replace(JOB, submissions=(WORK, WORK, WORK), seconds=0.05)
    assert decode_replies(station.grade(encode(many))).replies == (Done(report=REPORT),) * 3
    monkeypatch.setattr(lanes, "does", "hang")
    assert decode_replies(station.grade(encode(many))).replies == (Overdue(),)
    monkeypatch.setattr(lanes, "does", "answer")
    monkeypatch.setattr(station, "_LONG", 0.0)
    assert decode_replies(station.grade(encode(many))).replies == (Done(report=REPORT),)


@pytest.mark.usefixtures("worker")
def test_a_lane_that_cannot_go_on_is_the_workers_problem(
    setup: Setup, lanes: type[Lane], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reply blames no submission."""
    prepare(setup)
    monkeypatch.setattr(lanes, "fails", GradingError(verbatim("No memory.")))
    assert grade() == Refused(problem=verbatim("No memory."))


def test_a_release_ends_what_is_being_graded(
    worker: Any, setup: Setup, lanes: type[Lane], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that was interrupted does not leave its submissions running."""
    prepare(setup)
    monkeypatch.setattr(lanes, "does", "hang")
    replies: list[Reply] = []
    task = threading.Thread(target=lambda: replies.append(grade()))
    task.start()
    (one,) = station._stations.values()
    wait_until(lambda: one._busy == 1)
    station.release("r", dask_worker=worker)
    task.join(10)
    assert replies == [Unprepared()] and lanes.all == []


def test_a_station_closes_if_nobody_needs_it(tmp_path: Path, lanes: type[Lane]) -> None:
    """A command that was killed leaves no processes on a cluster for long."""
    folder = tmp_path / "course"
    folder.mkdir()
    one = station.Station(Settings(root=str(folder), exercises=()), folder, 1, idle=0.2)
    assert one.grade(JOB).replies == (Done(report=REPORT),)
    wait_until(one.closed.is_set)
    wait_until(lambda: not folder.exists())
    assert lanes.all == [] and one.grade(JOB).replies == (Unprepared(),)


@pytest.mark.usefixtures("worker")
def test_a_worker_says_what_it_runs() -> None:
    """Its versions are those that results are stored under, with Dask's, the system, and a digest of the kit."""
    about = decode_versions(station.look())
    assert about.items() >= versions().items() and about["distributed"] == "2026.8.0"
    assert about["system"].endswith(sys.platform) and len(about["files of the kit"]) == 12


def test_messages_carry_whatever_a_local_worker_answers() -> None:
    """A reply with every kind of part arrives as it was; so does a submission that could not be read."""
    unread = Submission(student="ana", exercise="01_small", path="x.py", problem=learner.NOT_SUBMITTED())
    job = Job(run="r", submissions=(unread, WORK), seconds=1.0)
    assert msgspec.msgpack.decode(encode(job), type=Job) == job
    replies = Replies(replies=(Done(report=REPORT), Done(report=None), Overdue()), seconds=1.5)
    assert decode_replies(encode(replies)) == replies
