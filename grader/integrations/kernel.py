"""Grades what the current IPython kernel has executed so far.

nbgrader runs a submission's cells in a kernel, and reads the points from the plain text of the panels. Then the
course's own suites are used, and the inputs are drawn for the student whose folder the kernel runs in.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from grader.catalog import Catalog, CatalogError, load_catalog
from grader.grading.pipeline import grade_own, report_of
from grader.grading.pool import WorkerPool
from grader.grading.settings import Settings
from grader.installation import require_torch
from grader.integrations.nbgrader import KEPT, Course, course_above, read_course
from grader.integrations.shell import running_shell
from grader.records import ExerciseReport, Submission
from grader.reports.panels import Panel, map_panel, report_panel
from grader.reports.store import keep_seed
from grader.reports.summary import finished, first_undone, said_once
from grader.reports.terminal import plain, untouched
from grader.sentences import Sentence, learner, learner_commands
from grader.submissions import Unreadable, content_of, read_history


class Session:
    """Grades for one kernel, with one warm worker for the exercise that was checked last."""

    def __init__(self) -> None:
        self._workers = WorkerPool(1)
        self._own_seed = ""
        self._warm = ""  # the exercise that the worker is ready for
        self._said_unnamed = False  # whether a panel has said that no mistakes are named
        atexit.register(self._workers.close)

    def check(self, which: str) -> Panel:
        """Grade a task or an exercise from this kernel's inputs. Raises `CatalogError` and `GradingError`."""
        require_torch()
        under_nbgrader = os.environ.get("NBGRADER_EXECUTION")
        grading = under_nbgrader == "autograde"
        here = _folder()
        folder = course_above(here) if grading else None
        course = (read_course(folder) if folder else None) or Course()
        catalog = load_catalog(Path(course.catalog) if course.catalog else None)
        exercise, task = catalog.find(which)
        student = here.parent.name if grading else "you"
        submission = _submission(exercise, task, student=student, examples=catalog.examples(exercise))
        settings = Settings(
            root=str(catalog.root),
            exercises=(exercise,),
            course_seed=(course.seed or self._seed(folder)) if grading else "",
            inputs="by_content" if grading else "fixed",
            whole_tasks=grading and course.whole_tasks,
            relaxed_sandbox=True,
            quiet=True,  # otherwise its warnings would appear in the cell, and nbgrader would give no points
        )
        starting = not under_nbgrader and exercise != self._warm
        with _saying(learner_commands.STARTING_CHECKER()) if starting else contextlib.nullcontext():
            (graded,) = self._workers.grade(settings, [submission])
        self._warm = exercise
        report = said_once({exercise: report_of(catalog, graded)}, before=self._said_unnamed)[exercise]
        self._said_unnamed = self._said_unnamed or learner.NO_MISTAKES_NAMED() in report.notes
        worth = {task.name: task.points for task in catalog.get(exercise).tasks}
        if under_nbgrader:
            return report_panel(report, worth=worth, text=f"{report.points:.10g}")
        return report_panel(report, worth=worth, steps=_next_steps(catalog, report, task))

    def _seed(self, course: Path | None) -> str:
        """Return a seed if the course names none: the one that is stored in its folder, or one for this kernel."""
        if course is not None:
            return keep_seed(course / KEPT)
        self._own_seed = self._own_seed or secrets.token_hex(16)
        return self._own_seed


@contextlib.contextmanager
def _saying(sentence: Sentence) -> Iterator[None]:
    """Show a sentence below the cell, as long as the work in the `with` block takes."""
    shown: Any = None
    with contextlib.suppress(Exception):  # the notebook's code may have broken IPython, which harms no check
        display: Any = importlib.import_module("IPython.display").display
        shown = display(Panel(text=plain(sentence), html=f"<div>{plain(sentence)}</div>"), display_id=True)
    try:
        yield
    finally:
        with contextlib.suppress(Exception):
            if shown is not None:
                shown.update(Panel(text="", html=""))


def _next_steps(catalog: Catalog, report: ExerciseReport, task: str | None) -> list[Sentence]:
    """Return what to do after a report: correct a task, begin one, or check all tasks of the exercise."""
    undone = first_undone([report])
    if undone is not None:
        found = undone[1]
        if not found.checks or report.status in ("unreadable", "load_failed"):
            return []  # the report says what to do
        template = learner_commands.CELL_BEGIN if untouched(found) else learner_commands.CELL_CORRECT
        return [template(task=found.name)]
    if task is None:
        return finished(catalog, report)
    names = [known.name for known in catalog.get(report.id).tasks]
    following = names[names.index(task) + 1 :]
    if following:
        return [learner_commands.CELL_FOLLOWING(task=following[0])]
    return [learner_commands.CELL_LAST(exercise=report.id, number=report.id[:2])]


def _submission(exercise: str, task: str | None, *, student: str, examples: Collection[str]) -> Submission:
    blank = Submission(
        student=student, exercise=exercise, path="this notebook", tasks=(task,) if task else (), source=""
    )
    try:
        script = read_history(_inputs(), examples=examples)
    except Unreadable as problem:
        return replace(blank, source=None, problem=problem.sentence)
    return replace(blank, source=script.source, spans=script.spans, content=content_of(script.source))


def _folder() -> Path:
    """Return the folder of the notebook: the kernel was started there, but code may have changed the folder since."""
    return Path(getattr(running_shell(), "starting_dir", "") or Path.cwd())


def _inputs() -> list[str]:
    """Return the inputs that the kernel has run, by number. Raises `CatalogError` outside a kernel."""
    shell = running_shell()
    if shell is None:
        raise CatalogError(learner_commands.NO_KERNEL())
    return list(shell.history_manager.input_hist_raw)


def course_panel() -> Panel:
    """Return the map of the course, based on the notebooks in the current folder or on `exercises/`."""
    known = load_catalog()
    here = Path.cwd()
    work = known.work_folder(here)
    catalog = known.held_in(work)
    ids = tuple(exercise.id for exercise in catalog.exercises)
    place = here if any((here / f"{id}.ipynb").is_file() for id in ids) else work / "exercises"
    settings = Settings(root=str(catalog.root), exercises=ids, relaxed_sandbox=True)
    files = {id: catalog.own_files(id, place) for id in ids}
    graded = grade_own(catalog, ids, files=files, kept=work / ".grader", settings=settings, jobs=2)
    return map_panel(catalog, {report.id: report for report in graded})


def session() -> Session:
    """Return this kernel's session. It survives a reload of this module, because its worker is a process."""
    found: Session | None = globals().get("_session")
    if found is None:
        found = globals()["_session"] = Session()
    return found
