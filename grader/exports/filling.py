"""Fills a platform's own exported sheet: finds the column and the people, and writes points into cells alone."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from grader.errors import did_you_mean
from grader.exports.errors import ExportError
from grader.exports.scores import Score, most_of, score_of
from grader.exports.sheets import Sheet, harmless
from grader.gradebook import Gradebook, Row
from grader.gradebook.points import exact, points_text, rounded
from grader.roster import Person, Roster
from grader.sentences import Sentence, instructor_exports
from grader.sentences.languages import render

_NAMED = 5


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to write: which exercises (all, if there are none), and into which column, if several could be meant.

    `scale` converts points to the platform's maximum. `zero` writes 0 for those who handed in nothing; without it,
    their cells stay as they are.
    """

    exercises: tuple[str, ...] = ()
    column: str = ""
    scale: bool = False
    zero: bool = False


class Place(NamedTuple):
    """A row of the sheet, who it is about, and the platform's own number for this person."""

    row: int
    person: Person
    number: str = ""


class Platform(NamedTuple):
    """How one platform's sheet is read.

    `header` returns the row with the names of the columns, or `None` if it is not such a sheet. `columns` returns the
    columns that may hold points, `maximum` what the sheet says about a column, and `places` the rows of people.
    `comments` returns the column for remarks. `excused` is what excuses a person.
    """

    name: str
    header: Callable[[Sheet], int | None]
    columns: Callable[[Sheet, int], Sequence[int]]
    maximum: Callable[[Sheet, int, int], float | None]
    places: Callable[[Sheet, int], Iterator[Place]]
    comments: Callable[[Sheet, int], int | None] = lambda sheet, header: None
    excused: str = ""


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """The sheet with the points, how many people got some, and what to know about the others.

    `places` has the row of the sheet for each student who was found in it.
    """

    data: bytes
    count: int
    column: str
    notes: tuple[Sentence, ...]
    places: dict[str, int]


def fill(platform: Platform, book: Gradebook, sheet: Sheet, name: str, wanted: Wanted) -> Filled:
    """Return the sheet, called `name`, with the points of the gradebook.

    Raises `ExportError` if it is not a sheet of this platform, if the column or a person is not clear, if its maximum
    is another one, or if nobody in it is in the gradebook.
    """
    header = platform.header(sheet)
    if header is None:
        found = ", ".join(sheet.row(0)[:8]) if len(sheet) else ""
        raise ExportError(instructor_exports.OTHER_SHEET(path=name, platform=platform.name, found=found))
    column = _column(platform, sheet, header, name, wanted)
    factor = _factor(platform.maximum(sheet, header, column), most_of(book, wanted.exercises), name, wanted)
    people = _People(book)
    comments = platform.comments(sheet, header)
    places, notes = people.matched(platform.places(sheet, header), sheet, name)
    if not places:
        raise ExportError(instructor_exports.NOBODY(path=name))
    count = 0
    excused: list[str] = []
    nothing: list[str] = []
    above: list[str] = []
    for row, place in places:
        score = score_of(book, row, wanted.exercises)
        text = _cell(platform, sheet, score, factor, wanted)
        if text is None:
            (excused if score.excused else nothing).append(row.name)
        else:
            sheet.put(place, column, text)
            count += 1
        if score.points is not None and score.points > most_of(book, wanted.exercises):
            above.append(row.name)
        if comments is not None and score.remarks and not sheet.cell(place, comments):
            sheet.put(place, comments, harmless(" ".join(render(remark) for remark in score.remarks)))
    there = {row.student for row, _ in places}
    absent = [people.called(row) for row in book.rows if row.student not in there and _has(book, row, wanted)]
    for template, names in (
        (instructor_exports.LEFT_EXCUSED, excused),
        (instructor_exports.LEFT_EMPTY, nothing),
        (instructor_exports.ABOVE_MAXIMUM, above),
        (instructor_exports.NOT_IN_SHEET, absent),
    ):
        if names:
            notes.append(template(count=len(names), names=few(names)))
    return Filled(
        data=sheet.data(),
        count=count,
        column=sheet.cell(header, column),
        notes=tuple(notes),
        places={row.student: place for row, place in places},
    )


