"""The files of a class on their way to the workers: which of several count, and which are left."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cache
from pathlib import PurePath
from typing import Final

from msgspec.structs import replace

from grader.catalog import Catalog
from grader.grading.settings import Graded
from grader.records import HandIn, LeftFile, Submission
from grader.sentences import Template, instructor_collecting, joined, learner, learner_files
from grader.submissions import (
    Choice,
    Reader,
    StudentFolder,
    SubmittedFile,
    Version,
    choose_among,
    definitions,
    notes_on,
    printable,
)

_Choice = Choice[SubmittedFile]
_REASONS: Final[dict[str, Template]] = {
    "untouched": instructor_collecting.UNTOUCHED,
    "same": instructor_collecting.SAME_CODE,
    "older": instructor_collecting.OLDER,
    "unreadable": instructor_collecting.UNREADABLE_BESIDE,
    "too many": instructor_collecting.TOO_MANY_VERSIONS,
}
_CURES: Final = {"unreadable": instructor_collecting.ASK_AGAIN, "too many": instructor_collecting.DECIDE}


class ClassFiles:
    """Reads what a class handed in, and puts the results of several files for one exercise together.

    `left` are the files that do not count; it is complete when all results are there.
    """

    def __init__(self, catalog: Catalog, students: Sequence[StudentFolder], reader: Reader) -> None:
        self._catalog = catalog
        self._students = students
        self._reader = reader
        self._counted: dict[tuple[str, str], int] = {}  # how many files of a student for an exercise are graded
        self.left: list[LeftFile] = [one for student in students for one in student.left]
        self.handed_in: dict[str, dict[str, HandIn]] = {}

    def read(self) -> Generator[Submission, None, None]:
        """Yield the submissions to grade: one for each exercise of a student, or more if it is in doubt."""
        for student in self._students:
            for exercise, paths in student.files.items():
                if len(paths) == 1:
                    self._counted[student.student, exercise] = 1
                    yield self._read(student, exercise, paths[0])
                    continue
                choice = self._choose(student, exercise, paths)
                self._counted[student.student, exercise] = len(choice.counted)
                self._leave(student, exercise, choice)
                notes = notes_on(choice, lambda file: printable(file.name))
                for version in choice.counted:
                    read = self._read(student, exercise, version.file)
                    yield replace(read, notes=(*read.notes, *notes))

    def settle(self, graded: Iterable[Graded]) -> Iterator[Graded]:
        """Yield one result for each exercise of a student. Of several, the one with the most points counts for now."""
        waiting: dict[tuple[str, str], list[Graded]] = {}
        for one in graded:
            key = one.submission.student, one.submission.exercise
            results = waiting.setdefault(key, [])
            results.append(one)
            if len(results) == self._counted[key]:
                del waiting[key]
                yield self._best(results)

    def _read(self, student: StudentFolder, exercise: str, file: SubmittedFile) -> Submission:
        tasks = tuple(task.name for task in self._catalog.get(exercise).tasks)
        return self._reader.read((file,), student=student.student, exercise=exercise, tasks=tasks)

    def _choose(self, student: StudentFolder, exercise: str, paths: Sequence[SubmittedFile]) -> _Choice:
        def look(path: SubmittedFile) -> Version[SubmittedFile]:
            return Version(file=path, look=self._reader.look(path, path.name))

        return choose_among(paths, look, given(self._catalog, exercise))

    def _leave(self, student: StudentFolder, exercise: str, choice: _Choice) -> None:
        counted = joined(learner.BOTH, [printable(version.file.name) for version in choice.counted])
        for version, cause in choice.passed_over:
            problem = {"problem": version.look.problem or ""} if cause == "unreadable" else {}
            self.left.append(
                LeftFile(
                    path=f"{student.student}/{printable(version.file.name)}",
                    student=student.student,
                    exercise=exercise,
                    kind="lost" if cause == "unreadable" else "spare",
                    reason=_REASONS[cause](counted=counted, **problem),
                    cure=instructor_collecting.ASK_AGAIN()
                    if cause == "unreadable"
                    else instructor_collecting.NOTHING_TO_DO(),
                )
            )

    def _best(self, results: Sequence[Graded]) -> Graded:
        ordered = sorted(results, key=lambda one: (-_points(one), one.submission.path))
        best = ordered[0]
        student, exercise = best.submission.student, best.submission.exercise
        if best.submission.problem is not None:
            self.left += [self._unreadable(one) for one in ordered]
        elif len(ordered) > 1:
            self.left += [_doubted(one, best) for one in ordered[1:]]
        if len(ordered) > 1 and best.report is not None:
            names = joined(learner.BOTH, sorted(_name(one) for one in ordered))
            note = learner_files.IN_DOUBT(count=len(ordered), exercise=exercise, names=names, name=_name(best))
            best = replace(best, report=replace(best.report, notes=(*best.report.notes, note)))
        known = next((one for one in self._students if one.student == student), None)
        if known is not None and (handed_in := known.handed_in.get(_name(best))) is not None:
            self.handed_in.setdefault(student, {})[exercise] = handed_in
        return best

    def _unreadable(self, one: Graded) -> LeftFile:
        problem = one.submission.problem
        assert problem is not None
        return LeftFile(
            path=f"{one.submission.student}/{_name(one)}",
            student=one.submission.student,
            exercise=one.submission.exercise,
            reason=instructor_collecting.UNREADABLE(problem=problem),
            cure=instructor_collecting.ASK_AGAIN(),
        )


def _points(one: Graded) -> float:
    return 0.0 if one.report is None else one.report.points


def _name(one: Graded) -> str:
    return PurePath(one.submission.path).name


def given(catalog: Catalog, exercise: str) -> dict[str, str]:
    """Return the definitions of an exercise's tasks as students get them, by the names of the tasks."""
    return _given(catalog.text_of_stub(exercise), tuple(task.name for task in catalog.get(exercise).tasks))


@cache
def _given(stub: str, tasks: tuple[str, ...]) -> dict[str, str]:
    found = definitions(stub)
    return {task: found[task] for task in tasks if task in found}


def _doubted(one: Graded, best: Graded) -> LeftFile:
    reason = instructor_collecting.DIFFERENT(own=f"{_points(one):g}", counted=_name(best), points=f"{_points(best):g}")
    return LeftFile(
        path=f"{one.submission.student}/{_name(one)}",
        student=one.submission.student,
        exercise=one.submission.exercise,
        kind="doubt",
        reason=reason,
        cure=instructor_collecting.DECIDE(),
    )
