"""Files are written atomically, and the same bundle has the same bytes."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
import zipfile
from pathlib import Path

import pytest

from grader import files


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a write fails, the old file stays and no half-written file remains."""
    path = tmp_path / "report.json"
    files.write_bytes(path, b"old")

    def refuse(source: object, target: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="no space left"):
        files.write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report.json"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_an_error_names_the_file_that_was_to_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """On a full disk, or without permission, the error names the file itself and not the unfinished one."""

    def refuse(source: object, target: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError) as error:
        files.write_bytes(tmp_path / "report.json", b"new")
    assert error.value.errno == number and error.value.filename == str(tmp_path / "report.json")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_another_program_reads_is_replaced_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to replace a file that is open or read-only. The kit tries again, and makes it writable."""
    path = tmp_path / "report.json"
    files.write_bytes(path, b"old")
    path.chmod(0o444)
    replace, refused = os.replace, [True, True]

    def busy(source: str, target: Path) -> None:
        if refused:
            refused.pop()
            raise PermissionError(13, "Access is denied")
        assert stat.S_IMODE(path.stat().st_mode) & stat.S_IWUSR
        replace(source, target)

    monkeypatch.setattr(os, "replace", busy)
    monkeypatch.setattr(files.sys, "platform", "linux")
    with pytest.raises(PermissionError):  # on other systems this has another cause
        files.write_bytes(path, b"new")
    monkeypatch.setattr(files.sys, "platform", "win32")
    files.write_bytes(path, b"new")
    assert path.read_bytes() == b"new" and os.listdir(tmp_path) == ["report.json"]
    refused += [True] * 1000
    monkeypatch.setattr(files, "_PATIENCE", 0.1)
    with pytest.raises(PermissionError):
        files.write_bytes(path, b"newest")
    assert path.read_bytes() == b"new" and os.listdir(tmp_path) == ["report.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
@pytest.mark.parametrize(("private", "mode"), [(False, 0o644), (True, 0o600)])
def test_only_the_owner_reads_a_private_file(tmp_path: Path, private: bool, mode: int) -> None:
    """Every user can read a file, but only the owner a private one, even if it replaces a public file."""
    path = tmp_path / "new" / "folder" / "seed.txt"
    files.write_bytes(path, b"old")
    files.write_bytes(path, b"seed", private=private)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_half_of_a_character_is_written_and_read_again(tmp_path: Path) -> None:
    """A lone surrogate, as in some folder names, is written and read unchanged."""
    files.write_text(tmp_path / "name.txt", "caf\ud800")
    assert (tmp_path / "name.txt").read_text(encoding="utf-8", errors="surrogatepass") == "caf\ud800"


def test_a_folder_keeps_its_other_files(tmp_path: Path) -> None:
    """Files are written below a folder, and its other files stay."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    files.write_folder(tmp_path, {"a.txt": "a", "sub/b.txt": "b"})
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.txt")} == {
        "mine.txt": "mine",
        "a.txt": "a",
        "b.txt": "b",
    }


def test_the_same_files_make_the_same_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive depends only on its files, not on the time; they are in a folder with the archive's name."""
    path = tmp_path / "course.zip"
    files.write_zip(path, {"README.md": "# Olá\n"})
    first = path.read_bytes()
    now = time.time() + 10**6
    monkeypatch.setattr(time, "time", lambda: now)
    files.write_zip(path, {"README.md": "# Olá\n"})
    assert path.read_bytes() == first
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["course/README.md"]
        assert archive.read("course/README.md").decode() == "# Olá\n"
        assert archive.getinfo("course/README.md").external_attr >> 16 == 0o644
