"""Check whether text is valid Python; if not, say where the error is and what to do about it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from grader.sentences import Sentence, learner_files
from grader.submissions.names import excerpt
from grader.submissions.problems import Unreadable, next_step
from grader.submissions.quiet import no_warnings
from grader.submissions.versions import newer

_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKS = re.compile(r"<{7} |={7}$|>{7} |\|{7} ")
_CLASH = (re.compile(r"<{7} "), re.compile(r"={7}$"), re.compile(r">{7} "))
_BEYOND_PYTHON = (RecursionError, MemoryError, OverflowError, SystemError, ValueError)
_KITS_CALLS = frozenset({"check", "hint", "status"})


def require_text(source: str, *, name: str | Sentence, where: Callable[[int], Sentence]) -> None:
    """Raise `Unreadable` if `source` has null characters, lone surrogates or marks of a merge conflict.

    `where` turns the number of a line of `source` (from 1) into a place that the student understands.
    """
    if (at := source.find("\0")) >= 0:
        raise Unreadable(learner_files.NULLS(name=name, where=where(_line_of(source, at))))
    if half := _SURROGATE.search(source):
        raise Unreadable(learner_files.SURROGATE(name=name, where=where(_line_of(source, half.start()))))
    if clash := _find_clash(source):
        number, mark = clash
        raise Unreadable(learner_files.CONFLICT(name=name, where=where(number), text=excerpt(mark)))


def require_python(
    source: str,
    *,
    name: str | Sentence,
    where: Callable[[int], Sentence],
    shown: str | None = None,
    notebook: bool = False,
) -> None:
    """Raise `Unreadable` unless `source` compiles. It quotes the line of `shown`, or of `source` by default."""
    try:
        _compile(source, notebook=notebook)
    except SyntaxError as error:
        raise Unreadable(_explain(error, source if shown is None else shown, name, where)) from error
    except _BEYOND_PYTHON as error:
        raise Unreadable(learner_files.TOO_NESTED(name=name)) from error


def is_python(source: str) -> bool:
    """Say whether `source` compiles as a notebook's code."""
    try:
        _compile(source, notebook=True)
    except (SyntaxError, *_BEYOND_PYTHON):
        return False
    return True


def parse_quietly(source: str) -> ast.Module:
    """Parse `source` without showing a SyntaxWarning."""
    tree = _compile_quietly(source, ast.PyCF_ONLY_AST)
    assert isinstance(tree, ast.Module)
    return tree


def only_asks_the_kit(source: str) -> bool:
    """Say whether Python code only asks the kit for a check, a hint or the map."""
    left = [s for s in parse_quietly(source).body if not isinstance(s, ast.Import | ast.ImportFrom)]
    return bool(left) and all(_is_kits_call(statement) for statement in left)


def _is_kits_call(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name in _KITS_CALLS
    return False


def _compile(source: str, *, notebook: bool) -> None:
    """Compile `source` without running it; a notebook may use `await` at its top level."""
    _compile_quietly(source, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if notebook else 0)


def _compile_quietly(source: str, flags: int) -> object:
    with no_warnings():
        return compile(source, "<submission>", "exec", flags=flags, dont_inherit=True)


def _find_clash(source: str) -> tuple[int, str] | None:
    """Return the number and the text of the line where a merge conflict begins. One mark alone may be an underline."""
    expected, begin = 0, (0, "")
    for number, line in enumerate(source.split("\n"), 1):
        if _CLASH[expected].match(line):
            begin = begin if expected else (number, line)
            expected += 1
            if expected == len(_CLASH):
                return begin
    return None


def _line_of(source: str, offset: int) -> int:
    return source.count("\n", 0, offset) + 1


def _explain(error: SyntaxError, shown: str, name: str | Sentence, where: Callable[[int], Sentence]) -> Sentence:
    lines = shown.split("\n")
    number = min(max(error.lineno or 1, 1), len(lines))
    while number > 1 and not lines[number - 1].strip():
        number -= 1  # if something is missing, Python may point at the blank lines after it
    line, message = lines[number - 1], excerpt(error.msg, width=200)
    text, place = excerpt(line), where(number)
    if _MARKS.match(line):
        return learner_files.CONFLICT(name=name, where=place, text=text)
    step = newer(line) or next_step(text, message)
    return learner_files.SYNTAX(name=name, where=place, text=text, message=message, step=step)
