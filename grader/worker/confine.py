"""What a candidate gives up before it reads one byte of a submission.

The server enters its namespaces and its read-only root once (`enter_jail`), before it imports anything heavy. Each
candidate, a fork of it, then adds a process namespace, a private temporary directory, Landlock, rlimits, and drops its
capabilities, and seals itself with seccomp (`confine`). Every layer stands alone: one that the system refuses is left
out, and named to the examiner by its absence from the list of active layers.

Sources: landlock(7), namespaces(7), pivot_root(2) ("." as both arguments), seccomp(2), capabilities(7).
"""

from __future__ import annotations

import ctypes
import errno
import glob
import os
import resource
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Layers, in the order in which `grader doctor` shows them.
NAMESPACES, ROOT, PROCESSES, TEMPORARY, LANDLOCK, SECCOMP, CAPABILITIES, LIMITS = (
    "namespaces",
    "root",
    "processes",
    "temporary",
    "landlock",
    "seccomp",
    "capabilities",
    "limits",
)

_libc = ctypes.CDLL(None, use_errno=True)
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x00020000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
_MNT_DETACH = 2
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_SET_DUMPABLE = 1, 24, 38, 4
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
# Not in every architecture's headers under one number, but these are: they came after the tables were unified.
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CAPSET = {"x86_64": 126, "aarch64": 91}
_MOUNT_SETATTR, _LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 442, 444, 445, 446
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one candidate may use: memory and temporary files in bytes, processor time in seconds, open files.

    `mapped` is the address space that the warm server occupies already, which every candidate inherits. `threads`
    counts all processes and threads of the server's namespaces; the system does not hold root to it.
    """

    mapped: int
    memory: int = 2 * 2**30
    processor: int = 120
    files: int = 64 * 2**20
    descriptors: int = 128
    entries: int = 10_000
    threads: int = 4096


@dataclass(frozen=True, kw_only=True)
class Jail:
    """What a candidate may read, and the private directory where it may write."""

    readable: tuple[str, ...]
    writable: str = "/candidate"


def _call(name: str, *arguments: object) -> int:
    result: int = getattr(_libc, name)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    def text(value: str | None) -> bytes | None:
        return None if value is None else os.fsencode(value)

    _call("mount", text(source), text(target), text(kind), ctypes.c_ulong(flags), text(data))


def die_with_parent() -> None:
    """Be killed when the process that started this one dies, where the system can see to it."""
    if sys.platform.startswith("linux"):
        _call("prctl", _PR_SET_PDEATHSIG, 9, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """Where the server stands: the layers that hold, and /proc/self, opened while there was a /proc."""

    layers: tuple[str, ...]
    proc: int | None

    def mapped(self) -> int:
        """Return this process's address space in bytes; 0 where the system does not say."""
        pages = self._read("statm").split()
        return int(pages[0]) * resource.getpagesize() if pages else 0

    def maps(self) -> str:
        """Return the list of this process's stretches of memory; nothing where the system does not say."""
        return self._read("maps")

    def _read(self, name: str) -> str:
        if self.proc is None:
            return ""
        try:
            with open(os.open(name, os.O_RDONLY, dir_fd=self.proc), encoding="ascii", errors="replace") as file:
                return file.read()
        except OSError:
            return ""


def enter_jail(jail: Jail) -> Enclosure:
    """Move this process (single-threaded still) into namespaces of its own, and say which layers held.

    On success the caller goes on as the first process of a new process namespace; the original one waits for it and
    ends as it ends, so everything inside dies with it.
    """
    if not sys.platform.startswith("linux"):
        return Enclosure(layers=(), proc=None)
    if not _namespaces_work():
        return Enclosure(layers=(), proc=_proc())
    _enter_namespaces()
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    die_with_parent()
    proc = _proc()
    try:
        _private_root(jail)
    except (OSError, KeyError, StopIteration):
        return Enclosure(layers=(NAMESPACES,), proc=proc)
    return Enclosure(layers=(NAMESPACES, ROOT), proc=proc)


def _namespaces_work() -> bool:
    """Try in a child what cannot be undone: some systems grant namespaces, and then refuse what makes them of use."""
    child = os.fork()
    if child == 0:
        try:
            _enter_namespaces()
        except OSError:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return status == 0


def _enter_namespaces() -> None:
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", _NEWUSER | _NEWPID | _NEWNS | _NEWNET | _NEWIPC | _NEWUTS)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")


