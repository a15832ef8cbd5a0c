"""The gradebook of a class, as a record: what counts for each person, with the reason for each difference.

Reports hold what the examiner said, and never change by hand. A gradebook adds what people decided.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from grader.gradebook.points import ZERO, exact, rounded
from grader.records import ExerciseStatus
from grader.roster import Person
from grader.sentences import Sentence

GRADEBOOK_SCHEMA: Final = "grader/gradebook/1"
ReasonKind = Literal[
    "check_dropped", "check_given", "task_override", "extension", "late", "override", "extra", "excused"
]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why the points of an entry, or of a whole row, are not those of the examiner.

    `text` says what was done, and `words` are those of the person who decided it. `change` is how many points it added
    or took. Reasons stand in the order in which they count.
    """

    kind: ReasonKind
    text: Sentence
    words: str = ""
    change: float = 0.0


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise of one person.

    `raw` are the examiner's points, and `points` those that count; both are `None` if nothing was handed in, and
    `points` also if the exercise is `excused`. `max_points` is 0 if it is excused. `late` are the days for which points
    are taken off, and `handed_in` is the time as ISO text, or "" if it is not known. `comments` are for the student.
    `missed` are the ids of the checks that gave no points.
    """

    exercise: str
    status: ExerciseStatus
    raw: float | None
    points: float | None
    max_points: float
    excused: bool = False
    late: int = 0
    handed_in: str = ""
    reasons: tuple[Reason, ...] = ()
    comments: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was handed in and nothing decided."""
        return self.points is None and not self.excused


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One person. `student` is the name in reports and `folder` the name of the folder in OUT that holds the report.

    `earlier_names` are those under which other reports of this person were written.
    `participants` are the numbers that Moodle has for this person, one for each assignment.
    `person` is what the roster knows, or `None`. `points` and `max_points` are the weighted sums of the entries; extra
    points that belong to no exercise are added, and stand in `reasons`. `entries` stand in the order of the columns.
    """

    student: str
    folder: str
    earlier_names: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    person: Person | None = None
    points: float
    max_points: float
    entries: tuple[Entry, ...]
    reasons: tuple[Reason, ...] = ()
    comments: tuple[str, ...] = ()

    def entry(self, exercise: str) -> Entry:
        """Return the entry of an exercise. Raises `KeyError`."""
        for entry in self.entries:
            if entry.exercise == exercise:
                return entry
        raise KeyError(exercise)

    @property
    def name(self) -> str:
        """How people call this person."""
        return self.person.label if self.person is not None else self.student


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise of the class. `weight` multiplies its points in sums; `extra_credit` leaves it out of the maximum.

    `due` is the time when it must be handed in, as ISO text, or "". `checks` are the ids of its checks, by task.
    `reasons` are the decisions about its checks, which are the same for everybody.
    """

    exercise: str
    max_points: float
    weight: float = 1.0
    extra_credit: bool = False
    due: str = ""
    checks: dict[str, tuple[str, ...]] = {}
    reasons: tuple[Reason, ...] = ()


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Points that changed, and why.

    `exercise` is "" if the change is in the person's sum, and `student` is "" if it is in the whole class.
    """

    student: str
    exercise: str
    before: float | None
    after: float | None
    causes: tuple[Sentence, ...]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One command that changed the gradebook: when (ISO text, UTC), which command, and which exercises it graded.

    `new` is the number of entries that had no points before. They are not among the `changes`.
    """

    when: str
    command: Literal["grade", "adjust"]
    exercises: tuple[str, ...] = ()
    new: int = 0
    changes: tuple[Change, ...] = ()


class Gradebook(msgspec.Struct, frozen=True, kw_only=True):
    """The whole class. `archived` are people who left the course: they are in no table, and nothing of them is deleted.

    `runs` is the history, the oldest first. `problems` say what could not be used, such as an adjustment for somebody
    unknown. Points are rounded to hundredths, halves up, once for each entry.
    """

    schema: Literal["grader/gradebook/1"] = GRADEBOOK_SCHEMA
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    archived: tuple[Row, ...] = ()
    runs: tuple[Run, ...] = ()
    problems: tuple[Sentence, ...] = ()

    @property
    def max_points(self) -> float:
        """The most that a person can reach without extra credit."""
        counting = (column for column in self.columns if not column.extra_credit)
        return rounded(sum((exact(column.max_points) * exact(column.weight) for column in counting), ZERO))
