"""Grade an nbgrader assignment with the kit: read `submitted/`, write `autograded/` and the gradebook.

A submission's notebooks are read and graded like every other submission. Then its scores are written in one
transaction. Its files are written last, each as a whole, with a digest of everything that they depend on. If a run
stops in between, the next run continues from there, and skips submissions that have not changed.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import glob
import hashlib
import os
import re
import shutil
import stat
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import dateutil.tz
from msgspec.structs import replace
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import find_all_files, parse_utc

from grader.catalog import Catalog, CatalogError
from grader.files import write_text
from grader.grading.pipeline import Progress, grade_new, report_of
from grader.grading.pool import WorkerPool
from grader.grading.result_cache import ResultCache
from grader.grading.settings import GradingError, Settings
from grader.integrations.nbgrader.course import (
    KEPT,
    CourseError,
    NothingSubmitted,
    StudentError,
    importable,
    read_config,
)
from grader.integrations.nbgrader.feedback_cells import annotate, as_node, is_unanswered, manual_score, recorded_digest
from grader.integrations.nbgrader.gradebook import Book, Notebook
from grader.records import BrokenCheck, ExerciseReport, Submission, TaskReport, faulty_checks
from grader.reports.class_table import fault_of
from grader.reports.panels import report_panel
from grader.reports.store import keep_seed
from grader.sentences import Sentence, instructor, learner
from grader.sentences.languages import render
from grader.submissions import (
    Anchor,
    ManagedCell,
    Reader,
    SubmittedFile,
    Unreadable,
    open_ordinary,
    printable,
    read_bytes,
)

_TIMESTAMP = "timestamp.txt"
_TIMESTAMP_LIMIT = 10_000  # bytes
_WRITTEN = 2  # increase this when the written files change, so that existing ones are written again
# Errors that no student causes: the course's disk is full, for example.
_EVERYBODYS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM})


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of a run: the graded students, the unchanged ones, problems and notes."""

    graded: tuple[str, ...]
    unchanged: tuple[str, ...]
    problems: tuple[Sentence, ...]
    notes: tuple[Sentence, ...]


