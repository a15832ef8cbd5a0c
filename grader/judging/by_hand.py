"""Reads the syntax tree of a submission: does the code that a task reaches call a finished version it must not use?

The source is data: it is parsed and never run. From the task's function or class the analysis follows the names,
through the submission's own functions, classes, closures and aliases, to dotted names of torch. A name may stand for
several values: a set. The analysis looks at the nodes of the reached code until no set grows. It does not recurse, so
nesting may be of any depth, and it looks at a limited number of nodes.

Only what is certain counts: a call, in code that the task reaches, of what the names lead to. A mention doesn't (a
comment, a text, a class in `isinstance`), nor does code that the task doesn't reach (another task, a demonstration at
the top level). A method of an unknown value counts by its name alone, unless the submission defines something
of that name. What stays uncertain is decided by what is seen when the code runs.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias

from grader.judging import finished
from grader.judging.finished import OPTIMIZER_STEP

_LOOKS = 40_000  # nodes looked at, again and again where sets have grown
_ROUNDS = 12
_VALUES = 48  # in one set
_TEXT = 1_000  # characters of a text that is put together here
_FOLDED = 4  # ways in which two texts may be put together
_SHOWN = 200  # characters of a line
_DEEPEST = 12  # parts of a dotted name
_NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True, kw_only=True)
class Use:
    """A finished version that is called: by which name of PyTorch's, in which line, and what stands there.

    If it `hides`, it is no finished version: it keeps what runs from being seen.
    """

    name: str
    line: int
    code: str = ""
    hides: bool = False


def finished_versions(source: str, task: str, patterns: Sequence[str]) -> list[Use]:
    """Return where the code that `task` reaches calls what fits the patterns, by line; what only hides comes last.

    Nothing is found in what cannot be parsed: that is not run either.
    """
    tree = _parsed(source)
    if tree is None:
        return []
    lines = source.split("\n")
    found = _Analysis(tree, tuple(patterns)).of(task)
    return [replace(use, code=lines[use.line - 1].strip()[:_SHOWN]) for use in found if use.line <= len(lines)]


@lru_cache(maxsize=2)
def _parsed(source: str) -> ast.Module | None:
    """Return the tree of a source, the same for all its tasks; None if it is no Python.

    How deep a source the parser takes depends on how deep the calls are that led to it. In a thread of its own there
    are next to none, so that what the candidate can compile can be parsed here.
    """
    found: list[ast.Module] = []

    def parse() -> None:
        with warnings.catch_warnings(), contextlib.suppress(*_NO_PYTHON):
            warnings.simplefilter("ignore")
            found.append(ast.parse(source))

    thread = threading.Thread(target=parse, daemon=True)
    thread.start()
    thread.join()
    return found[0] if found else None


# What a name may stand for


@dataclass(frozen=True)
class _Lib:
    """What stands at a dotted path of a library; `made` is what comes of calling it, such as a module or a tensor."""

    path: tuple[str, ...]
    made: bool = False


@dataclass(frozen=True)
class _Const:
    value: object


@dataclass(frozen=True)
class _Method:
    """An attribute of something that is not known; `sure` says that it can't be of the submission's own making."""

    name: str
    sure: bool


@dataclass(frozen=True)
class _Of:
    """What does something with `value` when it is called or indexed: `vars(value)`, `attrgetter("relu")`, …"""

    kind: str
    value: Any


class _Scope:
    """A module, function or class body: its names, and the nodes that are looked at."""

    def __init__(self, node: ast.AST, parent: _Scope | None) -> None:
        self.node = node
        self.parent = parent
        self.names: dict[str, set[_Value]] = {}
        self.inner: dict[str, set[_Value]] = {}  # of comprehensions, which hide nothing after them
        self.local: set[str] = set()
        self.outer: set[str] = set()  # declared global


class _Function(_Scope):
    def __init__(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, parent: _Scope) -> None:
        super().__init__(node, parent)
        self.arguments = node.args
        self.returns: set[_Value] = set()
        self.attributes: dict[str, set[_Value]] = {}
        self.kinds: set[str] = set()  # staticmethod, classmethod, property
        self.owner: _Class | None = None

    @property
    def parameters(self) -> list[str]:
        return [argument.arg for argument in (*self.arguments.posonlyargs, *self.arguments.args)]


class _Class(_Scope):
    def __init__(self, node: ast.ClassDef, parent: _Scope) -> None:
        super().__init__(node, parent)
        self.line = node.lineno
        self.bases: list[set[_Value]] = []
        self.attributes: dict[str, set[_Value]] = {}


@dataclass(frozen=True)
class _Made:
    """An instance of a class of the submission's."""

    kind: _Class


class _Box:
    """What a list, tuple, dict or set holds: under keys that are known, and anywhere."""

    def __init__(self) -> None:
        self.items: set[_Value] = set()
        self.keyed: dict[object, set[_Value]] = {}

    def all(self) -> set[_Value]:
        return self.items.union(*self.keyed.values())


_Value: TypeAlias = _Lib | _Const | _Method | _Of | _Scope | _Made | _Box
_Values: TypeAlias = set[_Value]

_TENSOR = _Lib(("torch", "Tensor"), made=True)
_GIVES_TENSORS = {("torch",), ("torch", "nn", "functional"), ("torch", "linalg"), ("torch", "special")}
_KEEPS = ("__wrapped__", "__func__", "__call__", "__self__", "cell_contents")
_PARTS = ("__closure__", "__defaults__", "__kwdefaults__")  # in which a function may keep another

# Called with a function, these return one that calls it. (`torch.no_grad()` is one too: what is made of it counts.)
_WRAPPERS = {
    *(("functools", name) for name in ("partial", "partialmethod", "lru_cache", "cache", "singledispatch")),
    *(("torch", name) for name in ("compile", "vmap", "no_grad", "enable_grad", "inference_mode", "set_grad_enabled")),
    *(("torch", "autograd", name) for name in ("no_grad", "enable_grad", "inference_mode")),
    *(("torch", "jit", name) for name in ("script", "trace", "ignore", "unused", "export", "script_if_tracing")),
    *(("torch", "func", name) for name in ("vmap", "grad", "grad_and_value", "jacrev", "jacfwd", "functionalize")),
    *(("torch", "_dynamo", name) for name in ("disable", "optimize", "allow_in_graph")),
    *(("torch", "fx", name) for name in ("symbolic_trace", "wrap")),
    ("torch", "export", "export"),
    ("types", "MethodType"),
    ("copy", "copy"),
    ("copy", "deepcopy"),
    ("weakref", "proxy"),
    ("inspect", "unwrap"),
    ("contextlib", "nullcontext"),
    *(("builtins", name) for name in ("staticmethod", "classmethod", "property")),
}

