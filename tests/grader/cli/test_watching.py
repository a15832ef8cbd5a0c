"""What `grader watch` decides, without a terminal: one state and one event at a time."""

from __future__ import annotations

from typing import Any, cast

import pytest
from msgspec.structs import replace

from grader.cli import watch
from grader.cli.watching import (
    LAST_TIER,
    PATIENCE,
    Abandon,
    Command,
    Event,
    Gone,
    Grade,
    Judged,
    Opened,
    Place,
    Pressed,
    Quit,
    Reset,
    Saved,
    State,
    Waited,
    changes,
    step,
)
from grader.records import ExerciseReport, Feedback, TaskReport, Verdict, task_report
from grader.sentences import learner, verbatim

A, B = "01_first", "02_second"
A1, A2, A3, B1 = Place(A, "one"), Place(A, "two"), Place(A, "three"), Place(B, "other")
PLACES = (A1, A2, A3, B1)
START = State(places=PLACES, current=A1)
ALL = frozenset({"one", "two", "three"})


def task(name: str, *, right: bool = True) -> TaskReport:
    points = 1.0 if right else 0.0
    status = "passed" if right else "failed"
    feedback = Feedback(title=verbatim("It is right"))
    verdict = Verdict(
        id="x", task=name, visibility="public", status=status, points=points, max_points=1.0, feedback=feedback
    )
    return task_report(name, (verdict,))


def judged(place: Place, *, right: bool = True) -> Judged:
    found = task(place.task, right=right)
    return Judged(
        report=ExerciseReport(id=place.exercise, status="graded", points=found.points, max_points=1.0, tasks=(found,))
    )


def unreadable(place: Place) -> Judged:
    found = TaskReport(name=place.task, points=0.0, max_points=1.0, checks=())
    return Judged(
        report=ExerciseReport(
            id=place.exercise, status="load_failed", points=0.0, max_points=1.0, message=verbatim("no"), tasks=(found,)
        )
    )


def saved(*changed: str, exercise: str = A, touched: tuple[str, ...] = (), begun: frozenset[str] = ALL) -> Saved:
    return Saved(exercise=exercise, changed=changed, touched=touched, begun=begun)


def after(*events: Event, start: State = START) -> tuple[State, list[Command]]:
    """Return the state after all events, and what the last one asks for."""
    state, commands = start, list[Command]()
    for event in events:
        state, commands = step(state, event)
    return state, commands


def press(keys: str) -> list[Pressed]:
    return [Pressed(key=key) for key in keys]


def test_the_saved_task_is_graded_and_shown() -> None:
    """A save goes to the task that was edited, and asks for its verdict."""
    state, commands = after(saved("two"))
    assert (state.current, state.busy, commands) == (A2, A2, [Grade(place=A2)])
    state, commands = after(judged(A2), start=state)
    assert state.done(A2) and not state.waiting and commands == []


def test_the_task_on_the_screen_stays_if_it_is_among_the_changed() -> None:
    """If several tasks changed, the current one is graded first, then the others in order."""
    state, _ = after(saved("three"), judged(A3), saved("one", "two", "three"))
    assert (state.current, state.busy, state.queue) == (A3, A3, (A1, A2))
    state, commands = after(judged(A3, right=False), start=state)
    assert (state.current, commands) == (A3, [Grade(place=A1)])


def test_code_outside_of_tasks_concerns_those_that_are_begun() -> None:
    """A change outside of tasks grades the current task, then the begun ones that it may concern."""
    event = saved(touched=("one", "two", "three"), begun=frozenset({"one", "three"}))
    state, commands = after(saved("two"), judged(A2), event)
    assert (state.current, commands, state.queue) == (A2, [Grade(place=A2)], (A1, A3))


def test_a_change_in_another_exercise_goes_to_its_first_open_task() -> None:
    """Without a changed task, a save of another exercise shows what is not done there."""
    state, _ = after(saved("one"), judged(A1), *press("p"), saved(touched=("one", "two", "three")))
    assert state.current == A2


def test_a_verdict_on_old_code_does_not_count() -> None:
    """If the task is saved again while it is graded, its verdict is dropped, and it is graded again."""
    state, commands = after(saved("one"), saved("one"))
    assert (state.outdated, state.queue, commands) == (True, (A1,), [])
    state, commands = after(judged(A1), start=state)
    assert (state.verdicts, commands) == ({}, [Grade(place=A1)])
    assert after(judged(A1), start=state)[0].done(A1)


