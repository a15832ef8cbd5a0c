"""Lists what was downloaded, folders and archives alike, as one flat list of files with their paths."""

from __future__ import annotations

import contextlib
import filecmp
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from grader.collecting import archives
from grader.collecting.archives import ArchiveError
from grader.errors import KitError
from grader.records import LeftFile
from grader.sentences import Sentence, instructor_collecting
from grader.submissions import Unreadable, is_litter, printable, read_bytes

FILE_LIMIT: Final = 20_000_000  # bytes of one file, as in grading
_ARCHIVE_LIMIT: Final = 500_000_000  # bytes of an archive in an archive
_MOST_DEPTH: Final = 4  # archives in archives
_MOST_PARTS: Final = 40  # folders in folders
_MOST_FILES: Final = 300_000
_MOST_BYTES: Final = 8_000_000_000  # that are unpacked in all
# Hidden files that say whose a folder is.
_TELLING: Final = frozenset({".classroom50.yaml", ".classroom50.yml"})


class CollectError(KitError):
    """Nothing can be collected from a download."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file of a download.

    `parts` is its path: the download's own name, then folders and archives, then the file. An archive that cannot be
    opened stands in itself. `time` says when it was saved, in seconds, where an archive keeps that. `read` raises
    `ArchiveError` and `Unreadable`; `refused` is the reason if it is clear beforehand, and `cure` what to do then.
    A folder without a file in it, which can be that of somebody who handed in nothing, has an entry with the name "".
    """

    parts: tuple[str, ...]
    size: int
    time: float | None
    read: Callable[[], bytes]
    refused: Sentence | None = None
    cure: Sentence | None = None

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.parts[-1]

    @property
    def is_folder(self) -> bool:
        """Whether this stands for a folder without a file in it."""
        return not self.name

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders and archives that hold it, without the download's own name."""
        return self.parts[1:-1]

    @property
    def shown(self) -> str:
        """The path, to show to people."""
        stands_in_itself = self.refused is not None and self.parts[-1:] == self.parts[-2:-1]
        return printable("/".join(self.parts[:-1] if stands_in_itself else self.parts))


@dataclass(kw_only=True)
class Listing:
    """All files of the downloads.

    `empty` are the folders without a file in them, `left` the files that are not read, `hidden` the paths of hidden
    files and folders, which belong to systems and editors, and `litter` is the number of these.
    """

    entries: list[Entry] = field(default_factory=list)
    empty: list[Entry] = field(default_factory=list)
    left: list[LeftFile] = field(default_factory=list)
    hidden: set[tuple[str, ...]] = field(default_factory=set)
    unpacked: int = 0

    @property
    def litter(self) -> int:
        """The number of hidden files and folders."""
        return len(self.hidden)

    def refuse(self, parts: tuple[str, ...], reason: Sentence, cure: Sentence) -> None:
        """Note a file that cannot be read, and may be somebody's."""

        def read() -> bytes:
            raise ArchiveError(reason)

        self.entries.append(Entry(parts=parts, size=0, time=None, read=read, refused=reason, cure=cure))

    def note_empty(self, parts: tuple[str, ...]) -> None:
        """Note a folder without a file in it. Raises `CollectError` if there are too many."""
        if len(self.empty) == _MOST_FILES:
            raise CollectError(instructor_collecting.TOO_MANY_IN_ALL(limit=_MOST_FILES))
        self.empty.append(Entry(parts=(*parts, ""), size=0, time=None, read=lambda: b""))

    def leave(
        self, parts: Sequence[str], reason: Sentence, cure: Sentence, *, kind: Literal["lost", "spare"] = "lost"
    ) -> None:
        """Note a file that is not read."""
        self.left.append(LeftFile(path=printable("/".join(parts)), kind=kind, reason=reason, cure=cure))


