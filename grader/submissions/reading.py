"""Read the files that a student handed in for one exercise into a `Submission`. Any content is accepted."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from grader.records import Submission
from grader.sentences import Sentence, joined, learner, learner_files
from grader.submissions.beneath import SubmittedFile
from grader.submissions.content import content_of
from grader.submissions.decoding import decode_notebook, decode_script
from grader.submissions.files import MEGABYTE, read_bytes, require_small
from grader.submissions.joining import Script, read_notebook
from grader.submissions.managing import ManagedCell, manage, recognize
from grader.submissions.names import printable
from grader.submissions.problems import Unreadable
from grader.submissions.recognition import split_name
from grader.submissions.syntax import require_python, require_text
from grader.submissions.tidying import Notebook, as_json, is_notebook, tidy

SCRIPT_LIMIT: Final = 5 * MEGABYTE
NOTEBOOK_LIMIT: Final = 20 * MEGABYTE
# Python's compiler takes up to 1,500 bytes and 3 microseconds a character, measured on lines such as "a,a,a, … 1 1".
CODE_LIMIT: Final = MEGABYTE // 2


class Managed(msgspec.Struct, frozen=True, kw_only=True):
    """A notebook that nbgrader manages: `notebook` is JSON data to show, `submissions` are to be graded.

    If the file cannot be read, `notebook` holds only the cells of the assignment. `digest` is the file's digest.
    """

    notebook: dict[str, Any]
    submissions: tuple[Submission, ...]
    digest: str


def read_submission(
    paths: tuple[Path | SubmittedFile, ...], *, student: str, exercise: str, tasks: Collection[str] = ()
) -> Submission:
    """Return what `student` handed in for `exercise` at `paths`: its source, or the problem with it.

    `tasks` are the names of the exercise's tasks. No content of a file raises an error. Raises `ValueError` if there
    are no paths.
    """
    if not paths:
        raise ValueError(f"Cannot read the submission of {student!r} for {exercise!r}: no paths. Give at least one.")
    name = printable(paths[0].name)
    shown = ", ".join(printable(str(path)) for path in paths)
    build = functools.partial(Submission, student=student, exercise=exercise, path=shown)
    return _submission(build, lambda: _read(paths, exercise, tasks, name), name)


def read_managed(
    path: Path | SubmittedFile,
    *,
    student: str,
    exercises: Sequence[str],
    cells: Sequence[ManagedCell],
    code: bool = True,
) -> Managed:
    """Return the notebook at `path`, in which nbgrader manages `cells`, and its submission for each exercise.

    If `code` is false, the code is not read, and there are no submissions. No content of the file raises an error.
    """
    name = printable(path.name)
    notebook, digest = Notebook(cells=(), metadata={}), ""
    problem: Sentence | None = None
    try:
        data = read_bytes(path, limit=NOTEBOOK_LIMIT)
        digest = hashlib.sha256(data).hexdigest()
        notebook = _tidy(data, name)
    except Unreadable as error:
        problem = error.sentence
    except (MemoryError, RecursionError):
        problem = learner_files.TOO_NESTED(name=name)
    managed = manage(notebook, cells, name=name if code else None)

    def script() -> Script:
        if problem is not None:
            raise Unreadable(problem)
        return read_notebook(managed, name=name, limit=CODE_LIMIT)

    submissions: list[Submission] = []
    if code and exercises:
        build = functools.partial(Submission, student=student, exercise=exercises[0], path=printable(str(path)))
        first = _submission(build, script, name)
        submissions = [msgspec.structs.replace(first, exercise=exercise) for exercise in exercises]
    shown = as_json(managed.cells, managed.metadata)
    return Managed(notebook=shown, submissions=tuple(submissions), digest=digest)


def open_notebook(data: bytes, *, name: str) -> tuple[dict[str, Any], tuple[Sentence, ...]]:
    """Return the cleaned notebook in a file, as JSON data, and notes about it. Raises `Unreadable`."""
    try:
        notebook = recognize(_tidy(data, name), (), name=name)
    except (MemoryError, RecursionError) as error:
        raise Unreadable(learner_files.TOO_NESTED(name=name)) from error
    notes = (*notebook.notes, *(cell.problem for cell in notebook.cells if cell.problem))
    return as_json(notebook.cells, notebook.metadata), notes


def _submission(build: Callable[..., Submission], read: Callable[[], Script], name: str) -> Submission:
    """Return the submission that `read` reads, or the problem with it."""
    try:
        script = read()
        submission = build(source=script.source, spans=script.spans, notes=script.notes, left_out=script.left_out)
        if script.spans:  # each cell is valid Python, but the whole may not be
            require_python(script.source, name=name, where=submission.where, notebook=True)
        submission = msgspec.structs.replace(submission, content=content_of(script.source))
    except Unreadable as problem:
        return build(problem=problem.sentence)
    except (MemoryError, RecursionError):
        return build(problem=learner_files.TOO_NESTED(name=name))
    return submission


def _tidy(data: bytes, name: str) -> Notebook:
    text, notes = decode_notebook(data, name=name)
    require_text(text, name=name, where=_line)
    notebook = tidy(text, name=name)
    return msgspec.structs.replace(notebook, notes=notes + notebook.notes)


def _read(paths: tuple[Path | SubmittedFile, ...], exercise: str, tasks: Collection[str], name: str) -> Script:
    if len(paths) > 1:
        names = joined(learner.BOTH, [printable(path.name) for path in paths])
        raise Unreadable(learner_files.TWO_FILES(count=len(paths), exercise=exercise, names=names))
    data = read_bytes(paths[0], limit=NOTEBOOK_LIMIT if _is_called_notebook(paths[0].name) else SCRIPT_LIMIT)
    return read_script(data, name=name, tasks=tasks)[0]


def read_script(data: bytes, *, name: str, tasks: Collection[str] = ()) -> tuple[Script, bool]:
    """Return the code in a file called `name`, and whether the file is a notebook, whatever its name says.

    Raises `Unreadable`.
    """
    if _is_called_notebook(name):
        notebook = recognize(_tidy(data, name), tasks, name=name)
        return read_notebook(notebook, name=name, limit=CODE_LIMIT), True
    source, notes = decode_script(data, name=name)
    if is_notebook(source):
        require_text(source, name=name, where=_line)
        notebook = recognize(tidy(source, name=name), tasks, name=name)
        script = read_notebook(notebook, name=name, limit=CODE_LIMIT)
        renamed = learner_files.RENAMED_NOTEBOOK(name=name)
        return msgspec.structs.replace(script, notes=(*notes, renamed, *script.notes)), True
    require_small(len(source), CODE_LIMIT, learner_files.TOO_MUCH_CODE, name)
    require_text(source, name=name, where=_line)
    require_python(source, name=name, where=_line)
    return Script(source=source, notes=notes), False


def _is_called_notebook(name: str) -> bool:
    return split_name(name)[1] == ".ipynb"


def _line(number: int) -> Sentence:
    return learner.LINE(line=number)
