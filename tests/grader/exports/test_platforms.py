"""A platform's own sheet comes back with points in one column, and with every other byte as it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from made_reports import exercise, lay_out, nothing

from grader.exports import (
    ExportError,
    Filled,
    Wanted,
    fill_blackboard,
    fill_brightspace,
    fill_canvas,
    fill_moodle,
)
from grader.exports.canvas import feedback_files as for_canvas
from grader.exports.moodle import feedback_files as for_moodle
from grader.gradebook import Gradebook, read_gradebook
from grader.records import HandIn, class_report, student_report
from grader.reports import write_json
from grader.roster import Person, Roster

SHEETS = Path(__file__).parent / "sheets"
Fill = Callable[[Gradebook, bytes, str, Wanted], Filled]
PLATFORMS: dict[str, tuple[Fill, Wanted]] = {
    "moodle.csv": (fill_moodle, Wanted()),
    "moodle-pt.csv": (fill_moodle, Wanted()),
    "canvas.csv": (fill_canvas, Wanted(column="07 Autograd")),
    "brightspace.csv": (fill_brightspace, Wanted(column="07 Autograd")),
    "blackboard.xls": (fill_blackboard, Wanted()),
}
ADJUSTMENTS = """
[[excused]]
student = "dora"
reason = "Ill."

[[comment]]
student = "ana"
exercise = "07"
text = "=HYPERLINK(1)"

[[comment]]
student = "bia"
text = "Lost."
"""
PEOPLE = tuple(
    Person(name=name, id=id, login=name.split()[0].lower(), email=f"{name.split()[0].lower()}@example.org")
    for name, id in (("Ana Silva", "1001"), ("Bia Costa", "1002"), ("Caio Reis", "1003"), ("Dora Lima", "1004"))
)
HALF = exercise(minimize={"a": ("passed", 7.25), "b": ("failed", 2.75)})


@pytest.fixture
def book(tmp_path: Path) -> Gradebook:
    """Ana has 7.25 of 10, Bia 0, Caio handed in nothing, Dora is excused, and Eva is in no sheet."""
    out = lay_out(
        tmp_path / "out",
        ADJUSTMENTS,
        ana=(HALF,),
        bia=(exercise(minimize={"a": ("failed", 7.25), "b": ("failed", 2.75)}),),
        caio=(nothing(),),
        dora=(HALF,),
        eva=(HALF,),
    )
    return read_gradebook(out, Roster(people=(*PEOPLE, Person(name="Eva Alves", login="eva"))))


def filled(book: Gradebook, name: str, **changes: object) -> Filled:
    """Return the sheet of this name, filled in."""

    fill, wanted = PLATFORMS[name]
    return fill(book, (SHEETS / name).read_bytes(), name, msgspec.structs.replace(wanted, **changes))


def notes(found: Filled) -> str:
    """Return the notes as text."""
    return "\n".join(map(str, found.notes))


@pytest.mark.parametrize("name", PLATFORMS)
def test_the_sheet_is_filled_as_the_golden_file_says(book: Gradebook, name: str) -> None:
    """Points, remarks and what excuses are in their cells; everything else has its bytes, marks and line ends."""
    golden = SHEETS / f"filled-{name}"
    assert filled(book, name).data == golden.read_bytes()


@pytest.mark.parametrize("name", PLATFORMS)
def test_only_the_cells_of_people_differ(book: Gradebook, name: str) -> None:
    """Lines about people who get nothing, and the lines above, are byte for byte what the platform wrote."""
    before, after = ((SHEETS / name).read_bytes().splitlines(), filled(book, name).data.splitlines())
    assert len(before) == len(after)
    differ = [a for a, b in zip(after, before, strict=True) if a != b]
    assert 0 < len(differ) <= 3


def test_who_is_left_out_is_said(book: Gradebook) -> None:
    """The notes name who is excused, who handed in nothing, who is in one of both alone."""
    said = notes(filled(book, "moodle.csv"))
    assert re.search("excused; the cell stays as it is: Dora Lima", said)
    assert re.search("handed in nothing; the cell stays as it is: Caio Reis", said)
    assert re.search("1 person in the sheet is not in the gradebook; .*: Zoe Stranger", said)
    assert re.search("1 person has points and is not in the sheet: Eva Alves", said)


def test_a_zero_can_be_written(book: Gradebook) -> None:
    """With `zero`, who handed in nothing gets 0."""
    assert b'Caio Reis",1003,caio@example.org,"No submission - ",0,10.00' in filled(book, "moodle.csv", zero=True).data


def test_other_maxima_are_converted_only_if_asked(book: Gradebook) -> None:
    """A sheet out of 100 is refused, because it may be of another assignment; `scale` converts."""
    data = (SHEETS / "moodle.csv").read_bytes().replace(b"10.00", b"100.00")
    with pytest.raises(ExportError, match=r"out of 100, and those of the gradebook out of 10\. .*--scale"):
        fill_moodle(book, data, "m.csv", Wanted())
    assert b",72.5,100.00" in fill_moodle(book, data, "m.csv", Wanted(scale=True)).data


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (
            "moodle.csv",
            b'Participant 90002","Bia ""B"" Costa",1002,bia',
            b'Participant 90002","Ana Silva",1001,ana',
            "lines 2 and 3 are about the same person, Ana Silva",
        ),
        ("moodle.csv", b"Identifier", b"Whatever", "it is no sheet of Moodle"),
        ("moodle.csv", b"Identifier", b'"Identifier', "a quotation mark has no end|no sheet of Moodle"),
        ("moodle.csv", b"example.org", b"example.com", ""),
        ("canvas.csv", b"07 Autograd", b"08 Detach", "no column is called '07 Autograd'"),
        ("canvas.csv", b",ID,", b",Id-number,", "it is no sheet of Canvas"),
        ("brightspace.csv", b"Points Grade", b"Pontos", "no column"),
    ],
)
def test_a_sheet_of_something_else_is_refused(book: Gradebook, name: str, old: bytes, new: bytes, words: str) -> None:
    """Another assignment, another platform, or one person twice: one sentence, and nothing is filled."""
    fill, wanted = PLATFORMS[name]
    data = (SHEETS / name).read_bytes()
    assert old in data
    if not words:
        assert fill(book, data.replace(old, new), name, wanted).count == 2  # found by number
        return
    with pytest.raises(ExportError, match=words):
        fill(book, data.replace(old, new), name, wanted)


def test_a_sheet_of_strangers_is_refused(book: Gradebook) -> None:
    """If nobody in the sheet is in the gradebook, it is of another course."""
    data = b"Identifier,Full name,Grade,Maximum Grade\nParticipant 1,Xi Yu,,10.00\n"
    with pytest.raises(ExportError, match=r"nobody in it is in the gradebook.*--roster"):
        fill_moodle(book, data, "m.csv", Wanted())


def test_several_columns_must_be_told_apart(book: Gradebook) -> None:
    """Without a column's name, a sheet with several assignments is refused, and the error lists them."""
    with pytest.raises(
        ExportError, match=r'several columns hold points: "07 Autograd \(5001\)", "Other work \(5002\)"'
    ):
        filled(book, "canvas.csv", column="")


