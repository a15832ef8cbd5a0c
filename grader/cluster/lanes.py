"""Grades on the workers of a cluster: decides which Dask worker does what next, and what a lost one means.

Dask could place the tasks and try them again by itself. But it counts the deaths of a task's workers, and fails the
task after some: a student would then get the machine's fault. It also sees a worker that hangs only after minutes. So
each task here is bound to one worker, and this module decides.

A worker is asked which versions it runs (`look`), gets the course (`prepare`), and then submissions (`grade`). It
holds as many as it has lanes, and as many again, which wait there. A submission comes back, and goes to another worker,
if its worker is gone, has not been heard of for some time, or cannot go on. That costs time and nothing else:

- A submission that lost its worker three times is graded on this machine at the end, as in a local run.
- If two of the kit's processes died in a submission, it has no report, as in a local run. The same is true if it was
  stopped twice because it took too long.

`Link` is what this module needs of Dask; tests have one of their own.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from grader.cluster.course import digest_of, pack
from grader.cluster.messages import (
    Done,
    Job,
    Overdue,
    Ready,
    Refused,
    Setup,
    Unprepared,
    decode_reply,
    decode_versions,
    encode,
)
from grader.grading.pool import grade_submissions
from grader.grading.settings import GradeAll, Graded, GradingError, Settings
from grader.records import Submission
from grader.sentences import Sentence, instructor_cluster, verbatim

_LOSSES: Final = 3  # so often a submission may lose its worker; then it is graded here
_TIMES_OVERDUE: Final = 2  # so often it may take too long; then it has no report
_SHOWN: Final = 3  # differences between versions that a sentence names


class ClusterError(GradingError):
    """A cluster is not there, or cannot grade. What was graded is kept."""


class Seen(NamedTuple):
    """A worker as the scheduler knows it: how many tasks it runs at a time, and when it was last heard of.

    `beat` is only compared with itself: it changes with every sign of life.
    """

    threads: int
    beat: float


class Fault(NamedTuple):
    """A task without an answer. If it was `lost`, its worker died or the connection broke; else it raised an error."""

    lost: bool
    error: str = ""


class Link(Protocol):
    """What the lanes need of Dask. Each task is a ticket, bound to one worker."""

    def about(self) -> Mapping[str, str]:
        """Return this machine's versions, in the same form as a worker's."""

    def workers(self) -> Mapping[str, Seen]:
        """Return the workers by their addresses. Raises `ClusterError` if the scheduler is lost."""

    def send(self, address: str, task: str, data: bytes) -> int:
        """Give a worker a task with its message, and return the ticket."""

    def next(self, seconds: float) -> tuple[int, bytes | Fault] | None:
        """Return the next ticket that has ended, with its answer; `None` if none does within these seconds."""

    def cancel(self, tickets: Iterable[int]) -> None:
        """Forget these tickets. Tasks that run already go on, and nobody waits for them."""

    def release(self, run: str, addresses: Sequence[str]) -> None:
        """Let these workers end what they keep for a run. Those that do not answer soon are not waited for."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait, in seconds.

    - `join`: until a cluster has a worker that can grade.
    - `silence`: for a sign of life of a worker.
    - `start`: until a worker is set up.
    - `submission`: until one submission is graded. Its own budget ends long before.
    - `answer`: until a worker that holds submissions has answered one of them.
    - `look`: between two looks at the cluster.
    """

    join: float = 60.0
    silence: float = 60.0
    start: float = 240.0
    submission: float = 300.0
    answer: float = 360.0
    look: float = 1.0


class _State(Enum):
    LOOKING = auto()  # it was asked for its versions
    PREPARING = auto()
    READY = auto()
    REFUSED = auto()  # it gets nothing any more
    SILENT = auto()  # it gets nothing until it is heard of again


@dataclass(eq=False)
class _Piece:
    """A submission that has no result yet, and what happened to it so far."""

    submission: Submission
    losses: int = 0
    overdue: int = 0


@dataclass(eq=False, kw_only=True)
class _Worker:
    address: str
    state: _State
    lanes: int
    beat: float
    heard: float  # when the beat last changed
    answered: float  # when it last answered, or got work after it had none
    asked: int | None = None  # the ticket of `look` or `prepare`
    pieces: dict[int, _Piece] = field(default_factory=dict)  # by their tickets, oldest first


class ClusterLanes:
    """The lanes of a cluster. `grade` is another `grade_submissions`."""

    def __init__(
        self,
        link: Link,
        tell: Callable[[Sentence], None],
        *,
        patience: Patience = Patience(),
        grade_here: GradeAll = grade_submissions,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Grade by this link. `tell` is called with what somebody should know about a worker.

        `grade_here` grades the submissions that lost too many workers.
        """
        self._link = link
        self._tell = tell
        self._patience = patience
        self._grade_here = grade_here
        self._clock = clock

    @property
    def number(self) -> int:
        """How many submissions the cluster's present workers can grade at a time; at least 1."""
        return max(1, sum(seen.threads for seen in self._link.workers().values()))

    def grade(self, settings: Settings, submissions: Iterable[Submission], *, jobs: int) -> Iterator[Graded]:
        """Grade submissions, and yield each as soon as it is graded. The cluster's workers decide how many at a time.

        Raises `ClusterError` if the scheduler is lost or no worker can grade, other `GradingError`s if grading cannot
        go on here, and `OSError` if the course cannot be read.
        """
        new = iter(submissions)
        first = next(new, None)
        if first is None:
            return
        run = _Run(self._link, self._tell, self._patience, self._clock, settings, first, new)
        with contextlib.closing(run):
            yield from run.results()
        if run.left:
            self._tell(instructor_cluster.GRADED_HERE(count=len(run.left)))
            yield from self._grade_here(settings, run.left, jobs=1)


