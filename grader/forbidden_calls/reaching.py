"""The call graph: finds the functions, classes and methods that are reached, and what methods are bound to."""

from __future__ import annotations

import ast

from grader.forbidden_calls import pytorch
from grader.forbidden_calls.mentions import ANY
from grader.forbidden_calls.names import Names
from grader.forbidden_calls.points_to import PointsTo
from grader.forbidden_calls.values import MOST_VALUES, TENSOR, Class, Function, Instance, Library, Scope, Value
from grader.forbidden_calls.walking import bound, nodes

_CALLED_BY_NAME = {"forward", "step", "zero_grad"}
_PLAIN_BASES = {("builtins", "object"), ("abc", "ABC"), ("typing", "Generic"), ("typing", "Protocol")}
_PLAIN_DECORATORS = {
    *(("builtins", name) for name in ("staticmethod", "classmethod")),
    *(("torch", name) for name in ("no_grad", "enable_grad", "inference_mode")),
}
_RUN_LATER = (ast.Yield, ast.YieldFrom, ast.GeneratorExp)  # this code runs after the call


class Reaching:
    """Puts the bodies of functions and classes on the worklist when they are reached."""

    def __init__(self, points_to: PointsTo, names: Names) -> None:
        self._sets = points_to
        self._names = names
        self._given: set[Function] = set()

    def function(self, function: Function, *, loading: bool = False) -> None:
        """Reach a function, so that its body is visited. `loading` says that the call ends while the file is loaded."""
        if not loading and function in self._sets.at_load:
            self._sets.at_load.remove(function)
            self._sets.grew = True
        if function not in self._sets.reached:
            self._sets.reached.add(function)
            node = function.node
            if isinstance(node, ast.Lambda):
                self.body(function, [node.body], loading=loading)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.body(function, node.body, loading=loading)

    def given_tensors(self, function: Function) -> None:
        """Reach a function that the suite calls: each parameter may be a tensor."""
        if function not in self._given:
            self._given.add(function)
            skipped = 1 if function.owner is not None and "staticmethod" not in function.kinds else 0
            for name in (*function.parameters[skipped:], *function.keyword_only):
                self._names.bind_parameter(function, name, {TENSOR})
            for more in (function.arguments.vararg, function.arguments.kwarg):
                if more is not None:
                    container = self._sets.container(more)
                    self._sets.add(container.items, {TENSOR})
                    self._names.bind_parameter(function, more.arg, {container})
        self.function(function)

    def body(self, scope: Scope, body: list[ast.expr] | list[ast.stmt], *, loading: bool = False) -> None:
        """Find which names are local to a body, and put the body on the worklist."""
        found = nodes(body)
        later = isinstance(scope.node, ast.AsyncFunctionDef) or any(isinstance(node, _RUN_LATER) for node in found)
        if loading and not later:
            self._sets.at_load.add(scope)
        scope.local |= set(bound(found))
        if isinstance(scope, Function):
            more = (scope.arguments.vararg, scope.arguments.kwarg)
            scope.local |= {*scope.parameters, *scope.keyword_only, *(a.arg for a in more if a is not None)}
        for node in found:
            if isinstance(node, ast.Global):
                scope.declared_global |= set(node.names)
            elif isinstance(node, ast.Nonlocal):
                scope.local -= set(node.names)
        self._sets.reach(scope, found)

    def kind(self, kind: Class) -> None:
        """Reach a class: its body and its bases, but no method yet."""
        waiting = [kind]
        while waiting:
            kind = waiting.pop()
            if kind not in self._sets.reached:
                self._sets.reached.add(kind)
                self.body(kind, kind.body)
            for base in self.bases(kind):
                if isinstance(base, Class) and base not in self._sets.reached:
                    waiting.append(base)
                elif isinstance(base, Library) and not base.made and pytorch.is_class(base.path):
                    self._sets.use_named(base.path, kind.line)

    def bases(self, kind: Class) -> list[Value]:
        """Return what a class derives from, the nearest first, with the bases of its bases."""
        found: dict[Value, None] = {}
        waiting = [base for values in kind.bases for base in values]
        for base in waiting:  # the list grows during the loop
            if base not in found and base is not kind and len(found) < MOST_VALUES:
                found[base] = None
                if isinstance(base, Class):
                    waiting += [further for values in base.bases for further in values]
        self._sets.spend(len(waiting))
        return list(found)

    def methods(self, kind: Class, *, given: bool = False) -> None:
        """Reach the methods of a class that may be called; `given` says that the suite calls them.

        Python, PyTorch and suites call some methods by themselves; reached code asks for others by name.
        """
        nearer: set[str] = set()
        bases = self.bases(kind)
        for owner in (kind, *bases):
            if not isinstance(owner, Class) or not self._sets.spend(len(owner.names) * (1 + len(bases))):
                continue
            for name in [name for name in owner.names if name not in nearer]:
                for method in [value for value in owner.names[name] if isinstance(value, Function)]:
                    if self._may_be_called(name, method, kind, bases):
                        self.bind(method, kind)
                        if given:
                            self.given_tensors(method)
                        else:
                            self.function(method)
            nearer |= owner.names.keys()

    def _may_be_called(self, name: str, method: Function, kind: Class, bases: list[Value]) -> bool:
        """Say whether a method may be called, by its name, its decorators, and the bases of its class."""
        asked_for = self._sets.asked_for
        if name.startswith("__") or name in _CALLED_BY_NAME or name in asked_for or ANY in asked_for:
            return True
        if self._is_decorated(method) or self._is_odd(kind):
            return True
        for base in bases:
            if isinstance(base, Class):
                if self._is_odd(base):
                    return True
            elif not isinstance(base, Library) or pytorch.exists((*base.path, name)):
                return True
            elif base.path not in _PLAIN_BASES and not pytorch.is_class(base.path):
                return True  # it is unknown which methods the base calls
        return False

    def _is_decorated(self, method: Function) -> bool:
        """Say whether a decorator may register a method, or let the method run without a call."""
        decorators = getattr(method.node, "decorator_list", ())
        values = [self._sets.at(decorator) for decorator in decorators]
        return not all(isinstance(v, Library) and v.path in _PLAIN_DECORATORS for found in values for v in found) or (
            self._sets.settled and not all(values)
        )

    def _is_odd(self, kind: Class) -> bool:
        """Say whether a class has unknown bases, or a metaclass that may call its methods."""
        assert isinstance(kind.node, ast.ClassDef)
        unknown = self._sets.settled and not all(kind.bases)
        return bool(kind.node.keywords) or len(kind.node.bases) > len(kind.bases) or unknown

    def special_methods(self, kind: Class) -> None:
        """Reach the methods that Python and PyTorch call by themselves."""
        for owner in (kind, *self.bases(kind)):
            if isinstance(owner, Class):
                for method in self._special(owner):
                    self.bind(method, kind)
                    self.function(method)

    def bind(self, method: Function, kind: Class) -> None:
        """Let a method's first parameter stand for the instance, or for the class."""
        if method.parameters and "staticmethod" not in method.kinds:
            what: Value = kind if "classmethod" in method.kinds else Instance(kind)
            self._names.bind_parameter(method, method.parameters[0], {what})

    def _special(self, kind: Class) -> list[Function]:
        if not self._sets.spend(len(kind.names)):
            return []
        return [
            value
            for name, values in kind.names.items()
            if name == "forward" or (name.startswith("__") and name.endswith("__"))
            for value in values
            if isinstance(value, Function)
        ]
