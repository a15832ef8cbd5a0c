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
_CONFIG = "nbgrader_config.py"


class CourseError(Exception):
    """A course cannot be graded as it stands; the text says why, and what to do."""


class NothingSubmitted(CourseError):
    """Nobody has handed in for an assignment yet."""


class StudentError(CourseError):
    """One student cannot be graded; the others can."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The clone whose suites grade the course (found as for every command if empty), and the seed of its inputs."""

    catalog: str = ""
    seed: str = "0"


def find_course(folder: Path) -> Course | None:
    """Return what the course in whose tree a folder lies knows of the kit, if anything. Raises `CourseError`."""
    for above in (folder, *folder.parents):
        try:
            return msgspec.json.decode((above / NAME).read_bytes(), type=Course)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, msgspec.DecodeError) as error:
            raise CourseError(f"Cannot read {str(above / NAME)!r}: {error}. Restore it, or release anew.") from None
    return None


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
                f"Cannot read {str(Path(place) / _CONFIG)!r}: {type(error).__name__}: {error}. Mend it first."
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
