"""The exception for a submission that cannot be graded, and advice about syntax errors."""

from __future__ import annotations

import re

from grader.errors import KitError
from grader.sentences import Sentence, Template, learner_files


class Unreadable(KitError):
    """Raised in this package when a submission cannot be graded; its sentence becomes `Submission.problem`."""


# The first row counts whose pattern matches "the line, a newline, Python's message".
_STEPS: tuple[tuple[re.Pattern[str], Template], ...] = tuple(
    (re.compile(pattern), step)
    for pattern, step in (
        (r"^[%!?]", learner_files.SYNTAX_NOTEBOOK_COMMAND),
        (r"^(pip3?|conda|python3?|cd) [\w./-]", learner_files.SYNTAX_TERMINAL_COMMAND),
        (r"^(>>>|In \[)", learner_files.SYNTAX_PROMPT),
        (r"\n.*(spaces and tabs|of tabs)", learner_files.SYNTAX_TABS),
        (r"\n.*expected an indented block", learner_files.SYNTAX_NO_BLOCK),
        (r"\n.*unindent does not match", learner_files.SYNTAX_UNINDENT),
        (r"\n.*unexpected indent", learner_files.SYNTAX_INDENT),
        (r"\n.*unterminated", learner_files.SYNTAX_QUOTES),
        (r"\n.*(never closed|unmatched|closing parenthesis)", learner_files.SYNTAX_BRACKETS),
        (r"\n.*expected ':'", learner_files.SYNTAX_COLON),
        (r"\n.*instead of '='|\n.*cannot assign", learner_files.SYNTAX_EQUALS),
        (r"\n.*invalid (non-printable )?character", learner_files.SYNTAX_CHARACTER),
        (r"\n.*call to 'print'", learner_files.SYNTAX_PRINT),
        (r"\n.*outside (async )?(function|loop)", learner_files.SYNTAX_OUTSIDE),
        (r"\n.*line continuation", learner_files.SYNTAX_BACKSLASH),
        (r"\n.*too many", learner_files.SYNTAX_SPLIT),
    )
)


def next_step(line: str, message: str) -> Sentence:
    """Return what a beginner should try if Python reports `message` for `line`."""
    text = f"{line}\n{message}"
    return next((step for pattern, step in _STEPS if pattern.search(text)), learner_files.SYNTAX_OTHERWISE)()
