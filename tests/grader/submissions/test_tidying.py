"""From every file, tidying makes a valid notebook that holds each of the student's cells as written."""

from __future__ import annotations

import base64
import copy
import json
import random
from typing import Any

import nbformat
import pytest

from grader.submissions.managing import ManagedCell, manage
from grader.submissions.problems import Unreadable
from grader.submissions.tidying import as_json, tidy

PICTURE = {"image/png": base64.b64encode(b"picture").decode()}
# Values that a tool or a student may put in place of any value.
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**400,
    float("nan"),
    1e999,
    "",
    "\ud800",
    "\0",
    [],
    [None],
    [[]],
    {},
    {"": None},
    {"a": {"b": []}},
    "x = 1",
)


def notebook(**parts: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "x = 1", "outputs": [], "execution_count": 1}
    return {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **parts}


def clean(book: object) -> dict[str, Any]:
    """Tidy a file's content, and require that every tool can read the result."""
    found = tidy(json.dumps(book), name="a.ipynb")
    written = as_json(found.cells, found.metadata)
    json.dumps(written, allow_nan=False).encode()
    nbformat.validate(nbformat.from_dict(written))
    return written


def sources(written: dict[str, Any]) -> list[tuple[str, str]]:
    return [(cell["cell_type"], cell["source"]) for cell in written["cells"]]


@pytest.mark.parametrize("key", ["metadata", "nbformat", "nbformat_minor", "worksheets", "extra"])
def test_what_stands_beside_the_cells_does_not_matter(key: str) -> None:
    """Missing or wrong values beside the cells do not matter: the cells are read."""
    for value in ODD:
        assert sources(clean(notebook(**{key: value}))) == [("code", "x = 1")]
    book = notebook()
    book.pop(key, None)
    assert sources(clean(book)) == [("code", "x = 1")]


@pytest.mark.parametrize("key", ["id", "metadata", "outputs", "execution_count", "attachments", "level", "extra"])
@pytest.mark.parametrize("kind", ["code", "markdown", "raw"])
def test_what_stands_beside_a_cells_source_does_not_matter(kind: str, key: str) -> None:
    """Missing or wrong values beside a cell's source do not matter, for every kind of cell."""
    for value in ODD:
        book = notebook()
        book["cells"][0] |= {"cell_type": kind, key: value}
        assert sources(clean(book)) == [(kind, "x = 1")]


@pytest.mark.parametrize("cells", [{}, None, 3, "cells", {"cell_type": "code", "source": "x"}])
def test_without_a_list_of_cells_it_is_no_notebook(cells: object) -> None:
    """A file without a list of cells is refused as not being a notebook."""
    with pytest.raises(Unreadable, match="it has no list of cells"):
        tidy(json.dumps(notebook(cells=cells)), name="a.ipynb")


def test_what_is_no_cell_is_counted() -> None:
    """Entries that are not cells are left out with a note; empty ones are ignored."""
    found = tidy(json.dumps(notebook(cells=[None, {}, [], 3, "x = 1", [1], *notebook()["cells"]])), name="a.ipynb")
    assert [cell.source for cell in found.cells] == ["x = 1"]
    assert str(found.notes[0]).startswith(
        "a.ipynb has entries among its cells that are not cells (3), and they were left out"
    )


@pytest.mark.parametrize("kind", [1, None, [], "Code", " code ", "cod", "python", ""])
def test_a_cell_of_no_known_kind_is_code(kind: object) -> None:
    """A cell of an unknown kind is code, because it may be the answer."""
    book = notebook()
    book["cells"][0]["cell_type"] = kind
    assert sources(clean(book)) == [("code", "x = 1")]


def test_kinds_of_older_versions() -> None:
    """Headings and HTML cells of version 3 become text."""
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Title"]},
        {"cell_type": "heading", "level": 10**9, "source": "Title"},
        {"cell_type": "html", "source": "<b>x</b>"},
        {"cell_type": "code", "input": ["x = 1", "y = 2"], "prompt_number": 1},
    ]
    assert sources(clean({"nbformat": 3, "worksheets": [{"cells": cells}, None, 3]})) == [
        ("markdown", "## Title"),
        ("markdown", "###### Title"),
        ("markdown", "<b>x</b>"),
        ("code", "x = 1\ny = 2"),
    ]


