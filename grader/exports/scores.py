"""What one person gets in one column of a platform: one exercise, several, or everything."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from grader.gradebook import Gradebook, Reason, Row
from grader.gradebook.points import exact, rounded
from grader.sentences import Sentence, instructor_exports, verbatim


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Points of a person: `None` if nothing was handed in, or if all of it is `excused`.

    `remarks` are for the student.
    """

    points: float | None
    excused: bool = False
    remarks: tuple[Sentence, ...] = ()


def most_of(book: Gradebook, exercises: Sequence[str]) -> float:
    """Return the maximum of some exercises, or of everything if there are none."""
    chosen = [column for column in book.columns if column.exercise in exercises]
    if not exercises:
        return book.max_points
    weights = [_weight(column.weight, chosen) for column in chosen]
    return rounded(sum((exact(c.max_points) * w for c, w in zip(chosen, weights, strict=True)), Decimal(0)))


def score_of(book: Gradebook, row: Row, exercises: Sequence[str]) -> Score:
    """Return the score of one person for some exercises, or for everything if there are none.

    One exercise alone counts as it is; several are weighted as in the sum.
    """
    chosen = [column for column in book.columns if not exercises or column.exercise in exercises]
    entries = [row.entry(column.exercise) for column in chosen]
    remarks = [
        *(remark for entry in entries for remark in _remarks(entry.exercise, entry.reasons, entry.comments, entries)),
        *(_remarks("", row.reasons, row.comments, ()) if not exercises else ()),
    ]
    if entries and all(entry.excused for entry in entries):
        return Score(points=None, excused=True, remarks=tuple(remarks))
    if not exercises:
        nothing = all(entry.points is None for entry in entries) and not row.reasons
        return Score(points=None if nothing else row.points, remarks=tuple(remarks))
    pairs = [(c, e) for c, e in zip(chosen, entries, strict=True) if e.points is not None]
    if not pairs:
        return Score(points=None, remarks=tuple(remarks))
    total = sum((exact(e.points or 0) * _weight(c.weight, chosen) for c, e in pairs), Decimal(0))
    return Score(points=rounded(total), remarks=tuple(remarks))


def only(book: Gradebook, exercises: Sequence[str]) -> Gradebook:
    """Return the gradebook with some exercises alone, and their sums."""
    columns = tuple(column for column in book.columns if column.exercise in exercises)
    weights = {column.exercise: _weight(column.weight, columns) for column in columns}
    rows = []
    for row in book.rows:
        entries = tuple(entry for entry in row.entries if entry.exercise in exercises)
        most = sum((exact(entry.max_points) * weights[entry.exercise] for entry in entries), Decimal(0))
        points = score_of(book, row, exercises).points or 0.0
        rows.append(replace(row, entries=entries, points=points, max_points=rounded(most), reasons=(), comments=()))
    return replace(book, columns=columns, rows=tuple(rows))


def _weight(weight: float, chosen: Sequence[object]) -> Decimal:
    return exact(weight) if len(chosen) > 1 else Decimal(1)


def _remarks(
    exercise: str, reasons: Sequence[Reason], comments: Sequence[str], entries: Sequence[object]
) -> list[Sentence]:
    """Return the reasons and comments as sentences, with the exercise in front if there are several."""
    said = [
        instructor_exports.REASON(text=reason.text, words=reason.words) if reason.words else reason.text
        for reason in reasons
    ]
    said += [verbatim(text) for text in comments]
    several = exercise and len(entries) > 1
    return [instructor_exports.OF_EXERCISE(exercise=exercise[:2], text=text) if several else text for text in said]
