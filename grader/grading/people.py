"""Adds to the students' folders what is known from elsewhere: from the record of what was collected, and the roster."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from grader.collecting import Collected, CollectedPerson, cure_of
from grader.records import LeftFile
from grader.roster import Roster
from grader.sentences import Sentence, instructor_collecting
from grader.submissions import StudentFolder


def with_people(
    students: Sequence[StudentFolder], collected: Collected | None, roster: Roster | None
) -> tuple[StudentFolder, ...]:
    """Return the students with who they are and how their files were handed in, sorted.

    Members of the class without a folder are added, so that they are in the class table.
    """
    found = {student.student: student for student in students}
    if collected is not None:
        for one in collected.people:
            folder = found.get(one.student)
            if folder is not None or not one.files:
                found[one.student] = _collected(folder or StudentFolder(student=one.student, files={}), one)
    if roster is not None:
        _add_roster(found, roster)
    return tuple(found[student] for student in sorted(found))


def _collected(folder: StudentFolder, one: CollectedPerson) -> StudentFolder:
    names = {file.name for files in folder.files.values() for file in files}
    there = [file for file in one.files if file.file in names]
    return replace(
        folder,
        person=one.person,
        handed_in={file.file: file.handed_in for file in there},
        notes=(*folder.notes, *(note for file in there for note in file.notes)),
        left=(*folder.left, *_doubts(one.student, one.doubt)),
    )


def _add_roster(found: dict[str, StudentFolder], roster: Roster) -> None:
    """Say who the students are, and add the members of the roster who have no folder."""
    there = set()
    for student, folder in found.items():
        match = roster.find(folder.person) if folder.person is not None else roster.find_text(student)
        doubt = None
        if match.person is None:
            doubt = instructor_collecting.NOT_IN_ROSTER(name=student)
            if match.candidates:
                people = ", ".join(f"{person.label} ({person.student})" for person in match.candidates)
                doubt = instructor_collecting.ONE_OF_THESE(name=student, people=people)
        elif match.person in there or not match.sure:
            doubt = instructor_collecting.PERHAPS(name=student, person=match.person.label)
        if match.person is not None:
            there.add(match.person)
            folder = replace(folder, person=match.person)
        found[student] = replace(folder, left=(*folder.left, *_doubts(student, doubt)))
    for person in roster.people:
        if person not in there and person.student not in found:
            found[person.student] = StudentFolder(student=person.student, files={}, person=person)


def _doubts(student: str, doubt: Sentence | None) -> list[LeftFile]:
    if doubt is None:
        return []
    return [LeftFile(path=student, student=student, kind="doubt", reason=doubt, cure=cure_of(doubt))]
