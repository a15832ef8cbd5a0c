"""Dispatcher: events in, commands out. No process is started here, and no clock is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.grading.dispatcher import (
    TRANSITIONS,
    Abort,
    Command,
    Deliver,
    Dispatcher,
    Effect,
    End,
    Event,
    HandOver,
    ImpossibleEventError,
    Start,
    State,
)
from grader.grading.settings import Graded
from grader.records import CheckFacts, Submission, blank_report
from grader.sentences import instructor, verbatim

REPORT = blank_report("01_small", [], "graded", "")
FACTS = {"one": CheckFacts(task="double", docstring="One.", judges="values", inputs=())}


def hand_in(student: str) -> Submission:
    """Return what a student handed in."""
    return Submission(student=student, exercise="01_small", path=f"{student}.py", source="")


A, B, C = map(hand_in, "abc")


def graded(submission: Submission) -> Deliver:
    """Return the command that yields the submission's report."""
    return Deliver(graded=Graded(submission=submission, report=REPORT))


def given_up(submission: Submission) -> Deliver:
    """Return the command that yields the submission without a report."""
    return Deliver(graded=Graded(submission=submission, report=None))


def busy(*submissions: Submission, places: int = 1) -> Dispatcher:
    """Return a dispatcher whose places all hold a submission, and whose workers have started."""
    dispatcher = Dispatcher(places, submissions)
    list(dispatcher.assign(now=0.0))
    for place in range(places):
        dispatcher.started(place, now=0.0)
    assert dispatcher.states == (State.BUSY,) * places
    return dispatcher


# The table


def test_every_state_and_event_is_in_the_table() -> None:
    """Every state and every event is in the table of transitions."""
    assert set(TRANSITIONS) == set(State)
    assert {event for events in TRANSITIONS.values() for event in events} == set(Event)
    assert {effect for events in TRANSITIONS.values() for _, effect in events.values()} == set(Effect)


def test_every_state_can_be_reached_and_left() -> None:
    """Every state can be reached from VACANT, and VACANT can be reached from every state."""

    def reached(start: State) -> set[State]:
        found, left = {start}, [start]
        while left:
            new = {state for state, _ in TRANSITIONS[left.pop()].values()} - found
            found |= new
            left += new
        return found

    assert reached(State.VACANT) == set(State)
    assert all(State.VACANT in reached(state) for state in State)


def test_a_place_becomes_vacant_wherever_a_worker_is_lost() -> None:
    """A worker that died, failed or was dismissed never gets another submission."""
    ends = {Event.FAILED, Event.DIED, Event.DIED_AGAIN, Event.DISMISSED}
    lost = [state for events in TRANSITIONS.values() for event, (state, _) in events.items() if event in ends]
    assert set(lost) == {State.VACANT}


def test_an_event_that_cannot_happen_raises() -> None:
    """A report from a worker that holds no submission is an error of the pool."""
    dispatcher = Dispatcher(1, idle=[0])
    with pytest.raises(ImpossibleEventError, match="Cannot take REPORTED in place 0: it is IDLE"):
        dispatcher.reported(0, REPORT, {}, now=0.0)


# One submission after another


def test_a_vacant_place_starts_with_its_submission() -> None:
    """A new worker gets its submission at once, and grades it when it has started."""
    dispatcher = Dispatcher(1, [A])
    assert list(dispatcher.assign(now=0.0)) == [Start(place=0, submission=A)]
    assert dispatcher.states == (State.STARTING,) and dispatcher.at_work == [0] and dispatcher.held(0) == A
    assert dispatcher.started(0, now=6.0) == [] and dispatcher.states == (State.BUSY,)
    assert dispatcher.reported(0, REPORT, FACTS, now=6.1) == [
        Deliver(graded=Graded(submission=A, report=REPORT, facts=FACTS))
    ]
    assert dispatcher.states == (State.IDLE,) and dispatcher.at_work == [] and dispatcher.held(0) is None


def test_the_next_submission_is_handed_over_before_the_report_is_delivered() -> None:
    """A worker gets its next submission before its report is yielded, so that it need not wait for the reader."""
    dispatcher = busy(A, B)
    assert dispatcher.reported(0, REPORT, {}, now=0.1) == [HandOver(place=0, submission=B), graded(A)]
    assert dispatcher.states == (State.BUSY,)


