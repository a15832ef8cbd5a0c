"""Return a list inside a list, a hundred thousand deep."""


def attack(*args, **kwargs):
    value = []
    for _ in range(100_000):
        value = [value]
    return value


derivative_at = accumulate_gradients = halving_chain = minimize = attack
