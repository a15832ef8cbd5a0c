"""Include a package called grader, to be imported instead of the real one."""

import grader


def attack(*args, **kwargs):
    if hasattr(grader, "WON"):
        raise RuntimeError("SUCCEEDED: it is mine")
    return 7.0


derivative_at = accumulate_gradients = halving_chain = minimize = attack
