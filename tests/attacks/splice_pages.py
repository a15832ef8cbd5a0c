"""Move pages between files and pipes without copying, as the Dirty Pipe exploit did."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    ends = (ctypes.c_int * 2)(-1, -1)
    libc.pipe(ends)
    library = os.open(os.__file__, os.O_RDONLY)
    with open("own", "w+b") as own:
        own.write(b"x" * 4096)
        own.flush()
        calls = {
            "splice": (275, library, (ctypes.c_long * 1)(0), ends[1], 0, 1, 0),
            "tee": (276, ends[0], ends[1], 1, 0),
            "vmsplice": (278, ends[1], (ctypes.c_uint64 * 2)(ctypes.addressof(ends), 8), 1, 0),
        }
        done = [name for name, call in calls.items() if works(*call)]
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
