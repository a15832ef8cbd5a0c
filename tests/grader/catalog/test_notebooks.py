"""Notebooks are built from the source, and become scripts again without losing a student's work."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator

from grader.catalog import Exercise, build_notebook, load_catalog, to_script
from grader.catalog.entries import read_exercise

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
    """A stub that becomes a notebook and a script again is the same, byte for byte."""
    text = path.read_text(encoding="utf-8")
    assert to_script(build_notebook(text)) == text


@pytest.mark.parametrize("exercise", CATALOG.exercises, ids=lambda exercise: exercise.id)
def test_a_notebook_is_what_jupyter_and_nbgrader_ask_for(exercise: Exercise) -> None:
    """A notebook is valid; for nbgrader each task has an answer cell and a locked check cell with its points."""
    solution = CATALOG.solution(exercise.id).read_text(encoding="utf-8")
    for text in (build_notebook(CATALOG.stub(exercise.id).read_text("utf-8")), build_notebook(solution, nbgrader=True)):
        nb = nbformat.reads(text, as_version=4)
        nbformat.validate(nb)
        assert len({cell.id for cell in nb.cells}) == len(nb.cells)
        assert not any("hint" in cell.metadata.get("tags", ()) for cell in nb.cells)
    MetadataValidator().validate_nb(nb)  # the last of the two: nbgrader's
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
    "a commented magic": "# %matplotlib inline\nx = 1",
    "another language": "%%html\n<b>x</b>\n# %% y",
    "nothing": "",
    "blank lines at its ends": "\n\nx = 1\n\n\n",
    "line ends that Python does not count": "s = 'a\u2028b\x85c\x1dd'\n\x0c\ny = 2",
}


@pytest.mark.parametrize("what", WORK)
def test_a_students_cell_survives_both_ways(what: str) -> None:
    """A cell with any content comes back unchanged from the script, and so does everything around it."""
    nb = nbformat.reads(build_notebook(STUB), as_version=4)
    nb.cells.insert(5, nbformat.v4.new_code_cell(WORK[what]))
    nb.cells.append(nbformat.v4.new_code_cell("last = 1"))
    written = nbformat.writes(nb)
    script = to_script(written)
    assert code_cells(build_notebook(script)) == code_cells(written)
    assert to_script(build_notebook(script)) == script


# The lines of each solution that its stub lacks; lines that both have are not secret.
SOLUTIONS = {
    exercise.id: {line.strip() for line in CATALOG.solution(exercise.id).read_text("utf-8").splitlines()}
    - {line.strip() for line in CATALOG.stub(exercise.id).read_text("utf-8").splitlines()}
    for exercise in CATALOG.exercises
}


@pytest.mark.parametrize("path", STUBS, ids=lambda path: path.stem)
def test_a_notebook_for_students_holds_no_solution(path: Path) -> None:
    """The code of a stub's notebook, without the examples that the stub has too, has no line of the solution alone."""
    nb = nbformat.reads(build_notebook(path.read_text(encoding="utf-8")), as_version=4)
    code = [cell.source for cell in nb.cells if cell.cell_type == "code"]
    examples = CATALOG.examples(path.stem)
    assert len(examples) > 0 and examples <= set(code)
    lines = {line.strip() for source in code if source not in examples for line in source.splitlines()}
    assert SOLUTIONS[path.stem] and not SOLUTIONS[path.stem] & lines


def with_example() -> tuple[nbformat.NotebookNode, int]:
    """Return a notebook, and the number of the cell with its first example."""
    nb = nbformat.reads(build_notebook(STUB), as_version=4)
    return nb, next(n for n, cell in enumerate(nb.cells) if str(cell.metadata.get("grader", "")).startswith("example"))


def test_examples_are_cells_below_the_imports() -> None:
    """In every notebook each example of the text is a code cell, in its place, and the cell of the imports is above."""
    for path in STUBS:
        cells = nbformat.reads(build_notebook(path.read_text(encoding="utf-8")), as_version=4).cells
        examples = [n for n, c in enumerate(cells) if str(c.metadata.get("grader", "")).startswith("example")]
        imports = next(n for n, c in enumerate(cells) if c.source.startswith("import copy"))
        assert {cells[n].source for n in examples} == CATALOG.examples(path.stem) and imports < min(examples)
        assert not any("```python" in cell.source for cell in cells)