def test_a_workbook_is_refused(book: Gradebook) -> None:
    """A file that Excel saved as a workbook is not read as text."""
    with pytest.raises(ExportError, match="workbook of Excel"):
        fill_moodle(book, b"PK\x03\x04...", "m.xlsx", Wanted())


def test_a_name_that_only_resembles_is_not_filled(tmp_path: Path) -> None:
    """Who is only perhaps the person gets no points; the note says who it may be."""
    book = read_gradebook(lay_out(tmp_path / "out", **{"Ana Maria Silva": (HALF,), "bia": (HALF,)}))
    found = fill_moodle(book, (SHEETS / "moodle.csv").read_bytes(), "m.csv", Wanted())
    assert found.count == 1
    assert "Ana Silva may be Ana Maria Silva" in notes(found)


def test_a_platforms_own_number_counts_only_with_the_name(tmp_path: Path) -> None:
    """The number of a participant finds a person if the names agree, because other platforms have such numbers too."""
    book = read_gradebook(
        lay_out(tmp_path / "out", a=(HALF,), b=(HALF,)),
    )

    people = (Person(name="Ana Silva", other_ids=("90001",)), Person(name="Kim Novak", other_ids=("90002",)))
    rows = tuple(msgspec.structs.replace(row, person=p) for row, p in zip(book.rows, people, strict=True))
    found = fill_moodle(
        msgspec.structs.replace(book, rows=rows), (SHEETS / "moodle.csv").read_bytes(), "m.csv", Wanted()
    )
    assert (found.count, list(found.places)) == (1, ["a"])


