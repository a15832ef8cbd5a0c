"""Find the files that each student of a class handed in: `folder/<student>/<exercise>.py` or `.ipynb`."""

from __future__ import annotations

import errno
import os
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from grader.errors import KitError
from grader.records import HandIn, LeftFile
from grader.roster import Person
from grader.sentences import Sentence, instructor, instructor_collecting, learner_files
from grader.submissions.beneath import Anchor, SubmittedFile
from grader.submissions.looking import Look
from grader.submissions.names import printable, student_name
from grader.submissions.recognition import ExerciseNames, How, is_given, is_litter, split_name

LookAt = Callable[[SubmittedFile, str], Look]
_MOST_NOTES: Final = 20
_MOST_NEAR: Final = 1000  # files of one student whose names are compared with those of the exercises
_MOST_LOOKS: Final = 50  # files of one student whose names say nothing
_LONGEST_LOOKS: Final = 20.0  # seconds for all of them: a file can be made to take many
_SUREST: Final[tuple[How, ...]] = ("name", "case", "near", "functions")
_NOTES: Final = {
    "case": learner_files.MISSPELT_CASE,
    "near": learner_files.NEAR_NAME,
    "functions": learner_files.BY_FUNCTIONS,
}


class SubmissionsError(KitError):
    """Raised when a folder cannot hold a class's submissions: a mistake of the instructor, not of a student."""


class StudentFolder(msgspec.Struct, frozen=True, kw_only=True):
    """What one student handed in: paths by exercise id. There are several paths if an exercise has several files.

    If the student's folder is a link or cannot be listed, every exercise has a path for which `read_submission` reports
    that problem. `left` are the files that are for no exercise. `person` and `handed_in` (by the name of a file) are
    what is known from elsewhere.
    """

    student: str
    files: dict[str, tuple[SubmittedFile, ...]]
    notes: tuple[Sentence, ...] = ()
    left: tuple[LeftFile, ...] = ()
    person: Person | None = None
    handed_in: dict[str, HandIn] = {}


