"""`grader watch` in a real terminal: verdicts at every save, keys, and a terminal that is as before."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.catalog import Catalog, student_folder
from grader.files import write_folder

pytestmark = [pytest.mark.sandbox, pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="needs a pty")]

ID = "02_tensor_operations"
WRONG = "def matmul_shape(a, b):\n    return (1, 2)\n"
RIGHT = "def matmul_shape(a, b):\n    return (a[0], b[1]) if a[1] == b[0] else None\n"
GRADER = Path(sys.executable).with_name("grader")
PATIENCE = 40  # seconds, on a busy machine
_CONTROL = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]")


class Terminal:
    """`grader watch` in a pseudo-terminal of 80 columns, and everything that it wrote."""

    def __init__(self, folder: Path, term: str) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.fd, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 80, 0, 0))
        self.inside = inside
        self.before = termios.tcgetattr(inside)
        self.everything, self.seen = "", 0
        self.pid = os.fork()
        if self.pid == 0:
            os.login_tty(inside) if hasattr(os, "login_tty") else _login(inside)
            os.chdir(folder)
            environment = {**os.environ, "TERM": term, "NO_COLOR": "1", "GRADER_LANG": "en"}
            for name in ("COLUMNS", "LINES"):
                environment.pop(name, None)
            os.execve(GRADER, [str(GRADER), "watch"], environment)

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self.fd, key.encode())

    def wait_for(self, text: str) -> str:
        """Read on until this text was written since the last call; return what was, without control sequences."""
        import select

        until = time.monotonic() + PATIENCE
        while (at := (plain := _CONTROL.sub("", self.everything)).find(text, self.seen)) < 0:
            left = until - time.monotonic()
            assert left > 0, f"{text!r} is not in:\n{plain[self.seen :][-4000:]}"
            if select.select([self.fd], [], [], min(left, 1.0))[0]:
                try:
                    self.everything += os.read(self.fd, 65536).decode("utf-8", "replace")
                except OSError:
                    raise AssertionError(f"it ended without {text!r}:\n{plain[self.seen :][-4000:]}") from None
        start, self.seen = self.seen, at + len(text)
        return plain[start : self.seen]

    def end(self) -> int:
        """Wait for the end of the program, and return its exit code."""
        until = time.monotonic() + PATIENCE
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < until
            time.sleep(0.05)


def _login(inside: int) -> None:
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(inside, termios.TIOCSCTTY, 0)
    for stream in (0, 1, 2):
        os.dup2(inside, stream)


@pytest.fixture
def folder(catalog: Catalog, tmp_path: Path) -> Path:
    """A student's folder with one exercise."""
    write_folder(tmp_path, dict(student_folder(catalog, [ID], version="0.1.0")))
    return tmp_path


@pytest.fixture
def watched(folder: Path) -> Iterator[Callable[[str], Terminal]]:
    """Start the command in the student's folder, in a terminal of this kind; it is ended with the test."""
    started: list[Terminal] = []

    def start(term: str = "xterm") -> Terminal:
        started.append(Terminal(folder, term))
        return started[-1]

    yield start
    for terminal in started:
        try:
            os.kill(terminal.pid, 9)
            os.waitpid(terminal.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(terminal.fd)
        os.close(terminal.inside)


def test_a_session(folder: Path, watched: Callable[..., Terminal]) -> None:
    """Each save has its verdict, keys work, an editor may replace the file, and the terminal is restored."""
    import termios

    script = folder / "exercises" / f"{ID}.py"
    stub = script.read_text(encoding="utf-8")
    (folder / "notebooks" / f"{ID}.ipynb").unlink()
    terminal = watched()
    terminal.wait_for("share_of_total")
    terminal.wait_for("h hint")

    script.write_text(stub + WRONG, encoding="utf-8")
    seen = terminal.wait_for("expected:")
    assert f"{ID}: matmul_shape" in seen and "✗ matmul_shape" in seen

    terminal.press("h")
    terminal.wait_for("Hint 1 of 3")
    terminal.press("h")
    terminal.wait_for("Hint 2 of 3")

    script.write_text(stub + "def matmul_shape(a, b:\n", encoding="utf-8")
    terminal.wait_for("was never closed")

    replacement = folder / "exercises" / "saving.tmp"
    replacement.write_text(stub + RIGHT, encoding="utf-8")
    os.replace(replacement, script)
    terminal.wait_for("All checks pass.")
    terminal.press("n")
    terminal.wait_for(f"{ID}: matmul_with_transpose")
    terminal.press("l")
    terminal.wait_for("> ○ matmul_with_transpose")
    terminal.press("p")
    terminal.wait_for(f"{ID}: matmul_shape")
    terminal.press("r")
    terminal.wait_for("Put the stub of matmul_shape back?")
    terminal.press("y")
    terminal.wait_for("What was there is kept in")
    assert script.read_text(encoding="utf-8") == stub
    assert [path.read_text(encoding="utf-8") for path in (folder / "backups").iterdir()] == [stub + RIGHT]

    shutil.move(script, folder / "elsewhere.py")
    terminal.wait_for("To get it back: grader reset 02")
    shutil.move(folder / "elsewhere.py", script)
    terminal.wait_for("Not begun")
    assert termios.tcgetattr(terminal.inside) != terminal.before
    terminal.press("q")
    terminal.wait_for("To go on: grader watch")
    assert terminal.end() == 0
    assert termios.tcgetattr(terminal.inside) == terminal.before

    assert (folder / ".grader" / "watching.txt").read_text(encoding="utf-8") == f"{ID}.matmul_shape\n"


def test_code_that_does_not_end(folder: Path, watched: Callable[..., Terminal]) -> None:
    """An endless loop is stopped and explained, and a save in the meantime has its verdict as usual."""
    script = folder / "exercises" / f"{ID}.py"
    stub = script.read_text(encoding="utf-8")
    (folder / "notebooks" / f"{ID}.ipynb").unlink()
    terminal = watched()
    terminal.wait_for("h hint")

    script.write_text(stub + "def matmul_shape(a, b):\n    while True:\n        pass\n", encoding="utf-8")
    terminal.wait_for("look for a loop whose condition never becomes false")

    script.write_text(stub + "while True:\n    pass\n" + RIGHT, encoding="utf-8")
    terminal.wait_for("All checks pass.")  # what comes after the loop is run all the same
    terminal.wait_for("Your file took long to load and was stopped")

    script.write_text(stub + "def matmul_shape(a, b):\n    while True:\n        pass\n", encoding="utf-8")
    terminal.wait_for("matmul_shape")
    script.unlink()  # while it runs
    script.write_text(stub + RIGHT, encoding="utf-8")
    terminal.wait_for("All checks pass.")
    terminal.press("q")
    terminal.wait_for("To go on: grader watch")
    assert terminal.end() == 0


def test_a_terminal_that_cannot_move_its_cursor(folder: Path, watched: Callable[..., Terminal]) -> None:
    """Verdicts are printed one below the other, without any control sequence; a notebook is checked too."""
    terminal = watched("dumb")
    terminal.wait_for("Not begun")
    script, notebook = folder / "exercises" / f"{ID}.py", folder / "notebooks" / f"{ID}.ipynb"
    script.unlink()
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace("raise NotImplementedError", "return 1", 1), encoding="utf-8")
    terminal.wait_for("✗ share_of_total")
    assert "\x1b" not in terminal.everything
    terminal.press("q")
    terminal.wait_for("To go on: grader watch")
    assert terminal.end() == 0
