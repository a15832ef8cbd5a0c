"""The loop of `grader watch`: it waits for keys, saved files and verdicts, and does what `watching.step` decides.

A thread waits for keys and another one for changes in the folders. They only send a word through a pipe. Everything
else happens in one loop, which waits for that pipe and for the worker.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

from msgspec.structs import replace

from grader.catalog import CatalogError, has_stub
from grader.cli import watching
from grader.cli.keyboard import single_keys
from grader.cli.restoring import put_stub_back
from grader.cli.saves import Stamp, report_changes, stamp
from grader.cli.shared import console, say, show
from grader.cli.watch_screen import FullScreen, Lines
from grader.cli.watching import (
    Abandon,
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
    step,
)
from grader.cli.work import Target, Work, file_text, shown_path
from grader.errors import KitError
from grader.files import write_text
from grader.grading.pipeline import report_of
from grader.grading.result_cache import ResultCache
from grader.grading.settings import Settings
from grader.grading.warm import WarmWorker
from grader.installation import require_torch
from grader.records import Submission
from grader.sentences import Sentence, learner, learner_commands, learner_watch, verbatim
from grader.submissions import Reader

_TICK = 0.5  # seconds between two looks at the clock and the size of the terminal
_AGAIN = 4  # times that a missing or an empty file is looked at before that counts: editors replace files
_STOPPED = frozenset(
    template.text
    for template in (
        learner.LOAD_STOPPED,
        learner.LOAD_STOPPED_AT,
        learner.LOAD_STOPPED_CELL,
        learner.LOAD_STOPPED_CELL_AT,
    )
)
_KEPT = "watching.txt"  # in `.grader/`: the task where the student was


def watch_work(work: Work, target: Target | None = None) -> Sentence:
    """Watch a student's folder until the student quits, and return the sentence for the end.

    `target` is the task to begin with. Raises `CatalogError`, `GradingError` and `OSError`.
    """
    require_torch()
    places = tuple(Place(id, task.name) for id in work.ids() for task in work.known.get(id).tasks)
    if not places:
        raise CatalogError(learner_watch.NO_TASKS(folder=str(work.place)))
    settings = Settings(root=str(work.known.root), exercises=work.ids(), relaxed_sandbox=True, quiet=True)
    state = State(places=places, current=_first(work, places, target))
    with WarmWorker(settings) as worker, Reader() as reader:
        loop = _Loop(work, settings, worker, reader, state)
        loop.begin(chosen=target is not None)
        loop.run()
    with contextlib.suppress(OSError):
        work.kept.mkdir(parents=True, exist_ok=True)
        write_text(work.kept / _KEPT, ".".join(loop.state.current) + "\n")
    return learner_watch.LEFT(done=sum(map(loop.state.done, places)), count=len(places))


def _first(work: Work, places: tuple[Place, ...], target: Target | None) -> Place:
    """Return the task to begin with: the target, the one where the student was, or the first."""
    if target is None:
        id, _, task = file_text(work.kept / _KEPT).strip().partition(".")
        return Place(id, task) if (id, task) in places else places[0]
    return next((p for p in places if p.exercise == target.exercise and target.task in (None, p.task)), places[0])


class _Loop:
    """The files as they were last read, the worker, and the state."""

    def __init__(self, work: Work, settings: Settings, worker: WarmWorker, reader: Reader, state: State) -> None:
        self.state = state
        self._work, self._settings, self._worker, self._reader = work, settings, worker, reader
        self._stamps: dict[str, Stamp] = {}
        self._read: dict[str, Submission] = {}
        self._odd: dict[str, int] = {}  # how often the file of an exercise was found missing or empty
        self._where: dict[Place, Sentence] = {}
        self._note: Sentence | None = None  # what the last reset said, or what is said once
        self._said_unnamed = False  # whether a note has said that no mistakes are named
        self._ids = tuple(dict.fromkeys(place.exercise for place in state.places))

    # What the screen asks for

    def where(self, place: Place) -> Sentence:
        """Return the file of a task, with its line."""
        if place not in self._where:
            self._where[place] = self._work.where(place.exercise, place.task)
        return self._where[place]

    def hint(self, place: Place, tier: int) -> Sentence:
        """Return a hint, or why there is none."""
        try:
            return verbatim(self._work.known.hint(f"{place.exercise}.{place.task}", tier))
        except CatalogError as error:
            return error.sentence

    def worth(self, place: Place) -> float:
        """Return the points of a task at grading."""
        return self._work.known.get(place.exercise).task(place.task).points

    @property
    def note(self) -> Sentence | None:
        """What the last reset said, such as where a backup is, or what is said once."""
        return self._note

    # The files

    def begin(self, *, chosen: bool) -> None:
        """Read every file, take over the results of earlier commands, and grade what is begun and has none."""
        cache = ResultCache(self._work.kept, self._work.known, self._settings)
        for id in self._ids:
            self._stamps[id] = self._stamp(id)
            submission = self._submission(id)
            if submission is None:
                self._on(Gone(exercise=id))
                continue
            begun = frozenset(self._begun(id))
            found = cache.find(submission) if begun else None
            graded = found is not None and found.report is not None and found.report.status == "graded"
            verdicts = found.report.tasks if graded and found and found.report else ()
            self._on(Opened(exercise=id, begun=begun, verdicts=verdicts))
        if not chosen and self.state.done(self.state.current):
            self._on(Pressed(key="n"))

    def look(self) -> None:
        """Compare the files with those that were read, and pass on what was saved."""
        for id in self._ids:
            found = self._stamp(id)
            if found == self._stamps.get(id):
                continue
            if not found or any(size == 0 for _, _, size, _ in found):
                self._odd[id] = self._odd.get(id, 0) + 1
                if self._odd[id] < _AGAIN:
                    continue
            self._odd.pop(id, None)
            before, after = self._read.get(id), self._submission(id)
            if self._stamp(id) != found:
                if before is not None:
                    self._read[id] = before
                continue  # it is being written: there will be another report
            self._stamps[id] = found
            self._where = {place: where for place, where in self._where.items() if place.exercise != id}
            if after is None:
                self._on(Gone(exercise=id))
                continue
            names = [place.task for place in self.state.places if place.exercise == id]
            old, new = (one.source or "" if one else "" for one in (before, after))
            changed, touched = watching.changes(old, new, names)
            again = id in self.state.missing or (after.problem or (before and before.problem))
            if changed or touched or again:
                self._on(Saved(exercise=id, changed=changed, touched=touched, begun=frozenset(self._begun(id))))

    def _stamp(self, id: str) -> Stamp:
        work = self._work
        folders = (work.place,) if work.flat else (work.place, work.folder / "notebooks")
        return stamp(folder / f"{id}{suffix}" for folder in folders for suffix in (".py", ".ipynb"))

    def _submission(self, id: str) -> Submission | None:
        """Read the files of an exercise; `None` if there are none."""
        self._read.pop(id, None)
        files = self._work.files(id)
        if files:
            names = tuple(task.name for task in self._work.known.get(id).tasks)
            self._read[id] = self._reader.read(files, student="you", exercise=id, tasks=names)
        return self._read.get(id)

    def _begun(self, id: str) -> list[str]:
        texts = [file_text(path) for path in self._work.files(id)]
        names = [task.name for task in self._work.known.get(id).tasks]
        return [name for name in names if not any(has_stub(text, name) for text in texts)]

    # The loop

    def run(self) -> None:
        """Wait for events and act, until the student quits."""
        heard, words = Pipe(duplex=False)
        one_at_a_time = threading.Lock()

        def tell(word: str) -> None:
            with one_at_a_time:
                words.send(word)

        plain = not console().is_terminal or console().is_dumb_terminal or console().legacy_windows
        with single_keys() as key, _terminated_politely():
            if key is not None:
                _in_a_thread(lambda: _keys(key, tell))
            else:
                say(learner_watch.NO_KEYS())
            folders = [self._work.place, self._work.folder / "notebooks"]
            _in_a_thread(lambda: report_changes(folders, lambda: tell("look")))
            with Lines(show) if plain else FullScreen(console()) as screen, contextlib.suppress(KeyboardInterrupt):
                self._follow(heard, screen)

    def _follow(self, heard: Connection[Any, Any], screen: FullScreen | Lines) -> None:
        size = console().size
        while True:
            screen.draw(self.state, self, ready=self._worker.ready, seconds=self._worker.seconds)
            ready = wait([heard, self._worker.channel], _TICK)
            if console().size != size:
                size = console().size
                screen.redraw()
            if self._worker.channel in ready:
                graded = self._worker.take()
                if graded is not None:
                    self._on(Judged(report=report_of(self._work.known, graded)))
            if heard in ready:
                word = heard.recv()
                if word == "look":
                    self.look()
                elif not self._on(Pressed(key=word)):
                    return
            self._on(Waited(seconds=self._worker.seconds))

    def _on(self, event: watching.Event) -> bool:
        """Pass an event on, and do what follows; say whether to go on."""
        if isinstance(event, Pressed):
            self._note = None
        if isinstance(event, Judged) and learner.NO_MISTAKES_NAMED() in event.report.notes and not self._said_unnamed:
            self._note, self._said_unnamed = learner.NO_MISTAKES_NAMED(), True
        if isinstance(event, Judged):
            stopped = [note for note in event.report.notes if note.template in _STOPPED]  # why it took so long
            if stopped or (self._note is not None and self._note.template in _STOPPED):
                self._note = stopped[0] if stopped else None
        self.state, commands = step(self.state, event)
        for command in commands:
            match command:
                case Grade(place=place):
                    self._worker.give(replace(self._read[place.exercise], tasks=(place.task,)))
                case Abandon():
                    self._worker.abandon()
                case Reset(place=place):
                    self._reset(place)
                case Quit():
                    return False
        return True

    def _reset(self, place: Place) -> None:
        target = Target(exercise=place.exercise, task=place.task, file=None)
        try:
            kept = put_stub_back(self._work, target, f"{place.exercise[:2]}.{place.task}").kept
            self._note = learner_commands.RESET_KEPT(backup=shown_path(kept)) if kept is not None else None
        except (KitError, OSError) as error:
            self._note = error.sentence if isinstance(error, KitError) else verbatim(str(error))


def _keys(key: Callable[[], str], tell: Callable[[str], None]) -> None:
    """Tell each key that is pressed. What begins with Escape is an arrow or the like, and means nothing here."""
    while pressed := key():
        for one in pressed if not pressed.startswith("\x1b") else ():
            tell(one.lower())


def _in_a_thread(body: Callable[[], None]) -> None:
    def run() -> None:
        with contextlib.suppress(OSError):  # the pipe was closed: the program ends
            body()

    threading.Thread(target=run, daemon=True).start()


@contextlib.contextmanager
def _terminated_politely() -> Iterator[None]:
    """Let signals that end the program end the loop, so that the terminal is as before."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    wanted = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
