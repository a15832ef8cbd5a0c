"""Signal to other candidates by locks on files that all of them can open."""

import fcntl
import os


def attack(*args, **kwargs):
    done = []
    for path in (os.__file__, fcntl.__file__, os.environ.get("SCIKIT_LEARN_DATA", os.__file__)):
        try:
            held = os.open(path, os.O_RDONLY)
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            done.append(path)
        except OSError:
            pass
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
