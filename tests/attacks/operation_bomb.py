"""Run so many different operations that counting them takes long."""

import torch

CLASSES = [type(f"Module{'x' * 300}{i}", (torch.nn.Module,), {"forward": lambda self, x: x}) for i in range(2000)]


def attack(*args, **kwargs):
    for kind in CLASSES:
        kind()(torch.ones(1))
    return "counted"


derivative_at = attack
