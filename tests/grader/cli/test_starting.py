"""`grader start` makes a student's folder, and overwrites nothing."""

from __future__ import annotations

import errno
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from grader import files
from grader.catalog import Catalog
from grader.cli import app


@pytest.fixture(autouse=True)
def small(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start courses with two exercises, in an empty folder, with a home of their own."""
    two = msgspec.structs.replace(catalog, exercises=catalog.exercises[6:8])
    monkeypatch.setattr("grader.catalog.load_catalog", lambda course: two)
    monkeypatch.setattr("grader.installation.problem_here", lambda: None)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "data"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def start(folder: str) -> Result:
    """Run `grader start`."""
    return CliRunner().invoke(app, ["start", folder])


def test_start_makes_a_folder_and_says_the_next_step(tmp_path: Path) -> None:
    """The folder has scripts, notebooks, public checks, hints and a README; the housing table is installed."""
    done = start("mine")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "2 exercises are in mine.\nNext: cd mine, then: grader next\n"
    made = {path.relative_to("mine").as_posix() for path in Path("mine").rglob("*") if path.is_file()}
    ids = ("07_autograd", "08_detach_and_inplace")
    names = ("exercises/{}.py", "notebooks/{}.ipynb", "tests/public/test_{}.py")
    each = {name.format(id) for id in ids for name in names}
    assert made == each | {"exercises/hints.json", "README.md", "glossary.md", ".grader/release"}
    assert (tmp_path / "data" / "cal_housing_py3.pkz").stat().st_size > 300_000
    assert "requirements.txt" not in Path("mine", "README.md").read_text(encoding="utf-8")


def test_start_keeps_what_is_there(tmp_path: Path) -> None:
    """A second start restores lost files, keeps all others, names those that differ, and keeps the student's data."""
    start(".")
    work, lost = Path("exercises", "07_autograd.py"), Path("notebooks", "08_detach_and_inplace.ipynb")
    work.write_text("mine", encoding="utf-8")
    lost.unlink()
    table = tmp_path / "data" / "cal_housing_py3.pkz"
    table.write_bytes(b"mine")
    done = start(".")
    assert done.stdout.splitlines()[1:] == [
        "1 file was there already and is as it was: exercises/07_autograd.py",
        "Next: grader next",
    ]
    assert work.read_text(encoding="utf-8") == "mine" and lost.is_file() and table.read_bytes() == b"mine"


def test_start_refuses_a_file() -> None:
    """A file in the place of the folder is named, and stays."""
    Path("mine").write_text("mine", encoding="utf-8")
    done = start("mine")
    assert done.exit_code == 2 and "it is a file. Name a new folder." in done.stderr
    assert Path("mine").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "Check the path and its permissions."),
        (errno.ENOSPC, "Make room on the disk, and run this again."),
    ],
)
def test_start_says_why_it_cannot_write(monkeypatch: pytest.MonkeyPatch, number: int, said: str) -> None:
    """Without permission, or on a full disk, one sentence names the path, the cause and the cure."""

    def fail(path: Path, data: bytes, **_: object) -> None:
        raise OSError(number, "no", str(path))

    monkeypatch.setattr(files, "write_bytes", fail)
    done = start("mine")
    assert done.exit_code == 2 and said in done.stderr and "mine" in done.stderr
    assert len(done.stderr.splitlines()) == 1
