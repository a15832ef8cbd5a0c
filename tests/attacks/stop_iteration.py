"""Raise StopIteration, which would end the loop over submissions."""


def attack(*args, **kwargs):
    raise StopIteration


derivative_at = accumulate_gradients = halving_chain = minimize = attack
