"""The JSON Schemas in docs/schemas/ are those of the records."""

from __future__ import annotations

import json
from pathlib import Path

from grader.reports.schemas import schemas

ROOT = Path(__file__).resolve().parents[3]


def test_the_committed_schemas_are_those_of_the_records() -> None:
    """A change of a record, or of its docstring, changes its schema: run `grader build`."""
    for path, text in schemas(ROOT).items():
        assert path.read_text(encoding="utf-8") == text


def test_descriptions_do_not_depend_on_the_version_of_python() -> None:
    """Descriptions have no indentation, which Python 3.13 removes from docstrings and older versions keep."""
    for text in schemas(ROOT).values():
        described = [d["description"] for d in json.loads(text)["$defs"].values() if "description" in d]
        assert described and not [text for text in described if "\n " in text]
