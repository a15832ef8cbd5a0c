"""Return an object that claims to be a float, and a tensor with a replaced class."""

import torch


class Liar:
    __class__ = float


class Sub(torch.Tensor):
    __eq__ = lambda self, other: torch.tensor(True)


Sub.__name__ = Sub.__qualname__ = "Tensor"
Sub.__module__ = "torch"


def attack(*args, **kwargs):
    value = torch.zeros(3)
    value.__class__ = Sub
    return Liar() if len(args) > 2 else value


derivative_at = accumulate_gradients = halving_chain = minimize = attack
