"""Recurse without end."""


def attack(*args, **kwargs):
    return attack(*args, **kwargs)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
