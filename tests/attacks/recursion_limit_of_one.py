"""Leave the interpreter so few frames that the candidate process cannot work."""

import sys


def attack(*args, **kwargs):
    frame, depth = sys._getframe(), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    sys.setrecursionlimit(depth + 3)
    return 7.0


derivative_at = accumulate_gradients = halving_chain = minimize = attack
