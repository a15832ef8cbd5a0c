"""Make names and lines from students safe to show: no control characters, no lone surrogates, no very long lines."""

from __future__ import annotations

import unicodedata

_REPLACED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # of category Cf, but needed to spell Persian and Indic names
_MARK = "\ufffd"


def printable(text: str) -> str:
    """Return `text` in NFC. Control characters and characters that cannot be encoded are replaced by U+FFFD."""
    safe = (_MARK if unicodedata.category(c) in _REPLACED and c not in _JOINERS else c for c in text)
    return unicodedata.normalize("NFC", "".join(safe))


def excerpt(line: str, *, width: int = 80) -> str:
    """Return `line` without indentation, printable and cut to `width` characters."""
    text = line.strip()[: 2 * width].expandtabs(4)
    return printable(text if len(text) <= width else text[: width - 1] + "…")


def student_name(folder: str) -> str:
    """Return a printable name for the student whose folder is called `folder`; it is never a path such as `..`."""
    name = printable(folder)
    bare = name.lstrip(".")
    return _MARK * (len(name) - len(bare)) + bare
