"""The exception for a submission that cannot be graded, and advice about syntax errors."""

from __future__ import annotations

import re

from grader.errors import KitError
from grader.sentences import Sentence, Template, learner_files


class Unreadable(KitError):
    """Raised in this package when a submission cannot be graded; its sentence becomes `Submission.problem`."""


# The first row counts whose pattern matches "the line, a newline, Python's message". Texts in the line are left out.
_INVALID = r".*\n.*invalid syntax"
_WORDS = "and|as|class|def|del|except|finally|for|from|global|if|import|in|is|lambda|not|or|pass|raise|return|try|with"
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
        (r"\n.*\(unicode error\)", learner_files.SYNTAX_PATH),
        (r"\n.*f-string", learner_files.SYNTAX_F_STRING),
        (r"\n.*(never closed|unmatched|closing parenthesis)", learner_files.SYNTAX_BRACKETS),
        (r"^else if\b", learner_files.SYNTAX_ELSE_IF),
        (rf"^def\b{_INVALID}|\n.*expected '\('", learner_files.SYNTAX_DEF),
        (r"\n.*expected ':'", learner_files.SYNTAX_COLON),
        (r"^[A-Za-z_]\w*(-[A-Za-z_]\w*)+ *=[^=].*\n.*cannot assign", learner_files.SYNTAX_HYPHEN),
        (r"\n.*instead of '='|\n.*cannot assign", learner_files.SYNTAX_EQUALS),
        (r"\n.*invalid character '[‘’‚“”„«»´`]", learner_files.SYNTAX_CURLY_QUOTES),
        (r"\n.*invalid (non-printable )?character", learner_files.SYNTAX_CHARACTER),
        (r"\n.*call to 'print'", learner_files.SYNTAX_PRINT),
        (r"\n.*outside (async )?(function|loop)|\n.*not properly in loop", learner_files.SYNTAX_OUTSIDE),
        (r"\n.*line continuation", learner_files.SYNTAX_BACKSLASH),
        (r"\n.*too many", learner_files.SYNTAX_SPLIT),
        (r"\n.*dictionary key", learner_files.SYNTAX_DICT),
        (r"\n.*argument(?: unpacking)? follows keyword", learner_files.SYNTAX_POSITIONAL),
        (r"\n.*(non-default argument|parameter without a default) follows", learner_files.SYNTAX_DEFAULT),
        (r"\n.*duplicate (argument|parameter)", learner_files.SYNTAX_TWICE),
        (r"\n.*leading zeros", learner_files.SYNTAX_ZEROS),
        (r"\d[A-Za-z_].*\n.*invalid decimal literal", learner_files.SYNTAX_DIGIT),
        (r"\n.*expected 'except' or 'finally'", learner_files.SYNTAX_TRY),
        (r"\n.*expected 'else' after 'if'", learner_files.SYNTAX_IF_ELSE),
        (rf"^({_WORDS}) *=[^=]{_INVALID}", learner_files.SYNTAX_WORD),
        (rf"^(else|elif|except|finally)\b{_INVALID}", learner_files.SYNTAX_ELSE),
        (r"[\w\])](\+\+|--) *;?\n.*invalid syntax", learner_files.SYNTAX_PLUS_PLUS),
        (rf"(&&|\|\||(^|[ (])![\w(]){_INVALID}", learner_files.SYNTAX_AND),
        (rf"(=>|=<){_INVALID}", learner_files.SYNTAX_ORDER),
        (rf"lambda[^:]*: *return\b{_INVALID}", learner_files.SYNTAX_LAMBDA),
        (rf"^(int|float|double|string|bool|var|let|const) +\w+ *={_INVALID}", learner_files.SYNTAX_TYPE),
        (rf"^\w+ *:={_INVALID}", learner_files.SYNTAX_WALRUS),
        (rf"^raise +[\w.]+ *,{_INVALID}", learner_files.SYNTAX_RAISE),
        (rf"^(import|from)\b{_INVALID}|\n.*names? after 'import'", learner_files.SYNTAX_IMPORT),
        (rf"\w *\? *\w.*:{_INVALID}", learner_files.SYNTAX_QUESTION),
        (r"[^=]= *\n.*invalid syntax", learner_files.SYNTAX_NO_VALUE),
        (r"^(if|while|for|with|try)\b[^:]*\n.*invalid syntax", learner_files.SYNTAX_COLON_WITHIN),
        (r"\n.*forgot a comma", learner_files.SYNTAX_COMMA),
    )
)
_TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"")


def next_step(line: str, message: str) -> Sentence:
    """Return what a beginner should try if Python reports `message` for `line`."""
    text = "\n".join((_TEXTS.sub("''", line), message))
    return next((step for pattern, step in _STEPS if pattern.search(text)), learner_files.SYNTAX_OTHERWISE)()
