"""Make symbolic and hard links in the own directory to files that must not be read."""

import glob
import os


def attack(*args, **kwargs):
    for number, target in enumerate(["/etc/passwd", "/proc/1/root", "/root", "/../..", *glob.glob("/*")[:5]]):
        for link in (os.symlink, os.link):
            try:
                link(target, f"link{number}{link.__name__}")
                with open(f"link{number}{link.__name__}/etc/passwd") as file:
                    raise RuntimeError("SUCCEEDED: " + file.read(50))
            except OSError:
                pass
    return os.listdir(".")


derivative_at = accumulate_gradients = halving_chain = minimize = attack