def _proc() -> int | None:
    try:
        return os.open("/proc/self", os.O_PATH | os.O_DIRECTORY)
    except OSError:
        return None


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def _private_root(jail: Jail) -> None:
    """Make a root that holds only what may be read, read-only. There is no /proc and no /sys in it."""
    new = next(d for d in ("/mnt", "/media", "/srv", "/run", "/tmp") if _free_for_mounting(d, jail))
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    _mount("tmpfs", new, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,mode=755")
    for path in (*jail.readable, *_DEVICES):
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
        _mount(path, new + path, None, _MS_BIND | _MS_REC)
    os.makedirs(new + jail.writable)
    if not os.path.lexists(new + "/tmp"):
        os.symlink(jail.writable, new + "/tmp")  # where scripts expect to write
    os.chdir(new)
    _syscall(_PIVOT_ROOT[os.uname().machine], b".", b".")
    _call("umount2", b".", _MNT_DETACH)
    os.chdir("/")
    read_only = struct.pack("QQQQ", _MS_RDONLY | _MS_NOSUID, 0, 0, 0)
    _syscall(_MOUNT_SETATTR, _AT_FDCWD, b"/", _AT_RECURSIVE, read_only, len(read_only))
    # Libraries want to write while they are imported; every candidate mounts its own directory over this one.
    _mount("tmpfs", jail.writable, "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, "size=16m,mode=700")


def _free_for_mounting(directory: str, jail: Jail) -> bool:
    return os.path.isdir(directory) and not any(path.startswith(directory + "/") for path in jail.readable)


def _syscall(number: int, *arguments: object) -> int:
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result: int = _libc.syscall(ctypes.c_long(number), *converted)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"syscall {number}: {os.strerror(code)}")
    return result


class ProcessNamespace:
    """Gives each fork of the server a process namespace of its own, in which it sees itself alone."""

    def __init__(self) -> None:
        """Remember the server's own namespace, to come back to."""
        self._own = os.pidfd_open(os.getpid())

    def fork(self) -> int:
        """Fork; the child is the first process of a new namespace."""
        _call("unshare", _NEWPID)
        try:
            return os.fork()
        finally:
            # The child runs this too, harmlessly refused: it may not leave its namespace.
            ctypes.set_errno(0)
            _libc.setns(self._own, _NEWPID)


# In the candidate -----------------------------------------------------------------------------------------------------


def confine(jail: Jail, limits: Limits, *, keep: int, filters: SystemCalls | None, jailed: bool) -> list[str]:
    """Give up everything that running a submission does not need; return the layers that held.

    `keep` is the one descriptor that stays open beside the standard streams. `jailed` says that the server stands in
    namespaces of its own.
    """
    layers = []
    _close_descriptors(keep)
    if jailed and _held(_private_temporary, jail, limits):
        layers.append(TEMPORARY)
    os.chdir(jail.writable)
    if sys.platform.startswith("linux"):
        _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if _held(_landlock, jail):
            layers.append(LANDLOCK)
    if _held(_limit, limits, jailed):
        layers.append(LIMITS)
    if sys.platform.startswith("linux") and _held(_drop_capabilities):
        layers.append(CAPABILITIES)
    if filters is not None and _held(filters.load):
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


def _private_temporary(jail: Jail, limits: Limits) -> None:
    _call("unshare", _NEWNS)
    bounds = f"size={limits.files},nr_inodes={limits.entries},mode=700"
    _mount("tmpfs", jail.writable, "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, bounds)


def _limit(limits: Limits, jailed: bool) -> None:
    unlimited = resource.RLIM_INFINITY
    for which, value in (
        (resource.RLIMIT_AS, limits.mapped + limits.memory if limits.mapped else unlimited),
        (resource.RLIMIT_CPU, limits.processor),
        (resource.RLIMIT_FSIZE, limits.files),
        (resource.RLIMIT_NOFILE, limits.descriptors),
        (resource.RLIMIT_CORE, 0),
        # Outside a namespace everything else that the user runs would count.
        (resource.RLIMIT_NPROC, limits.threads if jailed else unlimited),
    ):
        _, hard = resource.getrlimit(which)
        ceiling = value if hard == unlimited else hard if value == unlimited else min(value, hard)
        resource.setrlimit(which, (ceiling, ceiling))


# Landlock: file-system rights of ABI 1 to 5, in the order of their bits.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_READ = _READ_FILE | _READ_DIR
_RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_BENEATH = 1


def landlock_abi() -> int:
    """Return the kernel's Landlock version, 0 where there is none."""
    version: int = _libc.syscall(ctypes.c_long(_LANDLOCK_CREATE), None, ctypes.c_long(0), ctypes.c_long(1))
    return max(version, 0)


def _landlock(jail: Jail) -> None:
    abi = landlock_abi()
    if abi == 0:
        raise OSError(errno.ENOSYS, "Landlock is not in this kernel")
    everything = (1 << _RIGHTS_BY_ABI[min(abi, 5)]) - 1
    network = 3 if abi >= 4 else 0  # TCP bind and connect
    scoped = 3 if abi >= 6 else 0  # abstract sockets, signals
    attributes = struct.pack("QQQ", everything, network, scoped)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = _syscall(_LANDLOCK_CREATE, attributes, size, 0)
    try:
        for path in (*jail.readable, *_DEVICES):
            _allow(ruleset, path, _READ | _EXECUTE | (_WRITE_FILE if path == "/dev/null" else 0))
        _allow(ruleset, jail.writable, everything & ~_EXECUTE)
        _syscall(_LANDLOCK_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _EXECUTE | _WRITE_FILE | _READ_FILE
        _syscall(_LANDLOCK_ADD, ruleset, _BENEATH, struct.pack("=Qi", rights, beneath), 0)
    finally:
        os.close(beneath)


def _drop_capabilities() -> None:
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 and ctypes.get_errno() == errno.EINVAL:
            break
    header = struct.pack("=Ii", 0x20080522, 0)
    _syscall(_CAPSET[os.uname().machine], header, bytes(24))
    _call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)


_REFUSED = """
    socket socketpair connect bind listen accept accept4
    fork vfork execve execveat
    kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal
    ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp
    mount umount2 pivot_root chroot mount_setattr move_mount open_tree fsopen fsmount fsconfig fspick
    unshare setns name_to_handle_at open_by_handle_at
    add_key request_key keyctl bpf perf_event_open userfaultfd
    io_uring_setup io_uring_enter io_uring_register
    shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semctl semtimedop mq_open mq_unlink
    memfd_create memfd_secret
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat
    setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr mknod mknodat
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct
    settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname personality quotactl
    iopl ioperm modify_ldt vhangup syslog lookup_dcookie fanotify_init
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid
    migrate_pages move_pages sched_setaffinity sched_setscheduler sched_setattr sched_setparam setpriority ioprio_set
    landlock_create_ruleset seccomp
""".split()


# A call, which of its arguments is a command, and the command.
_REFUSED_COMMANDS = (
    ("prctl", 0, _PR_SET_PDEATHSIG),
    ("fcntl", 1, 8),  # F_SETOWN
    ("fcntl", 1, 15),  # F_SETOWN_EX
    ("fcntl", 1, 1024),  # F_SETLEASE
    ("fcntl", 1, 1026),  # F_NOTIFY
    ("ioctl", 1, 0x8901),  # FIOSETOWN
    ("ioctl", 1, 0x8902),  # SIOCSPGRP
)


class SystemCalls:
    """The seccomp filter, compiled once in the server and loaded by each candidate.

    Refused calls fail with EPERM. A new thread is allowed and a new process is not: `clone` is told apart by its
    flags, and `clone3`, whose flags a filter cannot read, is said not to exist, so that the C library falls back.
    Some calls are refused for some arguments only: other processes' limits, outliving the server, having the kernel
    send signals to others, or make others wait who open a file (a lease).
    """

    def __init__(self) -> None:
        """Raise `OSError` or `ImportError` where libseccomp is missing."""
        import pyseccomp

        thread = 0x00010000  # CLONE_THREAD
        self._filter = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        refuse = pyseccomp.ERRNO(errno.EPERM)
        for name in _REFUSED:
            try:
                self._filter.add_rule(refuse, name)
            except (OSError, ValueError, RuntimeError):
                continue  # not a call of this architecture, or newer than this libseccomp
        self._filter.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
        self._filter.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, thread, 0))
        self._filter.add_rule(refuse, "prlimit64", pyseccomp.Arg(0, pyseccomp.NE, 0))
        for name, position, value in _REFUSED_COMMANDS:
            # The kernel reads the lower half of these arguments alone.
            self._filter.add_rule(refuse, name, pyseccomp.Arg(position, pyseccomp.MASKED_EQ, 0xFFFFFFFF, value))
        self._code, self._program = _compiled(self._filter)

    def load(self) -> None:
        """Seal this process. There is no way back."""
        _call("prctl", _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, self._program, 0, 0)


def _compiled(filter: Any) -> tuple[ctypes.Array[ctypes.c_char], bytes]:
    """Return a filter's program, and the `sock_fprog` that points to it: libseccomp compiles anew at each load."""
    with os.fdopen(os.memfd_create("filter"), "w+b") as file:
        filter.export_bpf(file)
        file.seek(0)
        program = file.read()
    code = ctypes.create_string_buffer(program, len(program))
    return code, struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(code))


def system_calls() -> SystemCalls | None:
    """Return the filter, or `None` where there is no libseccomp."""
    try:
        return SystemCalls()
    except (ImportError, OSError, RuntimeError):
        return None


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
