"""Ask which pages of libraries are in memory, which shows what others have used."""

import ctypes
import mmap
import os

libc = ctypes.CDLL(None, use_errno=True)


def works(number, *arguments):
    """Make a system call by its number; say whether the kernel did it."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) >= 0


def attack(*args, **kwargs):
    with open(os.__file__, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        mapped = mmap.mmap(file.fileno(), size, prot=mmap.PROT_READ | mmap.PROT_WRITE, flags=mmap.MAP_PRIVATE)
        address = ctypes.addressof(ctypes.c_char.from_buffer(mapped))
        room = ctypes.create_string_buffer(4096)
        calls = {
            "mincore": (27, address, size, room),
            "cachestat": (451, file.fileno(), (ctypes.c_uint64 * 2)(0, size), room, 0),
        }
        done = [name for name, call in calls.items() if works(*call)]
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
