"""Opens archives that strangers made, and reads their files within limits.

Nothing is unpacked to the disk under a name of the archive's. A file is read into memory, in pieces, and only up to a
limit; its declared size is not believed. Names that lead out of the archive, links, devices, files that are locked with
a password, packed by rare methods or far smaller packed than unpacked are refused, each by itself.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import stat
import struct
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Final, cast

from grader.errors import KitError
from grader.sentences import Sentence, instructor_collecting

ZIP_ENDINGS: Final = (".zip",)
TAR_ENDINGS: Final = (".tar.gz", ".tgz", ".tar")
ENDINGS: Final = ZIP_ENDINGS + TAR_ENDINGS
FOREIGN_ENDINGS: Final = (".rar", ".7z", ".tar.xz", ".tar.bz2", ".xz", ".bz2", ".gz")

MOST_FILES: Final = 100_000  # in one archive
_DIRECTORY_LIMIT: Final = 50_000_000  # bytes of a zip's table of contents
_RATIO: Final = 200  # times as large as packed; text and notebooks stay far below
_ALWAYS_ALLOWED: Final = 1_000_000  # bytes, whatever the ratio
_TAR_LIMIT: Final = 300_000_000  # bytes that a tar may hold in all: it is read from the beginning to the end
_PIECE: Final = 1 << 16
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # pieces of the others may unpack to any size
_UTF8: Final = 0x800
_LOCKED: Final = 0x1
_BROKEN: Final = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, struct.error, EOFError, OSError, ValueError),
    *(NotImplementedError, RuntimeError, KeyError, IndexError, OverflowError),
)


class ArchiveError(KitError):
    """An archive cannot be opened, or a file in it cannot be read. The sentence says why, not where."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A file of an archive, or a folder: its path in parts, its declared size and time, and how it is read.

    `time` is in seconds since 1970, in an unknown time zone; `None` if the archive has none. `refused` says why the
    file is not read, and `cure` what to do then. `read` takes the number of bytes from which on a file is too large,
    and raises `ArchiveError`.
    """

    parts: tuple[str, ...]
    size: int
    time: float | None
    refused: Sentence | None
    read: Callable[[int], bytes]
    cure: Sentence | None = None
    is_folder: bool = False


def is_archive(name: str) -> bool:
    """Say whether a file's name is that of an archive that is opened."""
    return name.lower().endswith(ENDINGS)


def bare_name(name: str) -> str:
    """Return an archive's name without its ending."""
    ending = next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)]


@contextlib.contextmanager
def opened(file: IO[bytes], name: str) -> Iterator[list[Member]]:
    """Open an archive called `name`, and give its files. Raises `ArchiveError`."""
    with contextlib.ExitStack() as stack:
        try:
            if name.lower().endswith(ZIP_ENDINGS):
                members = _members_of_zip(stack.enter_context(_open_zip(file)))
            else:
                members = _members_of_tar(file)
        except _BROKEN as error:
            raise ArchiveError(instructor_collecting.BROKEN_ARCHIVE(error=str(error))) from error
        yield members


def spooled(data: bytes) -> IO[bytes]:
    """Return an archive that lay in another one as a file to open; large ones are on the disk, without a name."""
    file = tempfile.SpooledTemporaryFile(max_size=20_000_000)  # noqa: SIM115 (its user closes it)
    file.write(data)
    file.seek(0)
    return file


# Zip ------------------------------------------------------------------------------------------------------------------


def _open_zip(file: IO[bytes]) -> zipfile.ZipFile:
    if _size_of_directory(file) > _DIRECTORY_LIMIT:
        raise ArchiveError(instructor_collecting.TOO_MANY_FILES(limit=MOST_FILES))
    file.seek(0)
    found = zipfile.ZipFile(file)
    if len(found.infolist()) > MOST_FILES:
        raise ArchiveError(instructor_collecting.TOO_MANY_FILES(limit=MOST_FILES))
    return found


