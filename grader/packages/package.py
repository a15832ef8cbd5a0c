"""The settings of a package: `package.json`, which the run in the platform's container reads."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, get_args

import msgspec

from grader.errors import KitError
from grader.sentences import instructor_packages

PlatformName = Literal["gradescope", "prairielearn", "docker", "classroom50", "github-actions"]
Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]
FILE: Final = "package.json"
COURSE: Final = "course"  # the folder of a package that holds its suites
PLATFORMS: Final[tuple[PlatformName, ...]] = get_args(PlatformName)


class PackageError(KitError):
    """A package cannot be made, or what runs in it finds no package."""


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """How a package grades.

    - `kit` is the version of its wheel.
    - `seed` is its course seed, and `exercises` are the ids of its exercises.
    - `hidden` says whether it carries hidden checks.
    - `visibility` says when students see hidden checks; the other options are those of `grade`.
    - `seconds` is the time that the platform gives a run.
    - `trust_submissions` grades without the layers of the sandbox that such a container must have.
    """

    schema: Literal["grader/package/1"] = "grader/package/1"
    platform: PlatformName
    kit: str
    exercises: tuple[str, ...]
    seed: str
    hidden: bool
    visibility: Visibility = "visible"
    hide_expected: bool = False
    whole_tasks: bool = False
    seconds: float
    trust_submissions: bool = False


def read_package(folder: Path) -> Package:
    """Return what `package.json` in the folder says. Raises `PackageError`."""
    path = folder / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Package)
    except FileNotFoundError:
        raise PackageError(instructor_packages.NO_PACKAGE(folder=str(folder))) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PackageError(instructor_packages.OTHER_PACKAGE(path=str(path), error=str(error))) from None
