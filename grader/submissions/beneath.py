"""Keep a folder open by a descriptor, and list and open the files below it without following any link.

The owner of a folder can replace it with a link at any time, and minutes pass between listing a class and reading its
files. So reading does not use the path again. It starts from the descriptor that was opened when the class was listed,
and it refuses a path if any part of it is a link.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import os
import stat
import struct
import sys
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

Identity = tuple[int, int]  # device and inode of a file or folder

# Some platforms lack some of these flags. O_NONBLOCK: if the file becomes a FIFO after the check, opening it must not
# block.
OPENING: Final = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOCTTY")
)
_FOLDER: Final = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_DIRECTORY"))
_PASSING: Final = _FOLDER | getattr(os, "O_PATH", 0)  # works for folders that this user may enter but not list
HOLDS: Final = os.open in os.supports_dir_fd and os.scandir in os.supports_fd and hasattr(os, "O_NOFOLLOW")

_OPENAT2: Final = 437  # the same number on every architecture
_RESOLVE: Final = 0x02 | 0x04 | 0x08  # RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH
_LACKING: Final = (errno.ENOSYS, errno.EPERM, errno.EINVAL, errno.E2BIG)


class FolderError(OSError):
    """Raised when a file's folder cannot be entered; `filename` names the folder.

    The error number ELOOP means that it is a link, ESTALE that it is not the folder that was listed.
    """


class ForeignError(OSError):
    """Raised for a file that has a second name (a hard link) and does not belong to the owner of its folder."""


class Anchor:
    """A folder that stays open even if its path changes. It is closed with the last `SubmittedFile` below it."""

    def __init__(self, path: Path, descriptor: int | None = None) -> None:
        """Open the folder at `path` (following links), or take over its open `descriptor`. Raises `OSError`."""
        self.path = path
        self.descriptor = descriptor
        self.identity: Identity | None = None
        if HOLDS:
            if self.descriptor is None:
                self.descriptor = os.open(path, _FOLDER & ~os.O_NOFOLLOW)
            weakref.finalize(self, os.close, self.descriptor)
            self.identity = _identity(os.fstat(self.descriptor))
            _KNOWN[self.identity] = self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle for a process that is being started, together with the descriptor."""
        if self.descriptor is None:
            return Anchor, (self.path,)
        from multiprocessing.reduction import DupFd  # missing on some platforms

        return _received_anchor, (self.path, DupFd(self.descriptor))

    def scan(self, *parts: str) -> tuple[Identity | None, list[os.DirEntry[str]]]:
        """Return the identity of the folder at `parts` below this one, and its entries sorted by name.

        Methods of the entries work only until another folder is scanned; those of this folder's own entries always
        work. Raises `OSError`.
        """
        if self.descriptor is None:
            with os.scandir(self.path.joinpath(*parts)) as found:
                return None, sorted(found, key=lambda entry: entry.name)
        folder = self.descriptor
        if parts:
            folder = _open(self.descriptor, parts, _FOLDER)
            self._scanned = _Descriptor(folder)
        with os.scandir(folder) as found:
            return _identity(os.fstat(folder)), sorted(found, key=lambda entry: entry.name)

    def file(self, *parts: str, folder: Identity | None = None) -> SubmittedFile:
        """Return the file at `parts` below this folder; `folder` is the identity of the folder that contains it."""
        for part in parts:
            if part in ("", ".", "..") or os.sep in part:
                raise ValueError(f"{part!r} is no name of a file.")
        return SubmittedFile(root=self.path, anchor=self, parts=parts, folder=folder)


