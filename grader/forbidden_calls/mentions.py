"""Finds the attribute names that code may ask any object for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

ANY = "*"  # not a valid Python name: it stands for all names

# Code that uses these names can read an attribute without writing its name.
_READ_ANY = {
    *("vars", "eval", "exec", "locals", "globals", "builtins", "gc", "inspect", "pickle", "marshal", "ctypes"),
    *("getattr", "attrgetter", "methodcaller", "getmembers", "getmembers_static", "getattr_static"),
    *("get_referents", "get_objects", "get_referrers", "classify_class_attrs"),
    *(
        "__builtins__",
        "__dict__",
        "__getattribute__",
        "__getattr__",
        "__get__",
        "__globals__",
        "__closure__",
        "__code__",
    ),
}


def asked_for(found: Sequence[ast.AST], *, in_class: bool) -> Iterator[str]:
    """Yield the names that these nodes may ask an object for, and `ANY` if they can ask for names not written there.

    A string counts too: `getattr(x, "name")`. So does a plain name in the body of a class: `forward = other_method`.
    """
    by_text = {
        node.func
        for node in found
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr"
        if len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
    }
    for node in found:
        match node:
            case ast.Attribute(attr=name, ctx=ast.Load()):
                yield ANY if name in _READ_ANY and name != "eval" else name  # `model.eval()`
            case ast.Name(id=name, ctx=ast.Load()) if node not in by_text:
                if name in _READ_ANY:
                    yield ANY
                elif in_class:
                    yield name
            case ast.Constant(value=str() as text):
                yield text
            case ast.MatchClass(kwd_attrs=names):
                yield from names
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                yield from (ANY for alias in aliases if alias.name in _READ_ANY)