# Called with a function, these call it.
_CALLERS = {
    *(("builtins", name) for name in ("map", "filter", "sorted", "min", "max")),
    ("functools", "reduce"),
    ("itertools", "starmap"),
    ("itertools", "accumulate"),
    ("operator", "call"),
    ("threading", "Thread"),
    ("threading", "Timer"),
    ("_thread", "start_new_thread"),
    ("_thread", "start_new"),
    ("asyncio", "to_thread"),
    ("torch", "utils", "checkpoint", "checkpoint"),
    ("torch", "jit", "fork"),
    ("torch", "overrides", "handle_torch_function"),
    *(("torch", "func", name) for name in ("vjp", "jvp", "linearize")),
    *(("torch", "autograd", "functional", name) for name in ("vjp", "jvp", "jacobian", "hessian")),
}
_CALLING_METHODS = {"submit", "map", "apply", "apply_", "map_", "apply_async", "starmap", "run", "callback"}

# Called with a function or class, these look at it and do not call it.
_LOOKING = {
    *(("builtins", n) for n in ("isinstance", "issubclass", "id", "print", "repr", "str", "callable", "hasattr")),
    *(("builtins", n) for n in ("hash", "len", "dir", "help", "setattr", "delattr")),
    ("functools", "wraps"),
    ("functools", "update_wrapper"),
}
_FLOWS = {("builtins", n) for n in ("list", "tuple", "set", "iter", "reversed", "sorted", "zip", "enumerate", "dict")}
_ONE_OF = {("builtins", n) for n in ("next", "min", "max")}
_FOLDS = {"lower", "upper", "strip", "lstrip", "rstrip", "replace", "join", "title", "capitalize", "swapcase"}
_FOLDS |= {"removeprefix", "removesuffix", "decode", "encode", "__add__"}
_CALLED_BY_SUITES = ("step", "forward", "__call__")
_LIKE_FORWARD = ("forward", "__call__")


