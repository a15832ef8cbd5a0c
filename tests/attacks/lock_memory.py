"""Prevent memory from being swapped out; the machine allows little of this."""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    block = ctypes.create_string_buffer(1 << 20)
    address = ctypes.addressof(block)
    calls = {"mlock": (149, address, 65536), "mlock2": (325, address, 65536, 1), "mlockall": (151, 4)}
    done = [name for name, call in calls.items() if works(*call)]
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
