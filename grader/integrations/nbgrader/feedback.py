"""Put the kit's feedback into a submitted notebook, as if nbgrader had run it."""

from __future__ import annotations

import html
import json
import warnings
from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader import utils

from grader.integrations.nbgrader.gradebook import Notebook
from grader.reports.panels import Panel
from grader.submissions import ManagedCell
from grader.submissions.tidying import MARK


def as_node(written: Mapping[str, Any], notebook: Notebook) -> Any:
    """Return a submitted notebook, as the reader of submissions hands it out, in the course's kernel."""
    nb = nbformat.from_dict(dict(written))
    if notebook.kernelspec:
        nb.metadata["kernelspec"] = notebook.kernelspec
    return nb


def is_unanswered(nb: Any, cell: ManagedCell) -> bool:
    """Say whether an answer cell is as it was released."""
    return any(_id(c) == cell.name and utils.compute_checksum(c) == cell.checksum for c in nb.cells)


def manual_score(nb: Any, cell: ManagedCell) -> float | None:
    """Return what nbgrader gives a cell before a person has graded it: nothing if it was not answered, else None."""
    return 0.0 if cell.solution and is_unanswered(nb, cell) else None


def annotate(nb: Any, panels: Mapping[str, Panel], *, note: str = "", digest: str) -> str:
    """Return the notebook as JSON with each panel as the output of its cell; `note` stands above everything."""
    for cell in nb.cells:
        panel = panels.get(_id(cell) or "")
        if panel is not None and cell.cell_type == "code":
            data = {"text/plain": panel.text, "text/html": panel.html}
            cell.outputs = [new_output("execute_result", data=data, execution_count=None)]
    if note:  # it may quote the student, so it is no Markdown
        nb.cells.insert(
            0, new_markdown_cell(f"<div><b>{html.escape(' '.join(note.split()))}</b></div>", id="grader-note")
        )
    nb.metadata[MARK] = {"digest": digest}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nbformat.writes(nb) + "\n"


def recorded_digest(text: str | bytes) -> object:
    """Return the digest with which a notebook was annotated; without one raise ValueError, LookupError or TypeError."""
    return json.loads(text)["metadata"][MARK]["digest"]


def _id(cell: Any) -> str | None:
    found = cell.metadata.get("nbgrader")
    return found["grade_id"] if found else None
