"""Notebooks of every tool are read, and places are given as lines of cells."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest

from grader.records import SourceSpan, Submission
from grader.sentences import learner_files
from grader.submissions import read_history
from grader.submissions.tidying import example_mark

HandIn = Callable[..., Submission]
CURE = "Open your notebook in Jupyter, save it, and hand in the .ipynb file that Jupyter wrote."


def code(source: object, **cell: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source} | cell


def graded(source: str, **nbgrader: Any) -> dict[str, Any]:
    return code(source, metadata={"nbgrader": {"grade_id": "check-a", "schema_version": 3, "locked": True} | nbgrader})


WORDS = {"cell_type": "markdown", "metadata": {}, "source": "words"}


def test_cells_become_blocks_with_places(hand_in_cells: HandIn) -> None:
    """The source is the code cells in their order, and each cell's first line is recorded."""
    read = hand_in_cells("x = 1", WORDS, "y = 2\nz = 3\n", "w = 4")
    assert read.source == "x = 1\n\ny = 2\nz = 3\n\n\nw = 4\n"
    assert read.spans == (
        SourceSpan(first=1, label=learner_files.CODE_CELL(number=1), line=1),
        SourceSpan(first=3, label=learner_files.CODE_CELL(number=2), line=1),
        SourceSpan(first=7, label=learner_files.CODE_CELL(number=3), line=1),
    )


def test_a_line_of_the_source_is_known_by_its_cell(hand_in_cells: HandIn) -> None:
    """A line of the source is reported as a line of its cell."""
    read = hand_in_cells("x = 1", WORDS, "", "y = 2\nz = 3\n")
    assert read.source is not None
    line = read.source.split("\n").index("z = 3") + 1
    assert str(read.where(line)) == "code cell 3, line 2"


@pytest.mark.parametrize(
    ("now", "source"), [("x = 1", "y = 2\n"), ("x = 1\n", "y = 2\n"), ("x = 3", "x = 3\n\ny = 2\n")]
)
def test_an_example_of_the_text_is_no_answer(hand_in_cells: HandIn, now: str, source: str) -> None:
    """A cell with an example is left out as long as nobody has changed it, and the cells after it keep their number."""
    read = hand_in_cells(code(now, metadata={"grader": example_mark("x = 1")}), "y = 2")
    assert read.source == source and read.spans[-1].label == learner_files.CODE_CELL(number=2)


def test_an_example_that_a_kernel_ran_is_no_answer() -> None:
    """Of what a kernel has run, the examples of the exercise's text are left out."""
    assert (
        read_history(["", "x = 1\n", "x = 1\ny = 2", "z = 3"], examples={"x = 1"}).source == "x = 1\ny = 2\n\nz = 3\n"
    )


@pytest.mark.parametrize("source", ["x = 1\ny = 2", ["x = 1\n", "y = 2"], "x = 1\r\ny = 2", ["x = 1\r\n", "y = 2"]])
def test_a_source_is_text_or_a_list_of_lines(hand_in_cells: HandIn, source: object) -> None:
    """A cell's source may be a string or a list of lines, with any line endings."""
    assert hand_in_cells(code(source)).source == "x = 1\ny = 2\n"


@pytest.mark.parametrize(
    "cell",
    [
        {"cell_type": "code", "source": "x = 1"},
        code("x = 1", id="not a valid id!"),
        code("x = 1", metadata=None, outputs=None),
        code("x = 1", outputs=[{"output_type": "display_data", "data": {"image/png": "A" * 1_000_000}}]),
        code("x = 1", outputs=[{"output_type": "stream", "text": "<<<<<<< HEAD\n\0"}]),
    ],
)
def test_what_is_not_source_does_not_matter(hand_in_cells: HandIn, cell: object) -> None:
    """Missing or broken metadata, identifiers and outputs, however large, are ignored."""
    assert hand_in_cells(cell).source == "x = 1\n"


@pytest.mark.parametrize(
    "metadata", [{}, {"kernelspec": {"name": "no_such_kernel"}}, {"widgets": {"state": [1]}}, None]
)
def test_a_notebooks_metadata_does_not_matter(hand_in: HandIn, metadata: object) -> None:
    """Unknown kernels and states of widgets are ignored."""
    notebook = {"cells": [code("x = 1", id="a"), code("y = 2", id="a")], "metadata": metadata}
    assert hand_in("01_tensors.ipynb", json.dumps(notebook)).source == "x = 1\n\ny = 2\n"


