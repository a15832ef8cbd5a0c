"""Join the code that a notebook's kernel has run so far into one script."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from grader.sentences import learner_files, verbatim
from grader.submissions.joining import CodeCell, Script, read_cells
from grader.submissions.magics import translate
from grader.submissions.reading import CODE_LIMIT
from grader.submissions.syntax import is_python, only_asks_the_kit


def read_history(inputs: Sequence[str], *, examples: Collection[str] = ()) -> Script:
    """Return the script of a kernel's inputs, in the order in which they ran; `inputs[n]` is the input of `In [n]`.

    Inputs that are one of the `examples` of the exercise's text do not count.

    Inputs that are not Python did not run and are left out, and so are cells that only use the kit. Of an input that
    ran many times, the first and the last run count. Raises `Unreadable`, also if no input is left.
    """
    last = {code: number for number, code in enumerate(inputs)}
    first = {code: number for number, code in reversed(list(enumerate(inputs)))}
    cells = [
        CodeCell(label=verbatim(f"In [{number}]"), code=code)
        for number, code in enumerate(inputs)
        if code.strip() and number in (first[code], last[code]) and code.strip() not in examples and _counts(code)
    ]
    return read_cells(cells, name=learner_files.THIS_NOTEBOOK(), limit=CODE_LIMIT)


def _counts(code: str) -> bool:
    translated = translate(code).code
    return translated is not None and is_python(translated) and not only_asks_the_kit(translated)
