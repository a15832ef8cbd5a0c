"""The portable backend: a fresh Python process for each candidate, on any system, for code of one's own.

Nothing is confined. A candidate connects to this process over the loopback interface, and proves by a token that it is
the one. Importing torch takes it seconds, so some candidates are always started before they are needed.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from grader import control, wire
from grader.sandbox import windows
from grader.sandbox.asking import (
    DEFAULT_LIMITS,
    KILLED,
    AnyServer,
    Limits,
    Process,
    SandboxError,
    end_by_code,
    processor_clock,
)
from grader.sentences import Sentence, instructor, learner, verbatim

_WINDOWS = sys.platform == "win32"
_STARTING = 180.0  # seconds: a virus scanner may read all of torch before the first candidate starts
_AT_FIRST = 2  # a check needs one for the submission, and one for the kit's own variants
_AHEAD = 1
_TEMPORARY = ("TMPDIR", "TEMP", "TMP")
_OF_OTHERS = ("PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONWARNINGS", "PYTHONBREAKPOINT")
_CRASHES = {0xC0000005, 0xC00000FD}  # access violation, stack overflow: the exit codes of a crash on Windows


class PortableServer(AnyServer):
    """Starts candidates as fresh processes, some of them before they are needed. Use it as a context manager."""

    def __init__(
        self,
        *,
        limits: Limits = DEFAULT_LIMITS,
        data_home: Path | None = None,
        imports: Sequence[str] = (),
        warm_up: Sequence[str] = (),
        relaxed_sandbox: bool = False,
        accelerated: bool = False,
    ) -> None:
        """Start the first candidates in the background. The arguments are those of `Server`. Raises `SandboxError`."""
        if not relaxed_sandbox:
            raise SandboxError(instructor.ONLY_ON_LINUX())
        super().__init__(limits)
        self._environment = _environment(data_home, accelerated)
        self._start = control.Start(
            name="",
            readable=(),
            memory=limits.memory,
            processor=limits.processor,
            imports=tuple(imports),
            warm_up=tuple(warm_up),
            threads=limits.threads,
            accelerated=accelerated,
        )
        self._living: set[FreshProcess] = set()
        self._waiting: deque[FreshProcess] = deque()
        try:
            self._job = windows.Job() if _WINDOWS else None
        except OSError as error:
            raise SandboxError(instructor.NO_SERVER(error=str(error))) from error
        self._refill(_AT_FIRST)

    def close(self) -> None:
        """End every candidate."""
        self._waiting.clear()
        living = list(self._living)
        for process in living:
            process.end()
        for process in living:
            process.clean_up()
        if self._job is not None:
            self._job.close()

    def try_out(self) -> tuple[str, ...]:
        """Wait until a candidate can be had; it stays for the first `spawn`. Raises `SandboxError`."""
        self._refill(1)
        self._waiting[0].wait_until_ready()
        return self._waiting[0].layers

    def spawn(self) -> FreshProcess:
        """Return a candidate that waits for its submission. Raises `SandboxError`."""
        self._refill(1)
        process = self._waiting.popleft()
        try:
            process.wait_until_ready()
        except SandboxError:
            process.end()
            raise
        self._refill(_AHEAD)
        return process

    def _refill(self, count: int) -> None:
        while len(self._waiting) < count:
            try:
                process = FreshProcess(self, self._environment, self._start)
                if self._job is not None:
                    self._job.add(process.process)
            except OSError as error:
                raise SandboxError(instructor.NO_CANDIDATE(error=str(error))) from error
            self._living.add(process)
            self._waiting.append(process)

    def forget(self, process: FreshProcess) -> None:
        """Drop a candidate that has ended."""
        self._living.discard(process)


class FreshProcess(Process):
    """One candidate's process, which was started for it alone."""

    def __init__(self, server: PortableServer, environment: dict[str, str], start: control.Start) -> None:
        """Start the process; it gets ready in the background. Raises `OSError`."""
        self._portable_server = server
        self._listener: socket.socket | None = socket.create_server(("127.0.0.1", 0), backlog=4)
        self._token = secrets.token_bytes(16)
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (until the process has ended)
        self._folder = tempfile.mkdtemp(prefix="grader-")
        executable, more = _python()
        self.process = subprocess.Popen(
            [executable, "-X", "utf8", "-m", "grader.candidate_process.portable"],
            env={**environment, **more, **dict.fromkeys(_TEMPORARY, self._folder)},
            cwd=os.path.abspath(os.sep),  # Python imports from here first; the current folder may hold submissions
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._words if os.environ.get("GRADER_DEBUG") is None else None,
            start_new_session=not _WINDOWS,  # Ctrl-C reaches only the examiner, which ends the candidates
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        port = self._listener.getsockname()[1]
        assert self.process.stdin is not None
        with contextlib.suppress(OSError), self.process.stdin as line:  # if it has ended, `wait_until_ready` says so
            line.write(f"{port} {self._token.hex()} {control.encode(start).hex()}\n".encode("ascii"))
        clock: Callable[[], float]
        clock = windows.processor_clock(self.process) if _WINDOWS else processor_clock(self.process.pid)
        super().__init__(server, socket.socket(), self.process.pid, clock)

    def wait_until_ready(self) -> None:
        """Wait until the candidate has connected and imported everything. Raises `SandboxError`."""
        if self._listener is None:
            return
        deadline = time.monotonic() + _STARTING

        def left() -> float:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SandboxError(instructor.NO_CANDIDATE(error=self._last_words()))
            return 0.2

        try:
            self._channel.close()
            self._channel = self._accept(left)
            self._channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            control.decode_confined(bytes(wire.receive(self._channel, patience=left)))
        except (wire.Closed, ValueError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=5)
            raise SandboxError(instructor.NO_CANDIDATE(error=self._last_words())) from None
        self._listener.close()
        self._listener = None

    def _accept(self, left: Callable[[], float]) -> socket.socket:
        """Return the connection that begins with the token. Other programs of this machine may connect too."""
        assert self._listener is not None
        while True:
            self._listener.settimeout(left())
            try:
                channel, _ = self._listener.accept()
            except TimeoutError:
                continue
            try:
                if hmac.compare_digest(bytes(wire.receive(channel, patience=_soon())), self._token):
                    return channel
            except (wire.Closed, ValueError, TimeoutError):
                pass
            channel.close()

    def _last_words(self) -> Sentence:
        """Return the last line that the candidate wrote on its standard error: why it could not start."""
        code = self.process.poll()
        if code is None:
            return instructor.SERVER_IS_SILENT()
        with contextlib.suppress(OSError, ValueError):
            self._words.seek(0)
            words = self._words.read().decode("utf-8", "replace").strip().splitlines()
            if words:
                return verbatim(words[-1])
        return instructor.SERVER_SAID_NOTHING(code=code)

    def _how_it_ended(self) -> Sentence:
        try:
            code = self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.end()
            return learner.CHANNEL_CLOSED()
        self.end()
        self._server.killed += code == KILLED
        return learner.SEGMENTATION_FAULT() if code in _CRASHES else end_by_code(code)

    def end(self) -> None:
        """Kill the candidate if it still runs. What it leaves is removed in the background."""
        if self._gone:
            return
        self._gone = True
        self._channel.close()
        self._meter.close()
        if self._listener is not None:
            self._listener.close()
        with contextlib.suppress(OSError):
            if not _WINDOWS:
                os.killpg(self.process.pid, signal.SIGKILL)  # with the processes that it has started
            self.process.kill()
        threading.Thread(target=self.clean_up, daemon=True).start()

    def clean_up(self) -> None:
        """Wait until the process has ended, and remove its folder."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=10)
        with contextlib.suppress(ValueError):  # the thread of `end` and `close` of the server may do this at once
            self._words.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._portable_server.forget(self)


def _soon() -> Callable[[], float]:
    """Return a function that raises `TimeoutError` after two seconds: a candidate sends its token at once."""
    deadline = time.monotonic() + 2

    def left() -> float:
        if time.monotonic() > deadline:
            raise TimeoutError
        return 0.2

    return left


def _python() -> tuple[str, dict[str, str]]:
    """Return the Python to start, and what its environment must hold.

    In a virtual environment on Windows, `sys.executable` only starts the real Python. That one would survive if the
    first is killed, and has the processor time. `multiprocessing` finds it in the same way.
    """
    base = getattr(sys, "_base_executable", sys.executable)
    if _WINDOWS and os.path.normcase(base) != os.path.normcase(sys.executable):
        return base, {"__PYVENV_LAUNCHER__": sys.executable}
    return sys.executable, {}


def _environment(data_home: Path | None, accelerated: bool) -> dict[str, str]:
    """Return the environment of candidates: that of this process (Windows needs parts of it), and what must be equal.

    A submission must get the same verdict on every system.
    """
    environment = {
        **os.environ,
        "LOGNAME": "candidate",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
    }
    for name in _OF_OTHERS:
        environment.pop(name, None)
    if not accelerated:
        environment["CUDA_VISIBLE_DEVICES"] = ""
    if data_home is not None:
        environment["SCIKIT_LEARN_DATA"] = os.path.realpath(data_home)
    return environment
