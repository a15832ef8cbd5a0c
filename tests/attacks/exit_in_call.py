"""End the process with success in the middle of a call."""

import os


def attack(*args, **kwargs):
    os._exit(0)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
