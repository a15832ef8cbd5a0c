"""Grades on the workers of a cluster: decides which Dask worker does what next, and what a lost one means.

Dask could place the tasks and try them again by itself. But it counts the deaths of a task's workers, and fails the
task after some: a student would then lose points because of a machine. It also sees a worker that hangs only after
minutes. So each task here is bound to one worker, and this module decides.

A worker is asked which versions it runs (`look`), gets the course (`prepare`), and then submissions (`grade`): a task
for each lane, and as many again, which wait there. A task costs the cluster some 12 ms, so that it holds several
submissions if they are graded fast. Submissions come back, and go to another worker, if their worker is gone, has not
been heard of for some time, or cannot go on. That costs time and nothing else:

- A submission that lost its worker three times is graded on this machine at the end, as in a local run.
- If two of the kit's processes died in a submission, it has no report, as in a local run. The same is true if it was
  stopped twice because it took too long.

What this module needs of Dask stands in `interface.py`.
"""

from __future__ import annotations

import contextlib
import itertools
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace

from grader.cluster.course import digest_of, pack
from grader.cluster.interface import PATIENCE, ClusterError, Fault, Link, Patience, different
from grader.cluster.messages import (
    Done,
    Job,
    Overdue,
    Ready,
    Refused,
    Reply,
    Setup,
    Unprepared,
    decode_readiness,
    decode_replies,
    decode_versions,
    encode,
)
from grader.grading.pool import grade_submissions
from grader.grading.settings import GradeAll, Graded, Settings
from grader.records import Submission
from grader.sentences import Sentence, instructor_cluster

_Message = TypeVar("_Message")
_LOSSES: Final = 3  # so often a submission may lose its worker; then it is graded here
_TIMES_OVERDUE: Final = 2  # so often it may take too long; then it has no report
_SECONDS: Final = 0.5  # that a task may take
_AT_ONCE: Final = 8  # submissions that a task may hold


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
    pieces: dict[int, list[_Piece]] = field(default_factory=dict)  # by their tickets, oldest first