def test_idle_workers_come_before_new_ones() -> None:
    """A new worker is started only if no worker is idle."""
    dispatcher = Dispatcher(3, [A, B], idle=[2])
    assert list(dispatcher.assign(now=0.0)) == [HandOver(place=2, submission=A), Start(place=0, submission=B)]
    assert dispatcher.states == (State.STARTING, State.VACANT, State.BUSY)


def test_submissions_are_read_one_by_one() -> None:
    """The next submission is read only after the command before it was carried out."""
    read: list[str] = []

    def reading() -> Iterator[Submission]:
        for submission in (A, B, C):
            read.append(submission.student)
            yield submission

    commands = Dispatcher(2, reading()).assign(now=0.0)
    next(commands)
    assert read == ["a"]
    assert len(list(commands)) == 1 and read == ["a", "b"]


def test_nothing_to_grade_starts_no_worker() -> None:
    """An empty class starts no worker."""
    dispatcher = Dispatcher(2)
    assert list(dispatcher.assign(now=0.0)) == [] and dispatcher.states == (State.VACANT,) * 2


def of(exercise: str, student: str) -> Submission:
    """Return what a student handed in for an exercise."""
    return Submission(student=student, exercise=exercise, path=f"{student}.py", source="")


def test_a_worker_goes_on_with_its_exercise() -> None:
    """By exercise, each worker takes the largest one that no other is at, and the last ones are shared."""
    handed_in = [of("small", "a"), of("large", "b"), of("large", "c"), of("large", "d"), of("small", "e")]
    dispatcher = Dispatcher(2, handed_in, by_exercise=True)
    list(dispatcher.assign(now=0.0))
    taken = {place: [dispatcher.held(place)] for place in range(2)}
    for place in range(2):
        dispatcher.started(place, now=0.0)
    for place in (0, 1, 1):
        dispatcher.reported(place, REPORT, {}, now=1.0)
        taken[place].append(dispatcher.held(place))
    assert [[one.student for one in ones if one is not None] for ones in taken.values()] == [
        ["b", "c"],
        ["a", "e", "d"],
    ]
    for place in range(2):
        dispatcher.reported(place, REPORT, {}, now=1.0)
    assert dispatcher.states == (State.IDLE, State.IDLE)


def test_by_exercise_a_lost_submission_comes_first() -> None:
    """By exercise too, a submission in which a worker died is tried again before others."""
    dispatcher = Dispatcher(1, [of("small", "a"), of("large", "b"), of("large", "c")], by_exercise=True)
    list(dispatcher.assign(now=0.0))
    dispatcher.started(0, now=0.0)
    dispatcher.died(0)
    (start,) = dispatcher.assign(now=0.0)
    assert start == Start(place=0, submission=of("large", "b"))


# Workers that are lost


def test_a_submission_whose_worker_died_is_tried_once_more() -> None:
    """A submission whose worker died is tried again in a new process, before submissions that have not been tried."""
    dispatcher = busy(A, B)
    assert dispatcher.died(0) == [End(place=0)]
    assert dispatcher.states == (State.VACANT,)
    assert list(dispatcher.assign(now=0.0)) == [Start(place=0, submission=A)]
    dispatcher.started(0, now=0.0)
    assert dispatcher.reported(0, REPORT, {}, now=0.1) == [HandOver(place=0, submission=B), graded(A)]


def test_a_submission_that_cost_two_workers_is_given_up() -> None:
    """A submission in which two workers died has no report, and the next one gets a new worker."""
    dispatcher = busy(A, B)
    dispatcher.died(0)
    list(dispatcher.assign(now=0.0))
    dispatcher.started(0, now=0.0)
    assert dispatcher.died(0) == [End(place=0), given_up(A)]
    assert list(dispatcher.assign(now=0.0)) == [Start(place=0, submission=B)]


