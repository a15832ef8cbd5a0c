"""Make system calls through the interface for 32-bit programs, which has other numbers."""

import ctypes
import mmap

# mov eax, 2 (fork); int 0x80; ret
CODE = b"\xb8\x02\x00\x00\x00\xcd\x80\xc3"


def attack(*args, **kwargs):
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(CODE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    pid = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    if pid >= 0:
        raise RuntimeError(f"SUCCEEDED: process {pid}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
