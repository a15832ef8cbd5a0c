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
except ImportError:  # this platform has no such module
    fcntl = resource = None  # type: ignore[assignment]

# For each started process, our end of a pipe. The system closes it when this process dies.
_LIFELINES: weakref.WeakKeyDictionary[BaseProcess, Connection[Any, Any]] = weakref.WeakKeyDictionary()


def start(target: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection[Any, Any]]:
    """Start a process that runs `target(channel, *arguments)`; return the process and our end of the channel.

    The new process starts and stays in the root folder. A new Python imports from its current folder first, even
    multiprocessing itself, and our folder may hold a submission called `multiprocessing`.
    The new process gets no main module. It would otherwise run the main module of this process again. In a notebook
    that is the student's code, which `%reset` may have emptied, or which may claim to be a file.
    When this process ends, for whatever reason, the new process ends at once.
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
    """Run the body of a process, then end it at once: a regular shutdown of torch takes most of a second."""
    end_with(lifeline)
    target(*arguments)
    os._exit(0)


def end_with(lifeline: Connection[Any, Any]) -> None:
    """Ask the system to kill this process when the other end of a pipe is closed.

    A parent-death signal would come too early: the system sends it when the starting thread ends, and a notebook's
    kernel may run every cell in a new thread.
    """
    pipe = lifeline.fileno()
    if hasattr(fcntl, "F_SETSIG"):
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
        if lifeline.poll(0):  # it was closed before this process started to listen
            os._exit(1)
    else:
        threading.Thread(target=_wait_for, args=(lifeline,), daemon=True).start()


def _wait_for(lifeline: Connection[Any, Any]) -> None:
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv()
    os._exit(1)


def limit_memory(more: int) -> None:
    """Limit the memory that this process may allocate from now on to `more` bytes; beyond that it gets a `MemoryError`.

    Only private memory counts, not that of libraries, nor addresses without memory behind them. Processes that it
    starts from now on have the same limit.
    """
    if resource is None:
        return
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            pages = int(file.read().split()[5])
    except (OSError, IndexError):
        return  # not Linux
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = pages * resource.getpagesize() + more
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(
            resource.RLIMIT_DATA, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
        )
