"""A file that is not small, ordinary and readable is a problem that says what to do."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.records import Submission
from grader.submissions import read_submission

HandIn = Callable[..., Submission]


def problem(submission: Submission) -> str:
    assert submission.problem is not None, submission
    return str(submission.problem)


def test_two_files_are_a_problem_that_names_them(tmp_path: Path) -> None:
    """Two files for one exercise are a problem: the student must choose."""
    paths = (tmp_path / "01_tensors.ipynb", tmp_path / "01_tensors.py")
    read = read_submission(paths, student="ana", exercise="01_tensors")
    assert problem(read) == (
        "There are 2 files for 01_tensors (01_tensors.ipynb and 01_tensors.py), and only one can be graded. "
        "Keep the one with your final answers and delete the rest."
    )
    assert read.path == f"{paths[0]}, {paths[1]}"


@pytest.mark.parametrize(("name", "limit"), [("01_tensors.py", 5), ("01_tensors.ipynb", 20)])
def test_a_large_file_is_not_read(tmp_path: Path, name: str, limit: int) -> None:
    """A file at the size limit is refused without reading it."""
    with open(tmp_path / name, "wb") as file:
        file.truncate(limit * 1_000_000)
    read = read_submission((tmp_path / name,), student="ana", exercise="01_tensors")
    assert problem(read) == (
        f"{name} is {limit}.0 MB, and files of {limit} MB or more are not graded. "
        "Delete what is not your answer (data, images, printed output) and hand it in again."
    )


def test_a_long_script_is_not_compiled(hand_in: HandIn) -> None:
    """A script that is too long to compile is refused because of its length."""
    assert problem(hand_in("01_tensors.py", "a," * 2_400_000 + "1 1")) == (
        "01_tensors.py has 4.8 MB of code, and 0.5 MB or more are not graded. Delete what is not your answer."
    )


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
@pytest.mark.parametrize("name", ["01_tensors.py", "01_tensors.ipynb"])
def test_an_empty_file_is_a_problem(hand_in: HandIn, name: str, data: bytes) -> None:
    """An empty or blank file is reported as empty."""
    assert problem(hand_in(name, data)) == f"{name} is empty. Save your work in it and hand it in again."


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    """A file that was removed after it was found is a problem."""
    read = read_submission((tmp_path / "01_tensors.py",), student="ana", exercise="01_tensors")
    assert problem(read) == "There is no file 01_tensors.py. Check how the file is called and where it is saved."


def test_a_folder_is_a_problem(tmp_path: Path) -> None:
    """A folder with an exercise's name is a problem."""
    (tmp_path / "01_tensors.py").mkdir()
    read = read_submission((tmp_path / "01_tensors.py",), student="ana", exercise="01_tensors")
    assert problem(read).startswith("01_tensors.py is a folder, not a file.")


def test_a_device_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device is refused before it is opened."""
    monkeypatch.setattr(os, "open", None)
    read = read_submission((Path("/dev/zero"),), student="ana", exercise="01_tensors")
    assert problem(read).startswith("zero is not an ordinary file, so it was not opened.")


def test_a_link_that_replaces_a_file_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that replaces the file after the first check is refused when the file is opened."""
    (tmp_path / "real.py").write_text("x = 1\n")
    (tmp_path / "01_tensors.py").symlink_to(tmp_path / "real.py")
    monkeypatch.setattr(os, "lstat", os.stat)
    read = read_submission((tmp_path / "01_tensors.py",), student="ana", exercise="01_tensors")
    assert problem(read).startswith("01_tensors.py is a symbolic link, and links are not followed.")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_a_problem(tmp_path: Path) -> None:
    """For a file without read permission, the problem says what to do."""
    (tmp_path / "01_tensors.py").write_text("x = 1\n")
    (tmp_path / "01_tensors.py").chmod(0)
    read = read_submission((tmp_path / "01_tensors.py",), student="ana", exercise="01_tensors")
    assert problem(read) == (
        "01_tensors.py may not be read: its permissions forbid it. Make it readable (chmod u+r) and hand it in again."
    )


def test_a_failing_disk_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other failure is reported with the system's message."""
    (tmp_path / "01_tensors.py").write_text("x = 1\n")

    def fail(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "open", fail)
    read = read_submission((tmp_path / "01_tensors.py",), student="ana", exercise="01_tensors")
    assert problem(read).startswith("01_tensors.py could not be read (Input/output error).")
