"""What was collected is written as a whole or not at all, and collecting again loses nothing."""

from __future__ import annotations

import errno
from pathlib import Path

import jsonschema
import msgspec
import pytest
from downloads import STUBS, TASKS, Tree, collection_of, notebook, solved, written
from msgspec.structs import replace

from grader.collecting import CollectError, load_manifest
from grader.collecting.manifest import ManifestError
from grader.collecting.writing import REPLACED, Written, write_collection
from grader.roster import Person

SEVEN, EIGHT = TASKS
SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "schemas" / "collected.schema.json"


def collected(tmp_path: Path, tree: Tree, *, out: str = "out", roster: tuple[Person, ...] = ()) -> Written:
    """Collect a download into a folder, and return the numbers of files."""
    with collection_of(written(tmp_path, tree), roster=roster) as plan:
        return replace(write_collection(plan, tmp_path / out), people=())


def files(folder: Path) -> dict[str, str]:
    """Return what is in a folder of submissions, but for its record."""
    found = {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}
    return {name: text for name, text in found.items() if name != "collected.json"}


def test_each_student_gets_a_folder_and_a_record_says_the_rest(tmp_path: Path) -> None:
    """Files have the exercises' names and their content unchanged; the record has the original path, time and notes."""
    roster = (Person(name="Ana Sousa", login="asousa"), Person(name="Rui Reis", login="rreis"))
    name = f"w.zip/Ana Sousa_1_assignsubmission_file/Copy of {SEVEN}.py"
    assert collected(tmp_path, {name: solved()}, roster=roster) == Written(new=1, changed=0, same=0)
    assert files(tmp_path / "out") == {f"asousa/{SEVEN}.py": solved()}
    record = load_manifest(tmp_path / "out")
    assert record is not None
    assert [(one.student, one.person) for one in record.people] == [("asousa", roster[0]), ("rreis", roster[1])]
    [file] = record.people[0].files
    assert (file.handed_in.original, file.handed_in.layout) == (name, "moodle")
    assert file.handed_in.time.startswith("20")
    assert str(file.notes[0]) == f"Copy of {SEVEN}.py was read as {SEVEN}. Next time, use exactly this name."


def test_the_record_follows_its_schema(tmp_path: Path) -> None:
    """What is written is valid by the schema that is published."""
    collected(tmp_path, {f"in/ana/{SEVEN}.py": solved(), "in/ana/x.pdf": "", f"in/bia/{SEVEN}.py": solved()})
    schema = msgspec.json.decode(SCHEMA.read_bytes())
    jsonschema.validate(msgspec.json.decode((tmp_path / "out" / "collected.json").read_bytes()), schema)


def test_another_week_is_added(tmp_path: Path) -> None:
    """Collecting another exercise into the same folder keeps the first, and a changed file is kept aside."""
    collected(tmp_path, {f"w7/ana/{SEVEN}.py": solved(), f"w7/bia/{SEVEN}.py": solved(by="bia!")})
    again = collected(
        tmp_path,
        {
            f"w8/ana/{EIGHT}.py": solved(EIGHT),
            f"w8/ana/{SEVEN}.py": solved(by="better"),
            f"w8/bia/{SEVEN}.py": solved(by="bia!"),
        },
    )
    assert again == Written(new=1, changed=1, same=1)
    found = files(tmp_path / "out")
    assert found[f"ana/{SEVEN}.py"] == solved(by="better")
    assert found[f"{REPLACED}/ana/{SEVEN}-1.py"] == solved()
    record = load_manifest(tmp_path / "out")
    assert record is not None
    assert {one.student: [file.exercise for file in one.files] for one in record.people} == {
        "ana": [SEVEN, EIGHT],
        "bia": [SEVEN],
    }


@pytest.mark.parametrize(
    ("first", "then", "folders"),
    [
        (("Ana_1", "Ana_2"), ("Ana_11",), {"Ana (1)", "Ana (2)", "Ana"}),
        (("Ana_1", "Ana_2"), ("Ana_1", "Ana_2"), {"Ana (1)", "Ana (2)"}),
        (("Ana_1",), ("Ana_11", "Ana_12"), {"Ana", "Ana (11)", "Ana (12)"}),
        (("Ana_1",), ("Ana_11", "ANA_12"), {"Ana", "Ana (11)", "ANA (12)"}),
    ],
)
def test_of_two_people_of_one_name_neither_gets_the_others_work(
    tmp_path: Path, first: tuple[str, ...], then: tuple[str, ...], folders: set[str]
) -> None:
    """In another week nobody knows who of them it is, so nothing is put together or replaced, and it is in doubt."""
    for week, people in (("w1.zip", first), ("w2.zip", then)):
        tree: Tree = {f"{week}/{one}_assignsubmission_file/{SEVEN}.py": solved(by=one) for one in people}
        assert collected(tmp_path, tree).changed == 0
    assert {name.split("/")[0] for name in files(tmp_path / "out")} - {REPLACED} == folders
    record = load_manifest(tmp_path / "out")
    assert record is not None and any(one.doubt for one in record.people)


