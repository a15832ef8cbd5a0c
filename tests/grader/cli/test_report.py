"""The command `grader report` writes pages and says where, or explains why it cannot."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from grader.cli.main import app
from grader.records import class_report, student_report
from grader.reports.store import write_json

RUN = CliRunner()


def out(folder: Path) -> Path:
    """Lay out a class of one student without exercises."""
    report = student_report("ana", ())
    write_json(folder / "ana" / "report.json", report)
    write_json(folder / "class.json", class_report((report,)))
    return folder


def test_report_says_where_the_pages_are(tmp_path: Path) -> None:
    """It names the page for staff and the students' folder, which are in OUT or in another folder."""
    done = RUN.invoke(app, ["report", str(out(tmp_path / "out"))])
    site = tmp_path / "out" / "site"
    assert done.exit_code == 0
    assert done.stdout == f"For you: {site / 'staff' / 'index.html'}\nFor 1 student: {site / 'students'}\n"
    assert (site / "staff" / "index.html").is_file() and (site / "students" / "ana" / "index.html").is_file()
    done = RUN.invoke(app, ["report", str(tmp_path / "out"), "--to", str(tmp_path / "pages"), "--hide-expected"])
    assert done.exit_code == 0 and (tmp_path / "pages" / "staff" / "index.html").is_file()


def test_report_of_nothing_is_explained(tmp_path: Path) -> None:
    """A folder that was never graded into is an error in one line, and nothing is written."""
    done = RUN.invoke(app, ["report", str(tmp_path)])
    assert done.exit_code == 2 and done.stderr.startswith(f"grader: Cannot read '{tmp_path}': it holds no class.json")
    assert list(tmp_path.iterdir()) == []