class _Analysis:
    """One task of one tree."""

    def __init__(self, tree: ast.Module, patterns: tuple[str, ...]) -> None:
        self._tree = tree
        self._patterns = patterns
        self._module = _Scope(tree, None)
        self._looked_at: list[tuple[_Scope, ast.stmt | None, list[ast.AST]]] = []
        self._values: dict[ast.AST, _Values] = {}
        self._made: dict[ast.AST, _Function | _Class | _Box] = {}
        self._reached: set[object] = set()
        self._given: set[_Function] = set()
        self._uses: set[tuple[bool, int, str]] = set()
        self._left = _LOOKS
        self._grew = False
        self._settled = False
        self._own: set[str] | None = None
        self._statements: dict[str, list[ast.stmt]] = {}  # of the top level, by the names that they bind at last
        self._touching: dict[str, list[ast.stmt]] = {}  # and by the names whose values they change
        self._stars: list[tuple[str, ...]] = []
        self._read_top_level()

    def of(self, task: str) -> list[Use]:
        """Return what a task uses.

        A value counts as unknown only when everything that is known has spread to where it is used.
        """
        for self._settled in (False, True):
            self._spread(task)
        return [Use(name=name, line=line, hides=hides) for hides, line, name in sorted(self._uses)]

    def _spread(self, task: str) -> None:
        for _ in range(_ROUNDS):
            self._grew = False
            for value in list(self._global(task)):
                self._enter(value)
            at = 0
            while at < len(self._looked_at) and self._left > 0:
                scope, statement, nodes = self._looked_at[at]
                self._look(scope, statement, nodes)
                at += 1
            if not self._grew or self._left <= 0:
                break

    def _enter(self, value: _Value) -> None:
        """Use a value as the suite uses a task: call the function; make the class and call its methods."""
        line = self._statements_line(value)
        if isinstance(value, _Class):
            self._reach_class(value)
            self._reach_methods(value, given=True)
            for name in _CALLED_BY_SUITES:
                for inherited in self._attribute({_Made(value)}, name):
                    if isinstance(inherited, _Lib):
                        self._call({inherited}, [{_TENSOR}], {}, line, None)
        elif isinstance(value, _Function):
            self._reach(value, given=True)
        elif isinstance(value, (_Lib, _Made, _Of)):
            self._call({value}, [{_TENSOR}], {}, line, None)
            if isinstance(value, _Lib) and finished.is_class(value.path):
                for name in _CALLED_BY_SUITES:
                    self._call(self._attribute({value}, name), [], {}, line, None)

    def _statements_line(self, value: _Value) -> int:
        node = value.node if isinstance(value, _Scope) else None
        return getattr(node, "lineno", 0) or self._line_of_task

    # The top level

    def _read_top_level(self) -> None:
        """Note which statement gives a name its last value, and which change what a name stands for."""
        bound: dict[str, list[tuple[bool, ast.stmt]]] = {}
        waiting: list[tuple[ast.stmt, bool]] = [(s, False) for s in reversed(self._tree.body)]
        while waiting:
            statement, maybe = waiting.pop()
            inner = _inner_statements(statement)
            waiting += [(s, maybe or sometimes) for s, sometimes in reversed(inner)]
            for name in _bound(_nodes(_header(statement))):
                bound.setdefault(name, []).append((maybe or isinstance(statement, (ast.For, ast.AsyncFor)), statement))
            for name in _changed_names(statement):
                self._touching.setdefault(name, []).append(statement)
            if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*" and not statement.level:
                self._stars.append(tuple((statement.module or "").split(".")))
        for name, statements in bound.items():
            last = max((at for at, (maybe, _) in enumerate(statements) if not maybe), default=0)
            self._statements[name] = [statement for _, statement in statements[last:]]
        self._module.local = set(bound)

    def _global(self, name: str) -> _Values:
        """Return the values of a name at the top level, or of a built-in one."""
        for statement in self._statements.get(name, ()):
            self._reach_statement(statement)
            self._line_of_task = statement.lineno
        for statement in self._touching.get(name, ()):
            self._reach_statement(statement)
        if name in self._statements or name in self._module.names:
            return self._module.names.setdefault(name, set())
        for module in self._stars:
            if finished.exists((*module, name)):
                return {_Lib((*module, name))}
        return {_Lib(("builtins", name))} if hasattr(builtins, name) else set()

    _line_of_task = 0

    def _reach_statement(self, statement: ast.stmt) -> None:
        if statement not in self._reached:
            self._reached.add(statement)
            nodes = _nodes(_header(statement))
            self._looked_at.append((self._module, statement, nodes))
            self._grew = True
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                self._look(self._module, statement, nodes)  # at once: almost everything waits for it

    # Reaching functions and classes

    def _reach(self, function: _Function, *, given: bool = False) -> None:
        if given and function not in self._given:
            self._given.add(function)
            skipped = 1 if function.owner is not None and "staticmethod" not in function.kinds else 0
            named = [*function.parameters[skipped:], *(a.arg for a in function.arguments.kwonlyargs)]
            for name in named:
                self._add(function.names.setdefault(name, set()), {_TENSOR})
            for more in (function.arguments.vararg, function.arguments.kwarg):
                if more is not None:
                    box = self._box(more)
                    self._add(box.items, {_TENSOR})
                    self._add(function.names.setdefault(more.arg, set()), {box})
        if function in self._reached:
            return
        self._reached.add(function)
        node = function.node
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
        self._open(function, body)

    def _open(self, scope: _Scope, body: list[ast.AST]) -> None:
        nodes = _nodes(body)
        scope.local |= set(_bound(nodes))
        if isinstance(scope, _Function):
            scope.local |= {
                a.arg
                for a in (*scope.arguments.kwonlyargs, scope.arguments.vararg, scope.arguments.kwarg)
                if a is not None
            }
            scope.local |= set(scope.parameters)
        for node in nodes:
            if isinstance(node, ast.Global):
                scope.outer |= set(node.names)
            elif isinstance(node, ast.Nonlocal):
                scope.local -= set(node.names)
        self._looked_at.append((scope, None, nodes))
        self._grew = True

    def _reach_class(self, kind: _Class) -> None:
        if kind not in self._reached:
            self._reached.add(kind)
            assert isinstance(kind.node, ast.ClassDef)
            self._open(kind, list(kind.node.body))
        for base in self._all_bases(kind):
            if isinstance(base, _Class) and base not in self._reached:
                self._reach_class(base)
            elif isinstance(base, _Lib) and not base.made:
                self._refuse_class(base, kind.line)

    def _refuse_class(self, base: _Lib, line: int) -> None:
        patterns = tuple(pattern for pattern in self._patterns if pattern != OPTIMIZER_STEP)
        if finished.is_class(base.path) and finished.refuses(base.path, patterns):
            self._use(base.path, line)

    def _reach_methods(self, kind: _Class, *, given: bool = False) -> None:
        for values in list(kind.names.values()):
            for method in list(values):
                if isinstance(method, _Function):
                    self._bind(method, kind)
                    self._reach(method, given=given)

    def _all_bases(self, kind: _Class) -> list[_Value]:
        """Return what a class derives from, the nearest first, its own bases' bases included."""
        found: list[_Value] = []
        waiting: list[_Value] = [base for values in kind.bases for base in values]
        while waiting and len(found) < _VALUES:
            base = waiting.pop(0)
            if base not in found and base is not kind:
                found.append(base)
                if isinstance(base, _Class):
                    waiting += [further for values in base.bases for further in values]
        return found

    def _bind(self, method: _Function, kind: _Class) -> None:
        """Let a method's first parameter stand for the instance, or the class."""
        if method.parameters and "staticmethod" not in method.kinds:
            what: _Value = kind if "classmethod" in method.kinds else _Made(kind)
            self._add(method.names.setdefault(method.parameters[0], set()), {what})

    # Looking at nodes

    def _look(self, scope: _Scope, statement: ast.stmt | None, nodes: list[ast.AST]) -> None:
        for node in nodes:
            self._left -= 1
            if self._left <= 0:
                return
            if isinstance(node, ast.expr):
                found = self._value(node, scope)
                if found:
                    self._add(self._values.setdefault(node, set()), found)
            else:
                self._do(node, scope, statement)

    def _of(self, node: ast.AST | None) -> _Values:
        return self._values.get(node, set()) if node is not None else set()

    def _add(self, to: _Values, values: _Values) -> None:
        if not values <= to and len(to) < _VALUES:
            to |= values
            self._grew = True

    def _box(self, node: ast.AST) -> _Box:
        found = self._made.get(node)
        if not isinstance(found, _Box):
            found = self._made[node] = _Box()
        return found

    def _do(self, node: ast.AST, scope: _Scope, statement: ast.stmt | None) -> None:
        """Carry out what a statement does to names."""
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, self._of(value), value, scope, statement)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, self._of(value), value, scope, statement)
            case ast.AugAssign(target=target, value=value):
                self._assign(target, self._of(value), value, scope, statement)
            case ast.For(target=target, iter=values) | ast.AsyncFor(target=target, iter=values):
                self._assign(target, self._elements(self._of(values)), None, scope, statement)
            case ast.comprehension(target=target, iter=values):
                for name in _bound(_nodes([target])):
                    self._add(scope.inner.setdefault(name, set()), self._elements(self._of(values)))
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                self._assign(target, self._of(value), None, scope, statement)
            case ast.Return(value=value) if isinstance(scope, _Function):
                self._add(scope.returns, self._of(value))
            case ast.Import() | ast.ImportFrom():
                for name, path in _imported(node):
                    self._set(name, {_Lib(path)}, scope, statement)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._define(node, scope, statement)
            case ast.ClassDef():
                kind = self._made.get(node)
                if not isinstance(kind, _Class):
                    kind = self._made[node] = _Class(node, scope)
                    kind.bases = [self._values.setdefault(base, set()) for base in node.bases]
                made = self._decorated({kind}, node.decorator_list, node.lineno)
                self._set(node.name, made, scope, statement)
            case ast.Match(subject=subject):
                for name in _bound(_nodes([case.pattern for case in node.cases])):
                    self._set(name, self._of(subject), scope, statement)

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: _Scope, statement: ast.stmt | None) -> None:
        function = self._function(node, scope)
        for decorator in node.decorator_list:
            for value in self._of(decorator):
                if isinstance(value, _Lib) and value.path[-1] in ("staticmethod", "classmethod", "property"):
                    function.kinds.add(value.path[-1])
                elif isinstance(value, _Lib) and value.path == ("functools", "cached_property"):
                    function.kinds.add("property")
        self._set(node.name, self._decorated({function}, node.decorator_list, node.lineno), scope, statement)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: _Scope) -> _Function:
        function = self._made.get(node)
        if not isinstance(function, _Function):
            function = self._made[node] = _Function(node, scope)
            function.owner = scope if isinstance(scope, _Class) else None
        arguments = function.arguments
        positional = function.parameters[::-1]
        for name, value in zip(positional, reversed(arguments.defaults), strict=False):
            self._add(function.names.setdefault(name, set()), self._of(value))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            self._add(function.names.setdefault(argument.arg, set()), self._of(default))
        return function

    def _decorated(self, values: _Values, decorators: Sequence[ast.expr], line: int) -> _Values:
        for decorator in reversed(decorators):
            values = values | self._call(self._of(decorator), [values], {}, line, None)
        return values

    def _assign(
        self, target: ast.expr, values: _Values, value: ast.expr | None, scope: _Scope, statement: ast.stmt | None
    ) -> None:
        waiting: list[tuple[ast.expr, _Values, ast.expr | None]] = [(target, values, value)]
        while waiting:
            target, values, written = waiting.pop()
            if isinstance(target, ast.Name):
                self._set(target.id, values, scope, statement)
            elif isinstance(target, ast.Starred):
                waiting.append((target.value, values, None))
            elif isinstance(target, (ast.Tuple, ast.List)):
                parts = written.elts if isinstance(written, (ast.Tuple, ast.List)) else []
                if len(parts) == len(target.elts) and not any(isinstance(p, ast.Starred) for p in target.elts):
                    waiting += [(t, self._of(part), part) for t, part in zip(target.elts, parts, strict=True)]
                else:
                    each = self._elements(values) | {v for v in values if not isinstance(v, _Box)}
                    waiting += [(t, each, None) for t in target.elts]
            elif isinstance(target, ast.Attribute):
                self._store(self._of(target.value), target.attr, values)
            elif isinstance(target, ast.Subscript):
                for holder in self._of(target.value):
                    self._put(holder, self._of(target.slice), values)

    def _set(self, name: str, values: _Values, scope: _Scope, statement: ast.stmt | None) -> None:
        if name in scope.outer:
            scope = self._module
        while isinstance(scope, _Function) and name not in scope.local and isinstance(scope.parent, _Function):
            scope = scope.parent  # nonlocal
        if scope is self._module and statement is not None and statement not in self._statements.get(name, ()):
            return  # another statement gives this name its last value
        self._add(scope.names.setdefault(name, set()), values)

    def _store(self, holders: Iterable[_Value], name: str, values: _Values) -> None:
        for holder in holders:
            kind = holder.kind if isinstance(holder, _Made) else holder
            if isinstance(kind, (_Class, _Function)):
                self._add(kind.attributes.setdefault(name, set()), values)

    def _put(self, holder: _Value, keys: _Values, values: _Values) -> None:
        if isinstance(holder, _Box):
            known = [key.value for key in keys if isinstance(key, _Const)]
            if len(known) == 1:
                self._add(holder.keyed.setdefault(known[0], set()), values)
            else:
                self._add(holder.items, values)
        elif isinstance(holder, _Of) and holder.kind == "vars":
            for key in keys:
                if isinstance(key, _Const) and isinstance(key.value, str):
                    if holder.value is None:
                        self._add(self._module.names.setdefault(key.value, set()), values)
                    else:
                        self._store([holder.value], key.value, values)

    # What an expression may stand for

    def _value(self, node: ast.expr, scope: _Scope) -> _Values:
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                return self._lookup(name, scope)
            case ast.Attribute(value=value, attr=name, ctx=ast.Load()):
                return self._attribute(self._of(value), name)
            case ast.Call():
                return self._call_node(node, scope)
            case ast.Constant(value=value):
                return {_Const(value)} if isinstance(value, (str, bytes, int)) else set()
            case ast.Subscript(value=value, slice=key, ctx=ast.Load()):
                return self._subscript(self._of(value), self._of(key), key)
            case ast.Lambda():
                return {self._function(node, scope)}
            case ast.IfExp(body=one, orelse=other):
                return self._of(one) | self._of(other)
            case ast.BoolOp(values=values):
                return set().union(*map(self._of, values))
            case ast.NamedExpr(target=target, value=value):
                self._assign(target, self._of(value), value, scope, None)
                return self._of(value)
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(self._of(left), op, self._of(right))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
                return {_Const(-number)}
            case ast.UnaryOp(operand=value):
                return {_TENSOR} if _is_sure(self._of(value)) else set()
            case ast.JoinedStr(values=parts):
                return self._joined(parts)
            case ast.FormattedValue(value=value, format_spec=None):
                return {v for v in self._of(value) if isinstance(v, _Const)}
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                box = self._box(node)
                for at, element in enumerate(elements):
                    if isinstance(element, ast.Starred):
                        self._add(box.items, self._of(element))
                    else:
                        self._add(box.keyed.setdefault(at, set()), self._of(element))
                return {box}
            case ast.Dict(keys=keys, values=values):
                box = self._box(node)
                for word, item in zip(keys, values, strict=True):
                    if word is None:
                        self._add(box.items, self._elements(self._of(item)))
                    else:
                        self._put(box, self._of(word), self._of(item))
                return {box}
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                box = self._box(node)
                self._add(box.items, self._of(element))
                return {box}
            case ast.DictComp(value=value):
                box = self._box(node)
                self._add(box.items, self._of(value))
                return {box}
            case ast.Starred(value=value):
                return self._elements(self._of(value))
            case ast.Await(value=value):
                return self._of(value)
            case ast.Yield(value=value) if isinstance(scope, _Function):
                box = self._box(node)
                self._add(box.items, self._of(value))
                self._add(scope.returns, {box})
            case ast.YieldFrom(value=value) if isinstance(scope, _Function):
                self._add(scope.returns, self._of(value))
        return set()

    def _lookup(self, name: str, scope: _Scope) -> _Values:
        inner: _Values = set()
        current: _Scope | None = scope
        while current is not None and current is not self._module:
            inner = inner | current.inner.get(name, set())
            visible = current is scope or not isinstance(current, _Class)
            if visible and name in current.local and name not in current.outer:
                found = current.names.get(name, set())
                if found or not isinstance(current, _Class):
                    return inner | found if inner else found
            current = current.parent
        inner = inner | self._module.inner.get(name, set())
        found = self._global(name)
        return inner | found if inner else found

    def _operation(self, left: _Values, op: ast.operator, right: _Values) -> _Values:
        if _is_sure(left) or _is_sure(right):
            return {_TENSOR}
        found: _Values = set()
        if isinstance(op, (ast.Add, ast.BitOr)):
            found = {value for value in (*left, *right) if isinstance(value, _Box)}
            texts = [[v.value for v in side if isinstance(v, _Const)] for side in (left, right)]
            if len(texts[0]) * len(texts[1]) <= _FOLDED:
                for one in texts[0]:
                    for other in texts[1]:
                        found |= _fold(one, "__add__", [other])
        return found

    def _joined(self, parts: Sequence[ast.expr]) -> _Values:
        text = ""
        for part in parts:
            values = [v.value for v in self._of(part) if isinstance(v, _Const)]
            if len(values) != 1:
                return set()
            text += str(values[0])[:_TEXT]
        return {_Const(text)} if len(text) <= _TEXT else set()

    def _elements(self, values: _Values) -> _Values:
        found: _Values = set()
        for value in values:
            if isinstance(value, _Box):
                found |= value.all()
            elif _is_sure({value}):
                found.add(_TENSOR)
        return found

    def _subscript(self, values: _Values, keys: _Values, node: ast.expr) -> _Values:
        found: _Values = set()
        for value in values:
            if isinstance(value, _Box):
                known = [key.value for key in keys if isinstance(key, _Const) and key.value in value.keyed]
                if len(known) == 1 and not isinstance(node, ast.Slice):
                    found |= value.keyed[known[0]] | value.items
                else:
                    found |= {value} if isinstance(node, ast.Slice) else value.all()
            elif isinstance(value, _Of) and value.kind == "vars":
                found |= self._entry(value, keys)
            elif isinstance(value, _Of) and value.kind == "keep":
                found.add(value.value)
            elif value == _Lib(("sys", "modules")):
                names = (key.value for key in keys if isinstance(key, _Const) and isinstance(key.value, str))
                found |= {_Lib(tuple(name.split(".", _DEEPEST))) for name in names}
            elif isinstance(value, _Const):
                found |= _cut(value.value, node)
            elif _is_sure({value}):
                found.add(_TENSOR)
        return found

    def _entry(self, namespace: _Of, keys: _Values) -> _Values:
        """Return what `vars(owner)[key]` is."""
        found: _Values = set()
        for key in keys:
            if isinstance(key, _Const) and isinstance(key.value, str):
                if namespace.value is None:
                    found |= self._global(key.value)
                else:
                    found |= self._attribute({namespace.value}, key.value)
        return found

    def _attribute(self, values: _Values, name: str) -> _Values:
        """Return what `value.name` is."""
        if not values:
            return {_Method(name, sure=False)} if self._settled else set()
        found: _Values = set()
        for value in values:
            match value:
                case _ if name == "__dict__":
                    found.add(_Of("vars", value))
                case _ if name in ("__getattribute__", "__getattr__") and not isinstance(value, _Class):
                    found.add(_Of("getattr", value))
                case _ if name == "__get__":
                    found.add(_Of("keep", value))
                case _Lib(made=False) | _Function() | _Method() if name in _KEEPS:
                    found.add(value)
                case _Lib(made=False) if name in _PARTS:
                    found.add(_Of("keep", value))
                case _ if _is_sure({value}):
                    found.add(_Method(name, sure=True))
                case _Lib(path=path) if len(path) < _DEEPEST:
                    found.add(_Lib((*path, name)))
                case _Method():
                    found.add(_Method(name, sure=False))
                case _Function():
                    found |= value.attributes.get(name, set())
                case _Class():
                    found |= self._member(value, name, None)
                case _Made(kind=kind):
                    found |= self._member(kind, name, value)
                case _Of(kind="super", value=_Class() as kind):
                    found |= self._member(kind, name, _Made(kind), inherited=True)
                case _Of(kind="vars") if name in ("get", "pop", "__getitem__", "setdefault"):
                    found.add(_Of("get", value))
                case _Box() if name in ("get", "pop", "__getitem__", "popleft"):
                    found.add(_Of("get", value))
                case _Box() if name in ("append", "add", "insert", "extend", "update", "setdefault", "__setitem__"):
                    found.add(_Of("put", value))
                case _Box() if name in ("values", "items", "copy"):
                    found.add(_Of("keep", value))
                case _Const() if name in _FOLDS:
                    found.add(_Of(name, value))
        return found

    def _member(self, kind: _Class, name: str, instance: _Made | None, *, inherited: bool = False) -> _Values:
        """Return a member of a class, or of its instance, from the nearest class that has it."""
        self._reach_class(kind)
        for owner in [*([] if inherited else [kind]), *self._all_bases(kind)]:
            if isinstance(owner, _Lib):
                if finished.exists((*owner.path, name)):
                    self._reach_methods(kind)  # the library calls back
                    return {_Lib((*owner.path, name))}
                continue
            if not isinstance(owner, _Class):
                continue
            self._reach_class(owner)
            found = owner.names.get(name, set()) | owner.attributes.get(name, set())
            if not found and name not in owner.local:
                continue
            answers: _Values = set()
            for value in found:
                if not isinstance(value, _Function) or value.owner is None:
                    answers.add(value)
                    continue
                if instance is not None or "classmethod" in value.kinds:
                    self._bind(value, kind)
                if instance is not None and "property" in value.kinds:
                    self._reach(value)
                    answers |= value.returns
                elif (instance is not None and "staticmethod" not in value.kinds) or "classmethod" in value.kinds:
                    answers.add(_Of("bound", value))
                else:
                    answers.add(value)
            return answers
        return set()

    # Calls

    def _call_node(self, node: ast.Call, scope: _Scope) -> _Values:
        arguments = [self._of(argument) for argument in node.args if not isinstance(argument, ast.Starred)]
        spread = [self._of(argument) for argument in node.args if isinstance(argument, ast.Starred)]
        keywords: dict[str, _Values] = {}
        for keyword in node.keywords:
            if keyword.arg is not None:
                keywords[keyword.arg] = self._of(keyword.value)
            else:
                for box in self._of(keyword.value):
                    if isinstance(box, _Box):
                        keywords |= {key: values for key, values in box.keyed.items() if isinstance(key, str)}
        functions = self._of(node.func)
        if isinstance(node.func, ast.Name) and node.func.id in ("super", "globals", "locals", "vars"):
            special = self._of_the_scope(node.func.id, functions, arguments, scope)
            if special is not None:
                return special
        return self._call(functions, arguments, keywords, node.lineno, scope, spread=spread, node=node)

    def _of_the_scope(self, name: str, functions: _Values, arguments: list[_Values], scope: _Scope) -> _Values | None:
        """Return what `super()`, `globals()`, `locals()` or `vars()` are in a scope, if they are the built-in ones."""
        if functions != {_Lib(("builtins", name))} or (arguments and name != "super"):
            return None
        if name == "super":
            current: _Scope | None = scope
            while current is not None and not isinstance(current, _Class):
                current = current.parent
            return set() if current is None else {_Of("super", current)}
        if name == "globals" or scope is self._module:
            return {_Of("vars", None)}
        box = self._box(scope.node)
        for local in scope.local:
            self._add(box.keyed.setdefault(local, set()), scope.names.get(local, set()))
        return {box}

    def _call(
        self,
        functions: _Values,
        arguments: list[_Values],
        keywords: dict[str, _Values],
        line: int,
        scope: _Scope | None,
        *,
        spread: Sequence[_Values] = (),
        node: ast.Call | None = None,
    ) -> _Values:
        """Call what may be called, and return what may come back."""
        found: _Values = set()
        handed = [*arguments, *spread, *keywords.values()]
        if not functions:
            self._call_back(handed, line, refused=False)
        for function in list(functions):
            match function:
                case _Function():
                    found |= self._invoke(function, arguments, keywords, spread, bound=False)
                case _Of(kind="bound", value=_Function() as method):
                    found |= self._invoke(method, arguments, keywords, spread, bound=True)
                case _Class():
                    self._reach_class(function)
                    self._reach_magic(function)
                    for made in self._member(function, "__init__", _Made(function)):
                        if isinstance(made, _Of):
                            self._call({made}, arguments, keywords, line, scope, spread=spread)
                    found.add(_Made(function))
                case _Made():
                    for name in _LIKE_FORWARD:
                        members: _Values = {
                            m for m in self._member(function.kind, name, function) if isinstance(m, _Of)
                        }
                        if members:
                            found |= self._call(members, arguments, keywords, line, scope, spread=spread)
                case _Lib():
                    found |= self._call_library(function, arguments, keywords, handed, line, scope, node)
                case _Method(name=name, sure=sure):
                    self._call_method(name, sure, line)
                    self._call_back(handed, line, refused=name in _CALLING_METHODS)
                    if sure:
                        found.add(_TENSOR)
                case _Of():
                    found |= self._call_special(function, arguments, line)
        return found

    def _call_method(self, name: str, sure: bool, line: int) -> None:
        patterns = tuple(pattern for pattern in self._patterns if pattern != OPTIMIZER_STEP)
        refused = finished.is_tensor_method(name) and finished.refuses(("torch", "Tensor", name), patterns)
        if refused and (sure or name not in self._own_names()):
            self._use(("torch", "Tensor", name), line)

    def _call_back(self, handed: Sequence[_Values], line: int, *, refused: bool) -> None:
        """Let somebody unknown call the functions that they are handed; PyTorch's only if they surely do."""
        for values in handed:
            for value in list(values):
                if isinstance(value, _Function):
                    self._reach(value)
                elif isinstance(value, _Of) and value.kind == "bound":
                    self._reach(value.value)
                elif isinstance(value, _Made):
                    self._reach_magic(value.kind)
                elif refused and isinstance(value, (_Lib, _Of, _Method)):
                    self._call({value}, [], {}, line, None)

    def _reach_magic(self, kind: _Class) -> None:
        """Reach the methods that Python and PyTorch call by themselves."""
        for owner in (kind, *self._all_bases(kind)):
            if isinstance(owner, _Class):
                for name, values in list(owner.names.items()):
                    if name == "forward" or (name.startswith("__") and name.endswith("__")):
                        for value in list(values):
                            if isinstance(value, _Function):
                                self._bind(value, kind)
                                self._reach(value)

    def _invoke(
        self,
        function: _Function,
        arguments: list[_Values],
        keywords: dict[str, _Values],
        spread: Sequence[_Values],
        *,
        bound: bool,
    ) -> _Values:
        self._reach(function)
        names = function.parameters[1 if bound else 0 :]
        for name, values in zip(names, arguments, strict=False):
            self._add(function.names.setdefault(name, set()), values)
        for values in spread:
            for name in names[len(arguments) :]:
                self._add(function.names.setdefault(name, set()), values)
        named = {*function.parameters, *(argument.arg for argument in function.arguments.kwonlyargs)}
        for name, values in keywords.items():
            if name in named:
                self._add(function.names.setdefault(name, set()), values)
        if function.arguments.vararg is not None:
            box = self._box(function.arguments.vararg)
            for values in (*arguments[len(names) :], *spread):
                self._add(box.items, values)
            self._add(function.names.setdefault(function.arguments.vararg.arg, set()), {box})
        if function.arguments.kwarg is not None:
            box = self._box(function.arguments.kwarg)
            for name, values in keywords.items():
                if name not in named:
                    self._add(box.keyed.setdefault(name, set()), values)
            self._add(function.names.setdefault(function.arguments.kwarg.arg, set()), {box})
        return function.returns

    def _call_library(
        self,
        function: _Lib,
        arguments: list[_Values],
        keywords: dict[str, _Values],
        handed: list[_Values],
        line: int,
        scope: _Scope | None,
        node: ast.Call | None,
    ) -> _Values:
        path = function.path
        first = arguments[0] if arguments else set()
        if function.made:
            if path in _WRAPPERS:
                return first
            if path[0] == "torch" and finished.is_class(path):
                self._call_back(handed, line, refused=False)
                return {_TENSOR}
            return set()
        if finished.refuses(path, self._patterns):
            self._use(path, line)
        elif finished.hides(path):
            self._uses.add((True, line, ".".join(path)))
        if path[0] == "builtins" or path[0] in ("operator", "importlib"):
            special = self._call_builtin(path, arguments, line, scope, node)
            if special is not None:
                return special
        if path in _WRAPPERS:
            return first | {_Lib(path, made=True)}
        if path in _FLOWS:
            box = self._box(node) if node is not None else _Box()
            for values in arguments:
                self._add(box.items, self._elements(values))
            for key, values in keywords.items():
                self._add(box.keyed.setdefault(key, set()), values)
            return {box}
        if path in _CALLERS and len(arguments) > 1:
            each = set().union(*map(self._elements, arguments[1:]), *arguments[2:])
            for value in list(first):
                if isinstance(value, _Function):
                    self._invoke(value, [each] * len(value.parameters), {}, (), bound=False)
        if path not in _LOOKING and path[0] not in ("inspect", "typing"):
            self._call_back(handed, line, refused=path in _CALLERS)
        if path[0] == "torch":
            if finished.is_class(path):
                return {_TENSOR if finished.is_tensor_class(path) else _Lib(path, made=True)}
            return {_TENSOR} if path[:-1] in _GIVES_TENSORS else set()
        return self._elements(first) if path in _ONE_OF else set()

    def _call_builtin(
        self, path: tuple[str, ...], arguments: list[_Values], line: int, scope: _Scope | None, node: ast.Call | None
    ) -> _Values | None:
        first, rest = (arguments[0], arguments[1:]) if arguments else (set(), [])
        words = [_texts(values) for values in arguments]
        match path[1:]:
            case ("getattr",) if len(words) > 1:
                return set().union(*(self._attribute(first, name) for name in words[1]), *rest[1:])
            case ("setattr",) if len(arguments) == 3:
                for name in words[1]:
                    self._store(first, name, arguments[2])
                return set()
            case ("vars",) if arguments:
                return {_Of("vars", value) for value in first}
            case ("type",) if len(arguments) == 1:
                kinds: _Values = {value.kind for value in first if isinstance(value, _Made)}
                return kinds | {_Lib(value.path) for value in first if isinstance(value, _Lib) and value.made}
            case ("super",) if len(arguments) == 2:
                return {_Of("super", value) for value in first if isinstance(value, _Class)}
            case ("__import__",) if words:
                return {_Lib((name.partition(".")[0],)) for name in words[0]}
            case ("import_module",) if words:
                return {_Lib(tuple(name.split(".", _DEEPEST))) for name in words[0] if not name.startswith(".")}
            case ("attrgetter" | "methodcaller" | "itemgetter" as kind,) if words:
                return {_Of(kind, name) for name in words[0]}
            case ("getitem",) if len(arguments) == 2:
                return self._subscript(first, rest[0], ast.Constant(value=None))
            case ("eval" | "exec",) if words and scope is not None and node is not None:
                return self._evaluate(words[0], node, scope)
            case ("chr",) if arguments:
                codes = (v.value for v in first if isinstance(v, _Const))
                return {_Const(chr(code)) for code in codes if isinstance(code, int) and 0 < code < 0x110000}
        return None

    def _evaluate(self, texts: Sequence[str], node: ast.Call, scope: _Scope) -> _Values:
        """Look at the code in a text that is evaluated as it stands."""
        for text in texts[:1]:
            if node not in self._reached:
                self._reached.add(node)
                try:
                    body = ast.parse(text.strip()).body if len(text) <= _TEXT else []
                except _NO_PYTHON:
                    body = []
                for part in body:
                    for inner in ast.walk(part):
                        if hasattr(inner, "lineno"):
                            inner.lineno = node.lineno
                self._made[node] = function = _Function(ast.Lambda(_NO_ARGUMENTS, ast.Constant(None)), scope)
                function.arguments = _NO_ARGUMENTS
                self._open(function, list(body))
                self._values[node] = set()
                if body and isinstance(body[-1], ast.Expr):
                    self._values[body[-1].value] = self._values[node]  # the value of the text is that of the call
        return set()

    def _call_special(self, function: _Of, arguments: list[_Values], line: int) -> _Values:
        first = arguments[0] if arguments else set()
        value = function.value
        words: set[object] = {v.value for v in first if isinstance(v, _Const)}
        found: _Values = set()
        match function.kind:
            case "get" if isinstance(value, _Of):
                return self._entry(value, first).union(*arguments[1:])
            case "get":
                return self._subscript({value}, first, ast.Constant(value=None)).union(*arguments[1:])
            case "put" if isinstance(value, _Box):
                for values in arguments:
                    self._add(value.items, self._elements(values).union(v for v in values if not isinstance(v, _Box)))
            case "keep":
                return {value}
            case "getattr":
                for name in words:
                    if isinstance(name, str):
                        found |= self._attribute({value}, name)
            case "attrgetter":
                found = first
                for name in str(value).split(".")[:_DEEPEST]:
                    found = self._attribute(found, name)
            case "methodcaller":
                found = self._call(self._attribute(first, str(value)), [], {}, line, None)
            case "itemgetter":
                found = self._subscript(first, {_Const(value)}, ast.Constant(value=None))
            case kind if kind in _FOLDS and isinstance(value, _Const):
                if kind == "join":
                    return self._fold_join(value.value, first)
                constants = [[v.value for v in values if isinstance(v, _Const)][:1] for values in arguments]
                if all(constants):
                    return _fold(value.value, kind, [values[0] for values in constants])
        return found

    def _fold_join(self, glue: object, values: _Values) -> _Values:
        boxes = [value for value in values if isinstance(value, _Box)]
        if len(boxes) != 1 or boxes[0].items or not isinstance(glue, str):
            return set()
        parts: list[str] = []
        for at in range(len(boxes[0].keyed)):
            texts = _texts(boxes[0].keyed.get(at, ()))
            if len(texts) != 1 or len(parts) > _TEXT:
                return set()
            parts.append(texts[0])
        return {_Const(glue.join(parts)[:_TEXT])}

    def _use(self, path: tuple[str, ...], line: int) -> None:
        steps = finished.refuses(path, (OPTIMIZER_STEP,)) and OPTIMIZER_STEP in self._patterns
        self._uses.add((False, line, OPTIMIZER_STEP if steps else ".".join(path)))

    def _own_names(self) -> set[str]:
        """Return the names that the submission may have given something of its own: methods, attributes, keywords."""
        if self._own is None:
            self._own = set()
            for node in ast.walk(self._tree):
                match node:
                    case ast.ClassDef(body=body):
                        self._own |= {s.name for s in body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))}
                        self._own |= set(_bound(_nodes(body)))
                    case ast.Attribute(attr=name, ctx=ast.Store()):
                        self._own.add(name)
                    case ast.keyword(arg=str() as name):
                        self._own.add(name)
                    case ast.Constant(value=str() as text):
                        self._own.add(text)
        return self._own


