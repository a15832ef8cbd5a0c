"""Make a clean list of cells from the content of a notebook file.

This module does not use nbformat, because nbformat refuses, or fails on, much that students' tools write. The result is
a notebook that every reader accepts: it has only known kinds of cells, text without lone surrogates, and metadata of
the right types. Outputs, kernels and the states of widgets are left out, because they are no part of the answer.

Grading, the copy that nbgrader's commands show and `grader convert` all use this module, so what is graded is what is
shown.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from grader.sentences import Sentence, learner, learner_files
from grader.submissions.decoding import unix_lines
from grader.submissions.names import excerpt
from grader.submissions.problems import Unreadable

Kind = Literal["code", "markdown", "raw"]

MARK: Final = "grader"  # the metadata key that marks the kit's own cells
_EXAMPLE = "example-"
_CONFLICT = re.compile(r"^(<{7}|>{7}) .*", re.MULTILINE)
_TOO_MANY_CELLS = 5000  # of all kinds; the feedback page shows every one
_DIGITS = 300  # of a number; longer ones take long to read, and no notebook needs them
_HALVES = re.compile("[\ud800-\udfff]")
_IDENTIFIER = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_KERNEL_NAME = re.compile(r"[\w. ()\[\]+-]{1,80}")
_IMAGE = re.compile(r"image/(png|jpeg|gif|webp|bmp|svg\+xml)")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")
_MOST_LEVELS = 6  # of headings
_MOST_PICTURES = 1000  # that one text may show
# The names of each kind of cell in all versions of the format. A cell of an unknown kind may be the answer, so it is
# read as code.
_KINDS: Final[Mapping[str, Kind]] = {
    "code": "code",
    "markdown": "markdown",
    "html": "markdown",
    "heading": "markdown",
    "rst": "markdown",
    "text": "markdown",
    "plaintext": "markdown",
    "raw": "raw",
}


class NotebookCell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell of the student, or a restored cell of the assignment.

    `label` numbers it as the student counts: code cells and text cells separately, from the top. `problem` says that
    its content was not text. `counts` says that a code cell is part of the answer.
    """

    kind: Kind
    source: str
    label: Sentence
    id: str = ""
    metadata: dict[str, Any] = {}
    attachments: dict[str, dict[str, str]] = {}
    problem: Sentence | None = None
    counts: bool = True

    @property
    def grade_id(self) -> str | None:
        """The name that nbgrader gives the cell, if nbgrader manages it."""
        found = self.metadata.get("nbgrader")
        return found["grade_id"] if found else None


class Notebook(msgspec.Struct, frozen=True, kw_only=True):
    """A cleaned notebook; `notes` are for the student."""

    cells: tuple[NotebookCell, ...]
    metadata: dict[str, Any]
    notes: tuple[Sentence, ...] = ()


def tidy(text: str, *, name: str) -> Notebook:
    """Return the notebook in `text`. Raises `Unreadable` if it is not a notebook."""
    found = _parse(text, name)
    entries = _entries(found)
    if entries is None:
        raise Unreadable(learner_files.NO_LIST_OF_CELLS(name=name))
    if len(entries) >= _TOO_MANY_CELLS:
        raise Unreadable(learner_files.TOO_MANY_CELLS(name=name, count=len(entries), limit=_TOO_MANY_CELLS))
    cells, counted = [], dict.fromkeys((learner_files.CODE_CELL, learner_files.TEXT_CELL), 0)
    for entry in entries:
        if isinstance(entry, dict) and entry:
            kind = _kind(entry)
            label = learner_files.CODE_CELL if kind == "code" else learner_files.TEXT_CELL
            counted[label] += 1
            cells.append(_cell(entry, kind, label(number=counted[label]), name))
    odd = sum(bool(entry) and not isinstance(entry, dict) for entry in entries)
    notes = (learner_files.NO_CELLS(name=name, count=odd),) if odd else ()
    return Notebook(cells=tuple(cells), metadata=_notebook_metadata(found), notes=notes)


def is_notebook(text: str) -> bool:
    """Say whether `text` is a notebook; the file's name does not matter."""
    if not text.lstrip().startswith("{"):
        return False
    try:
        return _entries(_loads(text)) is not None
    except (ValueError, RecursionError):
        return False


