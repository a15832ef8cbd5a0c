"""The lanes of a cluster: workers that die, hang or run other versions cost time, and never a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from grader.catalog import Catalog
from grader.cluster.course import digest_of, pack
from grader.cluster.interface import ClusterError, Fault, Patience, Seen
from grader.cluster.lanes import ClusterLanes
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
    decode_job,
    decode_setup,
    encode,
)
from grader.grading.pipeline import grade_new
from grader.grading.result_cache import ResultCache
from grader.grading.settings import Graded, Settings
from grader.records import ExerciseReport, Submission, blank_report
from grader.sentences import Sentence, instructor_cluster, verbatim

VERSIONS = {"kit": "1.0", "python": "3.12", "torch": "2.13", "numpy": "2.4"}


def report_of(submission: Submission) -> ExerciseReport:
    return blank_report(submission.exercise, [("t", 2.0)], "graded", verbatim(f"Fine, {submission.student}."))


def work(number: int) -> list[Submission]:
    return [
        Submission(student=f"s{n:03}", exercise="01_small", path=f"{n}.py", source=f"x = {n}\n", content=str(n))
        for n in range(number)
    ]


@dataclass
class Cluster:
    """A cluster without processes: a `Link` in which time passes only while somebody waits for an answer.

    `on_prepare` and `on_grade` replace what workers answer; `None` is no answer.
    """

    threads: dict[str, int]
    versions: dict[str, Mapping[str, str]] = field(default_factory=dict)
    on_prepare: Callable[[str], Ready | Refused | Fault | None] | None = None
    on_grade: Callable[[str, Submission], Reply | Fault | bytes | None] | None = None
    seconds: float = 1.0  # that a submission takes, as a worker says
    now: float = 0.0
    lost: bool = False
    silent: set[str] = field(default_factory=set)
    beats: Counter[str] = field(default_factory=Counter)
    open: dict[int, tuple[str, str, bytes]] = field(default_factory=dict)  # the tickets without an answer
    stuck: set[int] = field(default_factory=set)
    sent: list[tuple[str, str]] = field(default_factory=list)
    setups: list[Setup] = field(default_factory=list)
    jobs: list[tuple[str, str]] = field(default_factory=list)
    released: list[tuple[str, Sequence[str]]] = field(default_factory=list)
    most: int = 0
    told: list[Sentence] = field(default_factory=list)

    def lanes(self, **patience: float) -> ClusterLanes:
        return ClusterLanes(
            self, self.told.append, patience=Patience(**patience), grade_here=self.grade_here, clock=lambda: self.now
        )

    def grade_here(self, settings: Settings, submissions: Iterable[Submission], *, jobs: int) -> Iterator[Graded]:
        for one in submissions:
            self.jobs.append(("here", one.student))
            yield Graded(submission=one, report=report_of(one))

    def about(self) -> Mapping[str, str]:
        return VERSIONS

    def workers(self) -> Mapping[str, Seen]:
        if self.lost:
            raise ClusterError(instructor_cluster.SCHEDULER_LOST(address="tcp://x"))
        self.beats.update(self.threads.keys() - self.silent)
        return {address: Seen(threads=n, beat=self.beats[address]) for address, n in self.threads.items()}

    def send(self, address: str, task: str, data: bytes) -> int:
        self.sent.append((address, task))
        self.open[len(self.sent)] = (address, task, data)
        self.most = max(self.most, sum(task == "grade" for _, task, _ in self.open.values()))
        return len(self.sent)

    def next(self, seconds: float) -> tuple[int, bytes | Fault] | None:
        for ticket, (address, task, data) in list(self.open.items()):
            if ticket in self.stuck or address in self.silent or address not in self.threads:
                continue
            answer = getattr(self, f"_{task}")(address, data)
            if answer is None:
                self.stuck.add(ticket)
                continue
            self.open.pop(ticket, None)
            return ticket, answer if isinstance(answer, Fault | bytes) else encode(answer)
        self.now += seconds
        return None

    def _look(self, address: str, data: bytes) -> Mapping[str, str]:
        return self.versions.get(address, VERSIONS)

    def _prepare(self, address: str, data: bytes) -> Ready | Refused | Fault | None:
        self.setups.append(decode_setup(data))
        return Ready(lanes=self.threads[address]) if self.on_prepare is None else self.on_prepare(address)

    def _grade(self, address: str, data: bytes) -> Replies | Fault | bytes | None:
        job: Job = decode_job(data)
        assert self.setups[-1].run == job.run
        replies: list[Reply] = []
        for one in job.submissions:
            self.jobs.append((address, one.student))
            reply = self.usual(one) if self.on_grade is None else self.on_grade(address, one)
            if reply is None or isinstance(reply, Fault | bytes):
                return reply
            replies.append(reply)
            if not isinstance(reply, Done):
                break
        return Replies(replies=tuple(replies), seconds=self.seconds * len(replies))

    @staticmethod
    def usual(submission: Submission) -> Reply:
        return Done(report=report_of(submission))

    def cancel(self, tickets: Iterable[int]) -> None:
        for ticket in list(tickets):
            self.open.pop(ticket, None)

    def release(self, run: str, addresses: Sequence[str]) -> None:
        self.released.append((run, addresses))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a course with one file."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "01_small.py").write_text("x = 1\n")
    return Settings(root=str(tmp_path), exercises=("01_small",), course_seed="seed \udc80")


def students(graded: Iterable[Graded]) -> list[str]:
    """Return whose submissions have their own report, in order; check that each has."""
    found = list(graded)
    assert all(one.report == report_of(one.submission) for one in found)
    return sorted(one.submission.student for one in found)


def everybody(number: int) -> list[str]:
    return [one.student for one in work(number)]


def test_all_workers_grade_and_each_gets_the_course_once(settings: Settings) -> None:
    """Each submission has one result; each worker is set up once, with the course, its digest, settings and seed."""
    cluster = Cluster({"a": 1, "b": 2})
    assert students(cluster.lanes().grade(settings, work(30), jobs=3)) == everybody(30)
    assert sorted(student for _, student in cluster.jobs) == everybody(30)
    assert {address for address, _ in cluster.jobs} == {"a", "b"}
    assert Counter(cluster.sent)["a", "prepare"] == Counter(cluster.sent)["b", "prepare"] == 1
    for setup in cluster.setups:
        assert setup.course == pack(Path(settings.root)) and setup.digest == digest_of(setup.course)
        assert setup.seed.decode("utf-8", "surrogatepass") == settings.course_seed
        assert (setup.settings.root, setup.settings.exercises) == ("", settings.exercises)
    assert [addresses for _, addresses in cluster.released] == [["a", "b"]]
    assert cluster.told == [] and cluster.open == {}


def test_submissions_are_read_when_they_are_needed(settings: Settings) -> None:
    """A worker holds no more than twice as many submissions as it has lanes, and no others are read."""
    read: list[str] = []

    def reading() -> Iterator[Submission]:
        for one in work(500):
            read.append(one.student)
            yield one

    cluster = Cluster({"a": 2})
    graded = cluster.lanes().grade(settings, reading(), jobs=2)
    for number, _ in enumerate(graded, start=1):
        assert len(read) <= number + 5
    assert (number, cluster.most) == (500, 4)


def test_a_task_holds_several_submissions_if_they_are_graded_fast(settings: Settings) -> None:
    """A task takes half a second if it can, and holds eight submissions at most; one that was lost comes back whole."""

    def die(address: str, submission: Submission) -> Reply | None:
        if len(cluster.jobs) == 60:
            cluster.threads = {"b": 1}
            return None
        return cluster.usual(submission)

    cluster = Cluster({"a": 1}, on_grade=die, seconds=0.01)
    assert students(cluster.lanes().grade(settings, work(200), jobs=1)) == everybody(200)
    assert 30 < Counter(task for _, task in cluster.sent)["grade"] < 60
    slow = Cluster({"a": 1})
    assert students(slow.lanes().grade(settings, work(50), jobs=1)) == everybody(50)
    assert Counter(task for _, task in slow.sent)["grade"] == 50


def test_submissions_that_a_task_did_not_begin_are_handed_out_again(settings: Settings) -> None:
    """If one of a task's submissions takes too long, the next ones go to a worker that is free."""
    stopped: list[str] = []

    def stop(address: str, submission: Submission) -> Reply:
        if len(cluster.jobs) == 80 and not stopped:
            stopped.append(submission.student)
            return Overdue()
        return cluster.usual(submission)

    cluster = Cluster({"a": 1, "b": 1}, on_grade=stop, seconds=0.01)
    assert students(cluster.lanes().grade(settings, work(120), jobs=2)) == everybody(120)
    assert Counter(student for _, student in cluster.jobs)[stopped[0]] == 2 and len(cluster.jobs) == 121


