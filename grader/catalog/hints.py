"""Write the hints to a file for a release without solutions, and read them from it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from grader.catalog.entries import Exercise
from grader.catalog.errors import CatalogError
from grader.sentences import learner_commands

HINTS = "hints.json"  # in `exercises/`

_Hints = dict[str, dict[str, tuple[str, ...]]]  # by exercise and task


def hints_of(exercises: Sequence[Exercise]) -> str:
    """Return the text of the file that holds these exercises' hints."""
    hints: _Hints = {e.id: {task.name: task.hints for task in e.tasks} for e in exercises}
    return msgspec.json.format(msgspec.json.encode(hints), indent=2).decode() + "\n"


def with_hints(exercises: Sequence[Exercise], text: str) -> tuple[Exercise, ...]:
    """Return the exercises with the hints from the text of such a file. Raises `CatalogError` if it is malformed."""
    try:
        hints = msgspec.json.decode(text, type=_Hints)
    except msgspec.DecodeError as error:
        raise CatalogError(learner_commands.UNREADABLE_HINTS(name=HINTS, error=str(error))) from None

    def hinted(exercise: Exercise) -> Exercise:
        found = hints.get(exercise.id, {})
        tasks = tuple(msgspec.structs.replace(task, hints=found.get(task.name, ())) for task in exercise.tasks)
        return msgspec.structs.replace(exercise, tasks=tasks)

    return tuple(hinted(exercise) for exercise in exercises)