_NO_ARGUMENTS = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPOUND = (ast.If, ast.While, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith, ast.Try, ast.Match)


def _texts(values: Iterable[_Value]) -> list[str]:
    return [value.value for value in values if isinstance(value, _Const) and isinstance(value.value, str)]


def _is_sure(values: Iterable[_Value]) -> bool:
    """Say whether a value is PyTorch's for sure: a tensor, or what came out of one."""
    return any(value == _TENSOR or (isinstance(value, _Method) and value.sure) for value in values)


def _fold(value: object, method: str, arguments: list[object]) -> _Values:
    """Return what a harmless method of a text gives."""
    texts = (value, *arguments)
    if not all(isinstance(text, (str, bytes)) and len(text) <= _TEXT for text in texts):
        return set()
    try:
        result = getattr(value, method)(*arguments)
    except (AttributeError, TypeError, ValueError, LookupError):
        return set()
    return {_Const(result)} if isinstance(result, (str, bytes)) and len(result) <= _TEXT else set()


def _cut(value: object, key: ast.expr) -> _Values:
    """Return a part of a text: `"uler"[::-1]`."""
    if not isinstance(value, str) or not isinstance(key, ast.Slice):
        return set()
    bounds: list[int | None] = []
    for bound in (key.lower, key.upper, key.step):
        match bound:
            case None:
                bounds.append(None)
            case ast.Constant(value=int() as number):
                bounds.append(number)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
                bounds.append(-number)
            case _:
                return set()
    return set() if bounds[2] == 0 else {_Const(value[slice(*bounds)])}


