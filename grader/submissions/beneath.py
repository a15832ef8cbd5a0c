"""Hold a folder by a descriptor, and list and open what is beneath it without ever following a link.

The owner of a folder can replace it with a link at any moment, and minutes pass between listing a class and reading its
files. So reading does not depend on where a path leads by then. It starts from the folder that was held when the class
was listed, and it refuses a way of which any part is a link.
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

Identity = tuple[int, int]  # of a file or folder: its device and its number there

# Not every platform has every flag. O_NONBLOCK: a FIFO that appears between the two looks must not block the open.
OPENING: Final = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOCTTY")
)
_FOLDER: Final = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_DIRECTORY"))
_PASSING: Final = _FOLDER | getattr(os, "O_PATH", 0)  # to go through a folder one need not be allowed to list it
HOLDS: Final = os.open in os.supports_dir_fd and os.scandir in os.supports_fd and hasattr(os, "O_NOFOLLOW")

_OPENAT2: Final = 437  # on every architecture
_RESOLVE: Final = 0x02 | 0x04 | 0x08  # RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH
_LACKING: Final = (errno.ENOSYS, errno.EPERM, errno.EINVAL, errno.E2BIG)


class FolderError(OSError):
    """The folder of a file cannot be gone through: `filename` names it; ELOOP says that it is a link.

    ESTALE says that it is not the folder that was listed.
    """


class ForeignError(OSError):
    """The file has a second name elsewhere, and does not belong to the owner of its folder."""


class Anchor:
    """A folder that is held, whatever its path leads to later. It is let go with the last `Handed` beneath it."""

    def __init__(self, path: Path, descriptor: int | None = None) -> None:
        """Hold the folder at `path`, through links if there are any; or take over what holds it. Raises `OSError`."""
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
        """Travel to a process that is being started together with the descriptor."""
        if self.descriptor is None:
            return Anchor, (self.path,)
        from multiprocessing.reduction import DupFd  # not on every platform

        return _received, (self.path, DupFd(self.descriptor))

    def scan(self, *parts: str) -> tuple[Identity | None, list[os.DirEntry[str]]]:
        """Return what folder is at `parts` beneath this one, and its entries by name. Raises `OSError`.

        Entries can be asked questions only until the next folder beneath is scanned; those of this one, at any time.
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

    def file(self, *parts: str, folder: Identity | None = None) -> Handed:
        """Return the file at `parts` beneath this folder, whose own folder is known by `folder`."""
        for part in parts:
            if part in ("", ".", "..") or os.sep in part:
                raise ValueError(f"{part!r} is no name of a file.")
        return Handed(root=self.path, anchor=self, parts=parts, folder=folder)


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What was handed in: a file beneath a folder that is held.

    `folder` is what its own folder was when it was listed, if that is to be compared. There is no `anchor` in a process
    that was not given it and does not find it at `root` any more.
    """

    root: Path
    anchor: Anchor | None
    parts: tuple[str, ...]
    folder: Identity | None = None

    @property
    def path(self) -> Path:
        """Where it is, for people."""
        return self.root.joinpath(*self.parts)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.parts[-1]

    @property
    def suffix(self) -> str:
        """How its name ends."""
        return Path(self.name).suffix

    def __str__(self) -> str:
        return str(self.path)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to a process that holds the folder too, or will."""
        identity = None if self.anchor is None else self.anchor.identity
        return _handed, (self.root, identity, self.parts, self.folder)

    def open(self, require: Callable[[os.stat_result], None]) -> int:
        """Open it for reading, if it is what it is to be; return the descriptor.

        `require` is shown the file before it is opened, and may raise. Raises `OSError`, also a `FolderError` or
        `ForeignError`.
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


def _received(path: Path, held: Any) -> Anchor:
    return Anchor(path, held.detach())


def _handed(root: Path, identity: Identity | None, parts: tuple[str, ...], folder: Identity | None) -> Handed:
    """Return the file beneath the folder that was held when it was listed, which this process may have to find."""
    anchor = None if identity is None else _KNOWN.get(identity)
    if anchor is None:
        with contextlib.suppress(OSError):
            found = Anchor(root)
            anchor = found if identity in (None, found.identity) else None
    return Handed(root=root, anchor=anchor, parts=parts, folder=folder)


def _open(folder: int, parts: Sequence[str], flags: int) -> int:
    """Open what is at `parts` beneath a folder, none of which may be a link. Raises `OSError`."""
    with contextlib.suppress(NotImplementedError, NotADirectoryError):  # of the latter, see below
        return _openat2(folder, "/".join(parts), flags)
    with contextlib.ExitStack() as stack:
        for i, part in enumerate(parts):
            last = i == len(parts) - 1
            try:
                following = os.open(part, flags if last else _PASSING, dir_fd=folder)
            except NotADirectoryError as error:  # so the kernel calls a link where it is to open a folder
                if stat.S_ISLNK(os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode):
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), part) from error
                raise
            if not last:
                stack.callback(os.close, following)
            folder = following
    return folder


@functools.cache
def _system_call() -> Any:
    try:
        return ctypes.CDLL(None, use_errno=True).syscall
    except (OSError, AttributeError, TypeError):
        return None


def _openat2(folder: int, path: str, flags: int) -> int:
    """Open by the kernel's own resolution beneath a folder. Raises `NotImplementedError` where there is none."""
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
    """Return the path; raise `OSError` if a part of it is a link: the best that there is without descriptors."""
    for part in parts:
        path = path / part
        if stat.S_ISLNK(os.lstat(path).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return path
