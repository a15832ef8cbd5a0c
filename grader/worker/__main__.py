"""The warm server: imports everything once, then forks a confined candidate whenever the examiner asks for one.

Its control channel speaks MessagePack: `Start` first; then `"spawn"`, answered by `Spawned` with the candidate's
channel and a pidfd attached, or the number of a process, answered by how that process ended. One candidate is always
forked and confined ahead of need.
"""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import socket
import sys
import tempfile
from dataclasses import dataclass, replace

import msgspec

from grader.worker import confine
from grader.worker.memory import gather
from grader.worker.rehearsal import rehearse, stretch


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a server is told at birth: what candidates may read, how much they may use, what they may well need.

    `accelerated` lets them reach this machine's accelerators, which takes what confinement takes away.
    """

    readable: tuple[str, ...]
    memory: int
    processor: int
    imports: tuple[str, ...]
    warm_up: tuple[str, ...]
    threads: int
    accelerated: bool


class Spawned(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that is ready: its number (in the server's namespace) and the layers that confine it."""

    process: int
    layers: tuple[str, ...]


_REMEMBERED = 16


@dataclass(frozen=True, kw_only=True)
class _Ready:
    process: int
    channel: socket.socket
    pidfd: int
    layers: tuple[str, ...]
    directory: str | None


class Server:
    """Holds the warm process and one candidate in reserve."""

    def __init__(self, control: socket.socket, start: Start) -> None:
        confine.die_with_parent()
        self._control = control
        self._filters = confine.system_calls()  # while libseccomp can be searched for
        self._jail = confine.Jail(readable=confine.readable_paths(start.readable))
        self._accelerated = start.accelerated
        enclosure = confine.Enclosure(layers=(), proc=None) if self._accelerated else confine.enter_jail(self._jail)
        self._layers = enclosure.layers
        if confine.ROOT in self._layers:
            tempfile.tempdir = self._jail.writable
        else:
            tempfile.tempdir = os.environ["TMPDIR"]  # the examiner names it, and removes it
            os.makedirs(tempfile.tempdir, mode=0o700, exist_ok=True)
        rehearse(start.imports, start.warm_up, backward=not start.accelerated)
        self._threads = start.threads
        self._limits = confine.Limits(mapped=enclosure.mapped(), memory=start.memory, processor=start.processor)
        self._processes = confine.ProcessNamespace() if self._layers else None
        self._directories: dict[int, str] = {}
        self._buried: dict[int, int] = {}  # exit codes that nobody has asked for yet
        gc.collect()
        gc.freeze()
        gather(enclosure.maps())

    def run(self) -> None:
        """Serve until the examiner goes."""
        ready = self._fork()
        while message := self._control.recv(64):
            request = msgspec.msgpack.decode(message)
            if request == "spawn":
                payload = msgspec.msgpack.encode(Spawned(process=ready.process, layers=ready.layers))
                socket.send_fds(self._control, [payload], [ready.channel.fileno(), ready.pidfd])
                ready.channel.close()
                os.close(ready.pidfd)
                ready = self._fork()
            else:
                self._control.send(msgspec.msgpack.encode(self._ended(int(request))))

    def _ended(self, process: int) -> int:
        """Wait for a candidate that has gone or been killed; return its exit code, negative for a signal."""
        with contextlib.suppress(ChildProcessError):
            while process not in self._buried:
                self._bury(*os.waitpid(process, 0))
        return self._buried.pop(process, 0)

    def _bury_the_dead(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0] > 0:
                self._bury(*found)
        for process in list(self._buried)[:-_REMEMBERED]:
            del self._buried[process]

    def _bury(self, process: int, status: int) -> None:
        self._buried[process] = os.waitstatus_to_exitcode(status)
        if (directory := self._directories.pop(process, None)) is not None:
            shutil.rmtree(directory, ignore_errors=True)

    def _fork(self) -> _Ready:
        self._bury_the_dead()
        ours, theirs = socket.socketpair()
        jail, directory = self._jail, None
        jailed = confine.ROOT in self._layers
        if not jailed:
            directory = tempfile.mkdtemp(prefix="candidate-")
            jail = replace(jail, writable=directory)
        process = self._processes.fork() if self._processes else os.fork()
        if process == 0:
            ours.close()
            self._become_candidate(theirs, jail, jailed)
        theirs.close()
        # The candidate says which layers hold before it reads anything else.
        report = ours.recv(4096)
        layers = (*self._layers, *msgspec.msgpack.decode(report, type=tuple[str, ...])) if report else ()
        if self._processes:
            layers = (*layers, confine.PROCESSES)
        if directory is not None:
            self._directories[process] = directory
        return _Ready(process=process, channel=ours, pidfd=os.pidfd_open(process), layers=layers, directory=directory)

    def _become_candidate(self, channel: socket.socket, jail: confine.Jail, jailed: bool) -> None:
        from grader.worker.candidate import Candidate

        try:
            confine.die_with_parent()
            os.environ.update(HOME=jail.writable, TMPDIR=jail.writable)
            tempfile.tempdir = jail.writable
            layers: list[str] = []
            if not self._accelerated:
                layers = confine.confine(
                    jail, self._limits, keep=channel.fileno(), filters=self._filters, jailed=jailed
                )
            channel.sendall(msgspec.msgpack.encode(tuple(layers)))
            if not self._accelerated:
                stretch()
            Candidate(threads=self._threads).serve(channel)
        finally:
            os._exit(0)


def main() -> None:
    """Serve on the control channel whose descriptor is the first argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    start = msgspec.msgpack.decode(control.recv(65536), type=Start)
    Server(control, start).run()


if __name__ == "__main__":
    main()
