"""Remove the process's own memory, files and time, so that the candidate process breaks."""

import resource


def attack(*args, **kwargs):
    for which in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_STACK, resource.RLIMIT_AS):
        resource.setrlimit(which, (0, 0))
    return [0.0] * 10**6


derivative_at = accumulate_gradients = halving_chain = minimize = attack