class ClusterLanes:
    """The lanes of a cluster. `grade` is another `grade_submissions`."""

    def __init__(
        self,
        link: Link,
        tell: Callable[[Sentence], None],
        *,
        patience: Patience = PATIENCE,
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
        self._each = _SECONDS  # that a submission takes, about
        self._ready: deque[Graded] = deque()  # results of a task that are not yielded yet
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
            if ended is not None:
                self._take(*ended)
            while self._ready:
                yield self._ready.popleft()

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
        """Raise `ClusterError` if no worker can grade the rest, and no new worker has joined in time."""
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
        """Give each worker a task for each of its lanes, and then as many that wait there."""
        ready = [worker for worker in self._workers.values() if worker.state is _State.READY]
        while ready:
            worker = min(ready, key=lambda one: len(one.pieces) / one.lanes)
            if len(worker.pieces) >= 2 * worker.lanes:
                return
            pieces = self._next() or self._waiting_elsewhere(worker, ready)
            if not pieces:
                return
            submissions = tuple(piece.submission for piece in pieces)
            job = Job(run=self._id, submissions=submissions, seconds=self._patience.submission)
            ticket = self._link.send(worker.address, "grade", encode(job))
            if not worker.pieces:
                worker.answered = self._clock()
            worker.pieces[ticket] = pieces
            self._owners[ticket] = worker

    def _next(self) -> list[_Piece]:
        """Return the submissions for the next task. One that came back goes alone: another may be the cause."""
        if self._again:
            return [self._again.popleft()]
        number = min(_AT_ONCE, max(1, int(_SECONDS / self._each)))
        new = list(itertools.islice(self._new, number)) if self._more else []
        self._more = len(new) == number
        return [_Piece(submission) for submission in new]

    def _waiting_elsewhere(self, idle: _Worker, ready: Sequence[_Worker]) -> list[_Piece]:
        """Take a task that waits at another worker, if this one has a lane for it and there are no more."""
        busiest = max(ready, key=lambda one: len(one.pieces) - one.lanes)
        if len(idle.pieces) >= idle.lanes or len(busiest.pieces) <= busiest.lanes:
            return []
        ticket = next(reversed(busiest.pieces))
        self._forget(ticket)
        return busiest.pieces.pop(ticket)

    def _take_back(self, worker: _Worker, *, lost: bool = True) -> None:
        """Take what a worker holds. If it was lost, that counts for the submissions that its lanes may have begun."""
        for number, (ticket, pieces) in enumerate(worker.pieces.items()):
            self._forget(ticket)
            self._return(pieces, lost=lost and number < worker.lanes)
        worker.pieces.clear()

    def _return(self, pieces: Iterable[_Piece], *, lost: bool = False) -> None:
        for piece in pieces:
            piece.losses += lost
            if piece.losses < _LOSSES:
                self._again.append(piece)
            else:
                self.left.append(piece.submission)

    def _forget(self, ticket: int) -> None:
        if self._owners.pop(ticket, None) is not None:
            self._link.cancel([ticket])

    # Answers

    def _take(self, ticket: int, answer: bytes | Fault) -> None:
        worker = self._owners.pop(ticket, None)
        if worker is None:
            return  # this worker was given up, and its submissions went to others
        worker.answered = self._clock()
        if ticket == worker.asked:
            worker.asked = None
            self._take_asked(worker, answer)
        else:
            self._take_graded(worker, worker.pieces.pop(ticket), answer)

    def _take_asked(self, worker: _Worker, answer: bytes | Fault) -> None:
        if isinstance(answer, Fault):
            if answer.lost:
                self._drop(worker)
            else:
                self._refuse(worker, instructor_cluster.TASK_FAILED(error=answer.error))
        elif worker.state is _State.LOOKING:
            self._compare(worker, answer)
        else:
            match _decoded(decode_readiness, answer):
                case Ready(lanes=lanes):
                    worker.state, worker.lanes = _State.READY, lanes
                    self._prepared.add(worker.address)
                case Refused(problem=problem):
                    self._refuse(worker, problem)
                case None:
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

    def _take_graded(self, worker: _Worker, pieces: Sequence[_Piece], answer: bytes | Fault) -> None:
        if isinstance(answer, Fault):
            self._return(pieces, lost=answer.lost)
            if answer.lost:
                self._drop(worker)
                self._take_back(worker, lost=False)
            else:
                self._refuse(worker, instructor_cluster.TASK_FAILED(error=answer.error))
            return
        found = _decoded(decode_replies, answer)
        if found is None or not found.replies:
            self._return(pieces)
            self._refuse(worker, instructor_cluster.NO_ANSWER())
            return
        self._return(pieces[len(found.replies) :])  # they were not begun
        for piece, reply in zip(pieces, found.replies, strict=False):
            self._take_reply(worker, piece, reply)
        self._each = 0.8 * self._each + 0.2 * found.seconds / len(found.replies)

    def _take_reply(self, worker: _Worker, piece: _Piece, reply: Reply) -> None:
        match reply:
            case Done(report=report, broken=broken, facts=facts):
                self._ready.append(Graded(submission=piece.submission, report=report, broken=broken, facts=facts))
            case Overdue():
                piece.overdue += 1
                if piece.overdue >= _TIMES_OVERDUE:
                    self._ready.append(Graded(submission=piece.submission, report=None))
                else:
                    self._return([piece])
            case Unprepared():
                self._return([piece])
                self._take_back(worker, lost=False)
                if worker.state is _State.READY:
                    self._ask(worker, _State.PREPARING, "prepare", self._setup)
            case Refused(problem=problem):
                self._return([piece])
                self._refuse(worker, problem)


def _decoded(decode: Callable[[bytes], _Message], answer: bytes) -> _Message | None:
    """Return a message, or `None` if it is none."""
    try:
        return decode(answer)
    except msgspec.DecodeError:
        return None
