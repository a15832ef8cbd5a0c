"""What one submission may use as a whole, however many calls, crashes and restarts it takes."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable

_CREDIT = 2.0  # times the budget is what a busy machine may add to it
_BLIND = 2.0  # where it can't be told how busy the machine is, so many seconds of waiting count as one
_NOTABLE = 0.1  # seconds: shorter waits are counted as they are, which saves asking the system


class Budget:
    """What is left: `seconds` of waiting for the submission, and bytes of memory for its `answers`.

    If the candidate is ready to run and the machine is busy with something else, that time costs nothing: a busy
    machine takes no marks.
    """

    def __init__(self, *, seconds: float, answers: int) -> None:
        self.whole = seconds
        self.most = answers
        self.seconds = seconds
        self.answers = answers
        self._credit = seconds * _CREDIT

    @property
    def used_up(self) -> bool:
        """Whether nothing is left of one of the two."""
        return self.seconds <= 0 or self.answers <= 0

    def take_seconds(self, used: float, delayed: float) -> None:
        """Count `used` seconds, but not the `delayed` ones, in which the machine was busy."""
        credit = min(delayed, self._credit)
        self._credit -= credit
        self.seconds -= used - credit

    def left(self, used: float, delayed: float) -> float:
        """Return the seconds that would be left after that."""
        return self.seconds - used + min(delayed, self._credit)

    def take_answer(self, size: int) -> bool:
        """Count an answer's bytes; say whether there was room. After one answer without room, no other has any."""
        if size > self.answers:
            self.answers = 0
            return False
        self.answers -= size
        return True


class Meter:
    """Measures how long one process is waited for, and how long it had to wait for a processor meanwhile."""

    def __init__(self, pid: int | None, computed: Callable[[], float]) -> None:
        """`pid` is the process's number as this process sees it, `None` where that can't be told.

        `computed` tells the processor time that all its threads have used.
        """
        self._computed = computed
        self._file: int | None = None
        if pid is not None:
            with contextlib.suppress(OSError):
                self._file = os.open(f"/proc/{pid}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        self._counted = self._delay() or 0.0
        self._since = self._before = 0.0

    def start(self) -> None:
        """Begin to wait."""
        self._since, self._before = time.monotonic(), self._computed()

    def used(self) -> tuple[float, float]:
        """Return how long the wait has been since then, and for how much of it the machine was busy."""
        waited = time.monotonic() - self._since
        if waited < _NOTABLE:
            return waited, 0.0
        idle = max(waited - (self._computed() - self._before), 0.0)  # what it computed costs, whatever else it did
        delay = self._delay()
        return waited, idle - idle / _BLIND if delay is None else min(max(delay - self._counted, 0.0), idle)

    def count(self) -> tuple[float, float]:
        """Return the same, and count each delay only once."""
        waited, delayed = self.used()
        self._counted += delayed
        return waited, delayed

    def close(self) -> None:
        """Let go of the process."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _delay(self) -> float | None:
        """Return how long the process has been ready to run without being run, in seconds; `None` if unknown."""
        if self._file is None:
            return None
        try:
            parts = os.pread(self._file, 128, 0).split()
            return int(parts[1]) / 1e9 if len(parts) == 3 and int(parts[0]) > 0 else None
        except (OSError, ValueError):
            return None
