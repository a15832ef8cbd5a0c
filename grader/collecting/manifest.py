"""The record of what was collected: `collected.json`, beside the students' folders that `grade` reads."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final, Literal

import msgspec

from grader.errors import KitError
from grader.records import HandIn, LeftFile
from grader.roster import Person
from grader.sentences import Sentence, instructor_collecting

MANIFEST: Final = "collected.json"


class CollectedFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that was collected: for which exercise, under which name it was written, and how it was handed in.

    `digest` is the SHA-256 of its content, `notes` are for the student.
    """

    exercise: str
    file: str
    digest: str
    handed_in: HandIn
    notes: tuple[Sentence, ...] = ()


class CollectedPerson(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A student: the name of the folder, who that is, and the files. `doubt` says why that is not sure."""

    student: str
    person: Person
    files: tuple[CollectedFile, ...] = ()
    doubt: Sentence | None = None

    @property
    def undecided(self) -> dict[str, int]:
        """How many files there are for each exercise that has several, because they differ."""
        often = Counter(file.exercise for file in self.files)
        return {exercise: count for exercise, count in often.items() if count > 1}


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What was collected, and what was not. Members of the roster without a file are among the `people`."""

    schema: Literal["grader/collected/1"] = "grader/collected/1"
    people: tuple[CollectedPerson, ...]
    left: tuple[LeftFile, ...] = ()


class ManifestError(KitError):
    """The record of what was collected cannot be read."""


def load_manifest(folder: Path) -> Collected | None:
    """Return the record of what was collected into a folder, or `None` if it has none. Raises `ManifestError`."""
    path = folder / MANIFEST
    try:
        return msgspec.json.decode(path.read_bytes(), type=Collected)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise ManifestError(instructor_collecting.UNREADABLE_MANIFEST(path=str(path), error=str(error))) from None