@contextlib.contextmanager
def listed(downloads: Sequence[Path]) -> Iterator[Listing]:
    """Give the files of folders, archives and single files; they can be read inside of the block.

    What is given twice, or has the same content as another file that is given, is read once. Raises `CollectError` if a
    download cannot be opened at all.
    """
    listing = Listing()
    with contextlib.ExitStack() as stack:
        for path, first in _with_first(downloads):
            if first is None:
                _add_download(listing, stack, path)
            else:
                reason = instructor_collecting.GIVEN_TWICE(counted=str(first))
                listing.leave((str(path),), reason, instructor_collecting.NOTHING_TO_DO(), kind="spare")
        yield listing


def _with_first(downloads: Sequence[Path]) -> Iterator[tuple[Path, Path | None]]:
    """Yield each download, with the earlier one that is the same file or folder, or has the same content."""
    earlier: list[Path] = []
    for path in downloads:
        first = next((other for other in earlier if _is_same(path, other)), None)
        yield path, first
        if first is None:
            earlier.append(path)


def _is_same(path: Path, other: Path) -> bool:
    try:
        return os.path.samefile(path, other) or (
            path.is_file() and other.is_file() and filecmp.cmp(path, other, shallow=False)
        )
    except OSError:  # `_add_download` says why it cannot be read
        return False


def _add_download(listing: Listing, stack: contextlib.ExitStack, path: Path) -> None:
    name = printable(path.resolve().name) or "download"
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            _add_folder(listing, stack, path, (name,))
        elif not stat.S_ISREG(status.st_mode):
            raise CollectError(instructor_collecting.NO_DOWNLOAD(path=str(path)))
        elif archives.is_archive(name):
            file = stack.enter_context(path.open("rb"))
            members = stack.enter_context(archives.opened(file, name))
            _add_members(listing, stack, members, (name,), depth=1)
        else:
            _add_file(listing, stack, path, (name, name), status)
    except ArchiveError as error:
        raise CollectError(instructor_collecting.UNUSABLE_ARCHIVE(path=str(path), problem=error.sentence)) from error
    except FileNotFoundError:
        raise CollectError(instructor_collecting.MISSING_DOWNLOAD(path=str(path))) from None
    except OSError as error:
        cause = error.strerror or str(error)
        raise CollectError(instructor_collecting.CLOSED_DOWNLOAD(path=str(path), error=cause)) from error


def _add_folder(listing: Listing, stack: contextlib.ExitStack, folder: Path, parts: tuple[str, ...]) -> None:
    """List a folder. No link is followed."""
    if len(parts) > _MOST_PARTS:
        listing.leave(parts, instructor_collecting.TOO_DEEP(), instructor_collecting.LOOK_INSIDE())
        return
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    if all(is_litter(entry.name) and entry.name not in _TELLING for entry in entries):
        listing.note_empty(parts)
    for entry in entries:
        inner = (*parts, printable(entry.name))
        if is_litter(entry.name) and entry.name not in _TELLING:
            listing.hidden.add(inner)
        elif entry.is_dir(follow_symlinks=False):
            try:
                _add_folder(listing, stack, folder / entry.name, inner)
            except PermissionError as error:
                listing.leave(
                    inner,
                    instructor_collecting.CLOSED(error=error.strerror or ""),
                    instructor_collecting.MAKE_READABLE(),
                )
        elif entry.is_file(follow_symlinks=False):
            _add_file(listing, stack, folder / entry.name, inner, entry.stat(follow_symlinks=False))
        else:
            listing.refuse(inner, instructor_collecting.LINK_OR_DEVICE(), instructor_collecting.ASK_FOR_FILE())


def _add_file(
    listing: Listing, stack: contextlib.ExitStack, path: Path, parts: tuple[str, ...], status: os.stat_result
) -> None:
    if not archives.is_archive(path.name):
        _add(
            listing, Entry(parts=parts, size=status.st_size, time=None, read=lambda: read_bytes(path, limit=FILE_LIMIT))
        )
        return
    try:
        file = stack.enter_context(path.open("rb"))
        members = stack.enter_context(archives.opened(file, path.name))
    except ArchiveError as error:
        listing.refuse((*parts, parts[-1]), error.sentence, instructor_collecting.ASK_AGAIN())
        return
    if all(member.is_folder for member in members):
        listing.refuse((*parts, parts[-1]), instructor_collecting.EMPTY_ARCHIVE(), instructor_collecting.ASK_AGAIN())
    _add_members(listing, stack, members, parts, depth=1)


