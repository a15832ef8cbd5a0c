"""Use up all memory with Python's lists."""


def attack(*args, **kwargs):
    kept = []
    while True:
        kept.append(bytearray(2**28))


derivative_at = accumulate_gradients = halving_chain = minimize = attack
