"""Starts a worker and the server of its candidates from one process that has imported torch once.

The import takes most of the time that either of them needs to start. `start` runs this file as a program: it imports
torch, and then forks. The child becomes the server, and the parent becomes the worker. A candidate, a fork of the
server, can read all memory that the program had before. So the program starts with an environment that holds nothing of
the user's; the worker gets the user's environment, its settings and everything else after the fork.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import IO, Any

from grader.processes import end_with

_SERVER = "grader.candidate_process"


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
    """The process that `start` has started, as `multiprocessing` has its own processes."""

    def __init__(self, process: subprocess.Popen[bytes], lifeline: Connection[Any, Any]) -> None:
        self.pid = process.pid
        self._process = process
        self._lifeline = lifeline  # the process ends when this is closed

    def join(self, timeout: float | None = None) -> None:
        """Wait for at most `timeout` seconds until the process has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)

    def is_alive(self) -> bool:
        """Say whether the process still runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()


def start(
    body: str, *arguments: object, environment: Mapping[str, str], quiet: bool
) -> tuple[WorkerProcess, Connection[Any, Any]]:
    """Start a worker and a server; return the worker's process and our end of its channel.

    `body` names a function, "module:function". The worker calls it with its end of the channel, the `arguments` and the
    `ForkedServer`. `environment` is the whole environment of the server. If `quiet` is true, the worker writes nothing
    to the standard streams. When this process ends, for whatever reason, both processes end at once. Raises `OSError`.
    """
    ours, theirs = Pipe()
    lifeline, held = Pipe(duplex=False)
    debug = {name: os.environ[name] for name in ("GRADER_DEBUG",) if name in os.environ}
    with theirs, lifeline:
        process = subprocess.Popen(
            [sys.executable, "-m", "grader.prefork", str(theirs.fileno()), str(lifeline.fileno())],
            pass_fds=(theirs.fileno(), lifeline.fileno()),
            env={**environment, **debug},
            cwd="/",  # Python imports from here first; the current folder may hold submissions
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if quiet else None,
            stderr=subprocess.DEVNULL if quiet else None,
        )
    with contextlib.suppress(OSError):  # it has ended; the pool will see that
        ours.send((dict(os.environ), body))
        ours.send(arguments)
    return WorkerProcess(process, held), ours


def main() -> None:
    """Import torch, fork, and go on as the worker. The arguments are the descriptors of its channel and lifeline."""
    channel: Connection[Any, Any] = Connection(int(sys.argv[1]))
    lifeline: Connection[Any, Any] = Connection(int(sys.argv[2]), writable=False)
    end_with(lifeline)
    with contextlib.suppress(Exception):  # the worker imports it again, and reports what is wrong
        importlib.import_module("torch")
    gc.collect()
    gc.freeze()  # both processes then share more memory
    server = _fork_server(channel, lifeline)
    environment, body = channel.recv()
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    if "COVERAGE_PROCESS_CONFIG" in environment:  # workers are measured; servers and candidates cannot be
        importlib.import_module("coverage").process_startup()
    module, _, function = body.partition(":")
    getattr(importlib.import_module(module), function)(channel, *channel.recv(), server)
    os._exit(0)  # a regular shutdown of torch takes most of a second


def _fork_server(channel: Connection[Any, Any], lifeline: Connection[Any, Any]) -> ForkedServer:
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    read, write = os.pipe()
    debug = "GRADER_DEBUG" in os.environ
    pid = os.fork()
    if pid == 0:
        for end in (channel, lifeline, control):
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
