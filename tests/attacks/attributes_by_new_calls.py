"""Set an attribute of a library by setxattrat, a call that is newer than most lists."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    value = ctypes.create_string_buffer(b"attack-was-here")
    how = (ctypes.c_uint64 * 2)(ctypes.addressof(value), 15)
    paths = (os.__file__, ctypes.__file__, ".", os.environ.get("SCIKIT_LEARN_DATA", "/"))
    done = [path for path in paths if works(463, -100, path.encode(), 0, b"user.attack", how, 16)]
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
