"""Make devices, and use the terminal and the disk."""

import fcntl
import os
import stat


def attack(*args, **kwargs):
    won = []
    for kind, device in ((stat.S_IFBLK, os.makedev(8, 0)), (stat.S_IFCHR, os.makedev(1, 1)), (stat.S_IFIFO, 0)):
        try:
            os.mknod(f"attack-was-here{kind}", kind | 0o666, device)
            won.append(kind)
        except OSError:
            pass
    for path in ("/dev/tty", "/dev/console", "/dev/mem", "/dev/kvm", "/dev/fuse", "/dev/net/tun", "/dev/ptmx"):
        try:
            won.append(os.open(path, os.O_RDWR))
        except OSError:
            pass
    for number in range(3):
        try:
            fcntl.ioctl(number, 0x5412, b"r")  # TIOCSTI
            won.append(number)
        except OSError:
            pass
    if won:
        raise RuntimeError(f"SUCCEEDED: {won}")
    return "no devices"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
