"""The gradebook as a table, as a workbook and as JUnit XML."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_reports import exercise, lay_out, nothing
from openpyxl import load_workbook

from grader.exports import ExportError, csv_of, junit_of, xlsx_of
from grader.exports.scores import only, score_of
from grader.exports.sheets import Sheet, _delimiter, harmless
from grader.gradebook import Gradebook, read_gradebook
from grader.reports.store import stored_reports

SHEETS = Path(__file__).parent / "sheets"
HALF = exercise(minimize={"a": ("passed", 7.25), "b": ("failed", 2.75), "c": ("timeout", 1.0), "d": ("skipped", 1.0)})
FULL = exercise("08_detach", t={"x": ("passed", 4.0)})
COMMENT = '[[comment]]\nstudent = "ana"\nexercise = "07"\ntext = "Good, \\"really\\"."\n'


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Two students; one name would be a formula in a spreadsheet."""
    return lay_out(tmp_path / "out", COMMENT, **{"=1+1": (nothing(points=12.0),), "ana": (HALF, FULL)})


@pytest.fixture
def book(out: Path) -> Gradebook:
    """Their gradebook."""
    return read_gradebook(out)


def test_the_table_has_maxima_and_a_row_for_each_person(book: Gradebook) -> None:
    """CSV has one row for the maxima and one for each person; what was not handed in is an empty cell."""
    data = csv_of(book)
    assert data.startswith(b"\xef\xbb\xbf")
    header, maxima, stranger, ana = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert header[0] == "student" and header[6:] == ["07_autograd", "08_detach", "points", "max_points", "comments"]
    assert maxima[6:] == ["12", "4", "16", "", ""]
    assert ana[6:] == ["7.25", "4", "11.25", "16", '07: Good, "really".']
    assert stranger[6:] == ["", "", "0", "16", ""]


def test_no_cell_of_the_table_is_a_formula(book: Gradebook) -> None:
    """A name that begins like a formula gets a quotation mark in front; in a workbook it is a text."""
    assert b"'=1+1" in csv_of(book)
    sheet = load_workbook(io.BytesIO(xlsx_of(book)))["Gradebook"]
    assert [(cell.value, cell.data_type) for cell in sheet["A"][2:]] == [("=1+1", "s"), ("ana", "s")]


@pytest.mark.parametrize("text", ["=1", "+1+1", "-cmd", "@sum", "\tx", "  =1"])
def test_what_spreadsheets_run_is_made_harmless(text: str) -> None:
    """Every beginning that spreadsheets take for a formula gets a quotation mark in front."""
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1", "+", "ana", "1=1", "-0.5", ""])
def test_numbers_and_words_stay(text: str) -> None:
    """Negative numbers and ordinary words stay as they are."""
    assert harmless(text) == ("'+" if text == "+" else text)


def test_decimal_commas_go_with_semicolons(book: Gradebook) -> None:
    """For spreadsheets with decimal commas, numbers have them, and texts keep their points."""
    last = csv_of(book, semicolons=True).decode("utf-8-sig").splitlines()[-1]
    assert last == 'ana;;;;;;7,25;4;11,25;16;"07: Good, ""really""."'


def test_the_workbook_has_the_details(book: Gradebook) -> None:
    """The second sheet has the examiner's points and the status of each exercise."""
    rows = list(load_workbook(io.BytesIO(xlsx_of(book)))["Details"].values)
    assert rows[3][:6] == ("ana", "07_autograd", "graded", 7.25, 7.25, 12)


def test_tables_are_as_the_golden_files_say(out: Path, book: Gradebook) -> None:
    """CSV, CSV with decimal commas, and JUnit XML have the bytes of the golden files."""
    files = {
        "gradebook.csv": csv_of(book),
        "gradebook-semicolons.csv": csv_of(book, semicolons=True),
        "junit.xml": junit_of(book, stored_reports(out).reports),
    }
    assert {name: (SHEETS / name).read_bytes() for name in files} == files


