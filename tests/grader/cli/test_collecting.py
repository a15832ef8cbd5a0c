"""`grader collect` shows what it is going to write, and `grader grade` takes downloads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.collecting import LAYOUTS
from grader.locking import locked

ROOT = Path(__file__).resolve().parents[3]
SEVEN = "07_autograd"


@pytest.fixture
def download(tmp_path: Path) -> Path:
    """A class of two students, one of whom handed in a PDF too; a third is in the roster only."""
    stub = (ROOT / "exercises" / f"{SEVEN}.py").read_text(encoding="utf-8")
    for student in ("ana", "bia"):
        (tmp_path / "in" / student / "week7").mkdir(parents=True)
        (tmp_path / "in" / student / "week7" / f"{SEVEN}.py").write_text(stub, encoding="utf-8")
    (tmp_path / "in" / "ana" / "notes.pdf").write_bytes(b"%PDF")
    (tmp_path / "roster.csv").write_text("login;name\nana;Ana Sousa\nbia;Bia Reis\nrui;Rui Costa\n", encoding="utf-8")
    return tmp_path / "in"


def run(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "80"})
    assert done.exit_code == code, done.output
    return done.output


def test_a_preview_writes_nothing(download: Path, tmp_path: Path) -> None:
    """It says who, which exercise and which file, who is missing, and what is not collected with the cure."""
    said = run("collect", download, "--out", tmp_path / "out", "--roster", tmp_path / "roster.csv", "--preview")
    assert "a folder or archive for each student. Students: 2, files: 2." in said
    assert "Ana Sousa (ana)" in said
    assert "ana/week7/07_autograd.py" in said
    assert "1 member of the class handed in no exercise: Rui Costa" in said
    assert "in/ana/notes.pdf\n  It is neither a script nor a notebook." in "\n".join(map(str.rstrip, said.splitlines()))
    assert "Nothing was written." in said
    assert not (tmp_path / "out").exists()


def test_a_long_path_is_cut_at_folders(tmp_path: Path) -> None:
    """Of a path that does not fit, the end is shown, and the file's name stays in one piece; --all shows it whole."""
    for student in ("Ana Sousa", "Bia Reis"):
        folder = tmp_path / "in" / f"{student}_123456_assignsubmission_file"
        folder.mkdir(parents=True)
        (folder / f"{SEVEN}.py").write_text("def derivative_at(f, x):\n    return 1\n", encoding="utf-8")
    said = run("collect", tmp_path / "in", "--out", tmp_path / "out", "--preview")
    assert said.count(f"…/{SEVEN}.py") == 2
    said = run("collect", tmp_path / "in", "--out", tmp_path / "out", "--preview", "--all")
    assert "…" not in said and said.count("Bia Reis") == 2


def test_what_is_shown_is_written(download: Path, tmp_path: Path) -> None:
    """The folder that is written is a class, and a second run changes nothing."""
    said = run("collect", download, "--out", tmp_path / "out")
    assert "2 new, 0 changed, 0 as before" in said
    assert f"Grade them with: grader grade {tmp_path / 'out'} --out OUT" in said
    assert (tmp_path / "out" / "ana" / f"{SEVEN}.py").is_file()
    assert "0 new, 0 changed, 2 as before" in run("collect", download, "--out", tmp_path / "out")


def test_a_download_without_exercises_is_an_error(tmp_path: Path) -> None:
    """Nothing is written if no file is an exercise."""
    (tmp_path / "in" / "ana").mkdir(parents=True)
    (tmp_path / "in" / "ana" / "notes.pdf").touch()
    run("collect", tmp_path / "in", "--out", tmp_path / "out", code=2)
    assert not (tmp_path / "out").exists()


def test_help_names_all_layouts() -> None:
    """What can be given with --layout stands in the help."""
    said = " ".join(run("collect", "--help").replace("\n", " ").split())
    assert [layout.name for layout in LAYOUTS if layout.name not in said] == []


def test_mistakes_are_one_line(download: Path, tmp_path: Path) -> None:
    """A layout that is not known, and a roster that is no table, are errors with a cure."""
    assert "Known are gradescope, moodle" in run(
        "collect", download, "--out", tmp_path / "out", "--layout", "x", code=2
    )
    (tmp_path / "roster.csv").write_bytes(b"PK\x03\x04")
    said = run("collect", download, "--out", tmp_path / "out", "--roster", tmp_path / "roster.csv", code=2)
    assert "save it as CSV" in said


def test_the_course_is_no_download(tmp_path: Path) -> None:
    """A folder that contains the course is refused by both commands, because its solutions are nobody's answers."""
    for command in ("collect", "grade"):
        assert "it lies among the submissions" in run(command, ROOT, "--out", tmp_path / "out", code=2)


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_download_is_graded_directly(download: Path, tmp_path: Path) -> None:
    """It is collected into the output folder first; the table has names, who is missing, and the file that is left."""
    out = tmp_path / "out"
    said = run("grade", download, "--out", out, "--exercise", "07", "--roster", tmp_path / "roster.csv")
    assert f"so it was collected into {out / '.collected'} first" in " ".join(said.split())
    assert (out / ".collected").stat().st_mode & 0o077 == 0
    whole = json.loads((out / "class.json").read_text(encoding="utf-8"))
    assert [(row["person"]["name"], row["statuses"][SEVEN]) for row in whole["students"]] == [
        ("Ana Sousa", "not_attempted"),
        ("Bia Reis", "not_attempted"),
        ("Rui Costa", "not_submitted"),
    ]
    assert whole["students"][0]["handed_in"][SEVEN]["original"] == f"in/ana/week7/{SEVEN}.py"
    assert [(file["path"], file["student"]) for file in whole["left"]] == [("in/ana/notes.pdf", "ana")]


