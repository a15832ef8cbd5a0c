"""The main job: find the submissions, read them, grade them in workers, gather and store the reports.

`grade_class` does this for a class, and `grade_own` for the user's own exercises.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from grader.catalog import Catalog
from grader.collecting import load_manifest
from grader.files import keep_backup
from grader.grading.class_files import ClassFiles
from grader.grading.merging import (
    Known,
    earlier_report,
    kept,
    known_of_all,
    merged,
    others,
    still_broken,
    under_present_names,
)
from grader.grading.people import with_people
from grader.grading.pool import grade_submissions
from grader.grading.result_cache import ResultCache
from grader.grading.settings import GradeAll, Graded, Settings
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
from grader.reports.code import forget_code, keep_code, take_over_code
from grader.reports.store import (
    ReportError,
    Stored,
    keep_seed,
    load_class,
    report_folders,
    stored_reports,
    sweep,
    write_json,
)
from grader.roster import Roster
from grader.sentences import Sentence, instructor, instructor_gradebook, learner
from grader.submissions import Reader, StudentFolder, SubmissionsError, files_beside, find_submissions

Progress = Callable[[int, int, Graded], None]


class ClassRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did: the class report, and everything in the output folder as it is now, or would be.

    `kept` are the exercises of each student that were to be graded, but for which nothing was handed in now, so that
    the result of an earlier run stays. `others` are the students with a report who are not among the submissions.
    `set_aside` are copies of reports that could not be read.
    """

    report: ClassReport
    stored: Stored
    kept: dict[str, tuple[str, ...]] = {}
    others: tuple[str, ...] = ()
    set_aside: tuple[Path, ...] = ()


def grade_class(
    catalog: Catalog,
    submissions: Path,
    out: Path,
    *,
    exercises: Sequence[str],
    jobs: int,
    settings: Settings,
    progress: Progress,
    renamed: Mapping[str, str] | None = None,
    left: Collection[str] = (),
    forget: bool = False,
    dry_run: bool = False,
    roster: Roster | None = None,
    grade_all: GradeAll | None = None,
) -> ClassRun:
    """Grade every student's folder under `submissions`.

    Write a report for each student with the code that was graded, and the class report, to `out`. What other runs
    graded stays in them.

    Results of earlier runs in `out` are used again if nothing that they depend on has changed. If inputs depend on the
    content, their seed is kept in `out`: the seed of the settings, or else that of the first run. `progress` is called
    with the number of finished submissions, their total, and the last one. `renamed` has the present name of each
    student who had another one in `out`. Those who `left` are not graded, and not in the class report. With `forget`,
    an exercise that is not there any more counts as not handed in. A `dry_run` writes results to use again, and no
    report. Members of the `roster`, or of the record of what was collected, are in the class report without a folder,
    too. `grade_all` grades what has no result yet, `jobs` at a time; left out, this machine's workers do.

    Raises `SubmissionsError` for a folder that has no submissions, contains the course or is `out`, `GradingError` if
    grading cannot go on, `ReportError` if the seed cannot be read or `out` is of another course, and `OSError` if `out`
    cannot be written.
    """
    if catalog.root.resolve().is_relative_to(submissions.resolve()):
        raise SubmissionsError(instructor.COURSE_AMONG_SUBMISSIONS(folder=str(submissions), course=str(catalog.root)))
    if out.resolve() == submissions.resolve() and not (out / "class.json").exists():
        raise SubmissionsError(instructor.OUT_IS_SUBMISSIONS(out=str(out)))
    order = [known.id for known in catalog.exercises]
    collected = load_manifest(submissions)
    with Reader() as reader:
        found = find_submissions(
            submissions,
            exercises=exercises,
            others=order,
            tasks={id: _tasks(catalog, id) for id in order},
            look=reader.look,
        )
        found = with_people(_without_out(found, submissions, out), collected, roster)
        students = tuple(s for s in _under_present_names(found, renamed or {}) if s.student not in left)
        total = sum(len(student.files) for student in students)
        if total == 0:
            raise SubmissionsError(instructor.NO_FILES(folder=str(submissions), exercise=exercises[0]))
        before = stored_reports(out)
        _require_same_course(before, order, out)
        folders = report_folders(out, [student.student for student in students], before.folders)
        sweep(out)
        if settings.inputs == "by_content":
            settings = replace(settings, course_seed=keep_seed(out, settings.course_seed))
        reports = dict(before.reports)
        kept_now: dict[str, tuple[str, ...]] = {}
        broken: list[tuple[str, BrokenCheck]] = []
        set_aside: list[Path] = []
        files = ClassFiles(catalog, students, reader)
        grade = partial(grade_all or grade_submissions, replace(settings, few=total <= jobs), jobs=jobs)
        with contextlib.closing(files.read()) as read:
            graded = grade_new(read, ResultCache(out / ".graded", catalog, settings), grade)
            counted = _counted(_with_broken(files.settle(graded), broken), total, progress)
            for now in _by_student(catalog, students, exercises, counted if dry_run else _with_code(counted, folders)):
                earlier = earlier_report(now.student, before.reports, renamed or {})
                report = merged(now, earlier, order, forget=forget)
                if not dry_run:
                    old = [name for name, now_called in (renamed or {}).items() if now_called == report.student]
                    earlier_folders = [before.folders[name] for name in old if name in before.folders]
                    _settle_code(folders[report.student], report, earlier_folders)
                    set_aside += _write_report(folders[now.student], report, before)
                reports[now.student] = report
                if stays := kept(now, report):
                    kept_now[now.student] = stays
    done = {(s.student, id) for s in students for id in exercises if id not in kept_now.get(s.student, ())}
    names = {name for name in reports if name not in left and name not in (renamed or {})}
    class_before = under_present_names(load_class(out), renamed or {})
    faults = [*broken, *still_broken(class_before, done)]
    known_now = Known(
        people={student.student: student.person for student in students if student.person is not None},
        handed_in=files.handed_in,
        left=(*files_beside(submissions), *files.left, *(collected.left if collected is not None else ())),
    )
    known = known_of_all(known_now, class_before, done)
    whole = class_report(
        tuple(reports[name] for name in sorted(names)),
        broken=[(student, check) for student, check in faults if student in names],
        whole_tasks=settings.whole_tasks,
        people=known.people,
        handed_in=known.handed_in,
        left=[file for file in known.left if file.student in names or not file.student],
    )
    if not dry_run:
        write_json(out / "class.json", whole)
    return ClassRun(
        report=whole,
        stored=Stored(reports=reports, folders=before.folders | folders, unreadable={}),
        kept=kept_now,
        others=others(names, {student.student for student in students}, renamed or {}),
        set_aside=tuple(set_aside),
    )


