"""The JSON Schemas of the reports, as committed in docs/schemas/ for programs that read them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.records import ClassReport, Report


def schemas(root: Path) -> dict[Path, str]:
    """Return the text that each schema file of the clone at `root` should hold."""
    return {
        root / "docs" / "schemas" / f"{name}.schema.json": _schema(record)
        for name, record in (("report", Report), ("class", ClassReport))
    }


def _schema(record: type[msgspec.Struct]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(record)}
    for definition in schema["$defs"].values():
        # Nothing is ever left out but a curve where none was compared.
        definition["required"] = [name for name in definition["properties"] if name != "curve"]
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"