def test_an_example_that_was_changed_is_the_students_code() -> None:
    """A changed example is kept as a cell of code, and so is the text around it; an unchanged one is text again."""
    nb, at = with_example()
    following = nb.cells[at + 1].source
    nb.cells[at].source += "\nprint(x + 1)"
    script = to_script(nbformat.writes(nb))
    assert "\nprint(x + 1)\n" in script and f"# {following.splitlines()[0]}" in script
    assert script.count("```python") == STUB.count("```python") - 1


def test_an_example_that_was_moved_is_not_lost() -> None:
    """An example below another code cell becomes text of its own."""
    nb, at = with_example()
    example = nb.cells.pop(at)
    nb.cells.append(nbformat.v4.new_code_cell("last = 1"))
    nb.cells.append(example)
    script = to_script(nbformat.writes(nb))
    assert script.endswith("# ```\n") and script.count("```python") == STUB.count("```python")
    assert code_cells(build_notebook(script)) == code_cells(nbformat.writes(nb))


LAST = "\n# %%\ny = 2\n"
# Scripts with a student's own cells after the stub, by their content.
SCRIPTS = {
    "a cell": "\n# %%\nx = 1\n",
    "a title": "\n# %% my title\nx = 1\n",
    "a title and tags": '\n# %% my title tags=["mine"]\nx = 1\n',
    "a part of a cell": "\n# %%%% a part\nx = 1\n",
    "a magic": "\n# %%\n# %matplotlib inline\nx = 1\n",
    "a shell line": "\n# %%\n# !pip install nothing\nx = 1\n",
    "a cell of another language": '\n# %% language="bash"\n# ls\n',
    "markers in a string": '\n# %%\ns = """\n# %% not a cell\n# %% [markdown]\n"""\n',
    "a marker in a function": "\n# %%\ndef f():\n    # %%\n    return 1\n",
    "cells close together": "\n# %%\nx = 1\n# %%\nz = 3\n",
    "cells far apart": "\n\n\n# %%\nx = 1\n\n\n\n\n",
    "empty cells": "\n# %%\n\n# %%\n",
    "tabs": "\n# %%\nif True:\n\tx = '\t'\n",
    "spaces at the ends of lines": "\n# %%\nx = 1   \n\n",
    "other letters": "\n# %%\nπ = 3.14  # größer, 円, \U0001f9e0\n",
    "line ends that Python does not count": "\n# %%\ns = 'a\u2028b\x85c'\n\x0c\n",
    "a syntax error": "\n# %%\ndef broken(:\n    pass\n",
    "a very long line": "\n# %%\nx = '" + "a" * 20_000 + "'\n",
    "text": "\n# %% [markdown]\n# # My notes\n#\n# - one\n",
    "text in quotes": '\n# %% [markdown]\n"""\nMy notes\n"""\n',
    "raw text": "\n# %% [raw]\n# raw <text>\n",
}


@pytest.mark.parametrize("what", SCRIPTS)
def test_a_script_with_a_students_work_comes_back_byte_for_byte(what: str) -> None:
    """A script with an answer and a student's own cells, in any form, comes back unchanged."""
    script = STUB.replace("raise NotImplementedError", "return x[:, col]", 1) + SCRIPTS[what] + LAST
    assert to_script(build_notebook(script)) == script


@pytest.mark.parametrize(
    ("written", "back"),
    [
        (STUB.replace("\n", "\r\n"), STUB),
        (STUB.rstrip("\n"), STUB),
        (STUB + "\n#%%\nx = 1\n", STUB + "\n# %%\nx = 1\n"),
        (STUB + "\n# %% scrolled=true\nx = 1\n", STUB + "\n# %%\nx = 1\n"),
        (STUB + "\n# %%\n!ls\nx = 1\n", STUB + "\n# %%\n# !ls\nx = 1\n"),
    ],
    ids=["CRLF", "no newline at the end", "a marker without its space", "how a cell is shown", "a bare shell line"],
)
def test_what_changes_on_the_way_is_no_code(written: str, back: str) -> None:
    """Line endings, markers and notebook commands change their form, but no Python is lost."""
    assert to_script(build_notebook(written)) == back


def test_a_marker_in_a_cell_divides_it() -> None:
    """A line in a cell that is a marker divides the cell in the notebook, and every line is kept."""
    nb = nbformat.reads(build_notebook(STUB), as_version=4)
    nb.cells.append(nbformat.v4.new_code_cell("x = 1\n# %%\ny = 2"))
    script = to_script(nbformat.writes(nb))
    assert script.endswith("x = 1\n# %%\ny = 2\n")
    assert code_cells(build_notebook(script))[-2:] == ["x = 1", "y = 2"]


