"""Calls: reaches each function that may be called, with its arguments, and returns its possible results."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from grader.forbidden_calls import pytorch
from grader.forbidden_calls.libraries import (
    CALLERS,
    CALLING_METHODS,
    FLOWS,
    GIVES_TENSORS,
    LOOKING,
    ONE_OF,
    WRAPPERS,
)
from grader.forbidden_calls.members import Members
from grader.forbidden_calls.names import Names
from grader.forbidden_calls.points_to import PointsTo
from grader.forbidden_calls.reaching import Reaching
from grader.forbidden_calls.special_calls import SpecialCalls
from grader.forbidden_calls.values import (
    TENSOR,
    Class,
    Container,
    Function,
    Instance,
    Library,
    Method,
    Operation,
    Scope,
    Values,
    texts,
)

_LIKE_FORWARD = ("forward", "__call__")


@dataclass(frozen=True, kw_only=True)
class CallSite:
    """One call: what each argument may be, and the call's place. `spread` holds the arguments that follow a `*`."""

    line: int
    arguments: Sequence[Values] = ()
    keywords: dict[str, Values] = field(default_factory=dict)
    spread: Sequence[Values] = ()
    node: ast.Call | None = None
    scope: Scope | None = None

    @property
    def all_values(self) -> list[Values]:
        """The values of all arguments."""
        return [*self.arguments, *self.spread, *self.keywords.values()]

    @property
    def first(self) -> Values:
        """What the first argument may be."""
        return self.arguments[0] if self.arguments else set()


