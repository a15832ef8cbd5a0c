"""Reports on disk are complete files, and no name leads out of the output folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.records import Report, student_report
from grader.reports.store import SEED, ReportError, keep_seed, kept_seed, load_report, report_folders, sweep, write_json
from grader.sentences import verbatim


def test_report_survives_the_disk(tmp_path: Path) -> None:
    """A report that is read equals the one that was written."""
    report = student_report("Zoë", ())
    write_json(tmp_path / "new" / "report.json", report)
    assert load_report(tmp_path / "new") == report


def test_half_a_character_keeps_no_report_from_being_written(tmp_path: Path) -> None:
    """A lone surrogate is replaced by a question mark, because JSON cannot hold it."""
    write_json(tmp_path / "report.json", student_report("a\ud800é", (), notes=(verbatim("\udcff"),)))
    assert load_report(tmp_path) == student_report("a?é", (), notes=(verbatim("?"),))


def test_writing_leaves_one_file(tmp_path: Path) -> None:
    """After two writes only the newer file exists."""
    for student in ("a", "b"):
        write_json(tmp_path / "report.json", student_report(student, ()))
    assert os.listdir(tmp_path) == ["report.json"]
    assert load_report(tmp_path).student == "b"


def test_what_a_killed_run_was_writing_is_swept_away(tmp_path: Path) -> None:
    """Old temporary files are removed; new ones may belong to another run."""
    for folder in (tmp_path, tmp_path / "a", tmp_path / ".graded"):
        folder.mkdir(exist_ok=True)
        for name in ("report.json", ".writing-old", ".writing-new"):
            (folder / name).touch()
        os.utime(folder / ".writing-old", (0, 0))
    sweep(tmp_path)
    for folder in (tmp_path, tmp_path / "a", tmp_path / ".graded"):
        assert {path.name for path in folder.iterdir() if path.is_file()} == {"report.json", ".writing-new"}


def test_failure_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a write fails, the old report stays and no half-written file remains."""
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
    """A student's folder is always directly in the output folder."""
    folder = report_folders(tmp_path, [name])[name]
    assert folder.parent == tmp_path
    folder.mkdir()
    assert folder.resolve().parent == tmp_path.resolve()


def test_names_that_collide_are_told_apart(tmp_path: Path) -> None:
    """Names that differ only in case or in unsafe characters get different folders."""
    folders = report_folders(tmp_path, ["Ana", "ana", "a/b", "a:b"])
    assert len({str(folder).casefold() for folder in folders.values()}) == 4


def test_missing_report_is_explained(tmp_path: Path) -> None:
    """For a missing report the error says what to do."""
    with pytest.raises(ReportError, match="Grade first, then show"):
        load_report(tmp_path)


def test_a_student_that_is_misspelt_gets_a_suggestion(tmp_path: Path) -> None:
    """Where the class has reports, the error names the student that is meant, or an example."""
    for name in ("ana", "bia"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_bytes(b"{}")
    with pytest.raises(ReportError, match="Did you mean 'ana'"):
        load_report(tmp_path / "anna")
    with pytest.raises(ReportError, match=r"the folder of the class\. Name .* such as '.*ana'"):
        load_report(tmp_path)


def test_damaged_report_is_explained(tmp_path: Path) -> None:
    """For a damaged report the error says what to do."""
    (tmp_path / "report.json").write_text('{"schema": "grader/report/2"}', encoding="utf-8")
    with pytest.raises(ReportError, match="Grade again"):
        load_report(tmp_path)


@pytest.mark.parametrize("schema", ["grader/report/3", "grader/class/1", ""])
def test_other_forms_are_refused(tmp_path: Path, schema: str) -> None:
    """A report of another form is refused; the error names its form, the forms that can be read, and what to do."""
    text = f'{{"schema":"{schema}","student":"a","points":0,"max_points":0,"exercises":[]}}'
    (tmp_path / "report.json").write_text(text, encoding="utf-8")
    said = rf"its form is '{schema}', and this version of the kit reads grader/report/1, grader/report/2\. Show it with"
    with pytest.raises(ReportError, match=said):
        load_report(tmp_path)


@pytest.mark.parametrize("text", ["[]", "{}", '{"schema": 2}', "not JSON"])
def test_what_is_no_report_is_explained(tmp_path: Path, text: str) -> None:
    """A file that is not a report is refused with a clear error."""
    (tmp_path / "report.json").write_text(text, encoding="utf-8")
    with pytest.raises(ReportError, match=r"Cannot read the report .*rade again"):
        load_report(tmp_path)


def test_report_is_a_record() -> None:
    """The stored report is the record that the pipeline returns."""
    assert isinstance(student_report("a", ()), Report)


def test_students_do_not_take_the_place_of_the_class(tmp_path: Path) -> None:
    """A student with the name of the class's table gets another folder."""
    assert report_folders(tmp_path, ["class.json", "Class.JSON"]).keys() == {"class.json", "Class.JSON"}
    assert not {path.name.lower() for path in report_folders(tmp_path, ["class.json"]).values()} & {"class.json"}


@pytest.mark.parametrize("letter", ["\U0001d158\U0001d165\U0001d16e", "\u0915\u093c", "\U0001f600", "é"])
def test_long_names_fit_into_a_folder(tmp_path: Path, letter: str) -> None:
    """Names with many bytes for each character are cut to fit the file system, with their number."""
    for folder in report_folders(tmp_path, [letter * 80, letter * 81, letter * 82]).values():
        folder.mkdir()


def test_a_seed_is_made_once_and_kept(tmp_path: Path) -> None:
    """A random seed is stored for its owner only; a given seed replaces it."""
    assert kept_seed(tmp_path / "out") == ""
    seed = keep_seed(tmp_path / "out")
    assert len(seed) == 32 and keep_seed(tmp_path / "out") == kept_seed(tmp_path / "out") == seed
    assert (tmp_path / "out" / SEED).stat().st_mode & 0o777 == 0o600
    assert keep_seed(tmp_path / "out", " outono ") == kept_seed(tmp_path / "out") == "outono"
    assert keep_seed(tmp_path / "other") != seed


def test_a_seed_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """An unreadable seed is an error, because a new one would change all results."""
    (tmp_path / SEED).write_bytes(b"\xff\xfe")
    with pytest.raises(ReportError, match=r"Cannot read the course's seed in .*Restore it, or remove it"):
        keep_seed(tmp_path)


def test_no_student_takes_the_seeds_place(tmp_path: Path) -> None:
    """No student's folder replaces the seed's file, in any case of letters."""
    assert SEED not in {path.name.casefold() for path in report_folders(tmp_path, [SEED, SEED.upper()]).values()}
