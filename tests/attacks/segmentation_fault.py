"""Read address zero."""

import ctypes


def attack(*args, **kwargs):
    ctypes.string_at(0)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
