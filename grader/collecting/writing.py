"""Writes what was collected: a new folder as a whole, or into one that was collected before, file by file.

A file that changes is kept in `.replaced/` first. What a teacher removed stays removed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from grader.collecting.collection import Collection
from grader.collecting.manifest import MANIFEST, Collected, CollectedFile, CollectedPerson, load_manifest
from grader.collecting.sources import CollectError
from grader.files import WRITING, keep_backup, write_bytes
from grader.records import LeftFile
from grader.roster import Person, Roster
from grader.sentences import instructor_collecting
from grader.submissions import shortened

REPLACED: Final = ".replaced"


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What was written: the numbers of files that are new, have changed, and are the same as before.

    `people` are those of this collection, as the record has them now.
    """

    new: int
    changed: int
    same: int
    people: tuple[CollectedPerson, ...] = ()


def require_place(folder: Path) -> None:
    """Raise `CollectError` if a folder holds other files than collected ones, and `ManifestError`."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise CollectError(instructor_collecting.NO_FOLDER_FOR(out=str(folder)))
    if folder.is_dir() and load_manifest(folder) is None and any(folder.iterdir()):
        raise CollectError(instructor_collecting.FOLDER_TAKEN(out=str(folder)))


def write_collection(collection: Collection, folder: Path, *, private: bool = False) -> Written:
    """Write the files of a plan into a folder, with the record of them.

    If a new folder is `private`, only its owner can open it. Raises `CollectError`, `ManifestError` and `OSError`.
    """
    require_place(folder)
    before = load_manifest(folder) if folder.is_dir() else None
    try:
        return _write_new(collection, folder, private) if before is None else _add(collection, folder, before)
    except OSError as error:
        error.filename = error.filename or str(folder)  # the error of a full disk names no file
        raise


def _write_new(collection: Collection, folder: Path, private: bool) -> Written:
    """Write a new folder beside the place where it will be, and give it its name at the end."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = folder.parent / f"{WRITING}{secrets.token_hex(8)}"
    new.mkdir(mode=0o700 if private else 0o777)
    try:
        for file in collection.content:
            path = new / file
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(collection.data(file))
        write_bytes(new / MANIFEST, _encoded(collection.collected))
        if folder.is_dir():
            folder.rmdir()
        new.rename(folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return Written(new=len(collection.content), changed=0, same=0, people=collection.collected.people)


def _add(collection: Collection, folder: Path, before: Collected) -> Written:
    """Add to a folder that was collected before; its record is written at the end."""
    known = Roster(people=tuple(one.person for one in before.people))
    names = {one.person: one.student for one in before.people}
    alike = _alike(before.people) | _alike(collection.collected.people)
    earlier = {one.student: one for one in before.people}
    now: dict[str, CollectedPerson] = dict(earlier)
    again = {file.path.partition("/")[0] for file in collection.collected.left}
    again |= {entry.parts[0] for entry in collection.content.values()}
    left = [file for file in before.left if file.path.partition("/")[0] not in again]
    counts = {"new": 0, "changed": 0, "same": 0}
    renamed: dict[str, str] = {}
    for one in collection.collected.people:
        match = known.find(one.person)
        found = names[match.person] if match.person is not None and match.sure else one.student
        if (
            one.person in alike or match.person in alike or found in renamed.values()
        ):  # their folders tell them apart, and nothing else does
            found = one.student
            several = instructor_collecting.SEVERAL_OF_ONE_NAME(name=one.person.label)
            one = replace(one, doubt=one.doubt or several)
        renamed[one.student] = found
        old = earlier.get(found, CollectedPerson(student=found, person=one.person))
        kept: list[CollectedFile] = []
        for exercise, files in _by_exercise(one.files).items():
            were = [file for file in old.files if file.exercise == exercise]
            if _is_older(files, were):
                kept += were
                left += _older(files, found)
                continue
            for file in were:
                if file.file not in {new.file for new in files}:
                    _set_aside(folder, found, file.file)
            for file in files:
                counts[_write(collection, folder, found, one.student, file, were)] += 1
            kept += files
        exercises = {file.exercise for file in one.files}
        rest = [file for file in old.files if file.exercise not in exercises]
        now[found] = replace(one, student=found, files=tuple(sorted((*rest, *kept), key=lambda file: file.file)))
    left += [replace(one, student=renamed.get(one.student, one.student)) for one in collection.collected.left]
    whole = Collected(people=tuple(now[name] for name in sorted(now)), left=shortened(left))
    write_bytes(folder / MANIFEST, _encoded(whole))
    return Written(**counts, people=tuple(now[name] for name in sorted(set(renamed.values()))))


def _alike(people: Sequence[CollectedPerson]) -> set[Person]:
    """Return what is known of people of whom the same is known, but for capitals, such as two of one name."""
    often = Counter(_in_small_letters(one.person) for one in people)
    return {one.person for one in people if often[_in_small_letters(one.person)] > 1}


def _in_small_letters(person: Person) -> Person:
    return replace(person, name=person.name.casefold())


def _by_exercise(files: Iterable[CollectedFile]) -> dict[str, list[CollectedFile]]:
    found: dict[str, list[CollectedFile]] = {}
    for file in files:
        found.setdefault(file.exercise, []).append(file)
    return found


def _is_older(files: Sequence[CollectedFile], were: Sequence[CollectedFile]) -> bool:
    """Say whether what is collected now was handed in before what is there, where both times are known."""
    now, then = ([_moment(file.handed_in.time) for file in some] for some in (files, were))
    known = [time for time in (*now, *then) if time is not None]
    if not then or len(known) < len(now) + len(then) or len({time.tzinfo is None for time in known}) > 1:
        return False
    return max(known[: len(now)]) < max(known[len(now) :])


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None


def _older(files: Sequence[CollectedFile], student: str) -> list[LeftFile]:
    return [
        LeftFile(
            path=file.handed_in.original,
            student=student,
            exercise=file.exercise,
            kind="spare",
            reason=instructor_collecting.NEWER_IS_THERE(),
            cure=instructor_collecting.NOTHING_TO_DO(),
        )
        for file in files
    ]


def _write(
    collection: Collection,
    folder: Path,
    student: str,
    planned: str,
    file: CollectedFile,
    were: Sequence[CollectedFile],
) -> str:
    """Write one file, and return whether it is new, has changed, or is the same."""
    path = folder / student / file.file
    same = any(old.file == file.file and old.digest == file.digest for old in were)
    if same and not path.exists():  # the teacher removed it
        return "same"
    if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == file.digest:
        return "same"
    changed = path.exists()
    if changed:
        keep_backup(folder / REPLACED / student, file.file, path.read_bytes())
    write_bytes(path, collection.data(f"{planned}/{file.file}"))
    return "changed" if changed else "new"


def _set_aside(folder: Path, student: str, name: str) -> None:
    """Keep a file that is about to be replaced."""
    path = folder / student / name
    if path.is_file():
        keep_backup(folder / REPLACED / student, name, path.read_bytes())
        path.unlink()


def _encoded(record: Collected) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"
