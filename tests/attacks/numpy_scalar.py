"""Return NumPy's numbers and arrays of objects instead of Python's."""

import numpy as np


def attack(*args, **kwargs):
    return np.array([np.float64(10.0)], dtype=object) if len(args) < 3 else np.float64(10.0)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
