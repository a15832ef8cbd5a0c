"""Stops code that takes too long from inside its process, so that the code after it can still run."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Container, Iterator
from types import FrameType

_ELAPSED_FACTOR = 3  # elapsed time may be so many times the limit: code may sleep, or the machine may be busy
_RAISE_AGAIN_AFTER = 0.1  # seconds until the exception is raised again in code that has caught it


class TimeLimitExceeded(BaseException):
    """Raised in code that takes too long. It is not an `Exception`, because that code may catch those."""


@contextlib.contextmanager
def time_limit(seconds: float, files: Container[str]) -> Iterator[None]:
    """Stop code from `files` in this block after `seconds` of processor time, or three times as much elapsed time.

    Code is stopped only inside a function or the top level of those files; the kit's own code is never stopped. C code
    is stopped when it returns. Raises `TimeLimitExceeded` in the stopped code.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        while frame is not None:
            if frame.f_code.co_filename in files:
                limit = f"{seconds:g} s" if number == signal.SIGPROF else f"{_ELAPSED_FACTOR * seconds:g} s of waiting"
                raise TimeLimitExceeded(f"stopped after {limit}")
            frame = frame.f_back

    timers = (
        (signal.ITIMER_PROF, signal.SIGPROF, seconds),
        (signal.ITIMER_REAL, signal.SIGALRM, _ELAPSED_FACTOR * seconds),
    )
    before = [signal.signal(number, stop) for _, number, _ in timers]
    try:
        for timer, _, first in timers:
            signal.setitimer(timer, first, _RAISE_AGAIN_AFTER)
        yield
    finally:
        for (timer, number, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
