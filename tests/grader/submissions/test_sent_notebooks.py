"""Damaged notebooks are graded as far as their code allows, or the problem says what to correct.

A released notebook is damaged in one way after another. Each result is read, and all are graded as one class.
"""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

from grader.catalog import build_notebook, load_catalog
from grader.catalog.cells import split_cells
from grader.records import ExerciseReport, Report, Submission
from grader.submissions import read_submission

ROOT = Path(__file__).resolve().parents[3]
EXERCISE = "04_indexing_and_inplace"
WHOLE = 6.0
CATALOG = load_catalog(ROOT)
ANSWERS = {
    str(cell.metadata["task"]): cell.text
    for cell in split_cells(CATALOG.solution(EXERCISE).read_text(encoding="utf-8"), origin="")[1]
    if cell.kind == "code" and "task" in cell.metadata
}
Notebook = Any  # nbformat's nodes are not typed


def released() -> Notebook:
    """Return the notebook that students get."""
    return nbformat.reads(build_notebook(CATALOG.stub(EXERCISE).read_text(encoding="utf-8")), as_version=4)


def answered() -> Notebook:
    """Return the notebook with every task solved."""
    nb = released()
    for cell in nb.cells:
        if cell.cell_type == "code" and "task" in cell.metadata:
            cell.source = ANSWERS[cell.metadata["task"]]
    return nb


def first_answer(nb: Notebook) -> int:
    """Return the index of the first task's answer."""
    return next(n for n, cell in enumerate(nb.cells) if "task" in cell.metadata and cell.cell_type == "code")


def with_cell(code: str, at: int | None = None) -> Callable[[], Notebook]:
    """Return a solved notebook with another cell, at the end or at an index."""

    def made() -> Notebook:
        nb = answered()
        nb.cells.insert(len(nb.cells) if at is None else at, new_code_cell(code))
        return nb

    return made


def pasted_elsewhere() -> Notebook:
    """The first answer's cell is removed, and the answer is at the end."""
    nb = answered()
    moved = nb.cells.pop(first_answer(nb))
    nb.cells.append(new_code_cell(moved.source))
    return nb


def duplicated() -> Notebook:
    """The answer's cell appears twice with its identifier and metadata: first with a mistake, then correct."""
    nb = answered()
    at = first_answer(nb)
    wrong = copy.deepcopy(nb.cells[at])
    wrong.source = "def column_view(x, col):\n    return None"
    nb.cells.insert(at, wrong)
    return nb


def stub_again_at_the_end() -> Notebook:
    """The first task is solved, and a copy of its released cell is at the end."""
    nb = answered()
    given = released()
    nb.cells.append(given.cells[first_answer(given)])
    return nb


def removed() -> Notebook:
    """The first answer's cell is removed."""
    nb = answered()
    del nb.cells[first_answer(nb)]
    return nb


def answer_is_text() -> Notebook:
    """The type of the first answer's cell was changed to text, which one key does in Jupyter."""
    nb = answered()
    nb.cells[first_answer(nb)] = nbformat.v4.new_markdown_cell(nb.cells[first_answer(nb)].source)
    return nb


def reordered() -> Notebook:
    """The answers are in another order, with the imports first."""
    nb = answered()
    at = first_answer(nb)
    nb.cells[at:] = nb.cells[at:][::-1]
    return nb


def imports_last() -> Notebook:
    """The cell with the imports is at the end."""
    nb = answered()
    at = next(n for n, cell in enumerate(nb.cells) if cell.cell_type == "code" and "import torch" in cell.source)
    nb.cells.append(nb.cells.pop(at))
    return nb


def fails_halfway() -> Notebook:
    """An answer's cell has lines that fail, before and after the answer."""
    nb = answered()
    cell = nb.cells[first_answer(nb)]
    cell.source = f"print(gone)\n\n\n{cell.source}\n\n\nassert column_view(torch.ones(2, 2), 0).sum() == 5\nx = 1"
    return nb


def without_checks() -> Notebook:
    """Only the exercise's code cells are left."""
    nb = answered()
    nb.cells = [cell for cell in nb.cells if "grader" not in cell.metadata and cell.cell_type == "code"]
    return nb


def without_ids() -> Notebook:
    """No cell has an identifier, as before version 4.5."""
    nb = answered()
    for cell in nb.cells:
        cell.pop("id", None)
    return nb


