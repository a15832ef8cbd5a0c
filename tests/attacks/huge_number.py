"""Return integers of a million digits."""


def attack(*args, **kwargs):
    return [10**300_000, -(2**64), 2**63]


derivative_at = accumulate_gradients = halving_chain = minimize = attack
