"""Start a daemon that survives the run: fork, setsid, fork again, and drop the signal for the parent's death."""

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
    libc.prctl(1, 0, 0, 0, 0)  # PR_SET_PDEATHSIG: no longer killed with the parent
    try:
        if os.fork() == 0:
            os.setsid()
            started(os.fork())
        raise RuntimeError("SUCCEEDED: a daemon")
    except OSError:
        return "no daemon"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
