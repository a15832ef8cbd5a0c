"""The effect of each kind of node: statements bind names, and expressions get values from their inner nodes."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from grader.forbidden_calls import folding
from grader.forbidden_calls.calls import Calls, CallSite
from grader.forbidden_calls.members import Members
from grader.forbidden_calls.names import Names
from grader.forbidden_calls.points_to import Body, PointsTo
from grader.forbidden_calls.values import (
    MOST_VALUES,
    TENSOR,
    Class,
    Constant,
    Container,
    Function,
    Library,
    Scope,
    Values,
    any_sure,
)
from grader.forbidden_calls.walking import bound, nodes

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict, *_COMPREHENSIONS)


class Statements:
    """Visits the nodes of reached code in order."""

    def __init__(self, points_to: PointsTo, names: Names, members: Members, calls: Calls) -> None:
        self._sets = points_to
        self._names = names
        self._members = members
        self._calls = calls

    def look(self, body: Body) -> None:
        """Visit each node of a body once, while any allowed work is left."""
        for node in body.nodes:
            self._sets.loading = body.scope in self._sets.at_load
            if not self._sets.spend(1):
                return
            if isinstance(node, ast.expr):
                found = self._value(node, body.scope)
                if found:
                    self._sets.add(self._sets.set_at(node), found)
            else:
                self._do(node, body.scope, body.statement)
        self._sets.loading = False

    def _do(self, node: ast.AST, scope: Scope, statement: ast.stmt | None) -> None:
        """Apply the effect of a statement, or of a part of it, on names."""
        at = self._sets.at
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._names.assign(target, at(value), scope, statement, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
                self._names.assign(target, at(value), scope, statement, value)
            case ast.For(target=target, iter=values) | ast.AsyncFor(target=target, iter=values):
                self._names.assign(target, self._names.elements(at(values)), scope, statement)
            case ast.comprehension(target=target, iter=values):
                for name in bound(nodes([target])):
                    self._sets.add(scope.comprehended.setdefault(name, set()), self._names.elements(at(values)))
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                self._names.assign(target, at(value), scope, statement)
            case ast.Return(value=value) if isinstance(scope, Function):
                self._sets.add(scope.returns, at(value))
            case ast.Import() | ast.ImportFrom():
                self._names.bind_import(node, scope, statement)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                function = self._function(node, scope)
                function.kinds |= self._kinds(node.decorator_list)
                self._names.bind(node.name, self._decorated({function}, node, scope), scope, statement)
            case ast.ClassDef():
                kind = self._sets.created(node, Class(node, scope))
                kind.bases = [self._sets.set_at(base) for base in node.bases[:MOST_VALUES]]
                self._names.bind(node.name, self._decorated({kind}, node, scope), scope, statement)
            case ast.Match(subject=subject):
                for name in bound(nodes([case.pattern for case in node.cases])):
                    self._names.bind(name, at(subject), scope, statement)

    def _kinds(self, decorators: Sequence[ast.expr]) -> set[str]:
        """Return which of staticmethod, classmethod and property are among the decorators."""
        paths = [v.path for decorator in decorators for v in self._sets.at(decorator) if isinstance(v, Library)]
        found = {path[-1] for path in paths if path[-1] in ("staticmethod", "classmethod", "property")}
        return found | ({"property"} if ("functools", "cached_property") in paths else set())

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope) -> Function:
        function = self._sets.created(node, Function(node, scope))
        arguments = function.arguments
        for name, default in zip(function.parameters[::-1], reversed(arguments.defaults), strict=False):
            self._names.bind_parameter(function, name, self._sets.at(default))
        for name, optional in zip(function.keyword_only, arguments.kw_defaults, strict=True):
            self._names.bind_parameter(function, name, self._sets.at(optional))
        return function

    def _decorated(
        self, values: Values, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, scope: Scope
    ) -> Values:
        """Return what a definition may stand for: itself, and the result of each decorator.

        A decorator at the top level runs while the file is loaded; only its result runs in a call of the task.
        """
        if scope is self._sets.module or (isinstance(scope, Class) and scope.parent is self._sets.module):
            self._sets.loading = True
        for decorator in reversed(node.decorator_list):
            site = CallSite(line=node.lineno, arguments=[values])
            values = values | self._calls.call(self._sets.at(decorator), site)
        return values

    # What an expression may stand for

    def _value(self, node: ast.expr, scope: Scope) -> Values:
        at = self._sets.at
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                return self._names.lookup(name, scope)
            case ast.Attribute(value=value, attr=name, ctx=ast.Load()):
                return self._members.attribute(at(value), name)
            case ast.Call():
                return self._calls.at(node, scope)
            case ast.Constant(value=value):
                return {Constant(value)} if isinstance(value, (str, bytes, int)) else set()
            case ast.Subscript(value=value, slice=key, ctx=ast.Load()):
                return self._members.item(at(value), at(key), key)
            case ast.Lambda():
                return {self._function(node, scope)}
            case ast.IfExp(body=one, orelse=other):
                return at(one) | at(other)
            case ast.BoolOp(values=values):
                return set().union(*map(at, values))
            case ast.NamedExpr(target=target, value=value):
                self._names.assign(target, at(value), scope, None, value)
                return at(value)
            case ast.BinOp(left=left, op=op, right=right):
                return self._sum(at(left), op, at(right))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
                return {Constant(-number)}
            case ast.UnaryOp(operand=value):
                return {TENSOR} if any_sure(at(value)) else set()
            case ast.JoinedStr(values=parts):
                return folding.formatted([at(part) for part in parts])
            case ast.FormattedValue(value=value, format_spec=None):
                return {v for v in at(value) if isinstance(v, Constant)}
            case ast.Starred(value=value):
                return self._names.elements(at(value))
            case ast.Await(value=value):
                return at(value)
            case ast.Yield(value=value) if isinstance(scope, Function):
                container = self._sets.container(node)
                self._sets.add(container.items, at(value))
                self._sets.add(scope.returns, {container})
                return set()
            case ast.YieldFrom(value=value) if isinstance(scope, Function):
                self._sets.add(scope.returns, at(value))
                return set()
        return self._displayed(node)

    def _displayed(self, node: ast.expr) -> Values:
        """Return the container of a list, tuple, set or dict display, or of a comprehension."""
        if not isinstance(node, _DISPLAYS):
            return set()
        at = self._sets.at
        container = self._sets.container(node)
        match node:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                for index, element in enumerate(elements):
                    starred = isinstance(element, ast.Starred)
                    into = container.items if starred else container.keyed.setdefault(index, set())
                    self._sets.add(into, at(element))
            case ast.Dict(keys=keys, values=values):
                for key, item in zip(keys, values, strict=True):
                    if key is None:
                        self._sets.add(container.items, self._names.elements(at(item)))
                    else:
                        self._names.put(container, at(key), at(item))
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                self._sets.add(container.items, at(element))
            case ast.DictComp(value=value):
                self._sets.add(container.items, at(value))
        return {container}

    def _sum(self, left: Values, op: ast.operator, right: Values) -> Values:
        """Return what an operator gives: a tensor if one side is a tensor, both containers, or joined strings."""
        if any_sure(left) or any_sure(right):
            return {TENSOR}
        if not isinstance(op, (ast.Add, ast.BitOr)):
            return set()
        return {v for v in (*left, *right) if isinstance(v, Container)} | folding.added(left, right)
