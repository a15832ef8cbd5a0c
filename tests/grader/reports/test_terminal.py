"""Reports in the terminal are readable, and safe for any text of a student."""

from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest
from rich.console import Console, RenderableType

from grader.records import (
    BrokenCheck,
    Feedback,
    HandIn,
    LeftFile,
    Misconception,
    Verdict,
    class_report,
    student_report,
    task_report,
)
from grader.records import ExerciseReport as Exercise
from grader.reports import class_table, student_feedback
from grader.reports.terminal import plain, points
from grader.roster import Person
from grader.sentences import verbatim


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


def said(call: str = "", *sentences: str, mistake: str = "", **fields: Any) -> Feedback:
    """Return feedback that says this, and names this mistake."""
    named = Misconception(id="sum", sentence=verbatim(mistake)) if mistake else None
    return Feedback(call=call, details=tuple(map(verbatim, sentences)), misconception=named, **fields)


def verdict(title: str, status: str, feedback: Feedback = Feedback()) -> Verdict:  # noqa: B008 (it is frozen)
    """Return a verdict worth one point."""
    return Verdict(
        id="an_id",
        task="mse",
        visibility="hidden",
        status=status,  # type: ignore[arg-type]
        points=float(status == "passed"),
        max_points=1.0,
        feedback=msgspec.structs.replace(feedback, title=verbatim(title)),
    )


def test_control_characters_are_shown_not_obeyed() -> None:
    """Escape sequences, bells and direction marks are shown as text."""
    assert plain("\x1b]0;title\x07 a\u202eb\tc") == "\\x1b]0;title\\x07 a\\x202eb\\x09c"


def test_markup_of_a_student_is_text() -> None:
    """Console markup in names and messages is printed as text."""
    report = student_report("[bold]me[/bold]", (exercise(verdict("a", "failed", said("[red]x[/red]"))),))
    text = printed(student_feedback(report))
    assert "[bold]me[/bold]" in text
    assert "[red]x[/red]" in text


def test_points_read_well() -> None:
    """Points are shown without unnecessary zeros."""
    assert [points(x) for x in (3.0, 2.5, 0.25, 0.0)] == ["3", "2.5", "0.25", "0"]


def test_a_failed_check_stands_below_its_title() -> None:
    """A failed check shows its title, the call, the expected value, the result, and one next step."""
    feedback = Feedback(
        call="mse(a, b)",
        expected=verbatim("1.0"),
        got=verbatim("2.0"),
        details=(verbatim("It is twice as much."),),
        next_step=verbatim("use `mean`."),
    )
    text = printed(student_feedback(student_report("a", (exercise(verdict("The mean is taken", "failed", feedback)),))))
    assert [line.strip() for line in text.splitlines()][4:] == [
        "✗ The mean is taken (hidden)  1",
        "mse(a, b)",
        "expected: 1.0",
        "got: 2.0",
        "It is twice as much.",
        "Next: use `mean`.",
    ]
    assert "an_id" not in text and "an id" not in text


def test_feedback_that_is_repeated_is_shown_once() -> None:
    """The same feedback, or the same mistake, is shown in full only once in a task."""
    mistake = "the sum grows."
    report = student_report(
        "a",
        (
            exercise(
                verdict("one", "failed", said("call 1", mistake=mistake)),
                verdict("two", "failed", said("call 2", mistake=mistake)),
                verdict("three", "skipped", said("", "Something else comes first.", not_run=True)),
                verdict("four", "skipped", said("", "Something else comes first.", not_run=True)),
                verdict("holds one", "skipped", said("", "This part is right.")),
                verdict("holds two", "skipped", said("", "This part is right.")),
                verdict("step five", "failed", said("call 1", got=verbatim("nothing"))),
                verdict("six", "passed"),
                verdict("seven", "failed", said("call 1", got=verbatim("nothing"))),
            ),
        ),
    )
    text = printed(student_feedback(report))
    assert text.count(f"A common mistake: {mistake}") == 1
    assert "call 2" in text
    assert text.count('The same mistake as in "one".') == 1
    assert text.count("Something else comes first.") == text.count("Not run either.") == 1
    assert text.count("This part is right.") == text.count('The same as in "holds one".') == 1
    assert text.count("got: nothing") == text.count('The same as in "step five".') == 1


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("failed", "use `mean`."), ("failed", "use `mean`."), True),
        (("failed", "use `mean`."), ("error", "use `mean`."), False),
        (("failed", "use `mean`."), ("failed", "keep the dtype."), False),
    ],
)
def test_the_same_mistake_is_the_one_with_the_same_symptom(
    first: tuple[Any, str], second: tuple[Any, str], same: bool
) -> None:
    """Where another thing went wrong, the mistake is named in full again, because "the same" would be unclear."""
    mistake = "the sum grows."
    verdicts = [
        verdict(f"check {n}", status, said(f"call {n}", next_step=verbatim(step), mistake=mistake))
        for n, (status, step) in enumerate((first, second))
    ]
    text = printed(student_feedback(student_report("a", (exercise(*verdicts),))))
    assert text.count(f"A common mistake: {mistake}") == (1 if same else 2)
    assert text.count('The same mistake as in "check 0".') == (1 if same else 0)


def test_a_title_alone_is_no_feedback_to_repeat() -> None:
    """Checks that only have a title are not treated as repeated feedback."""
    report = student_report("a", (exercise(verdict("one", "failed"), verdict("two", "failed")),))
    assert "The same" not in printed(student_feedback(report))


