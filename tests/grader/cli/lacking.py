"""Takes away what other systems lack, in every process of a command: a `sitecustomize` for the tests.

`LACKING` names the system that is imitated: macOS has no /proc, no pidfd, no sockets of sequenced packets and no
affinity. Windows also has no `resource` and `fcntl`, no timers, hardly any signals and no users' numbers. No process is
forked on either. What the standard library needs itself to start processes on Linux stays.
"""

import builtins
import io
import os
import signal
import socket
import sys
import time

WINDOWS = os.environ.get("LACKING") == "windows"
_SIGNALS = {"SIGINT", "SIGTERM", "SIGABRT", "SIGFPE", "SIGILL", "SIGSEGV", "SIG_DFL", "SIG_IGN", "SIG_BLOCK"}


def take(place: object, *names: str) -> None:
    """Remove these attributes."""
    for name in names:
        if hasattr(place, name):
            delattr(place, name)


def without_proc(function):
    """Return the function, but it finds no file under /proc."""

    def opened(path, *arguments, **options):
        if isinstance(path, str | os.PathLike) and os.fspath(path).startswith("/proc"):
            raise FileNotFoundError(2, "No such file or directory", path)
        return function(path, *arguments, **options)

    return opened


class _Missing:
    """Finds modules that are not there."""

    def find_spec(self, name, path=None, target=None):
        if name in ("resource", "fcntl", "pwd", "grp", "termios", "tty"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


take(socket, "SOCK_SEQPACKET", "recv_fds", "send_fds")
take(os, "pidfd_open", "sched_getaffinity", "sched_setaffinity", "fork", "forkpty", "memfd_create", "eventfd")
take(signal, "pidfd_send_signal")
builtins.open = io.open = without_proc(io.open)
os.open = without_proc(os.open)
if hasattr(time, "clock_gettime"):
    _read = time.clock_gettime

    def clock_gettime(clock):
        """Read one of this process's own clocks: other processes have none here."""
        if clock < 0:
            raise OSError(22, "Invalid argument")
        return _read(clock)

    time.clock_gettime = clock_gettime

if WINDOWS:
    for gone in ("resource", "fcntl", "pwd", "grp", "termios", "tty"):
        sys.modules.pop(gone, None)
    sys.meta_path.insert(0, _Missing())
    take(signal, "setitimer", "getitimer", "alarm", "pthread_kill", "sigwait", "SIGPROF", "SIGALRM", "SIGXCPU")
    take(os, "getuid", "geteuid", "getgid", "getegid", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "O_PATH")
else:
    import fcntl

    take(fcntl, "F_SETSIG", "F_SETOWN")
