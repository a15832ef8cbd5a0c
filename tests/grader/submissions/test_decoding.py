"""Scripts are decoded as Python decodes them, and bytes that cannot be decoded are located."""

from __future__ import annotations

import codecs
from collections.abc import Callable

import pytest

from grader.records import Submission

HandIn = Callable[..., Submission]


def problem(submission: Submission) -> str:
    assert submission.problem is not None, submission
    return str(submission.problem)


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_read(hand_in: HandIn, newline: str) -> None:
    """Line endings of Windows and of an old Mac become newlines."""
    assert hand_in("01_tensors.py", newline.join(["# coding: ascii", "x = 1", ""])).source == "# coding: ascii\nx = 1\n"


@pytest.mark.parametrize(
    ("data", "source"),
    [
        ("é = 1".encode(), "é = 1"),
        (codecs.BOM_UTF8 + "é = 1".encode(), "é = 1"),
        ("# coding: latin-1\né = 1".encode("latin-1"), "# coding: latin-1\né = 1"),
        ("#!/usr/bin/python\n# -*- coding: cp1252 -*-\nx = '€'".encode("cp1252"), None),
        (("#" + "é" * 5000 + "\nx = 1").encode(), None),
    ],
)
def test_encodings_are_read_as_python_reads_them(hand_in: HandIn, data: bytes, source: str | None) -> None:
    """UTF-8, with or without its mark, and the encoding of a coding line are decoded without a note."""
    read = hand_in("01_tensors.py", data)
    assert read.problem is None and read.notes == ()
    assert source is None or read.source == source


@pytest.mark.parametrize("name", ["01_tensors.py", "01_tensors.ipynb"])
def test_an_old_encoding_is_read_with_a_note(hand_in: HandIn, name: str) -> None:
    """What an old editor saves as cp1252 or Latin-1 is read, and a note says so."""
    text = "x = 'é'\n" if name.endswith(".py") else '{"cells": [{"cell_type": "code", "source": "x = \'é\'"}]}'
    read = hand_in(name, text.encode("latin-1"))
    assert read.source is not None
    assert "x = 'é'" in read.source
    assert [str(note)[:80] for note in read.notes] == [
        f"{name} is not saved as UTF-8. It was read as cp1252; if accents in your texts look wrong, save it as UTF-8."[
            :80
        ]
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_read(hand_in: HandIn, encoding: str) -> None:
    """A script in UTF-16 is recognised by the zeros between its letters, too."""
    read = hand_in("01_tensors.py", "x = 1  # é\n".encode(encoding))
    assert read.source == "x = 1  # é\n"
    assert "UTF-16" in str(read.notes[0])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_read_with_a_note(hand_in: HandIn, encoding: str) -> None:
    """What Windows' Notepad calls Unicode is read, and a note recommends UTF-8."""
    read = hand_in("01_tensors.py", ("\ufeff" + "é = 1\n").encode(encoding))
    assert read.source == "é = 1\n"
    assert tuple(map(str, read.notes)) == (
        "01_tensors.py is saved as UTF-16. It was read all the same; UTF-8 is the safer choice.",
    )


@pytest.mark.parametrize(
    ("data", "encoding", "byte", "offset", "line"),
    [
        (b"x = 1\r\ny = '\x81'\r\n", "utf-8", "81", 12, 2),
        (b"\xff\x01 = 1\n", "utf-8", "ff", 0, 1),
        (codecs.BOM_UTF8 + b"x = 1\n\xff", "utf-8", "ff", 9, 2),
        (b"# coding: ascii\n# \xc3\xa9", "ascii", "c3", 18, 2),
        (codecs.BOM_UTF16_LE + b"x\0\n\0y", "utf-16", "79", 6, 2),
    ],
)
def test_bytes_of_no_character_are_located(
    hand_in: HandIn, data: bytes, encoding: str, byte: str, offset: int, line: int
) -> None:
    """For text in the wrong encoding, the problem names the first wrong byte and its position."""
    found = problem(hand_in("01_tensors.py", data))
    assert "Save the file as UTF-8" in found
    assert f"the byte 0x{byte} at offset {offset}, on line {line}, is no character" in found
    assert encoding in found.replace("utf-16-le", "utf-16")


@pytest.mark.parametrize("cookie", ["klingon", "zlib", "rot13", "punycode", "unicode_escape", "utf-7", "utf-16"])
def test_a_coding_line_that_is_no_use_is_a_problem(hand_in: HandIn, cookie: str) -> None:
    """An encoding that does not exist, is not a text encoding, or could hide code is refused with the solution."""
    found = problem(hand_in("01_tensors.py", f"# coding: {cookie}\nx = 1\n"))
    assert found.startswith("The coding line at the top of 01_tensors.py can't be followed (")
    assert found.endswith("). Delete that line and save the file as UTF-8.")


def test_a_coding_line_that_contradicts_the_mark_is_a_problem(hand_in: HandIn) -> None:
    """A coding line that contradicts the byte order mark is a problem."""
    assert "can't be followed" in problem(hand_in("01_tensors.py", codecs.BOM_UTF8 + b"# coding: latin-1\n"))


def test_a_null_character_is_located(hand_in: HandIn) -> None:
    """A file with null characters is reported as damaged, with the line."""
    assert problem(hand_in("01_tensors.py", "x = 1\ny = '\0'\n")).startswith(
        "01_tensors.py, line 2: there is a null character, so the file is damaged or was not saved as plain text."
    )
