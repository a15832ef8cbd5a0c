"""Landlock protects content, names and truncation; test_confine.py tests whole candidates."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from grader.candidate_process import landlock

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or landlock.version() < landlock.ENOUGH, reason="no Landlock that counts"
)

SCRIPT = """
    import errno, os, sys
    from grader.candidate_process import kernel, landlock
    readable, writable, foreign = sys.argv[1:]
    kernel.call("prctl", 38, 1, 0, 0, 0)
    assert landlock.restrict((readable,), writable) >= landlock.ENOUGH

    def refusal(attempt, *arguments):
        try:
            attempt(*arguments)
        except OSError as error:
            return errno.errorcode[error.errno]

    def write(path):
        with open(path, "w") as file:
            file.write("mine")

    inside, outside = os.path.join(writable, "file"), os.path.join(foreign, "file")
    print(
        refusal(os.listdir, readable), refusal(write, inside), refusal(os.truncate, inside, 1),
        refusal(os.truncate, outside, 0), refusal(open, outside), refusal(os.listdir, foreign),
        refusal(os.rename, inside, os.path.join(foreign, "new")), refusal(os.link, outside, inside + "2"),
        refusal(write, os.path.join(readable, "new")), refusal(os.unlink, outside),
    )
    """


def test_what_is_not_listed_is_out_of_reach(tmp_path: Path) -> None:
    """Files outside the lists cannot be read, emptied or moved; listed ones can be read or written."""
    folders = [tmp_path / name for name in ("readable", "writable", "foreign")]
    for folder in folders:
        folder.mkdir()
        (folder / "file").write_text("theirs", encoding="ascii")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), *map(str, folders)], capture_output=True, text=True, check=True
    )
    first, *others = done.stdout.split()
    assert [first, *others[:2]] == ["None"] * 3
    assert set(others[2:]) <= {"EACCES", "EXDEV"}
    assert (tmp_path / "foreign" / "file").read_text() == "theirs" and os.listdir(tmp_path / "foreign") == ["file"]
