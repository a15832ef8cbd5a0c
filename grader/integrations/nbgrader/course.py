"""An nbgrader course: its configuration, its folders and its settings for the kit.

This module does not import nbgrader, because that takes a second.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.errors import KitError
from grader.sentences import instructor

if TYPE_CHECKING:
    from traitlets.config import Config

NAME = "grader_course.json"  # beside nbgrader_config.py
KEPT = ".grader"  # the kit's own folder in a course
_CONFIG = "nbgrader_config.py"


class CourseError(KitError):
    """Raised when a course cannot be graded; the text says why and what to do."""


class NothingSubmitted(CourseError):
    """Raised when no student has handed in for an assignment yet."""


class StudentError(CourseError):
    """Raised when one student cannot be graded but the others can."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A course's settings for the kit: the clone whose suites grade it (empty for the kit's own), and the inputs' seed.

    The path of the clone may be relative to the course's folder. If `whole_tasks` is true, a task earns points only if
    all its checks pass.
    """

    catalog: str = ""
    seed: str = ""
    whole_tasks: bool = False


def read_course(folder: Path) -> Course | None:
    """Return the kit's settings of the course in exactly this folder; None if it has none. Raises `CourseError`."""
    try:
        course = msgspec.json.decode((folder / NAME).read_bytes(), type=Course)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise CourseError(instructor.UNREADABLE_COURSE(path=str(folder / NAME), error=str(error))) from None
    return msgspec.structs.replace(course, catalog=str(folder / course.catalog)) if course.catalog else course


def course_above(submission: Path) -> Path | None:
    """Return the folder of the course that a submission's folder belongs to.

    The search begins above the submission's own folder, because the student made that one. If there are several
    courses, the outermost counts, because no student can create one above the class.
    """
    above = tuple(reversed(submission.parents))
    return next((folder for name in (NAME, _CONFIG) for folder in above if (folder / name).is_file()), None)


def require_own(folder: Path) -> None:
    """Raise `CourseError` for a course inside another course: a student may have handed it in, and it would be run."""
    if (outer := course_above(folder)) is not None:
        raise CourseError(instructor.COURSE_IN_COURSE(folder=str(folder), outer=str(outer)))


def read_config(folder: Path) -> Config:
    """Return the configuration that nbgrader would use in a folder: the user's, then the course's own.

    Raises `CourseError` if the course has none, or if one of them fails.
    """
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    if not (folder / _CONFIG).is_file():
        raise CourseError(instructor.NO_CONFIG(folder=str(folder), name=_CONFIG))
    config = Config()
    for place in (*reversed(jupyter_config_path()), str(folder)):
        if not (Path(place) / _CONFIG).is_file():
            continue
        try:
            with importable(folder):
                config.merge(PyFileConfigLoader(_CONFIG, path=place).load_config())
        except Exception as error:  # an instructor's code may raise anything
            cause = f"{type(error).__name__}: {error}"
            raise CourseError(instructor.BAD_CONFIG(path=str(Path(place) / _CONFIG), error=cause)) from None
    # nbgrader resolves a relative root from the folder in which it runs, which is the course's folder.
    config.CourseDirectory.root = str(folder / config.CourseDirectory.get("root", ""))
    return config


@contextlib.contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Allow imports from the course's folder, as nbgrader does: the configuration may name a plugin there."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
