"""Reports in the terminal: readable, and safe whatever a student wrote."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType

from grader.records import ExerciseReport as Exercise
from grader.records import Verdict, class_report, student_report, task_report
from grader.reports import class_table, student_feedback
from grader.reports.terminal import plain, points


def printed(renderable: RenderableType) -> str:
    """Return what a plain console of 100 columns prints."""
    console = Console(file=io.StringIO(), width=100, markup=False, highlight=False)
    console.print(renderable)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def exercise(*verdicts: Verdict) -> Exercise:
    """Return a report of one exercise with one task."""
    task = task_report("mse", verdicts)
    return Exercise(id="10_linear", status="graded", points=task.points, max_points=task.max_points, tasks=(task,))


def verdict(id: str, status: str, message: str = "", mistake: str | None = None) -> Verdict:
    """Return a verdict worth one point."""
    return Verdict(
        id=id,
        task="mse",
        visibility="hidden",
        status=status,  # type: ignore[arg-type]
        points=float(status == "passed"),
        max_points=1.0,
        message=message,
        misconception=mistake,
    )


def test_control_characters_are_shown_not_obeyed() -> None:
    """Escape sequences, bells and direction marks of a student reach the screen as text."""
    assert plain("\x1b]0;title\x07 a\u202eb\tc") == "\\x1b]0;title\\x07 a\\x202eb\\x09c"


def test_markup_of_a_student_is_text() -> None:
    """Console markup in names and messages is printed as it is."""
    report = student_report("[bold]me[/bold]", (exercise(verdict("a", "failed", "[red]x[/red]")),))
    text = printed(student_feedback(report))
    assert "[bold]me[/bold]" in text
    assert "[red]x[/red]" in text


def test_points_read_well() -> None:
    """Points are shown without needless zeros."""
    assert [points(x) for x in (3.0, 2.5, 0.25, 0.0)] == ["3", "2.5", "0.25", "0"]


def test_repeated_messages_are_told_once() -> None:
    """A message, and a common mistake, is told in full once a task."""
    mistake = "A common mistake: the sum grows."
    report = student_report(
        "a",
        (
            exercise(
                verdict("one", "failed", f"call 1\n{mistake}", "sum"),
                verdict("two", "failed", f"call 2\n{mistake}", "sum"),
                verdict("three", "skipped", "Not run."),
                verdict("four", "skipped", "Not run."),
            ),
        ),
    )
    text = printed(student_feedback(report))
    assert text.count(mistake) == 1
    assert "call 2" in text
    assert text.count("The same mistake as above.") == 1
    assert text.count("Not run.") == 1


def test_untouched_task_takes_one_line() -> None:
    """A task that was not attempted is not explained check by check."""
    report = student_report("a", (exercise(verdict("one", "not_attempted", "TODO"), verdict("two", "not_attempted")),))
    text = printed(student_feedback(report))
    assert "Not attempted yet." in text
    assert "one" not in text


def test_class_table_counts_mistakes() -> None:
    """The class table has a row a student, a dash for what was not handed in, and the mistakes by frequency."""
    one = student_report("Ana", (exercise(verdict("x", "failed", "m", "sum")),))
    two = student_report("Bia", (exercise(verdict("x", "passed")),))
    text = printed(class_table(class_report((one, two))))
    assert "Ana" in text
    assert "Bia" in text
    assert "1×  10_linear.mse.sum" in text