def _nodes(roots: Sequence[ast.AST]) -> list[ast.AST]:
    """Return the nodes below, what is inside another first, without the bodies of functions and classes."""
    found: list[ast.AST] = []
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        found.append(node)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                waiting += [*_defaults(node.args), *node.decorator_list]
            case ast.Lambda():
                waiting += _defaults(node.args)
            case ast.ClassDef():
                waiting += [*node.bases, *(keyword.value for keyword in node.keywords), *node.decorator_list]
            case ast.AnnAssign():
                waiting += [node.target] if node.value is None else [node.target, node.value]
            case ast.Constant() | ast.Name():
                pass
            case _:
                waiting += ast.iter_child_nodes(node)
    found.reverse()
    return found


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]


def _header(statement: ast.stmt) -> list[ast.AST]:
    """Return a statement without the statements in it."""
    match statement:
        case ast.If(test=test) | ast.While(test=test):
            return [test]
        case ast.For() | ast.AsyncFor():
            return [_without_body(statement)]
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return list(items)
        case ast.Match(subject=subject):
            return [subject]
        case ast.Try():
            return []
    return [statement]


def _without_body(statement: ast.For | ast.AsyncFor) -> ast.For:
    found = ast.For(target=statement.target, iter=statement.iter, body=[], orelse=[])
    return ast.copy_location(found, statement)


