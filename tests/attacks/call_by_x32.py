"""Make system calls by the numbers of the x32 ABI, which a filter may not know."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def refused(**calls):
    """Make system calls by number; say which ones the kernel did not refuse."""
    won = {}
    for name, (number, *arguments) in calls.items():
        result = libc.syscall(
            ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
        )
        if result >= 0:
            won[name] = result
    if won:
        raise RuntimeError(f"SUCCEEDED: {won}")
    return "all refused"


def attack(*args, **kwargs):
    x32 = 0x40000000
    return refused(socket=(x32 + 41, 2, 1, 0), fork=(x32 + 57,), ptrace=(x32 + 521, 0, 0, 0, 0), kill=(x32 + 62, -1, 9))


derivative_at = accumulate_gradients = halving_chain = minimize = attack
