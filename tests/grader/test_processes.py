"""The kit's own processes: nothing in the folder that the grader is started from runs in them."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from grader import processes


def tell(channel: Connection[Any, Any], word: str) -> None:
    """Send a word and the current folder."""
    channel.send((word, os.getcwd()))


def test_process_does_its_work_in_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for runs, in the root folder; the folder of whoever asks is as before."""
    monkeypatch.chdir(tmp_path)
    process, channel = processes.start(tell, "hello")
    assert channel.recv() == ("hello", "/")
    process.join()
    assert os.getcwd() == str(tmp_path)


@pytest.mark.parametrize("name", ["multiprocessing", "random", "grader", "pickle"])
def test_current_folder_is_not_imported_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A student called like a module, with a file called like a package's, has nothing imported."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'w').close()", "utf-8")
    monkeypatch.chdir(tmp_path)
    process, channel = processes.start(tell, "hello")
    assert channel.recv()[0] == "hello"
    process.join()
    assert os.listdir(tmp_path) == [name]
