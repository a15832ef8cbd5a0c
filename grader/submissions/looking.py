"""Looks at a file without running it: which functions and classes it defines, and what would be read of it."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from grader.sentences import Sentence, learner, learner_files
from grader.submissions.beneath import SubmittedFile
from grader.submissions.content import content_of
from grader.submissions.files import read_bytes
from grader.submissions.problems import Unreadable
from grader.submissions.quiet import no_warnings
from grader.submissions.reading import NOTEBOOK_LIMIT, read_script
from grader.submissions.syntax import require_python

_BEYOND_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError)
_SEEN: dict[tuple[str, bytes], Look] = {}  # what everybody has as it was given is looked at once
_MOST_SEEN = 2000
_UNWRITTEN = "unwritten "
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is, or the `problem` with it.

    `defined` has a digest of the syntax tree of each function and class at its top level, by name. Comments, docstrings
    and layout do not change it, because another release may word a task in another way. It says whether
    `NotImplementedError` is raised there. `content` is a digest of all its code. `is_notebook` says how to call a copy
    of the file.
    """

    is_notebook: bool = False
    defined: dict[str, str] = {}
    content: str = ""
    problem: Sentence | None = None

    def worked_on(self, given: Mapping[str, str]) -> bool:
        """Say whether a task differs from what students were given. A file that lacks all tasks counts as worked on.

        What still raises `NotImplementedError` was not worked on, even if it is an older version of what was given.
        """
        there = {name: self.defined[name] for name in given if name in self.defined}
        changed = (name for name, digest in there.items() if digest != given[name])
        return not there or any(not there[name].startswith(_UNWRITTEN) for name in changed)


def look_at(file: Path | SubmittedFile | bytes, *, name: str) -> Look:
    """Return what the file called `name` is. No content raises an error."""
    try:
        data = file if isinstance(file, bytes) else read_bytes(file, limit=NOTEBOOK_LIMIT)
    except Unreadable as problem:
        return Look(problem=problem.sentence)
    key = name, hashlib.sha256(data).digest()
    if key not in _SEEN:
        if len(_SEEN) == _MOST_SEEN:
            _SEEN.clear()
        _SEEN[key] = _look_at(data, name)
    return _SEEN[key]


def _look_at(data: bytes, name: str) -> Look:
    try:
        script, is_notebook = read_script(data, name=name)
        if is_notebook:  # each cell is valid Python, but the whole may not be
            require_python(script.source, name=name, where=lambda number: learner.LINE(line=number), notebook=True)
        content = content_of(script.source)
    except Unreadable as problem:
        return Look(problem=problem.sentence)
    except (MemoryError, RecursionError):
        return Look(problem=learner_files.TOO_NESTED(name=name))
    return Look(is_notebook=is_notebook, defined=definitions(script.source), content=content)


def definitions(source: str) -> dict[str, str]:
    """Return a digest of each function and class at the top level of `source`; the last one of a name counts."""
    try:
        with no_warnings():
            tree = ast.parse(source)
            for node in ast.walk(tree):
                if isinstance(node, _DEFINITIONS) and ast.get_docstring(node, clean=False) is not None:
                    del node.body[0]
            return {node.name: _digest(node) for node in tree.body if isinstance(node, _DEFINITIONS)}
    except _BEYOND_PYTHON:
        return {}


def _digest(node: ast.AST) -> str:
    unwritten = any(isinstance(inner, ast.Raise) and _is_stub(inner.exc) for inner in ast.walk(node))
    digest = hashlib.sha256(ast.dump(node).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_UNWRITTEN if unwritten else ''}{digest}"


def _is_stub(raised: ast.expr | None) -> bool:
    called = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(called, ast.Name) and called.id == "NotImplementedError"
