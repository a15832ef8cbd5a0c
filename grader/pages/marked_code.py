"""Prepares a student's code for a page: in lines, coloured by kind, with the lines marked that feedback names.

The code is text of a stranger. It is never parsed or run here: one pattern finds its words, and all of it is escaped.
Pygments would take ten times as long, which are seconds for a class.
"""

from __future__ import annotations

import functools
import itertools
import keyword
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import msgspec
from markupsafe import escape

from grader.records import ExerciseReport, SourceSpan, place_in
from grader.reports.code import GradedCode
from grader.reports.terminal import plain
from grader.sentences import Sentence, learner_files, learner_pages

_TAB: Final = 8
_FOLDED: Final = 8  # lines of comments from which on they are folded
# The words of Python that have a colour: comments, strings, names that are defined, keywords, numbers. Other words are
# stepped over as a whole. No alternative reads any text twice, so that no code takes long.
_WORDS: Final = re.compile(
    r"""
      (?P<c> \#[^\n]* )
    | (?P<s> (?:[rRbBfFuU]{1,2}(?=['"]))?
        (?: "{3}(?:[^"\\]|\\.|"(?!""))*(?:"{3})? | '{3}(?:[^'\\]|\\.|'(?!''))*(?:'{3})?
          | "(?:[^"\\\n]|\\.)*"? | '(?:[^'\\\n]|\\.)*'? ) )
    | (?P<f> (?<=def\ )\w+ | (?<=class\ )\w+ | (?<=\n)@[\w.]+ )
    | (?P<k> (?:KEYWORDS)\b )
    | (?P<n> \d[\w.]* )
    | \w+
    """.replace("KEYWORDS", "|".join(keyword.kwlist)),
    re.VERBOSE | re.DOTALL,
)


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """What is said about a line: a sentence, and the name of the task that it is about, or "" for the whole file."""

    text: Sentence
    task: str = ""


class CodeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of code: its number in the file or cell, and in the graded code (`graded`), and its text as markup.

    `task` is the name of the task whose definition begins here, or "". `shared` says that somebody else has it too.
    """

    number: int
    graded: int
    markup: str
    task: str = ""
    remarks: tuple[Remark, ...] = ()
    shared: bool = False

    @property
    def marked(self) -> bool:
        """Whether there is something about this line."""
        return self.shared or bool(self.remarks)


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
    begins = _definitions(code.source, [task.name for task in exercise.tasks])
    return _code(code, begins=begins, remarks=_remarks(exercise))


def compared_code(code: GradedCode, shared: Sequence[tuple[int, int]]) -> MarkedCode:
    """Return the code with marks at the lines that somebody else has too, given as the first and last of each part."""
    count = code.source.count("\n") + 1
    return _code(code, shared={line for first, last in shared for line in range(max(first, 1), min(last, count) + 1)})


def _code(
    code: GradedCode,
    *,
    begins: Mapping[int, str] = {},
    remarks: Mapping[int, Sequence[Remark]] = {},
    shared: Collection[int] = (),
) -> MarkedCode:
    """Return the code with what is known about its lines: where tasks begin, remarks, and what others have too."""
    lines, source = coloured(code.source), _lines(code.source)
    blocks: list[CodeBlock] = []
    for span, last in _blocks(code.spans, len(lines)):
        of_span = [
            CodeLine(
                number=span.line + graded - span.first,
                graded=graded,
                markup=lines[graded - 1],
                task=begins.get(graded, ""),
                remarks=tuple(remarks.get(graded, ())),
                shared=graded in shared,
            )
            for graded in range(span.first, last + 1)
        ]
        comments = [part.lstrip()[:1] in ("", "#") for part in source[span.first - 1 : last]]
        blocks += _folded(span.label, of_span, comments)
    named = [line.graded for block in blocks for line in block.lines if line.remarks or line.task]
    places = {line: place_in(code.spans, line) for line in named}
    return MarkedCode(file=code.file, blocks=tuple(blocks), places=places, spans=code.spans)


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
    ('x = <span class="s">&#39;&lt;b&gt;&#39;</span>',)
    """
    text = plain("\n".join(_lines(source)))
    parts: list[str] = []
    at = 0
    for found in _WORDS.finditer(text):
        if found.lastgroup is not None:
            begin = f'<span class="{found.lastgroup}">'
            word = str(escape(found[0])).replace("\n", f"</span>\n{begin}")
            parts += [str(escape(text[at : found.start()])), f"{begin}{word}</span>".replace(f"{begin}</span>", "")]
            at = found.end()
    parts.append(str(escape(text[at:])))
    return tuple("".join(parts).split("\n"))


def _lines(source: str) -> list[str]:
    """Return the lines of a source, with spaces for tabs. They end where Python's do."""
    return source.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").expandtabs(_TAB).split("\n")