@dataclass(kw_only=True)
class _Work:
    """One student's submission: its folder, and its reports so far, by notebook and exercise."""

    student: str
    folder: Path
    file: Callable[..., SubmittedFile]  # opens a file in that folder by its parts, without following links
    out: Path
    timestamp: datetime | None
    problem: Sentence | None  # with the time stamp
    digest: str
    submissions: dict[str, tuple[Submission, ...]]
    reports: dict[tuple[str, str], ExerciseReport] = field(default_factory=dict)
    broken: list[BrokenCheck] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The number of its submissions to grade."""
        return sum(map(len, self.submissions.values()))

    @property
    def done(self) -> bool:
        return len(self.reports) == self.number


def autograde(
    catalog: Catalog,
    course: Path,
    assignment: str,
    *,
    seed: str,
    student: str = "*",
    reader: Reader,
    workers: WorkerPool,
    warm: bool = False,
    relaxed_sandbox: bool = False,
    hide_expected: bool = False,
    whole_tasks: bool = False,
    progress: Progress,
) -> Outcome:
    """Grade what students have handed in for an assignment; only students that match the pattern `student`.

    `hide_expected` leaves out of the feedback what hidden checks expected. `whole_tasks` gives a task its points only
    if all its checks pass. Inputs are drawn from `seed`, or, if the
    course names none, from one that is stored in its folder. `warm` starts all workers first, even if there is little
    to grade.

    A problem of one student is listed in the outcome, and the other students are still graded. Raises `CourseError` for
    a course that cannot be graded, `NothingSubmitted` if no student has handed in, and `GradingError` and `OSError` as
    grading does.
    """
    config = read_config(course)
    converter, plugin = _configured(course, config)
    directory = converter.coursedir
    with _lock(course), Book(directory) as book:
        notebooks = book.notebooks(assignment)
        exercises = _exercises(catalog, assignment, notebooks)
        every = tuple(sorted({id for ids in exercises.values() for id in ids}))
        _require_outside(catalog, directory, assignment)
        settings = Settings(
            root=str(catalog.root),
            exercises=every,
            course_seed=seed or keep_seed(course / KEPT),
            inputs="by_content",
            relaxed_sandbox=relaxed_sandbox,
            hide_expected=hide_expected,
            whole_tasks=whole_tasks,
        )
        cache = ResultCache(course / KEPT, catalog, settings)
        settings = replace(settings, sources=cache.about, rehearse=warm)
        if warm:
            workers.warm_up(settings)
        # The addresses of functions change from run to run, but the functions are the same.
        about = re.sub(r" at 0x[0-9a-f]+", "", repr((_WRITTEN, notebooks, {**config, "CourseDirectory": None})))
        found = _found(directory, assignment, student)
        anchor = Anchor(_fixed(directory, assignment))
        hooks = _Hooks(course, converter, assignment, student)
        for _, folder in found:
            hooks.run("pre_convert_hook", folder)
        refused: list[Sentence] = []

        def read() -> Iterator[_Work | None]:
            for name, path in found:
                with _for_one(name, book, refused):
                    _require_writable(name)
                    due = f"{about}\n{book.due(assignment, name)!r}"
                    file = partial(anchor.file, *path.relative_to(anchor.path).parts)
                    work = _work(reader, cache, directory, assignment, notebooks, exercises, name, path, file, due)
                    yield work
                    continue
                yield None

        each = sum(map(len, exercises.values()))
        reading = _Reading(read(), partial(_is_done, book, assignment), students=len(found), submissions=each)
        if not warm:
            reading.read_all()  # the number of workers depends on it; warm workers already run
        graded: list[str] = []
        for work in _graded(catalog, reading, cache, settings, workers, progress):
            with _for_one(work.student, book, refused):
                _record(book, reader, converter, plugin, assignment, notebooks, work)
                graded.append(work.student)
                hooks.run("post_convert_hook", work.folder)
    return Outcome(
        graded=tuple(sorted(graded)),
        unchanged=tuple(work.student for work in reading.unchanged),
        problems=(
            *hooks.problems,
            *(work.problem for work in reading.changed if work.problem),
            *_strangers(reading.changed, notebooks),
            *refused,
        ),
        notes=(*_by_person(notebooks), *_not_run(config), *_unsafe_pages(config), *_at_fault(reading.changed)),
    )


def _at_fault(works: Iterable[_Work]) -> Iterator[Sentence]:
    """Yield sentences about the checks that were at fault in this run, each with what it said."""
    found = faulty_checks((work.student, check) for work in works for check in work.broken)
    if found:
        yield instructor.CHECKS_AT_FAULT()
    for check in found:
        yield fault_of(check)
        for line in check.feedback.lines():
            if line.field not in ("next_step", "misconception"):  # which are for a student
                yield line.text if line.label is None else learner.LABELLED(label=line.label, text=line.text)


class _Reading:
    """Reads one submission after another, and yields those that have changed since they were graded."""

    def __init__(
        self, works: Iterator[_Work | None], is_done: Callable[[_Work], bool], *, students: int, submissions: int
    ) -> None:
        """Read `works` when they are needed.

        There are `students` of them, each with at most `submissions` submissions. A work is None for a student of whom
        nothing can be graded.
        """
        self._works = works
        self._is_done = is_done
        self._remaining = students
        self._each = submissions
        self._next: deque[_Work] = deque()
        self.changed: list[_Work] = []
        self.unchanged: list[_Work] = []

    @property
    def expected(self) -> int:
        """The number of submissions to grade, as far as it is known."""
        return sum(work.number for work in self.changed) + self._each * self._remaining

    def read_all(self) -> None:
        """Read all remaining submissions now."""
        while self._remaining:
            self._read_one()

    def __iter__(self) -> Iterator[_Work]:
        while self._next or self._remaining:
            if self._next:
                yield self._next.popleft()
            else:
                self._read_one()

    def _read_one(self) -> None:
        work = next(self._works)
        self._remaining -= 1
        if work is None:
            return
        if self._is_done(work):
            self.unchanged.append(work)
        else:
            self.changed.append(work)
            self._next.append(work)


def _configured(course: Path, config: Any) -> tuple[Autograde, BasePlugin]:
    """Return nbgrader's own command with the course's configuration, and its plugin for late submissions."""
    try:
        with importable(course):
            late = AssignLatePenalties(config=config)
            late.init_plugin()
            return Autograde(CourseDirectory(config=config), config=config), late.plugin_inst
    except Exception as error:  # a value that nbgrader refuses, or any error of a plugin
        cause = " ".join(str(error).split())
        raise CourseError(instructor.REFUSED_CONFIG(course=str(course), error=cause)) from None


class _Hooks:
    """The course's hooks, which nbgrader calls before and after it converts a submission; `problems` lists failures."""

    def __init__(self, course: Path, converter: Autograde, assignment: str, student: str) -> None:
        self._course = course
        self._converter = converter
        self._given = {"assignment": assignment, "student": student}  # the student pattern, as in nbgrader
        self.problems: list[Sentence] = []

    def run(self, name: str, folder: Path) -> None:
        """Call a hook, if the course has it, for the notebooks in a student's folder."""
        hook = getattr(self._converter, name)
        if hook is None:
            return
        try:
            with importable(self._course):
                hook(**self._given, notebooks=sorted(map(str, folder.glob("*.ipynb"))))
        except Exception as error:  # an instructor's code may raise anything
            cause = f"{type(error).__name__}: {error}"
            self.problems.append(instructor.HOOK_FAILED(hook=name, folder=str(folder), error=cause))


