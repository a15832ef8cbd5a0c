"""A failing task takes few lines: the first failed check in full, and one line for what is the same or waits."""

from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest
from rich.console import Console

from grader.records import ExerciseReport, Feedback, Misconception, Verdict, task_report
from grader.reports.brief import LINES, in_brief
from grader.reports.terminal import exercise_feedback
from grader.sentences import verbatim


def verdict(title: str, status: str, **fields: Any) -> Verdict:
    """Return a verdict of one check."""
    said = {
        name: verbatim(value) if isinstance(value, str) and name != "call" else value for name, value in fields.items()
    }
    return Verdict(
        id="x",
        task="mse",
        visibility="public",
        status=status,  # type: ignore[arg-type]
        points=float(status == "passed"),
        max_points=1.0,
        feedback=Feedback(title=verbatim(title), **said),
    )


def shown(*verdicts: Verdict, width: int = 80) -> list[str]:
    """Return the lines of the task in a terminal of this width, with its heading."""
    task = task_report("mse", verdicts)
    report = ExerciseReport(
        id="10_linear", status="graded", points=task.points, max_points=task.max_points, tasks=(task,)
    )
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False, emoji=False)
    console.print(exercise_feedback(report, None, in_brief(report.id, width)))
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()][2:]


def test_an_error_is_shown_once() -> None:
    """The same error in other calls takes one line; passed and waiting checks are counted."""
    error = {"expected": "a result", "got": "TypeError: no at line 3", "next_step": "read it."}
    lines = shown(
        verdict("One", "passed"),
        verdict("Two", "error", call="mse(1)", **error),
        verdict("Three", "error", call="mse(2)", **error),
        verdict("Four", "skipped", details=(verbatim("Not run until."),), not_run=True),
        verdict("Five", "skipped", details=(verbatim("Not run until."),), not_run=True),
        verdict("Six", "passed"),
        verdict("Seven", "skipped", details=(verbatim("This part is right."),)),
    )
    assert lines == [
        "✗ mse  2 of 7",
        "  ✗ Two  1",
        "    mse(1)",
        "    expected: a result",
        "    got: TypeError: no at line 3",
        "    Next: read it.",
        "  ✗ 1 more check ends in the same error",
        "  ✓ 2 checks pass",
        "  · 1 more part is right, and earns its points when your values are right too",
        "  · 2 more checks wait for one that fails",
        "  Everything in full: grader check 10.mse --all",
    ]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("count", [1, 4, 12, 60])
def test_a_task_takes_few_lines(count: int, width: int) -> None:
    """However many checks fail, and however long their values are, a task takes at most 25 lines."""
    long = "a long word " * 200
    said = {"expected": long, "next_step": "divide."}
    failed = [
        verdict(f"Check {n} " + "of many words " * 6, "failed", call=f"mse({n}, {long})", got=f"{n} {long}", **said)
        for n in range(count)
    ]
    lines = shown(*failed, *(verdict(f"Later {n}", "skipped", not_run=True) for n in range(5)), width=width)
    assert len(lines) <= LINES
    assert any("Next: divide." in line for line in lines) and lines[-1].endswith("--all")


def test_a_short_report_is_whole() -> None:
    """If everything is shown, nothing is said about `--all`; a mistake that comes again takes one line."""
    mistake = Misconception(id="sum", sentence=verbatim("You sum."))
    one = verdict("One", "failed", call="mse(1)", expected="1", got="2")
    lines = shown(one)
    assert lines == ["✗ mse  0 of 1", "  ✗ One  1", "    mse(1)", "    expected: 1", "    got: 2"]
    named = msgspec.structs.replace(one, feedback=msgspec.structs.replace(one.feedback, misconception=mistake))
    assert shown(named, named)[-2:] == [
        "  ✗ 1 more check shows the same mistake",
        "  Everything in full: grader check 10.mse --all",
    ]


def test_a_long_program_is_shown_from_its_end() -> None:
    """The last lines have the call; without them the values say nothing."""
    program = "\n".join([f"x{n} = {n}" for n in range(20)] + ["result = f(x19)"])
    lines = shown(verdict("It is right", "failed", call=program, expected=verbatim("1"), got=verbatim("2")))
    text = [line.strip() for line in lines]
    assert "…" in text and "result = f(x19)" in text and "x13 = 13" in text and "x12 = 12" not in text
