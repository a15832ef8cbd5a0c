"""Build an exercise's notebook from its script, and turn a student's notebook back into a script.

A notebook has the same cells as the script, and after each task a cell that checks it. With nbgrader, that cell is the
graded one. The examples of a text, which the script has as comments, become cells to run; they are not graded. The
script's solution regions already use nbgrader's markers, and the gradebook identifies each task by its name. jupytext
and nbformat are imported only here, and only when a notebook is built, because importing them takes seconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from grader.catalog.cells import as_block, parts_of_text
from grader.catalog.errors import CatalogError
from grader.catalog.stubs import BEGIN
from grader.sentences import Sentence, instructor
from grader.submissions.names import excerpt
from grader.submissions.tidying import MARK, example_mark, is_example

if TYPE_CHECKING:
    from nbformat import NotebookNode

_SCRIPT = "py:percent"
_TODO_INSIDE = re.compile(rf"^( *){BEGIN}\n( *# TODO: .*\n)", re.MULTILINE)
_OPENING = """\
# Below each task a cell checks it. Run it as often as you like: it says what is right,
# what is not, and what to try next. Stuck? hint("{task}") gives a nudge,
# hint("{task}", 2) the idea, hint("{task}", 3) nearly the line.
from grader import check, hint, status"""
# The cell has its own import because nbgrader grades it even if the cells above have failed.
_NUMBERED = re.compile(r"(text|code|example)-\d+(-\d+)?")  # the names of cells that no task has
_CONTINUED = "continued"  # the mark of a text that follows an example
_CHECK = 'from grader import check\n\ncheck("{task}")'
TASK_CHECKED = re.compile(r"^check\(\"(?:\d\d_\w+\.)?(\w+)\"\)$", re.MULTILINE)
_OURS = re.compile("|".join(re.escape(text).replace(r"\{task\}", r"\w+") for text in (_OPENING, _CHECK)))
# The metadata of scripts in their order, and the metadata that jupytext needs to restore the exact text.
_SCRIPTS = ("task", "points", "forbidden", "tags", "title", "cell_depth", "cell_marker", "lines_to_next_cell")
# These end a line for str.splitlines, and so for jupytext, but not for Python, where they may be part of a string.
# While jupytext has the text, noncharacters, which Unicode reserves for internal use, replace them.
_LINE_ENDS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_NONCHARACTERS = "".join(chr(0xFDD0 + n) for n in range(len(_LINE_ENDS)))
_HIDE = str.maketrans(_LINE_ENDS, _NONCHARACTERS)
_SHOW = str.maketrans(_NONCHARACTERS, _LINE_ENDS)


def build_notebook(script: str, *, nbgrader: bool = False) -> str:
    """Return the notebook of a script as JSON. The script is an exercise's stub or, with `nbgrader`, its source.

    With `nbgrader` the cells have its metadata (schema 3): an answer cell for each task, and a locked, autograded cell
    with the task's points. Solutions keep their markers: `nbgrader generate_assignment` removes the solutions and
    leaves the TODO. Raises `CatalogError` if the script has no task.
    """
    import nbformat

    return nbformat.writes(_notebook(script, nbgrader=nbgrader)) + "\n"


def to_script(notebook: str) -> str:
    """Return the script of a notebook that was built from a script, with everything that the student has added.

    Raises `Unreadable` if the text is not a notebook.
    """
    return convert_notebook(notebook.encode("utf-8", "surrogatepass"), name="it")[0]


def convert_notebook(data: bytes, *, name: str) -> tuple[str, tuple[Sentence, ...]]:
    """Return the script of a notebook file, and notes about reading it. Raises `Unreadable`."""
    import jupytext
    import nbformat

    from grader.submissions import open_notebook

    found, notes = open_notebook(data, name=name)
    nb = nbformat.from_dict(found)
    header = nb.metadata.get(MARK, {}).get("header")
    nb.cells = [_plain(cell) for cell in _whole_texts(nb.cells) if not _is_ours(cell)]
    if header is not None:
        nb.cells.insert(0, nbformat.v4.new_raw_cell(header))
    kernel = nb.metadata.get("kernelspec", {"display_name": "Python 3", "language": "python", "name": "python3"})
    nb.metadata = {"jupytext": {"notebook_metadata_filter": "-jupytext.text_representation"}, "kernelspec": kernel}
    for cell in nb.cells:
        cell.source = cell.source.translate(_HIDE)
    text: str = jupytext.writes(nbformat.from_dict(nb), fmt=_SCRIPT)
    return text.translate(_SHOW), notes


def own_cells(notebook: str, new: str) -> list[str]:
    """Return descriptions of the cells in an nbgrader source that are not the kit's, before `new` replaces it.

    A cell with a name as the kit gives them is the kit's, also if only an earlier release had a cell of that name.
    Raises `Unreadable` if the text is not a notebook.
    """
    kits = json.loads(new)["cells"]
    ids, sources = {cell["id"] for cell in kits}, {"".join(cell["source"]).strip() for cell in kits}
    try:
        cells = json.loads(notebook)["cells"]
        return [
            cell["metadata"].get("nbgrader", {}).get("grade_id") or f"#{number}"
            for number, cell in enumerate(cells, 1)
            if cell.get("id") not in ids
            and _NUMBERED.fullmatch(str(cell.get("id"))) is None
            and "".join(cell["source"]).strip() not in sources | {""}
        ]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError("it is not a notebook") from error


def _notebook(script: str, *, nbgrader: bool) -> NotebookNode:
    import jupytext
    from nbformat.v4 import new_code_cell, new_notebook

    try:
        read = jupytext.reads(script.translate(_HIDE), fmt=_SCRIPT)
    except Exception as error:  # caused by the header, or by the metadata of a cell
        raise CatalogError(instructor.BAD_MARKS(error=excerpt(str(error)))) from error
    cells: list[Any] = []
    header = None
    for number, cell in enumerate(read.cells):
        cell.source = cell.source.translate(_SHOW)
        metadata = cell.metadata
        task = metadata.get("task")
        if cell.cell_type == "raw" and number == 0:
            header = cell.source
            continue
        if "hint" in metadata.get("tags", ()):
            continue
        if cell.cell_type == "markdown":
            cells += _parts(cell, number)
            continue
        cell.id = f"code-{number}"
        cells.append(cell)
        if task is None or cell.cell_type != "code":
            continue
        cell.id = f"{task}-answer"
        check = new_code_cell(_CHECK.format(task=task), id=f"{task}-check", metadata={MARK: "check"})
        if nbgrader:
            cell.source = _TODO_INSIDE.sub(rf"\2\1{BEGIN}\n", cell.source)
            metadata["nbgrader"] = _managed(task, solution=True)
            check.metadata["nbgrader"] = {**_managed(f"check-{task}"), "points": metadata["points"]}
        cells.append(check)
    tasks = [cell.metadata["task"] for cell in cells if cell.cell_type == "code" and "task" in cell.metadata]
    if not tasks:
        raise CatalogError(instructor.NO_TASK_CELL())
    opening = new_code_cell(_OPENING.format(task=tasks[0]), id="grader", metadata={MARK: "opening"})
    at = next(n for n, cell in enumerate(cells) if cell.cell_type == "code")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    if header is not None:
        metadata[MARK] = {"header": header}
    cells[at:at] = [opening]
    for number, cell in enumerate(cells):
        if any(cell.id == other.id for other in cells[:number]):  # the student has copied a task's cell
            cell.id = f"cell-{number}"
    return new_notebook(cells=cells, metadata=metadata)


def _parts(cell: Any, number: int) -> list[Any]:
    """Return a text as cells: what stands before, between and after its examples, and each example as code."""
    from nbformat.v4 import new_code_cell, new_markdown_cell

    cells: list[Any] = []
    for kind, source in parts_of_text(cell.source):
        id = f"{'text' if kind == 'markdown' else 'example'}-{number}" + (f"-{len(cells)}" if cells else "")
        if kind == "code":
            cells.append(new_code_cell(source, id=id, metadata={MARK: example_mark(source)}))
        elif cells:
            cells.append(new_markdown_cell(source, id=id, metadata={MARK: _CONTINUED}))
        else:
            cells.append(cell)
            cell.id, cell.source = id, source
    if cells and cells[0] is not cell:
        cells[0].metadata.update(cell.metadata)
    return cells


def _whole_texts(cells: Sequence[Any]) -> list[Any]:
    """Return the cells, with unchanged examples put back into the text before them."""
    from nbformat.v4 import new_markdown_cell

    found: list[Any] = []
    for cell in cells:
        text = found[-1] if found and found[-1].cell_type == "markdown" else None
        continues = cell.cell_type == "markdown" and cell.metadata.get(MARK) == _CONTINUED
        if cell.cell_type == "code" and is_example(cell.metadata, cell.source):
            if text is None:
                found.append(new_markdown_cell(as_block(cell.source)))
            else:
                text.source += f"\n\n{as_block(cell.source)}"
        elif continues and text is not None:
            text.source += f"\n\n{cell.source}"
        else:
            if continues:
                del cell.metadata[MARK]  # the student's own cell comes before it
            found.append(cell)
    return found


def _managed(grade_id: str, *, solution: bool = False) -> dict[str, object]:
    """Return nbgrader's metadata for an answer cell, or for a locked, autograded cell."""
    return {
        "grade": not solution,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }


def _is_ours(cell: Any) -> bool:
    """Say whether a cell is the kit's own and unchanged: a cell with the student's text in it is the student's."""
    metadata = cell.metadata.get("nbgrader", {})
    marked = MARK in cell.metadata or (metadata.get("grade", False) and not metadata.get("solution", False))
    return marked and (_OURS.fullmatch(cell.source.strip()) is not None or cell.cell_type != "code")


def _plain(cell: Any) -> Any:
    """Return a cell without the parts that only notebooks have."""
    kept = {key: cell.metadata[key] for key in _SCRIPTS if key in cell.metadata}
    cell.metadata = type(cell.metadata)(kept)
    cell.pop("id", None)
    return cell
