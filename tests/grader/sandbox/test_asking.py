"""How a candidate that has ended is described, whichever backend started it."""

from __future__ import annotations

import os
import signal
import time

import pytest

from grader.sandbox import asking


@pytest.mark.parametrize(
    ("code", "said"),
    [(3, "exit code 3"), (-signal.SIGSEGV, "segmentation fault"), (-signal.SIGABRT, "SIGABRT"), (-99, "signal 99")],
)
def test_an_end_is_told_by_its_code(code: int, said: str) -> None:
    """A signal has its name, or a word that students know."""
    assert said in str(asking.end_by_code(code))


def test_signals_that_a_system_lacks_are_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no SIGKILL: an end by it has only its number."""

    class Few:
        def __init__(self, number: int) -> None:
            raise ValueError(number)

    monkeypatch.setattr(signal, "Signals", Few)
    assert "9" in str(asking.end_by_code(-9))


def test_a_process_without_a_clock_has_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system does not tell a process's processor time, elapsed time stands for it."""
    before = time.monotonic()
    assert before <= asking.processor_clock(None)() <= time.monotonic()

    def unknown(clock: int) -> float:
        raise OSError

    monkeypatch.setattr(time, "clock_gettime", unknown, raising=False)
    assert before <= asking.processor_clock(os.getpid())() <= time.monotonic()
