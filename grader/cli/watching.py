"""What `grader watch` knows and decides, without a terminal, files or processes: `watch.py` has those.

`step` takes a state and an event, and returns the next state with what must be done. Events are a file that was saved
or is gone, a key, a verdict, and the clock. One task is graded at a time. `queue` holds the tasks that are graded
after it, the one that the student waits for first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from grader.records import ExerciseReport, TaskReport
from grader.reports.summary import is_done
from grader.sentences import Sentence

PATIENCE = 5.0  # seconds that a verdict on old code is waited for; a call that never ends is stopped after 4
LAST_TIER = 3


class Place(NamedTuple):
    """A task of an exercise."""

    exercise: str
    task: str


@dataclass(frozen=True, kw_only=True)
class State:
    """What the screen shows, and what is still to be graded.

    `places` are all tasks in order, and `begun` those whose stub was changed. `busy` is the task that is graded now;
    if its code has changed since, `outdated` is true and its verdict does not count. `problems` say why the file of an
    exercise could not be loaded, and `missing` are the exercises without a file. `tier` is the hint that is shown, or
    0. `asking` means that the next key answers whether the current task is reset.
    """

    places: tuple[Place, ...]
    current: Place
    begun: frozenset[Place] = frozenset()
    verdicts: Mapping[Place, TaskReport] = field(default_factory=dict)
    problems: Mapping[str, Sentence] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    queue: tuple[Place, ...] = ()
    busy: Place | None = None
    outdated: bool = False
    tier: int = 0
    listing: bool = False
    asking: bool = False

    @property
    def waiting(self) -> bool:
        """Whether a newer verdict of the current task is to come."""
        return self.current in self.queue or self.busy == self.current

    def done(self, place: Place) -> bool:
        """Say whether all checks of a task pass, as far as is known."""
        verdict = self.verdicts.get(place)
        return verdict is not None and place.exercise not in self.problems and is_done(verdict)

    @property
    def following(self) -> Place | None:
        """The first task after the current one that is not done, from the start again after the last one."""
        at = self.places.index(self.current)
        others = (*self.places[at + 1 :], *self.places[:at])
        return next((place for place in others if not self.done(place)), None)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The file of an exercise was read for the first time; `verdicts` are those of an earlier command on this code."""

    exercise: str
    begun: frozenset[str]
    verdicts: Sequence[TaskReport] = ()


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A file has new code.

    `changed` are the tasks whose code has changed, and `touched` those that may behave differently because of that.
    `begun` are all tasks of the exercise whose stub is no longer there.
    """

    exercise: str
    changed: tuple[str, ...]
    touched: tuple[str, ...] = ()
    begun: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Gone:
    """An exercise has no file any more."""

    exercise: str


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """A key was pressed."""

    key: str


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The task that was graded has a verdict."""

    report: ExerciseReport


@dataclass(frozen=True, kw_only=True)
class Waited:
    """Time has passed: the task has been graded for this number of seconds."""

    seconds: float


Event = Opened | Saved | Gone | Pressed | Judged | Waited


@dataclass(frozen=True, kw_only=True)
class Grade:
    """Grade this task, as its file is now."""

    place: Place


@dataclass(frozen=True, kw_only=True)
class Abandon:
    """Stop grading. What is graded now is old code, or a task that the student does not wait for."""


@dataclass(frozen=True, kw_only=True)
class Reset:
    """Put the stub of this task back."""

    place: Place


@dataclass(frozen=True, kw_only=True)
class Quit:
    """End the program."""


Command = Grade | Abandon | Reset | Quit


def step(state: State, event: Event) -> tuple[State, list[Command]]:
    """Return the state after an event, and what must be done, in order."""
    commands: list[Command] = []
    match event:
        case Opened():
            state = _opened(state, event)
        case Saved():
            state = _saved(state, event)
        case Gone(exercise=exercise):
            queue = tuple(place for place in state.queue if place.exercise != exercise)
            old = state.busy is not None and state.busy.exercise == exercise
            state = replace(
                state, missing=state.missing | {exercise}, queue=queue, outdated=state.outdated or old, asking=False
            )
        case Pressed(key=key):
            state, commands = _pressed(state, key)
        case Judged(report=report):
            state = _judged(state, report)
        case Waited(seconds=seconds):
            if seconds > PATIENCE and _in_the_way(state):
                left = () if state.outdated or state.busy is None else (state.busy,)
                state = replace(state, busy=None, outdated=False, queue=_once((*state.queue, *left)))
                commands = [Abandon()]
    if state.busy is None and state.queue:
        first, *left_over = state.queue
        state = replace(state, busy=first, queue=tuple(left_over), outdated=False)
        commands.append(Grade(place=first))
    return state, commands


def _in_the_way(state: State) -> bool:
    """Say whether the student waits for a verdict, and something else is being graded."""
    return state.busy is not None and (state.outdated or state.busy != state.current) and state.current in state.queue


