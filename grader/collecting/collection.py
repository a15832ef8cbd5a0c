"""Plans what to collect from downloads: which file is whose, for which exercise, and which of several counts.

The plan is made before anything is written. `collect` shows it and writes it; `grade` does so with a download.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from grader.collecting.archives import FOREIGN_ENDINGS, bare_name, is_archive
from grader.collecting.handed import Handed
from grader.collecting.layouts import Layout, Recognition, recognise
from grader.collecting.manifest import Collected, CollectedFile, CollectedPerson
from grader.collecting.people import People, Student
from grader.collecting.platforms import is_own
from grader.collecting.sources import FILE_LIMIT, CollectError, Entry, bytes_of, listed
from grader.records import HandIn, LeftFile
from grader.roster import Roster
from grader.sentences import Sentence, Template, instructor_collecting, learner_files, verbatim
from grader.submissions import (
    ExerciseNames,
    Look,
    Unreadable,
    Version,
    choose_among,
    is_given,
    notes_on,
    printable,
    shortened,
    split_name,
)

LookAt = Callable[[bytes, str], Look]
_MOST_NEAR: Final = 1000  # files of one student whose names are compared with those of the exercises
_MOST_LOOKS: Final = 50  # files of one student whose names say nothing
_LONGEST_LOOKS: Final = 20.0  # seconds for all of them: a file can be made to take many
_REASONS: Final[dict[str, Template]] = {
    "untouched": instructor_collecting.UNTOUCHED,
    "same": instructor_collecting.SAME_CODE,
    "older": instructor_collecting.OLDER,
    "unreadable": instructor_collecting.UNREADABLE_BESIDE,
    "too many": instructor_collecting.TOO_MANY_VERSIONS,
}
_CURES: Final[dict[str, Template]] = {
    "unreadable": instructor_collecting.ASK_AGAIN,
    "too many": instructor_collecting.DECIDE,
}
_SAID: Final[dict[str, Template]] = {
    "case": learner_files.MISSPELT_CASE,
    "near": learner_files.NEAR_NAME,
    "functions": learner_files.BY_FUNCTIONS,
    "typed": learner_files.TYPED,
}


@dataclass(frozen=True, kw_only=True)
class Course:
    """What collecting needs to know of a course: its exercises with their tasks, and the tasks as students get them."""

    tasks: Mapping[str, tuple[str, ...]]
    given: Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A file that is collected, with how it is known for which exercise it is."""

    handed: Handed
    layout: Layout
    exercise: str
    how: str
    attempt: int = 0


@dataclass(frozen=True, kw_only=True)
class Collection:
    """The plan: what `collected.json` will say, and where the content of each file is.

    `content` has the file of a download for each "student/file". `layouts` are those that were recognised; `doubt` says
    that the folders could be read in another way. `litter` is the number of hidden files, which do not count.
    """

    collected: Collected
    content: Mapping[str, Entry]
    layouts: tuple[Layout, ...]
    doubt: bool
    litter: int

    def data(self, file: str) -> bytes:
        """Return the content of the file for "student/file". Raises `CollectError`."""
        entry = self.content[file]
        try:
            return bytes_of(entry)
        except Unreadable as error:
            raise CollectError(instructor_collecting.CHANGED(path=entry.shown, problem=error.sentence)) from error


@contextlib.contextmanager
def planned(
    downloads: Sequence[Path], course: Course, *, look: LookAt, roster: Roster | None = None, layout: str | None = None
) -> Iterator[Collection]:
    """Give the plan for some downloads. Inside of the block, its files can be read.

    `look` says what a file defines, without running it. With a `layout`, only that one is tried. Raises `CollectError`.
    """
    with listed(downloads) as listing:
        names = ExerciseNames(tuple(course.tasks), tasks=course.tasks)
        recognition = recognise(listing, names, roster, layout=layout)
        plan = _Planning(course, names, look, recognition, roster)
        plan.left += listing.left
        plan.run()
        yield Collection(
            collected=Collected(people=tuple(plan.people()), left=shortened(plan.left)),
            content=plan.content,
            layouts=recognition.layouts,
            doubt=recognition.doubt,
            litter=listing.litter,
        )


def _keeps_times(one: Taken) -> bool:
    """Say whether a file's time is that of the student's: in a platform's download, or in an archive of the student's.

    In a folder or an archive that a teacher made, it may be the time at which the teacher saved the file.
    """
    return one.layout.read is not None or any(map(is_archive, one.handed.entry.folders))


def _name_of_code(handed: Handed) -> str:
    """Return the name of a file, or the name that the code in a page would have."""
    return f"{handed.name}.py" if handed.is_typed else handed.name


