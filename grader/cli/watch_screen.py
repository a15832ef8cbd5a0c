"""The screen of `grader watch`: what it shows of a state, and how it is drawn without flicker."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from grader.cli.watching import LAST_TIER, Place, State
from grader.records import TaskReport
from grader.reports.terminal import earned_of, first_failing, plain, untouched
from grader.sentences import Sentence, learner_watch
from grader.sentences.languages import render

_BAR = 30  # characters
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"  # the second screen of a terminal, without a cursor
_HOME, _END_OF_LINE, _BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


class Facts(Protocol):
    """What the screen shows besides the state."""

    def where(self, place: Place) -> Sentence:
        """Return the file of a task, with its line."""

    def hint(self, place: Place, tier: int) -> Sentence:
        """Return a hint, or why there is none."""

    def worth(self, place: Place) -> float:
        """Return the points of a task at grading."""

    @property
    def note(self) -> Sentence | None:
        """What the last reset said."""


def header(state: State) -> Text:
    """Return the first two lines: where the student is, and how much is done."""
    done, count = sum(map(state.done, state.places)), len(state.places)
    filled = _BAR * done // max(1, count)
    name = learner_watch.TASK_OF(exercise=state.current.exercise, task=state.current.task)
    return Text.assemble(
        (plain(name), "bold"),
        "\n",
        (f"[{'#' * filled}{'-' * (_BAR - filled)}]", "green" if done == count else "cyan"),
        f" {render(learner_watch.TASKS_DONE(done=done, count=count))}\n",
    )


def body(state: State, facts: Facts) -> RenderableType:
    """Return what stands between the header and the keys: a verdict with hint and next step, or the list."""
    if state.listing:
        return _list(state)
    parts: list[RenderableType] = []
    if state.current.exercise in state.missing:
        id = state.current.exercise
        parts.append(Text(plain(learner_watch.MISSING(exercise=id, number=id[:2])), style="yellow"))
    elif state.current.exercise in state.problems:
        parts.append(Text(plain(state.problems[state.current.exercise])))
    else:
        parts.append(_verdict(state, facts))
    if state.tier:
        hint = facts.hint(state.current, state.tier)
        parts.append(Text(f"\n{plain(learner_watch.HINT(tier=state.tier, last=LAST_TIER, text=hint))}", style="cyan"))
    if state.done(state.current):
        following = state.following
        said = (
            learner_watch.ALL_DONE()
            if following is None
            else learner_watch.NEXT(task=following.task, exercise=following.exercise)
        )
        parts.append(Text(f"\n{plain(said)}", style="bold"))
    if facts.note is not None:
        parts.append(Text(f"\n{plain(facts.note)}", style="yellow"))
    if state.asking:
        parts.append(Text(f"\n{plain(learner_watch.ASK_RESET(task=state.current.task))}", style="yellow"))
    return Group(*parts)


def footer(state: State, *, ready: bool, seconds: float) -> Text:
    """Return the last two lines: what is being done, and the keys."""
    doing = Text("")
    if state.waiting and not ready:
        doing = Text(render(learner_watch.STARTING()), style="dim")
    elif state.waiting and seconds >= 2:
        doing = Text(render(learner_watch.STILL_RUNNING(seconds=int(seconds))), style="yellow")
    elif state.waiting:
        doing = Text(render(learner_watch.CHECKING()), style="dim")
    return Text("\n").join([doing, Text(render(learner_watch.KEYS()), style="dim")])


def _verdict(state: State, facts: Facts) -> RenderableType:
    place = state.current
    verdict = state.verdicts.get(place)
    if verdict is None or untouched(verdict):
        if place in state.begun and state.waiting:
            return Text("")
        return Group(
            Text.assemble(("○ ", "yellow"), (plain(place.task), "bold"), f"  {plain(facts.where(place))}"),
            Padding(Text(render(learner_watch.NOT_BEGUN())), (0, 0, 0, 2)),
        )
    mark = ("✓ ", "green") if state.done(place) else ("✗ ", "red")
    earned = earned_of(verdict.points, verdict.max_points, facts.worth(place))
    head = Text.assemble(mark, (plain(place.task), "bold"), f"  {plain(earned)}  ", (plain(facts.where(place)), "dim"))
    if state.done(place):
        return Group(head, Padding(Text(render(learner_watch.ALL_CHECKS_PASS()), style="green"), (0, 0, 0, 2)))
    first = first_failing(verdict)
    rest = " ".join(map(render, (*_rest(verdict), learner_watch.ALL_FEEDBACK(which=_which(place)))))
    shown = [Padding(part, (0, 0, 0, 2)) for part in (first, Text(rest, style="dim")) if part is not None]
    return Group(head, *shown)


def _rest(task: TaskReport) -> Iterable[Sentence]:
    """Yield how the checks ended that are not shown."""
    waiting = sum(check.status == "skipped" for check in task.checks)
    passed = sum(check.status == "passed" for check in task.checks)
    failing = len(task.checks) - waiting - passed
    if failing > 1:
        yield learner_watch.OTHERS_FAIL(count=failing - 1)
    if waiting - (failing == 0) > 0:
        yield learner_watch.OTHERS_WAIT(count=waiting - (failing == 0))
    if passed:
        yield learner_watch.OTHERS_PASS(count=passed)


def _which(place: Place) -> str:
    return f"{place.exercise[:2]}.{place.task}"


def _list(state: State) -> RenderableType:
    lines = []
    for id in dict.fromkeys(place.exercise for place in state.places):
        mine = [place for place in state.places if place.exercise == id]
        done, begun = sum(map(state.done, mine)), any(place in state.begun for place in mine)
        mark = "✓" if done == len(mine) else "◐" if begun else "○"
        line = learner_watch.LIST_EXERCISE(mark=mark, exercise=id, done=done, count=len(mine))
        lines.append(Text(plain(line), style="bold" if id == state.current.exercise else ""))
        if id == state.current.exercise:
            for place in mine:
                sign = "✓" if state.done(place) else "○" if place not in state.begun else "✗"
                arrow = ">" if place == state.current else " "
                lines.append(Text(f"  {arrow} {sign} {plain(place.task)}"))
    return Group(*lines)


class FullScreen:
    """Draws on the terminal's second screen, so that what was in the terminal comes back in the end.

    A drawing overwrites the one before in place and in one write, and an equal one is not repeated: nothing flickers.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._drawn = ""

    def __enter__(self) -> FullScreen:
        self._write(_ENTER)
        return self

    def __exit__(self, *raised: object) -> None:
        with contextlib.suppress(OSError):  # the terminal is gone
            self._write(_LEAVE)

    def draw(self, state: State, facts: Facts, *, ready: bool, seconds: float) -> None:
        """Draw the state, as much of it as the terminal has lines for."""
        top, bottom = self._lines(header(state)), self._lines(footer(state, ready=ready, seconds=seconds))
        room = max(1, self._console.size.height - len(top) - len(bottom) - 1)
        middle = self._lines(body(state, facts))
        if len(middle) > room:
            cut = self._lines(Text(plain(learner_watch.CUT(which=_which(state.current))), style="dim"))
            middle = [*middle[: max(0, room - len(cut))], *cut]
        lines = [*top, *middle, "", *bottom][: self._console.size.height]
        text = _HOME + "\n".join(f"{line}{_END_OF_LINE}" for line in lines) + _BELOW
        if text != self._drawn:
            self._drawn = text
            self._write(text)

    def redraw(self) -> None:
        """Draw the next time in any case, for example because the size has changed."""
        self._drawn = ""

    def _lines(self, shown: RenderableType) -> list[str]:
        with self._console.capture() as captured:
            self._console.print(shown)
        return captured.get().splitlines()

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


class Lines:
    """Prints each new verdict below the one before, for terminals that cannot move the cursor, and for pipes."""

    def __init__(self, show: Callable[[RenderableType], None]) -> None:
        self._show = show
        self._shown: object = None

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *raised: object) -> None:
        pass

    def draw(self, state: State, facts: Facts, *, ready: bool, seconds: float) -> None:
        """Print the state if the student has something new to read."""
        del ready, seconds
        place = state.current
        key = (
            place,
            state.verdicts.get(place),
            state.problems.get(place.exercise),
            place.exercise in state.missing,
            state.tier,
            state.listing,
            state.asking,
            facts.note,
        )
        if not state.waiting and key != self._shown:
            self._shown = key
            self._show(Group(header(state), body(state, facts), Text("")))

    def redraw(self) -> None:
        """Do nothing: what was printed stays."""
