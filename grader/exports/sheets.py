"""A platform's own sheet as text: cells that are not filled in keep every byte, quotes and all."""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from grader.exports.errors import ExportError
from grader.sentences import instructor_exports

_DELIMITERS: Final = (",", ";", "\t", "|")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # Excel's own files
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")  # with these a spreadsheet begins to calculate
_QUOTED: Final = r'"(?:[^"]|"")*"(?!")'  # two quotes are one of the text: the last one has none behind it
_NUMBER: Final = re.compile(r"-?\d+(?:[.,]\d+)?%?")
_WITH_COMMA: Final = re.compile(r"-?\d+,\d+")
_WITH_POINT: Final = re.compile(r"-?\d+\.\d+")


class _Line(NamedTuple):
    raw: list[str]  # the cells as they stand in the file
    end: str


class Sheet:
    """A table that a platform exported. Rows and columns count from 0; `cell` and `put` take what people see."""

    def __init__(self, data: bytes, name: str) -> None:
        """Read the bytes of a file called `name`. Raises `ExportError`."""
        if data.startswith(_WORKBOOKS):
            raise ExportError(instructor_exports.WORKBOOK(path=name))
        self._mark, self._encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", ""))
        text = self._decoded(data[len(self._mark) :], name)
        self.delimiter: Final = _delimiter(text)
        self._lines = _lines(text, self.delimiter, name)

    def __len__(self) -> int:
        return len(self._lines)

    def row(self, number: int) -> list[str]:
        """Return the cells of a row, without quotes and without blanks around them."""
        return [_value(raw).strip() for raw in self._lines[number].raw]

    def cell(self, row: int, column: int) -> str:
        """Return a cell, or "" if the row ends before it."""
        raw = self._lines[row].raw
        return _value(raw[column]).strip() if column < len(raw) else ""

    def put(self, row: int, column: int, text: str) -> None:
        """Write a cell, in quotes if the old one has them or the text needs them."""
        raw = self._lines[row].raw
        raw += [""] * (column + 1 - len(raw))
        special = any(mark in text for mark in ('"', "\r", "\n", self.delimiter))
        quoted = special or raw[column].startswith('"')
        doubled = text.replace('"', '""')
        raw[column] = f'"{doubled}"' if quoted else text

    @property
    def decimal(self) -> str:
        """The decimal sign: a comma if numbers in the sheet have one, and none has a point."""
        cells = [_value(raw).strip() for line in self._lines for raw in line.raw]
        comma = any(_WITH_COMMA.fullmatch(cell) for cell in cells)
        return "," if comma and not any(_WITH_POINT.fullmatch(cell) for cell in cells) else "."

    def data(self) -> bytes:
        """Return the file, in its own encoding."""
        text = "".join(self.delimiter.join(line.raw) + line.end for line in self._lines)
        return self._mark + text.encode(self._encoding, "replace")

    def _decoded(self, data: bytes, name: str) -> str:
        """Return the text, and remember its encoding. Excel writes cp1252 and UTF-16, too."""
        zeros = data[:400].count(0)
        guesses = (
            ("utf-16-le" if data[1:400:2].count(0) * 2 > zeros else "utf-16-be",)
            if zeros
            else ("utf-8", "cp1252", "latin-1")
        )
        for encoding in (self._encoding,) if self._encoding else guesses:
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            self._encoding = encoding
            return text
        raise ExportError(instructor_exports.UNDECODABLE(path=name))


def harmless(text: str) -> str:
    """Return a text that no spreadsheet runs: one that begins like a formula gets a quotation mark in front."""
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS) and not _NUMBER.fullmatch(text) else text


def _delimiter(text: str) -> str:
    """Return the delimiter that the first line with words has most often outside of quotes."""
    first = text.split("\n", 1)[0].strip("\r\" '").lower()
    if first.startswith("sep=") and first[4:] in _DELIMITERS:
        return first[4:]
    header = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _lines(text: str, delimiter: str, name: str) -> list[_Line]:
    """Return the rows, each cell as it stands in the text. Raises `ExportError` for a quote that never ends."""
    rest = rf"[^\r\n{re.escape(delimiter)}]*"
    cell = re.compile(f"{_QUOTED}{rest}|{rest}")
    lines: list[_Line] = []
    raw: list[str] = []
    place = 0
    while True:
        found = cell.match(text, place)
        assert found is not None  # it matches nothing, too
        if found[0].startswith('"') and not re.match(_QUOTED, found[0]):
            raise ExportError(instructor_exports.OPEN_QUOTE(path=name, line=text.count("\n", 0, place) + 1))
        raw.append(found[0])
        place = found.end()
        if place < len(text) and text[place] == delimiter:
            place += 1
            continue
        end = "\r\n" if text.startswith("\r\n", place) else text[place : place + 1]
        lines.append(_Line(raw, end))
        raw = []
        place += len(end)
        if place >= len(text):
            return lines


def _value(raw: str) -> str:
    """Return what people see of a cell."""
    if not raw.startswith('"'):
        return raw
    inner, _, rest = raw[1:].rpartition('"')
    return inner.replace('""', '"') + rest
