"""Wait with epoll, eventfd, timerfd and signalfd, which have had security holes in the kernel."""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    calls = {
        "epoll": (291, 0),
        "eventfd": (290, 0, 0),
        "timerfd": (283, 1, 0),
        "signalfd": (289, -1, (ctypes.c_uint64 * 1)(1 << 9), 8, 0),
        "pipe": (293, (ctypes.c_int * 2)(), 0),
    }
    done = [name for name, call in calls.items() if works(*call)]
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
