"""Raise a SystemExit that claims to be several exceptions at once."""


class Left(SystemExit, ValueError):
    code = 0


def attack(*args, **kwargs):
    raise Left(0)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
