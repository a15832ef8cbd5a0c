"""Return a list that contains itself a thousand times."""


def attack(*args, **kwargs):
    value = []
    value.extend([value] * 1000)
    value.append({"again": value, 1: (value,)})
    return value


derivative_at = accumulate_gradients = halving_chain = minimize = attack
