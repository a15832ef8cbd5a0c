"""Stops code that takes too long from inside its process, so that the code after it can still run."""

from __future__ import annotations

import _thread
import contextlib
import signal
import threading
import time
from collections.abc import Callable, Container, Iterator
from types import FrameType
from typing import TypeAlias

_ELAPSED_FACTOR = 3  # elapsed time may be so many times the limit: code may sleep, or the machine may be busy
_RAISE_AGAIN_AFTER = 0.1  # seconds until the exception is raised again in code that has caught it
_start_thread = _thread.start_new_thread  # as it is before a recorder follows the threads of a submission

_Stop: TypeAlias = Callable[[bool, FrameType | None], None]


class TimeLimitExceeded(BaseException):
    """Raised in code that takes too long. It is not an `Exception`, because that code may catch those."""


@contextlib.contextmanager
def time_limit(seconds: float, files: Container[str]) -> Iterator[None]:
    """Stop code from `files` in this block after `seconds` of processor time, or three times as much elapsed time.

    Code is stopped only inside a function or the top level of those files; the kit's own code is never stopped. C code
    is stopped when it returns. Raises `TimeLimitExceeded` in the stopped code.
    """

    raised_at = float("-inf")

    def stop(computed: bool, frame: FrameType | None) -> None:
        nonlocal raised_at
        # Both clocks may reach their limits at once. Code that catches the first exception has time to handle it.
        if time.monotonic() - raised_at < _RAISE_AGAIN_AFTER / 2:
            return
        while frame is not None:
            if frame.f_code.co_filename in files:
                raised_at = time.monotonic()
                limit = f"{seconds:g} s" if computed else f"{_ELAPSED_FACTOR * seconds:g} s of waiting"
                raise TimeLimitExceeded(f"stopped after {limit}")
            frame = frame.f_back

    with _timers(stop, seconds) if hasattr(signal, "setitimer") else _watcher(stop, seconds):
        yield


@contextlib.contextmanager
def _timers(stop: _Stop, seconds: float) -> Iterator[None]:
    """Call `stop` by the system's timers, again and again, with the frame that the main thread is in."""
    timers = (
        (signal.ITIMER_PROF, signal.SIGPROF, seconds),
        (signal.ITIMER_REAL, signal.SIGALRM, _ELAPSED_FACTOR * seconds),
    )

    def handle(number: int, frame: FrameType | None) -> None:
        stop(number == signal.SIGPROF, frame)

    before = [signal.signal(number, handle) for _, number, _ in timers]
    try:
        for timer, _, first in timers:
            signal.setitimer(timer, first, _RAISE_AGAIN_AFTER)
        yield
    finally:
        for (timer, number, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


@contextlib.contextmanager
def _watcher(stop: _Stop, seconds: float) -> Iterator[None]:
    """Do the same on systems without timers, such as Windows: a thread watches the clocks.

    It interrupts the main thread by SIGINT. `signal.raise_signal` also wakes a main thread that sleeps;
    `_thread.interrupt_main` does not.
    """
    over = threading.Event()
    turn = threading.Lock()  # the block does not end between the look at `over` and the signal
    main = threading.get_ident()
    computed = False

    def watch() -> None:
        nonlocal computed
        started, used = time.monotonic(), time.process_time()
        while not over.wait(_RAISE_AGAIN_AFTER):
            computed = time.process_time() - used >= seconds
            if not computed and time.monotonic() - started < _ELAPSED_FACTOR * seconds:
                continue
            with turn:
                if over.is_set():
                    return
                if hasattr(signal, "pthread_kill"):
                    signal.pthread_kill(main, signal.SIGINT)
                else:
                    signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, lambda _, frame: stop(computed, frame))
    _start_thread(watch, ())
    try:
        yield
    finally:
        with turn:
            over.set()
        signal.signal(signal.SIGINT, before)