def test_a_notebook_of_format_3_is_read(hand_in: HandIn) -> None:
    """A notebook of format 3 from nbformat is read."""
    v3: Any = nbformat.v3
    cells = [v3.new_heading_cell("Title"), v3.new_code_cell("x = 1"), v3.new_text_cell("markdown", "words")]
    sheets = [v3.new_worksheet(cells=cells), v3.new_worksheet(cells=[v3.new_code_cell("y = 2\nz = 3")])]
    notebook = v3.writes_json(v3.new_notebook(worksheets=sheets))
    assert hand_in("01_tensors.ipynb", notebook).source == "x = 1\n\ny = 2\nz = 3\n"


def test_a_notebook_of_format_4_is_read(hand_in: HandIn) -> None:
    """A notebook of format 4 from nbformat is read."""
    v4: Any = nbformat.v4
    notebook = v4.writes_json(v4.new_notebook(cells=[v4.new_markdown_cell("words"), v4.new_code_cell("x = 1\ny = 2")]))
    assert hand_in("01_tensors.ipynb", notebook).source == "x = 1\ny = 2\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_notebook_with_a_byte_order_mark_is_read(hand_in: HandIn, encoding: str) -> None:
    """A notebook with a byte order mark, as some Windows editors write, is read."""
    text = json.dumps({"cells": [code("é = 1")]}, ensure_ascii=False)
    assert hand_in("01_tensors.ipynb", text.encode(encoding)).source == "é = 1\n"


def test_a_coding_line_in_a_notebook_is_a_comment(hand_in_cells: HandIn) -> None:
    """A coding line in a cell has no effect, because a notebook is UTF-8."""
    assert hand_in_cells("# coding: latin-1\nx = 'é'").source == "# coding: latin-1\nx = 'é'\n"


def test_a_notebook_may_await(hand_in_cells: HandIn) -> None:
    """`await` at the top level of a notebook is no error and stays."""
    assert hand_in_cells("await f()").source == "await f()\n"


# Cells of nbgrader


def test_the_check_of_a_task_is_left_out(hand_in_cells: HandIn) -> None:
    """A check's cell is not part of the answer, but is counted among the cells."""
    read = hand_in_cells("x = 1", graded('from grader import check\n\ncheck("a")', grade=True, solution=False), "y = 2")
    assert read.source == "x = 1\n\ny = 2\n"
    assert read.notes == ()
    assert str(read.where(3)) == "code cell 3, line 1"


def test_what_was_written_into_a_check_is_noted(hand_in_cells: HandIn) -> None:
    """Code in a check's cell is not graded, as in nbgrader, and a note says where to write instead."""
    read = hand_in_cells("x = 1", graded("y = 2", grade=True, solution=False))
    assert read.source == "x = 1\n"
    assert tuple(map(str, read.notes)) == (
        "01_tensors.ipynb, code cell 2: this is the cell that checks an answer, so what was written into it was not "
        "graded. Write your code in a cell of its own.",
    )


def test_code_counts_in_a_copy_of_a_check_and_in_a_cell_of_another_assignment(hand_in_cells: HandIn) -> None:
    """Only the last cell with the name of a check is that check."""
    copied = graded("x = 1", grade=True, solution=False)
    foreign = graded("y = 2", grade=True, solution=False, grade_id="check-of-last-year")
    read = hand_in_cells(copied, foreign, graded('check("a")', grade=True, solution=False))
    assert (read.source, read.notes) == ("x = 1\n\ny = 2\n", ())


@pytest.mark.parametrize("kind", ["markdown", "raw", "heading?"])
@pytest.mark.parametrize(
    "metadata", [{"nbgrader": {"grade_id": "a", "solution": True, "cell_type": "code"}}, {"task": "a"}]
)
def test_an_answer_that_was_turned_into_text_counts(hand_in_cells: HandIn, kind: str, metadata: object) -> None:
    """An answer whose cell was changed to text is recognised by its metadata and counts."""
    read = hand_in_cells({"cell_type": kind, "metadata": metadata, "source": "x = 1"}, "y = 2")
    assert read.source == "x = 1\n\ny = 2\n"
    told = "01_tensors.ipynb, text cell 1: this is where an answer in code belongs, so the text was read as code. "
    assert tuple(map(str, read.notes)) == (() if kind == "heading?" else (told + "Make it a code cell again.",))


