"""Hostile, broken and locked downloads lose nothing but themselves, and each is listed with a reason."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from downloads import TASKS, collection_of, exercises, solved, written, zipped

from grader.collecting import CollectError, archives, sources
from grader.collecting.archives import ArchiveError
from grader.records import LeftFile

SEVEN = next(iter(TASKS))
GOOD = f"good/{SEVEN}.py"


def left(tmp_path: Path, data: bytes, *, name: str = "class.zip") -> dict[str, LeftFile]:
    """Return what is left of an archive with a good student, whose file must be collected."""
    (tmp_path / name).write_bytes(data)
    with collection_of(tmp_path / name) as plan:
        assert exercises(plan)["good"] == [f"{SEVEN}.py"]
        return {file.path.partition("/")[2]: file for file in plan.collected.left}


def with_entry(name: str, content: bytes, *, mode: int = 0, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip with a good student and one more entry."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(GOOD, solved())
        entry = zipfile.ZipInfo(name)
        entry.external_attr, entry.compress_type = mode << 16, method
        archive.writestr(entry, content)
    return held.getvalue()


@pytest.mark.parametrize("name", [f"../{SEVEN}.py", f"/etc/{SEVEN}.py", f"ana/../../{SEVEN}.py", f"C:\\{SEVEN}.py"])
def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    """Such a file is listed, the others are collected, and nothing is written outside."""
    [found] = left(tmp_path, with_entry(name, b"x")).values()
    assert str(found.reason) == "Its name leads out of the archive."


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_or_device_in_an_archive_is_refused(tmp_path: Path, kind: int) -> None:
    """It is listed under the student whose folder it is in."""
    found = left(tmp_path, with_entry(f"ana/{SEVEN}.py", b"/etc/passwd", mode=kind | 0o777))[f"ana/{SEVEN}.py"]
    assert "link or a device" in str(found.reason)
    assert (found.student, found.exercise) == ("ana", SEVEN)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A file that is far larger than packed is refused by its declared size, and read no further if that lies."""
    data = with_entry(f"ana/{SEVEN}.py", b"\0" * 30_000_000)
    bomb = left(tmp_path, data)[f"ana/{SEVEN}.py"]
    assert "would unpack to 30 MB" in str(bomb.reason) and "remove the output and data" in str(bomb.cure)
    lies = data.replace(struct.pack("<L", 30_000_000), struct.pack("<L", 900_000))
    assert "broken in its archive" in str(left(tmp_path, lies)[f"ana/{SEVEN}.py"].reason)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_rare_method_is_refused(tmp_path: Path, method: int) -> None:
    """Methods of which a small piece may unpack to any size are not used."""
    data = with_entry(f"ana/{SEVEN}.py", b"x = 1\n", method=method)
    assert "a method that is not unpacked here" in str(left(tmp_path, data)[f"ana/{SEVEN}.py"].reason)


def test_a_file_with_a_password_is_refused(tmp_path: Path) -> None:
    """It is listed, with what to ask for."""
    data = bytearray(with_entry(f"ana/{SEVEN}.py", b"x = 1\n", method=zipfile.ZIP_STORED))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(mark) + at] |= 1
    found = left(tmp_path, bytes(data))[f"ana/{SEVEN}.py"]
    assert str(found.reason) == "It is locked with a password."
    assert "without a password" in str(found.cure)


