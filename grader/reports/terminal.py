"""Shows one student's feedback in a terminal.

Students write names, messages and output. All of it is shown as text, and control characters are made visible.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from grader.records import CheckReport, ExerciseReport, FeedbackLine, Report, TaskReport
from grader.sentences import Sentence, learner, verbatim
from grader.sentences.languages import render

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

NAMED = 4  # up to this many exercises are named in full

_MARKS = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "error": ("✗", "red"),
    "timeout": ("✗", "red"),
    "crashed": ("✗", "red"),
    "skipped": ("·", "dim"),
    "not_attempted": ("○", "yellow"),
}


def plain(text: str | Sentence) -> str:
    """Return a text in the reader's language. Control characters and changes of direction are made visible."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text if isinstance(text, str) else render(text))


def points(value: float) -> str:
    """Return points as text: 3, 2.5, 0.25."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def student_feedback(report: Report) -> RenderableType:
    """Return everything that one student reads."""
    earned = learner.POINTS_IN_FULL(points=points(report.points), most=points(report.max_points))
    parts: list[RenderableType] = [Text.assemble((plain(report.student), "bold"), f"  {render(earned)}")]
    parts += [_note(note) for note in report.notes]
    parts += [exercise_feedback(exercise) for exercise in report.exercises if exercise.status != "not_submitted"]
    missing = [exercise.id for exercise in report.exercises if exercise.status == "not_submitted"]
    if missing:
        parts.append(Text(f"\n{render(learner.NOT_HANDED_IN(exercises=short(missing)))}", style="dim"))
    return Group(*parts)


def _note(note: Sentence) -> Text:
    return Text(plain(learner.NOTE(note=note)), style="dim")


def short(exercises: list[str]) -> str:
    """Return the names of a few exercises, or the numbers of many."""
    return plain(", ".join(exercises if len(exercises) <= NAMED else (id[:2] for id in exercises)))


def exercise_feedback(
    report: ExerciseReport,
    worth: Mapping[str, float] | None = None,
    below: Callable[[TaskReport], list[RenderableType]] | None = None,
) -> RenderableType:
    """Return the feedback of one exercise, task by task.

    `worth` are the points of its tasks at grading, if more checks follow there. `below` returns what to show below the
    heading of a task that fails; otherwise every check is shown in full.
    """
    most = sum(max(task.max_points, (worth or {}).get(task.name, 0.0)) for task in report.tasks)
    title = Text.assemble(("\n" + plain(report.id), "bold underline"), f"  {render(_earned(report, most))}")
    parts: list[RenderableType] = [title]
    parts += [_note(note) for note in report.notes]
    if report.message is not None and report.status != "graded":
        parts.append(Text(plain(report.message)))
        if report.status in ("not_submitted", "unreadable", "load_failed"):
            return Group(*parts)
    parts += [_task(task, (worth or {}).get(task.name, 0.0), below or _in_full) for task in report.tasks]
    return Group(*parts)


def _task(task: TaskReport, worth: float, below: Callable[[TaskReport], list[RenderableType]]) -> RenderableType:
    done = task.points == task.max_points
    mark, style = ("✓", "green") if done else ("○", "yellow") if untouched(task) else ("✗", "red")
    head = Text.assemble((f"{mark} ", style), (plain(task.name), "bold"), f"  {render(_earned(task, worth))}")
    if done:
        return head
    if untouched(task):
        return Group(head, Padding(Text(render(learner.UNTOUCHED()), style="dim"), (0, 0, 0, 2), expand=False))
    return Group(head, *below(task))


def _in_full(task: TaskReport) -> list[RenderableType]:
    return [Padding(_check(check, lines), (0, 0, 0, 2), expand=False) for check, lines in without_repeats(task)]


def first_failing(task: TaskReport) -> RenderableType | None:
    """Return the feedback of the first check that fails, or of the first that waits; `None` if all pass."""
    pairs = [(check, lines) for check, lines in without_repeats(task) if check.status != "passed"]
    failing = [(check, lines) for check, lines in pairs if check.status != "skipped"]
    return next((_check(check, lines) for check, lines in failing or pairs), None)


def _earned(report: ExerciseReport | TaskReport, worth: float) -> Sentence:
    return earned_of(report.points, report.max_points, worth)


def earned_of(earned: float, most: float, worth: float, *, in_full: bool = False) -> Sentence:
    """Return how many of `most` points are earned and, if grading can give `worth` points, how many more."""
    if worth > most:
        here = learner.POINTS_HERE_IN_FULL if in_full else learner.POINTS_HERE
        return here(points=points(earned), most=points(most), more=points(worth - most))
    return (learner.POINTS_IN_FULL if in_full else learner.POINTS)(points=points(earned), most=points(most))


def untouched(task: TaskReport) -> bool:
    """Say whether the student has not begun the task."""
    return all(check.status == "not_attempted" for check in task.checks)


def without_repeats(task: TaskReport) -> list[tuple[CheckReport, tuple[FeedbackLine, ...]]]:
    """Return each check with the lines to show for it.

    The same feedback is shown in full only once in a task, and so is the same mistake with the same symptom.
    """
    shown: dict[object, Sentence] = {}  # feedback, or mistake and symptom, and the title of the check that showed it
    pairs = []
    for check in task.checks:
        feedback = check.feedback
        said = msgspec.structs.replace(feedback, title=verbatim(""))
        lines = tuple(feedback.lines())
        if lines and said in shown:
            again = learner.NOT_RUN_EITHER() if feedback.not_run else learner.SAME_AS(title=shown[said])
            lines = (FeedbackLine("details", again),)
        elif (mistake := _mistake(check)) in shown:
            again = learner.SAME_MISTAKE_AS(title=shown[mistake])
            lines = (*lines[:-1], FeedbackLine("details", again))
        shown.setdefault(said, feedback.title)
        if feedback.misconception is not None:
            shown.setdefault(_mistake(check), feedback.title)
        pairs.append((check, lines))
    return pairs


def _mistake(check: CheckReport) -> object:
    """Return the mistake that a check found and its symptom, which its status and its usual next step show."""
    return check.feedback.misconception, check.status, check.feedback.next_step


def title_of(check: CheckReport) -> str:
    """Return the title above a check's feedback."""
    title = check.feedback.title
    return plain(learner.HIDDEN(title=title) if check.visibility == "hidden" else title)


def check_head(check: CheckReport) -> Text:
    """Return the line above a check's feedback: its mark, its title and its points."""
    mark, style = _MARKS[check.status]
    return Text.assemble((f"{mark} ", style), title_of(check), (f"  {points(check.max_points)}", "dim"))


def _check(check: CheckReport, lines: Sequence[FeedbackLine]) -> RenderableType:
    if check.status == "passed":
        return check_head(check)
    return Group(check_head(check), Padding(feedback_text(lines), (0, 0, 0, 2), expand=False))


def feedback_text(lines: Sequence[FeedbackLine]) -> Text:
    """Return the lines below a check's title, with their labels."""
    text = Text()
    for line in lines:
        if line.label is not None:
            text.append(f"{render(line.label)} ", style="cyan" if line.field in ("expected", "got") else "bold")
        text.append(plain(line.text))
        text.append("\n")
    text.rstrip()
    return text