def test_nothing_is_asked_if_there_is_nothing_to_grade(settings: Settings) -> None:
    """If all results are kept from earlier, no worker is set up."""
    cluster = Cluster({"a": 1})
    assert list(cluster.lanes().grade(settings, [], jobs=1)) == []
    assert cluster.sent == []


def test_a_worker_that_dies_costs_only_time(settings: Settings) -> None:
    """What a dead worker held is graded by others, and the worker is named."""

    def die(address: str, submission: Submission) -> Reply | None:
        if address == "a" and len(cluster.jobs) > 5:
            cluster.threads.pop("a")
            return None
        return cluster.usual(submission)

    cluster = Cluster({"a": 2, "b": 1}, on_grade=die)
    assert students(cluster.lanes().grade(settings, work(20), jobs=3)) == everybody(20)
    assert cluster.told == [instructor_cluster.WORKER_LOST(worker="a")]
    assert [addresses for _, addresses in cluster.released] == [["b"]]


def test_a_worker_that_comes_later_takes_part(settings: Settings) -> None:
    """A worker that a scheduler starts again, under another address, is set up and grades."""

    def come(address: str, submission: Submission) -> Reply:
        if len(cluster.jobs) == 5:
            cluster.threads["b"] = 1
        cluster.now += 1.0
        return cluster.usual(submission)

    cluster = Cluster({"a": 1}, on_grade=come)
    assert students(cluster.lanes().grade(settings, work(20), jobs=1)) == everybody(20)
    assert Counter(address for address, _ in cluster.jobs)["b"] > 3


