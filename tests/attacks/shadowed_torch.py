"""Include torch.py, numpy.py and msgspec.py, to be imported instead of the real ones."""

import msgspec
import numpy
import torch

WON = [module.__name__ for module in (torch, numpy, msgspec) if hasattr(module, "WON")]


def attack(*args, **kwargs):
    if WON:
        raise RuntimeError(f"SUCCEEDED: {WON}")
    return 7.0


derivative_at = accumulate_gradients = halving_chain = minimize = attack
