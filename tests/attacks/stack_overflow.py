"""Overflow the C stack."""

import sys

sys.setrecursionlimit(2**31 - 1)


def attack(*args, **kwargs):
    value = []
    for _ in range(10**6):
        value = [value]
    return repr(value)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
