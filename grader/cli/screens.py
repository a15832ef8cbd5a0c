"""The standard streams of every command. Writing to them never fails.

A terminal may have few characters, and `grader … | head` closes the pipe early. Neither must cause a traceback, or keep
reports from being written.
"""

from __future__ import annotations

import codecs
import errno
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
    """A standard stream. After its reader has gone, `gone` is true and everything written is dropped."""

    gone = False

    def write(self, text: str) -> int:
        """Write the text, or drop it if the reader has gone."""
        try:
            return super().write(text)
        except OSError as error:
            if not _tells_of_nobody(error):
                raise
            return self._drop(len(text))

    def flush(self) -> None:
        """Flush the stream, or do nothing if the reader has gone."""
        try:
            super().flush()
        except OSError as error:
            if not _tells_of_nobody(error):
                raise
            self._drop(0)

    def _drop(self, written: int) -> int:
        self.gone = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())  # buffered text goes there too, also when Python exits
        os.close(nowhere)
        return written


def _tells_of_nobody(error: OSError) -> bool:
    """Say whether an error means that the reader of a stream has gone. Windows calls that an invalid argument."""
    return isinstance(error, BrokenPipeError) or (sys.platform == "win32" and error.errno == errno.EINVAL)


def prepare() -> None:
    """Give this process streams that never fail.

    Neither the terminal's encoding nor a reader that has gone causes an error.
    """
    codecs.register_error(_READABLE, _readable)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed before this process started
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (it stays open until the process ends)
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
    """Say whether the reader of stdout has gone."""
    return isinstance(sys.stdout, Screen) and sys.stdout.gone


def _readable(error: UnicodeError) -> tuple[str, int]:
    """Replace characters that an encoding lacks: symbols by similar ones, letters by a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(c, "?") for c in error.object[error.start : error.end]), error.end
