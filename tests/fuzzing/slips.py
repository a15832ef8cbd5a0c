"""Small slips in right code: a name is misspelt, an operator swapped, a line forgotten. Deterministic."""

from __future__ import annotations

import ast
import builtins
import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.catalog import Catalog, Exercise

_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.MatMult: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
_Slip = Callable[[ast.AST], Iterator[tuple[ast.AST, str]]]  # yields a node instead, and the name that is now misspelt


@dataclass(frozen=True, kw_only=True)
class Slipped:
    """A right implementation of one task with one slip of the kind `kind`.

    `misspelt` is the misspelt name, if there is one.
    """

    task: str
    kind: str
    misspelt: str
    code: str


def misspell(name: str) -> str:
    """Return a name with two letters swapped, or one doubled if they are equal."""
    middle = len(name) // 2
    first, second = name[middle - 1 : middle], name[middle : middle + 1]
    swapped = name[: middle - 1] + second + first + name[middle + 1 :] if first else name + "s"
    return swapped if swapped != name else name[:middle] + second + name[middle:]


def _a_name(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and not hasattr(builtins, node.id):
        wrong = misspell(node.id)
        yield ast.Name(wrong, ast.Load()), wrong


def _an_attribute(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and not node.attr.startswith("__"):
        wrong = misspell(node.attr)
        yield ast.Attribute(node.value, wrong, node.ctx), wrong


def _a_keyword(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.keyword) and node.arg:
        wrong = misspell(node.arg)
        yield ast.keyword(wrong, node.value), wrong


def _an_operator(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if type(node) in _SWAPPED:
        yield _SWAPPED[type(node)](), ""


def _a_number(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1), ""


def _two_arguments(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.Call) and len(node.args) > 1:
        yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords), ""


def _parentheses(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        yield node.func, ""


def _a_line(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.Expr | ast.AugAssign | ast.Raise):
        yield ast.Pass(), ""


def _a_condition(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.If | ast.While):
        turned = copy.copy(node)
        turned.test = ast.UnaryOp(ast.Not(), node.test)
        yield turned, ""


def _a_definition(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("__"):
        renamed = copy.copy(node)
        renamed.name = misspell(node.name)
        yield renamed, renamed.name


KINDS: dict[str, _Slip] = {
    "a misspelt name": _a_name,
    "a misspelt attribute": _an_attribute,
    "a misspelt keyword": _a_keyword,
    "a misspelt definition": _a_definition,
    "a swapped operator": _an_operator,
    "a number one too large": _a_number,
    "two swapped arguments": _two_arguments,
    "forgotten parentheses": _parentheses,
    "a forgotten line": _a_line,
    "a negated condition": _a_condition,
}


def slips_in(code: str, task: str) -> Iterator[Slipped]:
    """Yield the code of a task with each possible slip."""
    tree = ast.parse(code)
    for parent in list(ast.walk(tree)):
        for field, value in list(ast.iter_fields(parent)):
            for at, node in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(node, ast.AST):
                    continue
                for kind, slip in KINDS.items():
                    for instead, misspelt in slip(node):
                        changed = [*value[:at], instead, *value[at + 1 :]] if isinstance(value, list) else instead
                        setattr(parent, field, changed)
                        text = ast.unparse(ast.fix_missing_locations(tree))
                        setattr(parent, field, value)
                        yield Slipped(task=task, kind=kind, misspelt=misspelt, code=text)


def slipped(catalog: Catalog, exercise: Exercise, number: int) -> list[Slipped]:
    """Return, for each task of an exercise, one of its alternatives with one slip: draw `number`.

    All kinds get their turn, as far as the alternative has a place for them.
    """
    solution = catalog.solution(exercise.id).read_text(encoding="utf-8").rstrip()
    found = []
    for place, task in enumerate(exercise.tasks):
        draw = random.Random(f"{exercise.id} {task.name} {number}")
        rights = [v for v in catalog.alternatives(exercise.id) if v.task == task.name]
        code = draw.choice(rights).source[len(solution) :]
        wanted = list(KINDS)[(number + place) % len(KINDS)]
        every = list(slips_in(code, task.name))
        found.append(draw.choice([s for s in every if s.kind == wanted] or every))
    return found