@pytest.mark.parametrize(
    "metadata", [{}, {"task": "a", "tags": ["hint"]}, {"nbgrader": {"grade_id": "e", "solution": True, "grade": True}}]
)
def test_other_text_is_text(hand_in_cells: HandIn, metadata: object) -> None:
    """Text that happens to be Python does not run."""
    assert (
        hand_in_cells({"cell_type": "markdown", "metadata": metadata, "source": "x = 1"}, "y = 2").source == "y = 2\n"
    )


@pytest.mark.parametrize(
    ("grade", "solution"), [(False, True), (True, True), (False, False)], ids=["answer", "graded by hand", "given"]
)
def test_other_cells_of_nbgrader_are_read(hand_in_cells: HandIn, grade: bool, solution: bool) -> None:
    """Answers, also manually graded ones, and given code are part of the source."""
    assert hand_in_cells(graded("x = 1", grade=grade, solution=solution)).source == "x = 1\n"


# from __future__


def test_future_imports_move_to_the_top(hand_in_cells: HandIn) -> None:
    """An import from __future__ after other cells moves to the top; the other lines keep their places."""
    read = hand_in_cells("import os", "'''Doc.'''\nfrom __future__ import annotations\nx = 1")
    assert read.source == (
        "from __future__ import annotations\n\nimport os\n\n'''Doc.'''\n# from __future__ import annotations\nx = 1\n"
    )
    compile(read.source, "source", "exec", dont_inherit=True)
    assert [str(read.where(line)) for line in (1, 3, 7)] == [
        "code cell 2, line 2",
        "code cell 1, line 1",
        "code cell 2, line 3",
    ]


def test_future_imports_at_the_top_stay(hand_in_cells: HandIn) -> None:
    """An import from __future__ that is valid in a script does not move."""
    assert hand_in_cells("from __future__ import annotations", "x = 1").source == (
        "from __future__ import annotations\n\nx = 1\n"
    )


def test_a_future_import_that_cannot_move_is_a_problem(hand_in_cells: HandIn) -> None:
    """A line with more than the import cannot move, so Python's error is reported."""
    problem = str(hand_in_cells("import os", "from __future__ import annotations; x = 1").problem)
    assert problem.startswith("01_tensors.ipynb, code cell 2, line 1: Python cannot read `from __future__ import")


# Problems


def test_a_cell_that_is_not_python_is_left_out(hand_in_cells: HandIn) -> None:
    """A cell that is not Python is left out and the others run; the note has the cell's number and line."""
    read = hand_in_cells("x = 1", WORDS, "%%bash\nls", "y = 2\ndef f(x)\n    return x\n", "z = 3")
    assert (read.problem, read.source, read.left_out) == (None, "x = 1\n\nz = 3\n", 1)
    assert [str(span.label) for span in read.spans] == ["code cell 1", "code cell 4"]
    assert str(read.notes[0]) == (
        "01_tensors.ipynb, code cell 3, line 2: Python cannot read `def f(x)` (expected ':'). "
        "Put a colon at the end of the line. Until then this cell is left out, and the others are graded without it."
    )


def test_of_many_cells_that_are_not_python_the_first_are_explained(hand_in_cells: HandIn) -> None:
    """The first cells that are not Python are explained, and the others are counted."""
    notes = tuple(map(str, hand_in_cells("x = 1", *["x = ("] * 5).notes))
    assert [note.split(",")[1] for note in notes[:3]] == [f" code cell {number}" for number in (2, 3, 4)]
    assert notes[3:] == ("More cells that Python cannot read, and that were left out too: 2.",)


def test_a_notebook_without_any_python_is_a_problem(hand_in_cells: HandIn) -> None:
    """Each cell must be Python by itself: an open bracket is not closed by the next cell."""
    problem = str(hand_in_cells("x = (1", ")").problem)
    assert problem.startswith("01_tensors.ipynb, code cell 1, line 1: Python cannot read `x = (1`")
    assert "left out" not in problem


def test_cells_that_are_only_wrong_together_are_a_problem(hand_in_cells: HandIn) -> None:
    """An error that appears only in the joined cells is located."""
    problem = str(hand_in_cells("x = 1", "global x").problem)
    assert problem.startswith("01_tensors.ipynb, code cell 2, line 1: Python cannot read `global x`")


def test_a_null_character_is_located_in_its_cell(hand_in_cells: HandIn) -> None:
    """A null character that is escaped in JSON is located in its cell."""
    read = hand_in_cells("x = 1", "\ny = '\0'")
    assert read.source == "x = 1\n"
    assert str(read.notes[0]).startswith("01_tensors.ipynb, code cell 2, line 2: there is a null character")


