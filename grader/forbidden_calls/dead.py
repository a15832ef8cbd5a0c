"""Removes dead branches from the tree: `if False:`, and `if DEBUG:` where nothing changes `DEBUG = False`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

# These affect the whole function, even from a dead branch.
_HOLD_ANYWAY = (ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom)
_HARMLESS = {"__name__", "__file__", "__init__", "__doc__", "__class__", "__version__", "__repr__", "__call__"}

# Code that uses these names may change any name of the top level.
_CHANGE_ANY = {
    *("globals", "locals", "vars", "exec", "eval", "setattr", "delattr", "getattr", "attrgetter", "methodcaller"),
    *("modules", "importlib", "import_module", "runpy", "inspect", "gc", "ctypes", "pickle", "marshal", "loads"),
    *("FunctionType", "_getframe", "f_globals", "tb_frame", "f_back", "builtins", "mock", "getmembers"),
}


def without_dead_branches(tree: ast.Module) -> None:
    """Replace the branches of `if` and `while` that never run, in the whole tree."""
    truth = _Truth(tree)
    waiting: list[tuple[ast.AST, bool]] = [(tree, True)]
    while waiting:
        node, cuts = waiting.pop()
        if cuts and isinstance(node, (ast.If, ast.While)):
            holds = truth.of(node.test)
            dead = node.body if holds is False else node.orelse if holds and isinstance(node, ast.If) else []
            cuts = _may_be_cut(dead)  # if not, its inner branches are not tried again: chains of `elif` may be long
            if dead and cuts:
                dead[:] = [ast.copy_location(ast.Pass(), node)]
        waiting += [(inner, cuts) for inner in _inner(node)]


def _inner(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements in a statement, and the clauses that hold further ones."""
    for part in ("body", "handlers", "cases", "orelse", "finalbody"):
        inner = getattr(node, part, ())
        if isinstance(inner, list):
            yield from inner


def _may_be_cut(body: list[ast.stmt]) -> bool:
    return not any(isinstance(node, _HOLD_ANYWAY) for statement in body for node in ast.walk(statement))


class _Truth:
    """What is known about the tests of a submission."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._flags: dict[str, bool] | None = None  # names whose value never changes

    def of(self, test: ast.expr) -> bool | None:
        """Return True if a test always holds, False if it never does, None if that is unknown."""
        turned = False
        while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, turned = test.operand, not turned
        holds: bool | None = None
        match test:
            case ast.Constant(value=value):
                holds = bool(value)
            case ast.Name(id=name):
                holds = self._flag(name)
            case ast.Attribute(value=ast.Name(id="typing"), attr="TYPE_CHECKING"):
                holds = self._flag("typing.TYPE_CHECKING")
        return holds if holds is None else holds is not turned

    def _flag(self, name: str) -> bool | None:
        if self._flags is None:
            self._flags = _flags(self._tree)
        return self._flags.get(name)


def _flags(tree: ast.Module) -> dict[str, bool]:
    """Return the names that are assigned a constant once, at the top level, and that nothing else can change."""
    found: dict[str, bool] = {}
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=value))
            ):
                found[name] = bool(value)
            case ast.ImportFrom(module="typing", level=0, names=aliases):
                if any(alias.name == "TYPE_CHECKING" and not alias.asname for alias in aliases):
                    found["TYPE_CHECKING"] = False
            case ast.Import(names=aliases):
                if any(alias.name == "typing" and not alias.asname for alias in aliases):
                    found["typing.TYPE_CHECKING"] = False
    if not found:
        return {}
    times: dict[str, int] = {}
    for node in ast.walk(tree):
        if _may_change_any(node):
            return {}
        for name in _bound(node):
            times[name] = times.get(name, 0) + 1
    if times.get("typing") != 1 or times.get("TYPE_CHECKING", 0) != ("TYPE_CHECKING" in found):
        found.pop("typing.TYPE_CHECKING", None)
    return {name: value for name, value in found.items() if times.get(name) == 1 or "." in name}


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node may bind: in any scope, as a module's attribute, as a keyword or in a string."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.Constant(value=str() as name):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case ast.alias(name=name, asname=other):
            yield other or name.partition(".")[0]
        case ast.arg(arg=name) | ast.keyword(arg=str() as name) | ast.MatchMapping(rest=str() as name):
            yield name
        case _ if isinstance(other := getattr(node, "name", None), str):
            yield other  # of a function, a class, an exception, a pattern, a type


def _may_change_any(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name):
            return name in _CHANGE_ANY or _is_special(name)
        case ast.Attribute(attr=name):
            return (name in _CHANGE_ANY and name != "eval") or _is_special(name)  # `model.eval()`
        case ast.alias(name=name):
            return name == "*" or not _CHANGE_ANY.isdisjoint(name.split("."))
        case ast.ImportFrom(module=str() as name):
            return not _CHANGE_ANY.isdisjoint(name.split("."))
    return False


def _is_special(name: str) -> bool:
    return name.startswith("__") and name not in _HARMLESS
