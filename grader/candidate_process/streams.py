"""The standard streams as a script finds them: text over bytes. Nobody reads them and nobody types."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from typing import Any

from grader import wire
from grader.candidate_process.facts import clean

_MOST = 4 * wire.MAX_TEXT  # bytes: so many characters take no more of them


class _Sink:
    """Keeps the beginning of what is written to the streams, in the order in which it was written."""

    def __init__(self) -> None:
        self.kept = bytearray()

    def text(self) -> str:
        """Return what was kept, as text."""
        return clean(self.kept.decode("utf-8", "replace")[: wire.MAX_TEXT])


# One for the whole process: a stream that a submission has held on to writes to whatever call is running.
_SINK = _Sink()


class _Bytes(io.BufferedIOBase):
    """What lies below a stream of text: `sys.stdout.buffer`. Closing it does no harm."""

    mode = "wb"

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self._number = number

    @property
    def raw(self) -> _Bytes:
        """Itself: there is no other buffer below it."""
        return self

    def fileno(self) -> int:
        """Return the number that scripts know. In the sandbox it is that of a descriptor which leads nowhere."""
        return self._number

    def writable(self) -> bool:
        """Say that one may write here."""
        return self._number > 0

    def readable(self) -> bool:
        """Say whether one may read here: yes, there is nothing."""
        return self._number == 0

    def write(self, data: Any) -> int:
        """Keep what still fits."""
        if not self.writable():
            raise io.UnsupportedOperation("not writable")
        view = memoryview(data)
        room = _MOST - len(_SINK.kept)
        if room > 0:
            _SINK.kept += view.cast("B")[:room]
        return view.nbytes

    def read(self, size: int | None = -1) -> bytes:
        """Return nothing: it has ended."""
        if not self.readable():
            raise io.UnsupportedOperation("not readable")
        return b""

    def read1(self, size: int = -1) -> bytes:
        """Return nothing: it has ended."""
        return self.read(size)

    def close(self) -> None:
        """Stay open: others write here too."""


class Stream(io.TextIOWrapper):
    """A standard stream. Like Python's own, except that it cannot be closed, and takes half characters too."""

    def __init__(self, name: str, number: int) -> None:
        """Take one of `("<stdin>", 0)`, `("<stdout>", 1)` and `("<stderr>", 2)`."""
        errors = "backslashreplace" if number == 2 else "replace"
        super().__init__(_Bytes(name, number), encoding="utf-8", errors=errors, line_buffering=True)

    @property
    def mode(self) -> str:
        """Say whether it is for reading or writing."""
        return "r" if self.readable() else "w"

    def close(self) -> None:
        """Stay open: what is printed later costs nothing either."""
        with contextlib.suppress(ValueError):  # it was detached
            self.flush()


class Streams:
    """A context in which the standard streams are a script's; afterwards `text` is what was written to them.

    Every context begins with new ones, whatever was done to the old ones.
    """

    def __init__(self) -> None:
        self.text = ""

    def __enter__(self) -> Streams:
        self._before = {name: getattr(sys, name) for name in _NAMES}
        _SINK.kept = bytearray()
        given = [Stream(f"<{name}>", number) for number, name in enumerate(("stdin", "stdout", "stderr"))]
        self._given = given
        for name, stream in zip(_NAMES, (*given, *given), strict=True):
            setattr(sys, name, stream)
        return self

    def __exit__(self, *raised: object) -> None:
        for stream in (*self._given[1:], sys.stdout, sys.stderr):
            if type(stream) in (Stream, io.TextIOWrapper):  # what a submission's own class does is not for here
                _quietly(stream.flush)
        for name, stream in self._before.items():
            setattr(sys, name, stream)
        self.text, _SINK.kept = _SINK.text(), bytearray()


_NAMES = ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__")


def _quietly(do: Callable[[], object]) -> None:
    """Do it, whatever comes of it: a stream may have been detached, or lie above something of the submission's own."""
    with contextlib.suppress(BaseException):
        do()
