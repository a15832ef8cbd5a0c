"""What every backend of the sandbox shares: limits, errors, and how a candidate's process is asked.

A backend is a subclass of `AnyServer` and one of `Process`. `server.py` forks confined candidates on Linux.
`portable.py` starts fresh processes on any system, for code of one's own.
"""

from __future__ import annotations

import abc
import functools
import marshal
import math
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import msgspec

from grader import wire
from grader.errors import KitError
from grader.sandbox.budget import Budget, Meter
from grader.sentences import Sentence, learner, verbatim


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one candidate may use, and how long one request may take.

    - `memory` is in bytes, and `processor` is the processor time in seconds of the candidate's whole life.
    - `call` and `load` are the processor time in seconds of one call, and of one statement while loading. A statement
      that takes longer is stopped, and the others still run. All statements may take `_LOADING` times as long.
    - `patience`: a candidate that does not compute, because it sleeps or the machine is busy, gets this many times as
      many seconds of real time.
    - `threads` is the number of threads of torch.
    - `submission` is the time in seconds for all requests of one submission, and `answers` is the size in bytes of all
      its answers in the examiner's memory (see `Budget`). `naming` are the seconds for naming its mistakes after that.
    """

    memory: int = 2 * 2**30
    processor: int = 120
    call: float = 4.0
    load: float = 5.0
    patience: float = 3.0
    threads: int = 1
    submission: float = 35.0
    naming: float = 10.0
    answers: int = 192 * 2**20


_LOADING = 2.5
_SPENT = 0.02  # a budget with at most this many seconds left is used up
DEFAULT_LIMITS = Limits()
# Every candidate starts the accelerator again, and the rehearsal does not use it, so calls take longer.
ACCELERATED_LIMITS = Limits(call=20.0, load=20.0, submission=175.0, naming=50.0)


class Host(Enum):
    """The kind of machine on which other people's code runs.

    `SHARED`: a machine that has other things of value. `DISPOSABLE`: a container that grades one submission and is then
    deleted, with limits that are set from outside.
    """

    SHARED = "shared"
    DISPOSABLE = "disposable"


# Other people's code runs only in a candidate that has all layers of one of these sets. They keep it from the network,
# other processes and the system (seccomp), from using up the machine (limits, temporary), and from other files. The
# last needs a root of its own, or Landlock and another user, because Landlock does not protect files' attributes.
MINIMA = {
    Host.SHARED: (
        frozenset({"seccomp", "limits", "root", "temporary"}),
        frozenset({"seccomp", "limits", "landlock", "user", "temporary"}),
    ),
    Host.DISPOSABLE: (frozenset({"seccomp", "user"}),),
}


def confined_enough(layers: Collection[str], host: Host = Host.SHARED) -> bool:
    """Say whether other people's code may run on this kind of machine in a candidate with these layers."""
    return any(minimum <= set(layers) for minimum in MINIMA[host])


class SandboxError(KitError):
    """The sandbox cannot start or go on. A submission is never the cause."""


