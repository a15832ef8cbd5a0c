"""`grader adjust` adds decisions to a file that people can edit, and says what they change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from made_reports import exercise, lay_out
from typer.testing import CliRunner

from grader.cli.main import app

HALF = exercise(minimize={"a": ("passed", 4.0), "b": ("failed", 2.0)})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output folder with two students."""
    return lay_out(tmp_path / "out", ana=(HALF,), bia=(HALF,))


def adjust(*arguments: object) -> tuple[int, str]:
    """Run the command; return its exit code and everything that it printed, each run of blanks as one."""
    done = CliRunner().invoke(app, ["adjust", *map(str, arguments)])
    return done.exit_code, " ".join(done.output.split())


def decided(out: Path) -> str:
    """Return the file without its comments."""
    lines = (out / "adjustments.toml").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def test_a_decision_is_written_and_shown(out: Path) -> None:
    """An override is added to the file with its reason; the command says from what to what."""
    code, said = adjust("override", out, "ana", "07", 5, "--reason", 'Right, "truly".')
    assert (code, said) == (0, 'What changed ana, 07_autograd: 4 → 5 New: 5 points in place of 4. Right, "truly".')
    assert decided(out) == (
        '[[override]]\nstudent = "ana"\nexercise = "07"\npoints = 5.0\nreason = "Right, \\"truly\\"."'
    )


def test_what_somebody_wrote_stays(out: Path) -> None:
    """Comments and entries that are in the file already are kept, byte for byte."""
    own = '# mine\r\n[[comment]]\nstudent = "ana"  # note\ntext = "Good."'
    (out / "adjustments.toml").write_bytes(own.encode())
    assert adjust("excuse", out, "bia", "--reason", "Ill.")[0] == 0
    assert (out / "adjustments.toml").read_bytes().startswith(own.encode() + b"\n\n[[excused]]\n")


def test_a_dry_run_writes_nothing(out: Path) -> None:
    """With --dry-run the command says what would change, and leaves no file."""
    code, said = adjust("check", out, "07", "b", "--give", "--reason", "Unclear.", "--dry-run")
    assert code == 0 and "What would change ana, 07_autograd: 4 → 6" in said
    assert not (out / "adjustments.toml").exists() and not (out / "gradebook.json").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("override", "OUT", "anna", "07", "5", "--reason", "x"), "Nothing was changed.*Did you mean 'ana'?"),
        (("override", "OUT", "ana", "09", "5", "--reason", "x"), "no exercise '09' was graded"),
        (("override", "OUT", "ana", "07", "5", "--task", "relu", "--reason", "x"), "has no task 'relu'"),
        (("check", "OUT", "07", "gone", "--reason", "x"), "no report has a check 'gone'"),
        (("extend", "OUT", "ana"), "Give --until or --days."),
        (("extend", "OUT", "ana", "--until", "2026-03-01", "--days", "3"), "Give either --until or --days, not both."),
        (("extend", "OUT", "ana", "--days", "1,5"), "'1,5' has a comma. Write the number with a point: 1.5."),
        (("override", "OUT", "ana", "07", "9,5", "--reason", "x"), "'POINTS': '9,5' has a comma. .* a point: 9.5."),
        (("extra", "OUT", "ana", "0,5", "--reason", "x"), "Write the number with a point: 0.5."),
        (("exercise", "OUT", "07", "--weight", "two"), "'two' is no number. Write one such as 9 or 9.5."),
        (("exercise", "OUT", "07"), "Give --due, --weight or --extra-credit."),
        (
            ("override", "OUT", "ana", "07", "1e9", "--reason", "x"),
            "`points` is 1000000000.0. It must be a number from 0",
        ),
        (("extend", "OUT", "ana", "--until", "soon"), "Cannot read the time 'soon'"),
        (
            ("override", "OUT", "ana", "07", "5", "--reason", ""),
            "adjustments.toml. `reason` is empty. Write something.",
        ),
        (("withdraw", "OUT"), "Name the students who left"),
        (("comment", "nowhere", "ana", "x"), "there is no report in it"),
    ],
)
def test_what_has_no_effect_is_refused(out: Path, arguments: tuple[str, ...], words: str) -> None:
    """A decision about nobody or nothing is refused with a sentence, and nothing is written."""

    code, said = adjust(*(str(out) if one == "OUT" else one for one in arguments))
    assert code == 2 and re.search(words, said), said
    assert not (out / "adjustments.toml").exists()


