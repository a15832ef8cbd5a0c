"""Join the code cells of a notebook, or the inputs of a kernel, into one script that records each cell's lines.

All cells count, in the order of the notebook, not in the order in which they ran. If two cells define the same name,
the last one counts, as it does when all cells are run and in nbgrader. A cell that is not Python does not stop the
others: it is left out, and a note says so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

import msgspec

from grader.records import SourceSpan
from grader.sentences import Sentence, Template, learner, learner_files
from grader.submissions.files import require_small
from grader.submissions.magics import translate
from grader.submissions.problems import Unreadable
from grader.submissions.syntax import is_python, parse_quietly, require_python, require_text
from grader.submissions.tidying import Notebook, is_example

# Names that every notebook has and a script lacks. Here they do nothing, and neither do commands to the shell.
_GIVEN = re.compile(r"\b(display|get_ipython)\b")
_STAND_INS = """\
class _Shell:
    def __getattr__(self, name):
        return self

    def __call__(self, *arguments, **options):
        return self


def get_ipython():
    return _Shell()


def display(*objects, **options):
    pass"""
_TOO_MANY_CELLS = 2000  # every cell is compiled
_MOST_NOTES = 3  # notes about cells that are not Python, each with the place and the reason


class CodeCell(msgspec.Struct, frozen=True, kw_only=True):
    """A code cell, or the part of it that begins at its line `line`.

    `label` counts all code cells, as the student sees them, with those that are left out. `problem` says why there is
    no code.
    """

    label: Sentence
    line: int = 1
    code: str
    problem: Sentence | None = None

    def where(self, line: int) -> Sentence:
        """Return a name for line `line` of this cell that the student understands."""
        return learner.LINE_OF_CELL(cell=self.label, line=line)


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """The Python code of a script or notebook, with the fields of a `Submission`."""

    source: str
    spans: tuple[SourceSpan, ...] = ()
    notes: tuple[Sentence, ...] = ()
    left_out: int = 0


def read_notebook(notebook: Notebook, *, name: str, limit: int) -> Script:
    """Return the script of a notebook's answers. Examples of the text are no answers, unless they were changed.

    Raises `Unreadable` if there is no Python in it, or `limit` characters or more. `name` is the file's name in notes.
    """
    cells = [
        CodeCell(label=cell.label, code=cell.source, problem=cell.problem)
        for cell in notebook.cells
        if cell.kind == "code" and cell.counts and not is_example(cell.metadata, cell.source)
    ]
    script = read_cells(cells, name=name, limit=limit)
    return msgspec.structs.replace(script, notes=(*notebook.notes, *script.notes))


def read_cells(written: Sequence[CodeCell], *, name: str | Sentence, limit: int) -> Script:
    """Return the script of code cells in their order. Raises the same errors as `read_notebook`."""
    if len(written) >= _TOO_MANY_CELLS:
        raise Unreadable(learner_files.TOO_MANY_CODE_CELLS(name=name, count=len(written), limit=_TOO_MANY_CELLS))
    require_small(sum(len(cell.code) for cell in written), limit, learner_files.TOO_MUCH_CODE, name)
    cells: list[CodeCell] = []
    skipped: dict[Template, str] = {}
    broken: list[Unreadable] = []
    for cell in written:
        try:
            if cell.problem is not None:
                raise Unreadable(cell.problem)
            require_text(cell.code, name=name, where=cell.where)
            translation = translate(cell.code)
            skipped |= {note: example for note, example in translation.skipped.items() if note not in skipped}
            if translation.code is not None and translation.code.strip():
                require_python(translation.code, shown=cell.code, name=name, where=cell.where, notebook=True)
                cells.append(msgspec.structs.replace(cell, code=translation.code))
        except Unreadable as problem:
            broken.append(problem)
    if not cells:
        raise broken[0] if broken else Unreadable(learner_files.NO_CODE(name=name))
    script = _join(cells)
    if _GIVEN.search(script.source):
        helped = _join([CodeCell(label=learner_files.THE_NOTEBOOK(), code=_STAND_INS), *cells])
        script = helped if is_python(helped.source) else script  # an import from __future__ may have to be first
    notes = [learner_files.LEFT_OUT(problem=problem.sentence) for problem in broken[:_MOST_NOTES]]
    if len(broken) > _MOST_NOTES:
        notes.append(learner_files.MORE_LEFT_OUT(count=len(broken) - _MOST_NOTES))
    notes += [note(example=example) for note, example in skipped.items()]
    return msgspec.structs.replace(script, notes=tuple(notes), left_out=len(broken))


def _join(cells: list[CodeCell]) -> Script:
    script = _stack(cells)
    if "__future__" in script.source and not is_python(script.source):
        moved = _stack(_futures_first(cells))
        return moved if is_python(moved.source) else script
    return script


def _stack(cells: list[CodeCell]) -> Script:
    """Join the cells with a blank line between them."""
    spans, first = [], 1
    for cell in cells:
        spans.append(SourceSpan(first=first, label=cell.label, line=cell.line))
        first += cell.code.count("\n") + 2
    return Script(source="\n\n".join(cell.code for cell in cells) + "\n", spans=tuple(spans))


def _futures_first(cells: list[CodeCell]) -> list[CodeCell]:
    """Move imports from __future__ to the top: a notebook may have them in any cell, a script only there."""
    futures, rest = [], []
    for cell in cells:
        lines = cell.code.split("\n")
        for node in parse_quietly(cell.code).body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                span = slice(node.lineno - 1, node.end_lineno)
                code = "\n".join(lines[span])
                if ";" not in code:  # otherwise the line holds another statement
                    futures.append(msgspec.structs.replace(cell, code=code, line=node.lineno))
                    lines[span] = [f"# {line}" for line in lines[span]]
        rest.append(msgspec.structs.replace(cell, code="\n".join(lines)))
    return futures + rest