def test_half_a_character_is_located_in_its_cell(hand_in_cells: HandIn) -> None:
    """A lone surrogate, which JSON can escape, is located in its cell."""
    assert str(hand_in_cells("x = '\ud800'").problem) == (
        "01_tensors.ipynb, code cell 1, line 1: there is half of a character, which Python cannot read. "
        "Delete it and type it again."
    )


def test_a_merge_conflict_in_a_cell_is_a_problem(hand_in_cells: HandIn) -> None:
    """A merge conflict inside a cell is found."""
    problem = str(hand_in_cells("x = 1\n<<<<<<< HEAD\n=======\n>>>>>>> b").problem)
    assert problem.startswith("01_tensors.ipynb, code cell 1, line 2: `<<<<<<< HEAD` is a mark")


def test_a_merge_conflict_in_the_file_is_a_problem(hand_in: HandIn) -> None:
    """A merge conflict between lines of JSON is reported as such, with the line of the file."""
    problem = str(hand_in("01_tensors.ipynb", '{"cells": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> b\n]}').problem)
    assert problem.startswith("01_tensors.ipynb, line 2: `<<<<<<< HEAD` is a mark that Git")


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ('{"cells": [\n  {"cell_type": }\n]}', 2, 17, "Expecting value"),
        ("<!DOCTYPE html>", 1, 1, "Expecting value"),
        ('{"cells": []', 1, 13, "Expecting ',' delimiter"),
        ("x = 1\n", 1, 1, "Expecting value"),
    ],
)
def test_damaged_json_is_located(hand_in: HandIn, text: str, line: int, column: int, reason: str) -> None:
    """For a file that is not valid JSON, the problem gives the position of the error."""
    assert str(hand_in("01_tensors.ipynb", text).problem) == (
        f"01_tensors.ipynb is damaged: it stops being a notebook at line {line}, column {column} ({reason}). {CURE}"
    )


@pytest.mark.parametrize("text", ["[]", "{}", "3", "null", '"text"', '{"cells": {}}', '{"a": [1]}'])
def test_json_that_is_no_notebook_is_a_problem(hand_in: HandIn, text: str) -> None:
    """JSON that is not a notebook is a problem."""
    assert str(hand_in("01_tensors.ipynb", text).problem) == (
        f"01_tensors.ipynb is not a notebook: it has no list of cells. {CURE}"
    )


@pytest.mark.parametrize("source", [{"a": 1}, 7, True, ["x", 1], [["x"]]])
def test_a_cell_without_text_is_left_out(hand_in_cells: HandIn, source: object) -> None:
    """A cell whose source is neither text nor lines is left out; the others are graded."""
    read = hand_in_cells("x = 1", code(source))
    told = "01_tensors.ipynb, code cell 2: its content is not text. Type it again in Jupyter and save the notebook."
    assert (read.source, read.left_out) == ("x = 1\n", 1)
    assert tuple(map(str, read.notes)) == (
        f"{told} Until then this cell is left out, and the others are graded without it.",
    )


@pytest.mark.parametrize("source", [None, [], [None], "", ["", None]])
def test_a_cell_with_nothing_in_it_is_empty(hand_in_cells: HandIn, source: object) -> None:
    """Every form of an empty source is accepted."""
    read = hand_in_cells("x = 1", code(source))
    assert (read.source, read.notes) == ("x = 1\n", ())


@pytest.mark.parametrize("cells", [[], [WORDS], [""], [" \n"], ["%%bash\nls"], [graded("assert x", grade=True)]])
def test_a_notebook_without_code_is_a_problem(hand_in_cells: HandIn, cells: list[object]) -> None:
    """A notebook without code to run is a problem."""
    assert str(hand_in_cells(*cells).problem) == (
        "01_tensors.ipynb has no code in it. Write your answers in code cells, save the notebook, and hand it in again."
    )


def test_too_much_code_is_a_problem(hand_in_cells: HandIn) -> None:
    """A notebook may have large outputs, but its code is limited, because it must be compiled."""
    assert str(hand_in_cells("x = 1\n", "#" * 600_000).problem) == (
        "01_tensors.ipynb has 0.6 MB of code, and 0.5 MB or more are not graded. Delete what is not your answer."
    )


def test_too_many_cells_are_a_problem(hand_in_cells: HandIn) -> None:
    """The number of cells is limited, because each is compiled."""
    assert str(hand_in_cells(*["x"] * 2500).problem) == (
        "01_tensors.ipynb has 2500 code cells, and 2000 or more are not graded. Delete what is not your answer."
    )
