"""Return an object that says it is a float, and a tensor whose class was exchanged."""

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
