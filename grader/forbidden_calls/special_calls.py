"""Calls with known results: built-in functions such as `getattr`, code in a string, and `attrgetter`."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from grader.forbidden_calls import folding
from grader.forbidden_calls.members import Members
from grader.forbidden_calls.names import Names
from grader.forbidden_calls.points_to import PointsTo
from grader.forbidden_calls.reaching import Reaching
from grader.forbidden_calls.source import NOT_PYTHON
from grader.forbidden_calls.values import (
    MOST_PARTS,
    Class,
    Constant,
    Container,
    Function,
    Instance,
    Library,
    Operation,
    Scope,
    Values,
    operation,
    texts,
)


class SpecialCalls:
    """The calls whose result depends on their arguments alone."""

    def __init__(self, points_to: PointsTo, names: Names, reaching: Reaching, members: Members) -> None:
        self._sets = points_to
        self._names = names
        self._reaching = reaching
        self._members = members

    def of_the_scope(self, name: str, arguments: Sequence[Values], scope: Scope) -> Values | None:
        """Return what `super()`, `globals()`, `locals()` or `vars()` give in a scope; None for other calls."""
        if name == "super":
            current: Scope | None = scope
            while current is not None and not isinstance(current, Class):
                current = current.parent
            return set() if current is None else {Operation("super", current)}
        if name not in ("globals", "locals", "vars") or arguments:
            return None
        if name == "globals" or scope is self._sets.module:
            return {Operation("vars", None)}
        return {self._names.locals_of(scope)}

    def built_in(self, path: tuple[str, ...], arguments: Sequence[Values]) -> Values | None:
        """Return what a function of `builtins`, `operator` or `importlib` gives; None if it isn't a special one."""
        first: Values = arguments[0] if arguments else set()
        words = [texts(values) for values in arguments]
        match path[1:]:
            case ("getattr",) if len(words) > 1:
                return set().union(*(self._members.attribute(first, name) for name in words[1]), *arguments[2:])
            case ("setattr",) if len(arguments) == 3:
                for name in words[1]:
                    self._names.store(first, name, arguments[2])
                return set()
            case ("vars",) if arguments:
                return set().union(*(operation("vars", value) for value in first))
            case ("type",) if len(arguments) == 1:
                kinds: Values = {value.kind for value in first if isinstance(value, Instance)}
                return kinds | {Library(value.path) for value in first if isinstance(value, Library) and value.made}
            case ("super",) if len(arguments) == 2:
                return {Operation("super", value) for value in first if isinstance(value, Class)}
            case ("__import__",) if words:
                return {Library((name.partition(".")[0],)) for name in words[0]}
            case ("import_module",) if words:
                return {Library(tuple(name.split(".", MOST_PARTS))) for name in words[0] if not name.startswith(".")}
            case ("attrgetter" | "methodcaller" | "itemgetter" as kind,) if words:
                return {Operation(kind, name) for name in words[0]}
            case ("getitem",) if len(arguments) == 2:
                return self._members.item(first, arguments[1])
            case ("chr",) if arguments:
                return folding.characters(first)
        return None

    def evaluate(self, codes: Sequence[str], node: ast.Call, scope: Scope) -> Values:
        """Reach the code in the strings that `eval` or `exec` receives, as a function that is called there."""
        if codes and node not in self._sets.reached:
            self._sets.reached.add(node)
            body = _parsed(codes[0], node.lineno)
            nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
            function = Function(ast.Lambda(nothing, ast.Constant(None)), scope)
            self._reaching.body(self._sets.created(node, function), body)
            if body and isinstance(body[-1], ast.Expr):
                self._sets.same(body[-1].value, node)  # the call's value is that of the last expression
        return set()

    def operation(self, function: Operation, arguments: Sequence[Values]) -> Values:
        """Return what calling an operation gives."""
        first: Values = arguments[0] if arguments else set()
        value = function.value
        if value is None:
            return set()
        if isinstance(value, str):
            return self._getter(function.kind, value, first)
        match function.kind:
            case "get" if isinstance(value, Operation):
                return self._members.entry(value, first).union(*arguments[1:])
            case "get":
                return self._members.item({value}, first).union(*arguments[1:])
            case "put" if isinstance(value, Container):
                for values in arguments:
                    added = {v for v in values if not isinstance(v, Container)}
                    self._sets.add(value.items, self._names.elements(values) | added)
            case "keep":
                return {value}
            case "getattr":
                return set().union(*(self._members.attribute({value}, name) for name in texts(first)))
            case kind if kind in folding.METHODS and isinstance(value, Constant):
                return folding.method(value.value, kind, arguments)
        return set()

    def _getter(self, kind: str, text: str, values: Values) -> Values:
        """Return what `attrgetter(text)` or `itemgetter(text)` gives of a value."""
        if kind == "itemgetter":
            return self._members.item(values, {Constant(text)})
        if kind == "attrgetter":
            for name in text.split(".")[:MOST_PARTS]:
                values = self._members.attribute(values, name)
            return values
        return set()


def _parsed(code: str, line: int) -> list[ast.stmt]:
    """Return the statements in a string of code. All of them get the line number of the string."""
    try:
        tree = ast.parse(code.strip() if len(code) <= folding.LONGEST else "")
    except NOT_PYTHON:
        return []
    for node in ast.walk(tree):
        if isinstance(node, (ast.expr, ast.stmt)):
            node.lineno = line
    return tree.body
