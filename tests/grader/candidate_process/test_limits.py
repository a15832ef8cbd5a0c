"""A statement at the top level that takes too long is stopped from inside, and the code after it runs."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from grader.candidate_process.limits import TimeLimitExceeded, time_limit

pytestmark = pytest.mark.alone

Load = Callable[..., Any]


def compute(seconds: float) -> None:
    """Use this many seconds of processor time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@pytest.fixture(params=["timers", "thread"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Stop code by timers, as on Linux and macOS, or by a thread, as on Windows, which has no timers."""
    if request.param == "thread":
        monkeypatch.delattr(signal, "setitimer")
    return str(request.param)


@pytest.mark.parametrize("seconds", [0.02, 30.0])
def test_only_code_of_the_files_is_stopped(seconds: float, way: str) -> None:
    """Only code of the given files is stopped; afterwards no timer runs and the signal handlers are restored."""
    before = [signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGINT)]
    with time_limit(seconds, ("somebody's.py",)):
        compute(0.1)
    with (
        pytest.raises(TimeLimitExceeded, match=r"after 0\.0(2 s|6 s of waiting)"),
        time_limit(0.02, (__file__,)),
    ):
        compute(10)
    assert signal.getitimer(signal.ITIMER_PROF) == signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert [signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGINT)] == before


@pytest.mark.parametrize(
    ("slow", "after"),
    [
        ("while True: pass", ["0.1 s", "0.3 s of waiting"]),
        ("import time; time.sleep(60)", ["0.3 s of waiting"]),
        ("try:\n    while True: pass\nexcept Exception: pass", ["0.1 s", "0.3 s of waiting"]),
        ("def forever():\n    while True: pass\nforever()", ["0.1 s", "0.3 s of waiting"]),
        ("class Slow:\n    while True: pass", ["0.1 s", "0.3 s of waiting"]),
    ],
)
def test_what_comes_after_a_slow_statement_runs(load: Load, way: str, slow: str, after: list[str]) -> None:
    """A slow statement is an error with its line; the code after it runs, and the code before it does not run again.

    On a machine that does much else, the limit of elapsed time may be reached first.
    """
    loaded = load("")
    loaded.seconds = 0.1
    report = loaded.load(f"runs = []\nruns.append(1)\n{slow}\nruns.append(2)\ndef f(): return runs\n")
    (error,) = report.errors
    assert error.type == "TimeLimitExceeded" and error.message.removeprefix("stopped after ") in after
    assert error.code in slow
    assert loaded.call("f").result.items == (1, 2)


@pytest.mark.parametrize("slow", ["while True: pass", "__import__('time').sleep(60)"])
def test_code_that_catches_it_meets_it_again(load: Load, way: str, slow: str) -> None:
    """A bare `except` in a loop catches the exception, but it is raised again soon.

    The slow statement stands in a function of its own: Python 3.11 may raise what a signal's handler raises at the
    jump back of a loop, and does not count that jump to the `try` that the loop stands in.
    """
    loaded = load("")
    loaded.seconds = 0.05
    catching = "caught = 0\nwhile caught < 3:\n    try:\n        forever()\n    except:\n        caught += 1\n"
    report = loaded.load(f"def forever():\n    {slow}\n{catching}def f(): return caught\n")
    assert report.errors == ()
    assert loaded.call("f").result == 3


def test_code_that_catches_it_has_time_to_handle_it() -> None:
    """Where both clocks reach their limits at once, the code that catches the first exception meets no second one."""
    caught = []
    with time_limit(30, (__file__,)):
        try:
            signal.raise_signal(signal.SIGPROF)
        except TimeLimitExceeded as error:
            signal.raise_signal(signal.SIGALRM)
            caught.append(str(error))
    assert caught == ["stopped after 30 s"]


def test_after_one_slow_statement_the_others_have_less(load: Load) -> None:
    """After one slow statement the limit of the others is shorter; a fast statement still runs."""
    loaded = load("")
    loaded.seconds = 0.5
    slow = "while True: pass\n"
    report = loaded.load(f"{slow}{slow}x = sum(range(1000))\n{slow}def f(): return x\n")
    computed_or_elapsed = [{"0.5 s", "1.5 s of waiting"}, *[{"0.1 s", "0.3 s of waiting"}] * 2]
    for error, limits in zip(report.errors, computed_or_elapsed, strict=True):
        assert error.message.removeprefix("stopped after ") in limits
    assert loaded.call("f").result == 499500


def test_calls_are_not_stopped_from_inside(load: Load) -> None:
    """Calls are limited by the examiner, not from inside."""
    loaded = load("")
    loaded.seconds = 0.05
    loaded.load(
        "import time\ndef f():\n    end = time.process_time() + 0.2\n    while time.process_time() < end: pass\n"
    )
    assert loaded.call("f").outcome == "returned"