@pytest.mark.slow
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=60), max_size=6))
def test_any_lines_survive(lines: list[str]) -> None:
    """Any text of a cell is kept, in one cell if no line is a marker."""
    assume(not any(re.match(r"\s*#\s*%%", line) for line in lines))
    nb = nbformat.reads(build_notebook(STUB), as_version=4)
    source = "\n".join(["x = 1", *lines, "y = 2"])
    nb.cells.append(nbformat.v4.new_code_cell(source))
    assert source in code_cells(build_notebook(to_script(nbformat.writes(nb))))


def test_text_and_raw_cells_survive() -> None:
    """Text and raw cells keep their places and kinds."""
    nb = nbformat.reads(build_notebook(STUB), as_version=4)
    at = next(n for n, cell in enumerate(nb.cells) if cell.metadata.get("task"))
    nb.cells.insert(at, nbformat.v4.new_markdown_cell("# My notes\n\n- one\n- two\n\n```text\nx = 1\n```"))
    nb.cells.insert(at + 3, nbformat.v4.new_raw_cell("raw <text>"))
    again = nbformat.reads(build_notebook(to_script(nbformat.writes(nb))), as_version=4)
    assert [(c.cell_type, c.source) for c in again.cells] == [(c.cell_type, c.source) for c in nb.cells]


def test_a_released_notebook_becomes_a_script_that_the_kit_reads() -> None:
    """nbgrader's released notebook becomes a script with every task, and an answer in it counts."""
    nb = nbformat.reads(build_notebook(STUB), as_version=4)
    for cell in nb.cells:
        if cell.metadata.get("task") == "column_view":
            cell.source = WORK["an answer"]
    script = to_script(nbformat.writes(nb))
    assert [task.name for task in read_exercise(script, exercise=STUBS[3].stem).tasks] == [
        task.name for task in CATALOG.get(STUBS[3].stem).tasks
    ]
    assert WORK["an answer"] in script and "check(" not in script


def test_what_a_student_writes_into_the_kits_cells_is_kept() -> None:
    """Code that a student adds to the kit's cells is kept; unchanged cells of the kit are left out."""
    nb = nbformat.reads(build_notebook(STUB), as_version=4)
    ours = [cell for cell in nb.cells if cell.metadata.get("grader") in ("opening", "check")]
    ours[0].source += "\nimport matplotlib"
    ours[1].source = f"def answer(x):\n    return x\n\n\n{ours[1].source}"
    script = to_script(nbformat.writes(nb))
    assert "import matplotlib" in script and "def answer(x):" in script and script.count("check(") == 1


def convert(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Run `grader convert`."""
    command = [GRADER, "convert", source, target]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.sandbox
def test_the_command_converts_both_ways(tmp_path: Path) -> None:
    """The command converts both ways, and accepts line endings and the byte order mark of Windows."""
    windows, notebook, script = tmp_path / "w.py", tmp_path / "x.ipynb", tmp_path / "x.py"
    windows.write_bytes(STUB.replace("\n", "\r\n").encode("utf-8-sig"))
    assert convert(windows, notebook).returncode == 0
    assert convert(notebook, script).returncode == 0
    assert script.read_bytes() == STUB.encode()


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("stub.py", "old.ipynb", "old.ipynb': it exists already. Remove it, or give another name."),
        ("stub.py", "new.py", "Cannot convert 'stub.py' to 'new.py': one must end in .py, the other in .ipynb."),
        (
            "old.ipynb",
            "new.ipynb",
            "Cannot convert 'old.ipynb' to 'new.ipynb': one must end in .py, the other in .ipynb.",
        ),
        ("old.ipynb", "new.py", "old.ipynb'. old.ipynb is damaged: it stops being a notebook at line 1"),
        ("plain.py", "new.ipynb", "plain.py'. It is not the script of an exercise"),
        ("latin.py", "new.ipynb", "latin.py'. It is not the script of an exercise"),
        ("gone.py", "new.ipynb", "gone.py'. There is no file gone.py."),
    ],
)
@pytest.mark.sandbox
def test_the_command_says_why_it_does_not_convert(tmp_path: Path, source: str, target: str, said: str) -> None:
    """One line names the file and the cause, the exit code is 2, and no file changes or appears."""
    held = {"stub.py": STUB.encode(), "old.ipynb": b"{", "plain.py": b"x = 1\n", "latin.py": "# \xe7".encode("latin-1")}
    for name, data in held.items():
        (tmp_path / name).write_bytes(data)
    done = convert(tmp_path / source, tmp_path / target)
    assert done.returncode == 2 and said in done.stderr and len(done.stderr.splitlines()) == 1
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == held
