"""Landlock: the kernel's list of what a process may read and write. No mount and no user can change it.

Sources: landlock(7) and the kernel's userspace-api/landlock.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable
from typing import Final

from grader.candidate_process import kernel

# Versions 1 and 2 do not prevent truncating a file by name or moving files between directories. They are used where
# nothing better exists, but the layer then does not count as active.
ENOUGH: Final = 3

_CREATE, _ADD, _RESTRICT = 444, 445, 446
# File-system rights of versions 1 to 5, in the order of their bits.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_READ = _READ_FILE | _READ_DIR
_RIGHTS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_BENEATH = 1


def version() -> int:
    """Return the version of the kernel's Landlock; 0 if it has none."""
    found: int = kernel.libc.syscall(ctypes.c_long(_CREATE), None, ctypes.c_long(0), ctypes.c_long(1))
    return max(found, 0)


def restrict(readable: Iterable[str], writable: str) -> int:
    """Allow this process to read only `readable` and to write only `writable`. This cannot be undone.

    Returns the version of Landlock that enforces it. Raises `OSError`.
    """
    found = version()
    if found == 0:
        raise OSError(errno.ENOSYS, "Landlock is not in this kernel")
    everything = (1 << _RIGHTS_BY_VERSION[min(found, 5)]) - 1
    network = 3 if found >= 4 else 0  # TCP bind and connect
    scoped = 3 if found >= 6 else 0  # abstract sockets, signals
    attributes = struct.pack("QQQ", everything, network, scoped)
    size = 8 if found < 4 else 16 if found < 6 else 24
    ruleset = kernel.system_call(_CREATE, attributes, size, 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READ | _EXECUTE | (_WRITE_FILE if path == "/dev/null" else 0))
        _allow(ruleset, writable, everything & ~_EXECUTE)
        kernel.system_call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return found


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _EXECUTE | _WRITE_FILE | _READ_FILE
        kernel.system_call(_ADD, ruleset, _BENEATH, struct.pack("=Qi", rights, beneath), 0)
    finally:
        os.close(beneath)