TWO_ANAS = b"""Identifier,Full name,Grade,Maximum Grade,Last modified (grade)
Participant 101,Ana Silva,,10.00,-
Participant 102,Ana Silva,,10.00,-
Participant 103,Bia Costa,,10.00,-
"""


def two_anas(tmp_path: Path, *participants: str, name: str = "Ana Silva") -> Gradebook:
    """Return a gradebook of two people of one name, with what Moodle's download says of them, and of another person."""
    reports = {
        f"{name} (1)": (HALF,),
        f"{name} (2)": (exercise(minimize={"a": ("passed", 7.25), "b": ("passed", 2.75)}),),
        "Bia Costa": (HALF,),
    }
    people = {student: Person(name=name if name in student else student) for student in reports}
    handed_in = {
        student: {"07_autograd": HandIn(original="x", layout="moodle", participant=number)}
        for student, number in zip(reports, participants, strict=False)
    }
    out = lay_out(tmp_path / "out", **reports)
    whole = class_report(tuple(student_report(*one) for one in reports.items()), people=people, handed_in=handed_in)
    write_json(out / "class.json", whole)
    return read_gradebook(out)


def test_two_people_of_one_name_never_get_each_others_points(tmp_path: Path) -> None:
    """If nothing tells them apart, their cells stay empty, and the notes name both."""
    found = fill_moodle(two_anas(tmp_path), TWO_ANAS, "m.csv", Wanted())
    assert (list(found.places), found.count) == (["Bia Costa"], 1)
    assert "Line 2: Ana Silva may be Ana Silva (1), Ana Silva (2), which is not sure" in notes(found)
    assert "2 people have points and are not in the sheet: Ana Silva (1), Ana Silva (2)." in notes(found)


def test_moodles_number_tells_people_of_one_name_apart(tmp_path: Path) -> None:
    """The number in the name of the folder that Moodle packed is the participant in the sheet of that assignment."""
    found = fill_moodle(two_anas(tmp_path, "102", "101"), TWO_ANAS, "m.csv", Wanted())
    assert found.places == {"Ana Silva (1)": 2, "Ana Silva (2)": 1, "Bia Costa": 3}
    assert b"101,Ana Silva,10,10.00" in found.data and b"102,Ana Silva,7.25,10.00" in found.data


def test_an_anonymous_sheet_is_filled_by_moodles_numbers(tmp_path: Path) -> None:
    """With anonymous marking, neither the download nor the sheet has names."""
    book = two_anas(tmp_path, "101", "102", name="Participant")
    sheet = TWO_ANAS.replace(b",Full name", b"").replace(b",Ana Silva", b"").replace(b",Bia Costa", b"")
    found = fill_moodle(book, sheet, "m.csv", Wanted())
    assert found.places == {"Participant (1)": 1, "Participant (2)": 2}


def test_moodle_takes_feedback_in_the_folders_of_its_download(book: Gradebook) -> None:
    """Each page lies in a folder with the full name and the participant's number, without characters that break it."""
    data = (SHEETS / "moodle.csv").read_bytes()
    found = fill_moodle(book, data, "m.csv", Wanted())
    files = for_moodle(data, "m.csv", found, {"ana": "<p>Ana</p>", "bia": "<p>Bia</p>"})
    assert files == {
        "Ana Silva_90001_assignsubmission_file/feedback.html": "<p>Ana</p>",
        "Bia B Costa_90002_assignsubmission_file/feedback.html": "<p>Bia</p>",
    }


def test_canvas_takes_feedback_under_the_names_of_its_download() -> None:
    """A page has the two numbers of the file that the student handed in on Canvas; others get none."""
    reports = tuple(student_report(name, (HALF,)) for name in ("ana", "bia"))
    handed_in = {
        "ana": {"07_autograd": HandIn(original="sub/silvaana_LATE_301_77_07_autograd.py", layout="canvas")},
        "bia": {"07_autograd": HandIn(original="bia/07_autograd.py")},
    }
    files = for_canvas(class_report(reports, handed_in=handed_in), {"ana": "<p>Ana</p>", "bia": "<p>Bia</p>"})
    assert files == {"silvaana_LATE_301_77_07_autograd_feedback.html": "<p>Ana</p>"}
