"""Shows feedback in a notebook, as HTML, or as plain text where HTML cannot be shown."""

from __future__ import annotations

import functools
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from grader.catalog import Catalog
from grader.records import ExerciseReport
from grader.reports.shown import WIDTH, ShownTask, environment, shown_task
from grader.reports.status import course_map, marks, remarks
from grader.reports.terminal import earned_of, exercise_feedback, plain, points
from grader.sentences import Sentence, learner, learner_commands

if TYPE_CHECKING:
    import jinja2
    from rich.console import RenderableType


class Panel:
    """What a notebook shows: HTML, or plain text where HTML cannot be shown."""

    def __init__(self, *, text: str, html: str) -> None:
        self.text = text
        self.html = html

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def report_panel(
    report: ExerciseReport,
    *,
    text: str | None = None,
    worth: Mapping[str, float] | None = None,
    steps: Sequence[Sentence] = (),
) -> Panel:
    """Return the feedback on an exercise, or on the tasks of it that were graded.

    A task that fails is shown in brief, as `grader check` shows it; all of it can be opened. `text` replaces the plain
    text, which is in full. `worth` are the tasks' points at grading, if more checks follow there. `steps` are the
    sentences below.
    """
    at_grading = worth or {}
    notes = [plain(note) for note in report.notes]
    ungraded = report.status != "graded"
    if report.message is not None and ungraded:
        notes.append(plain(report.message))
    broken = report.status in ("not_submitted", "unreadable", "load_failed")
    html = _html(
        title=None if len(report.tasks) == 1 and not broken else report.id,
        earned=_earned(report, sum(max(task.max_points, at_grading.get(task.name, 0.0)) for task in report.tasks)),
        notes=notes,
        tasks=[] if broken else [shown_task(task, at_grading.get(task.name, 0.0)) for task in report.tasks],
        steps=steps,
    )
    if text is None:
        text = "\n".join([_plain_text(exercise_feedback(report, at_grading)), *map(plain, steps)])
    return Panel(text=text, html=html)


def note_panel(title: str, note: str) -> Panel:
    """Return a panel with one message."""
    return Panel(text=f"{title}: {note}", html=_html(title=title, notes=[note]))


def map_panel(catalog: Catalog, reports: Mapping[str, ExerciseReport]) -> Panel:
    """Return the map of a course, as the terminal shows it."""
    found = marks(catalog, reports)
    rows = [
        {
            "mark": found[e.id],
            "name": f"{e.id[:2]} {e.title}",
            "needs": ", ".join(needed[:2] for needed in e.prerequisites),
            "points": learner.POINTS(points=points(reports[e.id].points), most=points(reports[e.id].max_points)),
        }
        for e in catalog.exercises
    ]
    html = _html(title=learner_commands.MAP_TITLE(), rows=rows, notes=remarks(catalog, reports))
    return Panel(text=_plain_text(course_map(catalog, reports)), html=html)


def _earned(report: ExerciseReport, worth: float) -> Sentence:
    return earned_of(report.points, report.max_points, worth, in_full=True)


def _plain_text(shown: RenderableType) -> str:
    from rich.console import Console

    console = Console(
        file=io.StringIO(),
        force_jupyter=False,  # if true, the text would be shown in the notebook too
        width=WIDTH,
        markup=False,
        highlight=False,
        emoji=False,
        color_system=None,
    )
    with console.capture() as capture:
        console.print(shown)
    return "\n".join(line.rstrip() for line in capture.get().strip().splitlines())


def _html(
    *,
    title: str | Sentence | None,
    earned: Sentence | None = None,
    notes: Sequence[str | Sentence] = (),
    tasks: Sequence[ShownTask] = (),
    steps: Sequence[Sentence] = (),
    rows: Sequence[Mapping[str, object]] = (),
) -> str:
    return _template().render(title=title, earned=earned, notes=notes, tasks=tasks, steps=steps, rows=rows).strip()


@functools.cache
def _template() -> jinja2.Template:
    return environment().get_template("panel.html")
