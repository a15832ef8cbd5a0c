"""Take the large pages that the machine keeps in reserve."""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    done = []
    for size in (21 << 26, 30 << 26, 0):
        address = libc.mmap(None, ctypes.c_size_t(1 << 21), 3, 0x22 | 0x40000 | size, -1, ctypes.c_long(0))
        error = ctypes.get_errno()
        if address != -1 or error not in (1, 38):
            done.append(f"error {error}")  # refused for want of pages, and not by a filter
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
