"""Reading uses the folders that were listed, and follows no path that has become a link since."""

from __future__ import annotations

import os
import pickle
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.records import Submission
from grader.submissions import Reader, StudentFolder, beneath, find_submissions, read_submission
from grader.submissions.beneath import SubmittedFile

EXERCISE = "01_tensors"
SECRET = "secret = 1\n"
Read = Callable[[SubmittedFile], Submission]


def openat2(folder: int, path: str, flags: int) -> int:
    """Behave like a kernel without this call."""
    raise NotImplementedError


@pytest.fixture(params=["openat2", "part by part"])
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with the kernel's own path resolution, and without it."""
    if request.param == "part by part":
        monkeypatch.setattr(beneath, "_openat2", openat2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Create a class of one student, and another folder that must not be read."""
    for path, text in ((tmp_path / "class" / "ana", "x = 1\n"), (tmp_path / "elsewhere", SECRET)):
        path.mkdir(parents=True)
        (path / f"{EXERCISE}.py").write_text(text)
    return tmp_path / "class"


def here(file: SubmittedFile) -> Submission:
    """Read in this process."""
    return read_submission((file,), student="ana", exercise=EXERCISE)


def apart(file: SubmittedFile) -> Submission:
    """Read in a process that is started for it."""
    with Reader() as reader:
        return reader.read((file,), student="ana", exercise=EXERCISE)


@pytest.fixture(scope="module")
def warm() -> Iterator[Reader]:
    """A reader whose process is already running."""
    with Reader() as reader:
        reader.read((Path(__file__),), student="s", exercise="e")
        yield reader


def listed(folder: Path) -> SubmittedFile:
    """Return the file that the student handed in."""
    [found] = find_submissions(folder, exercises=(EXERCISE,))
    return found.files[EXERCISE][0]


def becomes_a_link(ana: Path) -> None:
    """Replace the folder by a link."""
    ana.rename(ana.parent.parent / "moved")
    ana.symlink_to(ana.parent.parent / "elsewhere")


def becomes_a_link_to_itself(ana: Path) -> None:
    """Replace the folder by a link to its new place."""
    ana.rename(ana.parent.parent / "moved")
    ana.symlink_to(ana.parent.parent / "moved")


def becomes_a_folder(ana: Path) -> None:
    """Replace the folder by another one."""
    ana.rename(ana.parent.parent / "moved")
    (ana.parent.parent / "elsewhere").rename(ana)


def becomes_a_file(ana: Path) -> None:
    """Replace the folder by a file."""
    shutil.rmtree(ana)
    ana.write_text(SECRET)


def goes(ana: Path) -> None:
    """Remove the folder."""
    shutil.rmtree(ana)


def file_becomes_a_link(ana: Path) -> None:
    """Replace the file by a link."""
    (ana / f"{EXERCISE}.py").unlink()
    (ana / f"{EXERCISE}.py").symlink_to(ana.parent.parent / "elsewhere" / f"{EXERCISE}.py")


def file_becomes_a_fifo(ana: Path) -> None:
    """Replace the file by a FIFO, on which an open could wait."""
    (ana / f"{EXERCISE}.py").unlink()
    os.mkfifo(ana / f"{EXERCISE}.py")


LINKED = "The folder ana is a symbolic link, and links are not followed. Hand in the files themselves."
EXCHANGED = "The folder ana was removed or replaced while the class was being graded"
EXCHANGES: list[tuple[Callable[[Path], None], str]] = [
    (becomes_a_link, LINKED),
    (becomes_a_link_to_itself, LINKED),
    (becomes_a_folder, EXCHANGED),
    (becomes_a_file, EXCHANGED),
    (goes, EXCHANGED),
    (file_becomes_a_link, "01_tensors.py is a symbolic link, and links are not followed."),
    (file_becomes_a_fifo, "01_tensors.py is not an ordinary file, so it was not opened."),
]


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize(("exchange", "problem"), EXCHANGES)
def test_what_was_exchanged_after_the_listing_is_not_read(
    folder: Path, exchange: Callable[[Path], None], problem: str
) -> None:
    """A folder or file that was replaced after the listing is not read, and the problem says what happened."""
    file = listed(folder)
    exchange(folder / "ana")
    read = here(file)
    assert read.source is None and read.problem is not None and str(read.problem).startswith(problem)


@pytest.mark.parametrize(("exchange", "problem"), EXCHANGES[:3])
@pytest.mark.sandbox
def test_nor_in_the_process_that_reads(
    folder: Path, warm: Reader, exchange: Callable[[Path], None], problem: str
) -> None:
    """The same holds in the reader's process, whether it is new or was already running."""
    file = listed(folder)
    exchange(folder / "ana")
    for read in (apart(file), warm.read((file,), student="ana", exercise=EXERCISE)):
        assert read.source is None and read.problem is not None and str(read.problem).startswith(problem)


@pytest.mark.usefixtures("kernel")
def test_a_file_that_is_saved_again_is_read(folder: Path) -> None:
    """A file that an editor has replaced under the same name is read."""
    file = listed(folder)
    (folder / "ana" / "new").write_text("x = 2\n")
    (folder / "ana" / "new").rename(folder / "ana" / f"{EXERCISE}.py")
    assert here(file).source == "x = 2\n"


@pytest.mark.sandbox
def test_the_class_is_the_one_that_was_listed(folder: Path) -> None:
    """If the class's folder is moved, its files are still read; a process that never opened it reads nothing."""
    file = listed(folder)
    folder.rename(folder.parent / "moved")
    (folder / "ana").mkdir(parents=True)
    (folder / "ana" / f"{EXERCISE}.py").write_text(SECRET)
    assert here(file).source == apart(file).source == "x = 1\n"
    script = (
        "import pickle, sys; from grader.submissions import read_submission\n"
        "file = pickle.loads(sys.stdin.buffer.read())\n"
        "print(read_submission((file,), student='s', exercise='e').problem)"
    )
    done = subprocess.run([sys.executable, "-c", script], input=pickle.dumps(file), capture_output=True, check=True)
    assert b"The folder class was removed or replaced" in done.stdout


@pytest.mark.usefixtures("kernel")
def test_folders_that_may_not_be_listed_are_gone_through(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may be entered but not listed can be passed."""
    assert beneath._PASSING & getattr(os, "O_PATH", 0) == getattr(os, "O_PATH", 0)
    assert here(listed(folder)).source == "x = 1\n"


def test_a_file_of_somebody_else_under_another_name_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hard link to another user's file is not read; a second name of one's own file is."""
    (folder / "ana" / f"{EXERCISE}.py").unlink()
    os.link(folder.parent / "elsewhere" / f"{EXERCISE}.py", folder / "ana" / f"{EXERCISE}.py")
    assert here(listed(folder)).source == SECRET
    found = os.fstat

    def owned(descriptor: int) -> os.stat_result:
        status = found(descriptor)
        return os.stat_result([*status[:4], 12345, *status[5:10]]) if stat.S_ISREG(status.st_mode) else status

    monkeypatch.setattr(beneath.os, "fstat", owned)
    problem = str(here(listed(folder)).problem)
    assert problem.startswith("01_tensors.py does not belong to the owner of its folder")


def test_hundreds_of_students_take_one_descriptor(folder: Path) -> None:
    """Only the class's folder stays open, and it is closed with its last file."""
    for number in range(300):
        (folder / f"s{number}").mkdir()
        (folder / f"s{number}" / f"{EXERCISE}.py").write_text("x = 1\n")
    before = len(os.listdir("/proc/self/fd"))
    found: tuple[StudentFolder, ...] = find_submissions(folder, exercises=(EXERCISE,))
    assert len(found) == 301
    assert len(os.listdir("/proc/self/fd")) <= before + 2
    del found
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("parts", [("..", "x"), ("ana", "../../elsewhere"), ("",), ("ana", ".")])
def test_only_names_lead_beneath(folder: Path, parts: tuple[str, ...]) -> None:
    """A part that is not a plain file name raises an error of the caller."""
    with pytest.raises(ValueError, match="is no name of a file"):
        beneath.Anchor(folder).file(*parts).open(lambda status: None)


def test_without_descriptors_no_part_may_be_a_link(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On systems without folder descriptors, files are found and links are still refused."""
    monkeypatch.setattr(beneath, "HOLDS", False)
    file = listed(folder)
    assert here(pickle.loads(pickle.dumps(file))).source == here(file).source == "x = 1\n"
    becomes_a_link(folder / "ana")
    assert "links are not followed" in str(here(file).problem)


def test_the_room_is_imported_where_descriptors_and_limits_are_missing() -> None:
    """The package can be imported without `resource`, `fcntl` and folder descriptors, as on Windows."""
    script = (
        "import os, sys\n"
        "sys.modules['resource'] = sys.modules['fcntl'] = None\n"
        "os.supports_dir_fd, os.supports_fd = set(), set()\n"
        "for name in 'O_NOFOLLOW O_NONBLOCK O_CLOEXEC O_DIRECTORY O_PATH O_NOCTTY'.split(): delattr(os, name)\n"
        "import grader.submissions, grader.submissions.beneath as beneath, grader.grading.pipeline\n"
        "print(beneath.HOLDS)"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "False\n"
