"""Two commands never write into one folder at the same time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.locking import LockedError, locked

HOLDING = """
import sys
from pathlib import Path
from grader.locking import locked
with locked(Path(sys.argv[1]), "grade"):
    print("holding", flush=True)
    sys.stdin.read()
"""


def test_who_holds_the_folder_is_named(tmp_path: Path) -> None:
    """The error names the command, the process and since when; after that process is killed, the folder is free."""
    out = tmp_path / "out"
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(out)], **options) as other:
        assert other.stdout is not None and other.stdout.readline() == "holding\n"
        said = rf"`grader grade` is at work there, since .*process {other.pid}"
        with pytest.raises(LockedError, match=said), locked(out, "adjust"):
            pass
        other.kill()
    with locked(out, "adjust"):
        pass


def test_the_folder_is_free_after_an_error(tmp_path: Path) -> None:
    """An error in the block leaves the folder free, and no file that says who holds it."""
    with pytest.raises(ZeroDivisionError), locked(tmp_path, "grade"):
        raise ZeroDivisionError
    with locked(tmp_path, "grade"):
        assert ".lock-holder.json" in os.listdir(tmp_path)
    assert ".lock-holder.json" not in os.listdir(tmp_path)