def test_old_code_that_does_not_end_is_abandoned() -> None:
    """After some seconds, grading of old code is stopped for the new code; before that, it may end."""
    state, _ = after(saved("one"), saved("one"))
    assert after(Waited(seconds=PATIENCE - 1), start=state) == (state, [])
    state, commands = after(Waited(seconds=PATIENCE + 1), start=state)
    assert (commands, state.busy, state.outdated) == ([Abandon(), Grade(place=A1)], A1, False)


def test_new_code_may_take_its_time() -> None:
    """What the student waits for is never abandoned, nor is another task while nobody waits."""
    state, _ = after(saved("one"))
    assert after(Waited(seconds=60.0), start=state) == (state, [])
    state, _ = after(saved("one", "two"), judged(A1))
    assert state.busy == A2 and after(Waited(seconds=60.0), start=state) == (state, [])


def test_a_task_that_is_in_the_way_is_graded_later() -> None:
    """A slow task that nobody waits for gives way to the one that was saved, and comes last."""
    state, _ = after(Opened(exercise=B, begun=frozenset({"other"})), saved("one", "two"))
    assert (state.busy, state.queue) == (B1, (A1, A2))
    state, commands = after(Waited(seconds=PATIENCE + 1), start=state)
    assert (commands, state.queue) == ([Abandon(), Grade(place=A1)], (A2, B1))


def test_a_file_that_cannot_be_loaded_has_one_message() -> None:
    """The reason replaces verdicts until the file can be loaded again; then begun tasks are graded again."""
    first = after(saved("one", "two"), judged(A1))[0]
    state, commands = after(unreadable(A2), saved("one"), unreadable(A1), start=first)
    assert state.problems == {A: verbatim("no")} and not state.done(A1) and commands == []
    state, commands = after(saved("one"), judged(A1), start=state)
    assert (state.problems, commands) == ({}, [Grade(place=A2)])


def test_a_file_may_go_and_come_back() -> None:
    """Tasks of a file that is gone are not graded, and the next save of it ends that."""
    state, commands = after(saved("one", "two"), Gone(exercise=A))
    assert (state.missing, state.queue, state.outdated, commands) == ({A}, (), True, [])
    assert after(judged(A1), Pressed(key="a"), start=state)[0].busy is None
    state, commands = after(judged(A1), saved("one"), start=state)
    assert (state.missing, commands) == (frozenset(), [Grade(place=A1)])


def test_what_is_opened_is_graded_unless_it_is_known() -> None:
    """At the start, verdicts of earlier commands count; other begun tasks are graded, the current one first."""
    state, commands = after(Opened(exercise=A, begun=ALL, verdicts=[task("one"), task("two"), task("three")]))
    assert commands == [] and state.done(A1) and state.done(A3)
    begun = frozenset({"one", "two"})
    state, commands = after(Opened(exercise=A, begun=begun), start=State(places=PLACES, current=A2))
    assert (commands, state.queue) == ([Grade(place=A2)], (A1,))


@pytest.mark.parametrize(("keys", "tier"), [("h", 1), ("hh", 2), ("hhhhh", LAST_TIER), ("hhn", 0), ("hhp", 0)])
def test_each_h_gives_the_next_hint(keys: str, tier: int) -> None:
    """Hints go from the first to the last; another task begins again without one."""
    assert after(*press(keys))[0].tier == tier


def test_hints_stay_through_a_save_of_the_same_task() -> None:
    """The hint that the student reads stays while the same task is saved, and goes with another one."""
    state, _ = after(*press("hh"), saved("one"))
    assert state.tier == 2
    assert after(saved("two"), start=state)[0].tier == 0


def test_next_skips_what_is_done_and_previous_does_not() -> None:
    """`n` goes to the next open task, and from the last to the first; `p` goes back by one."""
    start, _ = after(Opened(exercise=A, begun=frozenset({"two"}), verdicts=[task("two")]))
    assert after(*press("n"), start=start)[0].current == A3
    assert after(*press("nnn"), start=start)[0].current == A1
    assert after(*press("np"), start=start)[0].current == A2
    assert after(*press("p"), start=start)[0].current == B1


