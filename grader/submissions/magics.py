"""Turn a notebook cell that uses IPython's own commands into Python with the same lines.

A cell is first tried as Python, and left alone if it is. Only then are commands looked for, where IPython looks for
them too: at the start of a logical line, so that a `%` which continues an expression, or stands in a string, is safe.
"""

from __future__ import annotations

import re

import msgspec

from grader.submissions import sentences
from grader.submissions.names import excerpt
from grader.submissions.syntax import is_python

_KEPT_CELLS = frozenset({"time", "timeit", "capture"})
_CELL_MAGIC = re.compile(r"%%(\w+|!)")
_TIMED = re.compile(r"(\s*)%time\s+(?=[^-\s])")
_TARGET = r"[\w.,*()\[\]\s]+=\s*"
_COMMANDS = tuple(
    (re.compile(pattern), note)
    for pattern, note in (
        (r"\s*!", sentences.SHELL_NOTE),
        (_TARGET + "!", sentences.SHELL_NOTE),
        (r"\s*(pip|conda|mamba|micromamba|uv)\s+(install|uninstall|add|list|show|freeze|pip)\b", sentences.SHELL_NOTE),
        (r"\s*\?", sentences.HELP_NOTE),
        (r"[^#'\"]*\?\s*$", sentences.HELP_NOTE),
        (r"\s*%", sentences.MAGIC_NOTE),
        (_TARGET + "%", sentences.MAGIC_NOTE),
    )
)
_TOKEN = re.compile(r"#|'''|\"\"\"|['\"()\[\]{}]")
_STRING_ENDS = {quote: re.compile(rf"(?:[^\\]|\\.)*?{quote}") for quote in ("'", '"', "'''", '"""')}


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    """A cell as Python, or None where the whole cell is another language; `skipped` maps a note to an example."""

    code: str | None
    skipped: dict[str, str]


def translate(cell: str) -> Translation:
    """Return `cell` as Python, line for line."""
    if is_python(cell):
        return Translation(code=cell, skipped={})
    lines = _dedent(cell.split("\n"))
    for index, line in enumerate(lines):
        magic = _CELL_MAGIC.match(line)
        if magic is not None and magic.group(1) in _KEPT_CELLS:
            lines[index] = _as_pass(line)
        elif magic is not None:
            return Translation(code=None, skipped={sentences.CELL_NOTE: excerpt(line, width=40)})
        elif line.strip():
            break
    body = "\n".join(lines)
    return Translation(code=body, skipped={}) if is_python(body) else _without_commands(lines)


def _without_commands(lines: list[str]) -> Translation:
    kept: list[str] = []
    skipped: dict[str, str] = {}
    lexer, in_command = _Lexer(), False
    for line in lines:
        if in_command:
            kept.append(f"# {line}")
        elif lexer.inside or (note := _command_note(line)) is None:
            kept.append(line if lexer.inside else _untimed(line))
            lexer.feed(kept[-1])
            continue
        else:
            kept.append(_as_pass(line))
            skipped.setdefault(note, excerpt(line, width=40))
        in_command = line.endswith("\\")
    return Translation(code="\n".join(kept), skipped=skipped)


def _command_note(line: str) -> str | None:
    if _TIMED.match(line):
        return None
    return next((note for pattern, note in _COMMANDS if pattern.match(line)), None)


def _untimed(line: str) -> str:
    """Return the statement that a `%time` line times: it gives names their values, so the code needs it."""
    timed = _TIMED.match(line)
    return timed.group(1) + line[timed.end() :] if timed else line


def _as_pass(line: str) -> str:
    bare = line.lstrip()
    return f"{line[: len(line) - len(bare)]}pass  # {bare}"


def _dedent(lines: list[str]) -> list[str]:
    """Take the indentation of the first line from every line that has it, as IPython does."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(indent) for line in lines]


class _Lexer:
    """Knows after each line whether the next one begins a statement, or is inside brackets, a string, or continued."""

    def __init__(self) -> None:
        self._depth = 0
        self._quote = ""
        self._continued = False

    @property
    def inside(self) -> bool:
        return bool(self._depth or self._quote or self._continued)

    def feed(self, line: str) -> None:
        at = 0
        while True:
            if self._quote:
                end = _STRING_ENDS[self._quote].match(line, at)
                if end is None:
                    # A string in single quotes goes on to the next line only after a backslash.
                    backslashes = len(line) - len(line.rstrip("\\"))
                    if len(self._quote) == 1 and backslashes % 2 == 0:
                        self._quote = ""
                    self._continued = False
                    return
                at, self._quote = end.end(), ""
            token = _TOKEN.search(line, at)
            if token is None or token.group() == "#":
                self._continued = token is None and line.endswith("\\")
                return
            at = token.end()
            if token.group() in "([{":
                self._depth += 1
            elif token.group() in ")]}":
                self._depth = max(self._depth - 1, 0)
            else:
                self._quote = token.group()
