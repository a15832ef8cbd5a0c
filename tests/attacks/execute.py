"""Execute another program, from the disk or from memory."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def attack(*args, **kwargs):
    for program in ("/bin/sh", "/usr/bin/env", "/bin/true", "/lib64/ld-linux-x86-64.so.2"):
        try:
            os.execve(program, [program], {})
        except OSError:
            pass
    with open("program", "wb") as file:
        file.write(b"#!/bin/sh\necho attack-was-here\n")
    descriptor = os.open("program", os.O_RDONLY)
    if libc.syscall(322, descriptor, b"", (ctypes.c_char_p * 1)(), (ctypes.c_char_p * 1)(), 0x1000) >= 0:
        raise RuntimeError("SUCCEEDED: execveat")
    if libc.syscall(319, b"program", 0) >= 0:
        raise RuntimeError("SUCCEEDED: memfd_create")
    return "still Python"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
