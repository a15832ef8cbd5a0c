"""`grader similar` writes pairs as data, and programs for other tools."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from made_reports import exercise, lay_out
from typer.testing import CliRunner

from grader.catalog import Catalog
from grader.cli.main import app
from grader.records import Submission
from grader.reports.code import keep_code
from grader.similarity import Similarity

ID = "07_autograd"
HALF = exercise(ID, minimize={"a": ("passed", 7.25), "b": ("failed", 2.75)})
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def out(tmp_path: Path, catalog: Catalog) -> Path:
    """Ana and Bia handed in the same solution, Caio an untouched stub, =Dora nothing."""
    out = lay_out(tmp_path / "out", ana=(HALF,), bia=(HALF,), caio=(HALF,), **{"=Dora": (HALF,)})
    solution = catalog.solution(ID).read_text(encoding="utf-8")
    sources = {"ana": solution, "bia": solution.replace("x", "z"), "caio": catalog.stub(ID).read_text(encoding="utf-8")}
    for student, source in sources.items():
        keep_code(out / student, Submission(student=student, exercise=ID, path=f"{ID}.py", source=source))
    return out


def similar(*arguments: object) -> tuple[int, str]:
    """Run the command; return its exit code and everything that it printed, each run of blanks as one."""
    done = CliRunner().invoke(app, ["similar", *map(str, arguments), "--course", str(ROOT)])
    return done.exit_code, " ".join(done.output.split())


def test_pairs_are_data(out: Path) -> None:
    """The pairs are in a file for its owner alone, with their lines; the command shows them, and its limits."""
    code, said = similar(out)
    assert code == 0 and "1 pair to look at" in said and "07 ana" in said and "no proof" in said
    found = msgspec.json.decode((out / "similar.json").read_bytes(), type=Similarity)
    (pair,) = found.pairs
    assert (pair.first.folder, pair.second.folder, pair.exercise) == ("ana", "bia", ID)
    assert pair.first.lines and [one.students for one in found.compared] == [3]
    assert (out / "similar.json").stat().st_mode & 0o077 == 0


def test_programs_are_laid_down_for_other_tools(out: Path) -> None:
    """Dolos and JPlag get one file for each person, a table, and the stub in a folder beside them."""
    assert similar(out, "--for-tools", out.parent / "dolos")[0] == 0
    assert sorted(path.name for path in (out.parent / "dolos" / ID).iterdir()) == [
        "ana.py",
        "bia.py",
        "caio.py",
        "info.csv",
    ]
    table = (out.parent / "dolos" / ID / "info.csv").read_text(encoding="utf-8").splitlines()
    assert table[:2] == ["filename,full_name,created_at", "ana.py,ana,"]
    assert (out.parent / "dolos" / "stubs" / f"{ID}.py").exists()
    code, said = similar(out, "--for-tools", out.parent / "dolos")
    assert code == 2 and "exists and is not empty" in said


def test_another_year_is_compared(out: Path, tmp_path: Path) -> None:
    """With --earlier, somebody of another year is found, under the name of that folder."""
    last_year = lay_out(tmp_path / "2025", eva=(HALF,))
    (out / "ana" / "code").rename(last_year / "eva" / "code")
    code, said = similar(out, "--earlier", last_year)
    assert code == 0 and "07 bia 100% 2025/eva 100%" in said


def test_without_code_nothing_is_compared(tmp_path: Path) -> None:
    """A folder without graded code is explained."""
    code, said = similar(lay_out(tmp_path / "out", ana=(HALF,)))
    assert code == 2 and "it holds no graded code" in said
