"""Raise KeyboardInterrupt, as Ctrl-C would."""


def attack(*args, **kwargs):
    raise KeyboardInterrupt


derivative_at = accumulate_gradients = halving_chain = minimize = attack

raise KeyboardInterrupt