def example_mark(code: str) -> str:
    """Return the mark of a notebook's cell with an example of the text: it names its code, so a change is noticed."""
    return f"{_EXAMPLE}{hashlib.sha256(code.strip().encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def is_example(metadata: Mapping[str, Any], source: str) -> bool:
    """Say whether a code cell is an unchanged example of the text."""
    return metadata.get(MARK) == example_mark(source)


def as_json(cells: Sequence[NotebookCell], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return a valid notebook of format 4.5 without outputs, as JSON data."""
    ids = _distinct([cell.id for cell in cells])
    return {
        "cells": [_written(cell, id) for cell, id in zip(cells, ids, strict=True)],
        "metadata": dict(metadata),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _distinct(ids: Sequence[str]) -> list[str]:
    """Return unique identifiers: the first cell with an identifier keeps it."""
    given, found = set(ids), []
    unused = (id for number in itertools.count() if (id := f"cell-{number}") not in given)
    taken: set[str] = {""}
    for id in ids:
        found.append(next(unused) if id in taken else id)
        taken.add(id)
    return found


def _written(cell: NotebookCell, id: str) -> dict[str, Any]:
    written: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": id,
        "metadata": dict(cell.metadata),
        "source": whole(cell.source),
    }
    if cell.kind == "code":
        return {**written, "execution_count": None, "outputs": []}
    return {**written, "attachments": cell.attachments} if cell.attachments else written


def whole(text: str) -> str:
    """Return `text` with each lone surrogate, which no file can hold, replaced by U+FFFD."""
    return _HALVES.sub("\ufffd", text)


# The file -------------------------------------------------------------------------------------------------------------


def _loads(text: str) -> object:
    return json.loads(text, parse_int=_integer)


def _integer(digits: str) -> int:
    return int(digits) if len(digits) <= _DIGITS else 0


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        found = _loads(text)
    except json.JSONDecodeError as error:
        if (conflict := _CONFLICT.search(text)) is not None:
            line = text.count("\n", 0, conflict.start()) + 1
            sentence = learner_files.CONFLICT(name=name, where=learner.LINE(line=line), text=excerpt(conflict.group()))
            raise Unreadable(sentence) from error
        sentence = learner_files.NOT_JSON(name=name, line=error.lineno, column=error.colno, reason=error.msg)
        raise Unreadable(sentence) from error
    except (ValueError, RecursionError) as error:  # brackets nested too deeply
        raise Unreadable(learner_files.DAMAGED_NOTEBOOK(name=name)) from error
    return found if isinstance(found, dict) else {}


def _entries(notebook: object) -> list[Any] | None:
    """Return the entries for cells in any version of the format. Up to version 3 they are in worksheets."""
    match notebook:
        case {"cells": list(cells)}:
            return cells
        case {"worksheets": list(sheets)}:
            return [cell for sheet in sheets for cell in _entries(sheet) or ()]
    return None


def _notebook_metadata(notebook: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"language_info": {"name": "python"}}
    metadata = notebook.get("metadata")
    match metadata:
        case {"kernelspec": {"name": str(kernel), **rest}} if _KERNEL_NAME.fullmatch(kernel):
            shown, language = rest.get("display_name"), rest.get("language")
            found["kernelspec"] = {
                "display_name": shown if isinstance(shown, str) and _KERNEL_NAME.fullmatch(shown) else kernel,
                "language": language if isinstance(language, str) and language.isidentifier() else "python",
                "name": kernel,
            }
    match metadata:
        case {"grader": {"header": str(header)}}:
            found[MARK] = {"header": whole(header)}
    return found


# Its cells ------------------------------------------------------------------------------------------------------------


def _kind(entry: Mapping[str, Any]) -> Kind:
    said = entry.get("cell_type")
    return _KINDS.get(said.strip().lower(), "code") if isinstance(said, str) else "code"


def _cell(entry: Mapping[str, Any], kind: Kind, label: Sentence, name: str) -> NotebookCell:
    source = _text(entry.get("source", entry.get("input", "")))  # "input" up to version 3
    problem = None if source is not None else learner_files.NO_TEXT(name=name, where=label)
    source = unix_lines(source or "")
    level = entry.get("level")
    if entry.get("cell_type") == "heading":
        source = f"{'#' * (min(max(level, 1), _MOST_LEVELS) if isinstance(level, int) else 1)} {source}"
    id = entry.get("id")
    return NotebookCell(
        kind=kind,
        source=source,
        label=label,
        id=id if isinstance(id, str) and _IDENTIFIER.fullmatch(id) else "",
        metadata=_metadata(entry.get("metadata")),
        attachments={} if kind == "code" else _attachments(entry.get("attachments"), source),
        problem=problem,
    )


def _text(written: object) -> str | None:
    """Return a cell's source, which is a string or a list of lines; "" if it is empty, None if it is anything else."""
    if isinstance(written, list) and all(isinstance(line, str | None) for line in written):
        lines = [line for line in written if line is not None]
        has_line_ends = any("\n" in line for line in lines)  # in version 2 the lines have no line endings
        return ("" if has_line_ends else "\n").join(lines)
    if isinstance(written, str):
        return written
    return None if written else ""


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) and word for word in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100


