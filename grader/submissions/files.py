"""Read the bytes of one ordinary file: never through a link, never from a device, never more than its limit."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from grader.submissions import sentences
from grader.submissions.names import printable
from grader.submissions.sentences import Unreadable

MEGABYTE = 1_000_000
_ODDITIES = ((stat.S_ISLNK, sentences.LINK), (stat.S_ISDIR, sentences.FOLDER))
_FAILURES = {
    errno.ENOENT: sentences.MISSING,
    errno.ENOTDIR: sentences.MISSING,
    errno.ELOOP: sentences.LINK,
    errno.EACCES: sentences.FORBIDDEN,
    errno.EPERM: sentences.FORBIDDEN,
}
# Not every platform has every flag. O_NONBLOCK: a FIFO that appears between the two looks must not block the open.
_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


def read_bytes(path: Path, *, limit: int) -> bytes:
    """Return what `path` holds, if it is an ordinary file of fewer than `limit` bytes; else raise Unreadable."""
    name = printable(path.name)
    try:
        _require_ordinary(os.lstat(path), name)
        with open(os.open(path, _FLAGS), "rb") as file:
            status = os.fstat(file.fileno())
            _require_ordinary(status, name)
            require_small(status.st_size, limit, sentences.TOO_BIG, name)
            data = file.read(limit)
    except OSError as error:
        sentence = _FAILURES.get(error.errno or 0, sentences.FAILED)
        raise Unreadable(sentence.format(name=name, reason=error.strerror)) from error
    require_small(len(data), limit, sentences.TOO_BIG, name)
    return data


def require_small(size: int, limit: int, sentence: str, name: str) -> None:
    """Raise Unreadable, saying `sentence`, if `size` reaches `limit`."""
    if size >= limit:
        shown, allowed = f"{size / MEGABYTE:.1f}", f"{limit / MEGABYTE:g}"
        raise Unreadable(sentence.format(name=name, size=shown, limit=allowed))


def _require_ordinary(status: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        sentence = next((s for is_such, s in _ODDITIES if is_such(status.st_mode)), sentences.SPECIAL)
        raise Unreadable(sentence.format(name=name))