def test_everybody_who_is_not_on_the_roster_is_archived(out: Path, tmp_path: Path) -> None:
    """With --not-on, those who are missing on the roster leave the tables; a second time there is nobody left."""
    (tmp_path / "roster.csv").write_text("name,username\nAna Silva,ana\n", encoding="utf-8")
    code, said = adjust("withdraw", out, "--not-on", tmp_path / "roster.csv")
    assert code == 0 and "bia, the sum: 4 → – Left the course" in said
    assert "Nobody to archive" in adjust("withdraw", out, "--not-on", tmp_path / "roster.csv")[1]
    assert (out / "bia" / "report.json").exists()


def test_who_may_be_on_the_roster_is_not_archived(out: Path, tmp_path: Path) -> None:
    """Of two people of one name on the roster, nobody knows who handed in: no results are put away for that."""
    (tmp_path / "roster.csv").write_text("name,id\nAna,1\nAna,2\n", encoding="utf-8")
    code, said = adjust("withdraw", out, "--not-on", tmp_path / "roster.csv")
    assert code == 0 and "may be on the roster, and is not archived: ana." in said
    assert decided(out) == '[[withdrawn]]\nstudent = "bia"'


def test_all_decisions_can_be_seen(out: Path) -> None:
    """`show` lists what counts other than the examiner said, what is decided for everybody, and the file."""
    adjust("check", out, "07", "b", "--drop", "--reason", "Unclear.")
    adjust("extra", out, "ana", "1", "--exercise", "07", "--reason", "Forum.")
    adjust("comment", out, "bia", "Come and see me.")
    code, said = adjust("show", out)
    assert code == 0
    assert "07_autograd, for everybody The check b counts for nobody. Unclear." in said
    assert "ana, 07_autograd: 4 → 5 +1 extra points. Forum." in said
    assert "bia, the sum: 4 Comment: Come and see me." in said and "adjustments.toml" in said


def test_a_name_that_somebody_else_has_is_told(out: Path) -> None:
    """Two people who both handed in an exercise may be two people: the command says which results count."""
    code, said = adjust("rename", out, "ana", "bia")
    assert code == 0 and "Both handed in 07_autograd, and only what bia handed in counts." in said
    assert "Both handed in" not in adjust("rename", out, "bia", "bia.costa")[1]


def test_points_are_taken_off(out: Path) -> None:
    """A negative number is one, not an option; an option that is misspelt is still an error."""
    code, said = adjust("extra", out, "ana", "-1.5", "--exercise", "07", "--reason", "Late.")
    assert code == 0 and "ana, 07_autograd: 4 → 2.5" in said
    assert adjust("extra", out, "ana", "-1", "--reson", "Late.")[0] == 2


def test_who_has_another_name_is_not_archived(out: Path) -> None:
    """`show` tells who left from who has another name now."""
    adjust("rename", out, "ana", "ana.silva")
    adjust("withdraw", out, "bia")
    said = adjust("show", out)[1]
    assert "Archived, in no table: bia ana is ana.silva now; the results belong together." in said


def test_a_history_that_cannot_be_read_is_kept_and_named(out: Path) -> None:
    """A damaged gradebook.json is not replaced in silence: it gets another name, which the command says."""
    (out / "gradebook.json").write_bytes(b"damaged")
    said = adjust("comment", out, "ana", "Well done.")[1]
    [kept] = [path for path in out.glob("*.json") if path.read_bytes() == b"damaged"]
    assert kept.name in said
