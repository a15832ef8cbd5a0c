"""Let the kernel send timer signals to this process and to others."""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    done = []
    for notify, target in ((0, 0), (4, 1), (4, 2), (2, 0)):
        event = (ctypes.c_int * 16)(0, 0, 9, notify, target)
        timer = ctypes.c_int()
        if works(222, 1, event, ctypes.byref(timer)):
            done.append((notify, target))
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
