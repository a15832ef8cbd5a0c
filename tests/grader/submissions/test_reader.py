"""The process that reads submissions gives the usual results, and its end is a problem of the submission."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.submissions import Reader, read_submission

pytestmark = pytest.mark.sandbox

# The compiler copies the body of a `finally`, so that nested ones give half a million copies.
BOMB = "def f():\n" + "".join(f"{' ' * d}try:\n{' ' * d} a\n{' ' * d}finally:\n" for d in range(1, 20))
BOMB += " " * 20 + ";".join(["a()"] * 20) + "\n"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """A reader."""
    with Reader() as reader:
        yield reader


def hand_in(folder: Path, text: str) -> tuple[Path, ...]:
    """Write a script; return its path."""
    (folder / "x.py").write_text(text, encoding="utf-8")
    return (folder / "x.py",)


@pytest.mark.parametrize("text", ["x = 1\n", "def f(:\n", "", "x = '\0'\n"])
def test_reader_reads_as_ever(reader: Reader, tmp_path: Path, text: str) -> None:
    """The reader returns what `read_submission` returns."""
    paths = hand_in(tmp_path, text)
    assert reader.read(paths, student="s", exercise="e") == read_submission(paths, student="s", exercise="e")


def test_reader_takes_relative_paths(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths start at the folder in which the reader was started."""
    monkeypatch.chdir(tmp_path)
    hand_in(tmp_path, "x = 1\n")
    with Reader() as here:
        assert here.read((Path("x.py"),), student="s", exercise="e").source == "x = 1\n"


@pytest.mark.parametrize("text", [BOMB, "import " + "a." * 240_000 + "a\n"], ids=["finally", "import"])
def test_reader_outlives_what_it_reads(reader: Reader, tmp_path: Path, text: str) -> None:
    """Code that takes all memory is a problem of its submission, and the next one is read."""
    submission = reader.read(hand_in(tmp_path, text), student="s", exercise="e")
    assert submission.problem is not None and str(submission.problem).startswith("x.py")
    assert reader.read(hand_in(tmp_path, "x = 1\n"), student="t", exercise="e").source == "x = 1\n"


def test_reader_that_is_killed_is_replaced(tmp_path: Path) -> None:
    """If the process is killed from outside, a new process reads the file."""
    with Reader() as reader:
        assert reader.read(hand_in(tmp_path, "x = 1\n"), student="s", exercise="e").source
        assert reader._process is not None and reader._process.pid is not None
        os.kill(reader._process.pid, 9)
        assert reader.read(hand_in(tmp_path, "x = 2\n"), student="s", exercise="e").source == "x = 2\n"


def test_reader_that_is_killed_over_and_over_blames_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the second kill the file gets a problem, because it may be the cause."""
    start = Reader._start
    started = []

    def doomed(reader: Reader) -> object:
        channel = start(reader)
        assert reader._process is not None
        started.append(reader._process)
        reader._process.kill()
        return channel

    with Reader() as reader:
        monkeypatch.setattr(Reader, "_start", doomed)
        problem = str(reader.read(hand_in(tmp_path, "x = 1\n"), student="s", exercise="e").problem)
        assert "too much time or memory" in problem and len(started) == 2
        monkeypatch.setattr(Reader, "_start", start)
        assert reader.read(hand_in(tmp_path, "x = 3\n"), student="s", exercise="e").source == "x = 3\n"


def test_reader_leaves_no_process(tmp_path: Path) -> None:
    """A closed reader has no process; a reader that read nothing never started one."""
    with Reader() as reader:
        reader.read(hand_in(tmp_path, "x = 1\n"), student="s", exercise="e")
        process = reader._process
    assert process is not None and not process.is_alive()
    with Reader() as idle:
        assert idle._process is None
