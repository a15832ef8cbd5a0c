"""Say which cells of a notebook are the answer, and put back what was given.

nbgrader manages cells: its gradebook knows each by name. Before it runs a notebook, it restores the locked cells, and
treats all other cells as the student's. This module does the same: code counts wherever it stands, in a copy of a check
or in a cell of another assignment too, and only the checks themselves are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from grader.submissions import sentences
from grader.submissions.magics import translate
from grader.submissions.syntax import is_python, only_asks_the_kit
from grader.submissions.tidying import Kind, Notebook, NotebookCell


class ManagedCell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that nbgrader manages: what it must hold, and what it is worth.

    `checks` is the kit's task that it checks, if it is such a cell. `manually_graded` says that it is a task of
    nbgrader's, which a person grades.
    """

    name: str
    source: str
    kind: Kind
    locked: bool
    checksum: str | None
    points: float | None
    solution: bool
    manually_graded: bool
    checks: str | None

    @property
    def is_check(self) -> bool:
        """Say whether it gives points and holds no answer."""
        return self.points is not None and not self.solution


def manage(notebook: Notebook, managed: Sequence[ManagedCell], *, name: str | None) -> Notebook:
    """Return the notebook as the gradebook has it, with the student's answers in it.

    `name` is what the notes about changes call the notebook. Without a name there are no notes, and no code is read.
    """
    known = {cell.name: cell for cell in managed}
    places = _places(notebook.cells, known)
    cells: list[NotebookCell] = []
    notes: list[str] = []
    for number, cell in enumerate(notebook.cells):
        given = known.get(cell.grade_id or "")
        if given is None or places[given.name] != number:
            cells.append(replace(cell, metadata={k: v for k, v in cell.metadata.items() if k != "nbgrader"}))
            continue
        cells.append(_restored(cell, given))
        if name is not None and (note := _note(cell, given)):
            notes.append(note.format(name=name, where=cell.label))
    previous = -1
    for given in managed:
        at = next((n for n, cell in enumerate(cells) if cell.grade_id == given.name), None)
        if at is None:
            at = previous + 1
            cells.insert(at, _missing(given))
        previous = at
    return replace(notebook, cells=tuple(cells), notes=(*notebook.notes, *notes))


def recognize(notebook: Notebook, tasks: Collection[str], *, name: str) -> Notebook:
    """Return the notebook where no gradebook is at hand: the kit's own checks of `tasks` are known by their names."""
    checks = {f"check-{task}" for task in tasks}
    cells: list[NotebookCell] = []
    notes: list[str] = []
    for cell in reversed(notebook.cells):  # a copy of a check that stands before the last one is the student's
        found, note = cell, ""
        told = cell.metadata.get("nbgrader", {})
        if cell.grade_id in checks and told.get("grade") and not told.get("solution"):
            checks.discard(cell.grade_id)
            found = replace(cell, counts=False)
            note = "" if _only_checks(cell.source) else sentences.IN_A_CHECK
        elif cell.kind != "code" and _was_code(cell):
            found, note = replace(cell, kind="code"), sentences.TEXT_AS_CODE
        cells.append(found)
        if note:
            notes.append(note.format(name=name, where=cell.label))
    return replace(notebook, cells=tuple(cells[::-1]), notes=(*notebook.notes, *notes[::-1]))


def _places(cells: Sequence[NotebookCell], known: Mapping[str, ManagedCell]) -> dict[str, int]:
    """Return where each managed cell stands. Of cells that appear twice nbgrader keeps the last.

    But an answer that a person grades must not be lost to an empty copy of its cell.
    """
    places: dict[str, int] = {}
    for number, cell in enumerate(cells):
        given = known.get(cell.grade_id or "")
        if given is None:
            continue
        by_person = given.solution and given.points is not None
        if not (by_person and given.name in places and cell.source.strip() in ("", given.source.strip())):
            places[given.name] = number
    return places


def _restored(cell: NotebookCell, given: ManagedCell) -> NotebookCell:
    """Return a cell as the gradebook has it; what a student may edit stays."""
    return replace(
        cell,
        kind=given.kind,
        source=given.source if given.locked else cell.source,
        metadata={**cell.metadata, "nbgrader": _metadata(given)},
        attachments={} if given.kind == "code" else cell.attachments,
        problem="" if given.locked else cell.problem,
        counts=not given.is_check,
    )


def _note(cell: NotebookCell, given: ManagedCell) -> str:
    """Return what the student is to be told of a cell that was changed, "" where nothing is lost by it."""
    if cell.source.strip() == given.source.strip():
        return ""
    if given.locked:
        if given.kind != "code" or (given.is_check and _only_checks(cell.source)):
            return ""
        return sentences.IN_A_CHECK if given.is_check else sentences.IN_A_GIVEN_CELL
    if cell.kind != given.kind and "code" in (cell.kind, given.kind):
        return sentences.TEXT_AS_CODE if given.kind == "code" else sentences.CODE_AS_TEXT
    return ""


def _missing(given: ManagedCell) -> NotebookCell:
    """Return a cell that was deleted. What a student should have written stands elsewhere, and must not be undone."""
    return NotebookCell(
        kind=given.kind,
        source=given.source,
        label=f"the given cell {given.name}",
        metadata={"nbgrader": _metadata(given), "deletable": False},
        counts=given.locked and not given.is_check,
    )


def _metadata(given: ManagedCell) -> dict[str, Any]:
    found = {
        "cell_type": given.kind,
        "checksum": given.checksum,
        "grade": given.points is not None and not given.manually_graded,
        "grade_id": given.name,
        "locked": given.locked,
        "schema_version": 3,
        "solution": given.solution,
        "task": given.manually_graded,
    }
    return found if given.points is None else {**found, "points": given.points}


def _only_checks(source: str) -> bool:
    code = translate(source).code
    return not source.strip() or (code is not None and is_python(code) and only_asks_the_kit(code))


def _was_code(cell: NotebookCell) -> bool:
    """Say whether a text cell is an answer in code that was turned into text, as one key does in Jupyter."""
    told = cell.metadata.get("nbgrader", {})
    if told.get("solution") and "cell_type" in told:
        return bool(told["cell_type"] == "code")
    if "task" not in cell.metadata or "hint" in cell.metadata.get("tags", ()):
        return False
    code = translate(cell.source).code
    return code is not None and bool(code.strip()) and is_python(code)