def test_a_submission_is_tried_again_by_a_worker_that_is_idle() -> None:
    """If a worker is idle, it gets the submission that is tried again, and no worker is started."""
    dispatcher = busy(A, B, places=2)
    dispatcher.reported(1, REPORT, {}, now=0.1)
    dispatcher.died(0)
    assert list(dispatcher.assign(now=0.1)) == [HandOver(place=1, submission=A)]


def test_the_death_of_one_submissions_worker_counts_for_no_other() -> None:
    """The death of a worker counts only for the submission that it graded."""
    dispatcher = busy(A, B)
    dispatcher.died(0)
    list(dispatcher.assign(now=0.0))
    dispatcher.started(0, now=0.0)
    dispatcher.reported(0, REPORT, {}, now=0.1)
    assert dispatcher.held(0) == B and dispatcher.died(0) == [End(place=0)]
    assert list(dispatcher.assign(now=0.2)) == [Start(place=0, submission=B)]


@pytest.mark.parametrize("deaths", [0, 1])
def test_a_worker_that_dies_while_it_starts_ends_the_run(deaths: int) -> None:
    """A worker that dies while it starts ends the run, even if a worker has died in its submission before."""
    dispatcher = Dispatcher(1, [A])
    list(dispatcher.assign(now=0.0))
    for _ in range(deaths):
        dispatcher.started(0, now=0.0)
        dispatcher.died(0)
        list(dispatcher.assign(now=0.0))
    assert dispatcher.died(0) == [End(place=0), Abort(error=instructor.WORKER_ENDED())]


def test_a_worker_that_cannot_go_on_ends_the_run() -> None:
    """The run ends with the error of a worker that cannot go on, and the other workers can then be dismissed."""
    dispatcher = busy(A, B, places=2)
    error = verbatim("Cannot collect it.")
    assert dispatcher.failed(1, error) == [End(place=1), Abort(error=error)]
    assert dispatcher.dismiss() == [End(place=0)] and dispatcher.states == (State.VACANT,) * 2


def test_only_those_at_work_are_dismissed() -> None:
    """Busy workers are dismissed; idle workers stay for the next class."""
    dispatcher = Dispatcher(3, [A, B], idle=[0])
    list(dispatcher.assign(now=0.0))
    dispatcher.reported(0, REPORT, {}, now=0.1)
    assert dispatcher.dismiss() == [End(place=1)]
    assert dispatcher.states == (State.IDLE, State.VACANT, State.VACANT) and dispatcher.dismiss() == []


# Warming up


def test_every_vacant_place_is_warmed_up() -> None:
    """Every vacant place gets a worker, which is then idle; workers that are already warm stay."""
    dispatcher = Dispatcher(3, idle=[1])
    assert dispatcher.warm_up() == [Start(place=0), Start(place=2)]
    assert dispatcher.states == (State.WARMING, State.IDLE, State.WARMING) and dispatcher.at_work == [0, 2]
    assert dispatcher.started(2, now=6.0) == [] and dispatcher.states[2] is State.IDLE
    expected: list[Command] = [End(place=0), Abort(error=instructor.WORKER_ENDED())]
    assert dispatcher.died(0) == expected


# Whether a worker is worth starting


@pytest.mark.parametrize(
    ("total", "seconds", "starts"), [(8, 0.1, False), (8, 2.0, True), (200, 0.01, False), (200, 0.1, True)]
)
def test_one_more_worker_is_started_where_that_saves_time(total: int, seconds: float, starts: bool) -> None:
    """A worker is started only if the remaining submissions take longer than the six seconds of a start."""
    submissions = [hand_in(f"s{n}") for n in range(total)]
    dispatcher = Dispatcher(2, submissions, idle=[0], total=total)
    assert next(dispatcher.assign(now=0.0)) == HandOver(place=0, submission=submissions[0])
    dispatcher.reported(0, REPORT, {}, now=seconds)
    assert list(dispatcher.assign(now=seconds)) == ([Start(place=1, submission=submissions[2])] if starts else [])


def test_a_worker_is_started_whatever_is_left_if_nobody_is_at_work() -> None:
    """If no worker is at work, one is started even for a single submission."""
    dispatcher = Dispatcher(2, [A], total=1)
    assert list(dispatcher.assign(now=0.0)) == [Start(place=0, submission=A)]
