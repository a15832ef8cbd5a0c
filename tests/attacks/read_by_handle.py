"""Open files by their inode number, without passing through folders."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def attack(*args, **kwargs):
    mount = os.open("/", os.O_RDONLY)
    for inode in range(2, 200):
        handle = ctypes.create_string_buffer(24)
        ctypes.memmove(handle, (ctypes.c_uint * 4)(8, 1, inode, 0), 16)
        if libc.syscall(304, mount, handle, os.O_RDONLY) >= 0:
            raise RuntimeError("SUCCEEDED: opened by handle")
    return "nothing found"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
