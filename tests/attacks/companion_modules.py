"""Import the answer from other files of the same folder, and from a classmate's."""

import sys

sys.path[:0] = [".", "..", "../a-complete", "/candidate", "/tmp"]


def attack(*args, **kwargs):
    for name in ("helper", "07_autograd", "a_complete", "solutions"):
        try:
            raise RuntimeError(f"SUCCEEDED: {__import__(name)}")
        except ImportError:
            pass
    return 7.0


derivative_at = accumulate_gradients = halving_chain = minimize = attack
