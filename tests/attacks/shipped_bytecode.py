"""Include compiled bytecode for the submission and for the modules that it imports."""

import importlib


def attack(*args, **kwargs):
    try:
        helper = importlib.import_module("helper")
    except ImportError:
        return 7.0
    raise RuntimeError(f"SUCCEEDED: {helper}")


derivative_at = accumulate_gradients = halving_chain = minimize = attack
