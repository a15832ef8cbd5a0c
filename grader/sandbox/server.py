"""Starts the warm server and asks it for candidates. This code runs outside the sandbox."""

from __future__ import annotations

import contextlib
import math
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeVar

import msgspec

from grader import control, wire
from grader.errors import KitError
from grader.sandbox.budget import Budget, Meter
from grader.sentences import Sentence, instructor, learner, verbatim


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


class Server:
    """A warm process that forks confined candidates. Use it as a context manager."""

    def __init__(
        self,
        *,
        limits: Limits = DEFAULT_LIMITS,
        data_home: Path | None = None,
        imports: Sequence[str] = (),
        warm_up: Sequence[str] = (),
        relaxed_sandbox: bool = False,
        host: Host = Host.SHARED,
        accelerated: bool = False,
    ) -> None:
        """Start the process, which warms up in the background. Raises `SandboxError`.

        `data_home` is the folder of scikit-learn's datasets; candidates may read it. `imports` are modules that
        submissions probably import, and `warm_up` are statements that load what submissions use in torch, so that no
        candidate waits for it. Every candidate has at least the layers that `confined_enough` requires on this `host`,
        unless `relaxed_sandbox` is true.
        """
        self.limits = limits
        self.killed = 0  # candidates that were killed from outside, for example by a system without memory
        self._relaxed_sandbox = relaxed_sandbox
        self._host = host
        # Candidates write here if they cannot have a file system of their own. Only then the server makes this folder,
        # so that usually nothing is left behind if this process is killed.
        name = secrets.token_hex(8)
        self._scratch = os.path.join(tempfile.gettempdir(), f"grader-{name}")
        self._group = ""  # the server's control group, once it is known
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self._process = _start(theirs.fileno(), _environment(data_home, self._scratch, accelerated))
        except OSError as error:
            ours.close()
            raise SandboxError(instructor.NO_SERVER(error=str(error))) from error
        self._control = ours
        start = control.Start(
            name=name,
            readable=() if data_home is None else (os.path.realpath(data_home),),
            memory=limits.memory,
            processor=limits.processor,
            imports=tuple(imports),
            warm_up=tuple(warm_up),
            threads=limits.threads,
            accelerated=accelerated,
        )
        with contextlib.suppress(OSError):  # it has already ended; spawn() will report that
            self._control.send(control.encode(start))

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server, and with it every candidate."""
        self._control.close()
        self._process.kill()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)
        _remove_group(self._group)

    def spawn(self) -> Process:
        """Return a confined candidate that waits for its submission. Raises `SandboxError`."""
        try:
            self._control.send(control.encode(control.Spawn()))
            payload, descriptors, _, _ = socket.recv_fds(self._control, control.MAX_MESSAGE, 2)
        except OSError:
            payload, descriptors = b"", []
        if not payload:
            raise SandboxError(instructor.SERVER_ENDED(words=self._last_words()))
        answer = control.decode_spawned(payload)
        self._group = answer.group
        channel, pidfd = descriptors
        if answer.problem:
            os.close(channel)
            os.close(pidfd)
            raise SandboxError(instructor.NO_CANDIDATE(error=answer.problem))
        if not self._relaxed_sandbox and not confined_enough(answer.layers, self._host):
            os.close(channel)
            os.close(pidfd)
            layers = ", ".join(answer.layers)
            raise SandboxError(instructor.CONFINED_TOO_LITTLE(layers=layers) if layers else instructor.NOT_CONFINED())
        return Process(self, socket.socket(fileno=channel), pidfd, answer.process, answer.layers)

    def _last_words(self) -> Sentence:
        if self._process.stderr is None or self._process.stderr.closed:
            return verbatim("")
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return instructor.SERVER_IS_SILENT()
        words = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        return verbatim(words[-1]) if words else instructor.SERVER_SAID_NOTHING(code=code)

    def ended(self, process: int) -> int:
        """Return how a candidate ended: its exit code, or the negative number of a signal. Raises `SandboxError`."""
        try:
            self._control.send(control.encode(control.Wait(process=process)))
            answer = self._control.recv(control.MAX_MESSAGE)
        except OSError:
            answer = b""
        if not answer:
            raise SandboxError(instructor.SERVER_LOST(words=self._last_words()))
        return control.decode_ended(answer).code


def _start(descriptor: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "grader.candidate_process", str(descriptor)],
        pass_fds=(descriptor,),
        env=environment,
        cwd="/",  # Python imports from here first; the current folder may hold submissions
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if os.environ.get("GRADER_DEBUG") is None else None,
        start_new_session=True,  # Ctrl-C reaches only the examiner, which closes the server
    )


_SIGNALS = {
    signal.SIGSEGV: learner.SEGMENTATION_FAULT,
    signal.SIGKILL: learner.KILLED,
    signal.SIGXCPU: learner.TOO_MUCH_PROCESSOR_TIME,
}


def _remove_group(path: str) -> None:
    """Remove a control group and the groups in it, as soon as their processes have ended."""
    deadline = time.monotonic() + 2
    while path and os.path.isdir(path) and time.monotonic() < deadline:
        for folder in (*(entry.path for entry in os.scandir(path) if entry.is_dir()), path):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        time.sleep(0.01)


def _environment(data_home: Path | None, scratch: str, accelerated: bool) -> dict[str, str]:
    """Return the whole environment of a candidate. It has nothing from the examiner's environment."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "LOGNAME": "candidate",  # some versions of torch ask for the user's name, and the jail has no list of users
        "LC_ALL": "C.UTF-8",
        "TMPDIR": scratch,
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",  # if there are more threads, a thread that waits uses no processor time
        # Large pages for the C heap: starting and ending a fork then takes a third less copying and freeing.
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    }
    if not accelerated:
        environment["CUDA_VISIBLE_DEVICES"] = ""  # an accelerator would keep autograd from working in forks
    if data_home is not None:
        environment["SCIKIT_LEARN_DATA"] = os.path.realpath(data_home)
    return environment


