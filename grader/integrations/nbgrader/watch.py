"""Waits for what students hand in, so that it is graded as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import watchfiles
from nbgrader.coursedir import CourseDirectory

from grader.integrations.nbgrader.course import read_config

_QUIET = 20  # milliseconds without a change: a submission is more than one file, copied one by one
_AGAIN = 1000  # milliseconds until what could not be done is tried again
_STUDENT = "\0"


def watch(course: Path, assignment: str, grade: Callable[[], bool]) -> None:
    """Call `grade` now, and whenever something of the assignment has changed in the course's `submitted/`.

    Where it returns False it could not be done, and is tried again in a second. Ends only by an exception, such as
    KeyboardInterrupt. Raises `CourseError` for a course that cannot be read, `OSError` as grading does.
    """
    pattern = _pattern(course, assignment)
    place = _fixed(pattern)
    place.mkdir(parents=True, exist_ok=True)  # nobody may have handed in yet
    while True:
        number, done = _number(place), False
        # The first turn comes once the folder is watched, so that nothing is missed in between.
        for changed in watchfiles.watch(
            place,
            watch_filter=lambda change, path: _concerns(pattern, Path(path)),
            step=_QUIET,
            rust_timeout=_AGAIN,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            if _number(place) != number or (watchfiles.Change.deleted, str(place)) in changed:
                break  # what is watched has been moved away or replaced
            if changed or not done:
                done = grade()
        while not place.is_dir():
            time.sleep(_AGAIN / 1000)


def _pattern(course: Path, assignment: str) -> Path:
    """Return where students hand in, with a mark instead of the student."""
    directory = CourseDirectory(config=read_config(course))
    return Path(directory.format_path(directory.submitted_directory, _STUDENT, assignment))


def _fixed(pattern: Path) -> Path:
    """Return the folder above all students' folders."""
    return next(above for above in pattern.parents if _STUDENT not in str(above))


def _concerns(pattern: Path, path: Path) -> bool:
    """Say whether a path leads to, or lies in, what students hand in for the assignment."""
    return all(_STUDENT in wanted or wanted == part for wanted, part in zip(pattern.parts, path.parts, strict=False))


def _number(place: Path) -> int | None:
    """Return what tells a folder from another one of its name; None where there is none."""
    try:
        return place.stat().st_ino
    except OSError:
        return None
