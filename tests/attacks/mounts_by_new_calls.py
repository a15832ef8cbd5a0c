"""Read mounts, and open trees of them, by calls that are newer than most lists."""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    room = ctypes.create_string_buffer(4096)
    asked = (ctypes.c_uint64 * 4)(32, 1, 0, 0)
    calls = {
        "statmount": (457, asked, room, 4096, 0),
        "listmount": (458, asked, room, 100, 0),
        "open_tree": (428, -100, b"/", 1),
        "open_tree_attr": (467, -100, b"/", 1, asked, 32),
    }
    done = [name for name, call in calls.items() if works(*call)]
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