@pytest.mark.parametrize("how", ["gone", "fault"])
def test_a_submission_that_loses_three_workers_is_graded_here(settings: Settings, how: str) -> None:
    """Dask would give the submission up. Here it is graded on this machine, so that no student loses points."""

    def kill(address: str, submission: Submission) -> Reply | Fault | None:
        if submission.student != "s004":
            return cluster.usual(submission)
        cluster.threads.pop(address)
        cluster.threads[f"{address}'"] = 1  # as a nanny does
        return Fault(lost=True, error="KilledWorker") if how == "fault" else None

    cluster = Cluster({"a": 1, "b": 1}, on_grade=kill)
    assert students(cluster.lanes().grade(settings, work(10), jobs=2)) == everybody(10)
    assert [address for address, student in cluster.jobs if student == "s004"][-1] == "here"
    assert Counter(student for _, student in cluster.jobs)["s004"] == 4
    assert [student for address, student in cluster.jobs if address == "here"] == ["s004"]
    assert cluster.told[-1] == instructor_cluster.GRADED_HERE(count=1)


def test_what_only_waited_at_lost_workers_is_not_suspected(settings: Settings) -> None:
    """Only a submission that a lane may have begun counts a loss, and not the one that waits behind it."""

    def kill(address: str, submission: Submission) -> Reply | None:
        if submission.student == "s000":
            cluster.threads = {f"{address}'": 1}
            return None
        return cluster.usual(submission)

    cluster = Cluster({"a": 1}, on_grade=kill)
    assert students(cluster.lanes().grade(settings, work(2), jobs=1)) == everybody(2)
    assert cluster.jobs[-1] == ("here", "s000") and ("here", "s001") not in cluster.jobs


def test_a_worker_that_falls_silent_is_passed_over_until_it_is_heard_of_again(settings: Settings) -> None:
    """Others grade what it held. Later it is set up again, and answers that come too late are ignored."""

    def stop(address: str, submission: Submission) -> Reply | None:
        cluster.now += 1.0
        if address == "a" and not cluster.silent and cluster.now < 30:
            cluster.silent.add("a")
            return None
        if cluster.now > 150:
            cluster.silent.clear()
        return cluster.usual(submission)

    cluster = Cluster({"a": 1, "b": 1}, on_grade=stop)
    assert students(cluster.lanes(silence=60).grade(settings, work(200), jobs=2)) == everybody(200)
    assert [one.template for one in cluster.told] == [instructor_cluster.WORKER_HANGS.text]
    assert Counter(cluster.sent)["a", "prepare"] == 2
    assert Counter(address for address, _ in cluster.jobs)["a"] > 10


