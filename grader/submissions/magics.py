"""Turn a notebook cell that uses IPython's own commands into Python with the same lines.

A cell that is valid Python stays unchanged. Any other cell is read as IPython reads it. Pasted prompts and the
indentation of a whole cell are removed. A cell magic that runs its cell keeps the code. Commands are recognised only at
the start of a logical line, so that a `%` that continues an expression, or is part of a string, is safe.
"""

from __future__ import annotations

import ast
import re
import textwrap

import msgspec

from grader.sentences import Template, learner_files
from grader.submissions.names import excerpt
from grader.submissions.syntax import is_python, parse_quietly

# A cell magic: its name and the rest of its line. A question about one, such as `%%time?`, is no cell magic.
_CELL_MAGIC = re.compile(r"%%(?!\w+\?)(\S*)\s*(.*)")
_PRUN_OPTIONS = r"(?:-[rq]+\s+|-[lsDT]\s*\S+\s+)*"
_CAPTURED = re.compile(r"(?:--\S+\s+)*([^\W\d]\w*)\s*")
_WRAPPED = re.compile(rf"([\w.,*()\[\]\s]+=\s*|\s*)%(?:time\s+(?:--\S+\s+)*|prun\s+{_PRUN_OPTIONS})(?=[^-\s])")
_CALLED = re.compile(r"(\s*)([/,;])\s*([^\W\d][\w.]*)(?:\s+(.*))?$")
_TARGET = r"[\w.,*()\[\]\s]+=\s*"
_COMMANDS = tuple(
    (re.compile(pattern), note)
    for pattern, note in (
        (r"\s*!", learner_files.SHELL_NOTE),
        (_TARGET + "!", learner_files.SHELL_NOTE),
        (
            r"\s*(pip|conda|mamba|micromamba|uv)\s+(install|uninstall|add|list|show|freeze|pip)\b",
            learner_files.SHELL_NOTE,
        ),
        (r"\s*\?", learner_files.HELP_NOTE),
        (r"[^#'\"]*\?\s*$", learner_files.HELP_NOTE),
        (r"\s*%(run|load|loadpy|autoload)\s+\S", learner_files.RUN_NOTE),
        (r"\s*%", learner_files.MAGIC_NOTE),
        (_TARGET + "%", learner_files.MAGIC_NOTE),
    )
)
_TOKEN = re.compile(r"#|'''|\"\"\"|['\"()\[\]{}]")
_STRING_ENDS = {quote: re.compile(rf"(?:[^\\]|\\.)*?{quote}") for quote in ("'", '"', "'''", '"""')}
_CLASSIC = re.compile(r"\s*(>>>|\.\.\.)(?:[ \t]|$)")
_NUMBERED = re.compile(r"(?:(?:\[(?:nav|ins)\])? )?In \[\d+\]: ?|\s*\.{3,}: ?")


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    """A cell as Python, or None if the whole cell is in another language; `skipped` maps each note to an example."""

    code: str | None
    skipped: dict[Template, str]


def translate(cell: str) -> Translation:
    """Return `cell` as Python with the same number of lines."""
    if is_python(cell):
        return Translation(code=cell, skipped={})
    before: list[str] = []
    lines = _clean(cell.split("\n"))
    while (at := next((n for n, line in enumerate(lines) if line.strip()), None)) is not None:
        magic = _CELL_MAGIC.match(lines[at])
        if magic is None:
            break
        line = _first_line(*magic.groups(), line=lines[at])
        if line is None:
            note = learner_files.TIMEIT_NOTE if magic[1] == "timeit" else learner_files.CELL_NOTE
            return Translation(code=None, skipped={note: excerpt(lines[at], width=40)})
        before += [*lines[:at], line]
        lines = _clean(lines[at + 1 :])
    body = "\n".join([*before, *lines])
    if body != cell and is_python(body):
        return Translation(code=body, skipped={})
    return _without_commands([*before, *lines])


def _first_line(name: str, rest: str, *, line: str) -> str | None:
    """Return the replacement for the line of a cell magic that runs its cell; None if the magic does not run it."""
    if name == "time":
        return None if rest and not rest.startswith("-") else _as_pass(line)
    if name == "capture":
        captured = _CAPTURED.fullmatch(rest)
        return f"{captured[1]} = get_ipython()" if captured else _as_pass(line)
    if name == "prun":
        statement = re.sub(_PRUN_OPTIONS, "", f"{rest} ", count=1).strip()
        return statement if statement and not statement.startswith("-") else _as_pass(line)
    return None


