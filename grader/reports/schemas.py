"""The JSON Schemas of the reports, as committed in docs/schemas/ for programs that read them."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Final

import msgspec

from grader.collecting import Collected, CollectedFile, CollectedPerson
from grader.gradebook import Gradebook
from grader.records import CheckReport, ClassReport, Feedback, HandIn, LeftFile, Misconception, Report
from grader.roster import Person
from grader.sentences import Sentence
from grader.similarity import Similarity

_RECORDS: Final[dict[str, type[msgspec.Struct]]] = {
    "report": Report,
    "class": ClassReport,
    "collected": Collected,
    "gradebook": Gradebook,
    "similar": Similarity,
}
# In these records, empty fields are left out.
_BRIEF: Final = (
    *(CheckReport, CollectedFile, CollectedPerson, Feedback, HandIn, LeftFile, Misconception, Person, Sentence),
)


def schemas(root: Path) -> dict[Path, str]:
    """Return the text that each schema file of the clone at `root` should hold."""
    return {root / "docs" / "schemas" / f"{name}.schema.json": _schema(record) for name, record in _RECORDS.items()}


def _schema(record: type[msgspec.Struct]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(record)}
    brief = {kept.__name__ for kept in _BRIEF}
    for name, definition in schema["$defs"].items():
        if "description" in definition:  # Python removes a docstring's indentation from 3.13 on
            definition["description"] = inspect.cleandoc(definition["description"])
        if name not in brief:
            definition["required"] = list(definition["properties"])
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"
