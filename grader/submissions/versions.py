"""Recognise syntax that needs a newer Python than the one that runs the grader."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from grader.sentences import Sentence, learner_files

_NAME = r"[^\W\d]\w*"
_STRING = r"(?<![\w'\"])(?:{0}[rR]?|[rR]{0})(?=['\"])"
# The first version that understands such a line, and a pattern for the line.
_LINES: Final = tuple(
    (version, re.compile(pattern))
    for version, pattern in (
        ((3, 11), r"\s*except\s*\*"),
        ((3, 11), r"[^#'\"]*[\w)\]]\[\s*(?:[^]\[]*,\s*)?\*\s*\w"),
        ((3, 11), r"\s*(?:async\s+)?def\s.*\*\s*\w+\s*:\s*\*"),
        ((3, 12), rf"\s*type\s+{_NAME}\s*(?:\[.*\])?\s*="),
        ((3, 12), rf"\s*(?:async\s+)?def\s+{_NAME}\s*\["),
        ((3, 12), rf"\s*class\s+{_NAME}\s*\["),
        ((3, 14), r"\s*except\s+[\w.]+\s*,\s*[\w.]+(?:\s*,\s*[\w.]+)*\s*,?\s*:"),
        ((3, 14), r"[^#'\"]*" + _STRING.format("[tT]")),
        ((3, 15), rf"\s*lazy\s+(?:import|from)\s+{_NAME}"),
    )
)
_DEFAULTS: Final = (3, 13)  # `def f[T = int]`
_DEFAULT = re.compile(rf"\s*(?:type|class|(?:async\s+)?def)\s+{_NAME}\s*\[[^]]*=")
_LONGEST: Final = 1000  # characters: longer lines are not written by hand
_FREE_STRINGS: Final = (3, 12)  # from here on, a string inside the braces of an f-string may use the outer quotes
_OPENING = re.compile(_STRING.format("[fF]") + r"('''|\"\"\"|'|\")")


def newer(line: str, *, running: Sequence[int] = sys.version_info[:3]) -> Sentence | None:
    """Return what to do about `line` if a later Python than `running` could read it; otherwise None."""
    version = _needed(line[:_LONGEST])
    if version is None or tuple(running[:2]) >= version:
        return None
    needed, own = (".".join(map(str, numbers[:2])) for numbers in (version, running))
    return learner_files.NEWER(needed=needed, own=own)


def _needed(line: str) -> tuple[int, int] | None:
    if _DEFAULT.match(line):
        return _DEFAULTS
    for version, pattern in _LINES:
        if pattern.match(line):
            return version
    return _FREE_STRINGS if any(_free_strings(line)) else None


def _free_strings(line: str) -> Iterator[bool]:
    """Yield for each f-string in `line` whether its braces contain what only later versions allow."""
    at = 0
    while opening := _OPENING.search(line, at):
        quote, at = opening[1], opening.end()
        free, depth = False, 0
        while at < len(line):
            if line.startswith(quote, at) and depth == 0:
                break
            if depth == 0 and line.startswith(("\\", "{{", "}}"), at):
                at += 1
            elif line[at] in "{([":
                depth += depth > 0 or line[at] == "{"
            elif line[at] in "})]":
                depth -= depth > 0
            elif depth and (line[at] == "\\" or line.startswith(quote, at)):
                free = True
                if line[at] != "\\":
                    end = line.find(quote, at + len(quote))
                    if end < 0:
                        return  # it is not closed, which is another mistake
                    at = end + len(quote) - 1
            at += 1
        else:
            return  # this one is not closed either
        at += len(quote)
        yield free
