"""The whole path: `grader grade` gives the example class the expected reports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from grader.catalog import load_catalog
from grader.reports import load_report

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
GRADER = Path(sys.executable).parent / "grader"
EXPECTED = json.loads((Path(__file__).parent / "class.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grade the example class from another directory; return where the reports are."""
    out = tmp_path_factory.mktemp("graded")
    command = [str(GRADER), "grade", str(ROOT / "examples" / "class"), "--out", str(out), "--jobs", "2"]
    command += ["--inputs", "fixed"]
    done = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (out / "stdout.txt").write_text(done.stdout, encoding="utf-8")
    return out


def summary(report: dict) -> dict:
    """Return the parts of a report that are the same on every machine: statuses, points and mistakes."""
    return {
        exercise["id"]: {
            "status": exercise["status"],
            "points": exercise["points"],
            "verdicts": {
                check["id"]: check["status"]
                if "misconception" not in check["feedback"]
                else f"{check['status']}: {check['feedback']['misconception']['id']}"
                for task in exercise["tasks"]
                for check in task["checks"]
                if check["status"] != "passed"
            },
        }
        for exercise in report["exercises"]
        if exercise["status"] != "not_submitted"
    }


def report_of(graded: Path, student: str) -> dict:
    """Return one student's report."""
    return json.loads((graded / student / "report.json").read_text(encoding="utf-8"))


def said(graded: Path, student: str) -> str:
    """Return all that one student reads."""
    text: list[object] = []
    for exercise in load_report(graded / student).exercises:
        text += [exercise.message, *exercise.notes]
        text += [check.feedback for task in exercise.tasks for check in task.checks]
    return "\n".join(map(str, text))


def test_every_student_has_a_report(graded: Path) -> None:
    """Each folder of the class gets exactly one report, whatever it contains."""
    assert {path.parent.name for path in graded.glob("*/report.json")} == set(EXPECTED)


@pytest.mark.parametrize("student", sorted(EXPECTED))
def test_report_is_as_accepted(graded: Path, student: str) -> None:
    """Statuses, points and named mistakes equal the accepted ones."""
    assert summary(report_of(graded, student)) == EXPECTED[student]


@pytest.mark.parametrize("kind", ["report", "class"])
def test_files_follow_their_schema(graded: Path, kind: str) -> None:
    """The written files are valid under the committed JSON Schema."""
    schema = json.loads((ROOT / "docs" / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8"))
    files = [graded / "class.json"] if kind == "class" else list(graded.glob("*/report.json"))
    for file in files:
        jsonschema.validate(json.loads(file.read_text(encoding="utf-8")), schema)


def test_points_add_up(graded: Path) -> None:
    """A report's points are the sums of its checks' points, and its maximum that of all exercises."""
    for file in graded.glob("*/report.json"):
        report = json.loads(file.read_text(encoding="utf-8"))
        for exercise in report["exercises"]:
            assert exercise["points"] == sum(task["points"] for task in exercise["tasks"])
            for task in exercise["tasks"]:
                assert task["points"] == sum(check["points"] for check in task["checks"])
        assert report["max_points"] == sum(exercise.points for exercise in load_catalog(ROOT).exercises)


@pytest.mark.parametrize(
    ("student", "cause"),
    [
        ("syntax-error", "line 100"),
        ("null-bytes", "null"),
        ("not-utf8", "UTF-8"),
        ("not-a-notebook", "07_autograd.ipynb"),
        ("two-files", "because nothing in it was changed since you got it: 07_autograd.py."),
        ("renamed-function", "but `derivative` is. Is that your function?"),
        ("missing-import", "ModuleNotFoundError: No module named 'torchvision_extras' at line 2"),
        ("sleeps-on-import", "took long to load and was stopped at line 3, `time.sleep(30)`"),
        ("loops-forever", "stopped: it did not finish within 4 s of computing"),
        ("crashes", "ended the whole Python process (exit code 0)"),
        ("crashes", "segmentation fault"),
        ("crashes", "RecursionError"),
        ("crashes", "SystemExit"),
        ("notebook-with-magics", "ZeroDivisionError"),
        ("uses-optimizer", "your code used `torch.nn.functional.mse_loss` at line "),
    ],
)
def test_cause_is_named(graded: Path, student: str, cause: str) -> None:
    """A broken submission's report says what is broken."""
    assert cause in said(graded, student)


def test_no_traceback_of_the_kit_is_shown(graded: Path) -> None:
    """No message contains a traceback, a path of the kit, or the apology for a broken check."""
    for file in graded.glob("*/report.json"):
        text = file.read_text(encoding="utf-8")
        for unwanted in (
            "Traceback",
            "grader/candidate_process",
            "site-packages",
            str(ROOT),
            '"broken": true',
        ):
            assert unwanted not in text, file


def test_table_lists_the_class(graded: Path) -> None:
    """The command prints one line for each student and the most frequent mistakes."""
    printed = (graded / "stdout.txt").read_text(encoding="utf-8")
    assert all(student[:15] in printed for student in EXPECTED)
    assert "Most frequent mistakes" in printed
