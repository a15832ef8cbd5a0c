"""Starts the kit's own trusted processes: workers, and the reader of submissions. They end when their starter ends."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

try:
    import fcntl
    import resource
except ImportError:  # not on every platform
    fcntl = resource = None  # type: ignore[assignment]

# Of each process that was started, the end of a pipe that this process holds, and the system closes when it dies.
_LIFELINES: weakref.WeakKeyDictionary[BaseProcess, Connection[Any, Any]] = weakref.WeakKeyDictionary()


def start(target: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection[Any, Any]]:
    """Start a process that runs `target(channel, *arguments)`; return it and our end of the channel.

    A new Python imports from its current folder first, even multiprocessing itself, and ours may be a folder of
    submissions, one of them called `multiprocessing`. So the process begins, and stays, in the root.

    It would also run the main module of this process once more, which in a notebook is the student's: one that was
    emptied by `%reset`, or says that it is a file. So it is not told of any.

    However this process ends, the one that it started ends at once, whatever it is doing.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    lifeline, held = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(lifeline, target, theirs, *arguments), daemon=True)
    _LIFELINES[process] = held
    with _in_the_root(), _without_main():
        process.start()
    theirs.close()
    lifeline.close()
    return process, ours


@contextlib.contextmanager
def _in_the_root() -> Iterator[None]:
    here = os.getcwd()
    os.chdir("/")
    try:
        yield
    finally:
        os.chdir(here)


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    main = sys.modules.get("__main__")
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        if main is None:
            del sys.modules["__main__"]
        else:
            sys.modules["__main__"] = main


def _run(lifeline: Connection[Any, Any], target: Callable[..., None], *arguments: object) -> None:
    """Run the body of a process, and then end it at once: to take torch down in order takes most of a second."""
    _end_with(lifeline)
    target(*arguments)
    os._exit(0)


def _end_with(lifeline: Connection[Any, Any]) -> None:
    """Have the system kill this process when the other end of a pipe is closed.

    No parent-death signal: that is sent already when the thread ends that started the process, and a notebook's kernel
    may run every cell in a new one.
    """
    pipe = lifeline.fileno()
    if hasattr(fcntl, "F_SETSIG"):
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
        if lifeline.poll(0):  # closed before this process listened
            os._exit(1)
    else:
        threading.Thread(target=_wait_for, args=(lifeline,), daemon=True).start()


def _wait_for(lifeline: Connection[Any, Any]) -> None:
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv()
    os._exit(1)


def limit_memory(more: int) -> None:
    """Let this process take up so many more bytes and no more: beyond that, what it tries ends in a `MemoryError`.

    Memory of its own is what counts, not that of libraries, nor addresses without memory behind them. Processes that
    it starts from now on are held to the same.
    """
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            pages = int(file.read().split()[5])
    except (OSError, IndexError):
        return  # no Linux
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = pages * resource.getpagesize() + more
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(
            resource.RLIMIT_DATA, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
        )
