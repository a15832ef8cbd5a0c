"""Puts the stub of an exercise, or of one of its tasks, back into a student's script or notebook."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Sequence
from typing import Any

from grader.catalog.cells import Cell, defines, split_cells
from grader.catalog.errors import CatalogError
from grader.catalog.notebooks import build_notebook
from grader.sentences import learner_commands


def reset_script(text: str, stub: str, task: str | None = None) -> str:
    """Return a student's script with the stub in place of `task`, or the whole stub without a task.

    The cell of the task is replaced, and its other definitions at the top level are removed. Without such a cell, the
    stub's cell is appended. Raises `CatalogError` if the task is not found.
    """
    if task is None:
        return stub
    fresh = _cell_of(stub, task)
    before, cells = split_cells(text, origin=task)
    others = [name for name in _tasks(stub) if name != task]
    at = [
        number
        for number, cell in enumerate(cells)
        if cell.metadata.get("task") == task and not any(defines(cell.text, other) for other in others)
    ]
    kept = [*before]
    for number, cell in enumerate(cells):
        kept += () if number in at[:1] else _without(cell.lines, task)
        kept += fresh.lines if number in at[:1] else ()
    if not at:
        if len(kept) == len(text.splitlines()):
            raise CatalogError(learner_commands.NO_CELL_TO_RESET(task=task))
        kept += ["", "", *fresh.lines]
    return "\n".join(kept).rstrip() + "\n"


def reset_notebook(text: str, stub: str, task: str | None = None) -> str:
    """Return a student's notebook with the stub in place of `task`, or of every task.

    Without a task, a notebook that nbgrader does not manage is built new from the stub. Raises `CatalogError` if a task
    is not found, or if the text is not a notebook.
    """
    try:
        notebook = json.loads(text)
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        managed = any("nbgrader" in cell["metadata"] for cell in cells)
    except (ValueError, LookupError, TypeError):
        if task is None:
            return build_notebook(stub)
        raise CatalogError(learner_commands.NO_CELL_TO_RESET(task=task)) from None
    if task is None and not managed:
        return build_notebook(stub)
    for name in _tasks(stub) if task is None else [task]:
        found = [cell for cell in cells if _answers(cell, name)]
        if not found:
            raise CatalogError(learner_commands.NO_CELL_TO_RESET(task=name))
        found[0].update(source=_cell_of(stub, name).text.splitlines(keepends=True), outputs=[], execution_count=None)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _answers(cell: dict[str, Any], task: str) -> bool:
    metadata = cell["metadata"]
    managed = metadata.get("nbgrader")
    named = isinstance(managed, dict) and managed.get("grade_id") == task
    return bool(named or metadata.get("task") == task or cell.get("id") == f"{task}-answer")


def _tasks(stub: str) -> list[str]:
    return [str(cell.metadata["task"]) for cell in split_cells(stub, origin="stub")[1] if "task" in cell.metadata]


def _cell_of(stub: str, task: str) -> Cell:
    return next(cell for cell in split_cells(stub, origin="stub")[1] if cell.metadata.get("task") == task)


def _without(lines: Sequence[str], task: str) -> Iterator[str]:
    """Yield lines without the definitions of a task at the top level; all lines if they are not Python."""
    try:
        body = ast.parse("\n".join(lines)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        body = []
    removed: set[int] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == task:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            removed |= set(range(first, (node.end_lineno or first) + 1))
    yield from (line for number, line in enumerate(lines, start=1) if number not in removed)
