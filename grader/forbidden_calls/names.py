"""Scopes and names: binds names, attributes and keys at assignments, and looks up what a name may stand for."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable

from grader.forbidden_calls import pytorch
from grader.forbidden_calls.points_to import PointsTo
from grader.forbidden_calls.values import (
    TENSOR,
    Class,
    Container,
    Function,
    Instance,
    Library,
    Operation,
    Scope,
    Value,
    Values,
    constants,
    is_sure,
    texts,
)
from grader.forbidden_calls.walking import header, imported, nodes


class Names:
    """The scopes of the submission."""

    def __init__(self, points_to: PointsTo) -> None:
        self._sets = points_to
        self._source = points_to.source
        self._module = points_to.module
        self._asked_for: set[str] = set()  # names of the top level

    # Reading

    def lookup(self, name: str, scope: Scope) -> Values:
        """Return the values of a name in a scope: its own, those of the scopes around it, the built-in ones."""
        comprehended: Values = set()
        current: Scope | None = scope
        while current is not None and current is not self._module:
            comprehended = comprehended | current.comprehended.get(name, set())
            visible = current is scope or not isinstance(current, Class)
            if visible and name in current.local and name not in current.declared_global:
                found = current.names.get(name, set())
                if found or not isinstance(current, Class):
                    return comprehended | found
            current = current.parent
        return comprehended | self._module.comprehended.get(name, set()) | self.top_level(name)

    def top_level(self, name: str) -> Values:
        """Return the values of a name at the top level, or of a built-in one."""
        if name not in self._asked_for:
            self._asked_for.add(name)
            for statement in (*self._source.binding.get(name, ()), *self._source.changing.get(name, ())):
                self._reach_statement(statement)
        if name in self._source.binding or name in self._module.names:
            return self._module.names.setdefault(name, set())
        for module in self._source.stars:
            if pytorch.exists((*module, name)):
                return {Library((*module, name))}
        return {Library(("builtins", name))} if hasattr(builtins, name) else set()

    def _reach_statement(self, statement: ast.stmt) -> None:
        if statement not in self._sets.reached:
            self._sets.reached.add(statement)
            self._sets.reach(self._module, nodes(header(statement)), statement)
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                self.bind_import(statement, self._module, statement)  # at once, because most other code needs it

    # Binding

    def bind(self, name: str, values: Values, scope: Scope, statement: ast.stmt | None) -> None:
        """Add to what a name may stand for in a scope. `statement` is the top-level statement that binds it."""
        if name in scope.declared_global:
            scope = self._module
        while isinstance(scope, Function) and name not in scope.local and isinstance(scope.parent, Function):
            scope = scope.parent  # nonlocal
        if scope is self._module and statement is not None and statement not in self._source.binding.get(name, ()):
            return  # a later statement replaces this value
        self._sets.add(scope.names.setdefault(name, set()), values)

    def bind_import(self, node: ast.Import | ast.ImportFrom, scope: Scope, statement: ast.stmt | None) -> None:
        """Bind what an import binds."""
        for name, path in imported(node):
            self.bind(name, {Library(path)}, scope, statement)

    def bind_parameter(self, function: Function, name: str, values: Values) -> None:
        """Add to what a parameter may stand for."""
        self._sets.add(function.names.setdefault(name, set()), values)

    def assign(
        self,
        target: ast.expr,
        values: Values,
        scope: Scope,
        statement: ast.stmt | None,
        written: ast.expr | None = None,
    ) -> None:
        """Assign values to a target. `written` is the expression that has them, so that `a, b = c, d` goes by pairs."""
        waiting = [(target, values, written)]
        while waiting:
            target, values, written = waiting.pop()
            match target:
                case ast.Name(id=name):
                    self.bind(name, values, scope, statement)
                case ast.Starred(value=inner):
                    waiting.append((inner, values, None))
                case ast.Tuple(elts=targets) | ast.List(elts=targets):
                    parts = written.elts if isinstance(written, (ast.Tuple, ast.List)) else []
                    if len(parts) == len(targets) and not any(isinstance(p, ast.Starred) for p in targets):
                        waiting += [(t, self._sets.at(part), part) for t, part in zip(targets, parts, strict=True)]
                    else:
                        each = self.elements(values) | {v for v in values if not isinstance(v, Container)}
                        waiting += [(t, each, None) for t in targets]
                case ast.Attribute(value=holder, attr=name):
                    self.store(self._sets.at(holder), name, values)
                case ast.Subscript(value=holder, slice=key):
                    for container in self._sets.at(holder):
                        self.put(container, self._sets.at(key), values)

    def store(self, holders: Iterable[Value], name: str, values: Values) -> None:
        """Set an attribute of classes, instances and functions of the submission."""
        for holder in holders:
            kind = holder.kind if isinstance(holder, Instance) else holder
            if isinstance(kind, (Class, Function)):
                self._sets.add(kind.attributes.setdefault(name, set()), values)

    def put(self, holder: Value, keys: Values, values: Values) -> None:
        """Put values under a key into a container, or into the dictionary of a module, a class or an instance."""
        match holder:
            case Container():
                known = constants(keys)
                into = holder.keyed.setdefault(known[0], set()) if len(known) == 1 else holder.items
                self._sets.add(into, values)
            case Operation(kind="vars", value=None):
                for name in texts(keys):
                    self._sets.add(self._module.names.setdefault(name, set()), values)
            case Operation(kind="vars", value=owner) if not isinstance(owner, str) and owner is not None:
                for name in texts(keys):
                    self.store([owner], name, values)

    # Containers

    def all_in(self, container: Container) -> Values:
        """Return everything that a container may hold."""
        return container.all() if self._sets.spend(len(container.keyed)) else set()

    def elements(self, values: Values) -> Values:
        """Return what iterating over one of the values may give."""
        found: Values = set()
        for value in values:
            if isinstance(value, Container):
                found |= self.all_in(value)
            elif is_sure(value):
                found.add(TENSOR)
        return found

    def locals_of(self, scope: Scope) -> Container:
        """Return what `locals()` gives in a scope."""
        container = self._sets.container(scope.node)
        if self._sets.spend(len(scope.local)):
            for name in scope.local:
                self._sets.add(container.keyed.setdefault(name, set()), scope.names.get(name, set()))
        return container
