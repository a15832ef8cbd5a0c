"""Reports in the terminal are readable, and safe for any text of a student."""

from __future__ import annotations

import io

import msgspec
from rich.console import Console, RenderableType

from grader.records import ExerciseReport as Exercise
from grader.records import Verdict, class_report, student_report, task_report
from grader.reports import class_table, student_feedback
from grader.reports.terminal import plain, points


def printed(renderable: RenderableType) -> str:
    """Return what a plain console with 100 columns prints."""
    console = Console(file=io.StringIO(), width=100, markup=False, highlight=False)
    console.print(renderable)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def exercise(*verdicts: Verdict) -> Exercise:
    """Return a report of one exercise with one task."""
    task = task_report("mse", verdicts)
    return Exercise(id="10_linear", status="graded", points=task.points, max_points=task.max_points, tasks=(task,))


def verdict(id: str, status: str, message: str = "", mistake: str | None = None) -> Verdict:
    """Return a verdict of one point."""
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
    """Escape sequences, bells and direction marks are shown as text."""
    assert plain("\x1b]0;title\x07 a\u202eb\tc") == "\\x1b]0;title\\x07 a\\x202eb\\x09c"


def test_markup_of_a_student_is_text() -> None:
    """Console markup in names and messages is printed as text."""
    report = student_report("[bold]me[/bold]", (exercise(verdict("a", "failed", "[red]x[/red]")),))
    text = printed(student_feedback(report))
    assert "[bold]me[/bold]" in text
    assert "[red]x[/red]" in text


def test_points_read_well() -> None:
    """Points are shown without unnecessary zeros."""
    assert [points(x) for x in (3.0, 2.5, 0.25, 0.0)] == ["3", "2.5", "0.25", "0"]


def test_repeated_messages_are_told_once() -> None:
    """A message or a common mistake is shown in full once for each task."""
    mistake = "A common mistake: the sum grows."
    report = student_report(
        "a",
        (
            exercise(
                verdict("one", "failed", f"call 1\n{mistake}", "sum"),
                verdict("two", "failed", f"call 2\n{mistake}", "sum"),
                verdict("three", "skipped", "Not run."),
                verdict("four", "skipped", "Not run."),
                verdict("holds_one", "skipped", "This part is right."),
                verdict("holds_two", "skipped", "This part is right."),
                verdict("step_five", "failed", "call 1\ngot: nothing"),
                verdict("six", "passed"),
                verdict("seven", "failed", "call 1\ngot: nothing"),
            ),
        ),
    )
    text = printed(student_feedback(report))
    assert text.count(mistake) == 1
    assert "call 2" in text
    assert text.count('The same mistake as in "one".') == 1
    assert text.count("Not run.") == text.count("Not run either.") == 1
    assert text.count("This part is right.") == text.count('The same as in "holds one".') == 1
    assert text.count("got: nothing") == text.count('The same as in "step five".') == 1


def test_untouched_task_takes_one_line() -> None:
    """A task that was not attempted takes one line."""
    report = student_report("a", (exercise(verdict("one", "not_attempted", "TODO"), verdict("two", "not_attempted")),))
    text = printed(student_feedback(report))
    assert "Not attempted yet." in text
    assert "one" not in text


def test_class_table_counts_mistakes() -> None:
    """The class table has a row for each student, a dash for missing exercises, and mistakes by frequency."""
    one = student_report("Ana", (exercise(verdict("x", "failed", "m", "sum")),))
    two = student_report("Bia", (exercise(verdict("x", "passed")),))
    text = printed(class_table(class_report((one, two))))
    assert "Ana" in text
    assert "Bia" in text
    assert "1×  10_linear.mse.sum" in text


def test_many_exercises_are_known_by_their_numbers() -> None:
    """With twenty exercises the table shows numbers; exercises without submissions have no column."""
    ids = [f"{number:02d}_small" for number in range(1, 21)]
    done = [
        Exercise(id=id, status="not_submitted" if id > "18" else "graded", points=1.0, max_points=1.0, tasks=())
        for id in ids
    ]
    text = printed(class_table(class_report((student_report("Ana", tuple(done)),))))
    (heading,) = (line for line in text.splitlines() if line.startswith("student"))
    assert heading.split() == ["student", *(id[:2] for id in ids[:17]), "of", "20"]
    assert "Handed in by nobody: 18_small, 19_small, 20_small" in text


def test_what_was_not_handed_in_takes_one_line() -> None:
    """All exercises that were not handed in take one line."""
    missing = [
        Exercise(id=f"{n:02d}_small", status="not_submitted", points=0.0, max_points=1.0, tasks=()) for n in range(1, 6)
    ]
    text = printed(student_feedback(student_report("Ana", (*missing, exercise(verdict("x", "passed"))))))
    assert "Not handed in: 01, 02, 03, 04, 05" in text and "10_linear" in text and "01_small" not in text


def test_nothing_in_a_report_steers_the_terminal() -> None:
    """Control characters in every field of a report file are shown as text."""
    evil = "\x1b[2J\x9b\u202e\x07[red]"
    checks = [verdict(evil, status, evil, evil) for status in ("failed", "passed", "skipped")]
    tasks = tuple(msgspec.structs.replace(task, name=evil) for task in exercise(*checks).tasks)
    held = msgspec.structs.replace(exercise(), id=evil, notes=(evil,), message=evil, tasks=tasks)
    missing = msgspec.structs.replace(held, id=f"{evil} too", status="not_submitted")
    unread = msgspec.structs.replace(held, status="unreadable")
    report = student_report(evil, (held, missing, unread), notes=(evil,))
    shown = printed(student_feedback(report)) + printed(class_table(class_report((report,))))
    assert not set(shown) & set("\x1b\x9b\u202e\x07")
    assert shown.count(r"\x1b[2J\x9b\x202e\x07[red]") >= 12
