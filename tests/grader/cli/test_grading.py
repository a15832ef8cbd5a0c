"""`grader grade` keeps what other runs graded, says what changed, and says what is kept if it is stopped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from made_reports import Checks, exercise, lay_out
from typer.testing import CliRunner

from grader.cli.main import app
from grader.gradebook import read_gradebook
from grader.grading import pipeline
from grader.grading.settings import Graded, Settings
from grader.locking import locked
from grader.records import Submission

pytestmark = pytest.mark.sandbox

SEVEN, EIGHT = "07_autograd", "08_detach_and_inplace"
Grade = Callable[..., tuple[int, str]]


class Workers:
    """Workers that pass or fail one check, and may be stopped."""

    def __init__(self) -> None:
        self.status = "failed"
        self.stops_after = 100

    def __call__(self, settings: Settings, submissions: Iterable[Submission], *, jobs: int) -> Iterator[Graded]:
        for done, one in enumerate(submissions):
            if done == self.stops_after:
                raise KeyboardInterrupt
            checks: Checks = {"a": ("passed", 4.0), "b": (self.status, 2.0)}  # type: ignore[dict-item]
            yield Graded(submission=one, report=exercise(one.exercise, minimize=checks))


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    """Put these workers in the place of real ones, on a machine that may grade."""
    workers = Workers()
    monkeypatch.setattr(pipeline, "grade_submissions", workers)
    return workers


@pytest.fixture
def grade(tmp_path: Path, workers: Workers) -> Grade:
    """Grade one week: which student handed in which exercise. Return the exit code and what was printed."""

    def grade(week: str, *options: str, **files: str) -> tuple[int, str]:
        for student, id in files.items():
            (tmp_path / week / student).mkdir(parents=True, exist_ok=True)
            (tmp_path / week / student / f"{id}.py").write_text(f"x = '{week}'\n", encoding="utf-8")
        asked = ["grade", str(tmp_path / week), "--out", str(tmp_path / "out"), "--trust-submissions", *options]
        done = CliRunner().invoke(app, asked)
        return done.exit_code, " ".join(done.output.split())

    return grade


def points(out: Path) -> dict[str, list[float | None]]:
    """Return the points of each student."""
    return {row.student: [entry.points for entry in row.entries if entry.points] for row in read_gradebook(out).rows}


def test_two_weeks_are_one_gradebook(grade: Grade, tmp_path: Path) -> None:
    """After the second week, the table has both, and the command says what is new."""
    first = ("--exercise", "07")
    assert "2 results are new." in grade("week1", *first, ana=SEVEN, bia=SEVEN)[1]
    code, said = grade("week2", "--exercise", "08", ana=EIGHT)
    assert code == 0 and "1 result is new." in said
    assert "1 person has earlier results, and handed in nothing of this: bia" in said
    assert points(tmp_path / "out") == {"ana": [4, 4], "bia": [4]}
    assert "Edit it by hand" in (tmp_path / "out" / "adjustments.toml").read_text(encoding="utf-8")


def test_a_regrade_says_whose_points_changed(grade: Grade, workers: Workers, tmp_path: Path) -> None:
    """With other results, the command names the student, the points before and after, and the check."""
    grade("week1", ana=SEVEN, bia=SEVEN)
    workers.status = "passed"
    asked = ("week1", "--seed", "another")
    code, said = grade(*asked, "--dry-run")
    assert code == 0 and "What would change ana, 07_autograd: 4 → 6 minimize: the check b passes now." in said
    assert points(tmp_path / "out") == {"ana": [4], "bia": [4]}
    workers.stops_after = 0  # everything is known already
    code, said = grade(*asked)
    assert code == 0 and "What changed ana, 07_autograd: 4 → 6 minimize: the check b passes now." in said
    assert points(tmp_path / "out") == {"ana": [6], "bia": [6]}
    assert "No points changed." in grade(*asked)[1]


def test_what_was_decided_by_hand_is_told_by_the_next_run(grade: Grade, tmp_path: Path) -> None:
    """An override that somebody wrote into the file counts from the next run on, and that run says so."""
    grade("week1", ana=SEVEN)
    with open(tmp_path / "out" / "adjustments.toml", "a", encoding="utf-8") as file:
        file.write('[[override]]\nstudent = "ana"\nexercise = "07"\npoints = 5\nreason = "Right."\n')
    said = grade("week1")[1]
    assert "ana, 07_autograd: 4 → 5 New: 5 points in place of 4. Right." in said
    assert "1 of them is not what the examiner gave" in said


def test_a_slip_in_the_decisions_stops_before_grading(grade: Grade, tmp_path: Path) -> None:
    """A file of adjustments that cannot be read is an error at once, and nothing is written."""
    grade("week1", ana=SEVEN)
    (tmp_path / "out" / "adjustments.toml").write_text("[[override]\n", encoding="utf-8")
    before = (tmp_path / "out" / "class.json").read_bytes()
    code, said = grade("week2", ana=EIGHT)
    assert code == 2 and "Cannot read the adjustments" in said
    assert (tmp_path / "out" / "class.json").read_bytes() == before


def test_ctrl_c_says_what_is_kept(grade: Grade, workers: Workers, tmp_path: Path) -> None:
    """A run that is stopped says how much is kept and how to go on; the next one grades the rest."""
    workers.stops_after = 1
    code, said = grade("week1", ana=SEVEN, bia=SEVEN)
    assert code == 130 and re.search("Stopped after 1 of 2 submissions. .* Repeat the command to go on", said)
    assert (tmp_path / "out" / "ana" / "report.json").exists() and not (tmp_path / "out" / "class.json").exists()
    code, said = grade("week1", ana=SEVEN, bia=SEVEN)
    assert code == 0 and "2 results are new." in said
    assert points(tmp_path / "out") == {"ana": [4], "bia": [4]}


def test_results_of_an_exercise_that_is_gone_still_count(grade: Grade, tmp_path: Path) -> None:
    """If the course has an exercise no more, its results stay, and the command says how to leave them out."""
    gone = exercise("03_gone", t={"x": ("passed", 1.0)})
    lay_out(tmp_path / "out", ana=(gone, exercise(SEVEN, minimize={"a": ("passed", 4.0)})))
    said = grade("week1", ana=EIGHT)[1]
    assert "03_gone: not in this course any more. The results still count" in said
    assert points(tmp_path / "out") == {"ana": [1, 4, 4]}
    with open(tmp_path / "out" / "adjustments.toml", "a", encoding="utf-8") as file:
        file.write('[[exercise]]\nid = "03_gone"\nweight = 0\n')
    assert "not in this course any more" not in grade("week1")[1]
    assert [row.points for row in read_gradebook(tmp_path / "out").rows] == [8]


def test_two_runs_at_once_are_refused(grade: Grade, tmp_path: Path) -> None:
    """While another command writes into the folder, this one ends with a sentence, and writes nothing."""
    with locked(tmp_path / "out", "adjust"):
        code, said = grade("week1", ana=SEVEN)
    assert code == 2 and "`grader adjust` is at work there" in said
    assert not (tmp_path / "out" / "class.json").exists()


def test_one_report_is_shown_with_what_was_decided(grade: Grade, tmp_path: Path) -> None:
    """`grader show` adds the points that count, with the reason."""
    grade("week1", ana=SEVEN)
    runner, out = CliRunner(), tmp_path / "out"
    runner.invoke(app, ["adjust", "override", str(out), "ana", "07", "5", "--reason", "Right."])
    shown = " ".join(runner.invoke(app, ["show", str(out / "ana")]).output.split())
    assert shown.endswith("ana, 07_autograd: 4 → 5 5 points in place of 4. Right.")
