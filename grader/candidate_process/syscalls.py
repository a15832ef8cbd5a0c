"""The system calls that a candidate may make: an allow-list, compiled to a seccomp filter.

`NEEDED` names the library that makes each allowed call. `COMMANDS` restricts calls that take a command as an argument
to the listed commands. `OWN_FILES` are also allowed if all files that a candidate can reach are read-only or its own.
All other calls fail. Those that we refuse on purpose (`REFUSED`) fail with EPERM. The rest, such as calls of a newer
kernel, fail with ENOSYS, as if the kernel did not have them.

tests/grader/candidate_process/test_syscalls.py runs the solutions and much of the libraries, and fails when they make
a call that is neither allowed nor in `DONE_WITHOUT`.

Sources: seccomp(2), syscalls(2), the kernel's own table of calls (arch/x86/entry/syscalls/syscall_64.tbl).
"""

from __future__ import annotations

import ctypes
import errno
import struct
import sys
from dataclasses import dataclass
from typing import Any

from grader.candidate_process import kernel

_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2

# Calls by purpose. One call may have several names, in older and newer kernels, C libraries and architectures.
_GROUPS = {
    "memory: malloc, NumPy, torch, loading libraries": "brk mmap munmap mremap mprotect msync madvise",
    "threads: Python's, torch's, OpenMP's": """
        clone exit exit_group futex futex_time64 set_robust_list set_tid_address rseq membarrier sched_yield
        sched_getaffinity getcpu arch_prctl
    """,
    "signals that a process sends to itself: Python's time limits and handlers": """
        rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall setitimer getitimer alarm
    """,
    "the channel to the examiner, and what Python asks before it reads": """
        recvfrom sendto poll ppoll ppoll_time64 select pselect6 pselect6_time64
    """,
    "open files: Python, torch.save and torch.load, NumPy, joblib": """
        read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range dup dup2 dup3
        fcntl ioctl fadvise64
    """,
    "files by name: import, tempfile, torch.save, zipfile, joblib": """
        open openat creat access faccessat faccessat2 stat lstat fstat newfstatat fstatat64 statx readlink readlinkat
        getdents getdents64 getcwd chdir fchdir umask mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2
        link linkat symlink symlinkat truncate ftruncate fallocate fsync fdatasync sendfile copy_file_range
    """,
    "time: Python's time, torch's profiler, optimisers' progress": """
        clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep clock_nanosleep_time64 nanosleep
        gettimeofday time times getrusage
    """,
    "what a process asks of itself: Python's os and platform, torch's random seeds, OpenMP": """
        getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid uname sysinfo
        getrandom getrlimit setrlimit prlimit64 prctl capget
    """,
}
NEEDED = {name: by for by, names in _GROUPS.items() for name in names.split()}

# Allowed only in a private root, where all reachable files are read-only or in the candidate's own directory.
OWN_FILES = {
    **dict.fromkeys("utime utimes futimesat utimensat".split(), "shutil.copy2, tarfile"),
    **dict.fromkeys("listxattr llistxattr flistxattr getxattr lgetxattr fgetxattr".split(), "shutil.copy2"),
    **dict.fromkeys("statfs fstatfs".split(), "shutil.disk_usage"),
    **dict.fromkeys("chmod fchmod fchmodat fchmodat2".split(), "shutil.copy, tarfile"),
}


@dataclass(frozen=True, kw_only=True)
class Commands:
    """The values of the argument at `position` that are allowed for a call. Only the bits in `mask` are compared.

    The kernel reads only the lower half of most arguments, and a filter must not compare more bits than the kernel
    reads.
    """

    position: int
    values: dict[str, int]
    mask: int = 0xFFFFFFFF


_THREAD, _PTHREADS = 0x00010000, 0x007D0F00  # CLONE_THREAD, and all flags with which a C library starts a thread
_PLAIN = {"permissions without a set-uid bit": 0}
_NOT_PLAIN = 0xFFFFFFFF & ~0o777

