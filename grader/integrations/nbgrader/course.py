"""An nbgrader course: its configuration and folders, and what it knows of the kit.

This module is light: nbgrader itself, which takes a second to import, is not needed for it.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from traitlets.config import Config

NAME = "grader_course.json"  # beside nbgrader_config.py
KEPT = ".grader"  # where the kit keeps what it has graded
_CONFIG = "nbgrader_config.py"


class CourseError(Exception):
    """A course cannot be graded as it stands; the text says why, and what to do."""


class NothingSubmitted(CourseError):
    """Nobody has handed in for an assignment yet."""


class StudentError(CourseError):
    """One student cannot be graded; the others can."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The clone whose suites grade the course (the kit's own if empty), and the seed of its inputs.

    A clone's path may be relative to the course's folder.
    """

    catalog: str = ""
    seed: str = ""


def read_course(folder: Path) -> Course | None:
    """Return what the course in this very folder knows of the kit, if anything. Raises `CourseError`."""
    try:
        course = msgspec.json.decode((folder / NAME).read_bytes(), type=Course)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise CourseError(f"Cannot read {str(folder / NAME)!r}: {error}. Restore it, or release again.") from None
    return msgspec.structs.replace(course, catalog=str(folder / course.catalog)) if course.catalog else course


def course_above(submission: Path) -> Path | None:
    """Return the folder of the course that a submission's folder belongs to.

    What lies in the submission's own folder was handed in, so the search begins above it. The outermost course counts,
    should there be several: no student can lay one down above the class.
    """
    above = tuple(reversed(submission.parents))
    return next((folder for name in (NAME, _CONFIG) for folder in above if (folder / name).is_file()), None)


def require_own(folder: Path) -> None:
    """Raise `CourseError` for a course inside another one's tree: it may have been handed in, and would be run."""
    if (outer := course_above(folder)) is not None:
        raise CourseError(
            f"Cannot grade the course in {str(folder)!r}: it lies inside the one in {str(outer)!r}, perhaps because it "
            "was handed in. Run the command there, or name the course with --course."
        )


def read_config(folder: Path) -> Config:
    """Return the configuration that nbgrader would use in a folder: the user's and then the course's own.

    Raises `CourseError` if the course has none, or if one of them cannot be run.
    """
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    if not (folder / _CONFIG).is_file():
        raise CourseError(
            f"Cannot find an nbgrader course in {str(folder)!r}: there is no {_CONFIG}. Run the command in the "
            "course's folder, or name it with --course; `grader release --format nbgrader` lays a new one down."
        )
    config = Config()
    for place in (*reversed(jupyter_config_path()), str(folder)):
        if not (Path(place) / _CONFIG).is_file():
            continue
        try:
            with importable(folder):
                config.merge(PyFileConfigLoader(_CONFIG, path=place).load_config())
        except Exception as error:  # whatever an instructor's Python raises
            raise CourseError(
                f"Cannot read {str(Path(place) / _CONFIG)!r}: {type(error).__name__}: {error}. Correct it first."
            ) from None
    # nbgrader takes a root to be relative to where it runs, and that is the course's folder.
    config.CourseDirectory.root = str(folder / config.CourseDirectory.get("root", ""))
    return config


@contextlib.contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Let what the configuration names, such as a plugin, be imported from the course's folder, as nbgrader does."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
