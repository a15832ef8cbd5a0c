"""Return nested lists, of which only the outermost twelve are small."""


def attack(*args, **kwargs):
    value = "x" * 150
    for _ in range(4):
        value = [value] * 11
    return {"a": value, "b": (value, value)}


derivative_at = accumulate_gradients = halving_chain = minimize = attack