class Calls:
    """The calls of the reached code."""

    def __init__(self, points_to: PointsTo, names: Names, reaching: Reaching, members: Members) -> None:
        self._sets = points_to
        self._names = names
        self._reaching = reaching
        self._members = members
        self._special = SpecialCalls(points_to, names, reaching, members)

    def at(self, node: ast.Call, scope: Scope) -> Values:
        """Carry out the call at a node."""
        spread = [self._sets.at(argument) for argument in node.args if isinstance(argument, ast.Starred)]
        arguments = [self._sets.at(argument) for argument in node.args if not isinstance(argument, ast.Starred)]
        functions = self._sets.at(node.func)
        if isinstance(node.func, ast.Name) and functions == {Library(("builtins", node.func.id))}:
            found = self._special.of_the_scope(node.func.id, arguments, scope)
            if found is not None:
                return found
        site = CallSite(
            line=node.lineno,
            arguments=arguments,
            keywords=self._keywords(node),
            spread=spread,
            node=node,
            scope=scope,
        )
        return self.call(functions, site)

    def _keywords(self, node: ast.Call) -> dict[str, Values]:
        found: dict[str, Values] = {}
        for keyword in node.keywords:
            if keyword.arg is not None:
                found[keyword.arg] = self._sets.at(keyword.value)
                continue
            for value in self._sets.at(keyword.value):
                if isinstance(value, Container) and self._sets.spend(len(value.keyed)):
                    found |= {key: values for key, values in value.keyed.items() if isinstance(key, str)}
        return found

    def call(self, functions: Values, site: CallSite) -> Values:
        """Call everything that may be called, and return what may come back."""
        found: Values = set()
        if not functions:
            self._call_back(site, certain=False)
        for function in list(functions):
            match function:
                case Function():
                    found |= self._invoke(function, site)
                case Operation(kind="bound", value=Function() as method):
                    found |= self._invoke(method, site, bound=True)
                case Class():
                    self._reaching.kind(function)
                    self._reaching.special_methods(function)
                    self._call_members(Instance(function), "__init__", site)
                    found.add(Instance(function))
                case Instance():
                    for name in _LIKE_FORWARD:
                        found |= self._call_members(function, name, site)
                case Library():
                    found |= self._call_library(function, site)
                case Method(name=name, sure=sure):
                    self._call_method(function, site.line)
                    self._call_back(site, certain=name in CALLING_METHODS)
                    found |= {TENSOR} if sure else set()
                case Operation(kind="methodcaller", value=str() as name):
                    found |= self.call(self._members.attribute(site.first, name), CallSite(line=site.line))
                case Operation():
                    found |= self._special.operation(function, site.arguments)
        return found

    def _call_members(self, instance: Instance, name: str, site: CallSite) -> Values:
        members = self._members.of_class(instance.kind, name, instance)
        bound: Values = {member for member in members if isinstance(member, Operation)}
        return self.call(bound, site) if bound else set()

    def _call_method(self, method: Method, line: int) -> None:
        """Note a forbidden tensor method; for an unknown value, only if the submission defines nothing of that name."""
        certain = method.sure or method.name not in self._sets.source.own_names
        if certain and pytorch.is_tensor_method(method.name):
            self._sets.use_named(("torch", "Tensor", method.name), line)

    def _call_back(self, site: CallSite, *, certain: bool) -> None:
        """Reach the functions that unknown code receives as arguments; PyTorch's only if it certainly calls them.

        The code may call them later: a call in `map` counts even if the iterator is created while the file is loaded.
        """
        loading, self._sets.loading = self._sets.loading, False
        for values in site.all_values:
            for value in list(values):
                if isinstance(value, Function):
                    self._reaching.function(value)
                elif isinstance(value, Operation) and isinstance(value.value, Function) and value.kind == "bound":
                    self._reaching.function(value.value)
                elif isinstance(value, Instance):
                    self._reaching.special_methods(value.kind)
                elif certain and isinstance(value, (Library, Operation, Method)):
                    self.call({value}, CallSite(line=site.line))
        self._sets.loading = loading

    def _invoke(self, function: Function, site: CallSite, *, bound: bool = False) -> Values:
        """Reach a function of the submission with these arguments."""
        self._reaching.function(function, loading=self._sets.loading)
        names = function.parameters[1 if bound else 0 :]
        for name, values in zip(names, site.arguments, strict=False):
            self._names.bind_parameter(function, name, values)
        left = names[len(site.arguments) :]
        if site.spread and left and self._sets.spend(len(site.spread) * len(left)):
            for values in site.spread:
                for name in left:
                    self._names.bind_parameter(function, name, values)
        named = {*function.parameters, *function.keyword_only}
        for name, values in site.keywords.items():
            if name in named:
                self._names.bind_parameter(function, name, values)
        if function.arguments.vararg is not None:
            container = self._sets.container(function.arguments.vararg)
            for values in (*site.arguments[len(names) :], *site.spread):
                self._sets.add(container.items, values)
            self._names.bind_parameter(function, function.arguments.vararg.arg, {container})
        if function.arguments.kwarg is not None:
            container = self._sets.container(function.arguments.kwarg)
            for name, values in site.keywords.items():
                if name not in named:
                    self._sets.add(container.keyed.setdefault(name, set()), values)
            self._names.bind_parameter(function, function.arguments.kwarg.arg, {container})
        return function.returns

    def _call_library(self, function: Library, site: CallSite) -> Values:
        path = function.path
        if function.made:
            return self._call_made(path, site)
        if pytorch.refuses(path, self._sets.patterns):
            self._sets.use(path, site.line)
        elif pytorch.hides(path):
            self._sets.use_hiding(path, site.line)
        if path[0] in ("builtins", "operator", "importlib"):
            found = self._special.built_in(path, site.arguments)
            if found is None and path[1:] in (("eval",), ("exec",)) and site.scope and site.node and site.arguments:
                found = self._special.evaluate(texts(site.first), site.node, site.scope)
            if found is not None:
                return found
        if path in WRAPPERS:
            return site.first | {Library(path, made=True)}
        if path in FLOWS:
            return {self._gathered(site)}
        if path in CALLERS and len(site.arguments) > 1:
            self._call_with_elements(site)
        if path not in LOOKING and path[0] not in ("inspect", "typing"):
            self._call_back(site, certain=path in CALLERS)
        if path[0] == "torch":
            if pytorch.is_class(path):
                return {TENSOR if pytorch.is_tensor_class(path) else Library(path, made=True)}
            return {TENSOR} if path[:-1] in GIVES_TENSORS else set()
        return self._names.elements(site.first) if path in ONE_OF else set()

    def _call_made(self, path: tuple[str, ...], site: CallSite) -> Values:
        """Call what a library made: a wrapper, or a module."""
        if path in WRAPPERS:
            return site.first
        if path[0] == "torch" and pytorch.is_class(path):
            self._call_back(site, certain=False)
            return {TENSOR}
        return set()

    def _gathered(self, site: CallSite) -> Container:
        """Return the container that `list`, `zip` and similar functions make of other containers."""
        container = self._sets.container(site.node) if site.node is not None else Container()
        for values in site.arguments:
            self._sets.add(container.items, self._names.elements(values))
        for key, values in site.keywords.items():
            self._sets.add(container.keyed.setdefault(key, set()), values)
        return container

    def _call_with_elements(self, site: CallSite) -> None:
        """Let `map`, `reduce` and similar functions call a function with the elements of the other arguments."""
        each = set().union(*map(self._names.elements, site.arguments[1:]), *site.arguments[2:])
        for value in list(site.first):
            if isinstance(value, Function):
                self._invoke(value, replace(site, arguments=[each] * len(value.parameters), keywords={}, spread=()))
