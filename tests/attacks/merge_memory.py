"""Make the kernel merge equal pages; the timing shows what other processes hold."""

import ctypes
import mmap

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    block = mmap.mmap(-1, 1 << 21)
    address = ctypes.addressof(ctypes.c_char.from_buffer(block))
    calls = {
        "mergeable": (28, address, 1 << 21, 12),
        "soft offline": (28, address, 4096, 101),
        "poison": (28, address, 4096, 100),
        "for all": (157, 67, 1, 0, 0, 0),
        "another process's": (440, 0, 0, 0, 12, 0),
    }
    done = [name for name, call in calls.items() if works(*call)]
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
