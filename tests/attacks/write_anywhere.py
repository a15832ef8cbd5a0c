"""Write a file into every directory."""

import os


def attack(*args, **kwargs):
    own = os.getcwd()
    for root, folders, _ in os.walk("/"):
        folders[:] = folders[:30]
        if root.count("/") > 4 or root.startswith(own) or os.path.realpath(root).startswith(own):
            folders.clear()
            continue
        try:
            with open(os.path.join(root, "attack-was-here"), "w") as file:
                file.write("attack-was-here")
            raise RuntimeError("SUCCEEDED: wrote to " + root)
        except OSError:
            pass
    return "nowhere"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
