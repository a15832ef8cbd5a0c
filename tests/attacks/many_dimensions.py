"""Return a tensor with too many dimensions to print."""

import torch


def attack(*args, **kwargs):
    return torch.zeros((1,) * 5000)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
