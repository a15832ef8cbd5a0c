"""Return arrays of records, dates and negative strides."""

import numpy as np


def attack(*args, **kwargs):
    return [
        np.zeros(3, dtype=[("a" * 1000, "f4"), ("b", "U5")]),
        np.array(["2020-01-01"], dtype="M8[D]"),
        np.arange(10.0)[::-2],
        np.broadcast_to(np.float32(1), (10**9,)),
        np.ma.masked_array([1.0, 2.0]),
        np.matrix([1.0]),
    ]


derivative_at = accumulate_gradients = halving_chain = minimize = attack
