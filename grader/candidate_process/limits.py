"""Stops code that takes too long from inside its process, so that what stands after it can still run."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Container, Iterator
from types import FrameType

_WAITING = 3  # times as many seconds may pass while nothing is computed: it sleeps, or the machine is busy
_AGAIN = 0.1  # seconds after which code that has caught the exception meets it again


class TimeLimitExceeded(BaseException):
    """Raised in code that takes too long. No `Exception`, which that code may well catch."""


@contextlib.contextmanager
def time_limit(seconds: float, files: Container[str]) -> Iterator[None]:
    """Stop code of `files` that runs in here when it has computed for `seconds`, or waited thrice as long.

    Only where a function or the top level of those files is running: this process's own code is never stopped. What
    runs in C is stopped when it returns.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        while frame is not None:
            if frame.f_code.co_filename in files:
                limit = f"{seconds:g} s" if number == signal.SIGPROF else f"{_WAITING * seconds:g} s of waiting"
                raise TimeLimitExceeded(f"stopped after {limit}")
            frame = frame.f_back

    timers = ((signal.ITIMER_PROF, signal.SIGPROF, seconds), (signal.ITIMER_REAL, signal.SIGALRM, _WAITING * seconds))
    before = [signal.signal(number, stop) for _, number, _ in timers]
    try:
        for timer, _, first in timers:
            signal.setitimer(timer, first, _AGAIN)
        yield
    finally:
        for (timer, number, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