def test_a_worker_that_lives_but_answers_nothing_is_given_up(settings: Settings) -> None:
    """A worker whose tasks never end is given nothing more, even if it is heard of."""
    cluster = Cluster({"a": 1, "b": 1}, on_grade=lambda address, one: None if address == "a" else cluster.usual(one))
    assert students(cluster.lanes(answer=50).grade(settings, work(10), jobs=2)) == everybody(10)
    assert cluster.told == [instructor_cluster.WORKER_HANGS(worker="a", seconds=51)]


def test_a_worker_that_never_gets_ready_is_given_up(settings: Settings) -> None:
    """A worker that is not set up in time is named, and the others grade."""
    cluster = Cluster({"a": 1, "b": 1}, on_prepare=lambda address: None if address == "a" else Ready(lanes=1))
    lanes = cluster.lanes(start=20)
    cluster.on_grade = lambda address, one: cluster.usual(one) if cluster.now > 40 else _wait(cluster)
    assert students(lanes.grade(settings, work(4), jobs=2)) == everybody(4)
    assert [one.parameters["worker"] for one in cluster.told] == ["a"]


def _wait(cluster: Cluster) -> Reply:
    cluster.now += 50
    return Unprepared()


def test_a_worker_with_other_versions_gets_no_work(settings: Settings) -> None:
    """It is named with what differs and the cure, and it gets neither the course nor a submission."""
    cluster = Cluster({"a": 1, "b": 1}, versions={"a": {**VERSIONS, "torch": "2.12"}})
    assert students(cluster.lanes().grade(settings, work(5), jobs=2)) == everybody(5)
    assert [task for address, task in cluster.sent if address == "a"] == ["look"]
    assert "Without worker a: it runs other versions" in str(cluster.told[0])
    assert "torch 2.12 (2.13)" in str(cluster.told[0]) and len(cluster.told) == 1


def test_no_worker_with_these_versions_is_an_error(settings: Settings) -> None:
    """If nobody is left, the error names the first cause."""
    cluster = Cluster({"a": 1}, versions={"a": {}})
    with pytest.raises(ClusterError, match=r"No worker of the cluster can grade\. Without worker a: .*kit – \(1\.0\)"):
        list(cluster.lanes().grade(settings, work(5), jobs=1))
    assert cluster.jobs == []


@pytest.mark.parametrize("when", ["prepare", "grade"])
def test_a_worker_without_its_walls_gets_no_work(settings: Settings, when: str) -> None:
    """The rule is that of a local run, and its words; what the worker held goes to others."""
    refused = Refused(problem=verbatim("The sandbox lacks seccomp."))
    cluster = Cluster({"a": 1, "b": 1})
    if when == "prepare":
        cluster.on_prepare = lambda address: refused if address == "a" else Ready(lanes=1)
    else:
        cluster.on_grade = lambda address, one: refused if address == "a" else cluster.usual(one)
    assert students(cluster.lanes().grade(settings, work(5), jobs=2)) == everybody(5)
    assert cluster.told == [instructor_cluster.WORKER_REFUSED(worker="a", problem=refused.problem)]


@pytest.mark.parametrize(
    "answer", [b"\xc1", encode(Ready(lanes=1)), Fault(lost=False, error="No module named 'grader'")]
)
def test_an_answer_that_makes_no_sense_ends_the_work_of_its_worker(settings: Settings, answer: Any) -> None:
    """A worker that answers by another protocol, or whose task fails, is named; others grade what it held."""
    cluster = Cluster({"a": 1, "b": 1}, on_grade=lambda address, one: answer if address == "a" else cluster.usual(one))
    assert students(cluster.lanes().grade(settings, work(5), jobs=2)) == everybody(5)
    assert [one.parameters["worker"] for one in cluster.told] == ["a"]


def test_a_submission_that_is_stopped_twice_has_no_report(settings: Settings) -> None:
    """As in a local run in which two workers were lost; stopped once, it is tried again."""
    tried: Counter[str] = Counter()

    def stop(address: str, submission: Submission) -> Reply:
        tried[submission.student] += 1
        slow = {"s001": 1, "s002": 9}.get(submission.student, 0)
        return Overdue() if tried[submission.student] <= slow else cluster.usual(submission)

    cluster = Cluster({"a": 1}, on_grade=stop)
    found = {one.submission.student: one.report for one in cluster.lanes().grade(settings, work(4), jobs=1)}
    assert [student for student, report in found.items() if report is None] == ["s002"]
    assert (len(found), tried["s001"], tried["s002"]) == (4, 2, 2)


