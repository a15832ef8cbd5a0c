"""WorkerPool runs worker processes in parallel; a worker that dies does not affect the others."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from grader.grading import pool
from grader.grading.pool import Worker, WorkerPool, grade_submissions
from grader.grading.settings import Graded, GradingError, Settings
from grader.grading.worker_process import Failed, Message, Reported, Started
from grader.records import ExerciseReport, Submission, blank_report
from grader.sentences import verbatim

LayDown = Callable[..., Path]


def hand_in(student: str, source: str | None = "", *, problem: str | None = None) -> Submission:
    """Return what a student handed in."""
    return Submission(student=student, exercise="01_small", path=f"{student}.py", source=source, problem=problem)


def report_of(graded: Graded) -> ExerciseReport:
    """Return the report, and require that there is one."""
    assert graded.report is not None
    return graded.report


def settings(root: Path) -> Settings:
    """Return the settings to grade the course under `root`."""
    return Settings(root=str(root), exercises=("01_small",), relaxed_sandbox=True)


# Handing out the work: with workers that are played, without processes

BLANK = blank_report("01_small", [], "graded", "")


class Played:
    """A simulated worker that answers at once, or dies as often as `deaths` says."""

    deaths: ClassVar[Counter[str]]
    alive = 0
    most = 0
    started = 0
    error = ""

    def __init__(self, settings: Settings, submission: Submission | None) -> None:
        self.channel, theirs = multiprocessing.Pipe()
        theirs.close()  # so that waiting for it ends at once
        self.has_started = False
        type(self).alive += 1
        type(self).started += 1
        type(self).most = max(self.most, self.alive)
        self.holds = submission

    def give(self, submission: Submission) -> None:
        """Accept the next submission."""
        self.holds = submission

    def take(self) -> Message | None:
        """Report that it has started, then answer, or be dead."""
        if self.error:
            return Failed(error=verbatim(self.error))
        if not self.has_started:
            self.has_started = True
            return Started()
        assert self.holds is not None
        if self.deaths[self.holds.student] > 0:
            self.deaths[self.holds.student] -= 1
            return None
        return Reported(report=BLANK, facts={})

    def stop(self) -> None:
        """End the worker."""
        type(self).alive -= 1
        self.channel.close()


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> type[Played]:
    """Simulate workers with the number of deaths that a test gives."""

    class Playing(Played):
        deaths: ClassVar[Counter[str]] = Counter()

    monkeypatch.setattr(pool, "Worker", Playing)
    return Playing


def names(graded: Iterator[Graded]) -> list[tuple[str, bool]]:
    """Return the graded students, and whether each has a report."""
    return [(one.submission.student, one.report is not None) for one in graded]


def played(submissions: Iterator[Submission] | list[Submission], *, jobs: int = 1) -> Iterator[Graded]:
    """Grade with simulated workers."""
    return grade_submissions(Settings(root="", exercises=()), submissions, jobs=jobs)


def test_everybody_is_graded_once(play: type[Played]) -> None:
    """With one worker every submission is graded once, in order."""
    assert names(played([hand_in(student) for student in "abc"])) == [("a", True), ("b", True), ("c", True)]
    assert (play.started, play.alive) == (1, 0)


@pytest.mark.parametrize(("jobs", "workers"), [(1, 1), (3, 3), (9, 5)])
def test_there_are_no_more_workers_than_asked_for_or_needed(play: type[Played], jobs: int, workers: int) -> None:
    """There are never more workers than requested or than submissions."""
    assert sorted(names(played([hand_in(student) for student in "abcde"], jobs=jobs))) == [
        (student, True) for student in "abcde"
    ]
    assert (play.most, play.alive) == (workers, 0)


@pytest.mark.sandbox
def test_a_worker_compares_with_one_thread(lay_down: LayDown) -> None:
    """The examiners of two workers do not compete for the cores: torch uses one thread in each."""
    suite = SUITE + "\n    import torch\n    assert torch.get_num_threads() == 1\n"
    (graded,) = grade_submissions(settings(lay_down(suite)), CLASS[:1], jobs=1)
    assert graded.report is not None and graded.report.tasks[0].checks[-1].status == "passed"


def test_nothing_to_grade_starts_no_worker(play: type[Played]) -> None:
    """An empty class starts no worker."""
    assert names(played([])) == [] and play.started == 0


def test_submissions_are_read_as_workers_become_free(play: type[Played]) -> None:
    """Submissions are read only when a worker is free, so that a large class is never in memory as a whole."""
    read: list[str] = []

    def reading() -> Iterator[Submission]:
        for student in "abcdef":
            read.append(student)
            yield hand_in(student)

    graded = played(reading(), jobs=2)
    next(graded)
    assert len(read) <= 4
    graded.close()  # type: ignore[attr-defined]


def test_a_submission_whose_worker_died_is_tried_again(play: type[Played]) -> None:
    """A submission whose worker died is graded by a new worker; the others are not affected."""
    play.deaths["b"] = 1
    assert sorted(names(played([hand_in(student) for student in "abc"]))) == [("a", True), ("b", True), ("c", True)]
    assert (play.started, play.alive) == (2, 0)


def test_a_submission_that_kills_two_workers_is_given_up(play: type[Played]) -> None:
    """A submission that kills two workers gets no report; all others get one."""
    play.deaths["b"] = 9
    assert sorted(names(played([hand_in(student) for student in "abc"]))) == [("a", True), ("b", False), ("c", True)]
    assert play.deaths["b"] == 7


def test_the_last_submission_is_tried_again_too(play: type[Played]) -> None:
    """The last submission is tried again even if no other is left."""
    play.deaths["c"] = 1
    assert sorted(names(played([hand_in(student) for student in "abc"], jobs=2)))[-1] == ("c", True)


def test_everybody_has_two_lives(play: type[Played]) -> None:
    """Every submission is tried twice, however many workers have died before."""
    students = [f"student {i}" for i in range(40)]
    play.deaths.update(students)
    assert sorted(names(played(hand_in(student) for student in students))) == sorted(
        (student, True) for student in students
    )


def test_the_caller_may_stop_at_any_time(play: type[Played]) -> None:
    """If the caller stops early, no worker remains."""
    graded = played([hand_in(student) for student in "abcdef"], jobs=3)
    next(graded)
    graded.close()  # type: ignore[attr-defined]
    assert play.alive == 0


def test_an_error_of_a_worker_stops_them_all(play: type[Played]) -> None:
    """An error of one worker ends the run and all workers."""
    play.error = "Cannot collect it."
    with pytest.raises(GradingError, match="Cannot collect it"):
        names(played([hand_in(student) for student in "abc"], jobs=2))
    assert play.alive == 0


# Workers that stay

WARM = Settings(root="", exercises=())


def test_workers_stay_warm_for_the_next_class(play: type[Played]) -> None:
    """Workers stay for the next class and end when the pool is closed."""
    with WorkerPool(2) as kept:
        for students in ("abc", "d", "efg"):
            assert len(names(kept.grade(WARM, [hand_in(student) for student in students]))) == len(students)
            assert (play.started, play.alive) == (2, 2)
    assert play.alive == 0


@pytest.mark.parametrize(
    ("total", "seconds", "workers"),
    [(8, 0.1, 1), (8, 2.0, 2), (8, 9.0, 3), (60, 0.1, 2), (200, 0.01, 3), (None, 0.1, 3)],
)
def test_workers_are_started_where_that_saves_time(
    play: type[Played], monkeypatch: pytest.MonkeyPatch, total: int | None, seconds: float, workers: int
) -> None:
    """A worker is started only if it would be ready before the rest is graded."""
    now = 0.0

    def take(worker: Played) -> Message | None:
        nonlocal now
        now += seconds
        return Played.take(worker)

    monkeypatch.setattr(play, "take", take)
    monkeypatch.setattr("grader.grading.pool.monotonic", lambda: now)
    with WorkerPool(3) as kept:
        assert len(names(kept.grade(WARM, [hand_in(f"s{n}") for n in range(total or 8)], total=total))) == (total or 8)
        assert play.started == workers


def test_workers_that_are_warm_all_take_part(play: type[Played]) -> None:
    """All warm workers take part, even for a few submissions."""
    with WorkerPool(3) as kept:
        kept.warm_up(WARM)
        assert (play.started, play.alive) == (3, 3)
        kept.warm_up(WARM)
        graded = kept.grade(WARM, [hand_in(student) for student in "abcdef"], total=6)
        next(graded)
        assert all(worker.holds is not None for worker in kept._workers.values())
        assert len(names(graded)) == 5 and play.started == 3


def test_workers_that_grade_otherwise_are_ended(play: type[Played]) -> None:
    """Workers with another seed, other exercises or changed sources are ended."""
    with WorkerPool(2) as kept:
        kept.warm_up(WARM)
        kept.warm_up(msgspec.structs.replace(WARM, sources="changed"))
        assert (play.started, play.alive) == (4, 2)


def test_workers_that_cannot_start_leave_none_behind(play: type[Played]) -> None:
    """If workers cannot start, none remains, and the next run starts new ones."""
    play.error = "Cannot collect it."
    with WorkerPool(2) as kept:
        with pytest.raises(GradingError, match="Cannot collect it"):
            kept.warm_up(WARM)
        assert play.alive == 0
        play.error = ""
        kept.warm_up(WARM)
        assert play.alive == 2


def test_a_worker_that_died_while_idle_costs_nobody_anything(play: type[Played]) -> None:
    """A worker that died while idle is replaced, and no submission is affected."""
    with WorkerPool(1) as kept:
        kept.warm_up(WARM)
        play.deaths["a"] = 1
        assert sorted(names(kept.grade(WARM, [hand_in("a"), hand_in("b")]))) == [("a", True), ("b", True)]
        assert (play.started, play.alive) == (2, 1)


def test_workers_at_work_for_nobody_are_ended(play: type[Played]) -> None:
    """Workers of an abandoned class give no report to the next class."""
    with WorkerPool(2) as kept:
        kept.warm_up(WARM)
        graded = kept.grade(WARM, [hand_in(student) for student in "abcdef"])
        next(graded)
        graded.close()  # type: ignore[attr-defined]
        assert play.alive == 0
        assert sorted(names(kept.grade(WARM, [hand_in("x"), hand_in("y")]))) == [("x", True), ("y", True)]


def test_a_class_that_was_left_half_way_cannot_be_resumed(play: type[Played]) -> None:
    """A new call of `grade` ends the workers of the last class, which then raises an error."""
    with WorkerPool(2) as kept:
        first = kept.grade(WARM, [hand_in(student) for student in "abcdef"])
        next(first)
        second = names(kept.grade(WARM, [hand_in(student) for student in "xyz"]))
        assert sorted(second) == [("x", True), ("y", True), ("z", True)]
        with pytest.raises(RuntimeError, match="the pool has begun another one since"):
            next(first)
        assert len(names(kept.grade(WARM, [hand_in("z")]))) == 1
    assert play.alive == 0


def test_a_worker_that_could_not_be_started_leaves_its_place_to_the_next(
    play: type[Played], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failed start the place is free for the next attempt."""
    start: Callable[..., None] = play.__init__  # type: ignore[misc]

    def refuse(*_: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    with WorkerPool(1) as kept:
        monkeypatch.setattr(play, "__init__", refuse)
        with pytest.raises(BlockingIOError):
            names(kept.grade(WARM, [hand_in("a")]))
        monkeypatch.setattr(play, "__init__", start)
        assert names(kept.grade(WARM, [hand_in("a")])) == [("a", True)]


# In processes

# The first time, a student whose `double(1)` is -1 kills the worker, and one whose is -2 kills the worker's server.
SUITE = '''
import gc

from grader.sandbox import Server


def server():
    """Return the number of the worker's server."""
    return next(found for found in gc.get_objects() if type(found) is Server)._process.pid


@check("double", points=4)
def test_double(candidate, draw):
    """Doubles."""
    number = candidate.double(1).result.python
    killed = Path(__file__).with_name(f"killed{number}")
    if number < 0 and not killed.exists():
        killed.touch()
        os.kill(os.getpid() if number == -1 else server(), signal.SIGKILL)
    x = draw.tensor(3, low=3, high=9)
    candidate.double(x).result.values(2 * x)
'''
RIGHT = "def double(x):\n    return x * 2\n"
WRONG = "def double(x):\n    return x + 2\n"
CLASS = [
    hand_in("ana", RIGHT),
    hand_in("bea", WRONG),
    hand_in("cai", None, problem=verbatim("It is empty.")),
    hand_in("dag", RIGHT),
]
KILLS_SERVER = hand_in("fay", "def double(x):\n    return x * (2 if hasattr(x, 'shape') else -2)\n")
KILLS_ONCE = hand_in("eva", "def double(x):\n    return -x\n")


@pytest.fixture(scope="module")
def side_by_side(lay_down: LayDown) -> dict[str, Graded]:
    """Grade six students in two workers; one worker and the server of another are killed."""
    everybody = [KILLS_ONCE, KILLS_SERVER, *CLASS]
    return {one.submission.student: one for one in grade_submissions(settings(lay_down(SUITE)), everybody, jobs=2)}


@pytest.mark.sandbox
def test_a_killed_worker_costs_nobody_anything(side_by_side: dict[str, Graded]) -> None:
    """The submission of a killed worker is graded again."""
    assert report_of(side_by_side["eva"]).tasks[0].checks[0].status == "failed"
    assert [report_of(side_by_side[student]).points for student in ("ana", "bea", "dag")] == [4, 0, 4]


@pytest.mark.sandbox
def test_a_worker_whose_server_was_lost_is_replaced(side_by_side: dict[str, Graded]) -> None:
    """A worker whose server was lost is replaced, and its submission is tried again."""
    assert report_of(side_by_side["fay"]).points == 4


@pytest.mark.sandbox
def test_two_workers_give_the_reports_of_one(side_by_side: dict[str, Graded], lay_down: LayDown) -> None:
    """Two workers give the same reports as one."""
    alone = list(grade_submissions(settings(lay_down(SUITE)), CLASS, jobs=1))
    assert [one.submission.student for one in alone] == ["ana", "bea", "cai", "dag"]
    assert alone == [side_by_side[student] for student in ("ana", "bea", "cai", "dag")]


@pytest.mark.sandbox
def test_a_rehearsal_is_nobodys(side_by_side: dict[str, Graded], lay_down: LayDown) -> None:
    """A submission that a worker grades to warm up gives no report and changes nothing."""
    rehearsed = msgspec.structs.replace(settings(lay_down(SUITE)), rehearse=True)
    assert list(grade_submissions(rehearsed, CLASS[:2], jobs=1)) == [side_by_side["ana"], side_by_side["bea"]]


@pytest.mark.sandbox
def test_a_report_comes_with_the_facts_of_its_checks_where_asked_for(
    side_by_side: dict[str, Graded], lay_down: LayDown
) -> None:
    """A report has the facts of its checks, by id, only if they were requested."""
    asking = msgspec.structs.replace(settings(lay_down(SUITE)), facts=True, inputs="by_content", course_seed="1")
    ana, bea = (one.facts["double"] for one in grade_submissions(asking, CLASS[:2], jobs=1))
    assert side_by_side["ana"].facts == {}
    assert (ana.task, ana.docstring, len(ana.inputs)) == ("double", "Doubles.", 2) and ana.inputs[1] != bea.inputs[1]


@pytest.mark.sandbox
def test_a_worker_that_dies_before_it_has_started_ends_the_grading(
    lay_down: LayDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies while it starts ends the grading, because another one would fail too."""
    start: Callable[..., None] = Worker.__init__
    started: list[Worker] = []

    def start_and_kill(worker: Worker, *arguments: Any) -> None:
        start(worker, *arguments)
        started.append(worker)
        worker._process.kill()

    monkeypatch.setattr(Worker, "__init__", start_and_kill)
    with pytest.raises(GradingError, match="Cannot start a worker: its process ended before it had read a submission"):
        list(grade_submissions(settings(lay_down(SUITE)), CLASS, jobs=1))
    assert [worker._process.is_alive() for worker in started] == [False]


@pytest.mark.sandbox
def test_a_suite_that_cannot_be_used_is_nobodys_report(lay_down: LayDown) -> None:
    """An unusable suite ends the grading with its reason."""
    root = lay_down("def test_one(candidate): ...\n")
    with pytest.raises(GradingError, match=r"Cannot use .*test_one as a check: decorate it with @check"):
        list(grade_submissions(settings(root), CLASS, jobs=1))


@pytest.mark.sandbox
def test_a_catalog_that_cannot_be_read_ends_the_grading(tmp_path: Path) -> None:
    """An unreadable catalog ends the grading with its reason."""
    with pytest.raises(GradingError, match="Cannot find exercises"):
        list(grade_submissions(settings(tmp_path), CLASS, jobs=1))


@pytest.mark.sandbox
def test_a_worker_takes_up_only_so_much_memory(lay_down: LayDown) -> None:
    """Too much memory is a verdict of that submission, and the worker continues."""
    suite = """
@check("double", points=1)
def test_one(candidate):
    '''Room.'''
    torch.ones(2**28 * (candidate.double(torch.ones(1)).result.tensor.item() != 2.0))
"""
    wrong, right = (f"def double(x):\n    return x {sign} 2\n" for sign in "+*")
    with WorkerPool(1) as one:
        settled = settings(lay_down(suite))
        first = list(one.grade(settled, [hand_in("a", wrong)]))
        (worker,) = one._workers.values()
        second = list(one.grade(settled, [hand_in("b", right)]))
        assert [*one._workers.values()] == [worker]
    statuses = [report_of(graded).tasks[0].checks[0].status for graded in (*first, *second)]
    assert statuses == ["error", "passed"]
