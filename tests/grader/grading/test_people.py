"""The class report knows who the students are, how files were handed in, and who handed in nothing."""

from __future__ import annotations

from pathlib import Path

from grader.collecting import Collected, CollectedFile, CollectedPerson
from grader.grading.people import with_people
from grader.records import HandIn, LeftFile
from grader.roster import Person, Roster
from grader.sentences import verbatim
from grader.submissions import StudentFolder, find_submissions

ANA = Person(name="Ana Sousa", login="ana", id="1")
RUI = Person(name="Rui Costa", login="rui", id="9")
SEVEN = "07_autograd"


def folders(tmp_path: Path, *students: str) -> tuple[StudentFolder, ...]:
    for student in students:
        (tmp_path / student).mkdir()
        (tmp_path / student / f"{SEVEN}.py").touch()
    return find_submissions(tmp_path, exercises=[SEVEN])


def file(name: str = f"{SEVEN}.py") -> CollectedFile:
    handed_in = HandIn(original="w.zip/x.py", time="2026-03-01T10:20:30", late=True)
    return CollectedFile(exercise=SEVEN, file=name, digest="", handed_in=handed_in, notes=(verbatim("A note."),))


def test_the_record_says_who_and_how(tmp_path: Path) -> None:
    """Names, times, late marks and notes come from the record; so do members of the class without a file."""
    record = Collected(
        people=(
            CollectedPerson(student="ana", person=ANA, files=(file(), file("gone.py"))),
            CollectedPerson(student="rui", person=RUI),
        )
    )
    ana, rui = with_people(folders(tmp_path, "ana"), record, None)
    assert (ana.person, ana.notes) == (ANA, (verbatim("A note."),))
    assert ana.handed_in == {f"{SEVEN}.py": file().handed_in}
    assert (rui.student, rui.person, rui.files) == ("rui", RUI, {})


def test_who_is_in_doubt_is_listed(tmp_path: Path) -> None:
    """A doubt about a person is listed with the files, and says what to do."""
    doubtful = CollectedPerson(student="ana", person=ANA, files=(file(),), doubt=verbatim("Who is that?"))
    [ana] = with_people(folders(tmp_path, "ana"), Collected(people=(doubtful,)), None)
    [left] = ana.left
    assert isinstance(left, LeftFile)
    assert (left.kind, str(left.reason)) == ("doubt", "Who is that?")
    assert "correct the roster" in str(left.cure)


def test_a_folder_of_the_record_that_is_gone_is_not_graded(tmp_path: Path) -> None:
    """A teacher who deletes a student's folder takes the student out of the class."""
    record = Collected(people=(CollectedPerson(student="bia", person=Person(name="Bia"), files=(file(),)),))
    assert [one.student for one in with_people(folders(tmp_path, "ana"), record, None)] == ["ana"]


def test_a_roster_names_the_folders(tmp_path: Path) -> None:
    """Without a record, folders are matched by their names; strangers and similar names are in doubt."""
    found = with_people(folders(tmp_path, "ana", "Costa Rui", "guest"), None, Roster(people=(ANA, RUI)))
    people = {one.student: one for one in found}
    assert people["ana"].person == ANA
    assert people["Costa Rui"].person == RUI
    assert people["guest"].person is None
    assert str(people["guest"].left[0].reason) == "guest is not in the roster."
    assert [one.student for one in with_people(found[:1], None, Roster(people=(ANA, RUI)))] == ["Costa Rui", "ana"]


def test_people_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Where the roster has two of one name, the teacher reads which they are."""
    twice = Roster(people=(Person(name="Ana", email="a1@x.br"), Person(name="Ana", email="a2@x.br")))
    [left] = next(one for one in with_people(folders(tmp_path, "Ana"), None, twice) if one.student == "Ana").left
    assert "Ana (a1@x.br), Ana (a2@x.br)" in str(left.reason)
