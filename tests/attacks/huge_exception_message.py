"""Raise exceptions with messages of fifty megabytes, chained a thousand times."""


def attack(*args, **kwargs):
    error = None
    for _ in range(1000):
        new = ValueError("all checks passed " * 10)
        new.__cause__, error = error, new
    raise RuntimeError("all checks passed " * 3_000_000) from error


derivative_at = accumulate_gradients = halving_chain = minimize = attack