def _add_members(
    listing: Listing,
    stack: contextlib.ExitStack,
    members: Sequence[archives.Member],
    parts: tuple[str, ...],
    *,
    depth: int,
) -> None:
    for folder in _empty_folders(members):
        if len(parts) + len(folder) <= _MOST_PARTS:
            listing.note_empty((*parts, *map(printable, folder)))
    for member in members:
        if member.is_folder:
            continue
        inner = (*parts, *map(printable, member.parts))
        litter = [i for i, part in enumerate(member.parts) if is_litter(part) and part not in _TELLING]
        if litter:
            listing.hidden.add(inner[: len(parts) + litter[0] + 1])
        elif member.refused is not None:
            note = listing.leave if ".." in inner else listing.refuse
            note(inner, member.refused, member.cure or instructor_collecting.ASK_FOR_FILE())
        elif len(inner) > _MOST_PARTS:
            listing.leave(inner, instructor_collecting.TOO_DEEP(), instructor_collecting.LOOK_INSIDE())
        elif not archives.is_archive(member.parts[-1]):
            _add(listing, Entry(parts=inner, size=member.size, time=member.time, read=_reading(listing, member)))
        elif depth == _MOST_DEPTH:
            listing.leave(inner, instructor_collecting.TOO_DEEP(), instructor_collecting.LOOK_INSIDE())
        else:
            _add_inner(listing, stack, member, inner, depth=depth)


def _empty_folders(members: Sequence[archives.Member]) -> list[tuple[str, ...]]:
    """Return the folders of an archive that hold neither a folder nor a file, but for hidden ones."""
    folders: dict[tuple[str, ...], None] = {}  # in order
    used: set[tuple[str, ...]] = set()
    for member in members:
        path = member.parts[:_MOST_PARTS]
        hidden = next((i for i, part in enumerate(path) if is_litter(part) and part not in _TELLING), None)
        if hidden is not None:
            path = path[:hidden]
        if member.is_folder or hidden is not None:
            folders[path] = None
        used.update(path[:i] for i in range(len(path)))
    return [path for path in folders if path not in used and ".." not in path]


def _add_inner(
    listing: Listing, stack: contextlib.ExitStack, member: archives.Member, parts: tuple[str, ...], *, depth: int
) -> None:
    """List an archive that lies in another one."""
    try:
        data = _reading(listing, member, limit=_ARCHIVE_LIMIT)()
        file = stack.enter_context(archives.spooled(data))
        members = stack.enter_context(archives.opened(file, member.parts[-1]))
    except ArchiveError as error:
        listing.refuse((*parts, parts[-1]), error.sentence, instructor_collecting.ASK_AGAIN())
        return
    if all(member.is_folder for member in members):
        listing.refuse((*parts, parts[-1]), instructor_collecting.EMPTY_ARCHIVE(), instructor_collecting.ASK_AGAIN())
    _add_members(listing, stack, members, parts, depth=depth + 1)


def _reading(listing: Listing, member: archives.Member, *, limit: int = FILE_LIMIT) -> Callable[[], bytes]:
    """Return the function that reads a file of an archive, and counts what is unpacked in all, each file once."""
    counted = False

    def read() -> bytes:
        nonlocal counted
        if not counted and listing.unpacked > _MOST_BYTES:
            raise ArchiveError(instructor_collecting.TOO_MUCH(limit=_MOST_BYTES // 1_000_000_000))
        data = member.read(limit)
        listing.unpacked += 0 if counted else len(data)
        counted = True
        return data

    return read


def _add(listing: Listing, entry: Entry) -> None:
    if len(listing.entries) == _MOST_FILES:
        raise CollectError(instructor_collecting.TOO_MANY_IN_ALL(limit=_MOST_FILES))
    listing.entries.append(entry)


def bytes_of(entry: Entry) -> bytes:
    """Return the content of a file. Raises `Unreadable`, whatever holds it."""
    try:
        return entry.read()
    except ArchiveError as error:
        raise Unreadable(error.sentence) from error
