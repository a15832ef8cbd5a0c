"""Namespaces: a network without interfaces, processes that see none but their own, a root with libraries alone.

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

# Not in every architecture's headers under one number.
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _MNT_DETACH = 442, -100, 0x8000, 2

# Users ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Users:
    """User numbers that nobody else has, for candidates: no two that run at the same time share one."""

    first: int
    count: int


# Numbers for root to give away: the first above those that systemd keeps for containers (systemd's UIDS-GIDS.md); the
# second, where there are only 16 bits of them, those that it lends to services. Every server takes a part of its own.
_SPARE = (range(1_879_048_192, 2_147_352_576), range(61_184, 65_520))
_EACH: Final = 32


def spare_users() -> Users | None:
    """Return numbers of users that this process may give to candidates, `None` if there are none."""
    if os.geteuid() == 0:
        known = _ranges(Path("/proc/self/uid_map")), _ranges(Path("/proc/self/gid_map"))
        for spare in _SPARE:
            if all(any(spare[0] in one and spare[-1] in one for one in ranges) for ranges in known):
                return _part(spare)
        return None
    uids, gids = _lent(Path("/etc/subuid")), _lent(Path("/etc/subgid"))
    if not uids or uids != gids or len(uids) < _EACH:
        return None
    return _part(uids)


def _part(spare: range) -> Users:
    """Return this process's part: as long as there are enough, no two processes have one at the same time."""
    return Users(first=spare[os.getpid() % (len(spare) // _EACH) * _EACH], count=_EACH)


def _ranges(file: Path) -> list[range]:
    try:
        lines = [[int(word) for word in line.split()] for line in file.read_text(encoding="ascii").splitlines()]
    except (OSError, ValueError):
        return []
    return [range(first, first + count) for first, _, count in lines]


def _lent(file: Path) -> range:
    """Return the numbers that the system's administrator has lent to this user (subuid(5))."""
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
    """Be this user, and this group alone. Raises `OSError`."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


# Entering -------------------------------------------------------------------------------------------------------------

_OTHERS = kernel.NEWPID | kernel.NEWNS | kernel.NEWNET | kernel.NEWIPC | kernel.NEWUTS


def enter() -> tuple[bool, Users | None]:
    """Move this process (single-threaded still) to namespaces; say whether it is there, and whom candidates can be.

    What cannot be undone is tried in a child first: some systems grant namespaces, and then refuse what makes them
    useful. The process's own user stays the same.
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
    """Say whether a child of this process can do something."""
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
    """Enter namespaces in which there is one user: oneself."""
    uid, gid = os.getuid(), os.getgid()
    kernel.call("unshare", kernel.NEWUSER | _OTHERS)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")


def _enter_as_root() -> None:
    """Enter namespaces with root's own powers, where the system gives nobody users of their own."""
    kernel.call("unshare", _OTHERS)


def _enter_as(users: Users) -> None:
    """Enter namespaces in which there are more users: a child that stays outside does it, because only it may."""
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
    """Have nothing that is mounted from here on seen elsewhere. Raises `OSError`."""
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)


def private_root(readable: Sequence[str], writable: str) -> None:
    """Make a root that holds only what may be read, read-only. There is no /proc and no /sys in it."""
    new = next(d for d in ("/mnt", "/media", "/srv", "/run", "/tmp") if _free_for_mounting(d, readable))
    umask = os.umask(0o022)  # every user may pass
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
    """Mount an empty file system of limited size, which no program can be run from. Raises `OSError`."""
    bounds = f"size={size},nr_inodes={entries},mode={mode:o}"
    if user is not None:
        bounds += f",uid={user},gid={user}"
    kernel.mount("tmpfs", path, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC, bounds)


# Processes ------------------------------------------------------------------------------------------------------------


class ProcessNamespace:
    """Gives each fork of the server a process namespace of its own, in which it sees itself alone."""

    def __init__(self) -> None:
        """Remember the server's own namespace, to come back to."""
        self._own = os.pidfd_open(os.getpid())

    def fork(self) -> int:
        """Fork; the child is the first process of a new namespace."""
        kernel.call("unshare", kernel.NEWPID)
        try:
            return os.fork()
        finally:
            # The child runs this too, harmlessly refused: it may not leave its namespace.
            ctypes.set_errno(0)
            kernel.libc.setns(self._own, kernel.NEWPID)
