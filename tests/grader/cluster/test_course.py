"""A course travels as one archive, which is opened only if it is the one that was meant."""

from __future__ import annotations

import stat
import zlib
from pathlib import Path

import msgspec
import pytest

from grader.catalog import Catalog, load_catalog
from grader.cluster.course import digest_of, pack, unpack


def archive(files: dict[str, bytes]) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(files))


def test_a_course_arrives_as_it_was(catalog: Catalog, tmp_path: Path) -> None:
    """Everything that grading reads is there, and only this user can read it."""
    data = pack(catalog.root)
    unpack(data, digest_of(data), tmp_path / "course")
    there = load_catalog(tmp_path / "course")
    assert there.exercises == catalog.exercises
    for id in (exercise.id for exercise in catalog.exercises):
        ours, theirs = ((*one.suites(id), one.solution(id)) for one in (catalog, there))
        assert [path.read_bytes() for path in ours] == [path.read_bytes() for path in theirs]
    assert (tmp_path / "course" / "tests" / "misconceptions" / "07_autograd.py").is_file()
    assert stat.S_IMODE((tmp_path / "course").stat().st_mode) == 0o700


def test_other_folders_stay_at_home(tmp_path: Path) -> None:
    """What lies beside the course in its clone does not travel: submissions, reports, caches."""
    for name in ("solutions/01_a.py", "submissions/ana/01_a.py", "solutions/__pycache__/01_a.pyc", "solutions/.x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    data = pack(tmp_path)
    assert msgspec.msgpack.decode(zlib.decompress(data)) == {"solutions/01_a.py": b"x = 1\n"}
    assert pack(tmp_path) == data


def test_another_course_is_not_opened(tmp_path: Path) -> None:
    """An archive whose digest differs writes nothing."""
    with pytest.raises(ValueError, match="digest"):
        unpack(archive({"a.py": b""}), digest_of(b"another"), tmp_path / "course")
    assert not (tmp_path / "course").exists()


@pytest.mark.parametrize("name", ["../a.py", "/tmp/a.py", "solutions/../../a.py"])
def test_no_file_is_written_outside(tmp_path: Path, name: str) -> None:
    """A name that leads out of the folder is refused."""
    data = archive({name: b"x"})
    with pytest.raises(ValueError, match="outside"):
        unpack(data, digest_of(data), tmp_path / "in" / "course")
    assert not (tmp_path / "a.py").exists() and not (tmp_path / "in" / "a.py").exists()


@pytest.mark.parametrize("data", [b"", b"no archive", zlib.compress(b"\xc1"), archive({"a": b"1"})[:-5]])
def test_a_damaged_archive_is_an_error(tmp_path: Path, data: bytes) -> None:
    """What is no archive of a course is refused, even under its own digest."""
    with pytest.raises((ValueError, zlib.error, msgspec.DecodeError)):
        unpack(data, digest_of(data), tmp_path / "course")
