"""Starts workers, each with the server of its candidates, from one process that has imported torch once.

The import takes most of the time that they need to start. `start` runs this file as a program, once for all workers of
this process: it imports torch, and then forks whenever a worker is asked for. The fork becomes the worker, and its own
fork the server. A candidate, a fork of the server, can read all memory that these processes had before. So the program
starts with an environment that holds nothing of the user's, and gets no data. A worker gets the user's environment, its
settings and everything else after its server has been forked.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import IO, Any

from grader.processes import end_with

_SERVER = "grader.candidate_process"
_AT_ONCE, _WITH_COMPILER = b".", b"c"  # what the program is asked
# A statement that makes torch import its compiler, which takes more than a second. torch imports that for optimizers,
# for much of what is done on the meta device, and for `torch.compile`, so most submissions need it.
IMPORT_COMPILER = "torch.optim.SGD([torch.zeros(1, requires_grad=True)])"


class ForkedServer:
    """The process of a server that waits for its first message in `control`. The rest is as in `Popen`.

    `stderr` is what it writes to its standard error, or `None` if it has that of this process.
    """

    def __init__(self, pid: int, control: socket.socket, stderr: IO[bytes] | None) -> None:
        self.control = control
        self.stderr = stderr
        self.pid = pid
        self._ended = os.pidfd_open(pid)
        self._code: int | None = None

    def kill(self) -> None:
        """End the process at once."""
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._ended, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for at most `timeout` seconds until the process has ended; return its exit code.

        Raises `subprocess.TimeoutExpired`.
        """
        if self._code is None:
            gone = select.poll()
            gone.register(self._ended, select.POLLIN)
            if not gone.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired(_SERVER, timeout or 0.0)
            self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            os.close(self._ended)
        return self._code


class WorkerProcess:
    """A worker that was asked for.

    `lifeline` keeps it alive. In `state` it says that it has started, and it closes that when it ends.
    """

    def __init__(self, lifeline: Connection[Any, Any], state: Connection[Any, Any]) -> None:
        self._lifeline = lifeline
        self._state = state
        self._started = False

    def join(self, timeout: float | None = None) -> None:
        """Wait for at most `timeout` seconds until the process has ended."""
        until = None if timeout is None else time.monotonic() + timeout
        while self.is_alive():
            if not self._state.poll(None if until is None else max(until - time.monotonic(), 0)):
                return

    def is_alive(self) -> bool:
        """Say whether the process runs or will run. One that was killed before it started will not."""
        while self._state.poll(0):
            try:
                self._state.recv_bytes()
            except (EOFError, OSError):
                return False
            self._started = True
        return self._started or not self._lifeline.closed

    def kill(self) -> None:
        """End the process at once."""
        self._lifeline.close()


class _Template:
    """The program that has imported torch and forks. It ends when it is closed, or this process ends."""

    def __init__(self, environment: Mapping[str, str], *, quiet: bool) -> None:
        """Start the program. Raises `OSError`."""
        lifeline, self._held = Pipe(duplex=False)
        self._control, theirs = socket.socketpair()
        with theirs, lifeline:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "grader.prefork", str(theirs.fileno()), str(lifeline.fileno())],
                    pass_fds=(theirs.fileno(), lifeline.fileno()),
                    env=environment,
                    cwd="/",  # Python imports from here first; the current folder may hold submissions
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL if quiet else None,
                    stderr=subprocess.DEVNULL if quiet else None,
                )
            except OSError:
                self._control.close()
                raise
        self._owner = os.getpid()

    @property
    def is_usable(self) -> bool:
        """Whether this process has started it, and it still runs."""
        return self._owner == os.getpid() and self._process.poll() is None

    def fork(self, *ends: Connection[Any, Any], compiler: bool) -> None:
        """Ask for a worker, which gets these connections. With `compiler`, torch's compiler is imported before."""
        with contextlib.suppress(OSError):  # it has just ended; the pool will see that nothing answers
            asked = _WITH_COMPILER if compiler else _AT_ONCE
            socket.send_fds(self._control, [asked], [end.fileno() for end in ends])

    def close(self) -> None:
        """End the program. Its workers go on."""
        if self._owner == os.getpid():
            self._held.close()
            self._control.close()
            self._process.kill()
            self._process.wait()


_templates: dict[tuple[object, ...], _Template] = {}
_choosing = threading.Lock()


def _template(environment: Mapping[str, str], *, quiet: bool) -> _Template:
    """Return the program that forks workers with this environment, and start it if there is none. Raises `OSError`."""
    key = (sys.executable, quiet, *sorted(environment.items()))
    with _choosing:
        found = _templates.pop(key, None)
        if found is None or not found.is_usable:
            if found is not None:
                found.close()
            found = _Template(environment, quiet=quiet)
        _templates[key] = found
        return found


