"""Read and list every descriptor that was left open."""

import os
import stat


def attack(*args, **kwargs):
    found = []
    for number in range(4096):
        try:
            mode = os.fstat(number).st_mode
        except OSError:
            continue
        if stat.S_ISDIR(mode):
            found.append((number, os.listdir(number)))
        elif stat.S_ISREG(mode):
            found.append((number, os.pread(number, 100, 0)))
        elif stat.S_ISSOCK(mode):
            found.append(number)
    if len(found) > 1:
        raise RuntimeError(f"SUCCEEDED: {found}")
    return "only the channel"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
