"""The main job: find the submissions, read them, grade them in workers, gather and store the reports.

`grade_class` does this for a class, and `grade_own` for the user's own exercises.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from grader.catalog import Catalog
from grader.grading.pool import grade_submissions
from grader.grading.result_cache import ResultCache
from grader.grading.settings import Graded, Settings
from grader.records import (
    BrokenCheck,
    ClassReport,
    ExerciseReport,
    ExerciseStatus,
    Report,
    Submission,
    blank_report,
    class_report,
    student_report,
)
from grader.reports.code import forget_code, keep_code
from grader.reports.store import keep_seed, report_folders, sweep, write_json
from grader.sentences import Sentence, instructor, learner
from grader.submissions import Reader, StudentFolder, SubmissionsError, find_submissions

Progress = Callable[[int, int, Submission], None]


def grade_class(
    catalog: Catalog,
    submissions: Path,
    out: Path,
    *,
    exercises: Sequence[str],
    jobs: int,
    settings: Settings,
    progress: Progress,
) -> ClassReport:
    """Grade every student's folder under `submissions`.

    Write a report for each student with the code that was graded, and the class report, to `out`.

    Results of earlier runs in `out` are used again if nothing that they depend on has changed. If inputs depend on the
    content, their seed is kept in `out`: the seed of the settings, or else that of the first run. `progress` is called
    with the number of finished submissions, their total, and the last one.

    Raises `SubmissionsError` for a folder that has no submissions or contains the course, `GradingError` if grading
    cannot go on, `ReportError` if the seed cannot be read, and `OSError` if `out` cannot be written.
    """
    if catalog.root.resolve().is_relative_to(submissions.resolve()):
        raise SubmissionsError(instructor.COURSE_AMONG_SUBMISSIONS(folder=str(submissions), course=str(catalog.root)))
    students = find_submissions(submissions, exercises=exercises, others=[known.id for known in catalog.exercises])
    folders = report_folders(out, [student.student for student in students])
    total = sum(len(student.files) for student in students)
    if total == 0:
        raise SubmissionsError(instructor.NO_FILES(folder=str(submissions), exercise=exercises[0]))
    sweep(out)
    if settings.inputs == "by_content":
        settings = replace(settings, course_seed=keep_seed(out, settings.course_seed))
    reports: dict[str, Report] = {}
    broken: list[tuple[str, BrokenCheck]] = []
    grade = partial(grade_submissions, replace(settings, few=total <= jobs), jobs=jobs)
    with contextlib.closing(_read_all(catalog, students)) as read:
        graded = _with_broken(grade_new(read, ResultCache(out / ".graded", catalog, settings), grade), broken)
        counted = _with_code(_counted(graded, total, progress), folders)
        for report in _by_student(catalog, students, exercises, counted):
            for exercise in report.exercises:
                if exercise.status == "not_submitted":
                    forget_code(folders[report.student], exercise.id)
            write_json(folders[report.student] / "report.json", report)
            reports[report.student] = report
    in_order = tuple(reports[student.student] for student in students)
    whole = class_report(in_order, broken=broken, whole_tasks=settings.whole_tasks)
    write_json(out / "class.json", whole)
    return whole


def grade_own(
    catalog: Catalog,
    exercises: Sequence[str],
    *,
    files: Mapping[str, Sequence[Path]] | None = None,
    kept: Path | None = None,
    tasks: tuple[str, ...] = (),
    settings: Settings,
    jobs: int,
) -> Iterator[ExerciseReport]:
    """Grade the `files` of each exercise and yield a report for it.

    They are those in the course's own `exercises/` if they are not given. An exercise without a file also has a report.
    If there are `tasks`, only these are graded. Results are kept in the folder `kept`, the course's own `.grader/` if
    it is not given, and used again while nothing has changed. Raises `GradingError`.
    """
    cache = ResultCache(kept or catalog.root / ".grader", catalog, settings)
    left: list[Submission] = []
    with Reader() as reader:
        for id in exercises:
            paths = catalog.own_files(id) if files is None else tuple(files[id])
            if not paths:
                yield _blank(catalog, id, "not_submitted", learner.NOT_SUBMITTED())
                continue
            read = reader.read(paths, student="you", exercise=id, tasks=_tasks(catalog, id))
            submission = replace(read, tasks=tasks)
            found = cache.find(submission)
            if found is None:
                left.append(submission)
            else:
                yield report_of(catalog, found)
    jobs = min(jobs, max(1, len(left)))
    for graded in grade_submissions(replace(settings, few=len(left) <= jobs), left, jobs=jobs):
        if graded.report is not None and not tasks:
            with contextlib.suppress(OSError):  # then it is graded again the next time
                cache.keep_only(graded)
        yield report_of(catalog, graded)


def _read_all(catalog: Catalog, students: Iterable[StudentFolder]) -> Generator[Submission, None, None]:
    with Reader() as reader:
        for student in students:
            for exercise, paths in student.files.items():
                tasks = _tasks(catalog, exercise)
                yield reader.read(paths, student=student.student, exercise=exercise, tasks=tasks)


def _tasks(catalog: Catalog, exercise: str) -> tuple[str, ...]:
    return tuple(task.name for task in catalog.get(exercise).tasks)


def grade_new(
    submissions: Iterable[Submission], cache: ResultCache, grade: Callable[[Iterable[Submission]], Iterator[Graded]]
) -> Iterator[Graded]:
    """Grade the submissions that have no result from an earlier run, and yield all of them.

    Raises `GradingError` and `OSError`.
    """
    found: deque[Graded] = deque()

    def left() -> Iterator[Submission]:
        for submission in submissions:
            known = cache.find(submission)
            if known is None:
                yield submission
            else:
                found.append(known)

    for graded in grade(left()):
        cache.keep(graded)
        yield graded
        while found:
            yield found.popleft()
    yield from found


def _with_broken(graded: Iterable[Graded], broken: list[tuple[str, BrokenCheck]]) -> Iterator[Graded]:
    """Yield these results, and add the checks that were at fault to `broken`, with their students."""
    for one in graded:
        broken += [(one.submission.student, check) for check in one.broken]
        yield one


def _with_code(graded: Iterable[Graded], folders: Mapping[str, Path]) -> Iterator[Graded]:
    """Yield these results, and keep the code of each in its student's folder."""
    for one in graded:
        keep_code(folders[one.submission.student], one.submission)
        yield one


