"""The commands' output is readable in every terminal, and they end cleanly if the reader stops."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli import screens
from grader.cli.screens import Screen
from grader.cli.shared import say_error
from grader.records import CheckReport, ExerciseReport, Feedback, Report, TaskReport
from grader.reports.store import write_json
from grader.sentences import verbatim

ROOT = Path(__file__).resolve().parents[3]
GRADER = Path(sys.executable).parent / "grader"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a report for a student with a name of many scripts and signs that few terminals have."""
    check = CheckReport(
        id="shape_is_kept",
        visibility="hidden",
        status="failed",
        points=0.0,
        max_points=1.0,
        feedback=Feedback(
            title=verbatim("The shape is kept"),
            call="f(x ≤ 3)",
            expected=verbatim("2 × 3 → “ação” …"),
            got=verbatim("\U0001f600 日本"),
            next_step=verbatim("look – twice."),
        ),
    )
    passed = CheckReport(id="value", visibility="public", status="passed", points=1.0, max_points=1.0)
    tasks = (
        TaskReport(name="wrong", points=0.0, max_points=1.0, checks=(check,)),
        TaskReport(name="right", points=1.0, max_points=1.0, checks=(passed,)),
    )
    exercise = ExerciseReport(id="01_x", status="graded", points=1.0, max_points=2.0, tasks=tasks)
    path = tmp_path_factory.mktemp("reports") / "report.json"
    write_json(path, Report(student="José 日本 \ud83d", points=1.0, max_points=2.0, exercises=(exercise,)))
    return path


def grader(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in an environment."""
    command = [str(GRADER), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, env={**os.environ, **environment})


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=str,
)
@pytest.mark.sandbox
def test_signs_are_readable_where_there_is_only_ascii(report: Path, environment: dict[str, str]) -> None:
    """With ASCII alone, marks and arrows become similar signs, and letters become question marks."""
    done = grader("show", report, **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    shown = done.stdout.decode("ascii")
    for part in (
        "Jos? ?? ",
        "+ right  1 of 1",
        "x wrong  0 of 1",
        'expected: 2 x 3 -> "a??o" ...',
        "Next: look - twice.",
    ):
        assert part in shown


@pytest.mark.parametrize("encoding", ["cp1252", "shift_jis", "utf-8"])
@pytest.mark.sandbox
def test_what_an_encoding_has_is_written(report: Path, encoding: str) -> None:
    """Only characters that the encoding lacks are replaced."""
    done = grader("show", report, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    shown = done.stdout.decode(encoding)
    assert ("José" in shown) == (encoding != "shift_jis") and ("日本" in shown) == (encoding in ("shift_jis", "utf-8"))


@pytest.mark.parametrize("command", ["--help", "hint 07.minimise"])
@pytest.mark.sandbox
def test_every_command_keeps_its_exit_code(command: str) -> None:
    """A command's exit code does not depend on the terminal's encoding."""
    there, here = grader(*command.split()), grader(*command.split(), PYTHONIOENCODING="ascii")
    assert here.returncode == there.returncode and b"Traceback" not in here.stderr


@pytest.mark.parametrize(
    ("command", "closed"),
    [("hint 07.minimize", "stdout"), ("show {report}", "stdout"), ("hint 07", "stdout"), ("hint 07", "stderr")],
)
@pytest.mark.sandbox
def test_nobody_has_to_read(report: Path, command: str, closed: str) -> None:
    """A closed pipe changes neither the exit code nor the other stream's output."""
    arguments = command.format(report=report).split()
    expected = grader(*arguments)
    ours, theirs = os.pipe()
    os.close(ours)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, closed: theirs}
    done = subprocess.run([str(GRADER), *arguments], cwd=ROOT, timeout=60, check=False, **streams)  # type: ignore
    os.close(theirs)
    other = {"stdout": "stderr", "stderr": "stdout"}[closed]
    assert (done.returncode, getattr(done, other)) == (expected.returncode, getattr(expected, other))


def test_a_stream_that_was_never_open_does_no_harm() -> None:
    """A stream that was never open, as after `>&-`, does no harm."""
    done = subprocess.run(["sh", "-c", f"'{GRADER}' hint 07.minimize >&- 2>&-"], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 0


def test_a_screen_that_nobody_reads_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long command, such as one with --watch, ends when the reader of its output has gone."""
    ours, theirs = os.pipe()
    with open(theirs, "wb") as pipe:
        screen = Screen(pipe, encoding="utf-8")
        monkeypatch.setattr(sys, "stdout", screen)
        print("read", flush=True)
        assert not screens.nobody_reads()
        os.close(ours)
        print("lost", flush=True)
        assert screens.nobody_reads()
        print("lost too", flush=True)


def test_what_is_no_stream_of_pythons_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replaced stream is not changed."""
    own = io.StringIO()
    monkeypatch.setattr(sys, "stdout", own)
    monkeypatch.setattr(sys, "stderr", own)
    screens.prepare()
    assert sys.stdout is sys.stderr is own


def test_what_an_error_quotes_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters of quoted text in an error are replaced."""
    say_error(verbatim("Cannot read '\x1b[2J\x9b'."))
    assert capsys.readouterr().err == "grader: Cannot read '\\x1b[2J\\x9b'.\n"