def test_next_goes_on_when_everything_is_done() -> None:
    """If all tasks are done there is no next one to do, and `n` only goes on."""
    known = [task("one"), task("two"), task("three")]
    state, _ = after(
        Opened(exercise=A, begun=ALL, verdicts=known),
        Opened(exercise=B, begun=frozenset({"other"}), verdicts=[task("other")]),
    )
    assert state.following is None
    assert after(*press("n"), start=state)[0].current == A2


def test_a_reset_asks_first() -> None:
    """Only `y` after `r` puts the stub back; every other key means no, and does nothing else."""
    assert after(*press("r"))[1] == []
    assert after(*press("ry"))[1] == [Reset(place=A1)]
    state, commands = after(*press("rq"))
    assert (state.asking, commands) == (False, [])
    assert after(*press("y")) == (START, [])
    assert after(*press("r"), saved("one"), *press("y"))[1] == []


def test_run_all_grades_what_is_begun() -> None:
    """`a` grades all begun tasks of files that are there."""
    state, _ = after(Opened(exercise=A, begun=ALL, verdicts=[task("one"), task("two"), task("three")]))
    state, commands = after(*press("a"), start=state)
    assert (commands, state.queue) == ([Grade(place=A1)], (A2, A3))


def test_other_keys() -> None:
    """`l` shows and hides the list, `q` ends, and other keys do nothing."""
    assert after(*press("l"))[0].listing and not after(*press("ll"))[0].listing
    assert after(*press("q"))[1] == [Quit()]
    assert after(*press("xé7\n")) == (START, [])


def test_at_most_one_task_is_graded_at_a_time() -> None:
    """Whatever happens, a task is only given to the worker when the one before has ended or was abandoned."""
    events: list[Event] = [
        Opened(exercise=A, begun=ALL),
        *press("anpa"),
        saved("two"),
        Waited(seconds=9.0),
        Gone(exercise=A),
        saved("one"),
        judged(A2),
        judged(A1),
        saved("two", touched=("one", "three")),
        Waited(seconds=9.0),
        judged(A2),
    ]
    state, at_work = START, 0
    for event in events:
        at_work -= isinstance(event, Judged) and at_work
        state, commands = step(state, event)
        for command in commands:
            at_work += {Grade: 1, Abandon: -1}.get(type(command), 0)
            assert at_work in (0, 1)
        assert at_work == (state.busy is not None)


CODE = """\
import torch

LIMIT = 3

# %% task="one"
def one(x):
    return x

# %% [markdown]
# About two.

def two(x):
    return one(x) + 1


class three:
    y = 2
"""


@pytest.mark.parametrize(
    ("old", "new", "changed", "touched"),
    [
        ("return x\n", "return 2\n", ("one",), ("two",)),
        ("+ 1", "+ 2", ("two",), ()),
        ("y = 2", "y = (", ("three",), ()),
        ("LIMIT = 3", "LIMIT = 4", (), ("one", "two", "three")),
        ("About two", "About 2", (), ()),
        ("    y = 2\n", "    y = 2\n\n\n", (), ()),
        ("def one(x):", "def one(x", ("one",), ("two",)),
        ("def two", "def too", ("two",), ("one", "three")),
    ],
)
def test_what_a_save_changed(old: str, new: str, changed: tuple[str, ...], touched: tuple[str, ...]) -> None:
    """A change belongs to the task around it; it concerns the tasks that name it, or all if it is outside of tasks."""
    assert changes(CODE, CODE.replace(old, new, 1), ["one", "two", "three"]) == (changed, touched)


def test_what_the_kit_lacks_is_said_once() -> None:
    """If no mistakes are named, the first failing verdict says so, until a key is pressed, and no other one does."""
    nothing = cast(Any, None)
    loop = watch._Loop(nothing, nothing, nothing, nothing, State(places=(A1,), current=A1))
    wrong = judged(A1, right=False)
    unnamed = Judged(report=replace(wrong.report, notes=(learner.NO_MISTAKES_NAMED(),)))
    notes = []
    for event in (wrong, unnamed, wrong, Pressed(key="h"), unnamed):
        loop._on(event)
        notes.append(loop.note)
    assert notes == [None, learner.NO_MISTAKES_NAMED(), learner.NO_MISTAKES_NAMED(), None, None]
