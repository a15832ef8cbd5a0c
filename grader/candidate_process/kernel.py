"""Calls to the kernel and the C library that Python has no function for, with errors as Python has them."""

from __future__ import annotations

import ctypes
import os
import select
import sys

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
_PR_SET_PDEATHSIG = 1

libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> int:
    """Call a function of the C library. Raises `OSError`."""
    result: int = getattr(libc, name)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def system_call(number: int, *arguments: object) -> int:
    """Make a system call by its number. Raises `OSError`."""
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result: int = libc.syscall(ctypes.c_long(number), *converted)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"system call {number}: {os.strerror(code)}")
    return result


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount a file system. Raises `OSError`."""

    def text(value: str | None) -> bytes | None:
        return None if value is None else os.fsencode(value)

    call("mount", text(source), text(target), text(kind), ctypes.c_ulong(flags), text(data))


def die_with_parent(lifeline: int | None = None) -> None:
    """Ask the system to kill this process when its parent dies, where that is possible.

    `lifeline` detects a parent that has already died. It is the descriptor of a pipe or socket whose other end only the
    parent holds, and the parent never writes to it before this function returns.
    """
    if sys.platform.startswith("linux"):
        call("prctl", _PR_SET_PDEATHSIG, 9, 0, 0, 0)
    if lifeline is not None:
        poll = select.poll()
        poll.register(lifeline, 0)  # reports only that the other end is closed
        if poll.poll(0):
            os._exit(1)
