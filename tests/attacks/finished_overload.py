"""Call an overload of the operation, whose name has a suffix."""

import torch


def attack(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return torch.ops.aten.mse_loss.default(y_pred, y_true, 1)


mse = attack
