"""The one error of the catalog, and how it points at what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class CatalogError(Exception):
    """Something in the kit's own files is wrong; the text says what, why, and what to do."""


def meant(name: str, known: Iterable[str]) -> str:
    """Return the cure for an unknown name: the closest known one, and all of them where they are few."""
    names = sorted(known)
    if not names:
        return "There are none to choose from."
    closest = get_close_matches(name, names, n=1, cutoff=0.0)
    return f"Did you mean {closest[0]!r}?"
