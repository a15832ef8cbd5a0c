"""Shows how far grading is and how long it will take: a bar in a terminal, or a line from time to time elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from grader.grading.pipeline import Progress as Tell
from grader.grading.settings import Graded
from grader.reports.terminal import plain
from grader.sentences import Sentence, instructor
from grader.sentences.languages import render

_SECONDS_BETWEEN_LINES = 10.0
_SECONDS_IN_FULL = 120.0  # longer times are shown in minutes


class Pace:
    """Estimates the time left from the submissions that were really graded: results of earlier runs take no time."""

    def __init__(self) -> None:
        self._graded = 0
        self._first = 0.0

    def seconds_left(self, now: float, left: int, *, cached: bool) -> float | None:
        """Take in that one more is done, and return the seconds for those left; `None` while too few were graded.

        The first one does not count, because before it the workers were mostly warming up.
        """
        if not cached:
            self._graded += 1
            if self._graded == 1:
                self._first = now
        if self._graded < 2:
            return None
        return (now - self._first) / (self._graded - 1) * left


def time_left(seconds: float) -> Sentence:
    """Return about how long it takes, in seconds or minutes.

    >>> str(time_left(89.6)), str(time_left(200))
    ('about 90 s left', 'about 3 min left')
    """
    if seconds < _SECONDS_IN_FULL:
        return instructor.SECONDS_LEFT(count=round(seconds))
    return instructor.MINUTES_LEFT(count=round(seconds / 60))


@contextmanager
def grading_progress(console: Console) -> Iterator[Tell]:
    """Yield a function to call as (done, total, last result). The progress is visible from the first call on."""
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}", markup=False),
    )
    pace = Pace()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", visible=False, left="")

        def tell(done: int, total: int, last: Graded) -> None:
            shown = render(instructor.GRADED(student=f"{plain(last.submission.student)[:24]:24}"))
            seconds = pace.seconds_left(time.monotonic(), total - done, cached=last.cached)
            left = "" if seconds is None else render(time_left(seconds))
            bar.update(task, completed=done, total=total, description=shown, visible=True, left=left)

        yield tell


def _lines(console: Console) -> Tell:
    said = time.monotonic()
    pace = Pace()

    def tell(done: int, total: int, last: Graded) -> None:
        nonlocal said
        now = time.monotonic()
        seconds = pace.seconds_left(now, total - done, cached=last.cached)
        if done == total > 1:
            console.print(render(instructor.PROGRESS_DONE(total=total)))
        elif now - said >= _SECONDS_BETWEEN_LINES and seconds is not None:
            said = now
            console.print(render(instructor.PROGRESS(done=done, total=total, left=time_left(seconds))))

    return tell