@pytest.mark.sandbox
def test_who_is_in_doubt_is_said_after_writing(tmp_path: Path) -> None:
    """Folders whose names differ in signs are taken for one person: the screen says who, why and what to do."""
    for folder, answer in (("ana_sousa", "x"), ("Ana Sousa", "-x"), ("bia", "x * 2")):
        (tmp_path / "in" / folder).mkdir(parents=True)
        code = f"def derivative_at(f, x):\n    return {answer}\n"
        (tmp_path / "in" / folder / f"{SEVEN}.py").write_text(code, encoding="utf-8")
    said = " ".join(run("collect", tmp_path / "in", "--out", tmp_path / "out").split())
    assert "- Ana Sousa, ana_sousa are taken for one person. If these are several people, give their folders" in said
    assert f"- Ana Sousa, {SEVEN}: 2 files differ. All are graded" in said
    assert "1 person is in doubt: Ana Sousa. The list above says why, and what to do." in said
    assert said.index("1 person is in doubt") > said.index("07_autograd: 2 files differ")


def test_a_doubt_of_a_later_week_is_said(tmp_path: Path) -> None:
    """If somebody of a later download may be one of two people of one name, the command says so after writing."""
    for week, numbers in (("one", "12"), ("two", "3")):
        for number in numbers:
            folder = tmp_path / week / f"Ana Sousa_{number}_assignsubmission_file"
            folder.mkdir(parents=True)
            code = f"def derivative_at(f, x):\n    return {number}\n"
            (folder / f"{SEVEN}.py").write_text(code, encoding="utf-8")
    run("collect", tmp_path / "one", "--out", tmp_path / "out")
    said = " ".join(run("collect", tmp_path / "two", "--out", tmp_path / "out").split())
    assert "Several people are called Ana Sousa; numbers tell them apart. Look who is who." in said
    assert "1 person is in doubt: Ana Sousa." in said


def test_nobody_in_doubt_is_not_mentioned(download: Path, tmp_path: Path) -> None:
    """Where all is clear, the command does not speak of doubt."""
    assert "in doubt" not in run("collect", download, "--out", tmp_path / "out").lower()


@pytest.mark.sandbox
def test_two_files_of_one_canvas_download_are_of_one_attempt(tmp_path: Path) -> None:
    """Canvas gives only the last attempt, so the screen says that both count for now, and that a teacher decides."""
    (tmp_path / "in").mkdir()
    for number in (1, 2):
        code = f"def derivative_at(f, x):\n    return {number}\n"
        (tmp_path / "in" / f"sousaana_77_100{number}_{SEVEN}-{number}.py").write_text(code, encoding="utf-8")
    said = " ".join(run("collect", tmp_path / "in", "--out", tmp_path / "out").split())
    assert "2 files differ. Canvas lets you download only the last attempt, so all of them belong to it." in said
    assert sorted(path.name for path in (tmp_path / "out" / "sousaana").iterdir()) == [
        f"{SEVEN} (2).py",
        f"{SEVEN}.py",
    ]


def test_two_commands_do_not_write_into_one_folder(download: Path, tmp_path: Path) -> None:
    """While one command adds to the students' folders, another one is refused, and says who is at work."""
    out = tmp_path / "out"
    run("collect", download, "--out", out)
    before = (out / "collected.json").read_bytes()
    with locked(out, "collect"):
        assert "`grader collect` is at work there" in run("collect", download, "--out", out, code=2)
    assert (out / "collected.json").read_bytes() == before
    assert "2 as before" in run("collect", download, "--out", out)


def test_long_names_of_exercises_do_not_break_the_table(tmp_path: Path) -> None:
    """Where names and paths do not fit beside each other, the exercise's number stands for it."""
    name = "10_linear_regression_by_hand"
    for student in ("Ana Beatriz Sousa", "Bia Reis"):
        (tmp_path / "in" / student).mkdir(parents=True)
        (tmp_path / "in" / student / f"{name}.py").write_text("def mse(a, b):\n    return 1\n", encoding="utf-8")
    said = run("collect", tmp_path / "in", "--out", tmp_path / "out", "--preview")
    assert f"Ana Beatriz Sousa   10         …/{name}.py\n" in "\n".join(map(str.rstrip, said.splitlines())) + "\n"


def test_reports_and_submissions_do_not_mix(download: Path, tmp_path: Path) -> None:
    """Reports are not written beside students' files, and a folder of reports is no download."""
    run("collect", download, "--out", tmp_path / "out")
    assert "it is the folder with the submissions" in run("grade", tmp_path / "out", "--out", tmp_path / "out", code=2)
    assert not (tmp_path / "out" / "class.json").exists()
    for name in ("class.json", "gradebook.json"):
        (tmp_path / "out" / name).write_text("{}", encoding="utf-8")
    said = run("collect", tmp_path / "out", "--out", tmp_path / "again", code=2)
    assert "it holds reports that `grader grade` wrote" in said
