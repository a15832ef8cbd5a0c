"""What a candidate gives up before it reads one byte of a submission.

The server enters its namespaces and its read-only root once (`enter_jail`), before it imports anything heavy. Each
candidate, a fork of it, then adds a process namespace, a private temporary directory, Landlock, rlimits, becomes a user
of its own, drops its capabilities, and seals itself with seccomp (`confine`). Every layer stands alone: one that the
system refuses is left out, and named to the examiner by its absence from the list of active layers.

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
# Not in every architecture's headers under one number.
_CAPSET = {"x86_64": 126, "aarch64": 91}

# Which processes the system is to end first when memory runs out: candidates, then servers (proc(5)).
CANDIDATES_FIRST, SERVERS_NEXT = 1000, 300

_OWN = 64 * 2**20  # bytes, for what the server itself writes in its own root


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one candidate may use: memory and temporary files in bytes, processor time in seconds, open files.

    `mapped` is the address space that the warm server occupies already, which every candidate inherits. `threads` is
    for a candidate that is a user of its own; without, `processes` counts all processes and threads of the server's
    namespaces, and the system does not hold root to it.
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
    """Where the server stands: the layers that hold, whom candidates can be, and /proc, opened while there was one."""

    layers: tuple[str, ...]
    users: namespaces.Users | None
    proc: int | None

    def mapped(self) -> int:
        """Return this process's address space in bytes; 0 where the system does not say."""
        pages = self._read("statm").split()
        return int(pages[0]) * resource.getpagesize() if pages else 0

    def maps(self) -> str:
        """Return the list of this process's stretches of memory; nothing where the system does not say."""
        return self._read("maps")

    def end_before_others(self, degree: int) -> None:
        """Have the system end this process before others when memory runs out, where it can be told."""
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
        # "self" is the process that asks: a candidate that inherits this gets its own.
        return os.open(f"self/{name}", flags, dir_fd=self.proc)


NOWHERE = Enclosure(layers=(), users=None, proc=None)


def enter_jail(jail: Jail) -> Enclosure:
    """Move this process (single-threaded still) into namespaces of its own, and say which layers held.

    On success the caller goes on as the first process of a new process namespace; the original one waits for it and
    ends as it ends, so everything inside dies with it.
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
        # Libraries want to write while they are imported.
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


def private_directories(place: str, limits: Limits) -> bool:
    """Say whether candidates can each have a file system of limited size for what they write: a child tries it."""

    def mount() -> None:
        namespaces.private_mounts()  # as the server has done, or nobody may mount anything
        _private_temporary(place, limits, None)

    return namespaces.works(mount)


def users_can_read(users: namespaces.Users, paths: Iterable[str]) -> bool:
    """Say whether a user who is nobody here can read these files and folders: a child tries it."""

    def read() -> None:
        namespaces.become(users.first)
        for path in paths:
            os.close(os.open(path, os.O_RDONLY))

    return namespaces.works(read)


# In the candidate -----------------------------------------------------------------------------------------------------


class NotConfined(Exception):
    """A candidate cannot have what it must not be without."""


@dataclass(frozen=True, kw_only=True)
class Confinement:
    """What the server has found out that its candidates can have, and each of them is to have.

    `private` is a file system of its own for what it writes; `user` is whom it becomes, if anybody; `jailed` says that
    the server stands in namespaces of its own.
    """

    jail: Jail
    limits: Limits
    filters: SystemCalls | None
    jailed: bool
    private: bool
    user: int | None


def confine(confinement: Confinement, *, keep: int) -> list[str]:
    """Give up everything that running a submission does not need; return the layers that held.

    `keep` is the one descriptor that stays open beside the standard streams. Raises `NotConfined`.
    """
    layers = []
    _close_descriptors(keep)
    if confinement.private:
        try:
            _private_temporary(confinement.jail.writable, confinement.limits, confinement.user)
        except OSError as error:
            # Never in a directory that another candidate has written to.
            raise NotConfined(f"it can have no directory of its own ({error})") from error
        layers.append(TEMPORARY)
    os.chdir(confinement.jail.writable)
    if sys.platform.startswith("linux"):
        kernel.call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        with contextlib.suppress(OSError, KeyError):
            guarded = landlock.restrict((*confinement.jail.readable, *namespaces.DEVICES), confinement.jail.writable)
            layers += [LANDLOCK] if guarded >= landlock.ENOUGH else []
    if _held(_limit, confinement):
        layers.append(LIMITS)
    if sys.platform.startswith("linux"):
        dropped = _held(_drop_bounds)
        if confinement.user is not None:
            try:
                namespaces.become(confinement.user)
            except OSError as error:
                raise NotConfined(f"it cannot become a user of its own ({error})") from error
            kernel.die_with_parent()  # who becomes somebody else loses it
            layers.append(USER)
        if dropped and _held(_drop_capabilities):
            layers.append(CAPABILITIES)
    if confinement.filters is not None and _held(confinement.filters.load):
        layers.append(SECCOMP)
    return layers


def _held(layer: object, *arguments: object) -> bool:
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


def _private_temporary(place: str, limits: Limits, user: int | None) -> None:
    kernel.call("unshare", kernel.NEWNS)
    namespaces.mount_directory(place, size=limits.files, entries=limits.entries, user=user)


def _limit(confinement: Confinement) -> None:
    limits, unlimited = confinement.limits, resource.RLIM_INFINITY
    # Without a namespace or a user of one's own, everything else that the user runs would count.
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
    """Have no capability ever come back."""
    for capability in range(64):
        if kernel.libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 and ctypes.get_errno() == errno.EINVAL:
            break


def _drop_capabilities() -> None:
    header = struct.pack("=Ii", 0x20080522, 0)
    kernel.system_call(_CAPSET[os.uname().machine], header, bytes(24))
    kernel.call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)


def readable_paths(extra: Sequence[str] = ()) -> tuple[str, ...]:
    """Return what Python, torch and scikit-learn need to read, parents before children.

    No prefix as a whole: a course may be kept in /usr/src (as in many containers), or be a virtual environment itself.
    """
    prefixes = (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, "/usr", "/usr/local")
    python = [os.path.join(prefix, name) for prefix in prefixes for name in ("lib", "lib32", "lib64")]
    python += [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    libraries = ("/lib", "/lib64", "/bin", "/usr/bin", "/usr/share", *sorted(glob.glob("/usr/local/cuda*")))
    linked = ("/etc/ld.so.cache", "/etc/localtime")
    # Torch chooses its kernels by these; without them it computes with the slowest ones.
    processor = ("/proc/cpuinfo", "/sys/devices/system/cpu")
    own = os.path.dirname(os.path.abspath(__file__))
    kit = (own, *(os.path.join(os.path.dirname(own), name) for name in ("__init__.py", "wire.py")))
    everything = (*libraries, *linked, *processor, *python, *kit, *extra)
    return tuple(dict.fromkeys(os.path.abspath(path) for path in everything))
