"""Search /dev/shm and System V and POSIX shared memory for other processes' data."""

import ctypes
import os
from multiprocessing import shared_memory

libc = ctypes.CDLL(None, use_errno=True)


def attack(*args, **kwargs):
    found = []
    if os.path.isdir("/dev/shm"):
        found.append(os.listdir("/dev/shm"))
    for key in range(64):
        if libc.shmget(key, 1, 0) >= 0:
            found.append(key)
    if libc.shmget(0, 4096, 0o1600) >= 0:
        found.append("a new segment")
    try:
        found.append(shared_memory.SharedMemory(name="attack-was-here", create=True, size=100))
    except OSError:
        pass
    if found:
        raise RuntimeError(f"SUCCEEDED: {found}")
    return "nothing found"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
