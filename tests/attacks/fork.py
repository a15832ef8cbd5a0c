"""Fork, and let the child answer too."""

import ctypes
import os
import subprocess

libc = ctypes.CDLL(None, use_errno=True)


def started(pid):
    if pid == 0:
        while True:
            os.write(1, b"attack-was-here")
    if pid > 0:
        raise RuntimeError(f"SUCCEEDED: process {pid}")


def attack(*args, **kwargs):
    try:
        started(os.fork())
    except OSError:
        return "no fork"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
