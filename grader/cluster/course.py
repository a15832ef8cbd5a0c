"""A course as one archive with a digest, so that it can travel to machines that share no disk."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

# What grading reads. Submissions may lie in other folders of a clone, and do not travel with it.
_FOLDERS: Final = ("exercises", "solutions", "tests/public", "tests/hidden", "tests/misconceptions", "diagnoses")
_MOST = 2**29  # bytes of an unpacked course
_encode = msgspec.msgpack.Encoder(order="sorted").encode
_decode = msgspec.msgpack.Decoder(dict[str, bytes]).decode


def pack(root: Path) -> bytes:
    """Return the files of the course under `root` as an archive. Equal files give equal bytes. Raises `OSError`."""
    return zlib.compress(_encode({name: (root / name).read_bytes() for name in sorted(_names(root))}))


def digest_of(archive: bytes) -> str:
    """Return the digest by which an archive is known."""
    return hashlib.sha256(archive).hexdigest()


def unpack(archive: bytes, digest: str, folder: Path) -> None:
    """Write the files of an archive into a new folder that only this user can read.

    Raises `ValueError` if the archive is not the one with this digest or is no course, and `OSError`.
    """
    if digest_of(archive) != digest:
        raise ValueError("The course is not the one that was sent: its digest differs.")
    unpacking = zlib.decompressobj()
    files = _decode(unpacking.decompress(archive, _MOST))
    if not unpacking.eof:
        raise ValueError("The course is too large.")
    folder.mkdir(mode=0o700, parents=True)
    for name, data in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"The course holds a file outside of itself: {name!r}.")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def _names(root: Path) -> Iterator[str]:
    for folder in _FOLDERS:
        for path in (root / folder).rglob("*"):
            name = path.relative_to(root)
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.parts):
                yield name.as_posix()