@dataclass(frozen=True, kw_only=True)
class SubmittedFile:
    """A file that was handed in, below a folder that is kept open.

    `folder` is the identity of its own folder when it was listed, if that must be compared. `anchor` is missing in a
    process that did not receive it and no longer finds it at `root`.
    """

    root: Path
    anchor: Anchor | None
    parts: tuple[str, ...]
    folder: Identity | None = None

    @property
    def path(self) -> Path:
        """The path, to show to people."""
        return self.root.joinpath(*self.parts)

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.parts[-1]

    @property
    def suffix(self) -> str:
        """The ending of the name, such as ".py"."""
        return Path(self.name).suffix

    def __str__(self) -> str:
        return str(self.path)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle for a process that has the folder open too, or will open it."""
        identity = None if self.anchor is None else self.anchor.identity
        return _submitted_file, (self.root, identity, self.parts, self.folder)

    def open(self, require: Callable[[os.stat_result], None]) -> int:
        """Open the file for reading and return the descriptor.

        `require` gets the file's status before it is opened, and may raise an error. Raises `OSError`, among them
        `FolderError` and `ForeignError`.
        """
        if self.anchor is None:
            raise FolderError(errno.ESTALE, os.strerror(errno.ESTALE), self.root.name)
        if self.anchor.descriptor is None:
            path = _without_links(self.root, self.parts)
            require(os.lstat(path))
            return os.open(path, OPENING)
        with contextlib.ExitStack() as stack:
            folder = self.anchor.descriptor
            if above := self.parts[:-1]:
                try:
                    folder = _open(folder, above, _PASSING)
                except OSError as error:
                    raise FolderError(error.errno, error.strerror, above[-1]) from error
                stack.callback(os.close, folder)
            status = os.fstat(folder)
            if self.folder not in (None, _identity(status)):
                raise FolderError(errno.ESTALE, os.strerror(errno.ESTALE), self.parts[-2])
            require(os.stat(self.name, dir_fd=folder, follow_symlinks=False))
            file = _open(folder, self.parts[-1:], OPENING)
            opened = os.fstat(file)
            if opened.st_nlink > 1 and opened.st_uid != status.st_uid and stat.S_ISREG(opened.st_mode):
                os.close(file)
                raise ForeignError(errno.EPERM, os.strerror(errno.EPERM), self.name)
            return file


_KNOWN: weakref.WeakValueDictionary[Identity, Anchor] = weakref.WeakValueDictionary()


class _Descriptor:
    """An open descriptor that is closed with this object."""

    def __init__(self, number: int) -> None:
        weakref.finalize(self, os.close, number)


def _identity(status: os.stat_result) -> Identity:
    return status.st_dev, status.st_ino


def _received_anchor(path: Path, descriptor: Any) -> Anchor:
    return Anchor(path, descriptor.detach())


def _submitted_file(
    root: Path, identity: Identity | None, parts: tuple[str, ...], folder: Identity | None
) -> SubmittedFile:
    """Return a file below the folder that was open when it was listed; find that folder in this process."""
    anchor = None if identity is None else _KNOWN.get(identity)
    if anchor is None:
        with contextlib.suppress(OSError):
            found = Anchor(root)
            anchor = found if identity in (None, found.identity) else None
    return SubmittedFile(root=root, anchor=anchor, parts=parts, folder=folder)


def _open(folder: int, parts: Sequence[str], flags: int) -> int:
    """Open the file or folder at `parts` below a folder; no part may be a link. Raises `OSError`."""
    with contextlib.suppress(NotImplementedError, NotADirectoryError):  # NotADirectoryError: see below
        return _openat2(folder, "/".join(parts), flags)
    with contextlib.ExitStack() as stack:
        for i, part in enumerate(parts):
            last = i == len(parts) - 1
            try:
                next_part = os.open(part, flags if last else _PASSING, dir_fd=folder)
            except NotADirectoryError as error:  # the kernel's error for a link in place of a folder
                if stat.S_ISLNK(os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode):
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), part) from error
                raise
            if not last:
                stack.callback(os.close, next_part)
            folder = next_part
    return folder


@functools.cache
def _system_call() -> Any:
    try:
        return ctypes.CDLL(None, use_errno=True).syscall
    except (OSError, AttributeError, TypeError):
        return None


def _openat2(folder: int, path: str, flags: int) -> int:
    """Let the kernel resolve a path below a folder. Raises `NotImplementedError` where it cannot."""
    call = _system_call()
    if call is None or not sys.platform.startswith("linux"):
        raise NotImplementedError
    how = struct.pack("=QQQ", flags, 0, _RESOLVE)
    number = call(ctypes.c_long(_OPENAT2), ctypes.c_int(folder), os.fsencode(path), how, ctypes.c_size_t(len(how)))
    if number >= 0:
        return int(number)
    code = ctypes.get_errno()
    if code in _LACKING:
        raise NotImplementedError
    raise OSError(code, os.strerror(code), path)


def _without_links(path: Path, parts: tuple[str, ...]) -> Path:
    """Return the path; raise `OSError` if a part of it is a link. Systems without descriptors allow nothing safer."""
    for part in parts:
        path = path / part
        if stat.S_ISLNK(os.lstat(path).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return path
