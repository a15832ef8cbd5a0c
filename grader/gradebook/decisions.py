"""The decisions that people can make about points, as records: what an entry of `adjustments.toml` may hold."""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Final, Literal

import msgspec

MOST: Final = 100_000  # points, days and minutes; sums and times of more can no longer be computed
Number = Annotated[float, msgspec.Meta(ge=-MOST, le=MOST)]
NotNegative = Annotated[float, msgspec.Meta(ge=0, le=MOST)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Name = Annotated[str, msgspec.Meta(min_length=1)]
Action = Literal["drop", "give"]


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all decisions have in common: a misspelt key is an error, not a decision without effect."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, float) and not isfinite(value):
                raise ValueError(f"{name} is not finite")


class Override(Decision, frozen=True, kw_only=True):
    """These points count for one exercise, or one of its tasks, whatever the examiner said."""

    student: Name
    exercise: Name
    task: str = ""
    points: NotNegative
    reason: Name


class Extra(Decision, frozen=True, kw_only=True):
    """Points that are added (or taken, if negative), to one exercise or to the person's sum."""

    student: Name
    exercise: str = ""
    points: Number
    reason: Name


class Excused(Decision, frozen=True, kw_only=True):
    """An exercise, or all of them, that does not count for one person."""

    student: Name
    exercise: str = ""
    reason: str = ""


class Extension(Decision, frozen=True, kw_only=True):
    """More time for one person: until a moment, or some days. Without an exercise, for all of them."""

    student: Name
    exercise: str = ""
    until: str = ""
    days: NotNegative | None = None
    reason: str = ""


class Comment(Decision, frozen=True, kw_only=True):
    """A remark that the student reads, on one exercise or on everything."""

    student: Name
    exercise: str = ""
    text: Name


class CheckDecision(Decision, frozen=True, kw_only=True):
    """A check that does not count, or that gives its points to everybody who handed in the exercise."""

    exercise: Name
    check: Name
    action: Action
    reason: Name


class ExerciseRule(Decision, frozen=True, kw_only=True):
    """How much an exercise weighs in the sum, when it is due, and whether it is extra credit."""

    id: Name
    weight: NotNegative | None = None
    due: str = ""
    extra_credit: bool | None = None


class Withdrawn(Decision, frozen=True, kw_only=True):
    """A person who left the course."""

    student: Name
    reason: str = ""


class Renamed(Decision, frozen=True, kw_only=True):
    """A person whose folder has another name now. The results under both names belong together."""

    student: Name
    now: Name


class LateRule(Decision, frozen=True, kw_only=True):
    """What is taken off for each day begun after the time when an exercise was due.

    `per_day` and `at_most` are shares of the earned points. `grace_minutes` cost nothing. After `none_after_days` no
    points are left.
    """

    per_day: Share
    at_most: Share = 1.0
    grace_minutes: NotNegative = 0.0
    none_after_days: NotNegative | None = None


class Adjustments(Decision, frozen=True, kw_only=True):
    """Everything that is decided. If several entries are about the same thing, the last one counts.

    Times without a zone are in `timezone`, or else in that of this machine.
    """

    timezone: str = ""
    late: LateRule | None = None
    override: tuple[Override, ...] = ()
    extra: tuple[Extra, ...] = ()
    excused: tuple[Excused, ...] = ()
    extension: tuple[Extension, ...] = ()
    comment: tuple[Comment, ...] = ()
    check: tuple[CheckDecision, ...] = ()
    exercise: tuple[ExerciseRule, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    renamed: tuple[Renamed, ...] = ()


DECISIONS: Final[dict[type[Decision], str]] = {
    Override: "override",
    Extra: "extra",
    Excused: "excused",
    Extension: "extension",
    Comment: "comment",
    CheckDecision: "check",
    ExerciseRule: "exercise",
    Withdrawn: "withdrawn",
    Renamed: "renamed",
}
