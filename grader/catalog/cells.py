"""Read the cells of a percent script (Jupytext's `py:percent`), for the parts of the format that the kit uses.

Importing jupytext takes more than a second, and every command reads the catalog. A test compares the result with
jupytext's for each source. This module reads lines, not Python's syntax tree, because a student's release reads the
catalog from stubs, which the student edits and which may not parse.
"""

from __future__ import annotations

import ast
import json
import re
from itertools import pairwise
from typing import Literal

import msgspec

from grader.catalog.errors import CatalogError
from grader.sentences import author

# A marker. `# %%time` is not a marker but a cell magic that jupytext has commented out.
_START = re.compile(r"# ?%%+(\s|$)")
# `# %% a title [markdown] key="value" other=2`: each part is optional, and each value is JSON.
_MARKER = re.compile(r"# ?%%+(?P<title>[^\[=]*?)\s*(?:\[(?P<kind>\w+)\])?\s*(?P<metadata>(?:\b[\w.-]+=.*)?)")
_JSON = json.JSONDecoder()
_EXAMPLE = re.compile(r"^```python\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell: the line number of its marker (from 1), its kind, its metadata, and its lines with the marker."""

    line: int
    kind: Literal["code", "markdown"]
    metadata: dict[str, object]
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The cell's content without its marker and, in Markdown, without comment signs."""
        body = self.lines[1:]
        if self.kind == "markdown":
            body = tuple(line.removeprefix("#").removeprefix(" ") for line in body)
        return "\n".join(body).strip("\n")

    @property
    def is_hint(self) -> bool:
        """Whether the cell is tagged as a hint."""
        tags = self.metadata.get("tags", [])
        return isinstance(tags, list) and "hint" in tags


def split_cells(text: str, *, origin: str) -> tuple[tuple[str, ...], tuple[Cell, ...]]:
    """Split a percent script into the lines before its first marker and its cells.

    `origin` names the script in errors. Raises `CatalogError`.
    """
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _START.match(line)]
    cells = tuple(_cell(lines[start:end], start + 1, origin) for start, end in pairwise([*starts, len(lines)]))
    return tuple(lines[: starts[0]] if starts else lines), cells


def parts_of_text(text: str) -> list[tuple[Literal["code", "markdown"], str]]:
    """Return the parts of a Markdown text in their order: its examples (fenced as ```python), and what is between."""
    parts = enumerate(_EXAMPLE.split(text))
    return [("code" if number % 2 else "markdown", part.strip("\n")) for number, part in parts if part.strip()]


def as_block(code: str) -> str:
    """Return an example as it stands in a Markdown text."""
    return f"```python\n{code}\n```"


def defines(code: str, name: str) -> bool:
    """Say whether `code` defines or assigns `name` at its top level."""
    exact = re.escape(name)
    return re.search(rf"^(?:(?:async\s+)?def|class)\s+{exact}\b|^{exact}\s*[:=]", code, re.MULTILINE) is not None


def parameters(code: str, name: str) -> tuple[str, ...]:
    """Return the parameters of the function `name` in `code`; an empty tuple for a class or invalid code."""
    try:
        statements = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    for statement in statements:
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            return tuple(argument.arg for argument in (*statement.args.posonlyargs, *statement.args.args))
    return ()


def _cell(lines: list[str], number: int, origin: str) -> Cell:
    marker = _MARKER.fullmatch(lines[0].rstrip())
    markdown = marker is not None and marker["kind"] in ("markdown", "md")
    return Cell(
        line=number,
        kind="markdown" if markdown else "code",
        metadata=_metadata(marker["metadata"], number, origin) if marker else {},
        lines=tuple(lines),
    )


def _metadata(text: str, number: int, origin: str) -> dict[str, object]:
    found: dict[str, object] = {}
    rest = text
    try:
        while rest:
            key, _, rest = rest.partition("=")
            found[key], end = _JSON.raw_decode(rest)
            rest = rest[end:].lstrip()
    except ValueError:
        if "task=" not in text:  # a title in a student's own cell that only looks like metadata
            return {}
        raise CatalogError(author.BAD_METADATA(origin=origin, line=number, text=text)) from None
    return found
