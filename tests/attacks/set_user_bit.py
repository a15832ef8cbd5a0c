"""Leave a set-user-ID program for another user to start."""

import os


def attack(*args, **kwargs):
    done = []
    with open("own", "w") as file:
        file.write("#!/bin/sh\n")
    for mode in (0o4777, 0o2777, 0o1777):
        for change in (lambda: os.chmod("own", mode), lambda: os.fchmod(os.open("own", os.O_RDONLY), mode)):
            try:
                change()
                done.append(oct(mode))
            except OSError:
                pass
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