@dataclass(kw_only=False)
class _Planning:
    course: Course
    names: ExerciseNames
    look: LookAt
    recognition: Recognition
    roster: Roster | None
    left: list[LeftFile] = field(default_factory=list)
    content: dict[str, Entry] = field(default_factory=dict)
    files: defaultdict[str, list[CollectedFile]] = field(default_factory=lambda: defaultdict(list))
    digests: dict[int, str] = field(default_factory=dict)  # by the identity of the entry
    number: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))  # of a student's files
    looks: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    spent: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    spellings: dict[str, Sentence] = field(default_factory=dict)  # of students

    def run(self) -> None:
        """Go over all files, and decide about each."""
        self.who = People([one for one, _ in self.recognition.handed], self.roster)
        taken: defaultdict[tuple[str, str], list[Taken]] = defaultdict(list)
        for handed, layout in self.recognition.handed:
            students = self.who.of(handed)
            if handed.entry.is_folder:  # somebody who handed in nothing
                continue
            for exercise, how in self._exercises(handed, students):
                for student in students:
                    taken[student.student, exercise].append(
                        Taken(handed=handed, layout=layout, exercise=exercise, how=how)
                    )
        if self.roster is None:
            self._note_spellings(taken)
        for entry in self.recognition.unexplained:
            self._exercises(Handed(entry=entry, people=(), name=entry.name), [])
        for (name, exercise), ones in sorted(taken.items()):
            self._choose(name, exercise, ones)

    def people(self) -> list[CollectedPerson]:
        """Return all students with their files, sorted."""
        return [
            CollectedPerson(
                student=one.student,
                person=one.person,
                files=tuple(self.files[one.student]),
                doubt=one.doubt or self.spellings.get(one.student),
            )
            for one in sorted(self.who.students.values(), key=lambda one: one.student.casefold())
        ]

    def _note_spellings(self, taken: Mapping[tuple[str, str], Sequence[Taken]]) -> None:
        """Note who has folders beside each other, or files for one exercise, whose names differ in capitals or signs.

        In other places, a name is only written in another way.
        """
        labels: defaultdict[tuple[str, object], set[str]] = defaultdict(set)
        for handed, _ in self.recognition.handed:
            above = [i for i, part in enumerate(handed.entry.parts[:-1]) if bare_name(part) == handed.label]
            for student in self.who.of(handed) if above else ():
                labels[student.student, handed.entry.parts[: above[0]]].add(handed.label)
        for (name, exercise), ones in taken.items():
            labels[name, exercise] |= {one.handed.label for one in ones}
        for (owner, _), spelt in labels.items():
            if len(spelt) > 1:
                names = ", ".join(sorted(spelt))
                self.spellings[owner] = instructor_collecting.SEVERAL_SPELLINGS(names=names)

    def _exercises(self, handed: Handed, students: Sequence[Student]) -> list[tuple[str, str]]:
        """Return the exercises that a file is for, and how that is known. If there are none, it is left."""
        entry, whose = handed.entry, [one.student for one in students]
        kind = ".py" if handed.is_typed else split_name(handed.name)[1]
        owner = whose[0] if whose else ""
        self.number[owner] += 1
        near = self.number[owner] <= _MOST_NEAR
        found = self.names.by_name(handed.name, near=near)
        known = "" if found is None else found.exercise
        if entry.refused is not None:
            cure = entry.cure or instructor_collecting.ASK_AGAIN()
            self._leave(entry, entry.refused, cure, whose=whose, exercise=known)
            return []
        if is_given(handed.name) or is_own(entry.name):
            own = instructor_collecting.PLATFORMS_OWN() if is_own(entry.name) else instructor_collecting.GIVEN()
            self._leave(entry, own, instructor_collecting.NOTHING_TO_DO(), whose=whose, kind="spare")
            return []
        if not kind:
            self._leave_stranger(entry, whose)
            return []
        if entry.size >= FILE_LIMIT:
            reason = instructor_collecting.TOO_LARGE(limit=FILE_LIMIT // 1_000_000)
            self._leave(entry, reason, instructor_collecting.ASK_SMALLER(), whose=whose, exercise=known)
            return []
        try:
            data = bytes_of(entry)
        except Unreadable as error:
            self._leave(entry, error.sentence, instructor_collecting.ASK_AGAIN(), whose=whose, exercise=known)
            return []
        self.digests[id(entry)] = hashlib.sha256(data).hexdigest()
        if found is not None:
            exercises: list[tuple[str, str]] = [(found.exercise, found.how)]
        else:
            how = "typed" if handed.is_typed else "functions"
            exercises = [(exercise, how) for exercise in self._by_functions(handed, owner, data)]
        if not exercises and handed.is_typed:
            reason = instructor_collecting.TYPED_WITHOUT_CODE()
            self._leave(entry, reason, instructor_collecting.READ_AND_ASK(), whose=whose)
        elif not exercises:
            closest = self.names.closest(handed.name) if near else None
            cure = instructor_collecting.RENAME() if closest is None else instructor_collecting.RENAME_TO(name=closest)
            self._leave(entry, instructor_collecting.NO_EXERCISE(), cure, whose=whose)
        elif not students:
            self._leave(entry, instructor_collecting.NO_PERSON(), instructor_collecting.NAME_LAYOUT())
            return []
        return exercises

    def _by_functions(self, handed: Handed, student: str, data: bytes) -> tuple[str, ...]:
        """Return the exercises whose functions a file defines, or the one whose folder it is in."""
        self.looks[student] += 1
        if self.looks[student] > _MOST_LOOKS or self.spent[student] > _LONGEST_LOOKS:
            return ()
        began = time.monotonic()
        defined = self.names.by_functions(self.look(data, _name_of_code(handed)).defined)
        self.spent[student] += time.monotonic() - began
        if defined or handed.is_typed:
            return defined
        folders = (self.names.by_name(f"{folder}.py") for folder in reversed(handed.entry.folders))
        return next(((found.exercise,) for found in folders if found is not None), ())

    def _choose(self, student: str, exercise: str, ones: Sequence[Taken]) -> None:
        """Take the last attempt, and of several files in it the one that was worked on or is newer."""
        turns = sorted({one.handed.turn for one in ones})
        newest = next(one for one in ones if one.handed.turn == turns[-1])
        for one in ones:
            if one.handed.turn < turns[-1]:
                self._leave_taken(one, student, instructor_collecting.EARLIER(counted=newest.handed.entry.shown))
        ones = [
            replace(one, attempt=one.handed.attempt or (len(turns) if turns[-1] else 0))
            for one in ones
            if one.handed.turn == turns[-1]
        ]
        if len(ones) == 1:
            self._take(student, ones[0])
            return

        def look(one: Taken) -> Version[Taken]:
            entry = one.handed.entry
            seen = self.look(bytes_of(entry), _name_of_code(one.handed))
            return Version(file=one, look=seen, time=entry.time if _keeps_times(one) else None)

        choice = choose_among(ones, look, self.course.given(exercise))
        counted = " / ".join(version.file.handed.entry.shown for version in choice.counted)
        for version, cause in choice.passed_over:
            problem = {"problem": version.look.problem or verbatim("")} if cause == "unreadable" else {}
            self._leave_taken(version.file, student, _REASONS[cause](counted=counted, **problem), cause=cause)
        notes = notes_on(choice, lambda one: printable(one.handed.name))
        for version in choice.counted:
            self._take(student, version.file, version.look, notes)

    def _take(self, student: str, one: Taken, look: Look | None = None, notes: Sequence[Sentence] = ()) -> None:
        handed, entry, exercise = one.handed, one.handed.entry, one.exercise
        kind = split_name(_name_of_code(handed))[1]
        if kind == "?":
            data = bytes_of(entry)
            is_notebook = (look or self.look(data, handed.name)).is_notebook or data.lstrip()[:1] == b"{"
            kind = ".ipynb" if is_notebook else ".py"
        name, copy = f"{exercise}{kind}", 1
        while f"{student}/{name}" in self.content:
            copy += 1
            name = f"{exercise} ({copy}){kind}"
        if one.how != "name":
            notes = (_SAID[one.how](name=printable(handed.name), closest=exercise), *notes)
        self.content[f"{student}/{name}"] = entry
        self.files[student].append(
            CollectedFile(
                exercise=exercise,
                file=name,
                digest=self.digests[id(entry)],
                handed_in=HandIn(
                    original=entry.shown,
                    layout=one.layout.name,
                    time=handed.time,
                    attempt=one.attempt,
                    late=handed.late,
                    participant=handed.tag if one.layout.name == "moodle" else "",
                ),
                notes=tuple(notes),
            )
        )

    def _leave_taken(self, one: Taken, student: str, reason: Sentence, *, cause: str = "") -> None:
        cure = _CURES.get(cause, instructor_collecting.NOTHING_TO_DO)()
        self.left.append(
            LeftFile(
                path=one.handed.entry.shown,
                student=student,
                exercise=one.exercise,
                kind="lost" if cause in _CURES else "spare",
                reason=reason,
                cure=cure,
            )
        )

    def _leave_stranger(self, entry: Entry, whose: Sequence[str]) -> None:
        """Leave a file that is neither a script nor a notebook."""
        if entry.name.lower().endswith(FOREIGN_ENDINGS):
            reason, cure = instructor_collecting.FOREIGN_ARCHIVE(), instructor_collecting.UNPACK_BY_HAND()
        else:
            reason, cure = instructor_collecting.NO_CODE(), instructor_collecting.ASK_FOR_CODE()
        self._leave(entry, reason, cure, whose=whose)

    def _leave(
        self,
        entry: Entry,
        reason: Sentence,
        cure: Sentence,
        *,
        whose: Sequence[str] = (),
        exercise: str = "",
        kind: Literal["lost", "spare"] = "lost",
    ) -> None:
        self.left += [
            LeftFile(path=entry.shown, student=student, exercise=exercise, kind=kind, reason=reason, cure=cure)
            for student in whose or ("",)
        ]
