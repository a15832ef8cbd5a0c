"""Blackboard's gradebook, tab-delimited or with commas.

Source: Blackboard's old help on uploading and downloading the Grade Center. The exact text of a header is not
documented: columns are recognised by the number at their end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from grader.exports.filling import Filled, Place, Platform, Wanted, fill, plain
from grader.exports.sheets import Sheet
from grader.gradebook import Gradebook
from grader.roster import Person

_COLUMN: Final = re.compile(r".*\|\s*_?\d+(?:_\d+)?")
_TOTALS: Final = re.compile(r"(?:weighted )?total\b.*", re.IGNORECASE)
_MOST: Final = re.compile(r"Total Pts: (?:up to )?([\d.,]+)", re.IGNORECASE)
_USER: Final = ("username", "nome de utilizador", "nome de usuario", "nombre de usuario", "nom d'utilisateur")
_NUMBER: Final = ("student id", "id do aluno", "id do estudante", "id de alumno", "id del estudiante")


def fill_blackboard(book: Gradebook, data: bytes, name: str, wanted: Wanted) -> Filled:
    """Return Blackboard's gradebook with the points in one column. Raises `ExportError`."""
    return fill(BLACKBOARD, book, Sheet(data, name), name, wanted)


def _header(sheet: Sheet) -> int | None:
    for row in range(min(2, len(sheet))):
        if set(_USER) & {plain(cell) for cell in sheet.row(row)}:
            return row
    return None


def _columns(sheet: Sheet, header: int) -> list[int]:
    names = enumerate(sheet.row(header))
    return [column for column, name in names if _COLUMN.fullmatch(name) and not _TOTALS.match(name)]


def _maximum(sheet: Sheet, header: int, column: int) -> float | None:
    found = _MOST.search(sheet.cell(header, column))
    return float(found[1].replace(",", ".")) if found is not None else None


def _places(sheet: Sheet, header: int) -> Iterator[Place]:
    names = [plain(cell) for cell in sheet.row(header)]
    user = next(column for column, name in enumerate(names) if name in _USER)
    number = next((column for column, name in enumerate(names) if name in _NUMBER), None)
    cells = dict(zip(names, range(len(names)), strict=True))
    for row in range(header + 1, len(sheet)):
        first, last = (sheet.cell(row, cells[name]) if name in cells else "" for name in ("first name", "last name"))
        login = sheet.cell(row, user)
        if login:
            known = Person(
                name=f"{first} {last}".strip(),
                login=login,
                id=sheet.cell(row, number) if number is not None else "",
                email=login if "@" in login else "",
            )
            yield Place(row, known)


BLACKBOARD: Final = Platform(name="Blackboard", header=_header, columns=_columns, maximum=_maximum, places=_places)
