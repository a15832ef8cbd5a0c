"""Reports on disk: whole files, in folders that no name escapes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.records import Report, student_report
from grader.reports.store import SEED, ReportError, keep_seed, kept_seed, load_report, report_folders, sweep, write_json


def test_report_survives_the_disk(tmp_path: Path) -> None:
    """A report read back equals the one that was written."""
    report = student_report("Zoë", ())
    write_json(tmp_path / "new" / "report.json", report)
    assert load_report(tmp_path / "new") == report


def test_half_a_character_keeps_no_report_from_being_written(tmp_path: Path) -> None:
    """Wherever it comes from: JSON cannot hold it, and a question mark stands in for it."""
    write_json(tmp_path / "report.json", student_report("a\ud800é", (), notes=("\udcff",)))
    assert load_report(tmp_path) == student_report("a?é", (), notes=("?",))


def test_writing_leaves_one_file(tmp_path: Path) -> None:
    """Writing twice leaves the newer file and nothing else."""
    for student in ("a", "b"):
        write_json(tmp_path / "report.json", student_report(student, ()))
    assert os.listdir(tmp_path) == ["report.json"]
    assert load_report(tmp_path).student == "b"


def test_what_a_killed_run_was_writing_is_swept_away(tmp_path: Path) -> None:
    """Once it is old: what is fresh may be another run's."""
    for folder in (tmp_path, tmp_path / "a", tmp_path / ".graded"):
        folder.mkdir(exist_ok=True)
        for name in ("report.json", ".writing-old", ".writing-new"):
            (folder / name).touch()
        os.utime(folder / ".writing-old", (0, 0))
    sweep(tmp_path)
    for folder in (tmp_path, tmp_path / "a", tmp_path / ".graded"):
        assert {path.name for path in folder.iterdir() if path.is_file()} == {"report.json", ".writing-new"}


def test_failure_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails leaves the old report whole and no half-written file."""
    write_json(tmp_path / "report.json", student_report("old", ()))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_json(tmp_path / "report.json", student_report("new", ()))
    assert os.listdir(tmp_path) == ["report.json"]
    assert load_report(tmp_path).student == "old"


@pytest.mark.parametrize(
    "name", ["..", ".", "../../etc", "/etc/passwd", "a/b", "C:\\x", "", " ", "x\x00y", "n" * 300, "\n"]
)
def test_names_stay_inside(tmp_path: Path, name: str) -> None:
    """Whatever a student is called, the folder lies directly in the output folder."""
    folder = report_folders(tmp_path, [name])[name]
    assert folder.parent == tmp_path
    folder.mkdir()
    assert folder.resolve().parent == tmp_path.resolve()


def test_names_that_collide_are_told_apart(tmp_path: Path) -> None:
    """Names that differ in case or in unsafe characters alone get folders of their own."""
    folders = report_folders(tmp_path, ["Ana", "ana", "a/b", "a:b"])
    assert len({str(folder).casefold() for folder in folders.values()}) == 4


def test_missing_report_is_explained(tmp_path: Path) -> None:
    """A report that is not there says what to do."""
    with pytest.raises(ReportError, match="Grade first, then show"):
        load_report(tmp_path)


def test_damaged_report_is_explained(tmp_path: Path) -> None:
    """A report that is not one says what to do."""
    (tmp_path / "report.json").write_text('{"schema": "grader/report/1"}', encoding="utf-8")
    with pytest.raises(ReportError, match="Grade again"):
        load_report(tmp_path)


def test_other_versions_are_refused(tmp_path: Path) -> None:
    """A report of another version of the schema is not misread."""
    text = b'{"schema":"grader/report/2","student":"a","points":0,"max_points":0,"exercises":[]}'
    (tmp_path / "report.json").write_bytes(text)
    with pytest.raises(ReportError, match="grader/report/2"):
        load_report(tmp_path)


def test_report_is_a_record() -> None:
    """What is stored is the record that the pipeline returns."""
    assert isinstance(student_report("a", ()), Report)


def test_students_do_not_take_the_place_of_the_class(tmp_path: Path) -> None:
    """A student who is called like the class's table gets another folder, so that the table can be written."""
    assert report_folders(tmp_path, ["class.json", "Class.JSON"]).keys() == {"class.json", "Class.JSON"}
    assert not {path.name.lower() for path in report_folders(tmp_path, ["class.json"]).values()} & {"class.json"}


@pytest.mark.parametrize("letter", ["\U0001d158\U0001d165\U0001d16e", "\u0915\u093c", "\U0001f600", "é"])
def test_long_names_fit_into_a_folder(tmp_path: Path, letter: str) -> None:
    """Names of many bytes a character are cut so that file systems take them, even when they are numbered."""
    for folder in report_folders(tmp_path, [letter * 80, letter * 81, letter * 82]).values():
        folder.mkdir()


def test_a_seed_is_made_once_and_kept(tmp_path: Path) -> None:
    """At random, for its owner alone; the one that is given is kept instead."""
    assert kept_seed(tmp_path / "out") == ""
    seed = keep_seed(tmp_path / "out")
    assert len(seed) == 32 and keep_seed(tmp_path / "out") == kept_seed(tmp_path / "out") == seed
    assert (tmp_path / "out" / SEED).stat().st_mode & 0o777 == 0o600
    assert keep_seed(tmp_path / "out", " outono ") == kept_seed(tmp_path / "out") == "outono"
    assert keep_seed(tmp_path / "other") != seed


def test_a_seed_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Another one would have everything graded again."""
    (tmp_path / SEED).write_bytes(b"\xff\xfe")
    with pytest.raises(ReportError, match=r"Cannot read the course's seed in .*Restore it, or remove it"):
        keep_seed(tmp_path)


def test_no_student_takes_the_seeds_place(tmp_path: Path) -> None:
    """Nor its name in other letters."""
    assert SEED not in {path.name.casefold() for path in report_folders(tmp_path, [SEED, SEED.upper()]).values()}
