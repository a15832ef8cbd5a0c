"""Read the files that a student handed in for one exercise into a `Submission`, whatever they hold."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

import msgspec

from grader.records import Submission
from grader.submissions import sentences
from grader.submissions.beneath import Handed
from grader.submissions.content import content_of
from grader.submissions.decoding import decode_notebook, decode_script
from grader.submissions.files import MEGABYTE, read_bytes, require_small
from grader.submissions.names import printable
from grader.submissions.notebooks import Script, is_notebook, read_notebook
from grader.submissions.sentences import Unreadable
from grader.submissions.syntax import require_python, require_text

SCRIPT_LIMIT: Final = 5 * MEGABYTE
NOTEBOOK_LIMIT: Final = 20 * MEGABYTE
# Python's compiler takes up to 1,500 bytes and 3 microseconds a character, measured on lines such as "a,a,a, … 1 1".
CODE_LIMIT: Final = MEGABYTE // 2


def read_submission(paths: tuple[Path | Handed, ...], *, student: str, exercise: str) -> Submission:
    """Return what `student` handed in for `exercise`, found at `paths`: its source, or the problem with it.

    Nothing that a student can hand in raises. Raises ValueError if there are no paths.
    """
    if not paths:
        raise ValueError(f"Cannot read the submission of {student!r} for {exercise!r}: no paths. Give at least one.")
    name = printable(paths[0].name)
    shown = ", ".join(printable(str(path)) for path in paths)
    build = functools.partial(Submission, student=student, exercise=exercise, path=shown)
    try:
        script = _read(paths, exercise, name)
        submission = build(source=script.source, places=script.places, notes=script.notes, left_out=script.left_out)
        if script.places:  # each cell is Python; are they together?
            require_python(script.source, name=name, where=submission.where, notebook=True)
        submission = msgspec.structs.replace(submission, content=content_of(script.source))
    except Unreadable as problem:
        return build(problem=str(problem))
    except (MemoryError, RecursionError):
        return build(problem=sentences.TOO_NESTED.format(name=name))
    return submission


def _read(paths: tuple[Path | Handed, ...], exercise: str, name: str) -> Script:
    if len(paths) > 1:
        names = " and ".join(printable(path.name) for path in paths)
        raise Unreadable(sentences.TWO_FILES.format(count=len(paths), exercise=exercise, names=names))
    if paths[0].suffix.lower() == ".ipynb":
        text, notes = decode_notebook(read_bytes(paths[0], limit=NOTEBOOK_LIMIT), name=name)
        script = read_notebook(text, name=name, limit=CODE_LIMIT)
        return msgspec.structs.replace(script, notes=notes + script.notes)
    source, notes = decode_script(read_bytes(paths[0], limit=SCRIPT_LIMIT), name=name)
    if is_notebook(source):
        raise Unreadable(sentences.RENAMED_NOTEBOOK.format(name=name))
    require_small(len(source), CODE_LIMIT, sentences.TOO_MUCH_CODE, name)
    require_text(source, name=name, where=_line)
    require_python(source, name=name, where=_line)
    return Script(source=source, notes=notes)


def _line(number: int) -> str:
    return f"line {number}"
