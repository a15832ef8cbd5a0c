"""Starts the kit's own trusted processes: lanes, and the reader of submissions."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any


def start(target: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection[Any, Any]]:
    """Start a process that runs `target(channel, *arguments)`; return it and our end of the channel.

    A new Python imports from its current folder first, even multiprocessing itself, and ours may be a folder of
    submissions, one of them called `multiprocessing`. So the process begins, and stays, in the root.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(target, theirs, *arguments), daemon=True)
    here = os.getcwd()
    os.chdir("/")
    try:
        process.start()
    finally:
        os.chdir(here)
    theirs.close()
    return process, ours


def _run(target: Callable[..., None], *arguments: object) -> None:
    """Run the body of a process, and then end it at once: to take torch down in order takes most of a second."""
    target(*arguments)
    os._exit(0)