def find_submissions(
    folder: Path,
    *,
    exercises: Sequence[str],
    others: Sequence[str] = (),
    tasks: Mapping[str, Collection[str]] = {},
    look: LookAt | None = None,
) -> tuple[StudentFolder, ...]:
    """Return what each student handed in for `exercises`, sorted by student.

    A file is recognised by its name or a name that is near, or else by the functions that it defines: `look` is asked
    for them, and `tasks` are the names of the tasks of each exercise. Hidden files and folders are ignored. So are
    files for `others`, the exercises of the course that are not graded now; these files get no note about their names.
    The folder stays open from now on: later reads use it even if a path
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
    students = [entry for entry in entries if _is_folder(entry) and not is_litter(entry.name)]
    names = ExerciseNames(exercises, others, tasks)
    if not students and any(names.by_name(entry.name) for entry in entries):
        raise SubmissionsError(instructor.FILES_IN_FOLDER(folder=str(folder)))
    if not students:
        raise SubmissionsError(instructor.NO_STUDENTS(folder=str(folder)))
    found = {entry.name: _read_student(anchor, entry, names, look) for entry in students}
    return _numbered(folder for name, folder in found.items() if not _is_spare(name, folder, names))


def _is_spare(name: str, folder: StudentFolder, names: ExerciseNames) -> bool:
    """Say whether an empty folder is that of an exercise, and not of a student who handed in nothing."""
    return not (folder.files or folder.left or folder.notes) and names.by_name(f"{name}.py") is not None


def files_beside(folder: Path) -> tuple[LeftFile, ...]:
    """Return the scripts and notebooks that lie beside the students' folders, and belong to nobody."""
    try:
        _, entries = Anchor(folder).scan()
    except OSError:
        return ()
    return tuple(
        LeftFile(
            path=printable(entry.name),
            reason=instructor_collecting.BESIDE(),
            cure=instructor_collecting.PUT_INTO_A_FOLDER(),
        )
        for entry in entries
        if split_name(entry.name)[1] not in ("", "?") and not is_litter(entry.name) and not _is_folder(entry)
    )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Say whether `entry` stands for a student. Even a broken link does, so that no student is lost."""
    if not entry.is_symlink():
        return entry.is_dir()
    try:
        return not entry.is_file()
    except OSError:  # a link that leads to itself
        return True


def _read_student(anchor: Anchor, entry: os.DirEntry[str], names: ExerciseNames, look: LookAt | None) -> StudentFolder:
    student, shown = student_name(entry.name), printable(entry.name)
    everything: dict[str, tuple[SubmittedFile, ...]]
    if entry.is_symlink():
        everything = {exercise: (anchor.file(entry.name),) for exercise in names.exercises}
        return StudentFolder(student=student, files=everything, notes=(learner_files.LINKED_STUDENT(name=shown),))
    try:
        folder, entries = anchor.scan(entry.name)
    except OSError as error:
        everything = {exercise: (anchor.file(entry.name, exercise + ".py"),) for exercise in names.exercises}
        note = learner_files.CLOSED_STUDENT(name=shown, reason=error.strerror or "")
        if error.errno == errno.ELOOP:
            note = learner_files.LINKED_STUDENT(name=shown)
        return StudentFolder(student=student, files=everything, notes=(note,))
    return _sort_out(student, entries, lambda name: anchor.file(entry.name, name, folder=folder), names, look)


def _sort_out(
    student: str,
    entries: list[os.DirEntry[str]],
    file: Callable[[str], SubmittedFile],
    names: ExerciseNames,
    look: LookAt | None,
) -> StudentFolder:
    files: defaultdict[str, list[tuple[How, str]]] = defaultdict(list)
    notes: list[Sentence] = []
    strangers = []
    looks, spent = 0, 0.0
    for number, entry in enumerate(entries):
        if is_litter(entry.name):
            continue
        found = names.by_name(entry.name, near=number < _MOST_NEAR)
        exercises: tuple[str, ...] = () if found is None else (found.exercise,)
        how: How = "functions" if found is None else found.how
        kind = split_name(entry.name)[1]
        may_look = look is not None and looks < _MOST_LOOKS and spent < _LONGEST_LOOKS
        if found is None and kind and look is not None and may_look and not is_given(entry.name):
            looks, began = looks + 1, time.monotonic()
            if entry.is_file(follow_symlinks=False):
                exercises = names.by_functions(look(file(entry.name), entry.name).defined)
            spent += time.monotonic() - began
        if not exercises:
            strangers.append(entry)
        for exercise in exercises:
            if exercise in names.others:
                continue
            files[exercise].append((how, entry.name))
            if how != "name" and len(notes) < _MOST_NOTES:
                notes.append(_NOTES[how](name=printable(entry.name), closest=exercise))
    notes += [_note_on(entry, names) for entry in strangers[:_MOST_NOTES]]
    if len(strangers) > _MOST_NOTES:
        notes.append(learner_files.MORE_FILES(count=len(strangers) - _MOST_NOTES))
    return StudentFolder(
        student=student,
        files={
            exercise: tuple(file(name) for _, name in sorted(versions, key=lambda one: (_SUREST.index(one[0]), one[1])))
            for exercise, versions in sorted(files.items())
        },
        notes=tuple(notes),
        left=tuple(_left(student, entry, names, number < _MOST_NEAR) for number, entry in enumerate(strangers)),
    )


def _left(student: str, entry: os.DirEntry[str], names: ExerciseNames, near: bool) -> LeftFile:
    closest = names.closest(entry.name) if near else None
    if entry.is_dir(follow_symlinks=False):
        reason, cure = instructor_collecting.INNER_FOLDER(), instructor_collecting.COLLECT_FIRST()
    elif is_given(entry.name):
        reason, cure = instructor_collecting.GIVEN(), instructor_collecting.NOTHING_TO_DO()
    elif not split_name(entry.name)[1]:
        reason, cure = instructor_collecting.NO_CODE(), instructor_collecting.ASK_FOR_CODE()
    elif closest is not None:
        reason, cure = instructor_collecting.NO_EXERCISE(), instructor_collecting.RENAME_TO(name=closest)
    else:
        reason, cure = instructor_collecting.NO_EXERCISE(), instructor_collecting.RENAME()
    return LeftFile(
        path=f"{student}/{printable(entry.name)}",
        student=student,
        kind="spare" if is_given(entry.name) else "lost",
        reason=reason,
        cure=cure,
    )


def _note_on(entry: os.DirEntry[str], names: ExerciseNames) -> Sentence:
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
        left = tuple(msgspec.structs.replace(one, student=student) for one in folder.left)
        found[student] = msgspec.structs.replace(folder, student=student, notes=notes, left=left)
    return tuple(found[student] for student in sorted(found))