class CandidateLost(Exception):
    """The candidate ended without an answer. `detail` says how.

    `reason` is "timeout", "crashed", "spent" (the submission's time is used up) or "too much" (the memory for its
    answers is used up). `waited` is the time in seconds of a "timeout" in which the candidate hardly computed.
    """

    def __init__(self, reason: str, detail: Sentence, *, waited: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.waited = waited


_Server = TypeVar("_Server", bound="AnyServer")


class AnyServer(abc.ABC):
    """Something that starts candidates. Use it as a context manager.

    `limits` are those of every candidate. `killed` counts the candidates that were killed from outside, for example by
    a system without memory.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.killed = 0

    def __enter__(self: _Server) -> _Server:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    @abc.abstractmethod
    def close(self) -> None:
        """End every candidate."""

    @abc.abstractmethod
    def spawn(self) -> Process:
        """Return a candidate that waits for its submission. Raises `SandboxError`."""

    @abc.abstractmethod
    def try_out(self) -> tuple[str, ...]:
        """Wait until candidates can be had, and return the layers that confine them. Raises `SandboxError`."""


_Reply = TypeVar("_Reply", wire.Loaded, wire.Observation, wire.Observations)


class Process(abc.ABC):
    """One candidate's process, as the examiner uses it. Requests are charged to its `budget`, if it has one.

    `layers` are the layers of the sandbox that confine it.
    """

    layers: tuple[str, ...] = ()

    def __init__(
        self, server: AnyServer, channel: socket.socket, pid: int | None, computed: Callable[[], float]
    ) -> None:
        """Hold the process with number `pid`, if it is known, and the channel through which it is asked.

        `computed` returns the processor time of the process in seconds, or real time if the system cannot tell.
        """
        self._server = server
        self._channel = channel
        self._computed = computed
        self._at_first = computed()
        self._gone = False
        self._meter = Meter(pid, computed)
        self.budget: Budget | None = None

    @property
    def is_old(self) -> bool:
        """Whether it has used half of the processor time of its life: at the end it is killed, in whatever call."""
        return self._computed() - self._at_first > self._server.limits.processor / 2

    def load(self, *, module: str, filename: str, source: str, main: bool = False) -> wire.Loaded:
        """Run a source file in the candidate, as `wire.Load` describes.

        Raises `CandidateLost`, or `SandboxError` if the server is lost.
        """
        nonce = secrets.randbits(63)
        seconds = self._server.limits.load
        request = wire.Load(nonce=nonce, module=module, filename=filename, source=source, seconds=seconds, main=main)
        return self._ask(request, nonce, wire.Loaded, seconds * _LOADING)

    def call(self, request: wire.Call) -> wire.Observation:
        """Make one call. Raises `CandidateLost`, or `SandboxError` if the server is lost."""
        request = _with_code(request)
        return self._ask(request, request.nonce, wire.Observation, self._server.limits.call)

    def call_each(self, request: wire.CallEach) -> tuple[wire.Observation, ...]:
        """Make several calls, within the time limit of one call.

        Raises `CandidateLost`, or `SandboxError` if the server is lost.
        """
        request = msgspec.structs.replace(request, calls=tuple(map(_with_code, request.calls)))
        return self._ask(request, request.nonce, wire.Observations, self._server.limits.call).each

    def _ask(self, request: wire.Request, nonce: int, expected: type[_Reply], seconds: float) -> _Reply:
        if self._gone:
            raise CandidateLost("crashed", learner.ENDED_BEFORE())
        budget = self.budget or Budget(seconds=math.inf, answers=sys.maxsize)
        self._meter.start()
        since, before = time.monotonic(), self._computed()
        try:
            self._channel.settimeout(max(min(seconds * self._server.limits.patience, budget.seconds), 0.01))
            wire.send(self._channel, wire.encode(request))
            payload = wire.receive(self._channel, patience=self._patience(seconds, budget))
            budget.take_seconds(*self._meter.count())
            if not budget.take_answer(wire.weigh(payload, budget.answers)):
                self.end()
                raise CandidateLost("too much", verbatim(f"{budget.most / 2**20:.3g} MiB"))
            reply = wire.decode_reply(payload)
        except wire.Closed:
            budget.take_seconds(*self._meter.count())
            raise CandidateLost("crashed", self._how_it_ended()) from None
        except TimeoutError:
            budget.take_seconds(*self._meter.count())
            waited, computed = time.monotonic() - since, self._computed() - before
            self.end()
            if budget.seconds <= _SPENT:
                budget.seconds = 0.0
                raise CandidateLost("spent", verbatim(f"{budget.whole:g} s")) from None
            idle = computed < min(seconds, waited) / 2
            raise CandidateLost("timeout", verbatim(f"{seconds:g} s"), waited=waited if idle else None) from None
        except (ValueError, RecursionError, MemoryError, msgspec.DecodeError):
            self.end()
            raise CandidateLost("crashed", learner.NO_ANSWER()) from None
        if not isinstance(reply, expected) or reply.nonce != nonce:
            self.end()
            raise CandidateLost("crashed", learner.OTHER_ANSWER())
        return reply

    def _patience(self, seconds: float, budget: Budget) -> Callable[[], float]:
        """Return a function that returns how many more seconds to wait.

        It raises `TimeoutError` when the time is used up. Processor time, real time and the budget limit the wait.
        """
        last = time.monotonic() + seconds * self._server.limits.patience
        limit = self._computed() + seconds

        def left() -> float:
            remaining = min(limit - self._computed(), last - time.monotonic(), budget.left(*self._meter.used()))
            if remaining <= 0:
                raise TimeoutError
            return max(remaining, 0.01)

        return left

    @abc.abstractmethod
    def _how_it_ended(self) -> Sentence:
        """Say how a candidate ended that has closed its channel. Kill it if it still runs."""

    @abc.abstractmethod
    def end(self) -> None:
        """Kill the candidate if it still runs."""


def _with_code(call: wire.Call) -> wire.Call:
    """Return the call with the compiled code of its probe: all candidates are asked the same ones."""
    if call.probe is None:
        return call
    return msgspec.structs.replace(call, compiled=_compiled(call.probe, wire.probe_file(call.name)))


@functools.lru_cache(maxsize=4096)
def _compiled(source: str, filename: str) -> bytes:
    """Compile a probe. Every candidate has the Python of this process. Empty if that fails; the candidate says why."""
    try:
        return marshal.dumps(compile(source, filename, "exec", dont_inherit=True))
    except (SyntaxError, ValueError):
        return b""


def processor_clock(pid: int | None) -> Callable[[], float]:
    """Return the clock of a process's processor time in seconds, or the clock of real time if the system has none."""
    clock = None if pid is None else (~pid << 3) | 2  # clock_getcpuclockid(3)

    def read() -> float:
        if clock is None:
            return time.monotonic()
        try:
            return time.clock_gettime(clock)
        except OSError:
            return time.monotonic()

    return read


KILLED = -getattr(signal, "SIGKILL", 9)  # the code of a process that was killed, where the system tells
_SIGNALS = {
    "SIGSEGV": learner.SEGMENTATION_FAULT,
    "SIGKILL": learner.KILLED,
    "SIGXCPU": learner.TOO_MUCH_PROCESSOR_TIME,
}


def end_by_code(code: int) -> Sentence:
    """Say how a process ended: `code` is its exit code, or the negative number of a signal."""
    if code >= 0:
        return learner.EXIT_CODE(code=code)
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return learner.SIGNAL(signal=-code)
    return _SIGNALS[name]() if name in _SIGNALS else verbatim(name)
