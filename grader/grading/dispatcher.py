"""Decides which worker of a pool does what next. It starts no process and reads no clock: `WorkerPool` does that.

Theory of operation
-------------------

A pool has a fixed number of *places*, each for one worker's process. A place is always in one of five states:

    VACANT     there is no process
    WARMING    the process is starting, and nothing waits for it
    STARTING   the process is starting, and the submission that it will grade first is already in its channel
    IDLE       the process has started, and waits for a submission
    BUSY       the process grades a submission

An *event* takes a place from one state to the next. `WARM_UP`, `ASSIGNED` and `DISMISSED` are decisions of the
dispatcher. The others come from the worker: `STARTED`, `REPORTED` and `FAILED` are its messages, and a channel that is
closed means `DIED`, or `DIED_AGAIN` if another worker has already died in the submission of that place.

                     ASSIGNED                STARTED           REPORTED
        VACANT ───────────────────▶ STARTING ───────▶ BUSY ─────────────────▶ IDLE
          │                                            ▲       ASSIGNED        │ ▲
          │                                            └───────────────────────┘ │
          │          WARM_UP                           STARTED                   │
          └───────────────────────▶ WARMING ─────────────────────────────────────┘

`DIED`, `DIED_AGAIN`, `FAILED` and `DISMISSED` lead back to VACANT, and the process is ended, if it has not ended yet.

`TRANSITIONS` says, for every state and event, which state is next and what is done about it, its *effect*. An event
that the table does not have for a state cannot happen: it raises `ImpossibleEventError`.

Three decisions are not in the table:

- *Which submission is next.* First a submission in which a worker died, then those that have not been handed out:
  in their order, or `by_exercise`. Then a worker goes on with its exercise, and only the last ones help each other.
- *Which worker gets it.* An idle one. If there is none, a new one is started in a vacant place, if that saves time:
  a start takes seconds, and by then the busy workers may have graded all submissions.
- *What a death means.* If a worker dies while it starts, no submission is the cause, and another worker would die too:
  the run ends. If a worker dies in a submission, the submission is tried once more. After the second death it is
  given up.

What the pool must do is returned as *commands*, in the order in which they are to be done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from grader.grading.settings import Graded
from grader.records import BrokenCheck, CheckFacts, ExerciseReport, Submission
from grader.sentences import Sentence, instructor, verbatim

_STARTING_SECONDS = 6.0  # to start one more worker
_NO_ERROR = verbatim("")
_USUAL_SECONDS = 0.15  # to grade one submission, as long as none has been graded


class State(Enum):
    """The state of a place. The theory above describes the states."""

    VACANT = auto()
    WARMING = auto()
    STARTING = auto()
    IDLE = auto()
    BUSY = auto()


class Event(Enum):
    """What happens to a place. The theory above describes the events."""

    WARM_UP = auto()
    ASSIGNED = auto()
    STARTED = auto()
    REPORTED = auto()
    FAILED = auto()
    DIED = auto()
    DIED_AGAIN = auto()
    DISMISSED = auto()


class Effect(Enum):
    """What follows from an event. If the place becomes vacant, its process is also ended."""

    NOTHING = auto()
    START = auto()
    HAND_OVER = auto()
    DELIVER = auto()
    TRY_AGAIN = auto()
    GIVE_UP = auto()
    ABORT = auto()


TRANSITIONS: Mapping[State, Mapping[Event, tuple[State, Effect]]] = {
    State.VACANT: {
        Event.WARM_UP: (State.WARMING, Effect.START),
        Event.ASSIGNED: (State.STARTING, Effect.START),
    },
    State.WARMING: {
        Event.STARTED: (State.IDLE, Effect.NOTHING),
        Event.FAILED: (State.VACANT, Effect.ABORT),
        Event.DIED: (State.VACANT, Effect.ABORT),
        Event.DISMISSED: (State.VACANT, Effect.NOTHING),
    },
    State.STARTING: {
        Event.STARTED: (State.BUSY, Effect.NOTHING),
        Event.FAILED: (State.VACANT, Effect.ABORT),
        Event.DIED: (State.VACANT, Effect.ABORT),
        Event.DIED_AGAIN: (State.VACANT, Effect.ABORT),
        Event.DISMISSED: (State.VACANT, Effect.NOTHING),
    },
    State.IDLE: {
        Event.ASSIGNED: (State.BUSY, Effect.HAND_OVER),
    },
    State.BUSY: {
        Event.REPORTED: (State.IDLE, Effect.DELIVER),
        Event.FAILED: (State.VACANT, Effect.ABORT),
        Event.DIED: (State.VACANT, Effect.TRY_AGAIN),
        Event.DIED_AGAIN: (State.VACANT, Effect.GIVE_UP),
        Event.DISMISSED: (State.VACANT, Effect.NOTHING),
    },
}
_AT_WORK = frozenset({State.WARMING, State.STARTING, State.BUSY})


class ImpossibleEventError(RuntimeError):
    """An event that the table does not have for the place's state. It is an error of the pool."""


