"""Brightspace's grades as CSV.

Source: D2L's article "Importing grades". The longer headers of exported files are seen, but not documented; the words
of other languages than English are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from grader.exports.filling import Filled, Place, Platform, Wanted, fill, plain
from grader.exports.sheets import Sheet
from grader.gradebook import Gradebook
from grader.roster import Person

_POINTS: Final = re.compile(r".* Points Grade(?: <.*)?", re.IGNORECASE)
_MOST: Final = re.compile(r"MaxPoints:([\d.,]+)", re.IGNORECASE)


def fill_brightspace(book: Gradebook, data: bytes, name: str, wanted: Wanted) -> Filled:
    """Return Brightspace's grades with the points of one item. Raises `ExportError`."""
    return fill(BRIGHTSPACE, book, Sheet(data, name), name, wanted)


def _header(sheet: Sheet) -> int | None:
    for row in range(min(2, len(sheet))):
        if {"orgdefinedid", "username"} & {plain(cell) for cell in sheet.row(row)}:
            return row
    return None


def _columns(sheet: Sheet, header: int) -> list[int]:
    return [column for column, name in enumerate(sheet.row(header)) if _POINTS.fullmatch(name)]


def _maximum(sheet: Sheet, header: int, column: int) -> float | None:
    found = _MOST.search(sheet.cell(header, column))
    return float(found[1].replace(",", ".")) if found is not None else None


def _places(sheet: Sheet, header: int) -> Iterator[Place]:
    names = [plain(cell) for cell in sheet.row(header)]
    for row in range(header + 1, len(sheet)):
        cells = dict(zip(names, sheet.row(row), strict=False))
        known = Person(
            name=f"{cells.get('first name', '')} {cells.get('last name', '')}".strip(),
            id=cells.get("orgdefinedid", "").lstrip("#"),
            login=cells.get("username", "").lstrip("#"),
            email=cells.get("email", ""),
        )
        if known.student:
            yield Place(row, known)


BRIGHTSPACE: Final = Platform(name="Brightspace", header=_header, columns=_columns, maximum=_maximum, places=_places)
