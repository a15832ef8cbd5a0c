"""Control groups (cgroup v2): the kernel limits a candidate's total use, and can end all its processes at once.

A server has one group, with a group for itself and one for each candidate:

    grader-…/
      server/
      candidate-1/       memory.max, memory.swap.max, memory.oom.group, pids.max

Sources: cgroups(7), the kernel's admin-guide/cgroup-v2.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_MOUNTED = Path("/sys/fs/cgroup")
_CONTROLLERS = {"memory", "pids"}
_PREFIX = "grader-"


class Group:
    """A server's group. It is reached through an open descriptor, because the private root has no /sys."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        self._count = 0

    def add(self, process: int, *, memory: int, threads: int) -> str | None:
        """Put a candidate that has not started yet in its own group; return the group's name, `None` if that fails.

        `memory` is the number of bytes that a candidate may map beyond what it shares with its server; `threads` is the
        number of its processes and threads. The group also counts shared pages once they are written to, and files. So
        its limit is half as much again: a submission that needs too much still gets a `MemoryError` first.
        """
        self._count += 1
        name = f"candidate-{self._count}"
        try:
            os.mkdir(name, dir_fd=self._descriptor)
            try:
                self._write(f"{name}/memory.max", memory + memory // 2)
                self._write(f"{name}/pids.max", threads)
                self._write(f"{name}/memory.oom.group", 1)
                with contextlib.suppress(FileNotFoundError):  # where there is no swap
                    self._write(f"{name}/memory.swap.max", 0)
                self._write(f"{name}/cgroup.procs", process)
            except OSError:
                self.remove(name)
                raise
        except OSError:
            return None
        return name

    def remove(self, name: str) -> None:
        """Remove a group whose processes have ended."""
        with contextlib.suppress(OSError):
            os.rmdir(name, dir_fd=self._descriptor)

    def _write(self, name: str, value: int) -> None:
        # Never create the file: a new file would not be a control file.
        with open(os.open(name, os.O_WRONLY, dir_fd=self._descriptor), "w", encoding="ascii") as file:
            file.write(str(value))


def make(name: str, *, mounted: Path = _MOUNTED, membership: Path = Path("/proc/self/cgroup")) -> Group | None:
    """Make a group called `grader-<name>` and move this process into it; return `None` where the system refuses.

    The new group is a sibling or a child of our own group, depending on which of the two the system allows.
    """
    own = _own_group(membership)
    if own is None:
        return None
    for place in (mounted / own, (mounted / own).parent):
        if not place.is_relative_to(mounted) or _CONTROLLERS - _words(place / "cgroup.subtree_control"):
            continue
        _remove_leftovers(place)
        path = place / f"{_PREFIX}{name}"
        with contextlib.suppress(OSError):
            path.mkdir()
            try:
                _set(path / "cgroup.subtree_control", "+memory +pids")
                (path / "server").mkdir()
                _set(path / "server" / "cgroup.procs", "0")  # this process
                return Group(path)
            except OSError:
                _remove(path)
                raise
    return None


def _own_group(membership: Path) -> str | None:
    """Return our group's path below the mount point; `None` without cgroup v2."""
    try:
        lines = membership.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line[3:].strip("/") for line in lines if line.startswith("0::") and ".." not in line), None)


def _words(file: Path) -> set[str]:
    try:
        return set(file.read_text(encoding="ascii").split())
    except OSError:
        return set()


def _set(file: Path, value: str) -> None:
    with open(os.open(file, os.O_WRONLY), "w", encoding="ascii") as opened:
        opened.write(value)


def _remove_leftovers(place: Path) -> None:
    """Remove the groups of servers that were killed."""
    for path in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if "populated 0" in (path / "cgroup.events").read_text(encoding="ascii"):
                _remove(path)
            _remove(path)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        for below in path.iterdir():
            if below.is_dir():
                with contextlib.suppress(OSError):
                    below.rmdir()
        path.rmdir()
