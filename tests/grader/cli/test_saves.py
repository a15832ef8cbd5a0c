"""Saved files are noticed, whatever the system reports of them."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from grader.cli.saves import report_changes, stamp

PATIENCE = 20  # seconds, on a busy machine


class Enough(Exception):
    """Raised to end the watching, which has no end of its own."""


def noticed(folder: Path, name: str, change: Callable[[Path], object]) -> bool:
    """Watch a folder, change a file in it at the second look, and say whether a later look finds it changed."""
    file, looks, found = folder / name, 0, False
    before, until = stamp([file]), time.monotonic() + PATIENCE

    def look() -> None:
        nonlocal looks, found
        looks += 1
        if looks == 2:
            change(file)
        found = stamp([file]) != before
        if looks > 2 and (found or time.monotonic() > until):
            raise Enough

    with pytest.raises(Enough):
        report_changes([folder, folder / "not there"], look)
    return found


def replaced(file: Path) -> None:
    """Save as many editors do: write another file, and put it in the place of this one."""
    other = file.with_suffix(".tmp")
    other.write_text("x = 1\n")  # as long as before
    os.replace(other, file)


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda file: file.write_text("x = 22\n"),
    "replaced": replaced,
    "replaced with its time kept": lambda file: (
        shutil.copy2(file, file.with_suffix(".bak")),
        os.replace(file.with_suffix(".bak"), file),
    ),
    "deleted": Path.unlink,
    "moved away": lambda file: file.rename(file.with_suffix(".away")),
}


def silent(*folders: Path, **options: Any) -> Iterator[set[Any]]:
    """Watch as on a disk whose system reports no changes: only the time passes."""
    while True:
        time.sleep(0.01)
        yield set()


def refused(*folders: Path, **options: Any) -> Iterator[set[Any]]:
    """Watch as where the system refuses to report changes, because too many files are watched already."""
    raise OSError(28, "inotify watch limit reached")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file."""
    (tmp_path / "07.py").write_text("x = 0\n")
    return tmp_path


SYSTEM = pytest.param(None, id="system", marks=pytest.mark.slow)


@pytest.mark.parametrize("reports", [SYSTEM, silent, refused])
@pytest.mark.parametrize("change", CHANGES)
def test_a_save_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch, change: str, reports: Any) -> None:
    """A file that is written, replaced, deleted or moved is noticed, with and without reports of the system."""
    if reports is not None:
        monkeypatch.setattr(watchfiles, "watch", reports)
    assert noticed(folder, "07.py", CHANGES[change])


@pytest.mark.slow
def test_a_save_in_a_folder_that_was_replaced_is_noticed(folder: Path) -> None:
    """After the whole folder was replaced, as when a bundle is unpacked again, files in the new one are watched."""
    inside = folder / "exercises"
    inside.mkdir()
    (inside / "07.py").write_text("x = 0\n")

    def unpack_again(file: Path) -> None:
        inside.rename(folder / "old")
        inside.mkdir()
        file.write_text("x = 1\n")

    assert noticed(inside, "07.py", unpack_again)


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    """Without any folder there is nothing to report, and looks go on."""
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 3:
            raise Enough

    with pytest.raises(Enough):
        report_changes([tmp_path / "nothing"], look)
