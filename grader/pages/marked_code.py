"""Prepares a student's code for a page: in lines, coloured by kind, with the lines marked that feedback names.

The code is text of a stranger. It is never parsed or run here: Pygments reads its words, and all of it is escaped.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from markupsafe import escape
from pygments.lexers.python import PythonLexer
from pygments.token import Token

from grader.records import ExerciseReport, SourceSpan, place_in
from grader.reports.code import GradedCode
from grader.reports.terminal import plain
from grader.sentences import Sentence, learner_files, learner_pages

_LONGEST: Final = 60_000  # characters; longer code has no colours, which would take too long to find
_TAB: Final = 8
_FOLDED: Final = 8  # lines of comments from which on they are folded
_KINDS: Final = (  # the more special kinds first
    (Token.Keyword, "k"),
    (Token.Operator.Word, "k"),
    (Token.Name.Function, "f"),
    (Token.Name.Class, "f"),
    (Token.Name.Decorator, "f"),
    (Token.Literal.String, "s"),
    (Token.Literal.Number, "n"),
    (Token.Comment, "c"),
)


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """What is said about a line: a sentence, and the name of the task that it is about, or "" for the whole file."""

    text: Sentence
    task: str = ""


class CodeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of code: its number in the file or cell, and in the graded code (`graded`), and its text as markup.

    `task` is the name of the task whose definition begins here, or "".
    """

    number: int
    graded: int
    markup: str
    task: str = ""
    remarks: tuple[Remark, ...] = ()


class CodeBlock(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines of a file, or of a cell of a notebook, which has a `label` where it begins.

    `folded` says that they are a long comment, such as the text of the exercise.
    """

    label: Sentence | None
    lines: tuple[CodeLine, ...]
    folded: bool = False


class MarkedCode(msgspec.Struct, frozen=True, kw_only=True):
    """The code of one exercise. `places` has how the student knows a line, by its number in the graded code.

    It has those lines that remarks are about, or with which a task begins.
    """

    file: str
    blocks: tuple[CodeBlock, ...]
    places: dict[int, Sentence]
    spans: tuple[SourceSpan, ...]

    def place(self, block: CodeBlock) -> Sentence:
        """Return how the student knows the line with which a block begins."""
        return place_in(self.spans, block.lines[0].graded)


def marked_code(code: GradedCode, exercise: ExerciseReport) -> MarkedCode:
    """Return the code of an exercise with remarks at the lines that its feedback names."""
    lines, source = coloured(code.source), _lines(code.source)
    remarks = _remarks(exercise)
    begins = _definitions(code.source, [task.name for task in exercise.tasks])
    blocks = tuple(
        block
        for span, last in _blocks(code.spans, len(lines))
        for block in _folded(
            span.label,
            [
                CodeLine(
                    number=span.line + graded - span.first,
                    graded=graded,
                    markup=lines[graded - 1],
                    task=begins.get(graded, ""),
                    remarks=tuple(remarks.get(graded, ())),
                )
                for graded in range(span.first, last + 1)
            ],
            [part.lstrip()[:1] in ("", "#") for part in source[span.first - 1 : last]],
        )
    )
    named = [line.graded for block in blocks for line in block.lines if line.remarks or line.task]
    places = {line: place_in(code.spans, line) for line in named}
    return MarkedCode(file=code.file, blocks=blocks, places=places, spans=code.spans)


def _blocks(spans: tuple[SourceSpan, ...], count: int) -> Iterator[tuple[SourceSpan, int]]:
    """Yield each span with its last line, without the blank line between cells and what the kit has put in front."""
    if not spans:
        yield SourceSpan(first=1, label=None, line=1), count
    for number, span in enumerate(spans):
        last = spans[number + 1].first - 2 if number + 1 < len(spans) else count
        if span.label != learner_files.THE_NOTEBOOK():
            yield span, min(last, count)


def _folded(label: Sentence | None, lines: Sequence[CodeLine], comments: Sequence[bool]) -> Iterator[CodeBlock]:
    """Yield the lines of a file or cell in blocks. A long run of `comments` and empty lines is a block of its own."""
    begin = 0
    kept: list[CodeLine] = []
    for is_comment, run in itertools.groupby(comments):
        part = lines[begin : begin + len([*run])]
        begin += len(part)
        if is_comment and len(part) >= _FOLDED and not any(line.remarks for line in part):
            if kept:
                yield CodeBlock(label=label, lines=tuple(kept))
                label, kept = None, []
            yield CodeBlock(label=label, lines=tuple(part), folded=True)
            label = None
        else:
            kept += part
    if kept:
        yield CodeBlock(label=label, lines=tuple(kept))


def _remarks(exercise: ExerciseReport) -> dict[int, list[Remark]]:
    """Return the remarks by line: one for each task that names it, and one for an error while the file was loaded."""
    found: dict[int, list[Remark]] = {line: [Remark(text=learner_pages.RAISED_HERE())] for line in exercise.raised_at}
    for task in exercise.tasks:
        titles: dict[int, list[Sentence]] = {}
        for check in task.checks:
            if check.status != "passed" and check.feedback.line is not None:
                titles.setdefault(check.feedback.line, []).append(check.feedback.title)
        for line, named in titles.items():
            rest = len(named) - 1
            said = learner_pages.AND_MORE(title=named[0], count=rest) if rest else named[0]
            found.setdefault(line, []).append(Remark(text=said, task=task.name))
    return found


def _definitions(source: str, tasks: list[str]) -> dict[int, str]:
    """Return by line which task's definition begins there. If a name is defined twice, the last one counts."""
    found = {}
    for name in tasks:
        places = [*re.finditer(rf"^(?:async +)?(?:def|class) +{re.escape(name)}\b", source, re.MULTILINE)]
        if places:
            found[source.count("\n", 0, places[-1].start()) + 1] = name
    return found


@functools.lru_cache(64)  # many students hand in the same stub
def coloured(source: str) -> tuple[str, ...]:
    """Return the lines of a source as markup, in which everything is escaped. Lines end where Python's do.

    >>> coloured("x = '<b>'")
    ("x = <span class=\\"s\\">'&lt;b&gt;'</span>",)
    """
    text = "\n".join(_lines(source))
    lines: list[list[str]] = [[]]
    for kind, value in _tokens(text):
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if part:
                shown = escape(plain(part))
                lines[-1].append(f'<span class="{kind}">{shown}</span>' if kind and part.strip() else str(shown))
    return tuple("".join(line) for line in lines)


def _lines(source: str) -> list[str]:
    """Return the lines of a source, with spaces for tabs. They end where Python's do."""
    return source.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").expandtabs(_TAB).split("\n")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a source with their kinds. Parts of the same kind are joined."""
    if len(text) > _LONGEST:
        yield "", text
        return
    last, joined = "", ""
    for _, token, value in PythonLexer().get_tokens_unprocessed(text):
        kind = _kind(token)
        if kind != last and joined:
            yield last, joined
            joined = ""
        last, joined = kind, joined + value
    yield last, joined


@functools.cache
def _kind(token: Any) -> str:
    return next((kind for known, kind in _KINDS if token in known), "")
