"""The entries of the catalog. Reads them from an exercise's source or its stub."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

import msgspec

from grader.catalog.cells import Cell, defines, parameters, split_cells
from grader.catalog.errors import CatalogError
from grader.errors import did_you_mean
from grader.sentences import author, learner_commands

_ID = re.compile(r"\d\d_[a-z][a-z0-9_]*")
_Marker = TypeVar("_Marker")


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One function or class to write, its points, and its hints from a nudge to nearly the line.

    `forbidden` holds patterns ("mse_loss", "*max_pool*") for what the task must not use: functions, module classes and
    operations of PyTorch, or "Optimizer.step". `parameters` are the names in its signature; a class has none.
    """

    name: str
    points: float
    forbidden: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


class Exercise(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise: its titles, the ids of its prerequisites, and its tasks in order.

    `warm_up` holds statements that run before all submissions. They make torch load what solutions of the exercise use.
    """

    id: str
    title: str
    title_pt: str
    prerequisites: tuple[str, ...]
    warm_up: tuple[str, ...] = ()
    tasks: tuple[Task, ...]

    @property
    def points(self) -> float:
        """The sum of the tasks' points."""
        return sum(task.points for task in self.tasks)

    def task(self, name: str) -> Task:
        """Return the task called `name`. Raises `CatalogError`, which suggests the closest name, if there is none."""
        for task in self.tasks:
            if task.name == name:
                return task
        cure = did_you_mean(name, (task.name for task in self.tasks))
        raise CatalogError(learner_commands.NO_TASK(name=name, exercise=self.id, cure=cure))


class _Titles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    title_pt: str
    prerequisites: tuple[str, ...] = ()
    warm_up: tuple[str, ...] = ()


class _Header(msgspec.Struct, frozen=True):
    grader: _Titles


class _TaskMarker(msgspec.Struct, frozen=True):
    task: str
    points: Annotated[float, msgspec.Meta(gt=0)]
    forbidden: tuple[str, ...] = ()


class _HintMarker(msgspec.Struct, frozen=True):
    task: str


def read_exercise(text: str, *, exercise: str) -> Exercise:
    """Read the catalog entry of `exercise` from its source or its stub. Raises `CatalogError` if it is malformed."""
    if not _ID.fullmatch(exercise):
        raise CatalogError(author.BAD_ID(exercise=exercise))
    before, cells = split_cells(text, origin=exercise)
    titles = _titles(before, exercise)
    tasks = _tasks(cells, exercise)
    return Exercise(
        id=exercise,
        title=titles.title,
        title_pt=titles.title_pt,
        prerequisites=titles.prerequisites,
        warm_up=titles.warm_up,
        tasks=tasks,
    )


def marker(cell: Cell, kind: type[_Marker], *, origin: str, example: str) -> _Marker:
    """Return the cell's metadata as a `kind`. Raises `CatalogError`, which shows the `example`, if it does not fit."""
    try:
        return msgspec.convert(cell.metadata, kind)
    except msgspec.ValidationError as error:
        sentence = author.BAD_MARKER(origin=origin, line=cell.line, error=str(error), example=example)
        raise CatalogError(sentence) from None


def _titles(before: tuple[str, ...], exercise: str) -> _Titles:
    fences = [number for number, line in enumerate(before) if line.rstrip() == "# ---"]
    if len(fences) < 2 or fences[0] != 0:
        raise CatalogError(author.NO_HEADER(exercise=exercise))
    block = "\n".join(line.removeprefix("#").removeprefix(" ") for line in before[1 : fences[1]])
    try:
        titles = msgspec.yaml.decode(block, type=_Header).grader
    except msgspec.DecodeError as error:
        cause = " ".join(str(error).split())
        raise CatalogError(author.BAD_HEADER(exercise=exercise, error=cause)) from None
    for earlier in titles.prerequisites:
        if not _ID.fullmatch(earlier) or earlier >= exercise:
            raise CatalogError(author.BAD_PREREQUISITE(exercise=exercise, prerequisite=earlier))
    return titles


def _tasks(cells: tuple[Cell, ...], exercise: str) -> tuple[Task, ...]:
    tasks: dict[str, _TaskMarker] = {}
    signatures: dict[str, tuple[str, ...]] = {}
    hints: dict[str, list[str]] = {}
    for cell in cells:
        if cell.is_hint:
            example = '# %% [markdown] task="name" tags=["hint"]'
            task = marker(cell, _HintMarker, origin=exercise, example=example).task
            if task not in tasks:
                cure = did_you_mean(task, tasks)
                raise CatalogError(author.HINT_OF_NO_TASK(exercise=exercise, line=cell.line, task=task, cure=cure))
            hints[task].append(cell.text)
        elif "task" in cell.metadata:
            found = marker(cell, _TaskMarker, origin=exercise, example='# %% task="name" points=2')
            if found.task in tasks:
                raise CatalogError(author.TWO_TASKS(exercise=exercise, line=cell.line, task=found.task))
            if not defines(cell.text, found.task):
                raise CatalogError(author.TASK_UNDEFINED(exercise=exercise, line=cell.line, task=found.task))
            tasks[found.task] = found
            signatures[found.task] = parameters(cell.text, found.task)
            hints[found.task] = []
    if not tasks:
        raise CatalogError(author.NO_TASKS(exercise=exercise))
    return tuple(
        Task(
            name=name,
            points=found.points,
            forbidden=found.forbidden,
            parameters=signatures[name],
            hints=tuple(hints[name]),
        )
        for name, found in tasks.items()
    )