def _exercises(catalog: Catalog, assignment: str, notebooks: Sequence[Notebook]) -> dict[str, tuple[str, ...]]:
    """Return the exercises that the tasks of each notebook belong to. Raises `CourseError`."""
    if not any(notebook.tasks for notebook in notebooks):
        raise CourseError(instructor.FOREIGN_ASSIGNMENT(assignment=assignment))
    try:
        return {nb.name: tuple(dict.fromkeys(catalog.find(task)[0] for task in nb.tasks)) for nb in notebooks}
    except CatalogError as error:
        raise CourseError(instructor.ASSIGNMENT_ERROR(assignment=assignment, problem=error.sentence)) from None


def _require_outside(catalog: Catalog, directory: CourseDirectory, assignment: str) -> None:
    """Raise `CourseError` if the course's suites are in a folder that students hand in."""
    submitted = directory.format_path(directory.submitted_directory, "\0", assignment).partition("\0")[0]
    if catalog.root.resolve().is_relative_to(Path(submitted).resolve()):
        raise CourseError(instructor.SUITES_AMONG_SUBMISSIONS(course=str(catalog.root)))


def _found(directory: CourseDirectory, assignment: str, student: str) -> list[tuple[str, Path]]:
    """Return the students who have handed in, each with the folder."""
    marker = "\0"
    before, _, after = directory.format_path(directory.submitted_directory, marker, glob.escape(assignment)).partition(
        marker
    )
    excluded = set(filter(None, directory.student_id_exclude.split(",")))
    folders = sorted(glob.glob(f"{glob.escape(before)}{student}{after}"))
    end = len(directory.format_path(directory.submitted_directory, marker, assignment).partition(marker)[2])
    found = [(path[len(before) : len(path) - end], Path(path)) for path in folders if os.path.isdir(path)]
    if not found:
        near = directory.format_path(directory.submitted_directory, student, "*")
        if student != "*" and glob.glob(f"{glob.escape(before)}*{after}"):
            raise NothingSubmitted(instructor.NO_SUCH_STUDENTS(assignment=assignment, student=student))
        others = sorted({os.path.basename(path) for path in glob.glob(near)})
        under = {"assignment": assignment, "folder": str(directory.submitted_directory)}
        if others:
            raise NothingSubmitted(instructor.NOTHING_FOR_ASSIGNMENT(**under, others=", ".join(others)))
        raise NothingSubmitted(instructor.NOTHING_AT_ALL(**under))
    return [(name, path) for name, path in found if name not in excluded]


