"""Read misconceptions and alternatives: each is one cell with another implementation of one task."""

from __future__ import annotations

from itertools import takewhile
from typing import Annotated

import msgspec

from grader.catalog.cells import defines, split_cells
from grader.catalog.entries import Exercise, marker
from grader.catalog.errors import CatalogError
from grader.catalog.presumptions import parse
from grader.errors import did_you_mean
from grader.sentences import author

_EXAMPLE = '# %% task="name_of_the_task" name="name-of-the-variant"'


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """A wrong implementation (misconception) or another right one (alternative) of one task.

    `source` is the whole solution with that task defined again at its end, so that every other task stays right.
    `message` is the teacher's sentence about a misconception; it is empty for an alternative. `presumes` says what that
    sentence presumes of a student's code (`presumptions`).
    """

    exercise: str
    task: str
    name: str
    message: str
    source: str
    presumes: tuple[str, ...] = ()


class _VariantMarker(msgspec.Struct, frozen=True):
    task: str
    name: Annotated[str, msgspec.Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
    presumes: tuple[str, ...] = ()


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
        line, task, name = cell.line, found.task, found.name
        if task not in tasks:
            cure = did_you_mean(task, tasks)
            raise CatalogError(
                author.VARIANT_OF_NO_TASK(origin=origin, line=line, exercise=exercise.id, task=task, cure=cure)
            )
        if (task, name) in variants:
            raise CatalogError(author.TWO_VARIANTS(origin=origin, line=line, task=task, name=name))
        message, code = _opening_comment(cell.text) if with_message else ("", cell.text)
        if with_message and not message:
            raise CatalogError(author.NO_MESSAGE(origin=origin, line=line, name=name))
        for text in found.presumes:
            try:
                parse(text)
            except ValueError:
                raise CatalogError(author.BAD_PRESUMPTION(origin=origin, line=line, text=text)) from None
        if not defines(code, task):
            raise CatalogError(author.VARIANT_UNDEFINED(origin=origin, line=line, task=task, name=name))
        variants[task, name] = Variant(
            exercise=exercise.id,
            task=task,
            name=name,
            message=message,
            presumes=found.presumes,
            source=f"{solution.rstrip()}\n\n\n{code}\n",
        )
    return tuple(variants.values())


def _opening_comment(code: str) -> tuple[str, str]:
    """Split a cell into its first comment, as one paragraph, and the code below it."""
    lines = code.splitlines()
    comment = list(takewhile(lambda line: line.startswith("#"), lines))
    message = " ".join(line.lstrip("#").strip() for line in comment).strip()
    return message, "\n".join(lines[len(comment) :]).strip("\n")