def test_a_broken_archive_of_one_student_is_listed_under_the_student(tmp_path: Path) -> None:
    """The others are collected, and the student with the broken one is known."""
    whole = zipped({f"{SEVEN}.py": solved()})
    data = zipped({GOOD: solved(), "ana.zip": whole[: len(whole) // 2], "bia.rar": b"Rar!"})
    found = left(tmp_path, data)
    assert "broken, or no archive" in str(found["ana.zip"].reason)
    assert found["ana.zip"].student == "ana"
    assert str(found["bia.rar"].cure) == "Unpack it, or ask the student for a .zip file."


def test_archives_in_archives_end_at_a_depth(tmp_path: Path) -> None:
    """An archive that holds itself again and again is opened a few times only."""
    data = zipped({f"{SEVEN}.py": solved()})
    for _ in range(9):
        data = zipped({"ana.zip": data})
    with zipfile.ZipFile(io.BytesIO(zipped({GOOD: solved(), "ana.zip": data}))) as archive:
        assert archive.namelist()
    found = left(tmp_path, zipped({GOOD: solved(), "ana.zip": data}))
    assert [str(file.reason) for file in found.values()] == ["It lies too deep, in too many folders or archives."]


def test_a_large_file_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beyond the limit is not read, whatever its name."""
    noise = os.urandom(2_000_000)
    monkeypatch.setattr("grader.collecting.collection.FILE_LIMIT", 1_000_000)
    found = left(tmp_path, with_entry(f"ana/{SEVEN}.py", noise))[f"ana/{SEVEN}.py"]
    assert str(found.reason) == "It has 1 MB or more."
    assert found.exercise == SEVEN


def test_a_zip_with_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the archive, and nothing is collected from it."""
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    path = written(tmp_path, {f"class.zip/s{number}/{SEVEN}.py": solved() for number in range(5)})
    with pytest.raises(CollectError, match=r"class.zip'. The archive holds more than 3 files. Download it again"):
        collection_of(path).__enter__()


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x05\x06", b"not a zip", zipped({"a.py": "x"})[:40]],
    ids=["empty", "only an end", "text", "cut off"],
)
def test_a_download_that_is_no_archive_is_an_error(tmp_path: Path, data: bytes) -> None:
    """A broken download of a whole class is an error with a cure."""
    (tmp_path / "class.zip").write_bytes(data)
    with pytest.raises(CollectError, match=r"broken, or no archive.*nothing was written"):
        collection_of(tmp_path / "class.zip").__enter__()


def test_a_missing_download_is_an_error(tmp_path: Path) -> None:
    """The error says which one."""
    with pytest.raises(CollectError, match=r"nowhere.zip': there is no such file or folder"):
        collection_of(tmp_path / "nowhere.zip").__enter__()


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    """A link, to a file or a folder, is listed under its student."""
    (tmp_path / "secret.py").write_text(solved())
    folder = written(tmp_path, {f"in/ana/{SEVEN}.py": solved(), f"in/bia/{SEVEN}.py": solved()})
    (folder / "ana" / f"{SEVEN}.ipynb").symlink_to(tmp_path / "secret.py")
    (folder / "ana" / "more").symlink_to(tmp_path)
    with collection_of(folder) as plan:
        assert exercises(plan) == {"ana": [f"{SEVEN}.py"], "bia": [f"{SEVEN}.py"]}
        assert {file.path: file.student for file in plan.collected.left} == {
            f"in/ana/{SEVEN}.ipynb": "ana",
            "in/ana/more": "ana",
        }


def tarred(*entries: tuple[tarfile.TarInfo, bytes]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        for entry, data in entries:
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return held.getvalue()


def test_a_tar_is_read_as_safely(tmp_path: Path) -> None:
    """Links and names that lead out of a .tar.gz are refused, and its files are collected."""
    link = tarfile.TarInfo(f"ana/{SEVEN}.py")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    data = tarred((tarfile.TarInfo(GOOD), solved().encode()), (tarfile.TarInfo(f"../{SEVEN}.py"), b"x"), (link, b""))
    found = left(tmp_path, data, name="class.tar.gz")
    assert {str(file.reason) for file in found.values()} == {
        "Its name leads out of the archive.",
        "It is a link or a device, not a file.",
    }


def test_a_tar_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A header that asks for more than the limit ends with an error, before anything of that size is read."""
    monkeypatch.setattr(archives, "_TAR_LIMIT", 100_000)
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 10**9
    data = gzip.compress(header.tobuf() + b"\0" * 5_000_000)
    with pytest.raises(ArchiveError, match="holds more than"), archives.opened(io.BytesIO(data), "a.tar.gz"):
        pass


def test_what_is_unpacked_in_all_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a limit for all files together, the rest is listed."""
    monkeypatch.setattr(sources, "_MOST_BYTES", 10)
    path = written(tmp_path, {f"class.zip/{name}/{SEVEN}.py": solved() for name in ("ana", "bia")})
    with collection_of(path) as plan:
        assert [str(file.reason)[:12] for file in plan.collected.left] == ["More than 0 "]
        assert exercises(plan) == {"ana": [f"{SEVEN}.py"]}


def test_names_of_macos_and_windows_are_read(tmp_path: Path) -> None:
    """UTF-8 without its mark, and backslashes, are read as they are meant."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("x" * 5 + f"/{SEVEN}.py", solved())
    data = held.getvalue().replace(b"x" * 5, "José".encode())
    (tmp_path / "class.zip").write_bytes(data)
    with collection_of(tmp_path / "class.zip") as plan:
        assert set(exercises(plan)) == {"José"}
    data = held.getvalue().replace(b"x" * 5 + b"/", b"anaxy\\")
    (tmp_path / "class.zip").write_bytes(data)
    with collection_of(tmp_path / "class.zip") as plan:
        assert set(exercises(plan)) == {"anaxy"}


@pytest.mark.parametrize("name", ["class.zip", "class.tar"])
def test_an_empty_archive_is_listed(tmp_path: Path, name: str) -> None:
    """Who hands in an archive without a file in it is not forgotten."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for path, content in ((GOOD, solved().encode()), ("ana/empty.zip", zipped({}))):
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    data = zipped({GOOD: solved(), "ana/empty.zip": zipped({})}) if name == "class.zip" else held.getvalue()
    found = left(tmp_path, data, name=name)["ana/empty.zip"]
    assert (str(found.reason), found.student) == ("It is an archive without a file in it.", "ana")


@pytest.mark.parametrize("second", ["class.zip", "copy.zip"])
def test_the_same_download_twice_counts_once(tmp_path: Path, second: str) -> None:
    """Its leftovers are listed once, no file gets a note, and the second one is listed as needing no action."""
    tree = {f"ana/{SEVEN}.py": solved(), f"bia/{SEVEN}.py": solved(by="bia!"), "ana/notes.pdf": "%PDF"}
    for name in ("class.zip", second):
        (tmp_path / name).write_bytes(zipped(tree))
    with collection_of(tmp_path / "class.zip", tmp_path / second) as plan:
        assert [(file.path, file.kind) for file in plan.collected.left if file.kind == "lost"] == [
            ("class.zip/ana/notes.pdf", "lost")
        ]
        (spare,) = [file for file in plan.collected.left if file.kind == "spare"]
        assert spare.path.endswith(second) and "It is the same as" in str(spare.reason)
        assert not any(file.notes for one in plan.collected.people for file in one.files)
