"""Return thousands of tensors, so that comparing their memory takes very long."""

import torch


def attack(*args, **kwargs):
    return [torch.zeros(1) for _ in range(5000)]


derivative_at = accumulate_gradients = halving_chain = minimize = attack
