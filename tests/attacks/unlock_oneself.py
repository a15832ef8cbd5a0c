"""Undo the confinement: filters, no_new_privs, the signal for the parent's death, limits."""

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
    return refused(
        no_new_privs=(157, 38, 0, 0, 0, 0),
        pdeathsig=(157, 1, 0, 0, 0, 0),
        pdeathsig_high_bits=(157, 0x100000001, 0, 0, 0, 0),
        seccomp_mode=(157, 22, 0, 0, 0, 0),
        seccomp=(317, 0, 0, 0),
        seccomp_allow_all=(317, 1, 0, (ctypes.c_uint64 * 2)(1, 0)),
        landlock=(444, 0, 0, 1),
        prlimit_parent=(302, 1 if os.getpid() != 1 else 2, 0, 0, 0),
        keep_capabilities=(157, 28, 0x2F, 0, 0, 0),
        personality=(135, 0x40000),
    )


derivative_at = accumulate_gradients = halving_chain = minimize = attack
