"""Recognises copies of an exercise's file by their names: `07_autograd (1).ipynb`, `Copy of 07_autograd.py`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

_SUFFIXES = (".py", ".ipynb")


def copied(stem: str, ids: Iterable[str]) -> str | None:
    """Return the id of which a file's name without its suffix is a copy, or `None`.

    Systems and editors put words before or after a name in many languages, so every longer name with an id in it is a
    copy. A name that is an id itself is none.
    """
    name = _fold(stem)
    known = sorted(ids, key=len, reverse=True)
    if any(name == _fold(id) for id in known):
        return None
    return next((id for id in known if _fold(id) in name), None)


def copies_in(folder: Path, ids: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the copies in a folder, sorted. A folder that cannot be listed has none."""
    known = tuple(ids)
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    except OSError:
        return ()
    return tuple(name for name in names if not name.startswith(".") and copied(Path(name).stem, known))


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
