"""Run a shell in every way that Python offers."""

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


import multiprocessing
import pty


def attack(*args, **kwargs):
    command = ["/bin/sh", "-c", "sleep 1000; echo attack-was-here"]
    for start in (
        lambda: subprocess.Popen(command, start_new_session=True).pid,
        lambda: os.posix_spawn(command[0], command, {}),
        lambda: os.spawnv(os.P_NOWAIT, command[0], command),
        lambda: os.system("exit 0") == 0,
        lambda: os.popen("echo attack-was-here").read() or 1 / 0,
        lambda: multiprocessing.get_context("fork").Process(target=print).start() or 1,
        lambda: multiprocessing.get_context("forkserver").Process(target=print).start() or 1,
        lambda: pty.fork()[0],
    ):
        try:
            started(int(start()))
        except (OSError, ZeroDivisionError, ValueError, EOFError, TypeError, AttributeError):
            pass
    return "no shell"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
