"""The run in a platform's container: grades one submission, and tells the result at every step.

A first result is written before anything else happens, and again as checks finish. So there is a result even if the run
is cut off. The run ends itself before the platform would. Running it again gives the same points.
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from multiprocessing.connection import wait
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from grader.catalog import Catalog, load_catalog
from grader.errors import KitError
from grader.grading.class_files import ClassFiles
from grader.grading.pipeline import report_of
from grader.grading.settings import Graded, Settings
from grader.grading.versions import versions
from grader.grading.warm import WarmWorker
from grader.installation import installed_version
from grader.packages.handed_in import lay_out
from grader.packages.machine import Machine
from grader.packages.outcome import Outcome, State
from grader.packages.package import COURSE, Package
from grader.records import BrokenCheck, ExerciseReport, Report, Submission, blank_report, student_report
from grader.sandbox import LAYERS
from grader.sentences import Sentence, instructor_packages, learner, learner_packages, verbatim
from grader.submissions import Reader, StudentFolder, SubmissionsError, find_submissions
from grader.submissions.names import student_name

Tell = Callable[[Outcome], None]

MARGIN: Final = 20.0  # seconds before the platform's limit, to tell the result
_OFTEN: Final = 1.0  # seconds between two results while checks finish
_MEMORY: Final = 1500 * 2**20  # bytes: see `make packages`
_ENCLOSED: Final = ({"root"}, {"landlock"})  # with one of these, a submission reads nothing of the package


class _Ended(Exception):
    """The time is used up, or the platform ends the run."""


class _NoWalls(KitError):
    """The submission could read what it must not read."""


def run(
    package: Package, folder: Path, submission: Path, *, student: str, tell: Tell, own: Collection[str] = ()
) -> Outcome:
    """Grade what is in `submission`, and return the outcome. No error is raised: an outcome says what went wrong.

    `folder` is that of the package. `student` is an identifier, on which inputs depend. `tell` gets the outcome at
    first, whenever more is known, and at the end. Files of the submission with paths among `own` are not the student's.
    """
    grading = _Run(package, folder, submission, student=student_name(student) or "student", tell=tell, own=own)
    with _ended_by_signals():
        return grading.outcome_of_all()


class _Run:
    def __init__(
        self, package: Package, folder: Path, submission: Path, *, student: str, tell: Tell, own: Collection[str]
    ) -> None:
        self._began = time.monotonic()
        self._package = package
        self._folder = folder
        self._submission = submission
        self._student = student
        self._tell = tell
        self._own = own
        self._told = 0.0
        self._machine = Machine()
        self._done: dict[str, ExerciseReport] = {}
        self._blank: dict[str, ExerciseReport] = {}
        self._partly: ExerciseReport | None = None
        self._notes: tuple[Sentence, ...] = ()
        self._broken: list[BrokenCheck] = []
        self._lost = False  # whether workers died while they graded a submission
        self._layers: tuple[str, ...] = ()

    def outcome_of_all(self) -> Outcome:
        """Grade, and return the outcome, which has been told."""
        try:
            self._announce()
            catalog = load_catalog(self._folder / COURSE)
            self._blank = {id: _not_graded(catalog, id) for id in self._package.exercises}
            self._announce()
            found = self._grade(catalog)
            if self._lost and self._machine.killed():
                outcome = self._failed()  # for want of memory, which staff read beside it
            elif found:
                outcome = self._outcome("graded")
            else:
                names = ", ".join(self._package.exercises)
                outcome = self._outcome("nothing", learner_packages.NOTHING(names=names))
        except _Ended as ended:
            seconds = f"{self._seconds():.0f}"
            if ended.args:
                said = instructor_packages.STOPPED(seconds=seconds)
            else:
                said = instructor_packages.CUT_OFF(seconds=seconds, limit=f"{self._package.seconds:g}")
            outcome = self._outcome("cut off", learner_packages.CUT_OFF(), staff=(said,))
        except _NoWalls as error:
            outcome = self._failed(error.sentence)
        except KitError as error:
            outcome = self._failed(instructor_packages.NOT_GRADED(problem=error.sentence))
        except Exception:
            outcome = self._failed(instructor_packages.UNEXPECTED(error=traceback.format_exc()))
        self._tell(outcome)
        return outcome

    def _grade(self, catalog: Catalog) -> bool:
        """Grade every exercise that was handed in. Say whether there is any."""
        settings = Settings(
            root=str(catalog.root),
            exercises=self._package.exercises,
            course_seed=self._package.seed,
            inputs="by_content",
            relaxed_sandbox=self._package.trust_submissions,
            disposable=True,
            hide_expected=self._package.hide_expected,
            whole_tasks=self._package.whole_tasks,
            few=True,
            partly=True,
        )
        closed = not self._package.hidden or close(self._folder)
        with tempfile.TemporaryDirectory(prefix="grader-") as place, Reader() as reader, WarmWorker(settings) as worker:
            students = self._students(catalog, Path(place) / "handed-in", reader)
            files = ClassFiles(catalog, students, reader)
            self._wait_until_ready(worker)
            if not (closed or self._package.trust_submissions or any(e <= {*self._layers} for e in _ENCLOSED)):
                raise _NoWalls(instructor_packages.READABLE(folder=str(self._folder)))
            self._blank = {id: _not_graded(catalog, id, worker.worth.get(id)) for id in self._package.exercises}
            for graded in files.settle(self._each(worker, files.read())):
                self._partly = None
                self._lost = self._lost or graded.report is None
                self._done[graded.submission.exercise] = report_of(catalog, graded)
                self._announce()
            for id in self._package.exercises:
                if id not in (students[0].files if students else {}):
                    blank = self._blank[id]
                    self._done[id] = replace(blank, status="not_submitted", message=learner.NOT_SUBMITTED())
        return any(student.files for student in students)

    def _students(self, catalog: Catalog, place: Path, reader: Reader) -> tuple[StudentFolder, ...]:
        """Return what was handed in, as one student's folder."""
        order = [known.id for known in catalog.exercises]
        self._notes = lay_out(self._submission, place / "files", self._own)
        try:
            found = find_submissions(
                place,
                exercises=self._package.exercises,
                others=order,
                tasks={known.id: tuple(task.name for task in known.tasks) for known in catalog.exercises},
                look=reader.look,
            )
        except SubmissionsError:
            return ()
        self._notes += tuple(note for student in found for note in student.notes)
        return tuple(replace(student, student=self._student) for student in found)

    def _wait_until_ready(self, worker: WarmWorker) -> None:
        while not worker.ready:
            self._wait(worker)
            worker.take()
        self._layers = worker.layers

    def _each(self, worker: WarmWorker, submissions: Iterator[Submission]) -> Iterator[Graded]:
        """Grade one submission after another, and tell what is known as checks finish."""
        for submission in submissions:
            worker.give(submission)
            graded = None
            while graded is None:
                self._wait(worker)
                graded = worker.take()
                self._partly = worker.partly
                if graded is None and time.monotonic() - self._told > _OFTEN:
                    self._announce()
            self._broken += graded.broken
            yield graded

    def _wait(self, worker: WarmWorker) -> None:
        """Wait for the worker's next message. Raises `_Ended` if the time is used up before."""
        left = self._package.seconds - MARGIN - self._seconds()
        if left <= 0 or not wait([worker.channel], timeout=left):
            raise _Ended

    def _announce(self) -> None:
        """Tell what is known, and that grading has not finished."""
        self._told = time.monotonic()
        self._tell(self._outcome("running", learner_packages.RUNNING()))

    def _failed(self, *staff: Sentence) -> Outcome:
        return self._outcome("failed", learner_packages.FAILED(), staff=staff)

    def _outcome(self, state: State, *student: Sentence, staff: Sequence[Sentence] = ()) -> Outcome:
        return Outcome(
            state=state,
            report=self._report(),
            student=student if self._package.hidden else (*student, learner_packages.PUBLIC_ONLY()),
            staff=(*staff, *self._about_the_machine()),
            broken=tuple(self._broken),
            layers=self._layers,
            versions={**versions(), "kit": installed_version()},
            seconds=round(self._seconds(), 2),
        )

    def _about_the_machine(self) -> Iterator[Sentence]:
        memory = self._machine.memory
        if memory and memory < _MEMORY:
            yield instructor_packages.LITTLE_MEMORY(memory=memory >> 20, needed=_MEMORY >> 20)
        if killed := self._machine.killed():
            yield instructor_packages.OUT_OF_MEMORY(count=killed, memory=memory >> 20)
        if self._layers:
            for layer in LAYERS:
                if layer.name not in self._layers:
                    yield instructor_packages.LOG_MISSING(layer=layer.name, lost=layer.lost)
        for check in self._broken:
            text = check.feedback.text().replace("\n", " ")
            yield instructor_packages.BROKEN(check=check.check, exercise=check.exercise, text=verbatim(text))

    def _report(self) -> Report:
        """Return what is known: the exercises that are graded, the one that is being graded, and blanks for others."""
        known = dict(self._blank)
        if self._partly is not None:
            known[self._partly.id] = self._partly
        known |= self._done
        in_order = tuple(known[id] for id in self._package.exercises if id in known)
        return student_report(self._student, in_order, notes=self._notes)

    def _seconds(self) -> float:
        return time.monotonic() - self._began


def _not_graded(catalog: Catalog, exercise: str, worth: Mapping[str, float] | None = None) -> ExerciseReport:
    """Return a blank report. `worth` are the points of its tasks here, which may be fewer than those of the course."""
    tasks = [(task.name, (worth or {}).get(task.name, task.points)) for task in catalog.get(exercise).tasks]
    return blank_report(exercise, tasks, "not_submitted", learner_packages.NOT_GRADED())


def close(folder: Path) -> bool:
    """Close a folder to other users, and say whether it is closed."""
    with contextlib.suppress(OSError):
        os.chmod(folder, 0o700)
    with contextlib.suppress(OSError):
        status = folder.stat()
        return status.st_uid == os.geteuid() and not status.st_mode & 0o077
    return False


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM, with which platforms end a run, raise `_Ended` in the main thread."""

    def end(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise _Ended(number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
