"""Times that people write: with a zone, or in the course's zone, or a day alone, which means its end."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from math import ceil
from typing import Final
from zoneinfo import ZoneInfo

from grader.gradebook.errors import GradebookError
from grader.sentences import instructor_gradebook

_DAY_ALONE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_DAY: Final = timedelta(days=1)
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2999


def zone_named(name: str) -> tzinfo | None:
    """Return a time zone such as "America/Sao_Paulo", or `None` (this machine's own) for "".

    Raises `GradebookError` if it is not known here.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # missing (Windows has none without the package tzdata), or no name
        raise GradebookError(instructor_gradebook.NO_TIMEZONE(name=name)) from None


def moment(text: str, zone: str = "") -> datetime:
    """Return the time that a text names, such as "2026-03-01 23:59" or "2026-03-01", in the zone.

    Raises `GradebookError`.
    """
    plain = text.strip().replace("Z", "+00:00")
    try:
        if _DAY_ALONE.fullmatch(plain):
            found = datetime.fromisoformat(f"{plain} 23:59:59")
        else:
            found = datetime.fromisoformat(plain)
    except ValueError:
        raise GradebookError(instructor_gradebook.NO_MOMENT(text=text)) from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:  # so that zones and extensions lead to years that exist
        raise GradebookError(instructor_gradebook.NO_YEAR(text=text, first=_FIRST_YEAR, last=_LAST_YEAR))
    there = zone_named(zone)
    if found.tzinfo is None:
        return found.replace(tzinfo=there) if there is not None else found.astimezone()
    return found.astimezone(there)


def days_late(handed_in: datetime, due: datetime, grace_minutes: float) -> int:
    """Return how many days were begun after the due time. The minutes of grace come first."""
    late = handed_in.astimezone(timezone.utc) - due.astimezone(timezone.utc)
    return max(0, ceil(late / _DAY)) if late > timedelta(minutes=grace_minutes) else 0
