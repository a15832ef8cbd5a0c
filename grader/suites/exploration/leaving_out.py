"""Leaves out of a program what its failure does not need: what is observed besides, and lines.

The functions here only propose programs. `exploring.py` runs them, and keeps one in which the same failure remains.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Collection, Iterator, Sequence

from grader.suites.exploration.agreement import Disagreement
from grader.suites.exploration.programs import Program, parsed

_METHODS = ("flatten", "contiguous", "sum", "eval", "requires_grad_")  # that a program may do without
_ASSIGNS = re.compile(r"(\w+) = ")
_TRIES = re.compile(r"^( *)try:\n((?:\1    .*\n)+)\1except Exception:\n\1    pass\n", re.MULTILINE)


def up_to_an_error(program: Program) -> list[Program]:
    """Return programs that end at the call, at the line after it, and so on, and observe only what that line gives."""
    ended = [program.after[:end] for end in range(1, len(program.after) + 1)]
    return [dataclasses.replace(program, after=lines, observed=(_given_by(lines),)) for lines in ended]


def _given_by(lines: Sequence[str]) -> str:
    named = _ASSIGNS.match(lines[-1]) if len(lines) > 1 else None
    return named[1] if named else "result"


def one_by_one(program: Program) -> list[Program]:
    """Return programs that observe one expression each."""
    return [dataclasses.replace(program, observed=(text,)) for text in program.observed]


def observing_only(program: Program, found: Disagreement) -> list[Program]:
    """Return the program that compares only what differs, or none if that is not known."""
    if found.of in (program.observed or ("result",)):
        return [dataclasses.replace(program, observed=(found.of,))]
    if found.of in program.given:
        tensors = tuple(name for name in program.tensors if name == found.of)
        return [dataclasses.replace(program, observed=("None",), given=(found.of,), tensors=tensors)]
    return []


def after_call(program: Program) -> list[int]:
    """Return the places of the lines that follow the call."""
    first = len(program.before) + 1
    return [*range(first, first + len(program.after) - 1)]


def before_call(program: Program, source: str) -> list[int]:
    """Return the places of the lines of set-up that may be left out.

    A seed stays while something in the `source` that runs may draw from it: only the grader's own runs begin with the
    same random numbers.
    """
    drawing = re.search(r"\bnn\.|rand|shuffle|dropout", source, re.IGNORECASE)
    return [
        place
        for place, line in enumerate(program.before)
        if not (drawing and "seed(" in line and not _ASSIGNS.match(line))
    ]


def without(program: Program, left_out: Collection[int]) -> Program:
    """Return the program without the lines at these places, and without the names that only they give."""
    lines = (*program.before, *program.after)
    kept = [place for place in range(len(lines)) if place not in left_out]
    before = tuple(lines[place] for place in kept if place < len(program.before))
    given = tuple(name for name in program.given if any(line.startswith(f"{name} = ") for line in before))
    return dataclasses.replace(
        program,
        before=before,
        after=tuple(lines[place] for place in kept if place >= len(program.before)),
        given=given,
        tensors=tuple(name for name in program.tensors if name in given),
    )


def without_try(program: Program) -> list[Program]:
    """Return the program whose call is not in a `try`, or none if it is in none."""
    call = _TRIES.sub(lambda match: re.sub("^    ", "", match[2], flags=re.MULTILINE), program.after[0])
    return [dataclasses.replace(program, after=(call, *program.after[1:]))] if call != program.after[0] else []


def unwrapped(program: Program, helpers: Collection[str]) -> list[Program]:
    """Return the program whose call is not inside of a helper: `f(x)` instead of `helper(f(x), 1)`; or none."""
    code = parsed(program.after[0])
    changed = ast.unparse(_Unwrapping(helpers).visit(code))
    same = changed == ast.unparse(parsed(program.after[0]))
    return [] if same else [dataclasses.replace(program, after=(changed, *program.after[1:]))]


class _Unwrapping(ast.NodeTransformer):
    def __init__(self, helpers: Collection[str]) -> None:
        self._helpers = helpers

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Return the first argument of a helper's call, if that is a call too."""
        self.generic_visit(node)
        is_helper = isinstance(node.func, ast.Name) and node.func.id in self._helpers
        return node.args[0] if is_helper and node.args and isinstance(node.args[0], ast.Call) else node


def simpler_lines(program: Program) -> list[Program]:
    """Return programs of which one line is simpler: without a method such as `.eval()`, without `dtype=` or
    `requires_grad=`, or without an operation in a function that the call hands over.
    """
    lines = (*program.before, program.after[0])
    found = []
    for place, line in enumerate(lines):
        if "\n" in line:
            continue
        for text in dict.fromkeys(_simplified(line, is_call=place == len(program.before))):
            changed = [*lines[:place], text, *lines[place + 1 :]]
            after = (changed.pop(), *program.after[1:])
            found.append(dataclasses.replace(program, before=tuple(changed), after=after))
    return found


def _simplified(line: str, *, is_call: bool) -> Iterator[str]:
    for place in range(len([*ast.walk(parsed(line))])):
        code = parsed(line)
        nodes = [*ast.walk(code)]
        node = nodes[place]
        if is_call:
            handed = [part for one in nodes if isinstance(one, ast.Lambda) for part in ast.walk(one.body)]
            if isinstance(node, ast.BinOp) and node in handed:
                yield ast.unparse(_Swapping(node, node.left).visit(code))
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS and not (node.args or node.keywords):
                yield ast.unparse(_Swapping(node, node.func.value).visit(code))
            for number, keyword in enumerate(node.keywords):
                if keyword.arg in ("dtype", "requires_grad"):
                    del node.keywords[number]
                    yield ast.unparse(code)
                    node.keywords.insert(number, keyword)


class _Swapping(ast.NodeTransformer):
    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the new expression for the old one."""
        return self._new if node is self._old else self.generic_visit(node)


def heaps(spare: Sequence[int]) -> list[tuple[int, ...]]:
    """Return sets of places to leave out together, largest first. Each place can be left out alone.

    >>> heaps([1, 4])
    [(1, 4), (4,), (1,)]
    """
    ends = [tuple(spare[start:]) for start in range(len(spare))]
    starts = [tuple(spare[:end]) for end in range(1, len(spare))]
    return sorted(ends + starts, key=len, reverse=True)
