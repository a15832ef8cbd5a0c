"""Moves the warm server's memory to large pages, which halves the time to fork it and to end a fork.

Together with `GLIBC_TUNABLES` (see `grader.sandbox.server`), which helps where the system is older than Linux 6.1, that
saves some 11 ms of processor time a candidate, about 14 % of a submission: tests/benchmarks/test_tricks.py.
"""

from __future__ import annotations

import ctypes
import re

_LARGE = 2 * 1024 * 1024
_COLLAPSE = 25  # MADV_COLLAPSE, since Linux 6.1
_OWN = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) rw-p .* 0 +(?:\[heap\])?$", re.MULTILINE)


def gather(maps: str) -> int:
    """Ask the system to move this process's own memory to large pages.

    `maps` lists the memory in the format of /proc/self/maps. Returns the number of bytes that were moved; 0 on systems
    without this feature.
    """
    gathered = 0
    libc = ctypes.CDLL(None)
    for start, end in _OWN.findall(maps):
        first = -(-int(start, 16) // _LARGE) * _LARGE
        # one by one, so that one failure does not stop the rest
        for address in range(first, int(end, 16) - _LARGE + 1, _LARGE):
            done = libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(_LARGE), _COLLAPSE) == 0
            gathered += done * _LARGE
    return gathered
