"""What people decide about points, in `OUT/adjustments.toml`: people edit it, and `grader adjust` adds to its end."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date, datetime, time
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeVar

import msgspec

from grader.files import write_bytes
from grader.gradebook.errors import GradebookError
from grader.gradebook.moments import moment, zone_named
from grader.sentences import instructor_adjusting, instructor_gradebook

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ADJUSTMENTS: Final = "adjustments.toml"

_NotNegative = Annotated[float, msgspec.Meta(ge=0)]
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Name = Annotated[str, msgspec.Meta(min_length=1)]
_MOST: Final = 100_000  # points, days and minutes; sums and times of more can no longer be computed


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all decisions have in common: a misspelt key is an error, not a decision without effect."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, float) and not isfinite(value):
                raise ValueError(f"`{name}` must be a number that is finite")
            if isinstance(value, float) and abs(value) > _MOST:
                raise ValueError(f"`{name}` must be between -{_MOST} and {_MOST}")


class Override(Decision, frozen=True, kw_only=True):
    """These points count for one exercise, or one of its tasks, whatever the examiner said."""

    student: _Name
    exercise: _Name
    task: str = ""
    points: _NotNegative
    reason: _Name


class Extra(Decision, frozen=True, kw_only=True):
    """Points that are added (or taken, if negative), to one exercise or to the person's sum."""

    student: _Name
    exercise: str = ""
    points: float
    reason: _Name


class Excused(Decision, frozen=True, kw_only=True):
    """An exercise, or all of them, that does not count for one person."""

    student: _Name
    exercise: str = ""
    reason: str = ""


class Extension(Decision, frozen=True, kw_only=True):
    """More time for one person: until a moment, or some days. Without an exercise, for all of them."""

    student: _Name
    exercise: str = ""
    until: str = ""
    days: _NotNegative | None = None
    reason: str = ""


class Comment(Decision, frozen=True, kw_only=True):
    """A remark that the student reads, on one exercise or on everything."""

    student: _Name
    exercise: str = ""
    text: _Name


class CheckDecision(Decision, frozen=True, kw_only=True):
    """A check that counts for nobody, or whose points everybody gets who handed the exercise in."""

    exercise: _Name
    check: _Name
    action: Literal["drop", "give"]
    reason: _Name


class ExerciseRule(Decision, frozen=True, kw_only=True):
    """How much an exercise weighs in the sum, when it is due, and whether it is extra credit."""

    id: _Name
    weight: _NotNegative | None = None
    due: str = ""
    extra_credit: bool | None = None


class Withdrawn(Decision, frozen=True, kw_only=True):
    """A person who left the course."""

    student: _Name
    reason: str = ""


class Renamed(Decision, frozen=True, kw_only=True):
    """A person whose folder has another name now. The results under both names belong together."""

    student: _Name
    now: _Name


class LateRule(Decision, frozen=True, kw_only=True):
    """What is taken off for each day begun after the time when an exercise was due.

    `per_day` and `at_most` are shares of the earned points. `grace_minutes` cost nothing. After `none_after_days` no
    points are left.
    """

    per_day: _Share
    at_most: _Share = 1.0
    grace_minutes: _NotNegative = 0.0
    none_after_days: _NotNegative | None = None


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


_Kind = TypeVar("_Kind", bound=Decision)


def decision(kind: type[_Kind], **fields: object) -> _Kind:
    """Return a decision from what somebody typed. Raises `GradebookError` if a value is none that the file may have."""
    stated = {name: value for name, value in fields.items() if value is not None}
    try:
        return msgspec.convert(stated, kind)
    except msgspec.ValidationError as error:
        raise GradebookError(instructor_adjusting.WRONG_VALUE(error=str(error))) from None


def read_adjustments(out: Path) -> Adjustments:
    """Return what is decided in an output folder: nothing, if there is no file. Raises `GradebookError`."""
    path = out / ADJUSTMENTS
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Adjustments()
    except OSError as error:
        raise _broken(path, error.strerror or str(error)) from None
    return _parsed(path, data)


def _parsed(path: Path, data: bytes) -> Adjustments:
    try:
        read = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
        decided = msgspec.convert(_with_texts(read), Adjustments)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise _broken(path, str(error)) from None
    zone_named(decided.timezone)
    for number, extension in enumerate(decided.extension, start=1):
        if bool(extension.until) == (extension.days is not None):
            raise GradebookError(instructor_gradebook.UNTIL_OR_DAYS(path=str(path), number=number))
    for text in (*(one.until for one in decided.extension), *(one.due for one in decided.exercise)):
        if text:
            moment(text, decided.timezone)
    return decided


def _broken(path: Path, error: str) -> GradebookError:
    return GradebookError(instructor_gradebook.BROKEN_ADJUSTMENTS(path=str(path), error=error))


def _with_texts(value: Any) -> Any:
    """Return the value with dates and times as text, whether or not they are in quotes."""
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case dict():
            return {key: _with_texts(held) for key, held in value.items()}
        case list():
            return [_with_texts(held) for held in value]
    return value


def lay_down_template(out: Path) -> Path:
    """Write the file with its explanation, if there is none, and return its path. Raises `OSError`."""
    path = out / ADJUSTMENTS
    if not path.exists():
        write_bytes(path, _template())
    return path


def _template() -> bytes:
    return str(instructor_gradebook.TEMPLATE()).encode()


class Draft(NamedTuple):
    """The new content of the file, what is then decided, and the new decisions alone."""

    data: bytes
    whole: Adjustments
    new: Adjustments


def with_decisions(out: Path, decisions: tuple[Decision, ...]) -> Draft:
    """Return the file with these decisions at its end.

    What is in the file already stays as it is, with its comments. Nothing is written. Raises `GradebookError`.
    """
    path = out / ADJUSTMENTS
    earlier = read_adjustments(out)
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        before = _template()
    added = "".join(f"\n[[{DECISIONS[type(one)]}]]\n{_lines(msgspec.to_builtins(one))}" for one in decisions)
    end = b"" if before.endswith(b"\n") or not before else b"\n"
    data = before + end + added.encode("utf-8", "replace")
    new = _parsed(path, added.encode("utf-8", "replace"))
    new = msgspec.structs.replace(new, timezone=earlier.timezone, renamed=(*earlier.renamed, *new.renamed))
    return Draft(data=data, whole=_parsed(path, data), new=new)


def _lines(fields: Mapping[str, object]) -> str:
    """Return fields as lines of TOML. Its texts in quotes are written as JSON writes them."""
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())


def write_adjustments(out: Path, data: bytes) -> None:
    """Write the file, whole or not at all. Raises `OSError`."""
    write_bytes(out / ADJUSTMENTS, data)
