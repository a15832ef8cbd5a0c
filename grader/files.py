"""Writes files. Each is written completely or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import itertools
import os
import re
import shutil
import stat
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final

WRITING: Final = ".writing-"  # the beginning of the names of unfinished files
_PATIENCE: Final = 2.0  # seconds until other programs must have closed a file
_LONGEST_WRITING: Final = 600  # seconds that writing a folder may take
_HERE: Final = -100  # Linux: paths begin in the current folder
_EXCHANGE: Final = 2  # Linux: renameat2 exchanges two names
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\ufffd]")
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)  # on Windows
_LONGEST_NAME: Final = 80  # characters
_MOST_BYTES: Final = 200  # of the 255 that file systems allow
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # equal bundles have equal bytes


def distinct_names(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Return a name for a folder in place of each of `names`, which every file system can have.

    Names that differ only in upper and lower case, or in characters that file names cannot have, get a number. No name
    is one of those that are `taken`.
    """
    found, used = [], {name.casefold() for name in taken}
    for name in names:
        safe = _UNSAFE.sub("_", name).strip(" .")[:_LONGEST_NAME]
        safe = safe.encode("utf-8", "replace")[:_MOST_BYTES].decode("utf-8", "ignore").rstrip(" .") or "_"
        safe = f"_{safe}" if _DEVICE.fullmatch(safe) else safe
        distinct, number = safe, 1
        while distinct.casefold() in used:
            number += 1
            distinct = f"{safe}~{number}"
        used.add(distinct.casefold())
        found.append(distinct)
    return found


def write_bytes(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file atomically: a reader sees the old file or the new one. Raises `OSError`.

    Only the owner can read a `private` file.
    """
    with _new_file(path, 0o600 if private else 0o644) as file:
        file.write(data)


@contextlib.contextmanager
def _new_file(path: Path, mode: int) -> Iterator[IO[bytes]]:
    """Open an unfinished file, which gets the name `path` at the end of the block. If that raises, nothing is left.

    An `OSError` names `path`, not the unfinished file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=WRITING)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
            os.chmod(temporary, mode)
            _replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(temporary: str, path: Path) -> None:
    """Give the finished file its name. Raises `OSError`.

    On Windows this fails while another program has the old file open, such as a virus scanner or a synchronised folder,
    and as long as the old file is read-only.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return os.replace(temporary, path)
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() > deadline:
                raise
            with contextlib.suppress(OSError):
                os.chmod(path, stat.S_IWRITE | stat.S_IREAD)
            time.sleep(0.05)


def write_text(path: Path, text: str) -> None:
    """Write a text file, as `write_bytes` does."""
    write_bytes(path, text.encode("utf-8", "surrogatepass"))


def replace_folder(folder: Path, files: Iterable[tuple[str, str]], *, mark: str) -> None:
    """Write text files into a new folder, and put it in the place of `folder`: a reader sees the old or the new one.

    Where the system cannot exchange two folders, there is none for a moment in between. Only a folder that has a file
    called `mark`, as the new one has, is replaced; for another one that is not empty, `FileExistsError` is raised. If
    anything fails, the old folder stays as it was. Only the owner can open the folder. Raises `OSError`.
    """
    if folder.is_dir() and not (folder / mark).is_file() and any(folder.iterdir()):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f"{WRITING}*"):  # by a run that was killed
        if left.is_dir() and time.time() - left.stat().st_mtime > _LONGEST_WRITING:
            shutil.rmtree(left, ignore_errors=True)
    new = Path(tempfile.mkdtemp(dir=folder.parent, prefix=WRITING))
    try:
        (new / mark).touch()
        for name, text in files:
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "replace"))
        _exchange(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _exchange(new: Path, folder: Path) -> None:
    """Give the new folder the name of the old one. Afterwards `new` is the old one, or is gone. Raises `OSError`."""
    if not folder.exists():
        new.rename(folder)
        return
    if sys.platform == "linux" and _exchanged(new, folder):
        return
    old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=WRITING))
    try:
        folder.rename(old / "old")
        try:
            new.rename(folder)
        except OSError:
            (old / "old").rename(folder)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _exchanged(first: Path, second: Path) -> bool:
    """Exchange the names of two folders in one step, where the kernel and the file system can. Say whether they did."""
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    return renameat2 is not None and renameat2(_HERE, os.fsencode(first), _HERE, os.fsencode(second), _EXCHANGE) == 0


def keep_backup(folder: Path, name: str, data: bytes) -> Path:
    """Write `data` to a new file in `folder`, named like `name` with a number, and return its path.

    No backup is overwritten. Raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem, dot, suffix = name.rpartition(".")
    for number in itertools.count(1):
        path = folder / f"{stem}-{number}{dot}{suffix}"
        try:
            file = path.open("xb")
        except FileExistsError:
            continue
        with file:
            file.write(data)
        return path
    raise AssertionError("the numbers do not end")


def lay_down(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Write the files that are not there yet, and return the names of those that are there with another content."""
    other = []
    for name, text in files.items():
        path = folder / name
        if not os.path.lexists(path):
            write_text(path, text)
        elif not path.is_file() or path.read_bytes().replace(b"\r\n", b"\n") != text.encode("utf-8", "surrogatepass"):
            other.append(name)
    return other


def write_folder(folder: Path, files: Mapping[str, str | bytes | Path]) -> None:
    """Write each file under a folder: a text, bytes, or a copy of another file. Other files in it are kept.

    What begins as a script does (with "#!") can be executed.
    """
    for name, content in files.items():
        data = _bytes_of(content)
        with _new_file(folder / name, _mode_of(data)) as file:
            file.write(data)


def write_zip(path: Path, files: Mapping[str, str | bytes | Path], *, folder: bool = True) -> None:
    """Write an archive with one folder, which has the archive's name, or without a `folder`.

    What begins as a script does (with "#!") can be executed.
    """
    with _new_file(path, 0o644) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            data = _bytes_of(content)
            entry = zipfile.ZipInfo(f"{path.stem}/{name}" if folder else name, date_time=_LONG_AGO)
            entry.external_attr = _mode_of(data) << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)


def _mode_of(data: bytes) -> int:
    return 0o755 if data.startswith(b"#!") else 0o644


def _bytes_of(content: str | bytes | Path) -> bytes:
    if isinstance(content, Path):
        return content.read_bytes()
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
