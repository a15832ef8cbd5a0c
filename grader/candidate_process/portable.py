"""A candidate that no server has forked: it connects to the examiner, imports everything, and answers requests.

It runs on any system, and nothing confines it. The examiner starts it as `python -m grader.candidate_process.portable`
and writes one line to its standard input: a port of this machine, a token that proves who connects, and the settings as
`control.Start`. The candidate sends the token first, and `control.Confined` when it is ready for requests.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import socket
import sys
import tempfile
import threading

from grader import control, wire

try:
    import resource
except ImportError:  # missing on Windows
    resource = None  # type: ignore[assignment]

_NO_DIALOGS = 0x0001 | 0x0002 | 0x8000  # SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX


def main() -> None:
    """Serve the examiner that standard input names."""
    port, token, settings = sys.stdin.readline().split()
    channel = socket.create_connection(("127.0.0.1", int(port)))
    channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    wire.send(channel, bytes.fromhex(token))
    start = control.decode_start(bytes.fromhex(settings))
    requests: queue.SimpleQueue[bytes | bytearray] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(channel, requests), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the examiner, which then ends this process
    _show_no_dialogs()
    _limit_processor(start.processor)
    folder = tempfile.gettempdir()
    os.environ["HOME"] = folder
    os.chdir(folder)
    if sys.flags.isolated or getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, folder)  # elsewhere the first entry is the folder in which this process was started
    from grader.candidate_process.executor import Executor
    from grader.candidate_process.rehearsal import rehearse

    rehearse(start.imports, start.warm_up, backward=not start.accelerated, forks=False)
    executor = Executor(threads=start.threads)
    _drop_output()
    wire.send(channel, control.encode(control.Confined()))
    try:
        executor.answer_all(requests.get, lambda reply: wire.send(channel, reply))
    finally:
        os._exit(0)


def _listen(channel: socket.socket, requests: queue.SimpleQueue[bytes | bytearray]) -> None:
    """Receive requests in a thread of its own. If the examiner goes, end this process, even in the middle of a call."""
    try:
        while True:
            requests.put(wire.receive(channel))
    except BaseException:
        folder = tempfile.gettempdir()
        with contextlib.suppress(OSError):
            os.chdir(os.path.dirname(folder))  # Windows removes no folder in which a process is
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


def _show_no_dialogs() -> None:
    """Have Windows open no window when this process crashes."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetErrorMode(_NO_DIALOGS)


def _limit_processor(seconds: int) -> None:
    """Limit the processor time of this process, where the system can: it ends even if no thread of Python runs."""
    if resource is None:
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, most))


def _drop_output() -> None:
    """Drop what C code writes from now on. Until now, the examiner reads why this process cannot start."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


if __name__ == "__main__":
    main()
