"""Send open files through the channel, and accept what others send."""

import os
import socket
import stat


def is_socket(number):
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False


def attack(*args, **kwargs):
    channel = next(number for number in range(3, 64) if is_socket(number))
    done = []
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, os.dup(channel)) as own:
            done.append(own.sendmsg([b""], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, (0).to_bytes(4, "little"))]))
    except OSError:
        pass
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
