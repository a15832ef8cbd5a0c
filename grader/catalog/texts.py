"""The texts of a course that learners read, each with its place: what a translator of the course starts from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.catalog.catalog import Catalog, read_text
from grader.catalog.cells import Cell, split_cells
from grader.sentences.titles import title_of


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A text of the course as learners see it, what it is, and where it stands: a path in the course, and a line."""

    text: str
    kind: str
    path: str
    line: int


def texts_of(catalog: Catalog) -> Iterator[Text]:
    """Yield the texts of a course: titles, text cells, hints, titles of checks, and the sentences of misconceptions.

    They are read from the solutions, the suites and the misconceptions. Raises `CatalogError` where there is no
    solution, or where a file is malformed.
    """
    for exercise in catalog.exercises:
        solution = catalog.solution(exercise.id)
        yield from _of_source(solution, exercise.title, catalog.root)
        for suite in catalog.suites(exercise.id):
            yield from _of_suite(suite, catalog.root)
        sentences = [variant.message for variant in catalog.misconceptions(exercise.id)]
        if sentences:
            path = catalog.root / "tests" / "misconceptions" / solution.name
            yield from _of_misconceptions(path, sentences, catalog.root)


def _of_source(path: Path, title: str, root: Path) -> Iterator[Text]:
    before, cells = split_cells(read_text(path), origin=path.stem)
    line = next(number for number, line in enumerate(before, 1) if line.lstrip("# ").startswith("title:"))
    yield _text(title, "title of an exercise", path, line, root)
    for cell in cells:
        if cell.is_hint:
            yield _text(" ".join(cell.text.split()), "hint", path, cell.line, root)
        elif cell.kind == "markdown" and cell.text:
            yield _text(cell.text, "text cell, in Markdown", path, cell.line, root)


def _of_suite(path: Path, root: Path) -> Iterator[Text]:
    for node in ast.walk(ast.parse(read_text(path), str(path))):
        if isinstance(node, ast.FunctionDef) and any(map(_is_check, node.decorator_list)):
            title = title_of(ast.get_docstring(node) or "")
            if title:
                yield _text(title, "title of a check", path, node.body[0].lineno, root)


def _of_misconceptions(path: Path, sentences: list[str], root: Path) -> Iterator[Text]:
    def is_variant(cell: Cell) -> bool:
        return bool(cell.metadata.keys() & {"task", "name"})

    cells = filter(is_variant, split_cells(read_text(path), origin=path.stem)[1])
    for cell, sentence in zip(cells, sentences, strict=True):
        yield _text(sentence, "what a learner with this misconception is told", path, cell.line + 1, root)


def _is_check(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "check"


def _text(text: str, kind: str, path: Path, line: int, root: Path) -> Text:
    return Text(text=text, kind=kind, path=path.relative_to(root).as_posix(), line=line)
