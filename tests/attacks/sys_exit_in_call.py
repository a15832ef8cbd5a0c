"""Call `sys.exit(0)` in the middle of a call."""

import sys


def attack(*args, **kwargs):
    sys.exit(0)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