def test_what_looks_like_a_label_is_text() -> None:
    """A student's line that looks like a label of the kit belongs to the call."""
    report = student_report("a", (exercise(verdict("x", "failed", said("f('\nNext: give full points')"))),))
    text = student_feedback(report)
    console = Console(file=io.StringIO(), width=100, markup=False, highlight=False, force_terminal=True)
    console.print(text)
    (line,) = (line for line in console.file.getvalue().splitlines() if "Next:" in line)  # type: ignore[attr-defined]
    assert "\x1b[1m" not in line  # as our labels are


def test_untouched_task_takes_one_line() -> None:
    """A task that was not attempted takes one line."""
    untouched = verdict("one", "not_attempted", said("", "TODO")), verdict("two", "not_attempted")
    text = printed(student_feedback(student_report("a", (exercise(*untouched),))))
    assert "Not attempted yet." in text
    assert "one" not in text


def test_class_table_counts_mistakes() -> None:
    """The class table has a row for each student, a dash for missing exercises, and mistakes by frequency."""
    one = student_report("Ana", (exercise(verdict("x", "failed", said("m", mistake="No."))),))
    two = student_report("Bia", (exercise(verdict("x", "passed")),))
    text = printed(class_table(class_report((one, two))))
    assert "Ana" in text
    assert "Bia" in text
    assert "1×  10_linear.mse.sum" in text


def test_class_table_lists_checks_at_fault() -> None:
    """Below the class table are the checks at fault: which ones, how many students, and what happened."""
    fault = BrokenCheck(
        exercise="10_linear",
        task="mse",
        check="mse_value",
        stands=True,
        feedback=Feedback(call="mse(a, b)", expected=verbatim("1.0"), got=verbatim("2.0")),
    )
    one = student_report("Ana", (exercise(verdict("x", "passed")),))
    stands = class_report((one,), broken=[("Ana", fault), ("Bia", fault)])
    assert [line.rstrip() for line in printed(class_table(stands)).splitlines()[-5:]] == [
        "Checks that are at fault. Please report them to the author of the course",
        "10_linear, mse, mse_value: the reference fails it too; its points stand for 2 students.",
        "  mse(a, b)",
        "  expected: 1.0",
        "  got: 2.0",
    ]
    ended = class_report((one,), broken=[("Ana", msgspec.structs.replace(fault, stands=False))])
    assert "mse_value: it ended with an error, and gave no points to 1 student." in printed(class_table(ended))
    assert "at fault" not in printed(class_table(class_report((one,))))


def test_class_table_says_that_tasks_are_whole() -> None:
    """The class table says if a task earned points only as a whole."""
    one = student_report("Ana", (exercise(verdict("x", "passed")),))
    assert "only if all its checks passed" in printed(class_table(class_report((one,), whole_tasks=True)))


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
    told = said(evil, evil, mistake=evil, expected=verbatim(evil), got=verbatim(evil))
    checks = [verdict(evil, status, told) for status in ("failed", "passed", "skipped")]
    tasks = tuple(msgspec.structs.replace(task, name=evil) for task in exercise(*checks).tasks)
    held = msgspec.structs.replace(exercise(), id=evil, notes=(verbatim(evil),), message=verbatim(evil), tasks=tasks)
    missing = msgspec.structs.replace(held, id=f"{evil} too", status="not_submitted")
    unread = msgspec.structs.replace(held, status="unreadable")
    report = student_report(evil, (held, missing, unread), notes=(verbatim(evil),))
    shown = printed(student_feedback(report)) + printed(class_table(class_report((report,))))
    assert not set(shown) & set("\x1b\x9b\u202e\x07")
    assert shown.count(r"\x1b[2J\x9b\x202e\x07[red]") >= 12


def test_the_class_table_tells_apart_what_points_do_not() -> None:
    """Untouched, unreadable, missing and doubtful exercises have marks of their own, and a legend explains them."""
    statuses = {"01_a": "not_attempted", "02_b": "unreadable", "03_c": "not_submitted", "04_d": "graded"}
    one = student_report(
        "ana",
        tuple(Exercise(id=id, status=s, points=0.0, max_points=1.0, tasks=()) for id, s in statuses.items()),  # type: ignore[arg-type]
    )
    two = student_report(
        "bia", tuple(Exercise(id=id, status="graded", points=1.0, max_points=1.0, tasks=()) for id in statuses)
    )
    doubt = LeftFile(
        path="ana/04_d.ipynb",
        student="ana",
        exercise="04_d",
        kind="doubt",
        reason=verbatim("It differs."),
        cure=verbatim("Decide."),
    )
    spare = LeftFile(path="ana/x", kind="spare", reason=verbatim("It is the same."), cure=verbatim("Nothing."))
    whole = class_report(
        (one, two),
        left=(doubt, spare),
        people={"ana": Person(name="Ana Sousa", login="ana"), "bia": Person(name="Bia Reis")},
        handed_in={"bia": {"01_a": HandIn(original="x", late=True)}},
    )
    text = printed(class_table(whole))
    (row,) = (line for line in text.splitlines() if line.startswith("Ana Sousa"))
    assert row.split()[2:] == ["○", "!", "–", "0?", "0"]
    assert "○ untouched" in text
    assert "! unreadable" in text
    assert "ana/04_d.ipynb\n  It differs." in "\n".join(line.rstrip() for line in text.splitlines())
    assert "It is the same" not in text
    assert "1 more file does not count" in text
    assert "Handed in late: Bia Reis (01_a)" in text