# Commands: what the pool must do


@dataclass(frozen=True, kw_only=True)
class Start:
    """Start a worker in this place. If there is a submission, send it without waiting for the start."""

    place: int
    submission: Submission | None = None


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """Send this submission to the worker in this place."""

    place: int
    submission: Submission


@dataclass(frozen=True, kw_only=True)
class End:
    """End the process in this place, if there is one."""

    place: int


@dataclass(frozen=True, kw_only=True)
class Deliver:
    """Yield this result."""

    graded: Graded


@dataclass(frozen=True, kw_only=True)
class Abort:
    """Raise a `GradingError` with this message."""

    error: Sentence


Command = Start | HandOver | End | Deliver | Abort


@dataclass(kw_only=True)
class _Place:
    """One place: its state, the submission that its worker holds, and the time in seconds at which the worker began.

    `exercise` is that of the worker's last submission.
    """

    state: State
    submission: Submission | None = None
    since: float = 0.0
    exercise: str | None = None

    @property
    def held(self) -> Submission:
        """The submission of this place. Use it only in a state in which there is one."""
        assert self.submission is not None
        return self.submission


class _InOrder:
    """Submissions in their order, read one by one."""

    def __init__(self, submissions: Iterable[Submission]) -> None:
        self._left = iter(submissions)

    def take(self, own: str | None, others: Collection[str | None]) -> Submission | None:
        """Return the next submission, whatever its exercise is, or `None`."""
        return next(self._left, None)


class _ByExercise:
    """Submissions by exercise, so that a worker can use again what it has remembered of an exercise."""

    def __init__(self, submissions: Iterable[Submission]) -> None:
        self._left: dict[str, deque[Submission]] = {}
        for submission in submissions:
            self._left.setdefault(submission.exercise, deque()).append(submission)

    def take(self, own: str | None, others: Collection[str | None]) -> Submission | None:
        """Return the next submission of a worker's `own` exercise.

        If there are no more, return one of an exercise that no other worker is at, of the largest first.
        """
        if not self._left:
            return None
        exercise = max(self._left, key=lambda id: (id == own, id not in others, len(self._left[id])))
        submission = self._left[exercise].popleft()
        if not self._left[exercise]:
            del self._left[exercise]
        return submission


