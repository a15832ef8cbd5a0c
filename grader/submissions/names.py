"""Show names and lines that a student chose, safely: no control characters, no lone surrogates, no endless lines."""

from __future__ import annotations

import unicodedata

_REPLACED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # of category Cf, yet part of how Persian and Indic names are spelt
_MARK = "\ufffd"


def printable(text: str) -> str:
    """Return `text` in NFC, with each character that steers a terminal, or cannot be encoded, replaced by U+FFFD."""
    safe = (_MARK if unicodedata.category(c) in _REPLACED and c not in _JOINERS else c for c in text)
    return unicodedata.normalize("NFC", "".join(safe))


def excerpt(line: str, *, width: int = 80) -> str:
    """Return `line` without its indentation, printable, and cut to `width` characters."""
    text = line.strip()[: 2 * width].expandtabs(4)
    return printable(text if len(text) <= width else text[: width - 1] + "…")


def student_name(folder: str) -> str:
    """Return how to show the student whose folder is called `folder`: printable, and never like the path `..`."""
    name = printable(folder)
    bare = name.lstrip(".")
    return _MARK * (len(name) - len(bare)) + bare
