"""Finds whom and what a decision means: a person by name, an exercise by its number."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping

from grader.gradebook.decisions import Renamed


def found_name(name: str, known: Collection[str]) -> str | None:
    """Return the known name that is meant: the same one, or the only one that differs in case or composition."""
    if name in known:
        return name
    alike = [one for one in known if _fold(one) == _fold(name)]
    return alike[0] if len(alike) == 1 else None


def found_exercise(name: str, known: Iterable[str]) -> str | None:
    """Return the id of the exercise that is meant: by its id, or its number alone, such as 07 or 7."""
    number = name.zfill(2) if name.isdecimal() else name
    alike = [id for id in known if id == name or id.split("_")[0] == number]
    return name if name in alike else alike[0] if len(alike) == 1 else None


def current_names(renamed: Iterable[Renamed]) -> Mapping[str, str]:
    """Return the name that each earlier name stands for now, through any number of changes."""
    now: dict[str, str] = {}
    for one in renamed:
        if one.student != one.now:
            now = {name: one.now if current == one.student else current for name, current in now.items()}
            now[one.student] = one.now
            now.pop(one.now, None)  # back to an earlier name
    return now


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).strip().casefold())
