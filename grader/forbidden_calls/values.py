"""The values that a name or an expression may stand for, and the scopes that bind names to them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TypeAlias

MOST_VALUES = 48  # in one set
MOST_PARTS = 12  # of a dotted name
_MOST_NESTED = 12  # operations around a value


@dataclass(frozen=True, kw_only=True)
class Use:
    """A call of a forbidden function: its name in PyTorch, the line, and the code in that line.

    If it `hides`, the function itself is not forbidden, but the call hides from the recorder what runs.
    """

    name: str
    line: int
    code: str = ""
    hides: bool = False


@dataclass(frozen=True)
class Library:
    """The object at a dotted path of a library; if `made`, the result of calling it, such as a module or a tensor."""

    path: tuple[str, ...]
    made: bool = False


@dataclass(frozen=True)
class Constant:
    """A string, bytes or an integer."""

    value: object


@dataclass(frozen=True)
class Method:
    """An attribute of something unknown. `sure` says that the submission cannot have defined it itself."""

    name: str
    sure: bool


@dataclass(frozen=True)
class Operation:
    """A value that acts on `value` when called or indexed: `vars(value)`, `attrgetter("relu")`, a bound method."""

    kind: str
    value: Value | str | None


class Scope:
    """The body of a module, a function or a class, with the values of the names that it binds."""

    def __init__(self, node: ast.AST, parent: Scope | None) -> None:
        self.node = node
        self.parent = parent
        self.names: dict[str, Values] = {}
        self.comprehended: dict[str, Values] = {}  # names that comprehensions bind; they do not hide outer names
        self.local: set[str] = set()
        self.declared_global: set[str] = set()


class Function(Scope):
    """A function or a lambda of the submission."""

    def __init__(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, parent: Scope) -> None:
        super().__init__(node, parent)
        self.arguments = node.args
        self.returns: Values = set()
        self.attributes: dict[str, Values] = {}
        self.kinds: set[str] = set()  # staticmethod, classmethod, property
        self.owner = parent if isinstance(parent, Class) else None

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters that may be passed by position."""
        return [argument.arg for argument in (*self.arguments.posonlyargs, *self.arguments.args)]

    @property
    def keyword_only(self) -> list[str]:
        """The names of the keyword-only parameters."""
        return [argument.arg for argument in self.arguments.kwonlyargs]


class Class(Scope):
    """A class of the submission."""

    def __init__(self, node: ast.ClassDef, parent: Scope) -> None:
        super().__init__(node, parent)
        self.line = node.lineno
        self.body = node.body
        self.bases: list[Values] = []
        self.attributes: dict[str, Values] = {}


@dataclass(frozen=True)
class Instance:
    """An instance of a class of the submission."""

    kind: Class


class Container:
    """A list, tuple, dict or set of the submission: the values under known keys, and those under unknown ones."""

    def __init__(self) -> None:
        self.items: Values = set()
        self.keyed: dict[object, Values] = {}

    def all(self) -> Values:
        """Return everything that it may hold."""
        return self.items.union(*self.keyed.values())


Value: TypeAlias = Library | Constant | Method | Operation | Scope | Instance | Container
Values: TypeAlias = set[Value]

TENSOR = Library(("torch", "Tensor"), made=True)


def is_sure(value: Value) -> bool:
    """Say whether a value is certainly PyTorch's: a tensor, or what comes from one."""
    return value == TENSOR or (isinstance(value, Method) and value.sure)


def any_sure(values: Values) -> bool:
    """Say whether one of the values is certainly PyTorch's."""
    return any(map(is_sure, values))


def constants(values: Values) -> list[object]:
    """Return the constants among values."""
    return [value.value for value in values if isinstance(value, Constant)]


def texts(values: Values) -> list[str]:
    """Return the strings among values."""
    return [value for value in constants(values) if isinstance(value, str)]


def operation(kind: str, value: Value) -> Values:
    """Return an operation on a value, or an empty set if the value is nested in too many operations already.

    Without a limit, a chain such as `a = a.__dict__` would nest values too deeply to compare them.
    """
    inner: Value | str | None = value
    for _ in range(_MOST_NESTED):
        if not isinstance(inner, Operation):
            return {Operation(kind, value)}
        inner = inner.value
    return set()
