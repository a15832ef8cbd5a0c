"""End with an exit code that looks like a signal, or like success of a test runner."""

import os


def attack(*args, **kwargs):
    os._exit(128 + 9)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