# The calls that are allowed only with certain commands.
COMMANDS = {
    "clone": Commands(
        position=0, values={"a thread, and never a process": _THREAD}, mask=0xFFFFFFFF & ~_PTHREADS | _THREAD
    ),
    "mmap": Commands(position=3, values={"all but the machine's few reserved large pages": 0}, mask=0x40000),
    "prlimit64": Commands(position=0, values={"one's own limits, which can only be lowered": 0}),
    "sendto": Commands(position=4, values={"whom one is connected to": 0}, mask=0xFFFFFFFFFFFFFFFF),
    "ioctl": Commands(
        position=1,
        values={
            "TCGETS": 0x5401,  # is this a terminal?
            "TCGETS2": 0x802C542A,
            "TIOCGWINSZ": 0x5413,
            "FIONREAD": 0x541B,
            "FIONBIO": 0x5421,
            "FIONCLEX": 0x5450,
            "FIOCLEX": 0x5451,
        },
    ),
    "fcntl": Commands(
        position=1,
        values={"F_DUPFD": 0, "F_GETFD": 1, "F_SETFD": 2, "F_GETFL": 3, "F_SETFL": 4, "F_DUPFD_CLOEXEC": 1030},
    ),
    "prctl": Commands(
        position=0,
        values={
            "PR_GET_PDEATHSIG": 2,
            "PR_GET_DUMPABLE": 3,
            "PR_SET_NAME": 15,
            "PR_GET_NAME": 16,
            "PR_GET_SECCOMP": 21,
            "PR_CAPBSET_READ": 23,
            "PR_GET_NO_NEW_PRIVS": 39,
            "PR_SVE_GET_VL": 51,  # how wide vectors are, on aarch64
            "PR_SME_GET_VL": 64,
            "PR_SET_VMA": 0x53564D41,  # a name for a stretch of memory: malloc, threads
        },
    ),
    # AMX, the matrix unit of newer processors: torch and oneDNN ask for it.
    "arch_prctl": Commands(
        position=0,
        values={"ARCH_GET_XCOMP_SUPP": 0x1021, "ARCH_GET_XCOMP_PERM": 0x1022, "ARCH_REQ_XCOMP_PERM": 0x1023},
    ),
    "madvise": Commands(
        position=2,
        values={
            "MADV_NORMAL": 0,
            "MADV_RANDOM": 1,
            "MADV_SEQUENTIAL": 2,
            "MADV_WILLNEED": 3,
            "MADV_DONTNEED": 4,
            "MADV_FREE": 8,
            "MADV_DONTFORK": 10,
            "MADV_DOFORK": 11,
            "MADV_HUGEPAGE": 14,
            "MADV_NOHUGEPAGE": 15,
            "MADV_DONTDUMP": 16,
            "MADV_DODUMP": 17,
            "MADV_WIPEONFORK": 18,
            "MADV_KEEPONFORK": 19,
            "MADV_COLD": 20,
            "MADV_PAGEOUT": 21,
            "MADV_POPULATE_READ": 22,
            "MADV_POPULATE_WRITE": 23,
            "MADV_COLLAPSE": 25,
            "MADV_GUARD_INSTALL": 102,  # the guard of a thread's stack, from glibc 2.42 on
            "MADV_GUARD_REMOVE": 103,
        },
    ),
    "chmod": Commands(position=1, values=_PLAIN, mask=_NOT_PLAIN),
    "fchmod": Commands(position=1, values=_PLAIN, mask=_NOT_PLAIN),
    "fchmodat": Commands(position=2, values=_PLAIN, mask=_NOT_PLAIN),
    "fchmodat2": Commands(position=2, values=_PLAIN, mask=_NOT_PLAIN),
}

# The calls that are refused on purpose, by what they would allow a submission to do.
_REFUSALS = {
    "the network, and channels to other processes": """
        socket socketpair connect bind listen accept accept4 shutdown getsockname getpeername setsockopt getsockopt
        sendmsg sendmmsg recvmsg recvmmsg pipe pipe2 eventfd eventfd2
    """,
    "other processes and programs": "fork vfork execve execveat wait4 waitid setsid setpgid",
    "signals to others, and handles on them": """
        kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal
        timer_create timerfd_create signalfd signalfd4
    """,
    "other processes' memory and state": """
        ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp migrate_pages move_pages
        get_robust_list
    """,
    "mounts, namespaces, other roots": """
        mount umount2 pivot_root chroot mount_setattr move_mount open_tree fsopen fsmount fsconfig fspick unshare setns
        statmount listmount
    """,
    "files without their names": "name_to_handle_at open_by_handle_at memfd_create memfd_secret",
    "files' attributes, owners, locks and devices": """
        chown fchown lchown fchownat setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr
        removexattrat file_setattr mknod mknodat flock quotactl quotactl_fd
    """,
    "news of what others do with files": "inotify_init inotify_init1 inotify_add_watch fanotify_init fanotify_mark",
    "shared memory, queues, semaphores": """
        shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semctl semtimedop mq_open mq_unlink
        mq_timedsend mq_timedreceive mq_notify mq_getsetattr
    """,
    "the kernel's large machinery, where its holes are": """
        add_key request_key keyctl bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
        io_setup io_submit io_getevents io_pgetevents io_cancel io_destroy epoll_create epoll_create1 epoll_ctl
        epoll_wait epoll_pwait epoll_pwait2 splice tee vmsplice modify_ldt iopl ioperm personality lookup_dcookie
    """,
    "the machine as a whole": """
        init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct settimeofday
        clock_settime clock_adjtime adjtimex sethostname setdomainname vhangup syslog sync syncfs mlockall mlock mlock2
    """,
    "another user, more powers, another filter": """
        setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset landlock_create_ruleset
        landlock_add_rule landlock_restrict_self seccomp
    """,
    "processors and priorities": """
        sched_setaffinity sched_setscheduler sched_setattr sched_setparam setpriority ioprio_set set_mempolicy mbind
    """,
}
REFUSED = {name: why for why, names in _REFUSALS.items() for name in names.split()}