def other_kernel() -> Notebook:
    """The notebook names another kernel and has states of widgets."""
    nb = answered()
    nb.metadata["kernelspec"] = {"display_name": "my torch env (conda)", "language": "python", "name": "conda-env-x"}
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    return nb


def huge_outputs() -> Notebook:
    """A cell has an output of five million characters."""
    nb = answered()
    nb.cells[first_answer(nb)].outputs = [new_output("stream", name="stdout", text="x" * 5_000_000)]
    return nb


def half_run() -> Notebook:
    """Some cells have run, one with an error; execution counts are missing or out of order."""
    nb = answered()
    codes = [cell for cell in nb.cells if cell.cell_type == "code"]
    for number, cell in enumerate(codes):
        cell.execution_count = None if number % 2 else 40 - number
    codes[-1].outputs = [new_output("error", ename="NameError", evalue="x", traceback=["x"])]
    return nb


def version_2() -> str:
    """The oldest format version with cells."""
    return str(nbformat.v2.writes_json(nbformat.convert(answered(), 2)))


def version_3() -> str:
    """The last format version with worksheets."""
    return str(nbformat.v3.writes_json(nbformat.convert(answered(), 3)))


def later_version() -> Notebook:
    """A future format version."""
    nb = answered()
    nb["nbformat"], nb["nbformat_minor"] = 5, 3
    return nb


def helpers_in_other_cells() -> Notebook:
    """An answer calls a function from a later cell and uses an import of another cell."""
    nb = answered()
    nb.cells[first_answer(nb)].source = "def column_view(x, col):\n    return pick(x, col)"
    nb.cells.append(
        new_code_cell("import operator\n\ndef pick(x, col):\n    return operator.getitem(x, (slice(None), col))")
    )
    return nb


def display_in_an_answer() -> Notebook:
    """An answer calls `display`."""
    nb = answered()
    nb.cells[first_answer(nb)].source = "def column_view(x, col):\n    display(x)\n    return x[:, col]"
    return nb


def no_python_in_an_answer() -> Notebook:
    """The first answer lacks a colon."""
    nb = answered()
    nb.cells[first_answer(nb)].source = "def column_view(x, col)\n    return x[:, col]"
    return nb


class Sent(msgspec.Struct, frozen=True):
    """A damaged notebook, its points, and a part of each of its notes, in order."""

    make: Callable[[], Notebook | str]
    points: float = WHOLE
    notes: tuple[str, ...] = ()


