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


def decode_script(data: bytes, *, name: str) -> tuple[str, tuple[Sentence, ...]]:
    """Return the text of a script and notes about it. Raises `Unreadable`.

    The encoding is given by a byte order mark or a coding line (PEP 263); otherwise it is UTF-8. `name` is the file's
    name in notes and errors.
    """
    return _decode(data, "utf-16" if _is_utf16(data) else _declared(data, name), name)


def decode_notebook(data: bytes, *, name: str) -> tuple[str, tuple[Sentence, ...]]:
    """Return the text of a notebook and notes about it. Raises `Unreadable`.

    The encoding is UTF-8 unless the first bytes show another one: a byte order mark, or zeros next to the first `{`.
    """
    encoding = json.detect_encoding(data)
    return _decode(data, "utf-8-sig" if encoding == "utf-8" else encoding, name)


def unix_lines(text: str) -> str:
    """Return `text` with every CRLF and CR replaced by a newline, because Python counts lines by newlines."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_utf16(data: bytes) -> bool:
    return data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _declared(data: bytes, name: str) -> str:
    # detect_encoding only looks for newlines; it would read a file with line endings of an old Mac as one comment.
    head = (match.group().rstrip(b"\r\n") + b"\n" for match in itertools.islice(_LINE.finditer(data), 2))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(b"".join(head)).readline)
        codec = codecs.lookup(encoding).name
    except (SyntaxError, LookupError) as error:
        _decode(data, "utf-8-sig", name)  # raises with the position if the bytes are wrong
        raise Unreadable(learner_files.BAD_COOKIE(name=name, reason=excerpt(str(error)))) from error
    if _REFUSED.fullmatch(codec):
        raise Unreadable(learner_files.CODEC_NOT_FOR_SCRIPTS(name=name, codec=codec))
    return encoding


def _decode(data: bytes, encoding: str, name: str) -> tuple[str, tuple[Sentence, ...]]:
    try:
        text = unix_lines(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise Unreadable(_locate(error, data, name)) from error
    except (LookupError, UnicodeError) as error:  # not a text codec, or one that does not report the position
        raise Unreadable(learner_files.BAD_COOKIE(name=name, reason=excerpt(str(error)))) from error
    if not text.strip():
        raise Unreadable(learner_files.EMPTY(name=name))
    return text, (_NOTED[encoding[:6]](name=name),) if encoding[:6] in _NOTED else ()


def _locate(error: UnicodeDecodeError, data: bytes, name: str) -> Sentence:
    offset = len(data) - len(error.object) + error.start  # error.object lacks the byte order mark
    before = unix_lines(data[:offset].decode(error.encoding, "ignore"))
    return learner_files.UNDECODABLE(
        name=name, encoding=error.encoding, byte=f"{data[offset]:02x}", offset=offset, line=before.count("\n") + 1
    )
