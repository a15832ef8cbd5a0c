"""What is known about similar code, as records: `OUT/similar.json`, which the class's pages show side by side."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from grader.errors import KitError
from grader.sentences import Sentence

SIMILAR: Final = "similar.json"  # in an output folder
Lines = tuple[int, int]  # the first and the last line, counted from 1 in the graded source


class SimilarityError(KitError):
    """Nothing can be compared."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of two people with similar code.

    `folder` is where the report and the code are; it is in another output folder if `year` names one. `share` is how
    much of what this person wrote is in the other's code, too, from 0 to 1. `lines` are where.
    """

    student: str
    folder: str
    year: str = ""
    share: float
    lines: tuple[Lines, ...]


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two people whose code for one exercise is similar. `size` is the length of what they share, in characters.

    Names count as one character, and comments and blanks as none.
    """

    exercise: str
    first: Side
    second: Side
    size: int


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Many people whose programs for one exercise are the same but for comments and blanks.

    `students` are their names, with the year before those of another output folder. `size` is the length in characters
    of what they wrote.
    """

    exercise: str
    students: tuple[str, ...]
    size: int


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared for one exercise.

    `students` had code. `common` is the number of different fragments that were left out because many have them.
    """

    exercise: str
    students: int
    common: int


class Similarity(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs to look at, the most similar first, and what that can and cannot tell (`limits`).

    Pairs are listed if one side shares `least_share` of its own code or more, and `least_size` characters or more.
    Fragments that `common_from` people or more have are left out. `groups` are so many people with the same program.
    """

    schema: Literal["grader/similar/1"] = "grader/similar/1"
    least_share: float
    least_size: int
    common_from: int
    compared: tuple[Compared, ...]
    pairs: tuple[Pair, ...]
    groups: tuple[Group, ...] = ()
    skipped: tuple[str, ...] = ()
    limits: tuple[Sentence, ...]
