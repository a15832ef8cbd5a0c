"""Decode the bytes of a script or notebook into text with Unix line endings."""

from __future__ import annotations

import codecs
import io
import itertools
import json
import re
import tokenize

from grader.sentences import Sentence, learner_files
from grader.submissions.names import excerpt
from grader.submissions.problems import Unreadable

# Codecs that are refused in a coding line. They are not supersets of ASCII, so the line would contradict itself, or
# they can hide code in escapes, or (punycode, idna) they can be made to run for hours.
_REFUSED = re.compile(r"idna|punycode|raw-unicode-escape|undefined|unicode-escape|utf-(7|16|32).*")
_NOTED = {"utf-16": learner_files.UTF16, "utf-32": learner_files.UTF32}
_LINE = re.compile(rb"[^\r\n]*(?:\r\n?|\n|$)")
_COOKIE = re.compile(rb"coding[:=]")
_HEAD = 2000  # bytes that show whether a script is UTF-16
_MOSTLY = 0.8  # the share of zeros between letters: most of a script is ASCII
# What Windows and old systems save where UTF-8 is meant. Latin-1 is a part of it, but for control characters.
_OLD = "cp1252"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_FALLS_BACK = frozenset({"utf-8", "utf-8-sig"})


def decode_script(data: bytes, *, name: str) -> tuple[str, tuple[Sentence, ...]]:
    """Return the text of a script and notes about it. Raises `Unreadable`.

    The encoding is given by a byte order mark, zeros between the letters or a coding line (PEP 263); otherwise it is
    UTF-8, or cp1252 if it cannot be UTF-8. `name` is the file's name in notes and errors.
    """
    return _decode(data, _utf16(data) or _declared(data, name), name)


def decode_notebook(data: bytes, *, name: str) -> tuple[str, tuple[Sentence, ...]]:
    """Return the text of a notebook and notes about it. Raises `Unreadable`.

    The encoding is UTF-8, or cp1252 if it cannot be UTF-8, unless the first bytes show another one: a byte order mark,
    or zeros next to the first `{`.
    """
    encoding = json.detect_encoding(data)
    return _decode(data, "utf-8-sig" if encoding == "utf-8" else encoding, name)


def unix_lines(text: str) -> str:
    """Return `text` with every CRLF and CR replaced by a newline, because Python counts lines by newlines."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _utf16(data: bytes) -> str:
    """Return the name of the kind of UTF-16 that a script is saved in, or "" if it is saved in another encoding."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:_HEAD]
    for encoding, zeros, letters in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if len(letters) > 1 and zeros.count(0) > _MOSTLY * len(letters) and 0 not in letters:
            return encoding
    return ""


def _declared(data: bytes, name: str) -> str:
    # detect_encoding only looks for newlines; it would read a file with line endings of an old Mac as one comment.
    lines = (match.group().rstrip(b"\r\n") + b"\n" for match in itertools.islice(_LINE.finditer(data), 2))
    head = b"".join(lines)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(head).readline)
        codec = codecs.lookup(encoding).name
    except (SyntaxError, LookupError) as error:
        _decode(data, "utf-8-sig", name)  # raises with the position if the bytes are wrong
        if _COOKIE.search(head) is None:
            return "utf-8"  # these lines have a byte of an old encoding
        raise Unreadable(learner_files.BAD_COOKIE(name=name, reason=excerpt(str(error)))) from error
    if _REFUSED.fullmatch(codec):
        raise Unreadable(learner_files.CODEC_NOT_FOR_SCRIPTS(name=name, codec=codec))
    return encoding


def _decode(data: bytes, encoding: str, name: str) -> tuple[str, tuple[Sentence, ...]]:
    try:
        text = unix_lines(data.decode(encoding))
    except UnicodeDecodeError as error:
        old = _in_an_old_encoding(data, encoding)
        if old is None:
            raise Unreadable(_locate(error, data, name)) from error
        return old, (learner_files.OLD_ENCODING(name=name, encoding=_OLD),)
    except (LookupError, UnicodeError) as error:  # not a text codec, or one that does not report the position
        raise Unreadable(learner_files.BAD_COOKIE(name=name, reason=excerpt(str(error)))) from error
    if not text.strip():
        raise Unreadable(learner_files.EMPTY(name=name))
    return text, (_NOTED[encoding[:6]](name=name),) if encoding[:6] in _NOTED else ()


def _in_an_old_encoding(data: bytes, encoding: str) -> str | None:
    """Return the text of a file that should be UTF-8 and is not, if an old encoding gives text."""
    if codecs.lookup(encoding).name.replace("_", "-") not in _FALLS_BACK or data.startswith(codecs.BOM_UTF8):
        return None
    try:
        text = unix_lines(data.decode(_OLD))
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def _locate(error: UnicodeDecodeError, data: bytes, name: str) -> Sentence:
    offset = len(data) - len(error.object) + error.start  # error.object lacks the byte order mark
    before = unix_lines(data[:offset].decode(error.encoding, "ignore"))
    return learner_files.UNDECODABLE(
        name=name, encoding=error.encoding, byte=f"{data[offset]:02x}", offset=offset, line=before.count("\n") + 1
    )
