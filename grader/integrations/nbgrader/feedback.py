"""Put the kit's feedback into a submitted notebook, as if nbgrader had run it.

What nbgrader's own preprocessors do to a submission is done here too: outputs go, cells that appear twice lose their
identity, locked cells get the source that the gradebook holds, and those that were deleted come back.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader import utils

from grader.catalog.notebooks import MARK
from grader.integrations.nbgrader.gradebook import Cell, Notebook
from grader.reports.panels import Panel


def sanitized(text: str | None, notebook: Notebook) -> Any:
    """Return a submitted notebook, ready for feedback; where it cannot be read, one that holds the managed cells alone.

    `text` is None where there is nothing to read.
    """
    try:
        nb = _read(text or "")
        _manage(nb, notebook)
    except Exception:  # nbformat raises many kinds
        nb = new_notebook(cells=[])
        _manage(nb, notebook)
    if notebook.kernelspec:
        nb.metadata["kernelspec"] = notebook.kernelspec
    return nb


def is_unanswered(nb: Any, cell: Cell) -> bool:
    """Say whether an answer cell is as it was released."""
    return any(_id(c) == cell.name and utils.compute_checksum(c) == cell.checksum for c in nb.cells)


def manual_score(nb: Any, cell: Cell) -> float | None:
    """Return what nbgrader gives a cell before a person has graded it: nothing if it was not answered, else None."""
    return 0.0 if cell.solution and is_unanswered(nb, cell) else None


def annotate(nb: Any, panels: Mapping[str, Panel], *, note: str = "", digest: str) -> str:
    """Return the notebook as JSON with each panel as the output of its cell; `note` stands above everything."""
    for cell in nb.cells:
        panel = panels.get(_id(cell) or "")
        if panel is not None and cell.cell_type == "code":
            data = {"text/plain": panel.text, "text/html": panel.html}
            cell.outputs = [new_output("execute_result", data=data, execution_count=None)]
    if note:
        nb.cells.insert(0, new_markdown_cell(f"**{note}**", id="grader-note"))
    if (nb.nbformat, nb.nbformat_minor) < (4, 5):  # which has no identifiers; cells that were added here do
        for cell in nb.cells:
            cell.pop("id", None)
    nb.metadata[MARK] = {"digest": digest}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nbformat.writes(nb) + "\n"


def recorded_digest(text: str | bytes) -> object:
    """Return the digest with which a notebook was annotated; without one raise ValueError, LookupError or TypeError."""
    return json.loads(text)["metadata"][MARK]["digest"]


def _read(text: str) -> Any:
    found = json.loads(text)
    found.setdefault("metadata", {})
    for cell in found.get("cells", ()):  # nbformat reads none without it; what is graded is lenient, and so is this
        cell.setdefault("metadata", {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of identifiers that are missing
        nb = nbformat.reads(json.dumps(found), as_version=4)
        _, nb = nbformat.validator.normalize(nb)
    return nb


def _id(cell: Any) -> str | None:
    found = cell.metadata.get("nbgrader", {})
    name = found.get("grade_id") if isinstance(found, Mapping) else None
    return name if isinstance(name, str) else None


def _manage(nb: Any, notebook: Notebook) -> None:
    known = {cell.name: cell for cell in notebook.cells}
    seen: set[str] = set()
    for cell in reversed(nb.cells):  # of cells that appear twice nbgrader keeps the last
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        name = _id(cell)
        if name not in known or name in seen:
            cell.metadata.pop("nbgrader", None)
            continue
        seen.add(name)
        _restore(cell, known[name])
    previous = -1
    for managed in notebook.cells:
        at = next((n for n, cell in enumerate(nb.cells) if _id(cell) == managed.name), None)
        if at is None:
            at = previous + 1
            nb.cells.insert(at, _missing(managed))
        previous = at


def _restore(cell: Any, managed: Cell) -> None:
    """Make a cell what the gradebook says it is; what a student may edit stays."""
    if cell.cell_type != managed.kind:
        cell.cell_type = managed.kind
        if managed.kind == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
    if managed.locked:
        cell.source = managed.source
    cell.metadata["nbgrader"] = _metadata(managed)


def _missing(managed: Cell) -> Any:
    metadata = {"nbgrader": _metadata(managed), "deletable": False}
    if managed.kind == "code":
        return new_code_cell(managed.source, metadata=metadata)
    return new_markdown_cell(managed.source, metadata=metadata)


def _metadata(managed: Cell) -> dict[str, Any]:
    found = {
        "cell_type": managed.kind,
        "checksum": managed.checksum,
        "grade": managed.points is not None and not managed.by_hand,
        "grade_id": managed.name,
        "locked": managed.locked,
        "schema_version": 3,
        "solution": managed.solution,
        "task": managed.by_hand,
    }
    return found if managed.points is None else {**found, "points": managed.points}
