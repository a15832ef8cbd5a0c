"""Watches the course's folder, and grades each submission when it is handed in."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import watchfiles
from nbgrader.coursedir import CourseDirectory

from grader.integrations.nbgrader.course import read_config

_QUIET = 20  # milliseconds without a change: a submission has several files, copied one by one
_AGAIN = 1000  # milliseconds until a failed grading is tried again
_STUDENT = "\0"


def watch(course: Path, assignment: str, grade: Callable[[], bool]) -> None:
    """Call `grade` now, and after every change to the assignment in the course's `submitted/`.

    If `grade` returns False, it is called again after a second. This function ends only by an exception, such as
    `KeyboardInterrupt`. Raises `CourseError` for a course that cannot be read, and `OSError` as grading does.
    """
    pattern = _pattern(course, assignment)
    place = _fixed(pattern)
    place.mkdir(parents=True, exist_ok=True)  # it is missing until a student hands in
    while True:
        number, done = _number(place), False
        # The first round comes when the folder is already watched, so that no change is missed.
        for changed in watchfiles.watch(
            place,
            watch_filter=lambda change, path: _concerns(pattern, Path(path)),
            step=_QUIET,
            rust_timeout=_AGAIN,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            if _number(place) != number or (watchfiles.Change.deleted, str(place)) in changed:
                break  # the watched folder was moved or replaced
            if changed or not done:
                done = grade()
        while not place.is_dir():
            time.sleep(_AGAIN / 1000)


def _pattern(course: Path, assignment: str) -> Path:
    """Return the path of submissions, with a placeholder instead of the student."""
    directory = CourseDirectory(config=read_config(course))
    return Path(directory.format_path(directory.submitted_directory, _STUDENT, assignment))


def _fixed(pattern: Path) -> Path:
    """Return the folder above all students' folders."""
    return next(above for above in pattern.parents if _STUDENT not in str(above))


def _concerns(pattern: Path, path: Path) -> bool:
    """Say whether a path contains, or is inside, the assignment's submissions."""
    return all(_STUDENT in wanted or wanted == part for wanted, part in zip(pattern.parts, path.parts, strict=False))


def _number(place: Path) -> int | None:
    """Return the inode of a folder, which differs if another folder replaces it; None if there is no folder."""
    try:
        return place.stat().st_ino
    except OSError:
        return None
