"""Runs the sandbox with a filter that refuses the same system calls, and has every refusal written down.

    recording.py grade LOG COURSE    grade the solutions of a course, and print the points of each
    recording.py serve LOG CONTROL   be the sandbox's server (what the above, and tests, start)

The kernel asks a process beside the candidate about each call that is not allowed (seccomp_unotify(2)).
"""

from __future__ import annotations

import errno
import fcntl
import json
import multiprocessing
import os
import select
import signal
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
ASKED = 0x7FC00000  # SECCOMP_RET_USER_NOTIF
RECEIVE, SEND = 0xC0502100, 0xC0182101  # what is asked, and the answer (linux/seccomp.h)
SECCOMP, CLONE = {"x86_64": (317, 56), "aarch64": (277, 220)}[os.uname().machine]
SHARED_DESCRIPTORS = 0x400


def start(log: Path) -> Any:
    """Return a replacement for `grader.sandbox.server._start`."""

    from grader.sandbox.server import ENVIRONMENT

    def start(control: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, str(HERE), "serve", str(log), str(control)],
            pass_fds=(control,),
            env=ENVIRONMENT | {"PYTHONPATH": str(HERE.parents[3])},
            cwd="/",
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    return start


def refused(log: Path) -> dict[str, list[int]]:
    """Return the names of the refused calls, each with the arguments of its first refusal."""
    import pyseccomp

    found: dict[str, list[int]] = {}
    for line in log.read_text(encoding="ascii").splitlines():
        number, *arguments = map(int, line.split())
        name = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, number)
        found.setdefault(name if isinstance(name, str) else name.decode(), arguments)
    return found


def serve(log: int) -> None:
    """Run a server that records its candidates' refused calls in this file."""
    import pyseccomp

    from grader.candidate_process import __main__ as body
    from grader.candidate_process import confine, kernel, syscalls

    known = {number for name in syscalls.REFUSED if (number := syscalls._number(pyseccomp, name)) is not None}
    known |= {number for name in syscalls.COMMANDS if (number := syscalls._number(pyseccomp, name)) is not None}

    def load(filters: syscalls.SystemCalls) -> None:
        listener = os.dup(0)  # the lowest that is free: the next one to be opened
        os.close(listener)
        if kernel.system_call(CLONE, SHARED_DESCRIPTORS | signal.SIGCHLD, 0, 0, 0, 0) == 0:
            answer(listener, log, known)
        kernel.system_call(SECCOMP, 1, 8, filters.program)  # SECCOMP_SET_MODE_FILTER, _FILTER_FLAG_NEW_LISTENER

    def close(keep: int) -> None:
        null = os.open("/dev/null", os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        for descriptor in range(3, 1024):
            if descriptor not in (keep, log):
                os.closerange(descriptor, descriptor + 1)

    program = syscalls.program
    syscalls.program = lambda own_files: program(own_files=own_files, unknown=ASKED, refused=ASKED)
    syscalls.SystemCalls.load = load  # type: ignore[method-assign]
    confine._close_descriptors = close
    body.main()


def answer(listener: int, log: int, known: set[int]) -> None:
    """Refuse each call that is reported, until no process is left."""
    while True:
        try:
            fcntl.fcntl(listener, fcntl.F_GETFD)
            break
        except OSError:
            continue
    asked = select.poll()
    asked.register(listener, select.POLLIN)
    while not asked.poll()[0][1] & select.POLLHUP:
        question = bytearray(80)
        try:
            fcntl.ioctl(listener, RECEIVE, question)
            id, _, _, number, _, _, *arguments = struct.unpack("QIIiIQ6Q", question)
            os.write(log, " ".join(map(str, (number, *arguments))).encode("ascii") + b"\n")
            error = errno.EPERM if number in known else errno.ENOSYS
            fcntl.ioctl(listener, SEND, struct.pack("QqiI", id, 0, -error, 0))
        except OSError:
            continue  # who asked has ended
    os._exit(0)


def grade(log: Path, course: Path) -> None:
    """Grade the solutions in a worker, and print the points of each and its possible points."""
    from grader.catalog import load_catalog
    from grader.grading.settings import Settings
    from grader.grading.worker_process import run_worker
    from grader.records import Submission
    from grader.sandbox import server

    server._start = start(log)
    catalog = load_catalog(course)
    exercises = tuple(exercise.id for exercise in catalog.exercises)
    ours, theirs = multiprocessing.Pipe()
    points = {}

    def ask() -> None:
        ours.recv()  # it has started
        for id in exercises:
            source = catalog.solution(id).read_text(encoding="utf-8")
            ours.send(Submission(student="solution", exercise=id, path="", source=source))
            report = ours.recv().report
            points[id] = (report.points, report.max_points)
        ours.close()

    threading.Thread(target=ask, daemon=True).start()  # it must not wait for a worker that failed
    run_worker(theirs, Settings(root=str(course), exercises=exercises))
    print(json.dumps(points))


if __name__ == "__main__":
    mode, path, rest = sys.argv[1:]
    if mode == "serve":
        opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        sys.argv[1:] = [rest]
        serve(opened)
    else:
        grade(Path(path), Path(rest))
