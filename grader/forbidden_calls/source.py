"""A submission as its syntax tree, parsed once for all tasks, with the effects of its top level on names."""

from __future__ import annotations

import ast
import contextlib
import gc
import threading
import warnings
from collections.abc import Iterator
from functools import cached_property, lru_cache

from grader.forbidden_calls import pytorch
from grader.forbidden_calls.dead import without_dead_branches
from grader.forbidden_calls.walking import bound, changed_names, header, inner_statements, nodes

NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
_MOST_STARS = 16  # `from torch.nn import *`
_Statements = dict[ast.stmt, None]  # in their order


class Source:
    """What the analysis of every task needs to know about a submission. It never changes."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.binding: dict[str, _Statements] = {}  # by name: the statements that may give it its last value
        self.changing: dict[str, _Statements] = {}  # by name: statements that change its value, such as `name.act = …`
        self.stars: list[tuple[str, ...]] = []  # modules of torch that are imported with `*`
        self._read_top_level()

    def _read_top_level(self) -> None:
        found: dict[str, list[tuple[bool, ast.stmt]]] = {}
        waiting: list[tuple[ast.stmt, bool]] = [(s, False) for s in reversed(self.tree.body)]
        while waiting:
            statement, maybe = waiting.pop()
            waiting += [(s, maybe or skipped) for s, skipped in reversed(inner_statements(statement))]
            may_not_bind = maybe or isinstance(statement, (ast.For, ast.AsyncFor))
            for name in bound(nodes(header(statement))):
                found.setdefault(name, []).append((may_not_bind, statement))
            for name in changed_names(statement):
                self.changing.setdefault(name, {})[statement] = None
            if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*" and not statement.level:
                self._import_all(tuple((statement.module or "").split(".")))
        for name, statements in found.items():
            last = max((at for at, (maybe, _) in enumerate(statements) if not maybe), default=0)
            self.binding[name] = dict.fromkeys(statement for _, statement in statements[last:])

    def _import_all(self, module: tuple[str, ...]) -> None:
        if len(self.stars) < _MOST_STARS and module not in self.stars and pytorch.exists(module):
            self.stars.append(module)

    @cached_property
    def own_names(self) -> set[str]:
        """The names that the submission may have defined itself: methods, attributes, keywords."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            match node:
                case ast.ClassDef(body=body):
                    found |= {s.name for s in body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))}
                    found |= set(bound(nodes(body)))
                case ast.Attribute(attr=name, ctx=ast.Store()):
                    found.add(name)
                case ast.keyword(arg=str() as name):
                    found.add(name)
                case ast.Constant(value=str() as text):
                    found.add(text)
        return found


@lru_cache(maxsize=64)
def methods(source: str, name: str) -> frozenset[str]:
    """Return the method names of the class `name` at the top level of a source."""
    kinds = [s for s in ast.parse(source).body if isinstance(s, ast.ClassDef) and s.name == name]
    return frozenset(
        s.name for kind in kinds for s in kind.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))
    )


@lru_cache(maxsize=2)
def read(source: str) -> Source | None:
    """Return a submission's syntax tree, which all its tasks share; None if the source is not valid Python.

    The parser accepts less nesting the more calls are on the stack. A new thread has almost none, so everything that
    the candidate can compile can be parsed here.
    """
    found: list[ast.Module] = []

    def parse() -> None:
        with warnings.catch_warnings(), contextlib.suppress(*NOT_PYTHON):
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            without_dead_branches(tree)
            found.append(tree)

    with _no_collection():
        thread = threading.Thread(target=parse, daemon=True)
        thread.start()
        thread.join()
        return Source(found[0]) if found else None


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Pause garbage collection: a growing tree has no garbage, and searching it takes longer than parsing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