def _inner_statements(statement: ast.stmt) -> list[tuple[ast.stmt, bool]]:
    """Return the statements in a statement of the top level, and whether each may be left out."""
    if not isinstance(statement, _COMPOUND) and type(statement).__name__ != "TryStar":
        return []
    if isinstance(statement, ast.If) and _asks_for_main(statement.test):
        return [(inner, True) for inner in statement.orelse]
    found: list[tuple[ast.stmt, bool]] = []
    always = isinstance(statement, (ast.With, ast.AsyncWith))
    for part in ("body", "handlers", "cases", "orelse", "finalbody"):
        for inner in getattr(statement, part, ()):
            within = [inner] if isinstance(inner, ast.stmt) else inner.body
            found += [(further, not always and part != "finalbody") for further in within]
    return found


def _asks_for_main(test: ast.expr) -> bool:
    """Say whether this is `__name__ == "__main__"`, which does not hold where submissions are graded."""
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
    return False


def _bound(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Yield the names that these nodes bind. What a comprehension binds is its own."""
    hidden = {inner for node in nodes if isinstance(node, ast.comprehension) for inner in _nodes([node.target])}
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store()) if node not in hidden:
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import() | ast.ImportFrom():
                yield from (name for name, _ in _imported(node))
            case ast.ExceptHandler(name=str() as name):
                yield name
            case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
                yield name


def _changed_names(statement: ast.stmt) -> Iterator[str]:
    """Yield the names whose values a statement changes: `Net.act = …`, `table["relu"] = …`, `fs.append(…)`."""
    changed: list[ast.expr] = []
    match statement:
        case ast.Assign(targets=targets):
            changed = [t.value for t in targets if isinstance(t, (ast.Attribute, ast.Subscript))]
        case ast.AugAssign(target=ast.Attribute(value=value) | ast.Subscript(value=value)):
            changed = [value]
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=value, attr="append" | "add" | "insert" | "update"))):
            changed = [value]
        case ast.Expr(value=ast.Call(func=ast.Name(id="setattr"), args=[value, *_])):
            changed = [value]
    yield from (value.id for value in changed if isinstance(value, ast.Name))


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the names that an import binds, and what each stands for."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            if alias.name != "*" and not node.level:
                yield alias.asname or alias.name, (*(node.module or "").split("."), alias.name)
        elif alias.asname:
            yield alias.asname, tuple(alias.name.split("."))
        else:
            yield alias.name.partition(".")[0], (alias.name.partition(".")[0],)
