"""What students really send: each notebook is graded as far as its code allows, or is told what to mend.

A released notebook is spoiled in one way after the other, and all of them are graded as one class.
"""

from __future__ import annotations

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
from grader.records import Report

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
    """Return the notebook as students get it."""
    return nbformat.reads(build_notebook(CATALOG.stub(EXERCISE).read_text(encoding="utf-8")), as_version=4)


def answered() -> Notebook:
    """Return it with every task solved."""
    nb = released()
    for cell in nb.cells:
        if cell.cell_type == "code" and "task" in cell.metadata:
            cell.source = ANSWERS[cell.metadata["task"]]
    return nb


def first_answer(nb: Notebook) -> int:
    return next(n for n, cell in enumerate(nb.cells) if "task" in cell.metadata and cell.cell_type == "code")


def with_cell(code: str, at: int | None = None) -> Callable[[], Notebook]:
    """Return what solves everything and holds another cell: at the end, or at a place."""

    def made() -> Notebook:
        nb = answered()
        nb.cells.insert(len(nb.cells) if at is None else at, new_code_cell(code))
        return nb

    return made


def pasted_elsewhere() -> Notebook:
    nb = answered()
    moved = nb.cells.pop(first_answer(nb))
    nb.cells.append(new_code_cell(moved.source))
    return nb


def duplicated() -> Notebook:
    """The answer stands twice: first as a copy with a mistake, then as it should be."""
    nb = answered()
    at = first_answer(nb)
    wrong = copy.deepcopy(nb.cells[at])
    wrong.source = "def column_view(x, col):\n    return None"
    nb.cells.insert(at, wrong)
    return nb


def without_checks() -> Notebook:
    nb = answered()
    nb.cells = [cell for cell in nb.cells if "grader" not in cell.metadata and cell.cell_type == "code"]
    return nb


def without_ids() -> Notebook:
    nb = answered()
    for cell in nb.cells:
        cell.pop("id", None)
    return nb


def other_kernel() -> Notebook:
    nb = answered()
    nb.metadata["kernelspec"] = {"display_name": "my torch env (conda)", "language": "python", "name": "conda-env-x"}
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    return nb


def huge_outputs() -> Notebook:
    nb = answered()
    nb.cells[first_answer(nb)].outputs = [new_output("stream", name="stdout", text="x" * 5_000_000)]
    return nb


def half_run() -> Notebook:
    """Some cells have run, one with an error; counts are missing and out of order."""
    nb = answered()
    codes = [cell for cell in nb.cells if cell.cell_type == "code"]
    for number, cell in enumerate(codes):
        cell.execution_count = None if number % 2 else 40 - number
    codes[-1].outputs = [new_output("error", ename="NameError", evalue="x", traceback=["x"])]
    return nb


def version_3() -> str:
    return str(nbformat.v3.writes_json(nbformat.convert(answered(), 3)))


def later_version() -> Notebook:
    nb = answered()
    nb["nbformat"], nb["nbformat_minor"] = 5, 3
    return nb


def helpers_in_other_cells() -> Notebook:
    """One answer calls a function that a later cell defines, and what another cell imports."""
    nb = answered()
    nb.cells[first_answer(nb)].source = "def column_view(x, col):\n    return pick(x, col)"
    nb.cells.append(
        new_code_cell("import operator\n\ndef pick(x, col):\n    return operator.getitem(x, (slice(None), col))")
    )
    return nb


def display_in_an_answer() -> Notebook:
    nb = answered()
    nb.cells[first_answer(nb)].source = "def column_view(x, col):\n    display(x)\n    return x[:, col]"
    return nb


