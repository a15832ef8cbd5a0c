"""The entries of the catalog. Reads them from an exercise's source or its stub."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

import msgspec

from grader.catalog.cells import Cell, defines, parameters, split_cells
from grader.catalog.errors import CatalogError, meant

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
        cure = meant(name, (task.name for task in self.tasks))
        raise CatalogError(f"Cannot find the task {name!r}: {self.id} has none of that name. {cure}")


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
        raise CatalogError(
            f"Cannot read {exercise}: an id is two digits, an underscore and a lower-case name. Rename the file."
        )
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
        raise CatalogError(f"Cannot read {origin}: line {cell.line}: {error}. Mark the cell `{example}`.") from None


def _titles(before: tuple[str, ...], exercise: str) -> _Titles:
    fences = [number for number, line in enumerate(before) if line.rstrip() == "# ---"]
    if len(fences) < 2 or fences[0] != 0:
        raise CatalogError(
            f"Cannot read {exercise}: it has no header. Start the file with a commented YAML block between two "
            "`# ---` lines, as the other exercises do."
        )
    block = "\n".join(line.removeprefix("#").removeprefix(" ") for line in before[1 : fences[1]])
    try:
        titles = msgspec.yaml.decode(block, type=_Header).grader
    except msgspec.DecodeError as error:
        cause = " ".join(str(error).split())
        raise CatalogError(
            f"Cannot read {exercise}: its header is not right: {cause}. "
            "Under `grader:` give a title, a title_pt and a list of prerequisites."
        ) from None
    for earlier in titles.prerequisites:
        if not _ID.fullmatch(earlier) or earlier >= exercise:
            raise CatalogError(
                f"Cannot read {exercise}: its prerequisite {earlier!r} is not an exercise before it. "
                "Write the full id of an exercise with a lower number."
            )
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
                raise CatalogError(
                    f"Cannot read {exercise}: line {cell.line}: no task {task!r} stands above this hint. "
                    f"{meant(task, tasks)}"
                )
            hints[task].append(cell.text)
        elif "task" in cell.metadata:
            found = marker(cell, _TaskMarker, origin=exercise, example='# %% task="name" points=2')
            if found.task in tasks:
                raise CatalogError(
                    f"Cannot read {exercise}: line {cell.line}: there are two tasks {found.task!r}. Rename one."
                )
            if not defines(cell.text, found.task):
                raise CatalogError(
                    f"Cannot read {exercise}: line {cell.line}: the cell of the task {found.task!r} does not define "
                    "it. Give the function or class the name of its task."
                )
            tasks[found.task] = found
            signatures[found.task] = parameters(cell.text, found.task)
            hints[found.task] = []
    if not tasks:
        raise CatalogError(f'Cannot read {exercise}: it has no tasks. Mark a cell `# %% task="name" points=2`.')
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
