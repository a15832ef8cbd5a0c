"""Explains what is wrong with an entry of `adjustments.toml`, or with the file, to people who wrote it by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final, get_args

import msgspec

from grader.errors import did_you_mean
from grader.gradebook.decisions import (
    DECISIONS,
    MOST,
    Action,
    Adjustments,
    Decision,
    Extension,
    LateRule,
    Name,
    NotNegative,
    Number,
    Share,
)
from grader.sentences import Sentence, instructor_slips

_KINDS: Final = {name: kind for kind, name in DECISIONS.items()}
_HEADINGS: Final = tuple(field.name for field in msgspec.structs.fields(Adjustments))
_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)$")
_LONGEST: Final = 60  # characters of a value or a line that are shown


def slip_in(kind: type[Decision], fields: Mapping[str, Any]) -> Sentence | None:
    """Return what is wrong with an entry, or `None`."""
    known = {field.name: field for field in msgspec.structs.fields(kind)}
    for name in fields:
        if name in known:
            continue
        if name in _HEADINGS:
            return instructor_slips.ABOVE_ALL(name=name)
        return instructor_slips.UNKNOWN_NAME(name=_short(name), cure=did_you_mean(name, known))
    for name, field in known.items():
        if name not in fields and field.required:
            return instructor_slips.MISSING(name=name)
        if field.type == Name and fields.get(name) == "":
            return instructor_slips.EMPTY(name=name)
        if name in fields and not _fits(fields[name], field.type):
            return instructor_slips.WRONG(name=name, value=_shown(fields[name]), what=_what(field.type))
    if kind is Extension and ("days" in fields) == bool(fields.get("until")):
        return instructor_slips.UNTIL_OR_DAYS()
    return None


def slip_in_file(read: Mapping[str, Any]) -> Sentence | None:
    """Return what is wrong with a file that is TOML, or `None`: the first slip, and where it is."""
    for heading, held in read.items():
        if heading not in _HEADINGS:
            return instructor_slips.UNKNOWN_HEADING(name=_short(heading), cure=did_you_mean(heading, _HEADINGS))
        if heading == "timezone" and not isinstance(held, str):
            return instructor_slips.WRONG(name=heading, value=_shown(held), what=instructor_slips.TEXT())
        if heading == "late" and not isinstance(held, dict):
            return instructor_slips.ONE_BRACKET()
        if heading == "late" and (slip := slip_in(LateRule, held)) is not None:
            return instructor_slips.IN_TABLE(kind=heading, problem=slip)
        if heading not in _KINDS:
            continue
        if not isinstance(held, list) or not all(isinstance(entry, dict) for entry in held):
            return instructor_slips.TWO_BRACKETS(kind=heading)
        for number, entry in enumerate(held, start=1):
            if (slip := slip_in(_KINDS[heading], entry)) is not None:
                return instructor_slips.IN_ENTRY(number=number, kind=heading, problem=slip)
    return None


def slip_in_toml(text: str, error: str) -> Sentence:
    """Return what is wrong with a text that is no TOML; `error` is what the reader of TOML said."""
    if "overwrite" in error or "twice" in error or "immutable" in error:
        return instructor_slips.TWICE()
    lines = text.splitlines() or [""]
    found = _LINE.search(error)
    number = min(int(found[1]), len(lines)) if found is not None else len(lines)
    return instructor_slips.LINE(line=number, text=_short(lines[number - 1].strip()))


def _fits(value: object, kind: Any) -> bool:
    try:
        converted = msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return not isinstance(converted, float) or isfinite(converted)


def _what(kind: Any) -> Sentence:
    """Return what a value of a kind must be."""
    needed = next((one for one in get_args(kind) if one is not type(None)), kind) if _is_optional(kind) else kind
    if needed in (Number, NotNegative, Share):
        least = -MOST if needed == Number else 0
        return instructor_slips.NUMBER(least=least, most=1 if needed == Share else MOST)
    if needed == Action:
        return instructor_slips.DROP_OR_GIVE()
    if needed is bool:
        return instructor_slips.YES_OR_NO()
    return instructor_slips.TEXT()


def _is_optional(kind: Any) -> bool:
    return type(None) in get_args(kind)


def _shown(value: object) -> str:
    """Return a value as the file has it."""
    try:
        return _short(json.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError):
        return _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
