"""Finds the code that a task may use: its own definition, and every definition that it mentions."""

from __future__ import annotations

import ast

from grader.forbidden_calls.source import read

_MOST_NODES = 20_000  # of the code of one task


def code_of(source: str, task: str) -> list[ast.AST] | None:
    """Return all nodes of the code that a task may use, or `None` if the source cannot be parsed or has too many.

    That is the last definition of the task at the top level, and that of each name that it mentions, and so on. Code
    that only runs with the file, such as a demonstration, is not part of it.
    """
    whole = read(source)
    if whole is None:
        return None
    found: list[ast.AST] = []
    known = {task}
    waiting = [task]
    statements: set[ast.stmt] = set()
    while waiting:
        name = waiting.pop()
        for statement in (*whole.binding.get(name, ()), *whole.changing.get(name, ())):
            if statement in statements:
                continue
            statements.add(statement)
            for node in ast.walk(statement):
                found.append(node)
                if len(found) > _MOST_NODES:
                    return None
                if isinstance(node, ast.Name) and node.id not in known:
                    known.add(node.id)
                    waiting.append(node.id)
    return found