def _fixed(directory: CourseDirectory, assignment: str) -> Path:
    """Return the folder above all students' folders."""
    before = directory.format_path(directory.submitted_directory, "\0", assignment).partition("\0")[0]
    return Path(before if before.endswith(os.sep) else os.path.dirname(before))


def _work(
    reader: Reader,
    cache: ResultCache,
    directory: CourseDirectory,
    assignment: str,
    notebooks: Sequence[Notebook],
    exercises: Mapping[str, Sequence[str]],
    student: str,
    folder: Path,
    file: Callable[..., SubmittedFile],
    about: str,
) -> _Work:
    submissions: dict[str, tuple[Submission, ...]] = {}
    written, timestamp, problem = _handed_in_at(file(_TIMESTAMP))
    digest = hashlib.sha256(f"{about}\n{written}".encode("utf-8", "surrogatepass"))
    for notebook in notebooks:
        path = file(f"{notebook.name}.ipynb")
        if not path.path.is_file():
            continue
        wanted = exercises[notebook.name]
        read = reader.read_managed(path, student=student, exercises=wanted, cells=notebook.cells)
        submissions[notebook.name] = read.submissions
        digest.update("".join((read.digest, *(cache.key(submission) for submission in read.submissions))).encode())
    return _Work(
        student=student,
        folder=folder,
        file=file,
        out=Path(directory.format_path(directory.autograded_directory, student, assignment)),
        timestamp=timestamp,
        problem=problem,
        digest=digest.hexdigest(),
        submissions=submissions,
    )


def _handed_in_at(stamp: SubmittedFile) -> tuple[str, datetime | None, Sentence | None]:
    """Return a time stamp's text, its time if it has one, and otherwise the problem with it."""
    if not stamp.path.is_file():
        return "", None, None
    try:
        data = read_bytes(stamp, limit=_TIMESTAMP_LIMIT)
    except Unreadable as error:
        return "", None, instructor.UNREADABLE_TIME(path=str(stamp), problem=error.sentence)
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    written = data.decode("utf-16" if marked else "utf-8-sig", "replace").strip()
    shown = printable(written[:40])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # about an unknown time zone, which would be read as UTC
            timestamp = parse_utc(written) if written else None
    except Exception:  # dateutil raises many kinds
        return written, None, instructor.NO_TIME(path=str(stamp), text=shown)
    zone = written.split(" ")[2:]
    if len(zone) == 1 and not re.fullmatch(r"[+-]?\d+", zone[0]) and dateutil.tz.gettz(zone[0]) is None:
        return written, None, instructor.NO_ZONE(path=str(stamp), text=shown)
    return written, timestamp, None


def _is_done(book: Book, assignment: str, work: _Work) -> bool:
    """Say whether an earlier run has already written all of this."""
    if not work.submissions:  # no notebook to hold a digest
        return _notebooks_in(work.out) == set() and book.has_nothing(assignment, work.student, work.timestamp)
    try:
        written = [(work.out / f"{name}.ipynb").read_bytes() for name in work.submissions]
        return all(recorded_digest(text) == work.digest for text in written)
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _graded(
    catalog: Catalog, reading: _Reading, cache: ResultCache, settings: Settings, workers: WorkerPool, progress: Progress
) -> Iterator[_Work]:
    """Yield each student's work when all of it is graded."""
    by_submission: dict[tuple[str, str, str], tuple[_Work, str]] = {}
    blank: deque[_Work] = deque()  # works with nothing to grade

    def submissions() -> Iterator[Submission]:
        for work in reading:
            if work.done:
                blank.append(work)
            for name, read in work.submissions.items():
                for submission in read:
                    by_submission[submission.student, submission.path, submission.exercise] = (work, name)
                    yield submission

    grade = partial(workers.grade, settings, total=reading.expected)
    for done, graded in enumerate(grade_new(submissions(), cache, grade), start=1):
        submission = graded.submission
        work, name = by_submission[submission.student, submission.path, submission.exercise]
        work.reports[name, submission.exercise] = report_of(catalog, graded)
        work.broken += graded.broken
        progress(done, reading.expected, graded)
        if work.done:
            yield work
        while blank:
            yield blank.popleft()
    yield from blank


