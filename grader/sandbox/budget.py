"""The budget of one submission: time and memory for all its calls, crashes and restarts together."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable

_CREDIT = 2.0  # a busy machine may add at most this many times the budget
_UNKNOWN_DELAY_FACTOR = 2.0  # seconds of waiting that count as one second if it is unknown how busy the machine is
_SHORTEST_MEASURED = 0.1  # seconds: shorter waits count in full, which saves a question to the system


class Budget:
    """What is left: `seconds` of waiting for the submission, and bytes of memory for its `answers`.

    Time in which the candidate is ready to run but the machine is busy with other work does not count, so that a busy
    machine costs no marks.
    """

    def __init__(self, *, seconds: float, answers: int) -> None:
        self.whole = seconds
        self.most = answers
        self.seconds = seconds
        self.answers = answers
        self._credit = seconds * _CREDIT

    @property
    def used_up(self) -> bool:
        """Whether the seconds or the bytes are used up."""
        return self.seconds <= 0 or self.answers <= 0

    def take_seconds(self, used: float, delayed: float) -> None:
        """Subtract `used` seconds, except the `delayed` ones, in which the machine was busy."""
        credit = min(delayed, self._credit)
        self._credit -= credit
        self.seconds -= used - credit

    def left(self, used: float, delayed: float) -> float:
        """Return the seconds that `take_seconds` with these arguments would leave."""
        return self.seconds - used + min(delayed, self._credit)

    def take_answer(self, size: int) -> bool:
        """Subtract an answer's bytes; say whether they fitted. After one that did not fit, no later answer fits."""
        if size > self.answers:
            self.answers = 0
            return False
        self.answers -= size
        return True


class Meter:
    """Measures how long the kit waits for one process, and how long that process waits for a processor meanwhile."""

    def __init__(self, pid: int | None, computed: Callable[[], float]) -> None:
        """Measure the process with number `pid` in this process's namespace; `None` if the number is unknown.

        `computed` returns the processor time of all its threads, in seconds.
        """
        self._computed = computed
        self._file: int | None = None
        if pid is not None and sys.platform.startswith("linux"):
            with contextlib.suppress(OSError):
                self._file = os.open(f"/proc/{pid}/schedstat", os.O_RDONLY)
        self._counted = self._delay() or 0.0
        self._since = self._before = 0.0

    def start(self) -> None:
        """Start a wait."""
        self._since, self._before = time.monotonic(), self._computed()

    def used(self) -> tuple[float, float]:
        """Return the seconds since `start`, and for how many of them the machine was busy."""
        waited = time.monotonic() - self._since
        if waited < _SHORTEST_MEASURED:
            return waited, 0.0
        idle = max(waited - (self._computed() - self._before), 0.0)  # processor time always counts
        delay = self._delay()
        return waited, idle - idle / _UNKNOWN_DELAY_FACTOR if delay is None else min(
            max(delay - self._counted, 0.0), idle
        )

    def count(self) -> tuple[float, float]:
        """Return the same as `used`, and do not count these delays again."""
        waited, delayed = self.used()
        self._counted += delayed
        return waited, delayed

    def close(self) -> None:
        """Close the file that shows the process's delays."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _delay(self) -> float | None:
        """Return for how many seconds in all the process has been ready but not running; `None` if unknown."""
        if self._file is None:
            return None
        try:
            parts = os.pread(self._file, 128, 0).split()
            return int(parts[1]) / 1e9 if len(parts) == 3 and int(parts[0]) > 0 else None
        except (OSError, ValueError):
            return None
