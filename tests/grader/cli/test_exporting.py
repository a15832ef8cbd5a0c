"""`grader export` writes new files, and never the platform's own."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from made_reports import exercise, lay_out, nothing
from typer.testing import CliRunner

from grader.cli.main import app
from grader.records import class_report
from grader.reports import write_json
from grader.reports.store import stored_reports

SHEETS = Path(__file__).parents[1] / "exports" / "sheets"
HALF = exercise(minimize={"a": ("passed", 7.25), "b": ("failed", 2.75)})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output folder whose students are called as on the platform."""
    shutil.copy(SHEETS / "moodle.csv", tmp_path)
    shutil.copy(SHEETS / "canvas.csv", tmp_path)
    out = lay_out(tmp_path / "out", **{"Ana Silva": (HALF,), "bia@example.org": (HALF,)})
    write_json(out / "class.json", class_report(tuple(stored_reports(out).reports.values())))
    return out


def export(*arguments: object) -> tuple[int, str]:
    """Run the command; return its exit code and everything that it printed, each run of blanks as one."""
    done = CliRunner().invoke(app, ["export", *map(str, arguments)])
    return done.exit_code, " ".join(done.output.split())


@pytest.mark.parametrize("form", ["csv", "xlsx", "junit"])
def test_a_table_lies_beside_the_reports(out: Path, form: str) -> None:
    """Without a name, the file gets one in the output folder."""
    code, said = export(out, "--to", form)
    assert code == 0 and said.startswith("2 people: ")
    assert Path(said.removeprefix("2 people: ").replace(" ", "")).stat().st_size > 100


def test_the_platforms_sheet_stays(out: Path) -> None:
    """The filled sheet is a new file, with its number of people; feedback pages are in a zip."""
    sheet, before = out.parent / "moodle.csv", (SHEETS / "moodle.csv").read_bytes()
    code, said = export(out, "--to", "moodle", "--into", sheet, "--feedback", out.parent / "feedback.zip")
    assert code == 0, said
    assert "The points of 2 people are in the column 'Grade'" in said and "2 feedback pages" in said
    assert sheet.read_bytes() == before
    assert b",7.25,10.00," in (out.parent / "moodle-graded.csv").read_bytes()
    with zipfile.ZipFile(out.parent / "feedback.zip") as archive:
        assert sorted(archive.namelist()) == [
            "Ana Silva_90001_assignsubmission_file/feedback.html",
            "Bia B Costa_90002_assignsubmission_file/feedback.html",
        ]
        assert b"<html" in archive.read(archive.namelist()[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("OUT", "--to", "moodle"), "Export it there, and name it with --into"),
        (("OUT", "--to", "csv", "--into", "SHEET"), "Leave --into out"),
        (("OUT", "--to", "moodle", "--into", "nowhere.csv"), "Name the sheet that the platform exported"),
        (("OUT", "--to", "moodle", "--into", "SHEET", "--file", "SHEET"), "the platform's own sheet, which stays"),
        (("OUT", "--to", "canvas", "--into", "SHEET"), "it is no sheet of Canvas"),
        (("OUT", "--to", "csv", "--exercise", "99"), "nobody has a result for it"),
        (("nowhere", "--to", "csv"), "there is no report in it"),
        (("OUT", "--to", "blackboard", "--into", "SHEET", "--feedback", "x.zip"), "is not documented"),
    ],
)
def test_bad_input_is_explained_and_writes_nothing(out: Path, arguments: tuple[str, ...], words: str) -> None:
    """One sentence, exit code 2, and no new file."""
    sheet = out.parent / "moodle.csv"
    before = sorted(out.parent.rglob("*"))
    named = {"OUT": str(out), "SHEET": str(sheet)}
    code, said = export(*(named.get(one, one) for one in arguments))
    assert code == 2 and re.search(words, said), said
    assert sorted(out.parent.rglob("*")) == before and sheet.read_bytes() == (SHEETS / "moodle.csv").read_bytes()


def test_where_no_work_came_from_canvas_there_is_no_feedback(out: Path) -> None:
    """Canvas finds people by the files that they handed in; without such files, that is said."""
    code, said = export(
        out, "--to", "canvas", "--into", out.parent / "canvas.csv", "--column", "07 Autograd", "--feedback", "f.zip"
    )
    assert code == 0, said
    assert "No feedback was written: Canvas finds people by the names of the files" in said
    assert not Path("f.zip").exists()


def test_a_sum_with_exercises_that_nobody_handed_in_is_told(tmp_path: Path) -> None:
    """The sum is out of more than anybody could reach so far: the command says so, but not of one exercise."""
    out = lay_out(tmp_path / "out", ana=(HALF, nothing("08_detach")), bia=(HALF, nothing("08_detach")))
    assert "1 exercise that nobody handed in counts in the sum: 10 of the 20 points." in export(out, "--to", "csv")[1]
    assert "nobody handed in" not in export(out, "--to", "csv", "--exercise", "7")[1]