def _without_out(found: Sequence[StudentFolder], submissions: Path, out: Path) -> tuple[StudentFolder, ...]:
    """Return the students' folders. An output folder among them is left out if it holds no student's work."""
    name = out.resolve().name if out.resolve().parent == submissions.resolve() else None
    return tuple(student for student in found if student.files or student.student != name)


def _under_present_names(students: Sequence[StudentFolder], renamed: Mapping[str, str]) -> list[StudentFolder]:
    """Return the folders, each under the present name of its student unless there is a folder of that name, too."""
    taken = {student.student for student in students}
    return sorted(
        (
            replace(s, student=renamed[s.student]) if renamed.get(s.student, s.student) not in taken else s
            for s in students
        ),
        key=lambda student: student.student,
    )


def _require_same_course(before: Stored, order: Sequence[str], out: Path) -> None:
    """Raise `ReportError` if no exercise of any report is one of this course."""
    known = {exercise.id for report in before.reports.values() for exercise in report.exercises}
    if known and known.isdisjoint(order):
        raise ReportError(instructor_gradebook.OTHER_COURSE(out=str(out), exercises=", ".join(sorted(known)[:3])))


def _settle_code(folder: Path, report: Report, earlier: Sequence[Path]) -> None:
    """Remove code without a result, and take over that of results which are in a folder of an earlier name."""
    for exercise in report.exercises:
        if exercise.status == "not_submitted":
            forget_code(folder, exercise.id)
            continue
        for other in earlier:
            take_over_code(folder, other, exercise.id)


def _write_report(folder: Path, report: Report, before: Stored) -> list[Path]:
    """Write a student's report, and return the copy of the old one if that could not be read."""
    file = folder / "report.json"
    copies = [keep_backup(folder, "unreadable-report.json", file.read_bytes())] if file in before.unreadable else []
    write_json(file, report)
    return copies


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
        progress(done, total, one)


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