class _Run:
    """One run: the workers as far as they are known, and the submissions that have no result yet."""

    def __init__(
        self,
        link: Link,
        tell: Callable[[Sentence], None],
        patience: Patience,
        clock: Callable[[], float],
        settings: Settings,
        first: Submission,
        new: Iterator[Submission],
    ) -> None:
        self._link = link
        self._tell = tell
        self._patience = patience
        self._clock = clock
        self._new = new
        self._again = deque([_Piece(first)])
        self._more = True
        self._workers: dict[str, _Worker] = {}
        self._owners: dict[int, _Worker] = {}  # of the tickets that count
        self._prepared: set[str] = set()
        self._looked = float("-inf")
        self._usable_until = clock()  # when there was last a worker that grades or gets ready
        self._told_waiting = False
        self._problem: Sentence | None = None  # of the first worker that was refused
        self._id = secrets.token_hex(8)
        course = pack(Path(settings.root))
        self._setup = encode(
            Setup(
                run=self._id,
                settings=replace(settings, root="", course_seed=""),
                seed=settings.course_seed.encode("utf-8", "surrogatepass"),
                digest=digest_of(course),
                course=course,
            )
        )
        self.left: list[Submission] = []

    def close(self) -> None:
        """Forget the tasks that are not done, and let the workers end what they keep for this run."""
        self._link.cancel(self._owners)
        self._link.release(self._id, sorted(self._prepared & self._workers.keys()))

    def results(self) -> Iterator[Graded]:
        """Yield the results until all submissions have one or are `left`. Raises `ClusterError`."""
        while True:
            self._look()
            self._hand_out()
            if not self._more and not self._again and not any(worker.pieces for worker in self._workers.values()):
                return
            self._require_workers()
            ended = self._link.next(self._patience.look)
            graded = None if ended is None else self._take(*ended)
            if graded is not None:
                self._hand_out()  # before the result is processed, so that no lane waits for that
                yield graded

    # The workers

    def _look(self) -> None:
        """Take in which workers came, went or hang. Raises `ClusterError` if the scheduler is lost."""
        now = self._clock()
        if now - self._looked < self._patience.look:
            return
        self._looked = now
        seen = self._link.workers()
        for gone in [worker for address, worker in self._workers.items() if address not in seen]:
            if gone.state is not _State.REFUSED:
                self._tell(instructor_cluster.WORKER_LOST(worker=gone.address))
            self._drop(gone)
            self._take_back(gone)
        for address, (threads, beat) in seen.items():
            worker = self._workers.get(address)
            if worker is None:
                worker = _Worker(
                    address=address, state=_State.LOOKING, lanes=threads, beat=beat, heard=now, answered=now
                )
                self._workers[address] = worker
                self._ask(worker, _State.LOOKING, "look", b"")
            elif beat != worker.beat:
                worker.beat, worker.heard = beat, now
                if worker.state is _State.SILENT:
                    self._ask(worker, _State.LOOKING, "look", b"")
            self._check(worker, now)

    def _check(self, worker: _Worker, now: float) -> None:
        """Take back what a worker holds if it hangs."""
        allowed = self._patience.answer if worker.state is _State.READY else self._patience.start
        waiting = worker.asked is not None or bool(worker.pieces)
        silent = now - worker.heard > self._patience.silence
        late = waiting and now - worker.answered > allowed
        if worker.state not in (_State.REFUSED, _State.SILENT) and (silent or late):
            seconds = round(now - (worker.heard if silent else worker.answered))
            self._tell(instructor_cluster.WORKER_HANGS(worker=worker.address, seconds=seconds))
            worker.state = _State.SILENT if silent else _State.REFUSED
            if worker.asked is not None:
                self._forget(worker.asked)
                worker.asked = None
            self._take_back(worker)

    def _ask(self, worker: _Worker, state: _State, task: str, data: bytes) -> None:
        worker.state, worker.answered = state, self._clock()
        worker.asked = self._link.send(worker.address, task, data)
        self._owners[worker.asked] = worker

    def _refuse(self, worker: _Worker, problem: Sentence) -> None:
        """Give a worker nothing any more, and name it."""
        worker.state = _State.REFUSED
        sentence = instructor_cluster.WORKER_REFUSED(worker=worker.address, problem=problem)
        self._problem = self._problem or sentence
        self._tell(sentence)
        self._take_back(worker, lost=False)

    def _drop(self, worker: _Worker) -> None:
        """Forget a worker. If it is still there, the next look finds it as a new one."""
        self._workers.pop(worker.address, None)
        if worker.asked is not None:
            self._forget(worker.asked)

    def _require_workers(self) -> None:
        """Raise `ClusterError` if nobody can grade what is left, and nobody comes."""
        now = self._clock()
        states = {worker.state for worker in self._workers.values()}
        if states & {_State.LOOKING, _State.PREPARING, _State.READY}:
            self._usable_until, self._told_waiting = now, False
        elif states == {_State.REFUSED}:
            raise ClusterError(instructor_cluster.NO_WORKER_CAN(problem=self._problem or instructor_cluster.ALL_HANG()))
        elif now - self._usable_until > self._patience.join:
            raise ClusterError(instructor_cluster.NO_WORKERS(seconds=round(self._patience.join)))
        elif now - self._usable_until > self._patience.join / 12 and not self._told_waiting:
            self._told_waiting = True
            self._tell(instructor_cluster.WAITING(seconds=round(self._patience.join)))

    # The submissions

    def _hand_out(self) -> None:
        """Give each worker as many submissions as it has lanes, and then as many that wait there."""
        ready = [worker for worker in self._workers.values() if worker.state is _State.READY]
        while ready:
            worker = min(ready, key=lambda one: len(one.pieces) / one.lanes)
            if len(worker.pieces) >= 2 * worker.lanes:
                return
            piece = self._next() or self._waiting_elsewhere(worker, ready)
            if piece is None:
                return
            job = Job(run=self._id, submission=piece.submission, seconds=self._patience.submission)
            ticket = self._link.send(worker.address, "grade", encode(job))
            if not worker.pieces:
                worker.answered = self._clock()
            worker.pieces[ticket] = piece
            self._owners[ticket] = worker

    def _next(self) -> _Piece | None:
        if self._again:
            return self._again.popleft()
        submission = next(self._new, None) if self._more else None
        self._more = submission is not None
        return None if submission is None else _Piece(submission)

    def _waiting_elsewhere(self, idle: _Worker, ready: Sequence[_Worker]) -> _Piece | None:
        """Take a submission that waits at another worker, if this one has a lane for it and there are no more."""
        busiest = max(ready, key=lambda one: len(one.pieces) - one.lanes)
        if len(idle.pieces) >= idle.lanes or len(busiest.pieces) <= busiest.lanes:
            return None
        ticket = next(reversed(busiest.pieces))
        self._forget(ticket)
        return busiest.pieces.pop(ticket)

    def _take_back(self, worker: _Worker, *, lost: bool = True) -> None:
        """Take what a worker holds. If it was lost, that counts for the submissions that its lanes may have begun."""
        for number, (ticket, piece) in enumerate(worker.pieces.items()):
            self._forget(ticket)
            self._return(piece, lost=lost and number < worker.lanes)
        worker.pieces.clear()

    def _return(self, piece: _Piece, *, lost: bool) -> None:
        piece.losses += lost
        if piece.losses < _LOSSES:
            self._again.append(piece)
        else:
            self.left.append(piece.submission)

    def _forget(self, ticket: int) -> None:
        if self._owners.pop(ticket, None) is not None:
            self._link.cancel([ticket])

    # Answers

    def _take(self, ticket: int, answer: bytes | Fault) -> Graded | None:
        """Take an answer, and return the result if it is one."""
        worker = self._owners.pop(ticket, None)
        if worker is None:
            return None  # this worker was given up, and its submissions went to others
        worker.answered = self._clock()
        if ticket == worker.asked:
            worker.asked = None
            self._take_asked(worker, answer)
            return None
        return self._take_graded(worker, worker.pieces.pop(ticket), answer)

    def _take_asked(self, worker: _Worker, answer: bytes | Fault) -> None:
        if isinstance(answer, Fault):
            if answer.lost:
                self._drop(worker)
            else:
                self._refuse(worker, instructor_cluster.TASK_FAILED(error=answer.error))
        elif worker.state is _State.LOOKING:
            self._compare(worker, answer)
        else:
            match _decoded(answer):
                case Ready(lanes=lanes):
                    worker.state, worker.lanes = _State.READY, lanes
                    self._prepared.add(worker.address)
                case Refused(problem=problem):
                    self._refuse(worker, problem)
                case _:
                    self._refuse(worker, instructor_cluster.NO_ANSWER())

    def _compare(self, worker: _Worker, answer: bytes) -> None:
        """Set a worker up if it has the same versions as this machine."""
        try:
            differences = different(self._link.about(), decode_versions(answer))
        except msgspec.DecodeError:
            differences = instructor_cluster.NO_ANSWER()
        if differences is None:
            self._ask(worker, _State.PREPARING, "prepare", self._setup)
        else:
            self._refuse(worker, differences)

    def _take_graded(self, worker: _Worker, piece: _Piece, answer: bytes | Fault) -> Graded | None:
        submission = piece.submission
        if isinstance(answer, Fault):
            self._return(piece, lost=answer.lost)
            if answer.lost:
                self._drop(worker)
                self._take_back(worker, lost=False)
            else:
                self._refuse(worker, instructor_cluster.TASK_FAILED(error=answer.error))
            return None
        match _decoded(answer):
            case Done(report=report, broken=broken, facts=facts):
                return Graded(submission=submission, report=report, broken=broken, facts=facts)
            case Overdue():
                piece.overdue += 1
                if piece.overdue >= _TIMES_OVERDUE:
                    return Graded(submission=submission, report=None)
                self._again.append(piece)
            case Unprepared():
                self._again.append(piece)
                self._take_back(worker, lost=False)
                if worker.state is _State.READY:
                    self._ask(worker, _State.PREPARING, "prepare", self._setup)
            case Refused(problem=problem):
                self._again.append(piece)
                self._refuse(worker, problem)
            case _:
                self._again.append(piece)
                self._refuse(worker, instructor_cluster.NO_ANSWER())
        return None


def _decoded(answer: bytes) -> object:
    """Return a reply, or `None` if it is none."""
    try:
        return decode_reply(answer)
    except msgspec.DecodeError:
        return None


def different(here: Mapping[str, str], there: Mapping[str, str]) -> Sentence | None:
    """Return the sentence on what differs between the versions here and on another machine; `None` if nothing does."""
    names = [name for name in {**here, **there} if here.get(name) != there.get(name)]
    if not names:
        return None
    shown = ", ".join(f"{name} {there.get(name, '–')} ({here.get(name, '–')})" for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return instructor_cluster.DIFFERENT(differences=verbatim(shown + (f" … +{more}" if more > 0 else "")))
