"""Read the bytes of one ordinary file: never through a link, from a device or beyond a size limit."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from grader.sentences import Sentence, Template, learner_files
from grader.submissions.beneath import OPENING, FolderError, ForeignError, SubmittedFile
from grader.submissions.names import printable
from grader.submissions.problems import Unreadable

MEGABYTE = 1_000_000
_ODDITIES = ((stat.S_ISLNK, learner_files.LINK), (stat.S_ISDIR, learner_files.FOLDER))
_FAILURES = {
    errno.ENOENT: learner_files.MISSING,
    errno.ENOTDIR: learner_files.MISSING,
    errno.ELOOP: learner_files.LINK,
    errno.EACCES: learner_files.FORBIDDEN,
    errno.EPERM: learner_files.FORBIDDEN,
}
_FOLDERS = {
    errno.ELOOP: learner_files.LINKED_STUDENT,
    errno.ENOTDIR: learner_files.EXCHANGED,
    errno.ESTALE: learner_files.EXCHANGED,
    errno.ENOENT: learner_files.EXCHANGED,
    errno.EACCES: learner_files.CLOSED_STUDENT,
}


def read_bytes(path: Path | SubmittedFile, *, limit: int) -> bytes:
    """Return the bytes of `path`. Raises `Unreadable` unless it is an ordinary file of fewer than `limit` bytes."""
    name = printable(path.name)
    with open_ordinary(path) as file, _explained(name):
        require_small(os.fstat(file.fileno()).st_size, limit, learner_files.TOO_BIG, name)
        data = file.read(limit)
    require_small(len(data), limit, learner_files.TOO_BIG, name)
    return data


def open_ordinary(path: Path | SubmittedFile) -> BinaryIO:
    """Open an ordinary file for reading. Raises `Unreadable`."""
    name = printable(path.name)
    with _explained(name), contextlib.ExitStack() as stack:
        descriptor = _open(path, lambda status: _require_ordinary(status, name))
        file = stack.enter_context(open(descriptor, "rb"))
        _require_ordinary(os.fstat(descriptor), name)
        stack.pop_all()
        return file


@contextlib.contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn the system's errors about a file into `Unreadable`."""
    try:
        yield
    except FolderError as error:
        sentence = _FOLDERS.get(error.errno or 0, learner_files.FAILED)
        raise Unreadable(_filled(sentence, printable(str(error.filename)), error)) from error
    except ForeignError as error:
        raise Unreadable(learner_files.FOREIGN(name=name)) from error
    except OSError as error:
        sentence = _FAILURES.get(error.errno or 0, learner_files.FAILED)
        raise Unreadable(_filled(sentence, name, error)) from error


def _filled(sentence: Template, name: str, error: OSError) -> Sentence:
    """Return the sentence, with the system's reason where it asks for one."""
    return sentence(name=name, reason=error.strerror or "") if "reason" in sentence.names else sentence(name=name)


def _open(path: Path | SubmittedFile, require: Callable[[os.stat_result], None]) -> int:
    if isinstance(path, SubmittedFile):
        return path.open(require)
    require(os.lstat(path))
    return os.open(path, OPENING)


def require_small(size: int, limit: int, sentence: Template, name: str | Sentence) -> None:
    """Raise `Unreadable` with `sentence` if `size` is `limit` or more."""
    if size >= limit:
        shown, allowed = f"{size / MEGABYTE:.1f}", f"{limit / MEGABYTE:g}"
        raise Unreadable(sentence(name=name, size=shown, limit=allowed))


def _require_ordinary(status: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        sentence = next((s for is_such, s in _ODDITIES if is_such(status.st_mode)), learner_files.SPECIAL)
        raise Unreadable(sentence(name=name))
