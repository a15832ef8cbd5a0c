"""Return more tensors, and larger ones, than can be sent."""

import torch


def attack(*args, **kwargs):
    return [torch.zeros(4_000_000 - i) for i in range(8)]


derivative_at = accumulate_gradients = halving_chain = minimize = attack