def test_junit_has_a_suite_for_each_person(out: Path, book: Gradebook) -> None:
    """Failures, errors and skipped checks are told apart, and the suite counts them; points are properties."""
    root = ElementTree.fromstring(junit_of(book, stored_reports(out).reports))
    nobody, ana = root
    assert dict(nobody.attrib) == {
        "name": "=1+1",
        "failures": "0",
        "errors": "0",
        "skipped": "0",
        "tests": "0",
        "time": "0",
    }
    assert dict(ana.attrib) == {
        "name": "ana",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
        "tests": "5",
        "time": "0",
    }
    assert {p.get("name"): p.get("value") for p in ana.iter("property")}["07_autograd"] == "7.25"
    cases = {case.get("name"): [child.tag for child in case] for case in ana.iter("testcase")}
    assert cases == {"a": [], "b": ["failure"], "c": ["error"], "d": ["skipped"], "x": []}
    assert all(case.get("classname", "").startswith("ana.0") for case in ana.iter("testcase"))


def test_junit_holds_no_character_that_xml_forbids(tmp_path: Path) -> None:
    """Control characters in names are replaced."""
    out = lay_out(tmp_path / "out", ana=(nothing(status="unreadable"),))
    file = out / "ana" / "report.json"
    file.write_text(file.read_text(encoding="utf-8").replace("Nothing.", "a\\u0000\\ufffe\\u001bb"), encoding="utf-8")
    (suite,) = ElementTree.fromstring(junit_of(read_gradebook(out), stored_reports(out).reports))
    error = suite.find("testcase/error")
    assert error is not None and error.get("message") == "a\ufffd\ufffd\ufffdb"


def test_one_exercise_counts_without_its_weight(tmp_path: Path) -> None:
    """One exercise alone has its own points; several are weighted as in the sum."""
    text = '[[exercise]]\nid = "07"\nweight = 2\n'
    book = read_gradebook(lay_out(tmp_path / "out", text, ana=(HALF, FULL)))
    (row,) = book.rows
    assert [score_of(book, row, ids).points for ids in (("07_autograd",), ("07_autograd", "08_detach"), ())] == [
        7.25,
        18.5,
        18.5,
    ]
    (alone,) = only(book, ("07_autograd",)).rows
    assert (alone.points, alone.max_points, len(alone.entries)) == (7.25, 12, 1)


def test_a_missing_package_is_explained(book: Gradebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without openpyxl the error says what to install."""
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ExportError, match=r"openpyxl is not installed.*torch-exercise-kit\[desk\]"):
        xlsx_of(book)


@given(st.text(alphabet="a1,;\t|\"\r\n' é=", max_size=60), st.integers(0, 5), st.integers(0, 5))
def test_any_sheet_comes_back_or_is_refused(text: str, row: int, column: int) -> None:
    """Whatever a sheet holds, its bytes come back, or an error says which quotation mark has no end."""
    try:
        sheet = Sheet(text.encode(), "s.csv")
    except ExportError as error:
        assert "has no end" in str(error)
        return
    assert sheet.data() == text.encode()
    if row < len(sheet):
        sheet.put(row, column, 'x,"y"\n')
        filled = sheet.data()
        if _delimiter(filled.decode()) == sheet.delimiter:  # text like this can look as if it had another one
            assert Sheet(filled, "s.csv").cell(row, column) == 'x,"y"'


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_sheet_that_is_not_filled_keeps_its_bytes(end: str, delimiter: str, encoding: str) -> None:
    """Quotes, blanks, line ends, encodings and marks come back as they were."""
    rows = (['"a ""b"""', " José ", "c"], ["1", '"x\ny"', '"2,5"'], ["", "", ""])
    text = "".join(delimiter.join(row) + (end or "\n") for row in rows)
    data = (text if end else text[:-1]).encode(encoding)
    sheet = Sheet(data, "s.csv")
    assert sheet.delimiter == delimiter and sheet.data() == data
    assert (sheet.cell(0, 0), sheet.cell(0, 1), sheet.cell(1, 1)) == ('a "b"', "José", "x\ny")
    sheet.put(1, 0, f"a{delimiter}b")
    assert Sheet(sheet.data(), "s.csv").cell(1, 0) == f"a{delimiter}b"
