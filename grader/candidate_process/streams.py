"""Standard streams like those of a script: text over bytes. What is written is dropped, and the input is empty."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from typing import Any


class _Bytes(io.BufferedIOBase):
    """The bytes below a text stream, such as `sys.stdout.buffer`. Closing it has no effect."""

    mode = "wb"

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self._number = number

    @property
    def raw(self) -> _Bytes:
        """This stream itself, because no other buffer lies below it."""
        return self

    def fileno(self) -> int:
        """Return the usual descriptor of the stream. In the sandbox, this descriptor leads to /dev/null."""
        return self._number

    def writable(self) -> bool:
        """Say whether this is an output stream."""
        return self._number > 0

    def readable(self) -> bool:
        """Say whether this is the input stream."""
        return self._number == 0

    def write(self, data: Any) -> int:
        """Drop the data; return its length in bytes."""
        if not self.writable():
            raise io.UnsupportedOperation("not writable")
        return memoryview(data).nbytes

    def read(self, size: int | None = -1) -> bytes:
        """Return no bytes: the input is empty."""
        if not self.readable():
            raise io.UnsupportedOperation("not readable")
        return b""

    def read1(self, size: int = -1) -> bytes:
        """Return no bytes: the input is empty."""
        return self.read(size)

    def close(self) -> None:
        """Do nothing: other streams write here too."""


class Stream(io.TextIOWrapper):
    """A standard stream like Python's own, but it cannot be closed, and it accepts lone surrogates."""

    def __init__(self, name: str, number: int) -> None:
        """Open `("<stdin>", 0)`, `("<stdout>", 1)` or `("<stderr>", 2)`."""
        errors = "backslashreplace" if number == 2 else "replace"
        super().__init__(_Bytes(name, number), encoding="utf-8", errors=errors, line_buffering=True)

    @property
    def mode(self) -> str:
        """The mode: "r" or "w"."""
        return "r" if self.readable() else "w"

    def close(self) -> None:
        """Flush, but stay open, so that later prints do not fail."""
        with contextlib.suppress(ValueError):  # it was detached
            self.flush()


class Streams:
    """A context with new standard streams.

    Every context begins with new streams, because a submission may have changed or detached the old ones.
    """

    def __enter__(self) -> Streams:
        self._before = {name: getattr(sys, name) for name in _NAMES}
        given = [Stream(f"<{name}>", number) for number, name in enumerate(("stdin", "stdout", "stderr"))]
        self._given = given
        for name, stream in zip(_NAMES, (*given, *given), strict=True):
            setattr(sys, name, stream)
        return self

    def __exit__(self, *raised: object) -> None:
        for stream in (*self._given[1:], sys.stdout, sys.stderr):
            if type(stream) in (Stream, io.TextIOWrapper):  # never call methods of a submission's own class
                _ignore_errors(stream.flush)
        for name, stream in self._before.items():
            setattr(sys, name, stream)


_NAMES = ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__")


def _ignore_errors(do: Callable[[], object]) -> None:
    """Call `do` and ignore all errors: a stream may be detached, or write to an object of the submission."""
    with contextlib.suppress(BaseException):
        do()