class Dispatcher:
    """The states of a pool's places during one run, from the first submission to the last result."""

    def __init__(
        self,
        places: int,
        submissions: Iterable[Submission] = (),
        *,
        idle: Collection[int] = (),
        total: int | None = None,
        by_exercise: bool = False,
    ) -> None:
        """Begin a run with this number of places, numbered from 0.

        A worker waits in each place of `idle`; the other places are vacant. `submissions` are read one by one, when a
        worker can take the next, or all at once if they are graded `by_exercise`. `total` is their number if it is
        known; then another worker is started only if that saves time.
        """
        self._places = [_Place(state=State.IDLE if n in idle else State.VACANT) for n in range(places)]
        self._new = _ByExercise(submissions) if by_exercise else _InOrder(submissions)
        self._again: deque[Submission] = deque()
        self._tried: set[Submission] = set()  # submissions in which a worker died
        self._total = total
        self._handed_out = 0
        self._graded = 0
        self._spent = 0.0  # seconds that workers took for the graded submissions

    @property
    def states(self) -> tuple[State, ...]:
        """The state of each place."""
        return tuple(place.state for place in self._places)

    @property
    def at_work(self) -> list[int]:
        """The places whose workers will send a message or die."""
        return self._in(*_AT_WORK)

    def held(self, n: int) -> Submission | None:
        """Return the submission that the worker in place `n` holds, or `None`."""
        return self._places[n].submission

    # Decisions

    def warm_up(self) -> list[Command]:
        """Start a worker in every vacant place."""
        return [command for n in self._in(State.VACANT) for command in self._on(n, Event.WARM_UP)]

    def assign(self, now: float) -> Iterator[Command]:
        """Hand out submissions as long as a worker can take one. Do each command before you ask for the next."""
        while (n := self._free()) is not None:
            submission = self._next(n)
            if submission is None:
                return
            yield from self._assign(n, submission, now)

    def dismiss(self) -> list[Command]:
        """End the workers that are not idle, because their work is no longer needed."""
        return [command for n in self.at_work for command in self._on(n, Event.DISMISSED)]

    # What workers say

    def started(self, n: int, now: float) -> list[Command]:
        """Record that the worker in place `n` has started."""
        self._places[n].since = now
        return self._on(n, Event.STARTED)

    def reported(
        self,
        n: int,
        report: ExerciseReport,
        facts: Mapping[str, CheckFacts],
        now: float,
        *,
        broken: Sequence[BrokenCheck] = (),
    ) -> list[Command]:
        """Take a report, and give the worker its next submission before the report is processed."""
        place = self._places[n]
        delivery = self._on(n, Event.REPORTED, report=report, broken=broken, facts=facts)
        self._graded += 1
        self._spent += now - place.since
        submission = self._next(n)
        return [*(self._assign(n, submission, now) if submission is not None else ()), *delivery]

    def failed(self, n: int, error: Sentence) -> list[Command]:
        """Record that the worker in place `n` cannot go on. Its submission is not the cause."""
        return self._on(n, Event.FAILED, error=error)

    def died(self, n: int) -> list[Command]:
        """Record that the process in place `n` has ended."""
        again = self._places[n].submission in self._tried
        return self._on(n, Event.DIED_AGAIN if again else Event.DIED, error=instructor.WORKER_ENDED())

    # How it is done

    def _on(
        self,
        n: int,
        event: Event,
        *,
        report: ExerciseReport | None = None,
        broken: Sequence[BrokenCheck] = (),
        facts: Mapping[str, CheckFacts] | None = None,
        error: Sentence = _NO_ERROR,
    ) -> list[Command]:
        """Move a place to its next state, and return the commands that follow from the table."""
        place = self._places[n]
        try:
            place.state, effect = TRANSITIONS[place.state][event]
        except KeyError:
            raise ImpossibleEventError(f"Cannot take {event.name} in place {n}: it is {place.state.name}.") from None
        commands: list[Command] = [End(place=n)] if place.state is State.VACANT else []
        if effect is Effect.START:
            commands.append(Start(place=n, submission=place.submission))
        elif effect is Effect.HAND_OVER:
            commands.append(HandOver(place=n, submission=place.held))
        elif effect is Effect.DELIVER:
            known = dict(facts or {})
            graded = Graded(submission=place.held, report=report, broken=tuple(broken), facts=known)
            commands.append(Deliver(graded=graded))
        elif effect is Effect.TRY_AGAIN:
            self._tried.add(place.held)
            self._again.append(place.held)
        elif effect is Effect.GIVE_UP:
            commands.append(Deliver(graded=Graded(submission=place.held, report=None)))
        elif effect is Effect.ABORT:
            commands.append(Abort(error=error))
        if place.state in (State.VACANT, State.IDLE):
            place.submission = None
        if place.state is State.VACANT:
            place.exercise = None
        return commands

    def _assign(self, n: int, submission: Submission, now: float) -> list[Command]:
        self._places[n].submission = submission
        self._places[n].exercise = submission.exercise
        self._places[n].since = now
        return self._on(n, Event.ASSIGNED)

    def _next(self, n: int) -> Submission | None:
        """Return the submission to grade next in place `n`, or `None` if there are no more."""
        if self._again:
            return self._again.popleft()
        others = {place.exercise for place in self._places if place is not self._places[n]}
        submission = self._new.take(self._places[n].exercise, others)
        self._handed_out += submission is not None
        return submission

    def _free(self) -> int | None:
        """Return the place of an idle worker, or a vacant place if a new worker saves time, else `None`."""
        idle, vacant = self._in(State.IDLE), self._in(State.VACANT)
        if idle:
            return idle[0]
        return vacant[0] if vacant and self._saves_time() else None

    def _saves_time(self) -> bool:
        """Say whether a new worker would be ready before the busy ones have graded the remaining submissions."""
        workers = len(self.at_work)
        if self._total is None or workers == 0:
            return True
        each = self._spent / self._graded if self._graded else _USUAL_SECONDS
        left = self._total - self._handed_out + len(self._again)
        return left * each / workers > _STARTING_SECONDS

    def _in(self, *states: State) -> list[int]:
        return [n for n, place in enumerate(self._places) if place.state in states]
