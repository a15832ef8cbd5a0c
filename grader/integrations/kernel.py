"""Grades what the IPython kernel that this runs in has executed so far.

Under nbgrader, which runs a submission's cells in a kernel, the very same cells give the points, read off the panel's
plain text. Then the whole course's suites are used, and inputs are drawn for the student in whose folder the kernel is.
"""

from __future__ import annotations

import atexit
import os
import sys
from pathlib import Path

from msgspec.structs import replace

from grader.catalog import CatalogError, load_catalog
from grader.integrations.nbgrader import Course, find_course
from grader.lanes import Lanes, Settings
from grader.pipeline import grade_own, report_of
from grader.records import Submission
from grader.reports.panels import Panel, map_panel, report_panel
from grader.submissions import Unreadable, read_history


class Session:
    """A kernel's examiner: one warm lane, for the exercise that was checked last."""

    def __init__(self) -> None:
        self._lanes = Lanes(1)
        atexit.register(self._lanes.close)

    def check(self, which: str) -> Panel:
        """Grade a task, or an exercise, as this kernel has it. Raises `CatalogError` and `LaneError`."""
        under_nbgrader = os.environ.get("NBGRADER_EXECUTION")
        grading = under_nbgrader == "autograde"
        course = (find_course(Path.cwd()) if grading else None) or Course()
        catalog = load_catalog(Path(course.catalog) if course.catalog else None)
        exercise, task = catalog.find(which)
        submission = _submission(exercise, task, student=Path.cwd().parent.name if grading else "you")
        settings = Settings(
            root=str(catalog.root),
            exercises=(exercise,),
            course_seed=course.seed,
            trusted=True,
            quiet=True,  # else its warnings would be the cell's, for which nbgrader takes all points
        )
        (graded,) = self._lanes.grade(settings, [submission])
        report = report_of(catalog, graded)
        return report_panel(report, text=f"{report.points:.10g}" if under_nbgrader else None)


def _submission(exercise: str, task: str | None, *, student: str) -> Submission:
    blank = Submission(
        student=student, exercise=exercise, path="this notebook", tasks=(task,) if task else (), source=""
    )
    try:
        script = read_history(_inputs())
    except Unreadable as problem:
        return replace(blank, source=None, problem=str(problem))
    return replace(blank, source=script.source, places=script.places)


def _inputs() -> list[str]:
    """Return what the kernel has run, by number. Raises `CatalogError` where this is no kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        raise CatalogError("Cannot see your code: this is not a notebook. In a terminal, run `grader check`.")
    return list(shell.history_manager.input_hist_raw)


def course_panel() -> Panel:
    """Return the map of the course, from the notebooks in the current folder or from `exercises/`."""
    catalog = load_catalog()
    ids = tuple(exercise.id for exercise in catalog.exercises)
    here = Path.cwd() if any(Path(f"{id}.ipynb").is_file() for id in ids) else None
    settings = Settings(root=str(catalog.root), exercises=ids, trusted=True)
    reports = {report.id: report for report in grade_own(catalog, ids, place=here, settings=settings, jobs=2)}
    return map_panel(catalog, reports)


def session() -> Session:
    """Return this kernel's session. It survives a reload of this module, for its lane is a process."""
    found: Session | None = globals().get("_session")
    if found is None:
        found = globals()["_session"] = Session()
    return found
