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
    """Return a submitted notebook, as the reader gives it, as nbformat's node with the course's kernel."""
    nb = nbformat.from_dict(dict(written))
    if notebook.kernelspec:
        nb.metadata["kernelspec"] = notebook.kernelspec
    return nb


def is_unanswered(nb: Any, cell: ManagedCell) -> bool:
    """Say whether an answer cell is unchanged since its release."""
    return any(_id(c) == cell.name and utils.compute_checksum(c) == cell.checksum for c in nb.cells)


def manual_score(nb: Any, cell: ManagedCell) -> float | None:
    """Return nbgrader's score for a cell before a person grades it: 0 if it is unanswered, otherwise None."""
    return 0.0 if cell.solution and is_unanswered(nb, cell) else None


def annotate(nb: Any, panels: Mapping[str, Panel], *, note: str = "", digest: str) -> str:
    """Return the notebook as JSON with each panel as the output of its cell; `note` comes first."""
    for cell in nb.cells:
        panel = panels.get(_id(cell) or "")
        if panel is not None and cell.cell_type == "code":
            data = {"text/plain": panel.text, "text/html": panel.html}
            cell.outputs = [new_output("execute_result", data=data, execution_count=None)]
    if note:  # the note may quote the student, so it is not Markdown
        nb.cells.insert(
            0, new_markdown_cell(f"<div><b>{html.escape(' '.join(note.split()))}</b></div>", id="grader-note")
        )
    nb.metadata[MARK] = {"digest": digest}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nbformat.writes(nb) + "\n"


def recorded_digest(text: str | bytes) -> object:
    """Return the digest of an annotated notebook. Raises `ValueError`, `LookupError` or `TypeError` if it has none."""
    return json.loads(text)["metadata"][MARK]["digest"]


def _id(cell: Any) -> str | None:
    found = cell.metadata.get("nbgrader")
    return found["grade_id"] if found else None
