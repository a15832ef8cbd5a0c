"""What a candidate gives up before it reads one byte of a submission.

The server enters its namespaces and its read-only root once (`enter_jail`), before it imports anything heavy. Each
candidate, a fork of it, then adds a process namespace, a private temporary directory, Landlock, rlimits, becomes a user
of its own, drops its capabilities, and seals itself with seccomp (`confine`). The layers are independent: one that the
system refuses is left out, and is then missing from the list of active layers that the examiner gets.

Sources: capabilities(7), setrlimit(2), prctl(2), proc(5) on oom_score_adj.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import glob
import os
import resource
import struct
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from grader.candidate_process import kernel, landlock, namespaces
from grader.candidate_process.syscalls import SystemCalls

# Layers, in the order in which `grader doctor` shows them.
NAMESPACES, ROOT, PROCESSES, TEMPORARY, USER, LANDLOCK, SECCOMP, CAPABILITIES, LIMITS, CGROUP = (
    "namespaces",
    "root",
    "processes",
    "temporary",
    "user",
    "landlock",
    "seccomp",
    "capabilities",
    "limits",
    "cgroup",
)

_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_SET_DUMPABLE = 24, 38, 4
# The system call has a different number on each architecture.
_CAPSET = {"x86_64": 126, "aarch64": 91}

# The order in which the system ends processes when memory runs out: candidates first, then servers (proc(5)).
CANDIDATES_FIRST, SERVERS_NEXT = 1000, 300

_OWN = 64 * 2**20  # bytes that the server itself may write in its private root


@dataclass(frozen=True, kw_only=True)
class ResourceLimits:
    """What one candidate may use: memory and temporary files in bytes, processor time in seconds, open files.

    `mapped` is the address space that the warm server already occupies; every candidate inherits it. `threads` limits a
    candidate that has its own user. Otherwise `processes` limits all processes and threads in the server's namespaces
    together; the system does not apply that limit to root.
    """

    mapped: int
    memory: int = 2 * 2**30
    processor: int = 120
    files: int = 64 * 2**20
    descriptors: int = 128
    entries: int = 10_000
    threads: int = 512
    processes: int = 4096


@dataclass(frozen=True, kw_only=True)
class Jail:
    """What a candidate may read, and the directory where it may write."""

    readable: tuple[str, ...]
    writable: str = "/candidate"


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """The server's surroundings: active layers, users for candidates, and /proc, opened before it became invisible."""

    layers: tuple[str, ...]
    users: namespaces.Users | None
    proc: int | None

    def mapped(self) -> int:
        """Return the size of this process's address space in bytes; 0 if unknown."""
        pages = self._read("statm").split()
        return int(pages[0]) * resource.getpagesize() if pages else 0

    def maps(self) -> str:
        """Return this process's memory map as text (/proc/self/maps); an empty string if unknown."""
        return self._read("maps")

    def end_before_others(self, degree: int) -> None:
        """Ask the system to end this process before others when memory runs out, where that is possible."""
        with contextlib.suppress(OSError):
            file = self._open("oom_score_adj", os.O_WRONLY)
            os.write(file, b"%d" % degree)
            os.close(file)

    def _read(self, name: str) -> str:
        try:
            with open(self._open(name, os.O_RDONLY), encoding="ascii", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def _open(self, name: str, flags: int) -> int:
        if self.proc is None:
            raise OSError(errno.ENOENT, "no /proc")
        # "self" is the process that opens it: a candidate that inherits the descriptor opens its own files.
        return os.open(f"self/{name}", flags, dir_fd=self.proc)


NOWHERE = Enclosure(layers=(), users=None, proc=None)


def enter_jail(jail: Jail) -> Enclosure:
    """Move this process, which must have a single thread, into new namespaces; return the active layers.

    On success the caller continues as the first process of a new process namespace. The original process waits for it
    and ends with it, so no process inside survives.
    """
    if not sys.platform.startswith("linux"):
        return NOWHERE
    entered, users = namespaces.enter()
    if entered:
        _become_the_first_process()
    enclosure = Enclosure(layers=(NAMESPACES,) if entered else (), users=users, proc=_proc())
    enclosure.end_before_others(SERVERS_NEXT)
    if not entered:
        return enclosure
    try:
        namespaces.private_mounts()
        namespaces.private_root(jail.readable, jail.writable)
        # Some libraries write files while they are imported.
        namespaces.mount_directory(jail.writable, size=_OWN, entries=10_000, user=None, mode=0o711)
    except (OSError, KeyError, StopIteration):
        return enclosure
    return replace(enclosure, layers=(NAMESPACES, ROOT))


def _become_the_first_process() -> None:
    lifeline, held = os.pipe()
    child = os.fork()
    if child:
        os.close(lifeline)
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    os.close(held)
    kernel.die_with_parent(lifeline)
    os.close(lifeline)


def _proc() -> int | None:
    try:
        return os.open("/proc", os.O_PATH | os.O_DIRECTORY)
    except OSError:
        return None


def private_directories(place: str, limits: ResourceLimits) -> bool:
    """Say whether each candidate can get a temporary file system of limited size. A child process tries it."""

    def mount() -> None:
        namespaces.private_mounts()  # the server has done the same; mounting fails without it
        _private_temporary(place, limits, None)

    return namespaces.works(mount)


def users_can_read(users: namespaces.Users, paths: Iterable[str]) -> bool:
    """Say whether one of the candidates' users can read these files and folders. A child process tries it."""

    def read() -> None:
        namespaces.become(users.first)
        for path in paths:
            os.close(os.open(path, os.O_RDONLY))

    return namespaces.works(read)


# In the candidate -----------------------------------------------------------------------------------------------------


class NotConfined(Exception):
    """Raised when a candidate cannot get a layer that it must have."""


@dataclass(frozen=True, kw_only=True)
class Confinement:
    """The layers that the server has found to work. Each candidate must apply them.

    `private` gives the candidate its own temporary file system; `user` is the user number that it takes, if any;
    `jailed` says that the server is in its own namespaces.
    """

    jail: Jail
    limits: ResourceLimits
    filters: SystemCalls | None
    jailed: bool
    private: bool
    user: int | None


def confine(confinement: Confinement, *, keep: int) -> list[str]:
    """Give up everything that running a submission does not need; return the names of the active layers.

    `keep` is the only descriptor that stays open besides the standard streams. Raises `NotConfined` if a required layer
    fails.
    """
    layers = []
    _close_descriptors(keep)
    if confinement.private:
        try:
            _private_temporary(confinement.jail.writable, confinement.limits, confinement.user)
        except OSError as error:
            # A candidate must not share a directory that another candidate has written to.
            raise NotConfined(f"it can have no directory of its own ({error})") from error
        layers.append(TEMPORARY)
    os.chdir(confinement.jail.writable)
    if sys.platform.startswith("linux"):
        kernel.call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        with contextlib.suppress(OSError, KeyError):
            guarded = landlock.restrict((*confinement.jail.readable, *namespaces.DEVICES), confinement.jail.writable)
            layers += [LANDLOCK] if guarded >= landlock.ENOUGH else []
    if _apply(_limit, confinement):
        layers.append(LIMITS)
    if sys.platform.startswith("linux"):
        dropped = _apply(_drop_bounds)
        if confinement.user is not None:
            try:
                namespaces.become(confinement.user)
            except OSError as error:
                raise NotConfined(f"it cannot become a user of its own ({error})") from error
            kernel.die_with_parent()  # changing the user resets this setting
            layers.append(USER)
        if dropped and _apply(_drop_capabilities):
            layers.append(CAPABILITIES)
    if confinement.filters is not None and _apply(confinement.filters.load):
        layers.append(SECCOMP)
    return layers


def _apply(layer: object, *arguments: object) -> bool:
    try:
        layer(*arguments)  # type: ignore[operator]
    except (OSError, ValueError, KeyError):
        return False
    return True


def _close_descriptors(keep: int) -> None:
    null = os.open("/dev/null", os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.closerange(3, keep)
    os.closerange(keep + 1, 4096)


def _private_temporary(place: str, limits: ResourceLimits, user: int | None) -> None:
    kernel.call("unshare", kernel.NEWNS)
    namespaces.mount_directory(place, size=limits.files, entries=limits.entries, user=user)


def _limit(confinement: Confinement) -> None:
    limits, unlimited = confinement.limits, resource.RLIM_INFINITY
    # Without its own namespace or user, the limit would also count everything else that this user runs.
    threads = limits.threads if confinement.user is not None else limits.processes if confinement.jailed else unlimited
    for which, value in (
        (resource.RLIMIT_AS, limits.mapped + limits.memory if limits.mapped else unlimited),
        (resource.RLIMIT_CPU, limits.processor),
        (resource.RLIMIT_FSIZE, limits.files),
        (resource.RLIMIT_NOFILE, limits.descriptors),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, threads),
    ):
        _, hard = resource.getrlimit(which)
        ceiling = value if hard == unlimited else hard if value == unlimited else min(value, hard)
        resource.setrlimit(which, (ceiling, ceiling))


def _drop_bounds() -> None:
    """Prevent this process from regaining any capability."""
    for capability in range(64):
        if kernel.libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 and ctypes.get_errno() == errno.EINVAL:
            break


def _drop_capabilities() -> None:
    header = struct.pack("=Ii", 0x20080522, 0)
    kernel.system_call(_CAPSET[os.uname().machine], header, bytes(24))
    kernel.call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)


# The kit's files outside of this folder that a candidate may read: those that both sides of the sandbox import.
SHARED = ("__init__.py", "wire.py", "control.py", "tensors.py")


def readable_paths(extra: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the paths that Python, torch and scikit-learn need to read, parents before children.

    `extra` paths are added. No prefix is included as a whole: a course may lie in /usr/src (as in many containers), or
    its folder may be a virtual environment.
    """
    prefixes = (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, "/usr", "/usr/local")
    python = [os.path.join(prefix, name) for prefix in prefixes for name in ("lib", "lib32", "lib64")]
    python += [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    libraries = ("/lib", "/lib64", "/bin", "/usr/bin", "/usr/share", *sorted(glob.glob("/usr/local/cuda*")))
    linked = ("/etc/ld.so.cache", "/etc/localtime")
    # Torch chooses its kernels from these files; without them it uses the slowest ones.
    processor = ("/proc/cpuinfo", "/sys/devices/system/cpu")
    own = os.path.dirname(os.path.abspath(__file__))
    kit = (own, *(os.path.join(os.path.dirname(own), name) for name in SHARED))
    everything = (*libraries, *linked, *processor, *python, *kit, *extra)
    return tuple(dict.fromkeys(os.path.abspath(path) for path in everything))
