"""What the pages of similar code show: the pairs that `grader similar` found, with both programs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from grader.pages.marked_code import MarkedCode, compared_code
from grader.reports.code import load_code
from grader.reports.store import ReportError
from grader.sentences import Sentence, instructor_pages
from grader.similarity import SIMILAR, Group, Side, Similarity

_MOST: Final = 200  # pairs that have a page; the file has all


class PairSide(msgspec.Struct, frozen=True, kw_only=True):
    """One of two students. `share` is how much of this student's code the other one has too.

    `code` is `None` if it is no longer there, or lies in the folder of another `year`.
    """

    student: str
    year: str
    share: float
    code: MarkedCode | None


class PairPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of a pair, with its number. `limits` say what a pair can and cannot tell."""

    number: int
    exercise: str
    sides: tuple[PairSide, PairSide]
    limits: tuple[Sentence, ...]


class PairPages(msgspec.Struct, frozen=True, kw_only=True):
    """The pages of all pairs, the most similar first, and groups of people who handed in the same program.

    `more` is the number of pairs without a page. `limits` say what all this can and cannot tell.
    """

    pages: tuple[PairPage, ...] = ()
    more: int = 0
    groups: tuple[Group, ...] = ()
    limits: tuple[Sentence, ...] = ()


def read_pairs(out: Path) -> PairPages:
    """Return the pages of the pairs in an output folder, none if nobody looked for pairs. Raises `ReportError`."""
    path = out / SIMILAR
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Similarity)
    except FileNotFoundError:
        return PairPages()
    except (OSError, msgspec.DecodeError) as error:
        raise ReportError(instructor_pages.UNREADABLE_PAIRS(path=str(path), error=str(error))) from None
    pages = tuple(
        PairPage(
            number=number,
            exercise=pair.exercise,
            sides=(_side(out, pair.exercise, pair.first), _side(out, pair.exercise, pair.second)),
            limits=found.limits,
        )
        for number, pair in enumerate(found.pairs[:_MOST], start=1)
    )
    more = len(found.pairs) - len(pages)
    return PairPages(pages=pages, more=more, groups=found.groups, limits=found.limits)


def _side(out: Path, exercise: str, side: Side) -> PairSide:
    # The name of the folder comes from a file that people may have edited: it must not lead out of OUT.
    code = None if side.year or Path(side.folder).name != side.folder else load_code(out / side.folder, exercise)
    return PairSide(
        student=side.student,
        year=side.year,
        share=side.share,
        code=None if code is None else compared_code(code, side.lines),
    )
