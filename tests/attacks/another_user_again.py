"""Change back to the original user, to root, or to any other user."""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    room = (ctypes.c_int * 3)()
    calls = {}
    for user in (0, 1, 1000, 65534):
        calls |= {
            f"setuid {user}": (105, user),
            f"setresuid {user}": (117, user, user, user),
            f"setgid {user}": (106, user),
            f"setfsuid {user}": (122, user),
            f"setgroups {user}": (116, 1, room),
        }
    done = [name for name, call in calls.items() if works(*call)]
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