def few(names: Sequence[str]) -> str:
    """Return the first names of a list, with an ellipsis if there are more."""
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def plain(text: str) -> str:
    """Return the text of a header without accents, capitals and blanks around it, for comparisons."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in split if not unicodedata.combining(c)).split())


def _has(book: Gradebook, row: Row, wanted: Wanted) -> bool:
    return score_of(book, row, wanted.exercises).points is not None


def _column(platform: Platform, sheet: Sheet, header: int, name: str, wanted: Wanted) -> int:
    """Return the column to fill: the one that is named, or the only one. Raises `ExportError`."""
    names = sheet.row(header)
    candidates = platform.columns(sheet, header)
    if wanted.column:
        exact_ones = [n for n, text in enumerate(names) if plain(text) == plain(wanted.column)]
        found = exact_ones or [n for n in candidates if plain(wanted.column) in plain(names[n])]
        if len(found) == 1:
            return found[0]
        known = [names[n] for n in found or candidates]
        if found:
            raise ExportError(
                instructor_exports.SEVERAL_COLUMNS(path=name, names=_quoted(known), column=_quoted(known[:1]))
            )
        cure = did_you_mean(wanted.column, known)
        raise ExportError(instructor_exports.NO_SUCH_COLUMN(path=name, column=wanted.column, cure=cure))
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise ExportError(instructor_exports.NO_COLUMN(path=name, names=_quoted(names)))
    known = [names[n] for n in candidates]
    raise ExportError(instructor_exports.SEVERAL_COLUMNS(path=name, names=_quoted(known), column=_quoted(known[:1])))


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _factor(theirs: float | None, ours: float, name: str, wanted: Wanted) -> Decimal:
    """Return what points are multiplied by. Raises `ExportError` if the maxima differ, and nobody asked for that."""
    if theirs is None or theirs == ours:
        return Decimal(1)
    if wanted.scale and ours > 0:
        return exact(theirs) / exact(ours)
    raise ExportError(instructor_exports.OTHER_MAXIMUM(path=name, theirs=points_text(theirs), ours=points_text(ours)))


def _cell(platform: Platform, sheet: Sheet, score: Score, factor: Decimal, wanted: Wanted) -> str | None:
    """Return what to write, or `None` if the cell stays as it is."""
    if score.excused:
        return platform.excused or None
    if score.points is None and not wanted.zero:
        return None
    points = rounded(exact(score.points or 0.0) * factor)
    return points_text(points).replace(".", sheet.decimal)


class _People:
    """The people of a gradebook, to be found by what a platform knows of them."""

    def __init__(self, book: Gradebook) -> None:
        self._rows: defaultdict[Person, list[Row]] = defaultdict(list)  # of two people of one name no more may be known
        self._by_number: dict[str, Row] = {}
        for row in book.rows:
            person = row.person or _guess(row.student)
            self._rows[person].append(row)
            self._by_number |= dict.fromkeys((*row.participants, *person.other_ids), row)
        self._archived = Roster(people=tuple(row.person or _guess(row.student) for row in book.archived))
        self._roster = Roster(people=tuple(self._rows))

    def matched(self, places: Iterator[Place], sheet: Sheet, name: str) -> tuple[list[tuple[Row, int]], list[Sentence]]:
        """Return each row of the gradebook with its row of the sheet, and notes about the others.

        Raises `ExportError` if two rows of the sheet are about the same person.
        """
        found: dict[str, tuple[Row, int]] = {}
        unknown: list[str] = []
        notes: list[Sentence] = []
        for place in places:
            row, near = self._row_of(place)
            if row is None:
                left = self._archived.find(place.person)
                if left.person is not None and left.sure:
                    continue
                if near:
                    notes.append(
                        instructor_exports.NOT_SURE(line=place.row + 1, person=place.person.label, names=few(near))
                    )
                else:
                    unknown.append(place.person.label)
                continue
            if row.student in found:
                first = found[row.student][1] + 1
                raise ExportError(
                    instructor_exports.TWICE(path=name, first=first, second=place.row + 1, person=row.name)
                )
            found[row.student] = (row, place.row)
        if unknown:
            notes.append(instructor_exports.NOT_IN_GRADEBOOK(count=len(unknown), names=few(unknown)))
        return list(found.values()), notes

    def _row_of(self, place: Place) -> tuple[Row | None, list[str]]:
        """Return whom a row of the sheet is about, or who it may be.

        The platform's own number counts if the work came from there with it. Other platforms have such numbers too, so
        the names must agree, where the sheet has any.
        """
        known = self._by_number.get(place.number)
        words = set(plain(place.person.name).split())
        if known is not None and (not place.person.label or words & set(plain(known.name).split())):
            return known, []
        match = self._roster.find(place.person)
        people = match.candidates if match.person is None else (match.person,)
        rows = [row for person in people for row in self._rows[person]]
        if match.person is not None and match.sure and len(rows) == 1:
            return rows[0], []
        return None, [self.called(row) for row in rows]

    def called(self, row: Row) -> str:
        """Return a name that only one person has."""
        return row.name if len(self._rows[row.person or _guess(row.student)]) == 1 else row.student


def _guess(student: str) -> Person:
    """Return who a student may be, if only the name of the folder is known."""
    if " " in student.strip():
        return Person(name=student.strip())
    return Person(id=student, login=student, email=student if "@" in student else "")