def _record(
    book: Book,
    reader: Reader,
    converter: Autograde,
    plugin: BasePlugin,
    assignment: str,
    notebooks: Sequence[Notebook],
    work: _Work,
) -> None:
    """Write one student's scores, then the files that show them."""
    scores: dict[str, dict[str, float | None]] = {}
    comments: dict[str, dict[str, str | None]] = {}
    files: dict[str, str] = {}
    for notebook in notebooks:
        if notebook.name not in work.submissions:
            continue
        reports = [work.reports[notebook.name, s.exercise] for s in work.submissions[notebook.name]]
        tasks = {task.name: (report, task) for report in reports for task in report.tasks}
        path = work.file(f"{notebook.name}.ipynb")
        read = reader.read_managed(path, student=work.student, exercises=(), cells=notebook.cells)
        nb = as_node(read.notebook, notebook)
        given: dict[str, float | None] = {}
        panels = {}
        for cell in notebook.cells:
            if cell.points is None:
                continue
            if cell.checks is None:
                given[cell.name] = manual_score(nb, cell)
                continue
            report, task = tasks[cell.checks]
            given[cell.name] = _scaled(task, cell)
            panels[cell.name] = report_panel(_of_task(report, task), text=f"{given[cell.name]:.10g}")
        scores[notebook.name] = given
        comments[notebook.name] = {
            cell.name: "No response." for cell in notebook.cells if cell.solution and is_unanswered(nb, cell)
        }
        problem = next((render(s.problem) for s in work.submissions[notebook.name] if s.problem is not None), "")
        files[notebook.name] = annotate(nb, panels, note=problem, digest=work.digest)
    book.record(
        assignment,
        work.student,
        timestamp=work.timestamp,
        scores=scores,
        comments=comments,
        plugin=plugin,
        create_student=converter.create_student,
    )
    others = _others(converter, assignment, work)
    _remove_all_but({*others, *(Path(f"{name}.ipynb") for name in files)}, work.out)
    for beside, source in others.items():
        target = work.out / beside
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        _copy(source, target)
    for name, text in files.items():  # last, because their digests say that everything else is written
        write_text(work.out / f"{name}.ipynb", text)
    converter.set_permissions(assignment, work.student)


def _copy(source: str | SubmittedFile, target: Path) -> None:
    """Copy a file of the course, or a handed-in file if it is still an ordinary file."""
    if isinstance(source, str):
        shutil.copy(source, target)
        return
    with contextlib.suppress(Unreadable), open_ordinary(source) as file, open(target, "xb") as copy:
        shutil.copyfileobj(file, copy)


def _scaled(task: TaskReport, cell: ManagedCell) -> float:
    """Return a task's points, scaled to the points of its cell, which an instructor may have changed."""
    assert cell.points is not None
    return task.points * cell.points / task.max_points if task.max_points else 0.0


def _of_task(report: ExerciseReport, task: TaskReport) -> ExerciseReport:
    return replace(report, tasks=(task,), points=task.points, max_points=task.max_points)


def _others(converter: Autograde, assignment: str, work: _Work) -> dict[Path, str | SubmittedFile]:
    """Return the other files beside the notebooks, as nbgrader would copy them, each with its source.

    They are the student's other files, and the course's own files, which replace or add to them.
    """
    directory = converter.coursedir
    ignored = [*directory.ignore, "*.ipynb"]
    source = directory.format_path(directory.source_directory, ".", assignment)
    kept = converter.exclude_overwriting.get(assignment, [])
    own = {Path(os.path.relpath(name, source)): name for name in find_all_files(source, ignored)}
    own = {name: path for name, path in own.items() if str(name) not in kept}
    folders = {above for name in own for above in name.parents}
    found: dict[Path, str | SubmittedFile] = {}
    for path in find_all_files(str(work.folder), ignored):
        name = Path(os.path.relpath(path, work.folder))
        # A link may lead to files of others, and opening a pipe could wait without end.
        if stat.S_ISREG(os.lstat(path).st_mode) and name not in folders and own.keys().isdisjoint(name.parents):
            found[name] = work.file(*name.parts)
    return {**found, **own}


