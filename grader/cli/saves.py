"""Finds out which exercises' files were saved. What counts is how the files are, not what the system reports of them.

Editors write in place, replace a file by another one, or move it away for a moment. So a report of the system only
means: look again. Without such reports (on some network disks) the folders are looked at from time to time.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

_QUIET = 10  # milliseconds without a change, after which the folders are looked at
_LONGEST = 50  # milliseconds of changes without such a pause
_LOOK = 0.25  # seconds between two looks where the system reports nothing

Stamp = tuple[tuple[str, int, int, int], ...]


def stamp(paths: Iterable[Path]) -> Stamp:
    """Return what tells saved files from those before: of each one its name, time, size and number."""
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            status = path.stat()
            found.append((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(found)


def report_changes(folders: Sequence[Path], look: Callable[[], None]) -> None:
    """Call `look` after every change in these folders, for ever."""
    with contextlib.suppress(ImportError, OSError, RuntimeError):
        import watchfiles

        there = [folder for folder in folders if folder.is_dir()]
        numbers = [_number(folder) for folder in there]
        changes = watchfiles.watch(
            *there,
            watch_filter=None,
            debounce=_LONGEST,
            step=_QUIET,
            rust_timeout=1000,
            yield_on_timeout=True,
            recursive=False,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        for _ in changes if there else ():
            look()
            if [_number(folder) for folder in there] != numbers:
                break  # a folder was moved or replaced: the system reports changes of the old one
    while True:
        look()
        time.sleep(_LOOK)


def _number(folder: Path) -> int:
    try:
        return os.stat(folder).st_ino
    except OSError:
        return 0
