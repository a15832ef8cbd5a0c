"""Shows feedback in a notebook, as HTML, or as plain text where HTML cannot be shown.

Students write names, messages and output. The template escapes all of it, and control characters are made visible.
"""

from __future__ import annotations

import base64
import functools
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from grader.catalog import Catalog
from grader.records import CheckReport, ExerciseReport, FeedbackLine, TaskReport
from grader.reports.brief import brief
from grader.reports.plots import plot
from grader.reports.status import course_map, marks, remarks
from grader.reports.terminal import earned_of, exercise_feedback, plain, points, title_of, untouched, without_repeats
from grader.sentences import Sentence, learner, learner_commands

if TYPE_CHECKING:
    import jinja2
    from rich.console import RenderableType

_BACKTICKS = re.compile(r"`([^`\n]+)`")
_WIDTH = 100  # characters of the plain text


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
        tasks=[] if broken else [_task(task, at_grading.get(task.name, 0.0)) for task in report.tasks],
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


def _task(task: TaskReport, worth: float) -> dict[str, Any]:
    passed = [title_of(check) for check in task.checks if check.status == "passed"]
    shown: dict[str, Any] = {
        "name": task.name,
        "earned": _earned(task, worth),
        "plot": _plot(task),
        "passed": passed,
        "passing": learner.CHECKS_PASS(count=len(passed)),
    }
    failed = [(check, lines) for check, lines in without_repeats(task) if check.status != "passed"]
    if not failed:
        return {**shown, "state": "good"}
    if untouched(task):
        return {**shown, "state": "open", "failed": [_not_attempted()]}
    short = brief(task, _WIDTH)
    return {
        **shown,
        "state": "bad",
        "failed": [_check(check, lines) for check, lines in short.shown],
        "counted": [*short.fail, *short.wait],
        "in_full": [_check(check, lines) for check, lines in failed] if short.left_out else [],
    }


def _earned(report: ExerciseReport | TaskReport, worth: float) -> Sentence:
    return earned_of(report.points, report.max_points, worth, in_full=True)


def _plot(task: TaskReport) -> str:
    """Draw a curve that the task's checks compared, if possible a wrong one. Returns "" if there is none."""
    checks = sorted(task.checks, key=lambda check: check.status == "passed")
    return next((plot(check.curve) for check in checks if check.curve is not None), "")


def _not_attempted() -> dict[str, Any]:
    return {"state": "open", "name": learner.UNTOUCHED(), "points": "", "lines": []}


def _check(check: CheckReport, lines: Sequence[FeedbackLine]) -> dict[str, Any]:
    return {
        "state": {"skipped": "later", "not_attempted": "open"}.get(check.status, "bad"),
        "name": title_of(check),
        "points": points(check.max_points),
        "lines": [_line(line) for line in lines],
    }


def _line(line: FeedbackLine) -> dict[str, Any]:
    return {"label": line.label or "", "text": plain(line.text), "code": line.field == "call"}


def _plain_text(shown: RenderableType) -> str:
    from rich.console import Console

    console = Console(
        file=io.StringIO(),
        force_jupyter=False,  # if true, the text would be shown in the notebook too
        width=_WIDTH,
        markup=False,
        highlight=False,
        emoji=False,
        color_system=None,
    )
    with console.capture() as capture:
        console.print(shown)
    return "\n".join(line.rstrip() for line in capture.get().strip().splitlines())


def _html(*, notes: Sequence[str | Sentence] = (), **said: Any) -> str:
    return (
        _template().render(notes=notes, your_losses=learner.YOUR_LOSSES(), everything=learner.IN_FULL(), **said).strip()
    )


@functools.cache
def _template() -> jinja2.Template:
    import jinja2

    loader = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, finalize=_rendered)
    environment.filters["code"] = _with_code
    environment.filters["base64"] = _as_base64
    return environment.get_template("panel.html")


def _rendered(value: object) -> object:
    """Return a sentence in the reader's language, and any other value unchanged."""
    return plain(value) if isinstance(value, Sentence) else value


def _as_base64(text: str) -> str:
    """Return a drawing in base64, for a `data:` address.

    Pages that remove SVG from students' text still show it as a picture.
    """
    return base64.b64encode(text.encode()).decode("ascii")


def _with_code(text: str | Sentence) -> Markup:
    """Escape a text, and show text between backticks as code."""
    return Markup(_BACKTICKS.sub(r"<code>\1</code>", str(escape(plain(text)))))
