"""Read misconceptions and alternatives: each is one cell with another implementation of one task."""

from __future__ import annotations

from itertools import takewhile
from typing import Annotated

import msgspec

from grader.catalog.cells import defines, split_cells
from grader.catalog.entries import Exercise, marker
from grader.catalog.errors import CatalogError, meant

_EXAMPLE = '# %% task="name_of_the_task" name="name-of-the-variant"'


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """A wrong implementation (misconception) or another right one (alternative) of one task.

    `source` is the whole solution with that task defined again at its end, so that every other task stays right.
    `message` is the teacher's sentence about a misconception; it is empty for an alternative.
    """

    exercise: str
    task: str
    name: str
    message: str
    source: str


class _VariantMarker(msgspec.Struct, frozen=True):
    task: str
    name: Annotated[str, msgspec.Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]


def read_variants(
    text: str, *, exercise: Exercise, solution: str, origin: str, with_message: bool
) -> tuple[Variant, ...]:
    """Read the variants of `exercise` in the order of the file. Cells without a task are skipped.

    With `with_message`, each cell must begin with a comment, which becomes its message. Raises `CatalogError`.
    """
    tasks = {task.name for task in exercise.tasks}
    variants: dict[tuple[str, str], Variant] = {}
    for cell in split_cells(text, origin=origin)[1]:
        if not cell.metadata.keys() & {"task", "name"}:
            continue
        found = marker(cell, _VariantMarker, origin=origin, example=_EXAMPLE)
        where = f"Cannot read {origin}: line {cell.line}:"
        if found.task not in tasks:
            raise CatalogError(f"{where} {exercise.id} has no task {found.task!r}. {meant(found.task, tasks)}")
        if (found.task, found.name) in variants:
            raise CatalogError(f"{where} {found.task} has two variants {found.name!r}. Rename one.")
        message, code = _opening_comment(cell.text) if with_message else ("", cell.text)
        if with_message and not message:
            raise CatalogError(f"{where} {found.name!r} has no message. Open the cell with it, as a comment.")
        if not defines(code, found.task):
            raise CatalogError(f"{where} {found.name!r} does not define {found.task!r}. Define it in the cell.")
        variants[found.task, found.name] = Variant(
            exercise=exercise.id,
            task=found.task,
            name=found.name,
            message=message,
            source=f"{solution.rstrip()}\n\n\n{code}\n",
        )
    return tuple(variants.values())


def _opening_comment(code: str) -> tuple[str, str]:
    """Split a cell into its first comment, as one paragraph, and the code below it."""
    lines = code.splitlines()
    comment = list(takewhile(lambda line: line.startswith("#"), lines))
    message = " ".join(line.lstrip("#").strip() for line in comment).strip()
    return message, "\n".join(lines[len(comment) :]).strip("\n")
