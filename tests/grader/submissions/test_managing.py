"""The assignment's cells are restored from the gradebook, and code is graded in every cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.submissions import ManagedCell, Reader
from grader.submissions.joining import read_notebook
from grader.submissions.managing import manage
from grader.submissions.tidying import tidy

CHECK = 'from grader import check\n\ncheck("f")'


def managed(name: str, source: str, **fields: Any) -> ManagedCell:
    given = {
        "kind": "code",
        "locked": False,
        "points": None,
        "solution": False,
        "manually_graded": False,
        "checks": None,
    }
    return ManagedCell(name=name, source=source, checksum="", **{**given, **fields})


GIVEN = (
    managed("imports", "import torch", locked=True),
    managed("f", "def f():\n    raise NotImplementedError", solution=True),
    managed("check-f", CHECK, locked=True, points=2.0, checks="f"),
    managed("essay", "Why?", kind="markdown", solution=True, points=3.0),
)


def cell(source: str, name: str = "", kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "metadata": {"nbgrader": {"grade_id": name}} if name else {}}


def read(*cells: dict[str, Any]) -> tuple[str, tuple[str, ...], list[tuple[str, str]]]:
    """Return the code to grade, the notes without the file's name, and the cells to show."""
    notebook = manage(tidy(json.dumps({"cells": cells}), name="a.ipynb"), GIVEN, name="a.ipynb")
    script = read_notebook(notebook, name="a.ipynb", limit=10_000)
    notes = tuple(str(note).removeprefix("a.ipynb, ").partition(":")[0] for note in script.notes)
    return script.source, notes, [(c.grade_id or "", c.source) for c in notebook.cells]


WHOLE = (cell("import torch", "imports"), cell("f = 1", "f"), cell(CHECK, "check-f"), cell("So.", "essay", "markdown"))


def test_what_was_given_and_deleted_comes_back() -> None:
    """A deleted given cell is restored; the restored stub of an answer does not replace the answer elsewhere."""
    source, notes, shown = read(cell("f = 1"))
    assert (source, notes) == ("import torch\n\nf = 1\n", ())
    assert [name for name, _ in shown] == ["imports", "f", "check-f", "essay", ""]


@pytest.mark.parametrize(
    ("at", "changed", "graded", "told"),
    [
        (0, cell("torch = 1", "imports"), "import torch\n\nf = 1\n", ("code cell 1",)),
        (1, cell("f = 2", "f", "markdown"), "import torch\n\nf = 2\n", ("text cell 1",)),
        (1, cell("f = 2", "f", "raw"), "import torch\n\nf = 2\n", ("text cell 1",)),
        (2, cell("f = 2", "check-f"), "import torch\n\nf = 1\n", ("code cell 3",)),
        (2, cell('check("f")\nhint("f")', "check-f"), "import torch\n\nf = 1\n", ()),
        (2, cell(CHECK, "check-f", "markdown"), "import torch\n\nf = 1\n", ()),
        (3, cell("f = 2", "essay"), "import torch\n\nf = 1\n", ("code cell 4",)),
    ],
)
def test_a_cell_that_was_changed(at: int, changed: dict[str, Any], graded: str, told: tuple[str, ...]) -> None:
    """Given cells are restored, answers keep their type, and a note says what is lost."""
    cells = [*WHOLE]
    cells[at] = changed
    assert read(*cells)[:2] == (graded, told)


def test_of_copies_the_last_is_the_cell() -> None:
    """The last copy of a cell counts, earlier ones are the student's; an empty copy does not replace an essay."""
    copies = (cell("f = 3", "check-f"), cell("g = 1", "check-of-another"), cell("f = 4", "f"))
    source, notes, shown = read(*copies, *WHOLE, cell("Why?", "essay", "markdown"))
    assert (source, notes) == ("f = 3\n\ng = 1\n\nf = 4\n\nimport torch\n\nf = 1\n", ())
    assert [pair for pair in shown if pair[0]] == [
        ("imports", "import torch"),
        ("f", "f = 1"),
        ("check-f", CHECK),
        ("essay", "So."),
    ]


@pytest.mark.sandbox
def test_a_notebook_is_shown_where_its_code_is_too_hard(tmp_path: Path) -> None:
    """If the reader's process cannot read the code, the notebook is still shown to a person."""
    hard = "f = " + "lambda: (" * 90 + "[" * 80_000 + "1," * 60_000
    path = tmp_path / "a.ipynb"
    cells = [*WHOLE, cell(hard), cell("%%time\n" * 40_000 + "x y")]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    with Reader() as reader:
        found = reader.read_managed(path, student="ana", exercises=("04", "05"), cells=GIVEN)
        assert [submission.exercise for submission in found.submissions] == ["04", "05"]
        assert "So." in [c["source"] for c in found.notebook["cells"]]
        shown = reader.read_managed(tmp_path / "none.ipynb", student="ana", exercises=("04",), cells=GIVEN)
        assert "There is no file none.ipynb" in str(shown.submissions[0].problem)
        assert [c["metadata"]["nbgrader"]["grade_id"] for c in shown.notebook["cells"]] == [c.name for c in GIVEN]
