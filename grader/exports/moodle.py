"""Moodle's offline grading worksheet, and the zip of feedback files that Moodle takes back.

Sources: `mod/assign/gradingtable.php`, `feedback/offline/importgradeslib.php` and `feedback/file/importziplib.php` of
Moodle. The words of other languages than English are not taken from its language packs: a site may have others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from grader.exports.filling import Filled, Place, Platform, Wanted, fill, plain
from grader.exports.sheets import Sheet
from grader.gradebook import Gradebook
from grader.roster import Person

# What the columns are called: in English, Portuguese (Portugal, Brazil), Spanish, French, German and Italian.
_IDENTIFIER: Final = ("identifier", "identificador", "identifiant", "id", "identificatore")
_NAME: Final = (
    *("full name", "nome completo", "nombre completo", "nombre / apellido(s)", "nom complet"),
    *("vollstandiger name", "nome e cognome"),
)
_EMAIL: Final = (
    *("email address", "email", "e-mail", "endereco de email", "endereco de e-mail", "endereco de correio eletronico"),
    *("direccion de correo", "direccion email", "adresse de courriel", "e-mail-adresse", "indirizzo email"),
)
_NUMBER: Final = ("id number", "numero de identificacao", "numero de id", "numero d'identification", "id-nummer")
_GRADE: Final = ("grade", "nota", "avaliacao", "calificacion", "note", "bewertung", "valutazione")
_MAXIMUM: Final = (
    *("maximum grade", "nota maxima", "avaliacao maxima", "calificacion maxima", "note maximale"),
    *("bestwertung", "valutazione massima"),
)
_COMMENTS: Final = (
    *("feedback comments", "comentarios de feedback", "comentarios do feedback", "comentarios de retroalimentacion"),
    *("feedback por comentarios", "feedback par commentaires", "feedback als kommentar", "commenti"),
)
_PARTICIPANT: Final = re.compile(r"\D*(\d+)\s*$")  # "Participant 12345", in any language
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


def fill_moodle(book: Gradebook, data: bytes, name: str, wanted: Wanted) -> Filled:
    """Return Moodle's worksheet with the points, and with remarks where it has an empty cell for comments.

    Raises `ExportError`.
    """
    return fill(MOODLE, book, Sheet(data, name), name, wanted)


def feedback_files(data: bytes, name: str, filled: Filled, pages: Mapping[str, str]) -> dict[str, str]:
    """Return feedback files by their paths in the zip that Moodle takes: one for each student with a page.

    Moodle knows people by the names of the folders, which its own download has. Without a full name in the sheet
    (anonymous marking) the word of the identifier stands there, as in the download.
    """
    sheet = Sheet(data, name)
    header = MOODLE.header(sheet)
    assert header is not None  # it was filled in
    identifier, full_name = _place(sheet, header, _IDENTIFIER), _place(sheet, header, _NAME)
    files = {}
    for student, row in filled.places.items():
        found = _PARTICIPANT.fullmatch(sheet.cell(row, identifier or 0))
        if found is None or student not in pages:
            continue
        word = sheet.cell(row, identifier or 0)[: found.start(1)]
        called = sheet.cell(row, full_name) if full_name is not None else word
        called = _UNSAFE.sub("", called.replace("_", " ")).strip(" .")
        files[f"{called}_{found[1]}_assignsubmission_file/feedback.html"] = pages[student]
    return files


def _place(sheet: Sheet, header: int, names: Sequence[str]) -> int | None:
    """Return the column with one of these names."""
    cells = [plain(cell) for cell in sheet.row(header)]
    return next((cells.index(name) for name in names if name in cells), None)


def _header(sheet: Sheet) -> int | None:
    for row in range(min(2, len(sheet))):
        if _place(sheet, row, _IDENTIFIER) is not None and _place(sheet, row, (*_GRADE, *_MAXIMUM)) is not None:
            return row
    return None


def _columns(sheet: Sheet, header: int) -> list[int]:
    found = _place(sheet, header, _GRADE)
    return [] if found is None else [found]


def _maximum(sheet: Sheet, header: int, column: int) -> float | None:
    """Return the maximum, which stands in every row. A scale has words instead, and no maximum."""
    place = _place(sheet, header, _MAXIMUM)
    if place is None:
        return None
    found = {sheet.cell(row, place) for row in range(header + 1, len(sheet))} - {""}
    try:
        return float(next(iter(found)).replace(",", ".")) if len(found) == 1 else None
    except ValueError:
        return None


def _places(sheet: Sheet, header: int) -> Iterator[Place]:
    columns = tuple(_place(sheet, header, names) for names in (_NAME, _EMAIL, _NUMBER))
    identifier = _place(sheet, header, _IDENTIFIER) or 0
    for row in range(header + 1, len(sheet)):
        participant = _PARTICIPANT.fullmatch(sheet.cell(row, identifier))
        if participant is not None:
            name, email, id = (sheet.cell(row, place) if place is not None else "" for place in columns)
            yield Place(row, Person(name=name, email=email, id=id), participant[1])


MOODLE: Final = Platform(
    name="Moodle",
    header=_header,
    columns=_columns,
    maximum=_maximum,
    places=_places,
    comments=lambda sheet, header: _place(sheet, header, _COMMENTS),
)
