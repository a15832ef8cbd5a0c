"""The warm server: imports everything once, then forks a confined candidate whenever the examiner asks for one.

The control channel carries MessagePack. The first message is `Start`. After that, the server answers `"spawn"` with
`Spawned`, to which the candidate's channel and a pidfd are attached. It answers a process number with the exit code of
that process. One candidate is always forked and confined in advance.
"""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from grader.candidate_process import cgroups, confine, kernel, namespaces, syscalls
from grader.candidate_process.memory import gather
from grader.candidate_process.rehearsal import rehearse


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """The first message to a server: what candidates may read, how much they may use, and what they probably need.

    `accelerated` lets them use this machine's accelerators; confinement would block these, so they then run without it.
    No other server has the same `name`.
    """

    name: str

    readable: tuple[str, ...]
    memory: int
    processor: int
    imports: tuple[str, ...]
    warm_up: tuple[str, ...]
    threads: int
    accelerated: bool


class Spawned(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that is ready: its process number (in the server's namespace) and the layers that confine it.

    A `problem` says why there is no candidate: it has ended because it could not be confined as required. `group` is
    the path of the server's control group, if it has one; the examiner removes it.
    """

    process: int
    layers: tuple[str, ...]
    problem: str = ""
    group: str = ""


_KEPT_EXIT_CODES = 16


@dataclass(frozen=True, kw_only=True)
class _Resources:
    """What belongs to one candidate until the server has cleaned up after it."""

    user: int | None
    directory: str | None
    group: str | None


@dataclass(frozen=True, kw_only=True)
class _Ready:
    channel: socket.socket
    pidfd: int
    spawned: Spawned


class Server:
    """The warm process, which always keeps one candidate ready."""

    def __init__(self, control: socket.socket, start: Start) -> None:
        kernel.die_with_parent(control.fileno())
        self._control = control
        self._jail = confine.Jail(readable=confine.readable_paths(start.readable))
        self._accelerated = start.accelerated
        # Compiled now, while libseccomp can still be found. The second filter is for a private, read-only root.
        filters = [syscalls.system_calls(own_files=own_files) for own_files in (False, True)]
        self._group = None if self._accelerated else cgroups.make(start.name)
        enclosure = confine.enter_jail(self._jail) if not self._accelerated else confine.NOWHERE
        self._layers = enclosure.layers
        self._enclosure = enclosure
        limits = confine.Limits(mapped=0, memory=start.memory, processor=start.processor)
        if confine.ROOT in self._layers:
            tempfile.tempdir = self._jail.writable
        else:
            tempfile.tempdir = os.environ["TMPDIR"]  # the examiner chooses it and removes it
            os.makedirs(tempfile.tempdir, exist_ok=True)
            os.chmod(tempfile.tempdir, 0o711)  # other users may pass to their own directories
        private = confine.NAMESPACES in self._layers and confine.private_directories(tempfile.tempdir, limits)
        rehearse(start.imports, start.warm_up, backward=not start.accelerated)
        self._threads = start.threads
        self._users = self._usable_users(start.readable)
        self._confinement = confine.Confinement(
            jail=self._jail,
            limits=replace(limits, mapped=enclosure.mapped()),
            filters=filters[confine.ROOT in self._layers and private],
            jailed=bool(self._layers),
            private=private,
            user=None,
        )
        self._processes = namespaces.ProcessNamespace() if self._layers else None
        self._resources: dict[int, _Resources] = {}
        self._exit_codes: dict[int, int] = {}  # those that the examiner has not asked for yet
        gc.collect()
        gc.freeze()
        gather(enclosure.maps())

    def _usable_users(self, readable: tuple[str, ...]) -> namespaces.Users | None:
        """Return the users that candidates can become, if such a user can read the libraries and reach a directory.

        The modules that are already imported stand for all libraries.
        """
        users = self._enclosure.users
        if users is None:
            return None
        files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
        paths = {file for file in files if file is not None and os.path.exists(file)}
        with tempfile.TemporaryDirectory() as place:
            os.chmod(place, 0o755)
            return users if confine.users_can_read(users, [*sorted(paths), *readable, place]) else None

    def run(self) -> None:
        """Serve until the examiner closes the control channel."""
        ready = self._fork()
        while message := self._control.recv(64):
            request = msgspec.msgpack.decode(message)
            if request == "spawn":
                payload = msgspec.msgpack.encode(ready.spawned)
                socket.send_fds(self._control, [payload], [ready.channel.fileno(), ready.pidfd])
                ready.channel.close()
                os.close(ready.pidfd)
                ready = self._fork()
            else:
                self._control.send(msgspec.msgpack.encode(self._wait_for(int(request))))

    def _wait_for(self, process: int) -> int:
        """Wait until a candidate has ended; return its exit code, which is negative for a signal."""
        with contextlib.suppress(ChildProcessError):
            while process not in self._exit_codes:
                self._clean_up(*os.waitpid(process, 0))
        return self._exit_codes.pop(process, 0)

    def _clean_up_ended(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0] > 0:
                self._clean_up(*found)
        for process in list(self._exit_codes)[:-_KEPT_EXIT_CODES]:
            del self._exit_codes[process]

    def _clean_up(self, process: int, status: int) -> None:
        self._exit_codes[process] = os.waitstatus_to_exitcode(status)
        resources = self._resources.pop(process, None)
        if resources is None:
            return
        if resources.directory is not None:
            shutil.rmtree(resources.directory, ignore_errors=True)
        if resources.group is not None and self._group is not None:
            self._group.remove(resources.group)

    def _fork(self) -> _Ready:
        self._clean_up_ended()
        ours, theirs = socket.socketpair()
        user = next(self._free_users(), None)
        if user is None and self._users is not None:
            raise RuntimeError("too many candidates at a time")
        confinement = replace(self._confinement, user=user)
        directory = None
        if confine.ROOT not in self._layers or not confinement.private:
            directory = tempfile.mkdtemp(prefix="candidate-")
            if user is not None:
                os.chown(directory, user, user)
            confinement = replace(confinement, jail=replace(confinement.jail, writable=directory))
        server = os.getpid()
        process = self._processes.fork() if self._processes else os.fork()
        if process == 0:
            ours.close()
            self._become_candidate(theirs, confinement, server)
        theirs.close()
        limits = confinement.limits
        group = self._group.add(process, memory=limits.memory, threads=limits.threads) if self._group else None
        self._resources[process] = _Resources(user=user, directory=directory, group=group)
        # The candidate reports its active layers before it reads anything else.
        report = ours.recv(4096)
        layers: tuple[str, ...] = ()
        problem = "it ended before it was confined"
        if report:
            layers, problem = msgspec.msgpack.decode(report, type=tuple[tuple[str, ...], str])
        own = ((confine.PROCESSES, self._processes), (confine.CGROUP, group))
        layers = (*self._layers, *layers, *(layer for layer, held in own if held))
        path = str(self._group.path) if self._group else ""
        spawned = Spawned(process=process, layers=layers, problem=problem, group=path)
        return _Ready(channel=ours, pidfd=os.pidfd_open(process), spawned=spawned)

    def _free_users(self) -> Iterator[int]:
        """Yield the users that no running candidate has."""
        if self._users is not None:
            taken = {resources.user for resources in self._resources.values()}
            everybody = range(self._users.first, self._users.first + self._users.count)
            yield from (user for user in everybody if user not in taken)

    def _become_candidate(self, channel: socket.socket, confinement: confine.Confinement, server: int) -> None:
        from grader.candidate_process.candidate import Candidate

        try:
            kernel.die_with_parent()
            os.environ.update(HOME=confinement.jail.writable, TMPDIR=confinement.jail.writable)
            tempfile.tempdir = confinement.jail.writable
            layers: list[str] = []
            if not self._accelerated:
                self._enclosure.end_before_others(confine.CANDIDATES_FIRST)
                try:
                    layers = confine.confine(confinement, keep=channel.fileno())
                except confine.NotConfined as error:
                    channel.sendall(msgspec.msgpack.encode(((), str(error))))
                    return
            if self._processes is None and os.getppid() != server:
                return  # the server died before `die_with_parent` took effect
            channel.sendall(msgspec.msgpack.encode((tuple(layers), "")))
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