_Reply = TypeVar("_Reply", wire.Loaded, wire.Observation, wire.Observations)


class Process:
    """One candidate's process, as the examiner uses it. Requests are charged to its `budget`, if it has one."""

    def __init__(
        self, server: Server, channel: socket.socket, pidfd: int, number: int, layers: tuple[str, ...]
    ) -> None:
        self._server = server
        self._channel = channel
        self._pidfd = pidfd
        self._number = number
        self._gone = False
        pid = _pid(pidfd)
        self._clock = (
            None if pid is None else (~pid << 3) | 2
        )  # the clock of its processor time: clock_getcpuclockid(3)
        self._meter = Meter(pid, self._computed)
        self.layers = layers
        self.budget: Budget | None = None

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
        return self._ask(request, request.nonce, wire.Observation, self._server.limits.call)

    def call_each(self, request: wire.CallEach) -> tuple[wire.Observation, ...]:
        """Make several calls, within the time limit of one call.

        Raises `CandidateLost`, or `SandboxError` if the server is lost.
        """
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

        It raises `TimeoutError` when the time is used up.

        Processor time, real time and the budget limit the wait.
        """
        last = time.monotonic() + seconds * self._server.limits.patience
        limit = self._computed() + seconds

        def left() -> float:
            remaining = min(limit - self._computed(), last - time.monotonic(), budget.left(*self._meter.used()))
            if remaining <= 0:
                raise TimeoutError
            return max(remaining, 0.01)

        return left

    def _computed(self) -> float:
        """Return the processor time of the candidate in seconds, or real time if the system cannot tell."""
        if self._clock is None:
            return time.monotonic()
        try:
            return time.clock_gettime(self._clock)
        except OSError:
            return time.monotonic()

    def _how_it_ended(self) -> Sentence:
        """Say how a candidate ended that has closed its channel. Kill it if it still runs."""
        if not _ends(self._pidfd):
            self.end()
            return learner.CHANNEL_CLOSED()
        self.end()
        code = self._server.ended(self._number)
        if code >= 0:
            return learner.EXIT_CODE(code=code)
        self._server.killed += code == -signal.SIGKILL
        try:
            known = signal.Signals(-code)
            return _SIGNALS[known]() if known in _SIGNALS else verbatim(known.name)
        except ValueError:
            return learner.SIGNAL(signal=-code)

    def end(self) -> None:
        """Kill the candidate if it still runs. The server collects the ended process later."""
        if self._gone:
            return
        self._gone = True
        self._channel.close()
        self._meter.close()
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        os.close(self._pidfd)


def _ends(pidfd: int) -> bool:
    """Say whether a process has ended, or ends within a second."""
    gone = select.poll()
    gone.register(pidfd, select.POLLIN)
    return bool(gone.poll(1000))


def _pid(pidfd: int) -> int | None:
    """Return the number of a process in this process's namespace, or `None` if it is unknown."""
    try:
        lines = Path(f"/proc/self/fdinfo/{pidfd}").read_text(encoding="ascii").splitlines()
        pid = next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))
    except (OSError, StopIteration, ValueError):
        return None
    return pid if pid > 0 else None