def _size_of_directory(file: IO[bytes]) -> int:
    """Return the size of a zip's table of contents, which `zipfile` would read as a whole; 0 if it is not found."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _PIECE - 22))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 16:
        return 0
    (found,) = struct.unpack_from("<L", tail, at + 12)
    if found == 0xFFFFFFFF and (large := tail.rfind(b"PK\x06\x06")) >= 0 and len(tail) >= large + 48:
        (found,) = struct.unpack_from("<Q", tail, large + 40)
    return int(found)


def _members_of_zip(archive: zipfile.ZipFile) -> list[Member]:
    return [_folder(_name(entry)) if entry.is_dir() else _member_of_zip(archive, entry) for entry in archive.infolist()]


def _member_of_zip(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Member:
    parts, outside = _parts(_name(entry))
    mode = entry.external_attr >> 16
    refused = None
    cure = instructor_collecting.ASK_FOR_FILE()
    if outside:
        refused = instructor_collecting.OUTSIDE()
    elif mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        refused = instructor_collecting.LINK_OR_DEVICE()
    elif entry.flag_bits & _LOCKED:
        refused, cure = instructor_collecting.LOCKED(), instructor_collecting.ASK_UNLOCKED()
    elif entry.compress_type not in _METHODS:
        refused = instructor_collecting.RARE_METHOD()
    elif entry.file_size > max(_ALWAYS_ALLOWED, _RATIO * entry.compress_size):
        refused = instructor_collecting.BOMB(size=_megabytes(entry.file_size))
        cure = instructor_collecting.ASK_SMALLER()

    def read(limit: int) -> bytes:
        if refused is not None:
            raise ArchiveError(refused)
        try:
            with archive.open(entry) as file:
                return _bounded(file, limit)
        except _BROKEN as error:
            raise ArchiveError(instructor_collecting.BROKEN_MEMBER(error=str(error))) from error

    return Member(parts=parts, size=entry.file_size, time=_time(entry.date_time), refused=refused, read=read, cure=cure)


def _name(entry: zipfile.ZipInfo) -> str:
    """Return a name. Where it is not marked as UTF-8, `zipfile` takes it for cp437, but macOS writes UTF-8 then too."""
    if entry.flag_bits & _UTF8:
        return entry.filename
    with contextlib.suppress(UnicodeError):
        return entry.filename.encode("cp437").decode("utf-8")
    return entry.filename


def _time(date: tuple[int, ...]) -> float | None:
    """Return a zip's time in seconds; `None` for 1 January 1980, which stands for none."""
    if tuple(date[:3]) <= (1980, 1, 1):
        return None
    try:
        return time.mktime((*date, 0, 0, -1))  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        return None


# Tar ------------------------------------------------------------------------------------------------------------------


def _members_of_tar(file: IO[bytes]) -> list[Member]:
    """Read a tar from the beginning to the end, because one that is compressed cannot be read in another order."""
    found: list[Member] = []
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    stream = _Limited(cast(IO[bytes], gzip.GzipFile(fileobj=file)) if packed else file)
    with tarfile.open(fileobj=stream, mode="r|", errorlevel=2) as archive:  # type: ignore[call-overload]
        for entry in archive:
            if len(found) == MOST_FILES:
                raise ArchiveError(instructor_collecting.TOO_MANY_FILES(limit=MOST_FILES))
            if entry.isdir():
                found.append(_folder(entry.name))
                continue
            if entry.size > _TAR_LIMIT:
                raise ArchiveError(instructor_collecting.TAR_TOO_LARGE(limit=_megabytes(_TAR_LIMIT)))
            found.append(_member_of_tar(archive, entry))
    return found


class _Limited:
    """A stream that ends with an error after so many bytes, also where a header asks for more."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = _TAR_LIMIT

    def read(self, size: int) -> bytes:
        """Return the next bytes. Raises `ArchiveError`."""
        data = self._stream.read(min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise ArchiveError(instructor_collecting.TAR_TOO_LARGE(limit=_megabytes(_TAR_LIMIT)))
        return data


def _member_of_tar(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Member:
    parts, outside = _parts(entry.name)
    refused = instructor_collecting.OUTSIDE() if outside else None
    data: bytes | None = None
    if not entry.isreg():
        refused = instructor_collecting.LINK_OR_DEVICE()
    elif refused is None and (file := archive.extractfile(entry)) is not None:
        data = file.read(entry.size)

    def read(limit: int) -> bytes:
        if refused is not None or data is None:
            raise ArchiveError(refused or instructor_collecting.BROKEN_MEMBER(error=""))
        return _bounded(io.BytesIO(data), limit)

    moment = float(entry.mtime) if entry.mtime > 0 else None
    return Member(parts=parts, size=entry.size, time=moment, refused=refused, read=read)


# Both -----------------------------------------------------------------------------------------------------------------


def _folder(name: str) -> Member:
    return Member(parts=_split(name), size=0, time=None, refused=None, read=lambda limit: b"", is_folder=True)


def _parts(name: str) -> tuple[tuple[str, ...], bool]:
    """Return the parts of a path, and whether it leads out of the archive."""
    plain, parts = name.replace("\\", "/"), _split(name)
    outside = plain.startswith("/") or ".." in parts or plain[1:3] == ":/" or "\0" in plain
    return parts or ("?",), outside


def _split(name: str) -> tuple[str, ...]:
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def _bounded(file: IO[bytes], limit: int) -> bytes:
    pieces, size = [], 0
    while piece := file.read(_PIECE):
        size += len(piece)
        if size >= limit:
            raise ArchiveError(instructor_collecting.TOO_LARGE(limit=_megabytes(limit)))
        pieces.append(piece)
    return b"".join(pieces)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f}" if size < 10_000_000_000 else f"{size / 1_000_000_000:g},000"
