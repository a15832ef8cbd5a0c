"""Finds which other function, still a stub, a solved task called."""

from __future__ import annotations

import ast
import functools


def unsolved(source: str, task: str, line: int | None) -> str | None:
    """Return the function or class whose stub raised on `line`, if it is not `task` and `task` itself is no stub.

    Returns `None` otherwise: then the task is not attempted.
    """
    if line is None:
        return None
    spans, stubs = _definitions(source)
    name = next((name for name, first, last in spans if first <= line <= last), None)
    known = any(task == other for other, _, _ in spans)
    return name if name not in (None, task) and known and task not in stubs else None


@functools.lru_cache(8)
def _definitions(source: str) -> tuple[tuple[tuple[str, int, int], ...], frozenset[str]]:
    """Return the definitions at the top level with their lines, and the names of those whose last one is a stub."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return (), frozenset()
    found = [node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    last = {node.name: node for node in found}
    stubs = frozenset(name for name, node in last.items() if any(_is_todo(inner) for inner in ast.walk(node)))
    return tuple((node.name, node.lineno, node.end_lineno or node.lineno) for node in found), stubs


def _is_todo(node: ast.AST) -> bool:
    raised = node.exc if isinstance(node, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