# By how a notebook is spoiled: the notebook, its points, and what a note on it says, if there is one.
SENT: dict[str, tuple[Callable[[], Notebook | str], float, str]] = {
    "as released": (released, 0.0, ""),
    "solved": (answered, WHOLE, ""),
    "version 3": (version_3, WHOLE, ""),
    "a later version": (later_version, WHOLE, ""),
    "magics": (with_cell("%matplotlib inline\n%load_ext autoreload\n%autoreload 2", 0), WHOLE, "`%matplotlib inline`"),
    "shell lines": (with_cell("!pip install torch\nfiles = !ls", 0), WHOLE, "`!pip install torch`"),
    "a cell of another language": (with_cell("%%bash\nrm -rf /tmp/nothing"), WHOLE, "`%%bash`"),
    "a timed cell": (with_cell("%%time\ny = 2 ** 10"), WHOLE, ""),
    "a question": (with_cell("torch.stack?"), WHOLE, "`torch.stack?`"),
    "a cell that fails": (with_cell("1 / 0", 4), WHOLE, "ZeroDivisionError"),
    "the kit's own calls": (with_cell('check("rectify_")\nhint("rectify_", 2)\nstatus()'), WHOLE, ""),
    "pasted elsewhere": (pasted_elsewhere, WHOLE, ""),
    "twice": (duplicated, WHOLE, ""),
    "without checks and texts": (without_checks, WHOLE, ""),
    "without ids": (without_ids, WHOLE, ""),
    "another kernel": (other_kernel, WHOLE, ""),
    "huge outputs": (huge_outputs, WHOLE, ""),
    "half run": (half_run, WHOLE, ""),
    "helpers in other cells": (helpers_in_other_cells, WHOLE, ""),
    "display": (with_cell("display(torch.zeros(3))"), WHOLE, ""),
    "imported display": (
        with_cell("from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))"),
        WHOLE,
        None,
    ),
    "get_ipython": (with_cell("get_ipython().run_line_magic('matplotlib', 'inline')"), WHOLE, ""),
    "display in an answer": (display_in_an_answer, WHOLE, ""),
    "input": (with_cell("name = input('who are you? ')"), WHOLE, "EOFError"),
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """The class of all of them, graded by the command."""
    place = tmp_path_factory.mktemp("sent")
    for student, (make, _, _) in SENT.items():
        (place / "class" / student).mkdir(parents=True)
        made = make()
        text = made if isinstance(made, str) else json.dumps(made)
        (place / "class" / student / f"{EXERCISE}.ipynb").write_text(text, encoding="utf-8")
    command = [Path(sys.executable).parent / "grader", "grade", place / "class", "--out", place / "out"]
    done = subprocess.run([*command, "--exercise", "04"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [msgspec.json.decode(path.read_bytes(), type=Report) for path in (place / "out").glob("*/report.json")]
    return {report.student: report for report in found}


@pytest.mark.parametrize("student", SENT)
def test_each_is_graded_as_far_as_its_code_allows(reports: dict[str, Report], student: str) -> None:
    """Its points are those of its code, and what was skipped or failed is noted, in words and with its place."""
    _, points, said = SENT[student]
    (exercise,) = reports[student].exercises
    assert (exercise.points, exercise.message if points else "") == (points, "")
    if said is not None:
        assert [note for note in exercise.notes if said and said in note] or (not said and exercise.notes == ()), (
            exercise.notes
        )


CONFLICT = '<<<<<<< HEAD\n   "source": []\n=======\n   "source": ["x = 1"]\n>>>>>>> branch\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            lambda text: text.replace('"cells": [', '"cells": [\n' + CONFLICT, 1),
            "a mark that Git leaves where two versions",
        ),
        (lambda text: text[: len(text) // 2], "is damaged: it stops being a notebook at line"),
        (lambda text: "", "is empty"),
        (lambda text: '{"cells": 3}', "it has no list of cells"),
        (lambda text: json.dumps({"cells": [], "nbformat": 4}), "has no code in it"),
        (lambda text: text.replace("import torch", "<<<<<<< HEAD\\nimport torch", 1), "a mark that Git leaves"),
        (lambda text: text.replace("import torch", "import torch torch", 1), "Python cannot read"),
        (lambda text: json.dumps({"cells": [{"cell_type": "code", "source": 7}]}), "holds no text"),
        (lambda text: text + "x" * 21_000_000, "Delete what is not your answer"),
    ],
)
def test_what_cannot_be_graded_says_what_to_mend(tmp_path: Path, text: Callable[[str], str], said: str) -> None:
    """One sentence names the file, what is wrong, where, and what to do."""
    from grader.submissions import read_submission

    path = tmp_path / f"{EXERCISE}.ipynb"
    path.write_text(text(nbformat.writes(answered())), encoding="utf-8")
    problem = read_submission((path,), student="ana", exercise=EXERCISE).problem
    assert problem is not None and problem.startswith(path.name) and said in problem
