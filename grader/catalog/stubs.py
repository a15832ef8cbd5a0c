"""Build the stub that students get from the source of an exercise."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.catalog.cells import Cell, split_cells
from grader.catalog.errors import CatalogError

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"


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
                cause = "the solution region does not open with what to do"
                raise _cannot(exercise, number, cause, "Make its first line a `# TODO: ...` comment.")
            indent = line[: len(line) - len(line.lstrip())]
            yield from (line.rstrip(), f"{indent}raise NotImplementedError")
        elif word == BEGIN:
            if opened is not None:
                cause = f"a solution region opens inside that of line {opened}"
                raise _cannot(exercise, number, cause, f"Close that one first: {END}.")
            opened, regions = number, regions + 1
        elif word == END:
            if opened is None:
                cause = "a solution region closes that was not opened"
                raise _cannot(exercise, number, cause, f"Open it: {BEGIN}.")
            opened = None
        elif opened is None:
            yield line
    if opened is not None:
        raise _cannot(exercise, opened, "the solution region is not closed in its cell", f"Close it: {END}.")
    if regions and "task" not in cell.metadata:
        cause = "a solution region stands outside a task"
        raise _cannot(exercise, cell.line, cause, 'Mark its cell `# %% task="name" points=2`.')
    if not regions and "task" in cell.metadata:
        cause = "the task leaves nothing to write"
        raise _cannot(exercise, cell.line, cause, f"Put what the student writes between {BEGIN} and {END}.")


def _check_imports(stub: str, exercise: str) -> None:
    """Raise `CatalogError` for a stub that does not parse, or that raises an error when it is imported."""
    try:
        tree = ast.parse(stub)
    except SyntaxError as error:
        raise CatalogError(
            f"Cannot build {exercise}: its stub is not Python: {error.msg} at line {error.lineno} of the stub "
            f"({(error.text or '').strip()!r}). Mend the source there."
        ) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef) and any(isinstance(child, ast.Raise) for child in node.body):
            raise CatalogError(
                f"Cannot build {exercise}: its stub raises while it is imported. "
                "Put each solution region inside a function or method."
            )


def _cannot(exercise: str, line: int, cause: str, cure: str) -> CatalogError:
    return CatalogError(f"Cannot build {exercise}: line {line}: {cause}. {cure}")
