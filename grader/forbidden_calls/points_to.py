"""The state of one analysis: the points-to sets, the worklist of reached code, the uses found, the work left."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from grader.forbidden_calls import pytorch
from grader.forbidden_calls.mentions import asked_for
from grader.forbidden_calls.pytorch import OPTIMIZER_STEP
from grader.forbidden_calls.source import Source
from grader.forbidden_calls.values import MOST_VALUES, Class, Container, Function, Scope, Values

_MOST_LOOKS = 40_000  # visits of nodes; a node is visited again after sets have grown
_Created = TypeVar("_Created", Function, Class, Container)


@dataclass(frozen=True, kw_only=True)
class Body:
    """Reached code: nodes in a scope, the inner ones first. `statement` is their top-level statement, if any."""

    scope: Scope
    nodes: list[ast.AST]
    statement: ast.stmt | None = None


class PointsTo:
    """What every expression may stand for, so far. Sets only grow. They stop when the allowed work is used up."""

    def __init__(self, source: Source, patterns: tuple[str, ...], called: Collection[str] = ()) -> None:
        self.source = source
        self.patterns = patterns
        self.module = Scope(source.tree, None)
        self.module.local = set(source.binding)
        self.worklist: list[Body] = []
        self.reached: set[object] = set()
        self.at_load: set[Scope] = set()  # reached functions that only run while the file is loaded
        self.loading = False  # whether the visited code only runs then
        self.asked_for = set(called)  # names that reached code or the suite may ask an object for
        self.uses: set[tuple[bool, int, str]] = set()  # whether it hides, the line, the name
        self.work_left = _MOST_LOOKS
        self.grew = False
        self.settled = False  # all known values have spread: an expression without values is unknown
        self._values: dict[ast.AST, Values] = {}
        self._created: dict[ast.AST, Function | Class | Container] = {}

    def at(self, node: ast.AST | None) -> Values:
        """Return what the expression at a node may stand for."""
        return self._values.get(node, set()) if node is not None else set()

    def set_at(self, node: ast.AST) -> Values:
        """Return the set of a node. More values may be added to it later."""
        return self._values.setdefault(node, set())

    def same(self, node: ast.AST, other: ast.AST) -> None:
        """Let one node share the set of another."""
        self._values[node] = self.set_at(other)

    def add(self, to: Values, values: Values) -> None:
        """Add values to a set, and note whether it has grown."""
        if not values <= to and len(to) < MOST_VALUES:
            to |= values
            self.grew = True

    def container(self, node: ast.AST) -> Container:
        """Return the container that a node creates: one for each node, however often the code runs."""
        return self.created(node, Container())

    def created(self, node: ast.AST, new: _Created) -> _Created:
        """Return the object that was created at a node before, or else `new`."""
        found = self._created.get(node)
        if not isinstance(found, type(new)):
            found = self._created[node] = new
        return found

    def reach(self, scope: Scope, nodes: list[ast.AST], statement: ast.stmt | None = None) -> None:
        """Put code on the worklist."""
        self.asked_for.update(asked_for(nodes, in_class=isinstance(scope, Class)))
        self.worklist.append(Body(scope=scope, nodes=nodes, statement=statement))
        self.grew = True

    def spend(self, work: int) -> bool:
        """Count work that a single node causes, and say whether any is left."""
        self.work_left -= work
        return self.work_left > 0

    # Forbidden calls

    def use(self, path: tuple[str, ...], line: int) -> None:
        """Note a call of a forbidden function.

        A call that only runs while the file is loaded does not count, unless it creates an object that a task could
        use.
        """
        if self.loading and not pytorch.is_class(path):
            return
        steps = pytorch.refuses(path, (OPTIMIZER_STEP,)) and OPTIMIZER_STEP in self.patterns
        self.uses.add((False, line, OPTIMIZER_STEP if steps else ".".join(path)))

    def use_named(self, path: tuple[str, ...], line: int) -> None:
        """Note a call of something that a pattern names. The pattern for all optimizers is ignored here."""
        named = tuple(pattern for pattern in self.patterns if pattern != OPTIMIZER_STEP)
        if pytorch.refuses(path, named):
            self.use(path, line)

    def use_hiding(self, path: tuple[str, ...], line: int) -> None:
        """Note a call that hides from the recorder what runs."""
        self.uses.add((True, line, ".".join(path)))