def test_two_dead_processes_in_a_submission_are_what_they_are_locally(settings: Settings) -> None:
    """The worker tries it twice; then there is no report."""
    cluster = Cluster({"a": 1}, on_grade=lambda address, one: Done(report=None))
    assert [one.report for one in cluster.lanes().grade(settings, work(1), jobs=1)] == [None]


def test_a_worker_that_forgot_the_run_is_set_up_again(settings: Settings) -> None:
    """A station closes if it has nothing to do for long; then the worker gets the course again."""
    forgotten = []

    def forget(address: str, submission: Submission) -> Reply:
        if len(cluster.jobs) == 4:
            forgotten.append(submission.student)
            return Unprepared()
        return cluster.usual(submission)

    cluster = Cluster({"a": 1}, on_grade=forget)
    assert students(cluster.lanes().grade(settings, work(8), jobs=1)) == everybody(8)
    assert Counter(cluster.sent)["a", "prepare"] == 2 and len(forgotten) == 1
    assert cluster.told == []


def test_a_cluster_without_workers_is_waited_for(settings: Settings) -> None:
    """The command says that it waits, and then what is missing; a worker that comes in time grades."""
    cluster = Cluster({})
    with pytest.raises(ClusterError, match=r"no worker for 60 s\..*dask worker"):
        list(cluster.lanes().grade(settings, work(2), jobs=1))
    assert cluster.told == [instructor_cluster.WAITING(seconds=60)]
    later = Cluster({})
    later.told = _Adding(lambda: later.threads.update(a=1))
    assert students(later.lanes().grade(settings, work(2), jobs=1)) == everybody(2)


class _Adding(list[Sentence]):
    """Does something when a sentence is told."""

    def __init__(self, action: Callable[[], object]) -> None:
        super().__init__()
        self._action = action

    def append(self, one: Sentence) -> None:
        super().append(one)
        self._action()


def test_a_waiting_submission_goes_to_a_worker_that_has_nothing_to_do(settings: Settings) -> None:
    """At the end of a class no submission waits behind a slow one while another worker is idle."""
    cluster = Cluster({"a": 1, "b": 1})

    def slow(address: str, submission: Submission) -> Reply | None:
        if address == "a" and cluster.now < 100:
            return None  # not yet
        return cluster.usual(submission)

    cluster.on_grade = slow
    graded = cluster.lanes(answer=1000).grade(settings, work(6), jobs=2)
    assert [next(graded).submission.student for _ in range(5)]
    (slow_one,) = [ticket for ticket, (address, task, _) in cluster.open.items() if task == "grade" and address == "a"]
    cluster.now, cluster.stuck = 200, set()
    assert len(list(graded)) == 1 and slow_one not in cluster.open


def test_a_run_that_is_abandoned_leaves_nothing(settings: Settings) -> None:
    """If the command is interrupted, its tasks are forgotten, and its workers end what they keep for it."""
    cluster = Cluster({"a": 1})
    graded = cluster.lanes().grade(settings, work(9), jobs=1)
    next(graded)
    graded.close()  # type: ignore[attr-defined]
    assert cluster.open == {} and [addresses for _, addresses in cluster.released] == [["a"]]


def test_a_lost_scheduler_keeps_what_was_graded(catalog: Catalog, tmp_path: Path) -> None:
    """The error says that the command goes on where it stopped, and it does: nothing is graded twice."""
    settings = Settings(root=str(catalog.root), exercises=("07_autograd",))
    submissions = [replace(one, exercise="07_autograd") for one in work(6)]

    def run(cluster: Cluster) -> list[str]:
        cache = ResultCache(tmp_path, catalog, settings)
        return students(grade_new(submissions, cache, partial(cluster.lanes().grade, settings, jobs=1)))

    def lose(address: str, submission: Submission) -> Reply:
        cluster.lost = len(cluster.jobs) >= 3
        cluster.now += 2
        return cluster.usual(submission)

    cluster = Cluster({"a": 1}, on_grade=lose)
    with pytest.raises(ClusterError, match=r"What was graded is kept\..*it goes on where it stopped"):
        run(cluster)
    kept = len(list(tmp_path.glob("*.json")))
    again = Cluster({"a": 1})
    assert kept >= 2 and run(again) == everybody(6)
    assert len(again.jobs) == 6 - kept
