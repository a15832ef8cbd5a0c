"""Use inotify to learn who opens and writes which file: a channel between candidates."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    watch = libc.inotify_init1(0o4000)
    paths = [os.environ.get("SCIKIT_LEARN_DATA", "/"), os.path.dirname(os.__file__), ".", "/tmp"]
    done = [path for path in paths if watch >= 0 and libc.inotify_add_watch(watch, path.encode(), 0xFFF) >= 0]
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
