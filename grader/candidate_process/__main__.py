"""The warm server: imports everything once, then forks a confined candidate whenever the examiner asks for one.

What it is asked, and what it answers, is in `grader.control`. One candidate is always forked and confined in advance.
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

from grader import control
from grader.candidate_process import cgroups, confine, kernel, namespaces, syscalls
from grader.candidate_process.memory import gather
from grader.candidate_process.rehearsal import rehearse

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
    spawned: control.Spawned


class ForkServer:
    """The warm process, which always keeps one candidate ready."""

    def __init__(self, channel: socket.socket, start: control.Start) -> None:
        kernel.die_with_parent(channel.fileno())
        os.environ.update(start.environment)
        self._control = channel
        self._jail = confine.Jail(readable=confine.readable_paths(start.readable))
        self._accelerated = start.accelerated
        # Compiled now, while libseccomp can still be found. The second filter is for a private, read-only root.
        filters = [syscalls.system_calls(own_files=own_files) for own_files in (False, True)]
        self._group = None if self._accelerated else cgroups.make(start.name)
        enclosure = confine.enter_jail(self._jail) if not self._accelerated else confine.NOWHERE
        self._layers = enclosure.layers
        self._enclosure = enclosure
        limits = confine.ResourceLimits(mapped=0, memory=start.memory, processor=start.processor)
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
        while message := self._control.recv(control.MAX_MESSAGE):
            match control.decode_request(message):
                case control.Spawn():
                    payload = control.encode(ready.spawned)
                    socket.send_fds(self._control, [payload], [ready.channel.fileno(), ready.pidfd])
                    ready.channel.close()
                    os.close(ready.pidfd)
                    ready = self._fork()
                case control.Wait(process=process):
                    self._control.send(control.encode(control.Ended(code=self._wait_for(process))))

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
        confined = control.Confined(problem="it ended before it was confined")
        if report:
            confined = control.decode_confined(report)
        own = ((confine.PROCESSES, self._processes), (confine.CGROUP, group))
        layers = (*self._layers, *confined.layers, *(layer for layer, held in own if held))
        path = str(self._group.path) if self._group else ""
        spawned = control.Spawned(process=process, layers=layers, problem=confined.problem, group=path)
        return _Ready(channel=ours, pidfd=os.pidfd_open(process), spawned=spawned)

    def _free_users(self) -> Iterator[int]:
        """Yield the users that no running candidate has."""
        if self._users is not None:
            taken = {resources.user for resources in self._resources.values()}
            everybody = range(self._users.first, self._users.first + self._users.count)
            yield from (user for user in everybody if user not in taken)

    def _become_candidate(self, channel: socket.socket, confinement: confine.Confinement, server: int) -> None:
        from grader.candidate_process.executor import Executor

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
                    channel.sendall(control.encode(control.Confined(problem=str(error))))
                    return
            if self._processes is None and os.getppid() != server:
                return  # the server died before `die_with_parent` took effect
            channel.sendall(control.encode(control.Confined(layers=tuple(layers))))
            Executor(threads=self._threads).serve(channel)
        finally:
            os._exit(0)


def main() -> None:
    """Serve on the control channel whose descriptor is the first argument."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    ForkServer(channel, control.decode_start(channel.recv(control.MAX_START))).run()


if __name__ == "__main__":
    main()
