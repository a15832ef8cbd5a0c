"""The commands on Windows and macOS themselves. `make windows` runs these tests, and so does CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from made_reports import exercise, lay_out

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(sys.platform.startswith("linux"), reason="needs another system: `make windows`"),
]

ROOT = Path(__file__).resolve().parents[3]
DERIVATIVE = """
def derivative_at(f, x):
    x = torch.tensor(float(x), requires_grad=True)
    f(x).backward()
    return x.grad.item()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A student's folder, below a folder whose name has a space and accents."""
    folder = tmp_path / "João da Silva" / "curso"
    (folder / "exercises").mkdir(parents=True)
    shutil.copy(ROOT / "exercises" / "07_autograd.py", folder / "exercises")
    return folder


def grader(folder: Path, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder. Temporary files go to a folder whose name has an accent."""
    temporary = folder.parent / "Temporário"
    temporary.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-c", "from grader.cli import main; main()", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)), **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=400,
    )


def test_what_needs_no_candidate_works(folder: Path) -> None:
    """Help and hints work, and `doctor` says what is missing."""
    assert "check" in grader(folder, "--help").stdout
    assert "Autograd only records" in grader(folder, "hint", "07.derivative_at").stdout
    examined = grader(folder, "doctor")
    assert examined.returncode == 1 and "nothing confines them" in " ".join(examined.stdout.split())


def test_code_of_others_is_not_graded(folder: Path) -> None:
    """`grade` refuses in one sentence."""
    done = grader(folder, "grade", ROOT / "examples" / "class", "--out", folder / "out")
    assert done.returncode == 2 and "Cannot grade other people's submissions on this system" in done.stderr
    assert not (folder / "out").exists()


def test_a_gradebook_is_changed_and_exported(folder: Path) -> None:
    """Points are decided and written into a platform's sheet, whose bytes stay; line ends are not Windows' own."""
    out = lay_out(folder / "out", **{"Ana Silva": (exercise(minimize={"a": ("passed", 7.25), "b": ("failed", 2.75)}),)})
    done = grader(folder, "adjust", "override", out, "Ana Silva", "07", "8", "--reason", "Está certo.")
    assert done.returncode == 0 and "7.25 → 8" in done.stdout, done.stderr
    sheet = shutil.copy(ROOT / "tests" / "grader" / "exports" / "sheets" / "moodle-pt.csv", folder / "folha.csv")
    done = grader(folder, "export", out, "--to", "moodle", "--into", sheet)
    assert done.returncode == 0, done.stderr
    before, after = (Path(name).read_bytes() for name in (sheet, folder / "folha-graded.csv"))
    filled = "Enviado;8;10,00;-;8 points in place of 7.25. Está certo.\r\n".encode()
    assert after == before.replace(b"Enviado;;10,00;-;\r\n", filled, 1)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_a_task_is_checked(folder: Path, encoding: str) -> None:
    """`check` fails a stub and passes right code with Windows' line ends, in a console with few characters too."""
    file = folder / "exercises" / "07_autograd.py"
    if encoding == "cp1252":
        done = grader(folder, "check", "07.derivative_at", PYTHONIOENCODING=encoding)
        assert done.returncode == 3 and "Traceback" not in done.stderr, (done.stdout, done.stderr)
    code = file.read_text(encoding="utf-8") + DERIVATIVE
    file.write_text(code, encoding="utf-8", newline="\r\n")
    done = grader(folder, "check", "07.derivative_at", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, (done.stdout, done.stderr)
