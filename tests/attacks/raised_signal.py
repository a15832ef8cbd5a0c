"""Send every signal to the own process."""

import signal


def attack(*args, **kwargs):
    for number in range(1, 65):
        try:
            signal.raise_signal(number)
        except (OSError, ValueError):
            pass
    return "still here"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
