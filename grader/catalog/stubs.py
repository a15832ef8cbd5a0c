"""Build the stub that students get from the source of an exercise."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.catalog.cells import Cell, split_cells
from grader.catalog.errors import CatalogError
from grader.sentences import author

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
UNDONE = "raise NotImplementedError"
_NEXT_CELL = re.compile(r"^# ?%%|^def |^class |\"cell_type\"", re.MULTILINE)  # in a script or a notebook


def build_stub(text: str, *, exercise: str) -> str:
    """Return the stub of a source: without hints, and with a TODO and NotImplementedError in place of each solution.

    A solution region is in the cell of a task, between nbgrader's markers, and begins with a `# TODO: ...` comment, the
    only line that the stub keeps. Raises `CatalogError` if the stub could not be imported.
    """
    before, cells = split_cells(text, origin=exercise)
    lines = [*before]
    for cell in cells:
        if not cell.is_hint:
            lines += _without_solutions(cell, exercise)
    stub = "\n".join(lines).rstrip() + "\n"
    _check_imports(stub, exercise)
    return stub


def _without_solutions(cell: Cell, exercise: str) -> Iterator[str]:
    opened: int | None = None
    regions = 0
    for number, line in enumerate(cell.lines, start=cell.line):
        word = line.strip()
        if opened is not None and number == opened + 1:
            if not word.startswith("# TODO: "):
                raise CatalogError(author.NO_TODO(exercise=exercise, line=number))
            indent = line[: len(line) - len(line.lstrip())]
            yield from (line.rstrip(), f"{indent}{UNDONE}")
        elif word == BEGIN:
            if opened is not None:
                raise CatalogError(author.REGION_IN_REGION(exercise=exercise, line=number, outer=opened, end=END))
            opened, regions = number, regions + 1
        elif word == END:
            if opened is None:
                raise CatalogError(author.REGION_NOT_OPENED(exercise=exercise, line=number, begin=BEGIN))
            opened = None
        elif opened is None:
            yield line
    if opened is not None:
        raise CatalogError(author.REGION_NOT_CLOSED(exercise=exercise, line=opened, end=END))
    if regions and "task" not in cell.metadata:
        raise CatalogError(author.REGION_WITHOUT_TASK(exercise=exercise, line=cell.line))
    if not regions and "task" in cell.metadata:
        raise CatalogError(author.TASK_WITHOUT_REGION(exercise=exercise, line=cell.line, begin=BEGIN, end=END))


def _check_imports(stub: str, exercise: str) -> None:
    """Raise `CatalogError` for a stub that does not parse, or that raises an error when it is imported."""
    try:
        tree = ast.parse(stub)
    except SyntaxError as error:
        line, shown = error.lineno or 0, (error.text or "").strip()
        raise CatalogError(author.STUB_NOT_PYTHON(exercise=exercise, error=error.msg, line=line, text=shown)) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef) and any(isinstance(child, ast.Raise) for child in node.body):
            raise CatalogError(author.STUB_RAISES(exercise=exercise))


def count_stubs(text: str) -> int:
    """Return how many stubs a script or the JSON of a notebook has left."""
    return text.count(UNDONE)


def has_stub(text: str, task: str) -> bool:
    """Say whether a script or the JSON of a notebook still has the stub of a task, as far as its text shows."""
    start = re.search(rf"\b(?:def|class)\s+{re.escape(task)}\b", text)
    if start is None:
        return False
    following = _NEXT_CELL.search(text, start.end())
    return UNDONE in text[start.end() : following.start() if following else None]
