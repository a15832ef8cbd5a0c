"""What a misconception's sentence presumes of a student's code, as patterns that are looked for in its syntax tree.

A presumption is one pattern, several with `or` between them, or `not` before all of them: "item()",
"mean() or sum()", "not super().__init__()". A pattern is Python code:

- `_` stands for any expression, and `...` for any statements;
- a name stands for itself and for the last part of a dotted name: `item` is found in `loss.item`;
- a call without arguments stands for a call with any. Arguments that are given must be there: `cat(dim=0)`;
- `_ - _` is found in `x -= y` too, and `_ < p` in `p > 0` and `0 <= q < p`;
- a keyword alone, such as `assert`, stands for every statement that begins with it; `elif` and `else` for an `if` that
  goes on with it;
- a statement below `for`, `if`, `with` or another one with a colon may stand at any depth: `for _ in _: return`.
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

_ANY = "_"
_IGNORED = frozenset({"ctx", "type_comment", "type_params", "kind"})
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}
_STATEMENTS: dict[str, tuple[type[ast.AST], ...]] = {
    "assert": (ast.Assert,),
    "break": (ast.Break,),
    "class": (ast.ClassDef,),
    "continue": (ast.Continue,),
    "def": (ast.FunctionDef, ast.AsyncFunctionDef),
    "del": (ast.Delete,),
    "except": (ast.ExceptHandler,),
    "for": (ast.For, ast.comprehension),
    "global": (ast.Global,),
    "if": (ast.If, ast.IfExp),
    "is": (ast.Is, ast.IsNot),
    "lambda": (ast.Lambda,),
    "raise": (ast.Raise,),
    "return": (ast.Return,),
    "try": (ast.Try,),
    "while": (ast.While,),
    "with": (ast.With,),
    "yield": (ast.Yield, ast.YieldFrom),
}


_GOES_ON = ("elif", "else")

# A tree; types of nodes; or how an `if` goes on.
_Pattern = ast.AST | tuple[type[ast.AST], ...] | str


class _Presumption(NamedTuple):
    """Patterns of which one must be found or, if `absent`, none."""

    patterns: tuple[_Pattern, ...]
    absent: bool


@lru_cache(4096)
def parse(text: str) -> _Presumption:
    """Read a presumption. Raises `ValueError` if it is not Python."""
    rest = text.removeprefix("not ")
    return _Presumption(tuple(_pattern(part.strip()) for part in rest.split(" or ")), rest != text)


def holds(text: str, code: Sequence[ast.AST]) -> bool:
    """Say whether a presumption holds in `code`, which lists all nodes of the code that a task uses."""
    presumption = parse(text)
    return any(_occurs(pattern, code) for pattern in presumption.patterns) != presumption.absent


def _pattern(text: str) -> _Pattern:
    if text in _STATEMENTS:
        return _STATEMENTS[text]
    if text in _GOES_ON:
        return text
    try:
        statements = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(text) from None
    if len(statements) != 1 or keyword.iskeyword(text):
        raise ValueError(text)
    (statement,) = statements
    found: ast.AST = statement.value if isinstance(statement, ast.Expr) else statement
    if isinstance(found, ast.Name) and found.id == _ANY:
        raise ValueError(text)  # it is found in every code
    return found


def _occurs(pattern: _Pattern, nodes: Iterable[ast.AST]) -> bool:
    if isinstance(pattern, tuple):
        return any(isinstance(node, pattern) for node in nodes)
    if isinstance(pattern, str):
        return any(pattern == _goes_on(node) for node in nodes)
    return any(_fits(pattern, node) for node in nodes)


def _goes_on(node: ast.AST) -> str:
    """Return "elif" or "else" for an `if` that goes on with it, and "" for all other nodes."""
    if not isinstance(node, ast.If) or not node.orelse:
        return ""
    return "elif" if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If) else "else"


def _fits(pattern: ast.AST, node: ast.AST) -> bool:
    match pattern, node:
        case ast.Name(id="_"), ast.expr():
            return True
        case ast.Name(id=name), ast.Name(id=other) | ast.Attribute(attr=other):
            return name == other
        case ast.Call(), ast.Call():
            return _fits_call(pattern, node)
        case ast.BinOp(left=left, op=op, right=right), ast.AugAssign():
            return type(op) is type(node.op) and _fits(left, node.target) and _fits(right, node.value)
        case ast.Compare(), ast.Compare():
            return any(_fits_comparison(pattern, *pair) for pair in _pairs(node))
        case ast.Assign(targets=[target], value=value), ast.Assign():
            return any(_fits(target, t) for t in node.targets) and _fits(value, node.value)
        case ast.Assign(targets=[target], value=value), ast.AnnAssign(value=ast.expr() as given):
            return _fits(target, node.target) and _fits(value, given)
        case ast.With(items=[item]), ast.With():
            return any(_fits(item.context_expr, i.context_expr) for i in node.items) and _inside(pattern, node)
        case ast.For() | ast.While() | ast.If(), _ if type(pattern) is type(node):
            heads = ("target", "iter", "test")
            return _inside(pattern, node) and all(
                _fits(getattr(pattern, head), getattr(node, head)) for head in heads if hasattr(pattern, head)
            )
        case ast.Return(value=None), ast.Return():
            return True
    return type(pattern) is type(node) and all(
        _fits_field(value, getattr(node, name, None))
        for name, value in ast.iter_fields(pattern)
        if name not in _IGNORED
    )


def _fits_field(pattern: object, value: object) -> bool:
    if isinstance(pattern, ast.AST):
        return isinstance(value, ast.AST) and _fits(pattern, value)
    if isinstance(pattern, list):
        if not isinstance(value, list) or len(pattern) != len(value):
            return False
        return all(_fits_field(p, v) for p, v in zip(pattern, value, strict=True))
    numbers = isinstance(pattern, (int, float)) and isinstance(value, (int, float))
    alike = type(pattern) is type(value) or (numbers and not isinstance(pattern, bool) and not isinstance(value, bool))
    return alike and pattern == value


def _fits_call(pattern: ast.Call, node: ast.Call) -> bool:
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    return (
        _fits(pattern.func, node.func)
        and len(pattern.args) <= len(node.args)
        and all(_fits(p, argument) for p, argument in zip(pattern.args, node.args, strict=False))
        and all(k.arg in given and _fits(k.value, given[k.arg]) for k in pattern.keywords)
    )


def _pairs(node: ast.Compare) -> Iterator[tuple[ast.expr, ast.cmpop, ast.expr]]:
    operands = [node.left, *node.comparators]
    yield from zip(operands[:-1], node.ops, operands[1:], strict=True)


def _fits_comparison(pattern: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool:
    for first, wanted, second in _pairs(pattern):
        straight = type(op) is type(wanted) and _fits(first, left) and _fits(second, right)
        turned = _MIRRORED.get(type(op)) is type(wanted) and _fits(first, right) and _fits(second, left)
        if not (straight or turned):
            return False
    return True


def _inside(pattern: ast.With | ast.For | ast.While | ast.If, node: ast.AST) -> bool:
    """Say whether each statement below the pattern's colon occurs somewhere below the node's."""
    below = [inner for statement in getattr(node, "body", ()) for inner in ast.walk(statement)]
    return all(
        _occurs(statement.value if isinstance(statement, ast.Expr) else statement, below)
        for statement in pattern.body
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    )