def _clean(lines: list[str]) -> list[str]:
    """Remove the prompts and the common indentation that IPython removes; keep the number of lines."""
    for change in (_dedent, _without_classic_prompts, _without_numbered_prompts):
        lines = change(lines)
    return lines


def _dedent(lines: list[str]) -> list[str]:
    lines = textwrap.dedent("\n".join(lines)).split("\n")
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(indent) for line in lines]


def _without_classic_prompts(lines: list[str]) -> list[str]:
    """Remove `>>>` and `...`, but not inside a string that was opened on a line without a prompt."""
    kept: list[str] = []
    lexer, prompted, any_prompt = _Lexer(), False, False
    for line in lines:
        prompt = _CLASSIC.match(line)
        if prompt is not None and (prompted or not lexer.in_text) and (any_prompt or prompt[1] == ">>>"):
            line, prompted, any_prompt = line[prompt.end() :], True, True
        elif not lexer.in_text:
            prompted = False
        kept.append(line)
        lexer.feed(line)
    return _dedent(kept) if any_prompt else lines


def _without_numbered_prompts(lines: list[str]) -> list[str]:
    if any(_NUMBERED.match(line) for line in [line for line in lines if line.strip()][:2]):
        return [_NUMBERED.sub("", line, count=1) if _NUMBERED.match(line) else line for line in lines]
    return lines


def _without_commands(lines: list[str]) -> Translation:
    kept: list[str] = []
    skipped: dict[Template, str] = {}
    lexer, in_command = _Lexer(), False
    for line in lines:
        if in_command:
            kept.append(f"# {line}")
        elif lexer.inside or (note := _command_note(line)) is None:
            kept.append(line if lexer.inside else _called(_unwrapped(line)))
            lexer.feed(kept[-1])
            continue
        else:
            kept.append(_as_pass(line))
            skipped.setdefault(note, excerpt(line, width=40))
        in_command = line.endswith("\\")
    return Translation(code="\n".join(kept), skipped=skipped)


def _command_note(line: str) -> Template | None:
    if _unwrapped(line) != line:
        return None
    return next((note for pattern, note in _COMMANDS if pattern.match(line)), None)


def _unwrapped(line: str) -> str:
    """Return the statement that `%time` or `%prun` runs. The code needs it, because it may bind names."""
    wrapped = _WRAPPED.match(line)
    if wrapped is None or ("=" in wrapped[1] and not _is_expression(line[wrapped.end() :])):
        return line
    return wrapped[1] + line[wrapped.end() :]


def _is_expression(text: str) -> bool:
    """Say whether `text` is an expression or the first line of one: only an expression can be assigned."""
    try:
        return isinstance(parse_quietly(text.strip()).body[0], ast.Expr)
    except (SyntaxError, ValueError, IndexError, RecursionError, MemoryError):
        return False


def _called(line: str) -> str:
    """Return the call for `/f x y`, `,f x y` (quotes each argument) or `;f x y` (quotes all as one)."""
    call = _CALLED.match(line)
    if call is None:
        return line
    indent, how, name, rest = call[1], call[2], call[3], call[4] or ""
    if how == "/":
        return f"{indent}{name}({', '.join(rest.split())})"
    return f"{indent}{name}({', '.join(map(repr, rest.split() if how == ',' else [rest]))})"


def _as_pass(line: str) -> str:
    bare = line.lstrip()
    return f"{line[: len(line) - len(bare)]}pass  # {bare}"


class _Lexer:
    """Says after each line whether the next line begins a statement, or is in brackets, in a string or continued."""

    def __init__(self) -> None:
        self._depth = 0
        self._quote = ""
        self._continued = False

    @property
    def inside(self) -> bool:
        return bool(self._depth or self._quote or self._continued)

    @property
    def in_text(self) -> bool:
        return bool(self._quote)

    def feed(self, line: str) -> None:
        at = 0
        while True:
            if self._quote:
                end = _STRING_ENDS[self._quote].match(line, at)
                if end is None:
                    # A string in single quotes continues on the next line only after a backslash.
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