def _opened(state: State, event: Opened) -> State:
    begun = [Place(event.exercise, task) for task in event.begun]
    found = {Place(event.exercise, task.name): task for task in event.verdicts}
    new = [place for place in state.places if place in begun and place not in found]
    first = [state.current] if state.current in new else []
    return replace(
        state,
        begun=state.begun | {*begun},
        verdicts={**state.verdicts, **found},
        queue=_once((*first, *state.queue, *new)),
    )


def _saved(state: State, event: Saved) -> State:
    mine = tuple(place for place in state.places if place.exercise == event.exercise)
    changed = tuple(place for place in mine if place.task in event.changed)
    if state.current in mine and (state.current in changed or not changed):
        current = state.current
    else:
        undone = tuple(place for place in mine if not state.done(place))
        current = (changed or undone or mine)[0]
    begun = frozenset(place for place in state.begun if place.exercise != event.exercise) | {
        place for place in mine if place.task in event.begun
    }
    also = (place for place in mine if place.task in event.touched and place in begun)
    now = _once((current, *changed, *also))
    return replace(
        state,
        current=current,
        begun=begun,
        missing=state.missing - {event.exercise},
        queue=_once((*now, *state.queue)),
        outdated=state.outdated or state.busy in now,
        tier=state.tier if current == state.current else 0,
        listing=False,
        asking=False,
    )


def _judged(state: State, report: ExerciseReport) -> State:
    place, old = state.busy, state.outdated
    state = replace(state, busy=None, outdated=False)
    if place is None or old:
        return state
    found = {Place(report.id, task.name): task for task in report.tasks if task.name == place.task}
    problems = {id: problem for id, problem in state.problems.items() if id != report.id}
    if report.message is not None and report.status in ("unreadable", "load_failed", "not_submitted"):
        problems[report.id] = report.message
        left = tuple(other for other in state.queue if other.exercise != report.id)
        return replace(state, verdicts={**state.verdicts, **found}, problems=problems, queue=left)
    again = () if report.id not in state.problems else _others(state, place)
    return replace(state, verdicts={**state.verdicts, **found}, problems=problems, queue=_once((*state.queue, *again)))


def _others(state: State, place: Place) -> tuple[Place, ...]:
    return tuple(p for p in state.places if p.exercise == place.exercise and p != place and p in state.begun)


def _pressed(state: State, key: str) -> tuple[State, list[Command]]:
    if state.asking:
        state = replace(state, asking=False)
        return state, [Reset(place=state.current)] if key == "y" else []
    match key:
        case "h":
            return replace(state, tier=min(state.tier + 1, LAST_TIER), listing=False), []
        case "n":
            at = state.places.index(state.current)
            return _go(state, state.following or state.places[(at + 1) % len(state.places)]), []
        case "p":
            return _go(state, state.places[state.places.index(state.current) - 1]), []
        case "l":
            return replace(state, listing=not state.listing), []
        case "r":
            return replace(state, asking=True, listing=False), []
        case "a":
            begun = [place for place in state.places if place in state.begun and place.exercise not in state.missing]
            return replace(state, queue=_once((*state.queue, *begun))), []
        case "q":
            return state, [Quit()]
    return state, []


def _go(state: State, place: Place) -> State:
    unknown = (place,) if place in state.begun and place not in state.verdicts else ()
    unknown = () if place.exercise in state.missing or place == state.busy else unknown
    return replace(state, current=place, tier=0, listing=False, queue=_once((*unknown, *state.queue)))


def _once(places: Sequence[Place]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(places))


def changes(before: str, after: str, tasks: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the tasks whose code differs between two versions of a file, and those that this may concern.

    A task is concerned if its code names one that differs. All are, if code outside of the tasks differs.
    """
    old, new = _parts(before, tasks), _parts(after, tasks)
    changed = tuple(task for task in tasks if old[task] != new[task])
    if old[""] != new[""]:
        return changed, tuple(task for task in tasks if task not in changed)
    names = re.compile(rf"\b(?:{'|'.join(map(re.escape, changed))})\b") if changed else None
    return changed, tuple(task for task in tasks if task not in changed and names and names.search(new[task]))


def _parts(text: str, tasks: Sequence[str]) -> dict[str, str]:
    """Return the code of each task, and all other code under "". Code that is not Python is taken apart too.

    A task is from its `def` or `class` to the next line at the margin that begins something else.
    """
    start = re.compile(r"(?:async\s+def|def|class)\s+(\w+)")
    parts: dict[str, list[str]] = {"": [], **{task: [] for task in tasks}}
    owner = ""
    for line in text.splitlines():
        if line[:1].strip() and line[0] not in ")]}#":
            found = start.match(line)
            owner = found[1] if found and found[1] in parts else ""
        elif line.startswith("# %%"):
            owner = ""
        if line.strip() and not (owner == "" and line.startswith("#")):
            parts[owner].append(line.rstrip())
    return {name: "\n".join(lines) for name, lines in parts.items()}
