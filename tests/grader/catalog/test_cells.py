"""The reader of percent scripts."""

from pathlib import Path

import pytest

from grader.catalog import CatalogError
from grader.catalog.cells import defines, split_cells

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = sorted([*(ROOT / "solutions").glob("*.py"), *(ROOT / "exercises").glob("*.py")])


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_agrees_with_jupytext(path: Path) -> None:
    """For every script of the kit, cells, kinds, metadata and text are those that jupytext reads."""
    import jupytext

    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    theirs = [
        (cell.cell_type, {k: v for k, v in cell.metadata.items() if k != "lines_to_next_cell"}, cell.source)
        for cell in notebook.cells
        if cell.cell_type != "raw"  # the header
    ]
    _, cells = split_cells(path.read_text(encoding="utf-8"), origin=path.stem)
    assert [(cell.kind, cell.metadata, cell.text) for cell in cells] == theirs


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_jupytext_leaves_the_scripts_as_they_are(path: Path) -> None:
    """Opening a script of the kit as a notebook and saving it changes nothing."""
    import jupytext

    text = path.read_text(encoding="utf-8")
    assert jupytext.writes(jupytext.reads(text, fmt="py:percent"), fmt="py:percent") == text


def test_lines_before_the_first_marker_come_apart() -> None:
    """Lines above the first marker belong to no cell."""
    before, cells = split_cells("# ---\n# ---\n\n# %%\nx = 1\n", origin="x")
    assert before == ("# ---", "# ---", "")
    assert [cell.text for cell in cells] == ["x = 1"]


def test_cells_know_their_line() -> None:
    """A cell's line is that of its marker, counted from 1."""
    _, cells = split_cells("\n# %%\nx = 1\n\n# %%\ny = 2\n", origin="x")
    assert [cell.line for cell in cells] == [2, 5]


@pytest.mark.parametrize("marker", ["# %% just a title", "# %% lr = 0.1", "# %% lr=0.1 works best", "# %% a [b] c"])
def test_free_titles_are_no_metadata(marker: str) -> None:
    """Students may give their own cells any titles."""
    _, (cell,) = split_cells(f"{marker}\nx = 1\n", origin="x")
    assert (cell.kind, cell.metadata) == ("code", {})


def test_a_magic_starts_no_cell() -> None:
    """A cell magic that jupytext has commented out does not begin a cell."""
    _, (cell,) = split_cells("# %%\n# %%time\nx = 1\n", origin="x")
    assert cell.text == "# %%time\nx = 1"


def test_titles_may_stand_before_metadata() -> None:
    """A title before the kind and the metadata is skipped, as jupytext allows."""
    _, (cell,) = split_cells('# %% A title [markdown] task="f" tags=["hint"]\n# Text\n', origin="x")
    assert (cell.kind, cell.metadata, cell.is_hint) == ("markdown", {"task": "f", "tags": ["hint"]}, True)


@pytest.mark.parametrize("metadata", ["task=f points=2", 'task="f" points', 'task="f', "points=two task=1"])
def test_refuses_a_task_marker_it_cannot_read(metadata: str) -> None:
    """A marker that names a task but is not key=JSON is an error."""
    with pytest.raises(CatalogError, match=r"Cannot read 07_x: line 1: .* is not metadata\. Write each part as key="):
        split_cells(f"# %% {metadata}\n", origin="07_x")


@pytest.mark.parametrize("code", ["def f(x):", "async def f():", "class f:", "f = g", "f: int = 1"])
def test_sees_what_code_defines(code: str) -> None:
    """Functions, classes and assignments at the top level count as definitions."""
    assert defines(f"x = 1\n{code}", "f")


@pytest.mark.parametrize("code", ["def ff(x):", "    def f(x):", "f(x)", "if f == 1:", "# def f"])
def test_sees_what_code_does_not_define(code: str) -> None:
    """Other names, nested definitions and uses of a name are not definitions."""
    assert not defines(f"x = 1\n{code}", "f")
