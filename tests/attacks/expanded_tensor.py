"""Return a tensor of four bytes that claims to have a trillion elements."""

import torch


def attack(*args, **kwargs):
    return torch.zeros(1).expand(10**12)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
