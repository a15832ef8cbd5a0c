"""Starts the warm server and asks it for candidates. This code runs outside the sandbox."""

from __future__ import annotations

import contextlib
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
from collections.abc import Sequence
from pathlib import Path

from grader import control
from grader.prefork import ForkedServer
from grader.sandbox.asking import (
    DEFAULT_LIMITS,
    KILLED,
    AnyServer,
    Host,
    Limits,
    Process,
    SandboxError,
    confined_enough,
    end_by_code,
    processor_clock,
)
from grader.sentences import Sentence, instructor, learner, verbatim


class Server(AnyServer):
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
        process: ForkedServer | None = None,
    ) -> None:
        """Start the process, which warms up in the background. Raises `SandboxError`.

        `data_home` is the folder of scikit-learn's datasets; candidates may read it. `imports` are modules that
        submissions probably import, and `warm_up` are statements that load what submissions use in torch, so that no
        candidate waits for it. Every candidate has at least the layers that `confined_enough` requires on this `host`,
        unless `relaxed_sandbox` is true. `process` is used if it is given, and otherwise a new one is started.
        """
        super().__init__(limits)
        self._relaxed_sandbox = relaxed_sandbox
        self._host = host
        # Candidates write here if they cannot have a file system of their own. Only then the server makes this folder,
        # so that usually nothing is left behind if this process is killed.
        name = secrets.token_hex(8)
        self._scratch = os.path.join(tempfile.gettempdir(), f"grader-{name}")
        self._group = ""  # the server's control group, once it is known
        self._process: subprocess.Popen[bytes] | ForkedServer
        if process is None:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            try:
                with theirs:
                    self._process = _start(theirs.fileno())
            except OSError as error:
                ours.close()
                raise SandboxError(instructor.NO_SERVER(error=str(error))) from error
            self._control = ours
        else:
            self._process, self._control = process, process.control
        start = control.Start(
            name=name,
            readable=() if data_home is None else (os.path.realpath(data_home),),
            memory=limits.memory,
            processor=limits.processor,
            imports=tuple(imports),
            warm_up=tuple(warm_up),
            threads=limits.threads,
            accelerated=accelerated,
            environment=_environment(data_home, self._scratch, accelerated),
        )
        with contextlib.suppress(OSError):  # it has already ended; spawn() will report that
            self._control.send(control.encode(start))

    def close(self) -> None:
        """End the server, and with it every candidate."""
        self._control.close()
        self._process.kill()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)
        _remove_group(self._group)

    def try_out(self) -> tuple[str, ...]:
        """Wait until the server is warm, and return the layers of its candidates. Raises `SandboxError`."""
        process = self.spawn()
        process.end()
        return process.layers

    def spawn(self) -> ForkedProcess:
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
        return ForkedProcess(self, socket.socket(fileno=channel), pidfd, answer.process, answer.layers)

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


def _start(descriptor: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "grader.candidate_process", str(descriptor)],
        pass_fds=(descriptor,),
        env=ENVIRONMENT,
        cwd="/",  # Python imports from here first; the current folder may hold submissions
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if os.environ.get("GRADER_DEBUG") is None else None,
        start_new_session=True,  # Ctrl-C reaches only the examiner, which closes the server
    )


def _remove_group(path: str) -> None:
    """Remove a control group and the groups in it, as soon as their processes have ended."""
    deadline = time.monotonic() + 2
    while path and os.path.isdir(path) and time.monotonic() < deadline:
        for folder in (*(entry.path for entry in os.scandir(path) if entry.is_dir()), path):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        time.sleep(0.01)


# The environment in which a server starts. A candidate has nothing from the examiner's environment.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",  # if there are more threads, a thread that waits uses no processor time
    # Large pages for the C heap: starting and ending a fork then takes a third less copying and freeing.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


def _environment(data_home: Path | None, scratch: str, accelerated: bool) -> dict[str, str]:
    """Return what each server adds to its environment."""
    environment = {
        "LOGNAME": "candidate",  # some versions of torch ask for the user's name, and the jail has no list of users
        "TMPDIR": scratch,
    }
    if not accelerated:
        environment["CUDA_VISIBLE_DEVICES"] = ""  # an accelerator would keep autograd from working in forks
    if data_home is not None:
        environment["SCIKIT_LEARN_DATA"] = os.path.realpath(data_home)
    return environment


class ForkedProcess(Process):
    """One candidate's process, which the server has forked."""

    def __init__(
        self, server: Server, channel: socket.socket, pidfd: int, number: int, layers: tuple[str, ...]
    ) -> None:
        self._fork_server = server
        self._pidfd = pidfd
        self._number = number
        pid = _pid(pidfd)
        super().__init__(server, channel, pid, processor_clock(pid))
        self.layers = layers

    def _how_it_ended(self) -> Sentence:
        if not _ends(self._pidfd):
            self.end()
            return learner.CHANNEL_CLOSED()
        self.end()
        code = self._fork_server.ended(self._number)
        self._server.killed += code == KILLED
        return end_by_code(code)

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
