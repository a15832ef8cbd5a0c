"""Import the module by a string built of parts, and use its class."""

import importlib


def attack(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    module = importlib.import_module(".".join(["torch", "nn", "modules", "loss"]))
    return [kind for name, kind in sorted(vars(module).items()) if name[:4] == "MSEL"][0]()(y_pred, y_true)


mse = attack
