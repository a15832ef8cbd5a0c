"""Waits for what students hand in, so that it is graded as it comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import watchfiles
from nbgrader.coursedir import CourseDirectory

from grader.integrations.nbgrader.course import read_config

_QUIET = 50  # milliseconds without a change: a submission is more than one file, copied one by one
_AGAIN = 1000  # milliseconds until what could not be done is tried again


def watch(course: Path, grade: Callable[[], bool]) -> None:
    """Call `grade` now, and whenever something has changed in the course's `submitted/`.

    Where it returns False it could not be done, and is tried again in a second. Ends only by an exception, such as
    KeyboardInterrupt. Raises `CourseError` for a course that cannot be read, `OSError` as grading does.
    """
    place = _submitted(course)
    place.mkdir(parents=True, exist_ok=True)  # nobody may have handed in yet
    done = False
    # The first call waits until the watch is kept, so that nothing is missed in between.
    for changed in watchfiles.watch(
        place, watch_filter=None, step=_QUIET, rust_timeout=_AGAIN, yield_on_timeout=True, ignore_permission_denied=True
    ):
        if changed or not done:
            done = grade()


def _submitted(course: Path) -> Path:
    """Return the folder that holds all that is handed in: the part of nbgrader's paths that never varies."""
    directory = CourseDirectory(config=read_config(course))
    varying = "\0"
    fixed = directory.format_path(directory.submitted_directory, varying, varying).partition(varying)[0]
    return Path(f"{fixed}_").parent
