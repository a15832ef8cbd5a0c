"""Abort the process."""

import os


def attack(*args, **kwargs):
    os.abort()


derivative_at = accumulate_gradients = halving_chain = minimize = attack
