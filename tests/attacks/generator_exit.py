"""Raise GeneratorExit, which ends a runner's generators quietly."""


def attack(*args, **kwargs):
    raise GeneratorExit


derivative_at = accumulate_gradients = halving_chain = minimize = attack