SENT = {
    "as released": Sent(released, 0.0),
    "solved": Sent(answered),
    "version 2": Sent(version_2),
    "version 3": Sent(version_3),
    "a later version": Sent(later_version),
    "magics": Sent(
        with_cell("%matplotlib inline\n%load_ext autoreload\n%autoreload 2", 0), WHOLE, ("`%matplotlib inline`",)
    ),
    "shell lines": Sent(with_cell("!pip install torch\nfiles = !ls", 0), WHOLE, ("`!pip install torch`",)),
    "another language": Sent(with_cell("%%bash\nrm -rf /tmp/nothing"), WHOLE, ("`%%bash`",)),
    "a timed cell": Sent(with_cell("%%time\ny = 2 ** 10")),
    "a question": Sent(with_cell("torch.stack?"), WHOLE, ("`torch.stack?`",)),
    "a cell that fails": Sent(
        with_cell("1 / 0\ny = 1", 4), WHOLE, ("ZeroDivisionError: division by zero at code cell 3",)
    ),
    "no Python": Sent(
        with_cell("x = torch.zeros(3", 0), WHOLE, ("code cell 1, line 1: Python cannot read `x = torch.zeros(3`",)
    ),
    "no Python in an answer": Sent(
        no_python_in_an_answer, 4.0, ("code cell 5, line 1: Python cannot read `def column_view(x, col)`",)
    ),
    "a conflict in a cell": Sent(
        with_cell("<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> branch"), WHOLE, ("a mark that Git leaves where two",)
    ),
    "fails halfway": Sent(fails_halfway, WHOLE, ("at code cell 5, line 1, `print(gone)`", "AssertionError")),
    "the kit's own calls": Sent(
        with_cell(
            "from grader import check, hint, status\n"
            'check("rectify_")\nhint("rectify_", 2)\nstatus()\nfor task in ("rectify_",):\n    print(check(task))'
        )
    ),
    "the kit by its name": Sent(with_cell('import grader\ngrader.check("rectify_")')),
    "pasted elsewhere": Sent(pasted_elsewhere),
    "twice": Sent(duplicated),
    "the stub again at the end": Sent(stub_again_at_the_end, 4.0),
    "removed": Sent(removed, 4.0),
    "an answer is text": Sent(answer_is_text, 4.0),
    "reordered": Sent(reordered),
    "imports last": Sent(
        imports_last,
        0.0,
        (
            "name 'Tensor' is not defined at code cell 4, line 1, `def column_view",
            "name 'Tensor' is not defined at code cell 7, line 1, `def set_column_",
            "name 'Tensor' is not defined at code cell 10, line 1, `def rectify_",
        ),
    ),
    "without checks and texts": Sent(without_checks),
    "without ids": Sent(without_ids),
    "another kernel": Sent(other_kernel),
    "huge outputs": Sent(huge_outputs),
    "half run": Sent(half_run),
    "helpers in other cells": Sent(helpers_in_other_cells),
    "display": Sent(with_cell("display(torch.zeros(3))\nlist(map(display, [1, 2]))")),
    "imported display": Sent(with_cell("from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))")),
    "display in an answer": Sent(display_in_an_answer),
    "get_ipython": Sent(
        with_cell(
            "get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().config.InlineBackend.rc = {}\n"
            "print('google.colab' in str(get_ipython()))"
        )
    ),
    "display and a feature of Python's": Sent(
        with_cell("from __future__ import annotations\ndisplay(1)", 6),
    ),
    "display below a crowded first line": Sent(
        with_cell("from __future__ import annotations; y = 1\ndisplay(y)", 0), WHOLE, ("'display' is not defined",)
    ),
    "widgets": Sent(
        with_cell(
            "import ipywidgets as w\nslider = w.IntSlider(value=3)\ndisplay(slider)\nw.interact(lambda x: x, x=3)"
        )
    ),
    "a library that is not here": Sent(
        with_cell("import nowhere.pyplot as plt\nplt.plot([1, 2])\nplt.show()"),
        WHOLE,
        ("No module named 'nowhere' at code cell 13, line 1", "`plt.plot([1, 2])`", "`plt.show()`"),
    ),
    "input": Sent(with_cell("name = input('who are you? ')"), WHOLE, ("EOFError",)),
    "an exit": Sent(with_cell("exit()", 4), WHOLE, ("SystemExit",)),
}
# Code that never ends when it is loaded.
ENDLESS = {
    "sleeps": with_cell("import time\ntime.sleep(3600)"),
    "trains": with_cell("w = torch.zeros(3)\nwhile True:\n    w = w - 0.1 * w"),
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ExerciseReport]:
    """The reports of the whole class, graded by the command."""
    place = tmp_path_factory.mktemp("sent")
    for student, make in {**{student: sent.make for student, sent in SENT.items()}, **ENDLESS}.items():
        (place / "class" / student).mkdir(parents=True)
        save(make(), place / "class" / student)
    command = [Path(sys.executable).parent / "grader", "grade", place / "class", "--out", place / "out"]
    done = subprocess.run([*command, "--exercise", "04"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [msgspec.json.decode(path.read_bytes(), type=Report) for path in (place / "out").glob("*/report.json")]
    return {report.student: report.exercises[0] for report in found}


def save(made: Notebook | str, folder: Path) -> Path:
    """Write a notebook, or its text, without nbformat, which would correct it."""
    path = folder / f"{EXERCISE}.ipynb"
    path.write_text(made if isinstance(made, str) else json.dumps(made), encoding="utf-8")
    return path


def read(made: Notebook | str, folder: Path) -> Submission:
    """Read what a student sent."""
    return read_submission((save(made, folder),), student="ana", exercise=EXERCISE)


@pytest.mark.parametrize("student", SENT)
@pytest.mark.sandbox
def test_each_is_graded_as_far_as_its_code_allows(reports: dict[str, ExerciseReport], student: str) -> None:
    """Each notebook gets the points of its code, and notes name what was skipped or failed, with the place."""
    sent, report = SENT[student], reports[student]
    assert report.points == sent.points
    assert len(report.notes) == len(sent.notes), report.notes
    assert all(said in str(note) for said, note in zip(sent.notes, report.notes, strict=True)), [
        *map(str, report.notes)
    ]
    assert not sent.points or (report.status, report.message) == ("graded", None)


@pytest.mark.parametrize("student", ENDLESS)
@pytest.mark.sandbox
def test_a_trial_that_does_not_end_is_stopped(reports: dict[str, ExerciseReport], student: str) -> None:
    """An endless trial costs no points, and the note says what was stopped and where it can go."""
    report = reports[student]
    assert (report.status, report.points, report.message) == ("graded", 6.0, None)
    (note,) = map(str, report.notes)
    assert "took long to run and was stopped at code cell" in note and "Delete or shorten cells" in note


@pytest.mark.parametrize(
    ("student", "said"),
    [
        ("removed", "column_view is not defined"),
        ("an answer is text", "column_view is not defined"),
        (
            "no Python in an answer",
            "is not defined. It may be in a cell that was skipped because of a syntax error",
        ),
        ("imports last", "because of an error while your file was being loaded: NameError: name 'Tensor'"),
    ],
)
@pytest.mark.sandbox
def test_a_task_that_is_not_there_says_why(reports: dict[str, ExerciseReport], student: str, said: str) -> None:
    """If a function was not defined, the first check of its task says why and what to do."""
    first = next(task.checks[0] for task in reports[student].tasks if task.name == "column_view")
    assert first.status == "error" and said in str(first.feedback) and first.feedback.next_step


@pytest.mark.parametrize(
    "student",
    [student for student, sent in SENT.items() if student not in ("as released", "the stub again at the end")],
)
def test_the_students_code_is_what_is_read(tmp_path: Path, student: str) -> None:
    """The last definition of each task equals the student's, statement by statement."""
    changed = {
        "helpers in other cells": "def column_view(x, col):\n    return pick(x, col)",
        "display in an answer": "def column_view(x, col):\n    display(x)\n    return x[:, col]",
    }
    wanted = dict(ANSWERS) | ({"column_view": changed[student]} if student in changed else {})
    if student in ("removed", "an answer is text", "no Python in an answer"):
        del wanted["column_view"]
    submission = read(SENT[student].make(), tmp_path)
    assert submission.problem is None and submission.source is not None
    found = {node.name: node for node in ast.parse(submission.source).body if isinstance(node, ast.FunctionDef)}
    assert {name: ast.dump(node) for name, node in found.items() if name in ANSWERS} == {
        name: ast.dump(ast.parse(code).body[0]) for name, code in wanted.items()
    }


def test_what_goes_wrong_is_placed_in_the_students_cells(tmp_path: Path) -> None:
    """Errors have the student's lines, although the kit defines `display` and `get_ipython` above them."""
    submission = read(with_cell("display(1)\n1 / 0", 0)(), tmp_path)
    assert submission.source is not None
    line = submission.source.split("\n").index("1 / 0") + 1
    assert str(submission.where(line)) == "code cell 1, line 2"


CONFLICT = '<<<<<<< HEAD\n   "source": []\n=======\n   "source": ["x = 1"]\n>>>>>>> branch\n'
# By the name of the damage: a change to the text of a solved notebook, and a part of the problem's sentence.
UNREADABLE: dict[str, tuple[Callable[[str], str], str]] = {
    "a conflict in the file": (
        lambda text: text.replace('"cells": [', '"cells": [\n' + CONFLICT, 1),
        "a mark that Git leaves where two versions clash. Keep the version that you want",
    ),
    "half of it": (
        lambda text: text[: len(text) // 2],
        "is damaged: it stops being a notebook at line",
    ),
    "nothing": (lambda text: "", "is empty. Save your work in it"),
    "other JSON": (lambda text: '{"cells": 3}', "it has no list of cells. Open your notebook in Jupyter"),
    "no cells": (lambda text: '{"cells": [], "nbformat": 4}', "has no code in it. Write your answers in code cells"),
    "a cell without text": (
        lambda text: '{"cells": [{"cell_type": "code", "source": 7}]}',
        "code cell 1: its content is not text. Type it again in Jupyter",
    ),
    "no Python": (
        lambda text: '{"cells": [{"cell_type": "code", "source": "import torch torch"}]}',
        "Python cannot read `import torch torch`",
    ),
    "too large": (lambda text: text + "x" * 21_000_000, "Delete what is not your answer"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_graded_says_what_to_mend(tmp_path: Path, what: str) -> None:
    """One sentence names the file, the problem, the place, and what to do."""
    change, said = UNREADABLE[what]
    submission = read(change(nbformat.writes(answered())), tmp_path)
    assert submission.problem is not None and str(submission.problem).startswith(f"{EXERCISE}.ipynb")
    assert said in str(submission.problem)
