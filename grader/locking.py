"""Keeps two commands from writing into one folder at the same time."""

from __future__ import annotations

import contextlib
import getpass
import os
import platform
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from grader.errors import KitError
from grader.files import write_bytes
from grader.sentences import Sentence, instructor_gradebook

_LOCK: Final = ".lock"
_HOLDER: Final = ".lock-holder.json"  # beside the lock: on Windows nobody can read a file that is locked


class LockedError(KitError):
    """Another command is at work in the folder."""


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who works in a folder: the command, the process, the user, the machine, and since when."""

    command: str
    process: int
    user: str
    machine: str
    since: str


@contextlib.contextmanager
def locked(folder: Path, command: str) -> Iterator[None]:
    """Keep other commands of the kit out of a folder, which is made if it is missing, until the end of the block.

    The system gives the lock free when this process ends, whatever ends it. Raises `LockedError` at once if another
    command is at work there, and `OSError`.
    """
    from filelock import FileLock, Timeout  # it takes a while to import

    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise LockedError(_held(folder)) from None
    try:
        write_bytes(folder / _HOLDER, msgspec.json.encode(_holder(command)))
        yield
    finally:
        with contextlib.suppress(OSError):
            (folder / _HOLDER).unlink()
        if is_new:
            _leave_nothing(folder)
        lock.release()


def _leave_nothing(folder: Path) -> None:
    """Remove a folder that was made for the lock, if nothing else was written into it."""
    with contextlib.suppress(OSError):
        if [path.name for path in folder.iterdir()] == [_LOCK]:
            (folder / _LOCK).unlink()
            folder.rmdir()


def _holder(command: str) -> Holder:
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # the number has no name, as in some containers
        user = "?"
    return Holder(
        command=command,
        process=os.getpid(),
        user=user,
        machine=platform.node() or "?",
        since=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
    )


def _held(folder: Path) -> Sentence:
    """Return who works in the folder, as far as is known."""
    try:
        holder = msgspec.json.decode((folder / _HOLDER).read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return instructor_gradebook.LOCKED(folder=str(folder))
    return instructor_gradebook.LOCKED_BY(folder=str(folder), **msgspec.structs.asdict(holder))
