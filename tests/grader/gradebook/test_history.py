"""Every run says who changed, from what to what, and why; the history keeps it."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from made_reports import Checks, exercise, lay_out, nothing

from grader.gradebook import Run, read_gradebook
from grader.gradebook.history import keep_book, read_book, run_of

PASSING: Checks = {"a": ("passed", 4.0), "b": ("passed", 2.0)}
FAILING: Checks = {"a": ("passed", 4.0), "b": ("failed", 2.0)}
OVERRIDE = '[[override]]\nstudent = "ana"\nexercise = "07"\npoints = 5\nreason = "Right."\n'


def change(out: Path, **later: object) -> Run:
    """Return what changes when other reports or adjustments are laid down."""
    before = read_gradebook(out)
    lay_out(out, **later)  # type: ignore[arg-type]
    return run_of(before, read_gradebook(out), "grade")


def told(run: Run) -> list[tuple[str, str, float | None, float | None, str]]:
    """Return the changes as tuples, with the causes in one text."""
    return [(c.student, c.exercise, c.before, c.after, " ".join(map(str, c.causes)).strip()) for c in run.changes]


def test_a_check_that_passes_now_is_named(tmp_path: Path) -> None:
    """A change of the examiner's points names the task and the checks."""
    out = lay_out(tmp_path, ana=(exercise(minimize=FAILING),), bia=(exercise(minimize=PASSING),))
    run = change(out, ana=(exercise(minimize=PASSING),), bia=(exercise(minimize=FAILING),))
    assert told(run) == [
        ("ana", "07_autograd", 4, 6, "minimize: the check b passes now."),
        ("bia", "07_autograd", 6, 4, "minimize: the check b fails now."),
    ]


def test_an_adjustment_is_named_with_its_reason(tmp_path: Path) -> None:
    """A change by a decision quotes it, also when the decision is taken back."""
    out = lay_out(tmp_path, ana=(exercise(minimize=FAILING),))
    run = change(out, adjustments=OVERRIDE)
    assert told(run) == [("ana", "07_autograd", 4, 5, "New: 5 points in place of 4. Right.")]
    back = change(out, adjustments="# nothing\n")
    assert told(back) == [("ana", "07_autograd", 5, 4, "No more: 5 points in place of 4. Right.")]


def test_new_results_are_counted_and_not_listed(tmp_path: Path) -> None:
    """What had no points before is new; a change of the status is a change."""
    out = lay_out(tmp_path, ana=(nothing(points=6.0),), bia=(nothing(points=6.0, status="unreadable"),))
    run = change(
        out, ana=(exercise(minimize=FAILING),), bia=(exercise(minimize=FAILING),), caio=(exercise(minimize=FAILING),)
    )
    assert run.new == 2
    assert told(run) == [("bia", "07_autograd", 0, 4, "It was unreadable and is graded now.")]


def test_a_decision_about_who_handed_in_nothing_is_a_change(tmp_path: Path) -> None:
    """Excusing somebody, or giving points without a file, is told with its reason, and is no new result."""
    out = lay_out(tmp_path, ana=(nothing(points=6.0),), bia=(nothing(points=6.0),))
    excuse = '[[excused]]\nstudent = "bia"\nexercise = "07"\nreason = "Joined late."\n'
    run = change(out, adjustments=OVERRIDE + excuse)
    assert run.new == 0
    assert [(who, before, after) for who, _, before, after, _ in told(run)] == [("ana", None, 5), ("bia", None, None)]
    assert told(run)[1][4] == "New: Excused. Joined late."


def test_who_leaves_and_who_is_renamed_is_said(tmp_path: Path) -> None:
    """Nobody vanishes without a word: those who left, and those who have another name now."""
    out = lay_out(tmp_path, ana=(exercise(minimize=FAILING),), bia=(exercise(minimize=FAILING),))
    text = '[[withdrawn]]\nstudent = "ana"\n[[renamed]]\nstudent = "bia"\nnow = "bia.costa"\n'
    run = change(out, adjustments=text)
    assert told(run) == [
        ("ana", "", 4, None, "Left the course: archived, in no table any more."),
        ("bia", "", 4, None, "Is bia.costa now."),
    ]
    assert run.new == 0
    back = change(out, adjustments='[[renamed]]\nstudent = "bia"\nnow = "bia.costa"\n')
    assert told(back) == [("ana", "", None, 4, "Is in the tables again.")]


def test_a_weight_changes_for_everybody(tmp_path: Path) -> None:
    """A decision about the whole class is told once."""
    out = lay_out(tmp_path, ana=(exercise(minimize=FAILING),))
    run = change(out, adjustments='[[exercise]]\nid = "07"\nweight = 2\n')
    assert told(run) == [("", "07_autograd", 6, 6, "The exercise weighs 2 now, not 1.")]


def test_the_history_grows_by_what_changed(tmp_path: Path) -> None:
    """Each run that changed something is kept with the gradebook; one that changed nothing is not."""
    out = lay_out(tmp_path, ana=(exercise(minimize=FAILING),))
    empty = msgspec.structs.replace(read_gradebook(out), rows=())
    keep_book(out, read_gradebook(out), run_of(empty, read_gradebook(out), "grade"))
    run = change(out, adjustments=OVERRIDE)
    keep_book(out, read_gradebook(out), run)
    keep_book(out, read_gradebook(out), change(out))
    runs = read_gradebook(out).runs
    assert [(one.new, len(one.changes)) for one in runs] == [(1, 0), (0, 1)]
    assert runs[1] == run


def test_a_damaged_history_is_set_aside(tmp_path: Path) -> None:
    """A history that cannot be read gets another name before a new one begins."""
    out = lay_out(tmp_path, ana=(exercise(minimize=FAILING),))
    (out / "gradebook.json").write_text("torn", encoding="utf-8")
    backup = keep_book(out, read_gradebook(out), change(out))
    assert backup is not None and backup.read_text(encoding="utf-8") == "torn"
    assert read_book(out) is not None and json.loads((out / "gradebook.json").read_bytes())["runs"] == []
