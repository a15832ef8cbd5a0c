"""Members: finds the attributes and the items of a value, and what a class inherits."""

from __future__ import annotations

import ast

from grader.forbidden_calls import folding, pytorch
from grader.forbidden_calls.names import Names
from grader.forbidden_calls.points_to import PointsTo
from grader.forbidden_calls.reaching import Reaching
from grader.forbidden_calls.values import (
    MOST_PARTS,
    TENSOR,
    Class,
    Constant,
    Container,
    Function,
    Instance,
    Library,
    Method,
    Operation,
    Value,
    Values,
    constants,
    is_sure,
    operation,
    texts,
)

_KEEPS = ("__wrapped__", "__func__", "__call__", "__self__", "cell_contents")  # the function itself, or what it wraps
_PARTS = ("__closure__", "__defaults__", "__kwdefaults__")  # where a function may keep another function


class Members:
    """Attributes and items."""

    def __init__(self, points_to: PointsTo, names: Names, reaching: Reaching) -> None:
        self._sets = points_to
        self._names = names
        self._reaching = reaching

    def attribute(self, values: Values, name: str) -> Values:
        """Return what `value.name` may be."""
        if not values:
            return {Method(name, sure=False)} if self._sets.settled else set()
        return set().union(*(self._attribute(value, name) for value in values))

    def _attribute(self, value: Value, name: str) -> Values:
        match value:
            case _ if name == "__dict__":
                return operation("vars", value)
            case _ if name in ("__getattribute__", "__getattr__") and not isinstance(value, Class):
                return operation("getattr", value)
            case _ if name == "__get__":
                return operation("keep", value)
            case Library(made=False) | Function() | Method() if name in _KEEPS:
                return {value}
            case Library(made=False) if name in _PARTS:
                return operation("keep", value)
            case _ if is_sure(value):
                return {Method(name, sure=True)}
            case Library(path=path) if len(path) < MOST_PARTS:
                return {Library((*path, name))}
            case Method():
                return {Method(name, sure=False)}
            case Function():
                return value.attributes.get(name, set())
            case Class():
                return self.of_class(value, name, None)
            case Instance(kind=kind):
                return self.of_class(kind, name, value)
            case Operation(kind="super", value=Class() as kind):
                return self.of_class(kind, name, Instance(kind), inherited=True)
            case Operation(kind="vars") if name in ("get", "pop", "__getitem__", "setdefault"):
                return operation("get", value)
            case Container() if name in ("get", "pop", "__getitem__", "popleft"):
                return operation("get", value)
            case Container() if name in ("append", "add", "insert", "extend", "update", "setdefault", "__setitem__"):
                return operation("put", value)
            case Container() if name in ("values", "items", "copy"):
                return operation("keep", value)
            case Constant() if name in folding.METHODS:
                return operation(name, value)
        return set()

    def of_class(self, kind: Class, name: str, instance: Instance | None, *, inherited: bool = False) -> Values:
        """Return a member of a class, or of its instance, from the nearest class that has it."""
        self._reaching.kind(kind)
        for owner in [*([] if inherited else [kind]), *self._reaching.bases(kind)]:
            if isinstance(owner, Library) and pytorch.exists((*owner.path, name)):
                self._reaching.methods(kind)  # the library may call those that it knows
                return {Library((*owner.path, name))}
            if isinstance(owner, Class):
                self._reaching.kind(owner)
                found = owner.names.get(name, set()) | owner.attributes.get(name, set())
                if found or name in owner.local:
                    return set().union(*(self._bound(value, kind, instance) for value in found))
        return set()

    def _bound(self, member: Value, kind: Class, instance: Instance | None) -> Values:
        """Return what reading a class's member gives: a bound method, a property's value, or the member itself."""
        if not isinstance(member, Function) or member.owner is None:
            return {member}
        if instance is not None or "classmethod" in member.kinds:
            self._reaching.bind(member, kind)
        if instance is not None and "property" in member.kinds:
            self._reaching.function(member)
            return member.returns
        if (instance is not None and "staticmethod" not in member.kinds) or "classmethod" in member.kinds:
            return {Operation("bound", member)}
        return {member}

    def item(self, values: Values, keys: Values, key: ast.expr | None = None) -> Values:
        """Return what `value[key]` may be. `key` is the expression of the subscript, if known; it may be a slice."""
        return set().union(*(self._item(value, keys, key) for value in values))

    def _item(self, value: Value, keys: Values, key: ast.expr | None) -> Values:
        match value:
            case Container() if isinstance(key, ast.Slice):
                return {value}
            case Container():
                known = [key for key in constants(keys) if key in value.keyed]
                return value.keyed[known[0]] | value.items if len(known) == 1 else self._names.all_in(value)
            case Operation(kind="vars"):
                return self.entry(value, keys)
            case Operation(kind="keep", value=kept) if kept is not None and not isinstance(kept, str):
                return {kept}
            case Library(path=("sys", "modules"), made=False):
                return {Library(tuple(name.split(".", MOST_PARTS))) for name in texts(keys)}
            case Constant(value=text) if key is not None:
                return folding.sliced(text, key)
        return {TENSOR} if is_sure(value) else set()

    def entry(self, namespace: Operation, keys: Values) -> Values:
        """Return what `vars(owner)[key]` may be; without an owner, what `globals()[key]` may be."""
        owner = namespace.value
        if owner is None:
            return set().union(*map(self._names.top_level, texts(keys)))
        return (
            set() if isinstance(owner, str) else set().union(*(self.attribute({owner}, name) for name in texts(keys)))
        )