def test_identifiers_are_valid_and_differ() -> None:
    """Identifiers are valid and unique; good ones are kept."""
    ids = ["same", "same", 7, "not valid!", "", None, "cell-1", "cell-0", "x" * 65]
    cells = [{"cell_type": "raw", "source": "", "id": id} for id in ids]
    found = [cell["id"] for cell in clean(notebook(cells=cells))["cells"]]
    assert len(set(found)) == len(ids)
    assert found[0] == "same" and found[6] == "cell-1"


def test_of_metadata_only_what_is_known_and_well_formed_is_kept() -> None:
    """Only known metadata of the right types is kept, because other metadata breaks later readers."""
    book = notebook(metadata={"widgets": {"x": 1}, "title": "</title>", "kernelspec": {"name": "../../<b>"}})
    book["cells"][0]["metadata"] = {
        "nbgrader": {"grade_id": "a", "points": "3", "schema_version": 99, "solution": True, "extra": 1},
        "tags": [1],
        "format": "text/html",
        "task": "a",
        "points": float("inf"),
        "name": 3,
    }
    written = clean(book)
    assert written["metadata"] == {"language_info": {"name": "python"}}
    assert written["cells"][0]["metadata"] == {
        "nbgrader": {"grade_id": "a", "schema_version": 99, "solution": True},
        "task": "a",
    }


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("![x](attachment:a.png)", "a.png"),
        ("![x](attachment:my%20a.png)", "my a.png"),
        ("![x](<attachment:my a.png>)", "my a.png"),
        ("![x](attachment:рис.png)", "рис.png"),
        ("![x](attachment:a(1).png)", "a(1).png"),
        ("[x]: attachment:a.png\n\n![x][x]", "a.png"),
        ("![x](attachment:gone.png) ![y](attachment:%ff.png)", ""),
    ],
)
def test_pictures_are_found_however_they_are_asked_for(source: str, name: str) -> None:
    """nbconvert finds a picture for every reference, because it refuses a text with a missing one."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    cell = {"cell_type": "markdown", "source": source, "attachments": {name: PICTURE} if name else None}
    (found,) = clean(notebook(cells=[cell]))["cells"]
    renderer = IPythonRenderer(escape=False, attachments=found["attachments"])
    page = MarkdownWithMath(renderer=renderer).render(source)
    assert ("data:image/png;base64," + PICTURE["image/png"] in page) == bool(name), page


def test_halves_of_characters_are_replaced() -> None:
    """Lone surrogates are replaced, because no file can hold them."""
    cells = [{"cell_type": "markdown", "source": "a\ud800b", "attachments": {"\ud800": PICTURE}}]
    assert sources(clean(notebook(cells=cells))) == [("markdown", "a\ufffdb")]


def test_any_change_in_any_place() -> None:
    """After any replacement of any value, the result is a valid notebook, or a sentence says what is wrong."""
    dice = random.Random(0)
    answer = ManagedCell(
        name="a",
        source="",
        kind="code",
        locked=False,
        checksum="",
        points=None,
        solution=True,
        manually_graded=False,
        checks=None,
    )
    for _ in range(400):
        book: Any = notebook(
            cells=[
                {
                    "cell_type": "code",
                    "id": "a",
                    "metadata": {"nbgrader": {"grade_id": "a", "solution": True}, "tags": ["x"]},
                    "source": ["x = 1\n"],
                    "outputs": [{"output_type": "stream", "name": "stdout", "text": ["x"]}],
                },
                {"cell_type": "markdown", "source": "![x](attachment:a)", "attachments": {"a": PICTURE}},
            ]
        )
        for _ in range(dice.randint(1, 3)):
            place, key = dice.choice(list(places(book)))
            place[key] = copy.deepcopy(dice.choice(ODD))
        try:
            found = tidy(json.dumps(book), name="a.ipynb")
        except Unreadable:
            continue
        managed = manage(found, [answer], name="a.ipynb")
        nbformat.validate(nbformat.from_dict(as_json(managed.cells, managed.metadata)))


def places(value: Any) -> Any:
    """Yield every position inside a value, as its container and its key."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])
