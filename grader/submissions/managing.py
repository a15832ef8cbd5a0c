"""Find which cells of a notebook are the answer, and restore the cells that the assignment provides.

nbgrader manages cells: its gradebook identifies each by name. Before it runs a notebook, it restores the locked cells,
and treats all other cells as the student's. This module does the same. Code counts in every cell, even in a copy of a
check or in a cell of another assignment; only the checks themselves are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from grader.sentences import Sentence, Template, learner_files
from grader.submissions.magics import translate
from grader.submissions.syntax import is_python, only_asks_the_kit
from grader.submissions.tidying import Kind, Notebook, NotebookCell


class ManagedCell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that nbgrader manages: its required content and its points.

    `checks` is the kit's task that the cell checks, if it is such a cell. `manually_graded` says that it is one of
    nbgrader's tasks that a person grades.
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
        """Whether the cell gives points and holds no answer."""
        return self.points is not None and not self.solution


def manage(notebook: Notebook, managed: Sequence[ManagedCell], *, name: str | None) -> Notebook:
    """Return the notebook with the gradebook's cells restored and the student's answers in it.

    `name` is the name of the notebook in notes about changes. Without a name there are no notes, and no code is read.
    """
    known = {cell.name: cell for cell in managed}
    places = _indexes(notebook.cells, known)
    cells: list[NotebookCell] = []
    notes: list[Sentence] = []
    for number, cell in enumerate(notebook.cells):
        given = known.get(cell.grade_id or "")
        if given is None or places[given.name] != number:
            cells.append(replace(cell, metadata={k: v for k, v in cell.metadata.items() if k != "nbgrader"}))
            continue
        cells.append(_restore(cell, given))
        if name is not None and (note := _note(cell, given)):
            notes.append(note(name=name, where=cell.label))
    previous = -1
    for given in managed:
        at = next((n for n, cell in enumerate(cells) if cell.grade_id == given.name), None)
        if at is None:
            at = previous + 1
            cells.insert(at, _replacement(given))
        previous = at
    return replace(notebook, cells=tuple(cells), notes=(*notebook.notes, *notes))


def recognize(notebook: Notebook, tasks: Collection[str], *, name: str) -> Notebook:
    """Mark the kit's checks of `tasks` in a notebook without a gradebook. They are recognised by their names."""
    checks = {f"check-{task}" for task in tasks}
    cells: list[NotebookCell] = []
    notes: list[Sentence] = []
    for cell in reversed(notebook.cells):  # only the last copy of a check is the kit's; earlier ones are the student's
        found: NotebookCell = cell
        note: Template | None = None
        settings = cell.metadata.get("nbgrader", {})
        if cell.grade_id in checks and settings.get("grade") and not settings.get("solution"):
            checks.discard(cell.grade_id)
            found = replace(cell, counts=False)
            note = None if _only_checks(cell.source) else learner_files.IN_A_CHECK
        elif cell.kind != "code" and _was_code(cell):
            found, note = replace(cell, kind="code"), learner_files.TEXT_AS_CODE
        cells.append(found)
        if note is not None:
            notes.append(note(name=name, where=cell.label))
    return replace(notebook, cells=tuple(cells[::-1]), notes=(*notebook.notes, *notes[::-1]))


def _indexes(cells: Sequence[NotebookCell], known: Mapping[str, ManagedCell]) -> dict[str, int]:
    """Return the index of each managed cell. Like nbgrader, take the last of two cells with the same name.

    But an empty copy must not replace an answer that a person grades.
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


def _restore(cell: NotebookCell, given: ManagedCell) -> NotebookCell:
    """Return a cell as the gradebook has it, but keep what a student may edit."""
    return replace(
        cell,
        kind=given.kind,
        source=given.source if given.locked else cell.source,
        metadata={**cell.metadata, "nbgrader": _metadata(given)},
        attachments={} if given.kind == "code" else cell.attachments,
        problem=None if given.locked else cell.problem,
        counts=not given.is_check,
    )


def _note(cell: NotebookCell, given: ManagedCell) -> Template | None:
    """Return the note to the student about a changed cell; `None` if the change loses nothing."""
    if cell.source.strip() == given.source.strip():
        return None
    if given.locked:
        if given.kind != "code" or (given.is_check and _only_checks(cell.source)):
            return None
        return learner_files.IN_A_CHECK if given.is_check else learner_files.IN_A_GIVEN_CELL
    if cell.kind != given.kind and "code" in (cell.kind, given.kind):
        return learner_files.TEXT_AS_CODE if given.kind == "code" else learner_files.CODE_AS_TEXT
    return None


def _replacement(given: ManagedCell) -> NotebookCell:
    """Return a replacement for a deleted cell. A student's part is not code, and cannot replace an answer elsewhere."""
    return NotebookCell(
        kind=given.kind,
        source=given.source,
        label=learner_files.GIVEN_CELL(name=given.name),
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
    """Say whether a text cell is an answer in code whose type was changed, which one key does in Jupyter."""
    settings = cell.metadata.get("nbgrader", {})
    if settings.get("solution") and "cell_type" in settings:
        return bool(settings["cell_type"] == "code")
    if "task" not in cell.metadata or "hint" in cell.metadata.get("tags", ()):
        return False
    code = translate(cell.source).code
    return code is not None and bool(code.strip()) and is_python(code)
