"""Somebody whose folder is empty handed in nothing: a row of the class, not a silent loss."""

from __future__ import annotations

from pathlib import Path

import pytest
from downloads import TASKS, collection_of, solved, written, zipped

from grader.roster import Person

SEVEN, EIGHT = TASKS


def without_files(*downloads: Path, roster: tuple[Person, ...] = ()) -> list[str]:
    """Return who is in the plan without a file."""
    with collection_of(*downloads, roster=roster) as plan:
        assert any(one.files for one in plan.collected.people)
        return [one.student for one in plan.collected.people if not one.files]


# The files of a class, folders that are empty, and who handed in nothing.
CASES: dict[str, tuple[tuple[str, ...], tuple[str, ...], list[str]]] = {
    "a folder for each student": ((f"ana/{SEVEN}.py", f"bia/{SEVEN}.py"), ("rui/",), ["rui"]),
    "an empty folder in a student's": ((f"ana/{SEVEN}.py", f"bia/{SEVEN}.py"), ("rui/week7/", "ana/plots/"), ["rui"]),
    "exercises and weeks are no people": (
        (f"ana/{SEVEN}.py", f"bia/{SEVEN}.py"),
        (f"{EIGHT}/", "week 8/", "3/", "src/", "B/", "turma 2/"),
        [],
    ),
    "sections": ((f"A/ana/{SEVEN}.py", f"B/bia/{SEVEN}.py"), ("B/rui/", "C/"), ["rui"]),
    "students in a folder for each exercise": (
        (f"{SEVEN}/ana/x.py", f"{SEVEN}/bia/x.py"),
        (f"{SEVEN}/rui/", f"{EIGHT}/ana/", f"{EIGHT}/eva/"),
        ["eva", "rui"],
    ),
    "files called as students": ((f"{SEVEN}/ana.py", f"{SEVEN}/bia.py"), (f"{EIGHT}/", "rui/"), []),
    "numbers": ((f"1001/{SEVEN}.py", f"1002/{SEVEN}.py"), ("1003/", "old/"), ["1003", "old"]),
    "short logins": ((f"a12/{SEVEN}.py", f"a13/{SEVEN}.py"), ("a14/",), ["a14"]),
    "Moodle": (
        (f"Ana Sousa_1_assignsubmission_file/{SEVEN}.py", f"Bia Reis_2_assignsubmission_file/{SEVEN}.py"),
        ("Rui Costa_3_assignsubmission_file/", "Ana Sousa_1_assignsubmission_onlinetext/", "old/"),
        ["Rui Costa"],
    ),
    "Brightspace": (
        (f"1-2 - Ana Sousa - Mar 1, 2026 926 PM/{SEVEN}.py",),
        ("1-3 - Rui Costa - Mar 1, 2026 926 PM/",),
        ["Rui Costa"],
    ),
    "Sakai": (
        (f"Week 7/Sousa, Ana(asousa)/Submission attachment(s)/{SEVEN}.py",),
        ("Week 7/Costa, Rui(rcosta)/Submission attachment(s)/", "Week 7/Sousa, Ana(asousa)/Feedback Attachment(s)/"),
        ["rcosta"],
    ),
    "nbgrader": ((f"submitted/ana/{SEVEN}/{SEVEN}.ipynb",), (f"submitted/rui/{SEVEN}/", "source/"), ["rui"]),
    "clones": (
        (f"07-ana/{SEVEN}.py", "07-ana/.git/HEAD", f"07-bia/{SEVEN}.py", "07-bia/.git/HEAD", "07-rui/.git/HEAD"),
        ("old/",),
        ["rui"],
    ),
}


@pytest.mark.parametrize("kind", ["folder", "zip"])
@pytest.mark.parametrize("case", CASES)
def test_an_empty_folder_is_a_person_where_folders_are_people(tmp_path: Path, case: str, kind: str) -> None:
    """It counts as one if it is where the students' folders are, and is called like them; a platform's tells itself."""
    files, empty, expected = CASES[case]
    tree = {path: "" if "/.git/" in path else solved(by=path) for path in files}
    download = tmp_path / ("class.zip" if kind == "zip" else "class")
    if kind == "zip":
        download.write_bytes(zipped({**tree, **dict.fromkeys(empty, "")}))
    else:
        written(tmp_path, {f"class/{path}": content for path, content in tree.items()})
        for path in empty:
            (download / path).mkdir(parents=True)
    assert without_files(download) == expected


def test_hidden_files_do_not_fill_a_folder(tmp_path: Path) -> None:
    """A folder in which a system wrote its own files only is as empty as one without any."""
    tree = {f"ana/{SEVEN}.py": solved(), f"bia/{SEVEN}.py": solved(by="bia!"), "rui/.DS_Store": "", "__MACOSX/a": ""}
    assert without_files(written(tmp_path / "a", {f"class/{path}": text for path, text in tree.items()})) == ["rui"]
    packed = tmp_path / "class.zip"
    packed.write_bytes(zipped(tree))
    assert without_files(packed) == ["rui"]


def test_one_of_several_downloads_can_be_empty(tmp_path: Path) -> None:
    """Where each download is a student's folder, an empty one is somebody who handed in nothing."""
    downloads = [written(tmp_path, {f"{name}/{SEVEN}.py": solved(by=name)}) for name in ("ana", "bia")]
    (tmp_path / "rui").mkdir()
    assert without_files(*downloads, tmp_path / "rui") == ["rui"]


def test_the_roster_says_who_has_an_empty_folder(tmp_path: Path) -> None:
    """The person is found in the roster like everybody else, and has one row."""
    roster = tuple(Person(name=name, login=name.split()[0].lower()) for name in ("Ana Sousa", "Bia Reis", "Rui Costa"))
    written(tmp_path, {f"class/ana/{SEVEN}.py": solved(), f"class/bia/{SEVEN}.py": solved(by="bia!")})
    (tmp_path / "class" / "Rui_Costa").mkdir()
    assert without_files(tmp_path / "class", roster=roster) == ["rui"]


def test_folders_without_end_are_refused_or_passed_over(tmp_path: Path) -> None:
    """A name with thousands of folders in it costs no time and is nobody."""
    packed = tmp_path / "class.zip"
    deep = {f"{'a/' * 30_000}{i}/": "" for i in range(20)}
    packed.write_bytes(zipped({f"ana/{SEVEN}.py": solved(), f"bia/{SEVEN}.py": solved(by="bia!"), **deep}))
    assert without_files(packed) == []