@atexit.register
def close() -> None:
    """End the programs that fork workers, and free their memory. Workers go on; the next one starts a new program."""
    while _templates:
        _templates.popitem()[1].close()


def start(
    body: str, *arguments: object, environment: Mapping[str, str], quiet: bool, compiler: bool = False
) -> tuple[WorkerProcess, Connection[Any, Any]]:
    """Start a worker and a server; return the worker's process and our end of its channel.

    `body` names a function, "module:function". The worker calls it with its end of the channel, the `arguments` and the
    `ForkedServer`. `environment` is the whole environment of the server. If `quiet` is true, the worker writes nothing
    to the standard streams. If `compiler` is true, torch's compiler is imported only once, too: that takes a second.
    When this process ends, for whatever reason, both processes end at once. Raises `OSError`.
    """
    debug = {name: os.environ[name] for name in ("GRADER_DEBUG",) if name in os.environ}
    template = _template({**environment, **debug}, quiet=quiet)
    ours, theirs = Pipe()
    lifeline, held = Pipe(duplex=False)
    state, told = Pipe(duplex=False)
    with theirs, lifeline, told:
        template.fork(theirs, lifeline, told, compiler=compiler)
    with contextlib.suppress(OSError):  # it has ended; the pool will see that
        ours.send((dict(os.environ), body))
        ours.send(arguments)
    return WorkerProcess(held, state), ours


def main() -> None:
    """Import torch, and fork a worker for each request. The arguments are the descriptors of control and lifeline."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the process that asked
    control = socket.socket(fileno=int(sys.argv[1]))
    lifeline: Connection[Any, Any] = Connection(int(sys.argv[2]), writable=False)
    end_with(lifeline)
    with contextlib.suppress(Exception):  # the worker imports it again, and reports what is wrong
        importlib.import_module("torch")
    gc.collect()
    gc.freeze()  # all processes then share more memory
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system then collects workers that have ended
    while True:
        asked, ends, _, _ = socket.recv_fds(control, 1, 3)
        if not asked:
            return
        if asked == _WITH_COMPILER:
            with contextlib.suppress(Exception):  # as above
                _import_compiler()
        if os.fork() == 0:
            control.close()
            lifeline.close()
            _become_worker(*ends)
        for end in ends:
            os.close(end)


@functools.cache
def _import_compiler() -> None:
    """Import torch's compiler, and undo what it does besides: it makes a folder for its cache, and notes its place."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"], tempfile.tempdir = folder, None
        try:
            exec(IMPORT_COMPILER, {"torch": importlib.import_module("torch")})
        finally:
            os.environ.clear()
            os.environ.update(before)
            tempfile.tempdir = None
    gc.freeze()


def _become_worker(*ends: int) -> None:
    """Fork the server, run the body of a worker, and end. The descriptors are those of channel, lifeline and state."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        channel: Connection[Any, Any] = Connection(ends[0])
        lifeline: Connection[Any, Any] = Connection(ends[1], writable=False)
        state: Connection[Any, Any] = Connection(ends[2], readable=False)
        end_with(lifeline)
        state.send_bytes(b"started")
        server = _fork_server(channel, lifeline, state)
        environment, body = channel.recv()
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()
        sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
        if "COVERAGE_PROCESS_CONFIG" in environment:  # workers are measured; servers and candidates cannot be
            importlib.import_module("coverage").process_startup()
        module, _, function = body.partition(":")
        getattr(importlib.import_module(module), function)(channel, *channel.recv(), server)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)  # a regular shutdown of torch takes most of a second


def _fork_server(*private: Connection[Any, Any]) -> ForkedServer:
    """Fork the server, which keeps none of these connections."""
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    read, write = os.pipe()
    debug = "GRADER_DEBUG" in os.environ
    pid = os.fork()
    if pid == 0:
        control.close()
        for end in private:
            end.close()
        os.close(read)
        _become_server(theirs, None if debug else write)
    theirs.close()
    os.close(write)
    words = os.fdopen(read, "rb")
    if debug:
        words.close()
    return ForkedServer(pid, control, None if debug else words)


def _become_server(control: socket.socket, stderr: int | None) -> None:
    """Run the server's program, and end."""
    code = 1
    try:
        os.setsid()  # Ctrl-C reaches only the worker, which closes the server
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream, target in ((0, nowhere), (1, nowhere), (2, stderr)):
            if target is not None:
                os.dup2(target, stream)
        sys.argv[1:] = [str(control.fileno())]
        runpy.run_module(_SERVER, run_name="__main__")
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
