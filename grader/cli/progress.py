"""Shows how far grading is and how long it will take: a bar in a terminal, or a line from time to time elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grader.grading.pipeline import Progress as Tell
from grader.records import Submission
from grader.reports.terminal import plain
from grader.sentences import instructor
from grader.sentences.languages import render

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def grading_progress(console: Console) -> Iterator[Tell]:
    """Yield a function to call as (done, total, last submission). The progress is visible from the first call on."""
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", visible=False)

        def tell(done: int, total: int, last: Submission) -> None:
            shown = render(instructor.GRADED(student=f"{plain(last.student)[:24]:24}"))
            bar.update(task, completed=done, total=total, description=shown, visible=True)

        yield tell


def _lines(console: Console) -> Tell:
    first = said = time.monotonic()

    def tell(done: int, total: int, last: Submission) -> None:
        nonlocal first, said
        now = time.monotonic()
        if done == 1:
            first = said = now  # before that, the workers were mostly warming up
        elif done == total or now - said >= _SECONDS_BETWEEN_LINES:
            said = now
            left = (now - first) / (done - 1) * (total - done)
            if done < total:
                console.print(render(instructor.PROGRESS(done=done, total=total, seconds=left)))
            else:
                console.print(render(instructor.PROGRESS_DONE(total=total)))

    return tell
