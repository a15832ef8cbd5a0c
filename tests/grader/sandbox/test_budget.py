"""The budget of one submission: seconds of waiting and bytes of answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import wire
from grader.sandbox import Budget, CandidateLost, Server
from grader.sandbox import server as server_mod
from grader.sandbox.budget import Meter

pytestmark = pytest.mark.alone

SLEEPS = "import time\n\n\ndef f(seconds):\n    time.sleep(seconds)\n    return seconds\n"


def test_what_was_used_is_taken() -> None:
    """Used seconds are subtracted, but not those in which the machine was busy."""
    budget = Budget(seconds=10.0, answers=100)
    budget.take_seconds(4.0, 3.0)
    assert budget.seconds == 9.0 and budget.left(2.0, 0.5) == 7.5 and budget.seconds == 9.0
    assert not budget.used_up


def test_what_the_machine_took_is_bounded_too() -> None:
    """The time that a busy machine may add is limited."""
    budget = Budget(seconds=10.0, answers=100)
    budget.take_seconds(100.0, 100.0)
    assert budget.seconds == 10.0 - 80.0 and budget.used_up


def test_once_there_was_no_room_there_is_none() -> None:
    """After one answer that does not fit, no smaller answer fits either."""
    budget = Budget(seconds=10.0, answers=100)
    assert budget.take_answer(60) and budget.answers == 40
    assert not budget.take_answer(41) and budget.used_up and not budget.take_answer(1)


def test_who_sleeps_is_waited_for_and_counted() -> None:
    """Sleeping counts, even if the machine is busy."""
    meter = Meter(os.getpid(), time.process_time)
    meter.start()
    time.sleep(0.3)
    waited, delayed = meter.count()
    assert waited >= 0.3 and delayed <= waited - 0.2
    meter.close()


def test_where_nobody_knows_two_seconds_count_as_one() -> None:
    """If delays are unknown, two seconds of idle waiting count as one."""
    meter = Meter(None, lambda: 0.0)
    meter.start()
    time.sleep(0.2)
    waited, delayed = meter.count()
    assert delayed == pytest.approx(waited / 2)


def test_what_was_computed_always_counts() -> None:
    """Time in which a submission's own threads compute counts, even if its main thread waits for a processor."""
    clock = iter((0.0, 5.0))
    meter = Meter(None, lambda: next(clock))
    meter.start()
    time.sleep(0.2)
    assert meter.count()[1] == 0.0


@pytest.fixture
def load(confined: Callable[..., Any]) -> Callable[..., Any]:
    """Load a source in a candidate with a budget."""

    def load(source: str, budget: Budget) -> Any:
        candidate = confined(source)
        candidate.process.budget = budget
        return candidate

    return load


def test_slow_answers_use_it_up(load: Callable[..., Any]) -> None:
    """Slow answers, each within its own limit, use the budget up; the last one is stopped."""
    budget = Budget(seconds=1.0, answers=2**20)
    candidate = load(SLEEPS, budget)
    began = time.monotonic()
    with pytest.raises(CandidateLost, match="spent: 1 s"):
        for _ in range(20):
            candidate.call("f", 0.3)
    assert budget.seconds == 0 and time.monotonic() - began < 4


def test_what_computes_is_stopped_by_its_own_limit(server: Server, load: Callable[..., Any]) -> None:
    """A call's own limit still works while the budget lasts."""
    budget = Budget(seconds=100.0, answers=2**20)
    assert load(SLEEPS, budget).call("f", 0.01).result == 0.01
    assert 99 < budget.seconds < 100 and budget.answers < 2**20


COMPUTES = """
import time


def f(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return seconds
"""


def test_a_busy_machine_costs_nothing(confined: Callable[..., Any]) -> None:
    """A submission that shares one processor with others pays only for what it computes."""
    budget = Budget(seconds=100.0, answers=2**20)
    candidate = confined(COMPUTES)
    candidate.process.budget = budget
    core = min(os.sched_getaffinity(0))
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(8)]
    try:
        for pid in (server_mod._pid(candidate.process._pidfd), *(other.pid for other in others)):
            os.sched_setaffinity(pid, {core})
        began = time.monotonic()
        assert candidate.call("f", 0.4).outcome == "returned"
        waited = time.monotonic() - began
    finally:
        for other in others:
            other.kill()
            other.wait()
    # It computed for 0.4 s, and got at most half of the processor: Linux may share it by session, not by process.
    charged = 100.0 - budget.seconds
    assert 0.35 < charged < waited / 1.5


def test_large_answers_use_it_up(load: Callable[..., Any]) -> None:
    """Large answers use the budget up before they are decoded, and the process is ended."""
    budget = Budget(seconds=100.0, answers=2**20)
    candidate = load("def f(n):\n    return ['\U0001f600' + 'a' * 3999] * n\n", budget)
    assert candidate.call("f", 4).outcome == "returned"
    with pytest.raises(CandidateLost, match="too much: 1 MiB"):
        candidate.call("f", 400)
    with pytest.raises(CandidateLost, match="ended before"):
        candidate.call("f", 1)


def test_the_memory_that_one_submission_can_take_is_bounded(server: Server) -> None:
    """The largest possible replies, with text that takes four times as much memory, stay within the budget."""
    attack = Path(__file__).parents[2] / "attacks" / "replies_of_astral_text.py"
    limits = server.limits
    budget = Budget(seconds=limits.submission, answers=limits.answers)
    rss = _resident()
    grown = 0
    kept = []
    for _ in range(2):
        process = server.spawn()
        process.budget = budget
        try:
            process.load(module="submission", filename="x.py", source=attack.read_text(encoding="utf-8"))
            kept += [process.call(_call()) for _ in range(30)]
        except CandidateLost as lost:
            assert lost.reason == "too much"
        finally:
            grown = max(grown, _resident() - rss)
            process.end()
    assert budget.answers == 0 and grown < 500 * 2**20


def _call() -> wire.Call:
    return wire.Call(
        nonce=1,
        module="submission",
        name="derivative_at",
        probe=None,
        arguments=(),
        keywords={},
        backward=None,
        trace=False,
        seed=0,
    )


def _resident() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")))
