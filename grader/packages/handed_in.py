"""Takes what a platform lays down for one student, and puts it where the grader reads it, as it reads a class.

What a student hands in can be empty, have other files, folders in folders, archives, links, or be far too large. Only
files that can hold code are copied, with limits; links are never followed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from grader.collecting.sources import FILE_LIMIT, bytes_of, listed
from grader.files import distinct_names, write_bytes
from grader.sentences import Sentence, learner_packages
from grader.submissions import Unreadable, is_given, is_litter, split_name

_MOST_FILES: Final = 200
_MOST_BYTES: Final = 100_000_000
_FEW: Final = 8  # names in a sentence


def lay_out(submission: Path, folder: Path, own: Collection[str] = ()) -> tuple[Sentence, ...]:
    """Copy the files of a submission that can hold code into `folder`, which is made. Return notes for the student.

    Files whose paths below the submission are among `own` are the grader's.

    Raises `CollectError` if the submission cannot be opened at all, and `OSError`.
    """
    folder.mkdir(parents=True)
    notes: list[Sentence] = []
    others: list[str] = []
    with listed([submission]) as listing:
        entries = [
            e
            for e in listing.entries
            if not is_given(e.name) and not is_litter(e.name) and "/".join(e.parts[1:]) not in own
        ]
        chosen = [e for e in entries if split_name(e.name)[1]]
        others += [e.shown.partition("/")[2] for e in entries if not split_name(e.name)[1]]
        if len(chosen) > _MOST_FILES:
            notes.append(learner_packages.TOO_MANY_FILES(count=len(chosen), limit=_MOST_FILES))
            chosen = chosen[:_MOST_FILES]
        taken = 0
        names: set[str] = set()
        for entry in chosen:
            shown = entry.shown.partition("/")[2]
            if entry.size >= FILE_LIMIT:
                # An empty file of the same size, which takes no room: the reader refuses it as it refuses all such.
                with (folder / _new_name(entry.name, names)).open("wb") as file:
                    file.truncate(entry.size)
                continue
            if taken + entry.size > _MOST_BYTES:
                notes.append(learner_packages.TOO_LARGE_IN_ALL(name=shown, limit=_MOST_BYTES // 1_000_000))
                continue
            try:
                data = bytes_of(entry)
            except Unreadable as problem:
                notes.append(learner_packages.NOT_READ(name=shown, problem=problem.sentence))
                continue
            taken += len(data)
            write_bytes(folder / _new_name(entry.name, names), data, private=True)
        notes += [learner_packages.NOT_READ(name=left.path, problem=left.reason) for left in listing.left[:_FEW]]
    if others:
        notes.append(learner_packages.OTHER_FILES(count=len(others), names=_few(others)))
    return tuple(notes)


def _new_name(name: str, taken: set[str]) -> str:
    """Return a name that no file has yet, and add it to those that are taken. Copies get the number of a copy."""
    (safe,) = distinct_names([name])
    stem, _, suffix = safe.rpartition(".")
    new, number = safe, 1
    while new.casefold() in taken:
        number += 1
        new = f"{stem} ({number}).{suffix}"
    taken.add(new.casefold())
    return new


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_FEW]) + (", …" if len(names) > _FEW else "")
