"""The standard streams of every command: they never fail.

A terminal may know few characters, and `grader … | head` closes the pipe early. Neither is a reason for a traceback, or
for reports that are not written.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import Final

_READABLE: Final = "grader-readable"
_PLAIN: Final = {
    "✓": "+",
    "✗": "x",
    "○": "o",
    "◐": "~",
    "·": "-",
    "•": "*",
    "×": "x",
    "–": "-",
    "—": "-",
    "−": "-",
    "…": "...",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "→": "->",
    "←": "<-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
    "²": "^2",
    "³": "^3",
    "∞": "inf",
    "\u00a0": " ",
    **dict.fromkeys("─━╸╺═", "-"),
    **dict.fromkeys("│┃║", "|"),
}


class Screen(io.TextIOWrapper):
    """A standard stream to people. Once nobody reads it any more, `gone` is true and what is written is dropped."""

    gone = False

    def write(self, text: str) -> int:
        """Write, if anybody reads."""
        try:
            return super().write(text)
        except BrokenPipeError:
            return self._drop(len(text))

    def flush(self) -> None:
        """Flush, if anybody reads."""
        try:
            super().flush()
        except BrokenPipeError:
            self._drop(0)

    def _drop(self, written: int) -> int:
        self.gone = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())  # what is still in buffers goes there too, when Python ends as well
        os.close(nowhere)
        return written


def prepare() -> None:
    """Give this process streams that never fail, whatever the terminal's encoding, even when nobody reads on."""
    codecs.register_error(_READABLE, _readable)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed before we started
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (it is for as long as we live)
        elif type(stream) is io.TextIOWrapper:
            stream.flush()
            screen = Screen(
                stream.buffer,
                encoding=stream.encoding,
                errors=_READABLE,
                line_buffering=stream.line_buffering,
                write_through=stream.write_through,
            )
            setattr(sys, name, screen)


def nobody_reads() -> bool:
    """Say whether the reader of what this process prints has gone."""
    return isinstance(sys.stdout, Screen) and sys.stdout.gone


def _readable(error: UnicodeError) -> tuple[str, int]:
    """Replace what an encoding lacks: signs by what looks like them, letters by a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(c, "?") for c in error.object[error.start : error.end]), error.end
