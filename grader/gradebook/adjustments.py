"""What people decide about points, in `OUT/adjustments.toml`: people edit it, and `grader adjust` adds to its end."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from grader.files import write_bytes
from grader.gradebook.decisions import DECISIONS, Adjustments, Decision
from grader.gradebook.errors import GradebookError
from grader.gradebook.moments import moment, zone_named
from grader.gradebook.slips import slip_in, slip_in_file, slip_in_toml
from grader.sentences import Sentence, instructor_adjusting, instructor_gradebook, instructor_slips

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ADJUSTMENTS: Final = "adjustments.toml"

_Kind = TypeVar("_Kind", bound=Decision)


def decision(kind: type[_Kind], **fields: object) -> _Kind:
    """Return a decision from what somebody typed. Raises `GradebookError` if a value is none that the file may have."""
    stated = {name: value for name, value in fields.items() if value is not None}
    if (slip := slip_in(kind, stated)) is not None:
        raise GradebookError(instructor_adjusting.WRONG_VALUE(problem=slip))
    return msgspec.convert(stated, kind)


def read_adjustments(out: Path) -> Adjustments:
    """Return what is decided in an output folder: nothing, if there is no file. Raises `GradebookError`."""
    path = out / ADJUSTMENTS
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Adjustments()
    except OSError as error:
        raise _broken(path, instructor_slips.CLOSED(error=error.strerror or str(error))) from None
    return _parsed(path, data)


def _parsed(path: Path, data: bytes) -> Adjustments:
    """Return what is decided in the file at `path`. Raises `GradebookError`, which names it."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise _broken(path, instructor_slips.NOT_UTF8()) from None
    try:
        read = _with_texts(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _broken(path, slip_in_toml(text, str(error))) from None
    except RecursionError:
        raise _broken(path, instructor_slips.NESTED()) from None
    if (slip := slip_in_file(read)) is not None:
        raise _broken(path, slip)
    decided = msgspec.convert(read, Adjustments)
    try:
        _require_times(decided)
    except GradebookError as error:
        raise _broken(path, error.sentence) from None
    return decided


def _require_times(decided: Adjustments) -> None:
    """Raise `GradebookError` if a time or the time zone cannot be read."""
    zone_named(decided.timezone)
    for text in (*(one.until for one in decided.extension), *(one.due for one in decided.exercise)):
        if text:
            moment(text, decided.timezone)


def _broken(path: Path, problem: Sentence) -> GradebookError:
    return GradebookError(instructor_slips.BROKEN_ADJUSTMENTS(path=str(path), problem=problem))


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
    new = msgspec.convert(_with_texts(tomllib.loads(added)), Adjustments)
    new = msgspec.structs.replace(new, timezone=earlier.timezone, renamed=(*earlier.renamed, *new.renamed))
    _require_times(new)
    return Draft(data=data, whole=_parsed(path, data), new=new)


def _lines(fields: Mapping[str, object]) -> str:
    """Return fields as lines of TOML. Its texts in quotes are written as JSON writes them."""
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())


def write_adjustments(out: Path, data: bytes) -> None:
    """Write the file, whole or not at all. Raises `OSError`."""
    write_bytes(out / ADJUSTMENTS, data)
