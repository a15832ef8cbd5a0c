"""Namespaces: a network without interfaces, no view of other processes, and a root that holds only libraries.

Sources: namespaces(7), user_namespaces(7), pivot_root(2) ("." as both arguments), newuidmap(1).
"""

from __future__ import annotations

import ctypes
import os
import pwd
import struct
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.candidate_process import kernel

DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")

# The system call has a different number on each architecture.
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _MNT_DETACH = 442, -100, 0x8000, 2

# Users ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Users:
    """User numbers for candidates that no one else has. Two candidates that run at the same time never share one."""

    first: int
    count: int


# Numbers that root may use for candidates. The first range lies above the one that systemd keeps for containers
# (systemd's UIDS-GIDS.md). The second is for systems with 16-bit numbers: systemd lends it to services. Every server
# takes its own part of a range.
_SPARE = (range(1_879_048_192, 2_147_352_576), range(61_184, 65_520))
_EACH: Final = 32


def spare_users() -> Users | None:
    """Return the user numbers that this process may give to candidates; `None` if there are none."""
    if os.geteuid() == 0:
        known = _ranges(Path("/proc/self/uid_map")), _ranges(Path("/proc/self/gid_map"))
        for spare in _SPARE:
            if all(any(spare[0] in one and spare[-1] in one for one in ranges) for ranges in known):
                return _part(spare)
        return None
    uids, gids = _assigned_numbers(Path("/etc/subuid")), _assigned_numbers(Path("/etc/subgid"))
    if not uids or uids != gids or len(uids) < _EACH:
        return None
    return _part(uids)


