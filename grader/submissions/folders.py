"""Find the files that each student of a class handed in: `folder/<student>/<exercise>.py` or `.ipynb`."""

from __future__ import annotations

import errno
import os
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from grader.errors import KitError, closest
from grader.sentences import Sentence, instructor, learner_files
from grader.submissions.beneath import Anchor, SubmittedFile
from grader.submissions.names import printable, student_name

_SUFFIXES: Final = (".py", ".ipynb")
_LITTER: Final = frozenset({"__pycache__", "__MACOSX"})
_MOST_NOTES: Final = 20


class SubmissionsError(KitError):
    """Raised when a folder cannot hold a class's submissions: a mistake of the instructor, not of a student."""


class StudentFolder(msgspec.Struct, frozen=True, kw_only=True):
    """What one student handed in: paths by exercise id. There are several paths if an exercise has several files.

    If the student's folder is a link or cannot be listed, every exercise has a path for which `read_submission` reports
    that problem.
    """

    student: str
    files: dict[str, tuple[SubmittedFile, ...]]
    notes: tuple[Sentence, ...] = ()


def find_submissions(
    folder: Path, *, exercises: Sequence[str], others: Sequence[str] = ()
) -> tuple[StudentFolder, ...]:
    """Return what each student handed in for `exercises`, sorted by student.

    Hidden files and folders are ignored. So are files for `others`, the exercises of the course that are not graded
    now; these files get no note about their names. The folder stays open from now on: later reads use it even if a path
    has become a link in the meantime. Raises `SubmissionsError` if `folder` cannot be read or holds no student's
    folder.
    """
    try:
        anchor = Anchor(folder)
        _, entries = anchor.scan()
    except FileNotFoundError:
        raise SubmissionsError(instructor.NO_FOLDER(folder=str(folder))) from None
    except NotADirectoryError:
        raise SubmissionsError(instructor.NOT_A_FOLDER(folder=str(folder))) from None
    except OSError as error:
        raise SubmissionsError(instructor.CLOSED_FOLDER(folder=str(folder), error=str(error.strerror))) from error
    students = [entry for entry in entries if _is_folder(entry) and not _is_hidden_folder(entry.name)]
    names = _Names(exercises, others)
    if not students and any(names.exercise(entry.name) for entry in entries):
        raise SubmissionsError(instructor.FILES_IN_FOLDER(folder=str(folder)))
    if not students:
        raise SubmissionsError(instructor.NO_STUDENTS(folder=str(folder)))
    return _numbered(_read_student(anchor, entry, names) for entry in students)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Say whether `entry` stands for a student. Even a broken link does, so that no student is lost."""
    if not entry.is_symlink():
        return entry.is_dir()
    try:
        return not entry.is_file()
    except OSError:  # a link that leads to itself
        return True


def _is_hidden_folder(name: str) -> bool:
    """Say whether to ignore a folder.

    Two leading dots are not the custom for hidden folders, so they hide no student.
    """
    return name in _LITTER or (name.startswith(".") and not name.startswith(".."))


def _read_student(anchor: Anchor, entry: os.DirEntry[str], names: _Names) -> StudentFolder:
    student, shown = student_name(entry.name), printable(entry.name)
    everything: dict[str, tuple[SubmittedFile, ...]]
    if entry.is_symlink():
        everything = {exercise: (anchor.file(entry.name),) for exercise in names.exercises}
        return StudentFolder(student=student, files=everything, notes=(learner_files.LINKED_STUDENT(name=shown),))
    try:
        folder, entries = anchor.scan(entry.name)
    except OSError as error:
        everything = {exercise: (anchor.file(entry.name, exercise + _SUFFIXES[0]),) for exercise in names.exercises}
        note = learner_files.CLOSED_STUDENT(name=shown, reason=error.strerror or "")
        if error.errno == errno.ELOOP:
            note = learner_files.LINKED_STUDENT(name=shown)
        return StudentFolder(student=student, files=everything, notes=(note,))
    return _sort_out(student, entries, lambda name: anchor.file(entry.name, name, folder=folder), names)


def _sort_out(
    student: str, entries: list[os.DirEntry[str]], file: Callable[[str], SubmittedFile], names: _Names
) -> StudentFolder:
    files: defaultdict[str, tuple[SubmittedFile, ...]] = defaultdict(tuple)
    notes: list[Sentence] = []
    strangers = []
    for entry in entries:
        if entry.name.startswith(".") or entry.name in _LITTER:
            continue
        exercise = names.exercise(entry.name)
        if exercise in names.others:
            continue
        if exercise is None:
            strangers.append(entry)
            continue
        files[exercise] += (file(entry.name),)
        if not names.is_exact(entry.name):
            notes.append(learner_files.MISSPELT_CASE(name=printable(entry.name), closest=exercise))
    notes += [_note_on(entry, names) for entry in strangers[:_MOST_NOTES]]
    if len(strangers) > _MOST_NOTES:
        notes.append(learner_files.MORE_FILES(count=len(strangers) - _MOST_NOTES))
    return StudentFolder(student=student, files=dict(sorted(files.items())), notes=tuple(notes))


def _note_on(entry: os.DirEntry[str], names: _Names) -> Sentence:
    shown = printable(entry.name)
    if entry.is_dir(follow_symlinks=False):
        return learner_files.INNER_FOLDER(name=shown)
    closest = names.closest(entry.name)
    if closest is None:
        return learner_files.UNKNOWN_FILE(name=shown)
    return learner_files.MISSPELT_FILE(name=shown, closest=closest)


def _numbered(folders: Iterable[StudentFolder]) -> tuple[StudentFolder, ...]:
    """Sort by student. Number students whose folders differ but look the same, so that no report is lost."""
    found: dict[str, StudentFolder] = {}
    folders = sorted(folders, key=lambda folder: folder.student)
    taken = {folder.student for folder in folders}
    for folder in folders:
        number, student, notes = 1, folder.student, folder.notes
        while student in found or (number > 1 and student in taken):
            number += 1
            student = f"{folder.student} ({number})"
            notes = (*folder.notes, learner_files.SAME_NAME(number=number))
        found[student] = msgspec.structs.replace(folder, student=student, notes=notes)
    return tuple(found[student] for student in sorted(found))


class _Names:
    """Recognises the ids of exercises in file names."""

    def __init__(self, exercises: Sequence[str], others: Sequence[str] = ()) -> None:
        self.exercises = tuple(exercises)
        self.others = frozenset(others) - {*exercises}
        self._known = (*exercises, *self.others)
        self._by_fold: defaultdict[str, list[str]] = defaultdict(list)
        for exercise in self._known:
            self._by_fold[_fold(exercise)].append(exercise)

    def exercise(self, name: str) -> str | None:
        """Return the exercise that a file called `name` is for.

        Upper and lower case may differ if that is not ambiguous.
        """
        stem, suffix = os.path.splitext(name)
        if suffix.lower() not in _SUFFIXES:
            return None
        if stem in self._known:
            return stem
        alike = self._by_fold.get(_fold(stem), ())
        return alike[0] if len(alike) == 1 else None

    def is_exact(self, name: str) -> bool:
        """Say whether a file called `name`, known to be for an exercise, has exactly the right name."""
        stem, suffix = os.path.splitext(unicodedata.normalize("NFC", name))
        return suffix in _SUFFIXES and stem in {unicodedata.normalize("NFC", known) for known in self._known}

    def closest(self, name: str) -> str | None:
        """Return the right name that is most like `name`."""
        stem, suffix = os.path.splitext(name)
        alike = closest(_fold(stem), self._by_fold, cutoff=0.6)
        if alike is None:
            return None
        return self._by_fold[alike][0] + (suffix if suffix in _SUFFIXES else _SUFFIXES[0])


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
