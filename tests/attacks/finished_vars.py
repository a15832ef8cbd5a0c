"""Look the function up in the dictionary of its module."""

import torch.nn.functional as F


def attack(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return vars(F)["mse_loss"](y_pred, y_true)


mse = attack