def _part(spare: range) -> Users:
    """Return this process's part of a range. No two running processes share a part while there are enough parts."""
    return Users(first=spare[os.getpid() % (len(spare) // _EACH) * _EACH], count=_EACH)


def _ranges(file: Path) -> list[range]:
    try:
        lines = [[int(word) for word in line.split()] for line in file.read_text(encoding="ascii").splitlines()]
    except (OSError, ValueError):
        return []
    return [range(first, first + count) for first, _, count in lines]


def _assigned_numbers(file: Path) -> range:
    """Return the user numbers that the system's administrator has assigned to this user (subuid(5))."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = ""
    try:
        for line in file.read_text(encoding="utf-8").splitlines():
            owner, _, numbers = line.partition(":")
            if owner and owner in (name, str(os.getuid())):
                first, count = (int(word) for word in numbers.split(":"))
                return range(first, first + count)
    except (OSError, ValueError):
        pass
    return range(0)


def become(user: int) -> None:
    """Become this user, with the group of the same number as the only group. Raises `OSError`."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


# Entering -------------------------------------------------------------------------------------------------------------

_OTHERS = kernel.NEWPID | kernel.NEWNS | kernel.NEWNET | kernel.NEWIPC | kernel.NEWUTS


def enter() -> tuple[bool, Users | None]:
    """Move this process, which must have a single thread, into new namespaces.

    Returns whether that worked, and the users that candidates can become. A child process tries it first, because it
    cannot be undone: some systems allow namespaces but refuse the calls that make them useful. The user of this process
    stays the same.
    """
    users = spare_users()
    ways: list[tuple[bool, Users | None, Callable[[], None]]] = []
    if users is not None:
        ways.append((True, users, lambda: _enter_as(users)))
    ways.append((True, None, _enter))
    if users is not None and os.geteuid() == 0:
        ways.append((True, users, _enter_as_root))
        ways.append((False, users, lambda: None))
    for entered, whom, way in ways:
        if works(lambda way=way, whom=whom: _try(way, whom)):  # type: ignore[misc]
            way()
            return entered, whom
    return False, None


def works(attempt: Callable[[], None]) -> bool:
    """Say whether a child process can run `attempt` without an error."""
    lifeline, held = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(held)
            kernel.die_with_parent(lifeline)
            attempt()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    os.close(lifeline)
    os.close(held)
    return status == 0


def _try(way: Callable[[], None], whom: Users | None) -> None:
    way()
    if whom is not None:
        become(whom.first)


def _enter() -> None:
    """Enter namespaces in which this process's user is the only user."""
    uid, gid = os.getuid(), os.getgid()
    kernel.call("unshare", kernel.NEWUSER | _OTHERS)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")


def _enter_as_root() -> None:
    """Enter namespaces with root's powers, on systems without user namespaces."""
    kernel.call("unshare", _OTHERS)


def _enter_as(users: Users) -> None:
    """Enter namespaces with several users. A child outside the namespaces writes the mapping: only it is allowed to."""
    pid, uid, gid = os.getpid(), os.getuid(), os.getgid()
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(tell)
            kernel.die_with_parent()
            if os.read(ready, 1):
                _map(pid, uid, gid, users)
                os._exit(0)
        finally:
            os._exit(1)
    os.close(ready)
    try:
        kernel.call("unshare", kernel.NEWUSER | _OTHERS)
        os.write(tell, b"!")
    finally:
        os.close(tell)
        _, status = os.waitpid(child, 0)
    if status:
        raise PermissionError("no users can be mapped into a namespace")


def _map(pid: int, uid: int, gid: int, users: Users) -> None:
    if os.geteuid() == 0:
        for kind, own in (("uid", uid), ("gid", gid)):
            _write(f"/proc/{pid}/{kind}_map", f"{own} {own} 1\n{users.first} {users.first} {users.count}\n")
        return
    for command, own in (("newuidmap", uid), ("newgidmap", gid)):
        numbers = (own, own, 1, users.first, users.first, users.count)
        subprocess.run([command, str(pid), *map(str, numbers)], check=True, capture_output=True)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


# Files ----------------------------------------------------------------------------------------------------------------


def private_mounts() -> None:
    """Hide what is mounted after this call from other namespaces. Raises `OSError`."""
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)


def private_root(readable: Sequence[str], writable: str) -> None:
    """Change to a read-only root that holds only the readable paths, without /proc and /sys."""
    new = next(d for d in ("/mnt", "/media", "/srv", "/run", "/tmp") if _free_for_mounting(d, readable))
    umask = os.umask(0o022)  # all users may enter the directories
    try:
        _fill(new, readable, writable)
    finally:
        os.umask(umask)
    os.chdir(new)
    kernel.system_call(_PIVOT_ROOT[os.uname().machine], b".", b".")
    kernel.call("umount2", b".", _MNT_DETACH)
    os.chdir("/")
    read_only = struct.pack("QQQQ", kernel.MS_RDONLY | kernel.MS_NOSUID, 0, 0, 0)
    kernel.system_call(_MOUNT_SETATTR, _AT_FDCWD, b"/", _AT_RECURSIVE, read_only, len(read_only))


def _fill(new: str, readable: Sequence[str], writable: str) -> None:
    kernel.mount("tmpfs", new, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "size=1m,mode=755")
    for path in (*readable, *DEVICES):
        if not os.path.exists(path):
            continue
        if os.path.islink(path):  # /lib and /bin are links into /usr on current systems
            os.makedirs(new + os.path.dirname(path), exist_ok=True)
            if not os.path.lexists(new + path):
                os.symlink(os.readlink(path), new + path)
            continue
        if os.path.isdir(path):
            os.makedirs(new + path, exist_ok=True)
        elif not os.path.exists(new + path):
            os.makedirs(new + os.path.dirname(path), exist_ok=True)
            with open(new + path, "w", encoding="ascii"):
                pass
        kernel.mount(path, new + path, None, kernel.MS_BIND | kernel.MS_REC)
    os.makedirs(new + writable)
    if not os.path.lexists(new + "/tmp"):
        os.symlink(writable, new + "/tmp")  # where scripts expect to write


def _free_for_mounting(directory: str, readable: Sequence[str]) -> bool:
    return os.path.isdir(directory) and not any(path.startswith(directory + "/") for path in readable)


def mount_directory(path: str, *, size: int, entries: int, user: int | None, mode: int = 0o700) -> None:
    """Mount an empty file system of limited size (in bytes). No program can be run from it. Raises `OSError`."""
    bounds = f"size={size},nr_inodes={entries},mode={mode:o}"
    if user is not None:
        bounds += f",uid={user},gid={user}"
    kernel.mount("tmpfs", path, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC, bounds)


# Processes ------------------------------------------------------------------------------------------------------------


class ProcessNamespace:
    """Gives each fork of the server its own process namespace, in which it sees only itself."""

    def __init__(self) -> None:
        """Open the server's own namespace, to return to it after each fork."""
        self._own = os.pidfd_open(os.getpid())

    def fork(self) -> int:
        """Fork; the child is the first process of a new namespace."""
        kernel.call("unshare", kernel.NEWPID)
        try:
            return os.fork()
        finally:
            # The child makes this call too, but it fails there: the child may not leave its namespace.
            ctypes.set_errno(0)
            kernel.libc.setns(self._own, kernel.NEWPID)
