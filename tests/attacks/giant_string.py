"""Return and print strings of a hundred megabytes."""


def attack(*args, **kwargs):
    text = "passed " * 15_000_000
    print(text)
    return {text: text}


derivative_at = accumulate_gradients = halving_chain = minimize = attack
