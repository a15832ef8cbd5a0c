"""Walks a syntax tree without recursion: nodes of a body, statements inside a statement, names that they bind."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from grader.forbidden_calls.values import MOST_PARTS

_COMPOUND = (ast.If, ast.While, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith, ast.Try, ast.Match)


def nodes(roots: Sequence[ast.AST]) -> list[ast.AST]:
    """Return all nodes below `roots`, the inner ones first, without the bodies of functions and classes."""
    found: list[ast.AST] = []
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        found.append(node)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                waiting += [*defaults(node.args), *node.decorator_list]
            case ast.Lambda():
                waiting += defaults(node.args)
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


def defaults(arguments: ast.arguments) -> list[ast.expr]:
    """Return the default values of parameters."""
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]


def header(statement: ast.stmt) -> list[ast.AST]:
    """Return the parts of a statement that are not statements themselves."""
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


def inner_statements(statement: ast.stmt) -> list[tuple[ast.stmt, bool]]:
    """Return the statements inside a statement. The flag of each says whether it may be skipped when the file runs."""
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
    """Say whether this is `__name__ == "__main__"`, which is false when a submission is graded."""
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
    return False


def bound(found: Sequence[ast.AST]) -> Iterator[str]:
    """Yield the names that these nodes bind, except the names that belong to a comprehension."""
    hidden = {inner for node in found if isinstance(node, ast.comprehension) for inner in nodes([node.target])}
    for node in found:
        match node:
            case ast.Name(id=name, ctx=ast.Store()) if node not in hidden:
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import() | ast.ImportFrom():
                yield from (name for name, _ in imported(node))
            case ast.ExceptHandler(name=str() as name):
                yield name
            case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
                yield name


def changed_names(statement: ast.stmt) -> Iterator[str]:
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


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the names that an import binds, each with its dotted path.

    A very long path is cut after its first parts.
    """
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            if alias.name != "*" and not node.level:
                yield alias.asname or alias.name, (*(node.module or "").split(".", MOST_PARTS), alias.name)
        elif alias.asname:
            yield alias.asname, tuple(alias.name.split(".", MOST_PARTS))
        else:
            yield alias.name.partition(".")[0], (alias.name.partition(".")[0],)
