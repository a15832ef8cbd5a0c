"""Read the cells of a percent script (Jupytext's `py:percent`), as far as the kit's own files use the format.

Importing jupytext takes more than a second and every command reads the catalog: hence these few lines. A test holds
them to what jupytext itself reads from each source. They work on lines, not on Python's syntax tree, because in a
student's release the catalog is read from stubs that are being edited and may not even parse.
"""

from __future__ import annotations

import ast
import json
import re
from itertools import pairwise
from typing import Literal

import msgspec

from grader.catalog.errors import CatalogError

# A marker; `# %%time` isn't one, but a cell magic that jupytext has commented out.
_START = re.compile(r"# ?%%+(\s|$)")
# `# %% a title [markdown] key="value" other=2`: each part is optional, and each value is JSON.
_MARKER = re.compile(r"# ?%%+(?P<title>[^\[=]*?)\s*(?:\[(?P<kind>\w+)\])?\s*(?P<metadata>(?:\b[\w.-]+=.*)?)")
_JSON = json.JSONDecoder()


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell: its marker's line number (from 1), its kind and metadata, and its lines as written, marker included."""

    line: int
    kind: Literal["code", "markdown"]
    metadata: dict[str, object]
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """What the cell holds, without its marker and, in Markdown, without the comment signs."""
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
    """Cut a percent script into the lines before its first marker and its cells; `origin` names it in errors."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _START.match(line)]
    cells = tuple(_cell(lines[start:end], start + 1, origin) for start, end in pairwise([*starts, len(lines)]))
    return tuple(lines[: starts[0]] if starts else lines), cells


def defines(code: str, name: str) -> bool:
    """Say whether `code` defines or assigns `name` at its top level."""
    exact = re.escape(name)
    return re.search(rf"^(?:(?:async\s+)?def|class)\s+{exact}\b|^{exact}\s*[:=]", code, re.MULTILINE) is not None


def parameters(code: str, name: str) -> tuple[str, ...]:
    """Return the parameters of the function `name` that `code` defines; none for a class, or code that is broken."""
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
        if "task=" not in text:  # a title that only looks like metadata, in a student's own cell
            return {}
        raise CatalogError(
            f"Cannot read {origin}: line {number}: {text!r} is not metadata. "
            'Write each part as key=value with the value in JSON, such as task="name" points=2.'
        ) from None
    return found