def test_an_older_file_does_not_replace_a_newer_one(tmp_path: Path) -> None:
    """Where both times are known, the newer file stays, and the older one is listed."""
    attempt = f"w7/Week_asousa_attempt_2026-03-0{{}}-10-20-30_{SEVEN}.py"
    collected(tmp_path, {attempt.format(2): solved(by="newer")})
    (tmp_path / attempt.format(2)).unlink()
    collected(tmp_path, {attempt.format(1): solved(by="old")})
    assert files(tmp_path / "out") == {f"asousa/{SEVEN}.py": solved(by="newer")}
    record = load_manifest(tmp_path / "out")
    assert record is not None
    assert [str(file.reason) for file in record.left] == ["A newer file was collected before."]


def test_what_a_teacher_removed_stays_removed(tmp_path: Path) -> None:
    """Of two files in doubt, the teacher deletes one: collecting the same download again does not bring it back."""
    tree = {f"in/ana/{SEVEN}.py": solved(), f"in/ana/{SEVEN}.ipynb": notebook(solved(by="other"))}
    collected(tmp_path, tree)
    assert set(files(tmp_path / "out")) == {f"ana/{SEVEN}.py", f"ana/{SEVEN}.ipynb"}
    (tmp_path / "out" / "ana" / f"{SEVEN}.py").unlink()
    collected(tmp_path, tree)
    assert set(files(tmp_path / "out")) == {f"ana/{SEVEN}.ipynb"}


def test_a_student_keeps_the_folder_when_a_roster_comes_later(tmp_path: Path) -> None:
    """Who was collected by name keeps that folder, and the record knows the person from then on."""
    collected(tmp_path, {f"w.zip/Ana Sousa_1_assignsubmission_file/{SEVEN}.py": solved()})
    roster = (Person(name="Ana Sousa", login="asousa"),)
    collected(tmp_path, {f"v.zip/Ana Sousa_2_assignsubmission_file/{EIGHT}.py": solved(EIGHT)}, roster=roster)
    assert set(files(tmp_path / "out")) == {f"Ana Sousa/{SEVEN}.py", f"Ana Sousa/{EIGHT}.py"}
    record = load_manifest(tmp_path / "out")
    assert record is not None
    assert record.people[0].person == roster[0]


def test_a_folder_of_somebody_elses_is_not_touched(tmp_path: Path) -> None:
    """A folder that was not collected is refused, and stays as it is."""
    written(tmp_path, {"out/thesis.txt": "mine"})
    with pytest.raises(CollectError, match="exists, and `grader collect` did not write it"):
        collected(tmp_path, {f"in/ana/{SEVEN}.py": solved()})
    assert files(tmp_path / "out") == {"thesis.txt": "mine"}


def test_nothing_is_half_written(tmp_path: Path) -> None:
    """If a file cannot be read while it is written, there is no folder, and no rest of one."""
    folder = written(tmp_path, {f"in/ana/{SEVEN}.py": solved(), f"in/bia/{SEVEN}.py": solved()})
    with collection_of(folder) as plan:
        (folder / "bia" / f"{SEVEN}.py").unlink()
        with pytest.raises(CollectError, match="Collect again; nothing was written"):
            write_collection(plan, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_full_disk_is_told_with_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system does not say what it could not write, so the error names the folder; nothing is left there."""

    def full(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with collection_of(written(tmp_path, {f"in/ana/{SEVEN}.py": solved()})) as plan:
        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space") as caught:
            write_collection(plan, tmp_path / "out")
    assert caught.value.filename == str(tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_names_that_file_systems_lack_are_replaced(tmp_path: Path) -> None:
    """Names that differ only in case, or that Windows cannot have, get folders that every system can have."""
    collected(
        tmp_path,
        {
            f"w.zip/{name}_{number}_assignsubmission_file/{SEVEN}.py": solved()
            for number, name in enumerate(["Con", "A:B"])
        },
    )
    assert set(files(tmp_path / "out")) == {f"_Con/{SEVEN}.py", f"A_B/{SEVEN}.py"}


def test_a_damaged_record_is_an_error(tmp_path: Path) -> None:
    """The record is never overwritten if it cannot be read."""
    written(tmp_path, {"out/collected.json": "{"})
    with pytest.raises(ManifestError, match=r"collected.json.*Restore it, or collect into a new folder"):
        collected(tmp_path, {f"in/ana/{SEVEN}.py": solved()})


def test_what_is_left_is_listed_once(tmp_path: Path) -> None:
    """Collecting a download again lists its files once, and those of another download stay listed."""
    for tree in ({"v/ana/x.pdf": "", f"v/ana/{SEVEN}.py": solved()}, {"w/ana/y.pdf": "", f"w/ana/{EIGHT}.py": ""}):
        collected(tmp_path, tree)
        collected(tmp_path, tree)
    record = load_manifest(tmp_path / "out")
    assert record is not None
    assert [file.path for file in record.left] == ["v/ana/x.pdf", "w/ana/y.pdf"]


def test_the_student_reads_which_file_counts(tmp_path: Path) -> None:
    """Of a script and a notebook in one hand-in, the record has a note for the student on the one that counts."""
    collected(tmp_path, {f"in/ana/{SEVEN}.py": STUBS[SEVEN], f"in/ana/{SEVEN}.ipynb": notebook(solved())})
    record = load_manifest(tmp_path / "out")
    assert record is not None
    [note] = record.people[0].files[0].notes
    assert str(note) == (
        f"{SEVEN}.ipynb was graded. Not graded, because nothing in it was changed since you got it: {SEVEN}.py."
    )
