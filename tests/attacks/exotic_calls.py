"""Use calls with which exploits often begin: io_uring, bpf, perf, userfaultfd, keys, modules."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def refused(**calls):
    """Make system calls by number; say which ones the kernel did not refuse."""
    won = {}
    for name, (number, *arguments) in calls.items():
        result = libc.syscall(
            ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
        )
        if result >= 0:
            won[name] = result
    if won:
        raise RuntimeError(f"SUCCEEDED: {won}")
    return "all refused"


def attack(*args, **kwargs):
    room = (ctypes.c_char * 256)()
    return refused(
        io_uring_setup=(425, 8, room),
        io_uring_enter=(426, 0, 0, 0, 0, 0),
        bpf=(321, 0, room, 128),
        perf_event_open=(298, room, 0, -1, -1, 0),
        userfaultfd=(323, 0),
        add_key=(248, b"user", b"attack-was-here", room, 8, -4),
        request_key=(249, b"user", b"attack-was-here", 0, -4),
        keyctl=(250, 0, -4, 1),
        init_module=(175, room, 256, b""),
        delete_module=(176, b"attack", 0),
        kexec_load=(246, 0, 0, 0, 0),
        reboot=(169, 0xFEE1DEAD, 672274793, 0, 0),
        syslog=(103, 3, room, 256),
        quotactl=(179, 0, 0, 0, 0),
        acct=(163, b"attack-was-here"),
        swapoff=(168, b"/dev/sda"),
        fanotify_init=(300, 0, 0),
        modify_ldt=(154, 0, room, 256),
        iopl=(172, 3),
        name_to_handle_at=(303, -100, b"/", room, room, 0),
        mq_open=(240, b"attack-was-here", 0o102, 0o600, 0),
        semget=(64, 0, 1, 0o1600),
        msgget=(68, 0, 0o1600),
        memfd_secret=(447, 0),
        migrate_pages=(256, 1, 1, room, room),
        clock_settime=(227, 0, room),
        sethostname=(170, b"attack", 6),
        sched_setscheduler=(144, 0, 1, room),
        sched_setaffinity=(203, 1, 128, room),
        ioprio_set=(251, 1, 0, 0),
    )


derivative_at = accumulate_gradients = halving_chain = minimize = attack