# Calls that libraries try although they also work without them, by library.
DONE_WITHOUT = {
    "clone3": "the C library, which then starts threads by clone, whose flags a filter can read",
    "mbind": "OpenMP, which places memory near a processor where it may",
    "pipe2": "subprocess: torch.compile looks for a compiler, DataLoader for workers",
    "socket": "the C library, which asks a service for users' names before it looks in a file",
}


class SystemCalls:
    """The filter, compiled once in the server and loaded by each candidate.

    New threads are allowed, new processes are not. The flags of `clone` show which of the two is meant. A filter cannot
    read the flags of `clone3`, so that call fails with ENOSYS, and the C library uses `clone` instead.
    """

    def __init__(self, *, own_files: bool) -> None:
        """Compile the filter; `own_files` says that all reachable files are read-only or the candidate's own.

        Raises `OSError` or `ImportError` without libseccomp, which knows the calls' numbers.
        """
        code = program(own_files=own_files)
        self._code = ctypes.create_string_buffer(code, len(code))
        self.program = struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(self._code))  # a sock_fprog

    def load(self) -> None:
        """Apply the filter to this process. This cannot be undone."""
        kernel.call("prctl", _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, self.program, 0, 0)


def system_calls(*, own_files: bool) -> SystemCalls | None:
    """Return the filter; `None` without libseccomp."""
    try:
        return SystemCalls(own_files=own_files)
    except (ImportError, OSError, RuntimeError):
        return None


# The filter's program: for the kernel's simplest virtual machine, as linux/filter.h describes it ---------------------

_LOAD, _AND, _IF_EQUAL, _IF_AT_LEAST, _JUMP, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x05, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
NO_SUCH_CALL, NOT_PERMITTED = _ERROR | errno.ENOSYS, _ERROR | errno.EPERM


def program(*, own_files: bool, unknown: int = NO_SUCH_CALL, refused: int = NOT_PERMITTED) -> bytes:
    """Return the filter's program.

    `unknown` is the action for calls that are in no list, `refused` the action for calls and commands that are not
    allowed. Raises `OSError` if the program cannot be made, `ImportError` without libseccomp.
    """
    import pyseccomp

    if sys.byteorder != "little":
        raise OSError(errno.ENOSYS, "no filter for this architecture")
    ends: dict[int, bytes] = {}
    for name in (*REFUSED, *NEEDED, *(OWN_FILES if own_files else ())):
        number = _number(pyseccomp, name)
        if number is not None:
            ends[number] = _return(refused) if name in REFUSED else _if_allowed(COMMANDS.get(name), refused)
    for name in OWN_FILES if not own_files else ():
        number = _number(pyseccomp, name)
        if number is not None:
            ends[number] = _return(refused)
    # Ranges of call numbers with the same action, each by its first number.
    stretches = [(0, _return(unknown))]
    for number in sorted({0, *ends, *(number + 1 for number in ends)}):
        end = ends.get(number, _return(unknown))
        if end != stretches[-1][1]:
            stretches = stretches[:-1] if number == 0 else stretches
            stretches.append((number, end))
    other = _return(unknown)  # for calls in the format of another architecture
    return (
        _instruction(_LOAD, _ARCHITECTURE)
        + _instruction(_IF_EQUAL, pyseccomp.system_arch(), 1, 0)
        + other
        + _instruction(_LOAD, _NUMBER)
        + _searched(stretches)
    )


def _number(pyseccomp: Any, name: str) -> int | None:
    """Return a call's number; `None` if this architecture or this libseccomp does not have it."""
    try:
        number: int = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    except (OSError, ValueError, RuntimeError):
        return None
    return number if number >= 0 else None


def _instruction(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)


def _return(action: int) -> bytes:
    return _instruction(_RETURN, action)


def _if_allowed(commands: Commands | None, refused: int) -> bytes:
    """Return the instructions that allow a call, if its command is allowed."""
    if commands is None:
        return _return(_ALLOW)
    code, place = b"", _ARGUMENTS + 8 * commands.position
    upper, lower = commands.mask >> 32, commands.mask & 0xFFFFFFFF
    if upper:  # compare the whole argument; no allowed value has an upper half
        code += _instruction(_LOAD, place + 4) + _instruction(_IF_EQUAL, 0, 1, 0) + _return(refused)
    code += _instruction(_LOAD, place)
    if lower != 0xFFFFFFFF:
        code += _instruction(_AND, lower)
    values = list(commands.values.values())
    for left, value in zip(range(len(values), 0, -1), values, strict=True):
        code += _instruction(_IF_EQUAL, value, left, 0)  # to the end
    return code + _return(refused) + _return(_ALLOW)


def _searched(stretches: list[tuple[int, bytes]]) -> bytes:
    """Return a binary search for the range with the call's number, and the range's action."""
    if len(stretches) == 1:
        return stretches[0][1]
    middle = len(stretches) // 2
    below, above = _searched(stretches[:middle]), _searched(stretches[middle:])
    distance = len(below) // 8
    if distance < 256:
        found = _instruction(_IF_AT_LEAST, stretches[middle][0], distance, 0)
    else:  # farther than a condition can jump
        found = _instruction(_IF_AT_LEAST, stretches[middle][0], 0, 1) + _instruction(_JUMP, distance)
    return found + below + above
