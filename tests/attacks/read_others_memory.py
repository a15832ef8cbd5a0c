"""Read and write other processes' memory by process_vm_readv, ptrace and pidfd_getfd."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
buffer = (ctypes.c_char * 64)()
vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 64)


def attack(*args, **kwargs):
    for pid in (os.getppid(), *range(1, 500)):
        results = {
            "process_vm_readv": libc.syscall(310, pid, vector, 1, vector, 1, 0),
            "process_vm_writev": libc.syscall(311, pid, vector, 1, vector, 1, 0),
            "ptrace": libc.syscall(101, 16, pid, 0, 0) + (pid == os.getpid()) - 1,
            "kcmp": libc.syscall(312, pid, os.getpid(), 0, 0, 0),
            "pidfd_getfd": libc.syscall(438, libc.syscall(434, pid, 0), 0, 0),
        }
        won = [name for name, value in results.items() if value >= 0]
        if won:
            raise RuntimeError(f"SUCCEEDED: {won} on {pid}")
    return "nothing read"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
