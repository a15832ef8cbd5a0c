"""Return tensors that are each other's gradients."""

import torch


def attack(*args, **kwargs):
    first, second = torch.zeros(3, requires_grad=True), torch.zeros(3, requires_grad=True)
    first.grad, second.grad = second, first
    for value in args:
        if isinstance(value, torch.Tensor):
            value.grad = value.detach() * 0
    return first


derivative_at = accumulate_gradients = halving_chain = minimize = attack