# The metadata that a cell may have, with its types: only what the kit, jupytext and nbgrader write.
_KNOWN: Final[Mapping[str, Callable[[object], bool]]] = {
    MARK: _is_name,
    "task": _is_name,
    "points": _is_number,
    "forbidden": _is_words,
    "tags": _is_words,
    "title": _is_name,
    "cell_depth": _is_count,
    "cell_marker": _is_name,
    "lines_to_next_cell": _is_count,
    "deletable": _is_truth,
    "editable": _is_truth,
}
_NBGRADERS: Final[Mapping[str, Callable[[object], bool]]] = {
    "grade_id": _is_name,
    "grade": _is_truth,
    "solution": _is_truth,
    "locked": _is_truth,
    "task": _is_truth,
    "points": _is_number,
    "cell_type": lambda value: value in ("code", "markdown", "raw"),
    "schema_version": _is_count,
    "checksum": _is_name,
}


def _metadata(found: object) -> dict[str, Any]:
    if not isinstance(found, dict):
        return {}
    kept = _of_type(found, _KNOWN)
    if isinstance(managed := found.get("nbgrader"), dict) and "grade_id" in (inner := _of_type(managed, _NBGRADERS)):
        kept["nbgrader"] = inner
    return kept


def _of_type(found: Mapping[str, Any], known: Mapping[str, Callable[[object], bool]]) -> dict[str, Any]:
    return {key: _whole_all(found[key]) for key, is_such in known.items() if key in found and is_such(found[key])}


def _whole_all(value: Any) -> Any:
    if isinstance(value, list):
        return [whole(word) for word in value]
    return whole(value) if isinstance(value, str) else value


# Pictures in text -----------------------------------------------------------------------------------------------------

_REFERENCE = re.compile(r"attachment:(?:[^\s<>()\"'\]]|\([^\s()]*\))+|<\s*attachment:[^<>\n]+>")
_MISSING: Final = {  # one transparent pixel, in place of a missing picture
    "image/png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
}
_SAFE: Final = ":/?#@!$&()*+,;=%"  # characters that stay unchanged in an address


def _attachments(found: object, source: str) -> dict[str, dict[str, str]]:
    """Return a cell's pictures under every name that its text may use, with replacements for missing ones."""
    pictures: dict[str, dict[str, str]] = {}
    for name, bundle in found.items() if isinstance(found, dict) else ():
        kept = {kind: data for kind, data in _pictures(bundle) if _IMAGE.fullmatch(kind) and _BASE64.fullmatch(data)}
        if kept:
            pictures[whole(name)] = kept
    by_plain_name = {urllib.parse.unquote(name): bundle for name, bundle in pictures.items()}
    named = dict(pictures)
    for reference in itertools.islice(map(re.Match.group, _REFERENCE.finditer(source)), _MOST_PICTURES):
        name = whole(reference).strip("<> ").partition("attachment:")[2]
        bundle = pictures.get(name) or by_plain_name.get(urllib.parse.unquote(name)) or _MISSING
        for spelling in (name, urllib.parse.quote(name, safe=_SAFE), urllib.parse.unquote(name)):
            named.setdefault(spelling, bundle)
    return named


def _pictures(bundle: object) -> Sequence[tuple[str, str]]:
    found = bundle.items() if isinstance(bundle, dict) else ()
    return [(kind, text) for kind, data in found if (text := _text(data)) is not None]
