"""Notebooks are built from the one source, and turned back into scripts without losing anything of the student's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator

from grader.catalog import build_notebook, load_catalog, to_script

ROOT = Path(__file__).resolve().parents[3]
GRADER = Path(sys.executable).parent / "grader"
CATALOG = load_catalog(ROOT)
STUBS = [CATALOG.stub(exercise.id) for exercise in CATALOG.exercises]
STUB = STUBS[3].read_text(encoding="utf-8")


def code_cells(text: str) -> list[str]:
    """Return the sources of a notebook's code cells that are not the kit's."""
    cells = nbformat.reads(text, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code" and "grader" not in cell.metadata]


@pytest.mark.parametrize("path", STUBS, ids=lambda path: path.stem)
def test_a_stub_comes_back_byte_for_byte(path: Path) -> None:
    """Script to notebook to script."""
    text = path.read_text(encoding="utf-8")
    assert to_script(build_notebook(text)) == text


@pytest.mark.parametrize("exercise", CATALOG.exercises, ids=lambda exercise: exercise.id)
def test_a_notebook_is_what_jupyter_and_nbgrader_ask_for(exercise: object) -> None:
    """Valid, with its own identifiers; for nbgrader an answer cell and a locked check cell a task, with its points."""
    from grader.catalog import Exercise

    assert isinstance(exercise, Exercise)
    solution = CATALOG.solution(exercise.id).read_text(encoding="utf-8")
    for text in (build_notebook(CATALOG.stub(exercise.id).read_text("utf-8")), build_notebook(solution, nbgrader=True)):
        nb = nbformat.reads(text, as_version=4)
        nbformat.validate(nb)
        assert len({cell.id for cell in nb.cells}) == len(nb.cells)
        assert not any("hint" in cell.metadata.get("tags", ()) for cell in nb.cells)
    MetadataValidator().validate_nb(nb)
    managed = [cell.metadata["nbgrader"] for cell in nb.cells if "nbgrader" in cell.metadata]
    assert [m["grade_id"] for m in managed if m["solution"]] == [task.name for task in exercise.tasks]
    checks = {m["grade_id"]: m["points"] for m in managed if m["grade"] and m["locked"]}
    assert checks == {f"check-{task.name}": task.points for task in exercise.tasks}


WORK = {
    "an answer": "def column_view(x, col):\n    return x[:, col]",
    "a magic": "%matplotlib inline\nimport torch",
    "a shell line": "!pip install nothing\nx = 1",
    "a cell magic": "%%time\nsum(range(9))",
    "markers in a string": 's = """\n# %% not a cell\n# %% [markdown]\n"""',
    "a marker in a comment": "x = 1\n# %%time is no cell",
    "tabs": "if True:\n\tx = 1",
    "blank lines": "x = 1\n\n\n\n\ny = 2",
    "other letters": "π = 3.14  # größer, 円, \U0001f9e0",
    "a syntax error": "def broken(:\n    pass",
    "a very long line": "x = [" + ", ".join(map(str, range(3000))) + "]",
    "a comment alone": "# nothing yet",
    "a question": "torch.relu?",
}


@pytest.mark.parametrize("what", WORK)
def test_a_students_cell_survives_both_ways(what: str) -> None:
    """Whatever a cell holds, it comes back from the script as it went in; so does all that stands around it."""
    nb = nbformat.reads(build_notebook(STUB), as_version=4)
    nb.cells.insert(5, nbformat.v4.new_code_cell(WORK[what]))
    nb.cells.append(nbformat.v4.new_code_cell("last = 1"))
    written = nbformat.writes(nb)
    script = to_script(written)
    assert code_cells(build_notebook(script)) == code_cells(written)
    assert to_script(build_notebook(script)) == script


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), max_size=60), max_size=6))
def test_any_lines_survive(lines: list[str]) -> None:
    """No text that one can type into a cell is lost on the way."""
    nb = nbformat.reads(build_notebook(STUB), as_version=4)
    source = "\n".join(["x = 1", *lines, "y = 2"])
    nb.cells.append(nbformat.v4.new_code_cell(source))
    assert source in code_cells(build_notebook(to_script(nbformat.writes(nb))))


def test_text_and_raw_cells_survive() -> None:
    """Notes of one's own stay where they are, as Markdown or raw text."""
    nb = nbformat.reads(build_notebook(STUB), as_version=4)
    nb.cells.insert(4, nbformat.v4.new_markdown_cell("# My notes\n\n- one\n- two\n\n```python\nx = 1\n```"))
    nb.cells.insert(6, nbformat.v4.new_raw_cell("raw <text>"))
    again = nbformat.reads(build_notebook(to_script(nbformat.writes(nb))), as_version=4)
    assert [(c.cell_type, c.source) for c in again.cells] == [(c.cell_type, c.source) for c in nb.cells]


def test_a_released_notebook_becomes_a_script_that_the_kit_reads(tmp_path: Path) -> None:
    """Out of nbgrader's release comes a script with every task; its answer counts as if it had been written there."""
    nb = nbformat.reads(build_notebook(STUB), as_version=4)
    for cell in nb.cells:
        if cell.metadata.get("task") == "column_view":
            cell.source = WORK["an answer"]
    from grader.catalog.entries import read_exercise

    script = to_script(nbformat.writes(nb))
    assert [task.name for task in read_exercise(script, exercise=STUBS[3].stem).tasks] == [
        task.name for task in CATALOG.get(STUBS[3].stem).tasks
    ]
    assert WORK["an answer"] in script and "check(" not in script


def test_the_command_converts_both_ways(tmp_path: Path) -> None:
    """It writes the other form, and overwrites nothing; what is no notebook, or no pair of forms, is explained."""
    notebook, script = tmp_path / "x.ipynb", tmp_path / "x.py"

    def convert(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
        command = [GRADER, "convert", source, target]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert convert(STUBS[3], notebook).returncode == 0
    assert convert(notebook, script).returncode == 0
    assert script.read_text(encoding="utf-8") == STUB
    (tmp_path / "bad.ipynb").write_text("{", encoding="utf-8")
    for source, target, said in (
        (notebook, script, "is there already"),
        (script, tmp_path / "y.py", "one must end in .py, the other in .ipynb"),
        (tmp_path / "bad.ipynb", tmp_path / "y.py", "it is not a notebook"),
        (tmp_path / "gone.py", tmp_path / "y.ipynb", "No such file"),
    ):
        done = convert(source, target)
        assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    assert json.loads(notebook.read_text(encoding="utf-8"))["nbformat"] == 4
