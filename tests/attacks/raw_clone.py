"""Create processes by the system calls below fork: clone with unusual flags, clone3, vfork."""

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
    started(libc.syscall(57))  # fork
    started(libc.syscall(58))  # vfork
    for flags in (0, 17, 0x00008000 | 17, 0x10000000 | 17, 0x20000000 | 17, 0x40000000, 0x00020000, 0x80000000):
        started(libc.syscall(56, ctypes.c_ulong(flags), 0, 0, 0, 0))
    for flags in (0, 0x10000000, 0x200000000):  # clone3, also into another cgroup
        arguments = (ctypes.c_uint64 * 11)(flags, 0, 0, 0, 17)
        started(libc.syscall(435, arguments, 88))
    return "no clone"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
