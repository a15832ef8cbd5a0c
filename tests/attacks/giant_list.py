"""Return a list of ten million numbers."""


def attack(*args, **kwargs):
    return [0.5] * 10**7


derivative_at = accumulate_gradients = halving_chain = minimize = attack
