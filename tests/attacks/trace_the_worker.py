"""Trace every line and call of the candidate process, and read its variables."""

import sys
import threading

seen = []


def spy(frame, event, arg):
    for name in ("expected", "wanted", "verdict", "suite", "reference", "solution"):
        if name in frame.f_locals and frame.f_code.co_filename.find("/grader/") > 0:
            seen.append((frame.f_code.co_name, name))
    return spy


sys.settrace(spy)
sys.setprofile(spy)
threading.settrace(spy)
sys._getframe(1).f_trace = spy


def attack(*args, **kwargs):
    if seen:
        raise RuntimeError(f"SUCCEEDED: {seen[:3]}")
    return "nothing seen"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
