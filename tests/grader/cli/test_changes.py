"""After a run, `grade` says what a teacher may have to do about people."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from made_reports import exercise, lay_out, nothing

from grader.cli.changes import show_notes, show_unused
from grader.gradebook import read_gradebook
from grader.grading.pipeline import ClassRun
from grader.records import ClassRow, class_report
from grader.reports.store import Stored
from grader.roster import Person


def row(student: str, name: str) -> ClassRow:
    """Return the row of a student in a class table."""
    return ClassRow(student=student, points=0.0, exercises={}, person=Person(name=name))


def test_one_name_under_two_folders_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Who has another folder this week gets two rows; the command that joins them is named, where it is no guess."""
    rows = (row("Ana Reis", "Ana Reis"), row("ana@x.br", "ANA REIS"), row("Eva", "Eva Sá"), row("eva1", "Eva Sá"))
    rows = (*rows, row("eva2", "Eva Sá"), row("rui", "Rui Dias"))
    table = msgspec.structs.replace(class_report(()), students=rows)
    show_notes(
        ClassRun(report=table, stored=Stored(reports={}, folders={}, unreadable={}), others=("Ana Reis", "Eva", "rui")),
        Path("out"),
        asked=False,
    )
    said = capsys.readouterr().err
    assert said.count("have the same name") == 1
    assert "`grader adjust rename out 'Ana Reis' 'ana@x.br'`" in said


def test_what_nobody_handed_in_is_said_to_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exercises that are not due yet make the sum larger: the screen says by how much, and what to do."""
    half = exercise(minimize={"a": ("passed", 4.0), "b": ("failed", 2.0)})
    out = lay_out(tmp_path, ana=(half, nothing("08_detach")), bia=(half, nothing("08_detach")))
    show_unused(read_gradebook(out))
    assert "1 exercise that nobody handed in counts in the sum: 10 of the 16 points." in capsys.readouterr().err
    (out / "adjustments.toml").write_text('[[exercise]]\nid = "08"\nweight = 0\n', encoding="utf-8")
    show_unused(read_gradebook(out))
    assert not capsys.readouterr().err
