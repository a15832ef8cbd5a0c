"""Mount, unmount and move file systems, by the old calls and the new ones."""

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
        mount=(165, b"none", b"/candidate", b"tmpfs", 0, 0),
        bind=(165, b"/", b"/candidate", b"", 4096, 0),
        remount=(165, b"none", b"/", b"", 32 | 4096, 0),
        umount2=(166, b"/candidate", 2),
        pivot_root=(155, b".", b"."),
        chroot=(161, b"."),
        open_tree=(428, -100, b"/", 1),
        move_mount=(429, -100, b"/", -100, b"/candidate", 0),
        fsopen=(430, b"tmpfs", 0),
        fspick=(433, -100, b"/", 0),
        mount_setattr=(442, -100, b"/", 0x8000, (ctypes.c_uint64 * 4)(0, 1, 0, 0), 32),
    )


derivative_at = accumulate_gradients = halving_chain = minimize = attack
