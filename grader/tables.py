"""Reads tables that people export and edit (CSV), whatever their delimiter and encoding."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path
from typing import Final

import msgspec

from grader.errors import KitError
from grader.sentences import instructor_roster

_DELIMITERS: Final = (",", ";", "\t", "|")
_MOST_BYTES: Final = 20_000_000
_WORKBOOK: Final = b"PK\x03\x04"  # an Excel file is a zip
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"


class TableError(KitError):
    """A table cannot be read."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a table, each with the number of its first line in the file. Empty rows are left out."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    delimiter: str
    encoding: str


def read_table(path: Path) -> Table:
    """Return the rows of a CSV file: with comma, semicolon, tab or |, in UTF-8, UTF-16 or cp1252.

    Raises `TableError`, also if the file is a workbook of Excel.
    """
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise TableError(instructor_roster.TABLE_TOO_BIG(path=str(path), limit=_MOST_BYTES // 1_000_000))
        data = path.read_bytes()
    except OSError as error:
        raise TableError(instructor_roster.NO_TABLE(path=str(path), error=error.strerror or str(error))) from None
    if data.startswith((_WORKBOOK, _OLD_WORKBOOK)):
        raise TableError(instructor_roster.WORKBOOK(path=str(path)))
    text, encoding = _decoded(data, path)
    lines = text.splitlines(keepends=True)
    declared = _declared(lines)
    if declared:
        lines[0] = "\n"  # Excel's own line "sep=;" is no row, but counts as a line
    delimiter = declared or _likely_delimiter(lines)
    rows = []
    reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
    first = 1
    try:
        for row in reader:
            cells = tuple(cell.strip() for cell in row)
            if any(cells):
                rows.append((first, cells))
            first = reader.line_num + 1
    except csv.Error as error:
        raise TableError(instructor_roster.BROKEN_TABLE(path=str(path), line=first, error=str(error))) from None
    return Table(rows=tuple(rows), delimiter=delimiter, encoding=encoding)


def _decoded(data: bytes, path: Path) -> tuple[str, str]:
    for encoding in _encodings(data):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise TableError(instructor_roster.UNDECODABLE_TABLE(path=str(path)))


def _encodings(data: bytes) -> tuple[str, ...]:
    """Return the encodings to try. Excel writes UTF-16 and cp1252, too."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if zeros := data[:400].count(0):
        little = data[1:400:2].count(0) * 2 > zeros
        return ("utf-16-le",) if little else ("utf-16-be",)
    return ("utf-8-sig", "cp1252", "latin-1")


def _declared(lines: list[str]) -> str:
    """Return the delimiter that a first line such as "sep=;" names, or ""."""
    first = lines[0].strip("\r\n\"' ") if lines else ""
    return first[4:] if first.lower().startswith("sep=") and first[4:] in _DELIMITERS else ""


def _likely_delimiter(lines: list[str]) -> str:
    """Return the delimiter that the first line with words has most often outside of quotes."""
    header = next((line for line in lines if line.strip()), "")
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)