def _remove_all_but(wanted: set[Path], folder: Path) -> None:
    """Remove files of an earlier submission from a folder, so that it looks as if nbgrader had just made it."""
    folder.mkdir(parents=True, exist_ok=True)
    for above, folders, files in os.walk(folder, topdown=False):
        for path in (Path(above, name) for name in files):
            if path.relative_to(folder) not in wanted:
                path.unlink()
        for path in (Path(above, name) for name in folders):
            if path.is_symlink():
                path.unlink()
            elif not any(path.iterdir()):
                path.rmdir()


def _notebooks_in(folder: Path) -> set[str] | None:
    """Return the names of the notebooks in a folder; None if there is no such folder."""
    return {path.name for path in folder.glob("*.ipynb")} if folder.is_dir() else None


def _strangers(works: Iterable[_Work], notebooks: Sequence[Notebook]) -> list[Sentence]:
    """Return notes about handed-in notebooks that the assignment does not have."""
    known = {f"{notebook.name}.ipynb" for notebook in notebooks}
    return [
        instructor.OTHER_NOTEBOOK(student=printable(work.student), name=printable(path.name))
        for work in works
        for path in sorted(work.folder.glob("*.ipynb"))
        if path.name not in known
    ]


def _by_person(notebooks: Sequence[Notebook]) -> list[Sentence]:
    """Return notes about code cells that a person must grade: tests that are not the kit's."""
    foreign = [
        cell.name
        for notebook in notebooks
        for cell in notebook.cells
        if cell.points is not None and cell.kind == "code" and cell.checks is None and not cell.solution
    ]
    if not foreign:
        return []
    return [instructor.FOREIGN_TESTS(names=", ".join(foreign))]


def _not_run(config: Any) -> list[Sentence]:
    """Return notes about the course's own preprocessors, which are not run."""
    named = ("sanitize_preprocessors", "autograde_preprocessors")
    own = [f"c.Autograde.{name}" for name in named if name in config.Autograde]
    if not own:
        return []
    return [instructor.NOT_RUN(names=", ".join(own))]


def _unsafe_pages(config: Any) -> list[Sentence]:
    """Return a note if the course lets scripts in students' text run in the pages that show it."""
    exporter = config.HTMLExporter
    if exporter.get("sanitize_html") and "markdown2html" in exporter.get("filters", ()):
        return []
    return [instructor.SCRIPTS_IN_PAGES()]


def _require_writable(student: str) -> None:
    """Raise `StudentError` for a name that no gradebook can hold."""
    try:
        student.encode()
    except UnicodeEncodeError:
        raise StudentError(instructor.NAME_NOT_TEXT(student=printable(student))) from None


@contextlib.contextmanager
def _for_one(student: str, book: Book, problems: list[Sentence]) -> Iterator[None]:
    """Turn an error in one student's submission into a problem, so that the other students are still graded.

    Expected problems are reported elsewhere; this is for unexpected errors.
    """
    try:
        yield
        return
    except StudentError as error:
        problems.append(error.sentence)
    except (CourseError, GradingError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _EVERYBODYS:
            raise
        cause = " ".join(printable(f"{type(error).__name__}: {error}").split())
        problems.append(instructor.UNEXPECTED(student=printable(student), error=cause))
    book.roll_back()


@contextlib.contextmanager
def _lock(course: Path) -> Iterator[None]:
    """Lock the course, so that no second run starts during this one."""
    import fcntl  # missing on Windows, where no submission of others is graded

    folder = course / KEPT
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(instructor.ANOTHER_RUN(course=str(course))) from None
        yield
