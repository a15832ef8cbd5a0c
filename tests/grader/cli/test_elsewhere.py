"""A student's commands work without what only Linux has: `lacking.py` takes it away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).resolve().parents[3]
SUITE = """
@check("double", points=1)
def test_double(candidate):
    \"\"\"Doubles.\"\"\"
    assert candidate.double(2).result.python == 4
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=["macos", "windows"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Run a program in Python, in a folder with a space and an accent, as on another system."""
    site = tmp_path / "site"
    site.mkdir()
    shutil.copy(Path(__file__).with_name("lacking.py"), site / "sitecustomize.py")
    folder = tmp_path / "João Silva"
    folder.mkdir()

    def run(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(site), "LACKING": request.param, "GRADER_BACKEND": "portable"}
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            env={**environment, **more},
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=300,
        )

    return run


GRADER = ("-c", "from grader.cli import main; main()")


def test_what_is_taken_away_is_gone(elsewhere: Run) -> None:
    """The imitation holds: none of the calls is there."""
    script = (
        "import os, signal, socket; print([n for n in ('fork', 'pidfd_open', 'sched_getaffinity') if hasattr(os, n)])"
    )
    script += "; print(os.path.exists('/proc') and open('/proc/self/status'))"
    done = elsewhere("-c", script)
    assert done.stdout == "[]\n" and "FileNotFoundError" in done.stderr


def test_what_needs_no_candidate_works(elsewhere: Run) -> None:
    """The import, the help and a hint work, and `doctor` says that nothing confines a submission here."""
    imported = elsewhere("-c", "import grader; print(grader.check('07'))")
    assert imported.returncode == 0 and "This is not a notebook" in imported.stdout, imported.stderr
    helped = elsewhere(*GRADER, "--help")
    assert helped.returncode == 0 and "check" in helped.stdout, helped.stderr
    hinted = elsewhere(*GRADER, "hint", "07.derivative_at", "--course", ROOT)
    assert hinted.returncode == 0 and "Autograd only records" in hinted.stdout, hinted.stderr
    examined = elsewhere(*GRADER, "doctor")
    words = " ".join(examined.stdout.split())
    assert examined.returncode == 1, examined.stderr
    assert words.count(" missing ") == 10 and "active" not in words
    assert "nothing confines them" in words and "grade them on Linux, or in a container" in words


@pytest.mark.parametrize("trusting", [(), ("--trust-submissions",)])
def test_code_of_others_is_not_graded(elsewhere: Run, trusting: tuple[str, ...], tmp_path: Path) -> None:
    """`grade` ends with one sentence that says why, and where it works. Nothing is written."""
    done = elsewhere(*GRADER, "grade", ROOT / "examples" / "class", "--out", tmp_path / "out", *trusting)
    said = done.stderr.splitlines()
    assert done.returncode == 2 and len(said) == 2, done.stderr
    assert "Cannot grade other people's submissions on this system" in said[1]
    assert "grade on Linux: on Windows in WSL" in said[1]
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_students_own_work_is_graded(elsewhere: Run, lay_down: Callable[..., Path]) -> None:
    """`status` grades right code with Windows' line ends, and prints to a console of few characters.

    The home of the user is not writable, and the folder of temporary files has an accent in its name.
    """
    course = lay_down(public=SUITE, released=True)
    script = "import torch\r\n\r\n\r\ndef double(x):\r\n    return x * 2\r\n"
    (course / "exercises" / "01_small.py").write_bytes(
        (course / "exercises" / "01_small.py").read_bytes().replace(b"\n", b"\r\n") + script.encode()
    )
    temporary = course / "João"
    temporary.mkdir()
    more = {"HOME": "/dev/null/nobody", "XDG_CACHE_HOME": "", "TMPDIR": str(temporary), "PYTHONIOENCODING": "cp1252"}
    done = elsewhere(*GRADER, "status", "--course", course, **more)
    assert done.returncode == 0 and "+ | 01 Small" in done.stdout, (done.stdout, done.stderr)
    left = [path for path in temporary.iterdir() if path.name.startswith("grader-")]
    assert left == [], "the folders of candidates are removed"


def test_downloads_are_collected(elsewhere: Run, tmp_path: Path) -> None:
    """`grader collect` unpacks, looks at a file with an unknown name and writes; `grade` says where to grade."""
    stub = (ROOT / "exercises" / "07_autograd.py").read_text(encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("João/Untitled.py", stub)
        archive.writestr("bia/07_autograd.py", stub)
    done = elsewhere(*GRADER, "collect", tmp_path / "class.zip", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.py")} == {
        "João/07_autograd.py",
        "bia/07_autograd.py",
    }
    refused = elsewhere(*GRADER, "grade", tmp_path / "class.zip", "--out", tmp_path / "reports")
    assert refused.returncode == 2
    assert "grade on Linux: on Windows in WSL" in refused.stderr
