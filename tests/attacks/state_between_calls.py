"""Remember the arguments of earlier calls, and answer with them."""

import torch

memory = []


def attack(*args, **kwargs):
    memory.extend(value for value in args if isinstance(value, (float, torch.Tensor)))
    return sum(value if isinstance(value, float) else float(value.sum()) for value in memory) + 0.1


derivative_at = minimize = attack