def _counted(graded: Iterable[Graded], total: int, progress: Progress) -> Iterator[Graded]:
    for done, one in enumerate(graded, start=1):
        yield one
        progress(done, total, one.submission)


def _by_student(
    catalog: Catalog, students: Sequence[StudentFolder], exercises: Sequence[str], graded: Iterable[Graded]
) -> Iterator[Report]:
    """Yield each student's report as soon as all files of that student are graded."""
    done: dict[str, dict[str, ExerciseReport]] = {student.student: {} for student in students}
    by_name = {student.student: student for student in students}
    for student in students:
        if not student.files:
            yield _report(catalog, student, exercises, {})
    for one in graded:
        student = by_name[one.submission.student]
        finished = done[student.student]
        finished[one.submission.exercise] = report_of(catalog, one)
        if len(finished) == len(student.files):
            yield _report(catalog, student, exercises, finished)


def report_of(catalog: Catalog, graded: Graded) -> ExerciseReport:
    """Return the report of a graded submission. If its workers died, the report is blank."""
    if graded.report is not None:
        return graded.report
    return _blank(catalog, graded.submission.exercise, "load_failed", learner.ENDED_THE_GRADER())


def _report(
    catalog: Catalog, student: StudentFolder, exercises: Sequence[str], finished: dict[str, ExerciseReport]
) -> Report:
    in_order = tuple(
        finished.get(id) or _blank(catalog, id, "not_submitted", learner.NOT_SUBMITTED()) for id in exercises
    )
    return student_report(student.student, in_order, notes=student.notes)


def _blank(catalog: Catalog, exercise: str, status: ExerciseStatus, message: Sentence) -> ExerciseReport:
    tasks = [(task.name, task.points) for task in catalog.get(exercise).tasks]
    return blank_report(exercise, tasks, status, message)
