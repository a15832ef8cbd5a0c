"""What panels and pages show of a task, and the templates that show it.

Students write names, messages and output. The templates escape all of it, and control characters are made visible.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from markupsafe import Markup, escape

from grader.records import CheckReport, FeedbackLine, TaskReport
from grader.reports.brief import brief
from grader.reports.plots import plot
from grader.reports.terminal import earned_of, plain, points, title_of, untouched, without_repeats
from grader.sentences import Sentence, learner

if TYPE_CHECKING:
    import jinja2

State = Literal["good", "bad", "open", "later"]

WIDTH: Final = 100  # characters in a line of what is shown in brief
_BACKTICKS = re.compile(r"`([^`\n]+)`")
_TEMPLATES: Final = Path(__file__).with_name("templates")


class ShownLine(NamedTuple):
    """One line of feedback: its label or "", its text, and whether that is code."""

    label: Sentence | str
    text: str
    code: bool


class ShownCheck(NamedTuple):
    """A check that does not pass, with its feedback. `line` is the line of the graded code that it names."""

    state: State
    name: Sentence | str
    points: str
    lines: Sequence[ShownLine] = ()
    line: int | None = None


class ShownTask(NamedTuple):
    """A task: its points, and the checks that do not pass.

    `failed` are shown in brief, and `counted` are sentences that stand for others. `in_full` are all of them, if there
    is more to read. `passed` are the titles of the checks that pass, and `passing` their number. `plot` is a drawing of
    losses as SVG, or "".
    """

    name: str
    state: State
    earned: Sentence
    failed: Sequence[ShownCheck]
    counted: Sequence[Sentence]
    in_full: Sequence[ShownCheck]
    passed: Sequence[str]
    passing: Sentence
    plot: str


def shown_task(task: TaskReport, worth: float = 0.0) -> ShownTask:
    """Return what to show of a task. `worth` are its points at grading, if more checks follow there."""
    passed = [title_of(check) for check in task.checks if check.status == "passed"]
    failed = [(check, lines) for check, lines in without_repeats(task) if check.status != "passed"]
    state: State = "bad" if failed else "good"
    shown: list[ShownCheck] = []
    counted: tuple[Sentence, ...] = ()
    in_full: list[ShownCheck] = []
    if failed and untouched(task):
        state, shown = "open", [ShownCheck(state="open", name=learner.UNTOUCHED(), points="")]
    elif failed:
        short = brief(task, WIDTH)
        shown = _checks(short.shown)
        counted = (*short.fail, *short.wait)
        in_full = _checks(failed) if short.left_out else []
    return ShownTask(
        name=task.name,
        state=state,
        earned=earned_of(task.points, task.max_points, worth, in_full=True),
        failed=shown,
        counted=counted,
        in_full=in_full,
        passed=passed,
        passing=learner.CHECKS_PASS(count=len(passed)),
        plot=_plot(task),
    )


def _plot(task: TaskReport) -> str:
    """Draw a curve that the task's checks compared, if possible a wrong one. Returns "" if there is none."""
    checks = sorted(task.checks, key=lambda check: check.status == "passed")
    return next((plot(check.curve) for check in checks if check.curve is not None), "")


def _checks(pairs: Iterable[tuple[CheckReport, Sequence[FeedbackLine]]]) -> list[ShownCheck]:
    """Return what to show of checks. Only the first check that names a line of the code has it."""
    named: set[int | None] = set()
    shown = []
    for check, lines in pairs:
        one = _check(check, lines)
        shown.append(one._replace(line=None) if one.line in named else one)
        named.add(one.line)
    return shown


def _check(check: CheckReport, lines: Sequence[FeedbackLine]) -> ShownCheck:
    states: dict[str, State] = {"skipped": "later", "not_attempted": "open"}
    return ShownCheck(
        state=states.get(check.status, "bad"),
        name=title_of(check),
        points=points(check.max_points),
        lines=[ShownLine(line.label or "", plain(line.text), line.field == "call") for line in lines],
        line=check.feedback.line,
    )


def environment(*folders: Path) -> jinja2.Environment:
    """Return an environment that finds templates in these folders and in that of the panels, and escapes everything.

    It shows a sentence in the reader's language. The filter `code` shows text between backticks as code, and `base64`
    is for addresses that hold a drawing.
    """
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, _TEMPLATES]),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_rendered,
    )
    made.filters["code"] = with_code
    made.filters["base64"] = _as_base64
    made.globals["marks"] = {
        "good": ("✓", learner.MARK_GOOD()),
        "bad": ("✗", learner.MARK_BAD()),
        "open": ("○", learner.MARK_OPEN()),
        "later": ("·", learner.MARK_LATER()),
    }
    made.globals["your_losses"] = learner.YOUR_LOSSES()
    made.globals["everything"] = learner.IN_FULL()
    return made


def _rendered(value: object) -> object:
    """Return a sentence in the reader's language, and any other value unchanged."""
    return plain(value) if isinstance(value, Sentence) else value


def _as_base64(text: str) -> str:
    """Return a drawing in base64, for a `data:` address.

    Pages that remove SVG from students' text still show it as a picture.
    """
    return base64.b64encode(text.encode()).decode("ascii")


def with_code(text: str | Sentence) -> Markup:
    """Escape a text, and show text between backticks as code."""
    return Markup(_BACKTICKS.sub(r"<code>\1</code>", str(escape(plain(text)))))
