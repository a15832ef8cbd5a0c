"""Run bytes that are not an instruction."""

import ctypes
import mmap


def attack(*args, **kwargs):
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(b"\x0f\x0b" * 8)
    ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()


derivative_at = accumulate_gradients = halving_chain = minimize = attack
