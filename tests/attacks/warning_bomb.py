"""Warn a hundred thousand times, each time with another text."""

import warnings


def attack(*args, **kwargs):
    for number in range(100_000):
        warnings.warn(f"warning {number} " + "x" * 100, stacklevel=2)
    return "warned"


derivative_at = attack
