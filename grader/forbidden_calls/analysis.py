"""Finds the forbidden calls in the code of a task, by a points-to analysis of the submission's syntax tree.

Theory of operation
-------------------

The source is data: it is parsed and never run. The analysis asks whether the code that a task reaches calls a part of
PyTorch that the task must not use. The student may call it under another name, through a helper, through `getattr` or
from a dictionary.

*Values.* What an expression may stand for is a set of values (`values`). A value is a dotted path of a library, a
constant, a function, class, instance or container of the submission, an attribute of an unknown object, or an operation
such as `vars(x)`. Each node of the tree has one such set. Each name in a scope, each attribute of a class and each key
of a container has one too. An analysis keeps all sets in one state (`points_to`). It ignores the order of statements
inside a function and which branch is taken: a name may stand for everything that is ever assigned to it. At the top
level a later statement does replace what an earlier one assigned (`source`), because submissions often define the same
name twice.

*Reach.* The code that a task reaches is the code that a call of the task may execute. The call graph grows with the
sets. The analysis looks up the task's name and calls the function as the suite does, with tensors. In a class, it
reaches the methods that Python, PyTorch or the task's contract call, and those that reached code asks for (`mentions`).
Branches that never run are removed first (`dead`). A decorator at the top level runs while the file is loaded: what it
calls then does not count, but what it returns is followed. Reaching a function puts its body on the worklist
(`reaching`). A statement at the top level is put there when a name that it binds, or whose value it changes, is looked
up (`names`). Code that no reached code needs is never read, such as another task or a demonstration below the
functions.

*Spreading.* A node's set follows from the sets of the nodes inside it (`statements`, `members`, `calls`,
`special_calls`). Bodies list the inner nodes first, so that one pass carries values far. Passes are repeated until no
set grows. Strings are computed during the passes (`folding`), because `"re" + "lu"` may name an attribute. When no set
grows any more, an expression that still has no values counts as unknown, and all passes run once more.

*Certain uses.* A use is noted for a call, in reached code, of a path that the patterns name (`pytorch` knows what is
at a path), and for a class of the submission that derives from such a path. A method of a value that comes from PyTorch
counts too. A method of an unknown value counts only if the submission has nothing of its own with that name. A mention
does not count: a comment, a string, a class in `isinstance`. Uncertain cases are left to the recorder, which sees what
runs.

*Bounds.* A submission may be hostile. No function recurses into the tree, so nesting does not matter. Sets, folded
strings, dotted names and nested operations have a maximum size. Each visit of a node counts as work, and so does every
loop over a table that a submission can make long. When the allowed work is used up, the uses found so far are the
result. Parsing and reading the top level take time in proportion to the source, and happen once for all tasks of a
submission. Sources of every size are analysed, because a student could otherwise hide a call behind padding.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from grader.forbidden_calls import pytorch
from grader.forbidden_calls.calls import Calls, CallSite
from grader.forbidden_calls.members import Members
from grader.forbidden_calls.names import Names
from grader.forbidden_calls.points_to import PointsTo
from grader.forbidden_calls.reaching import Reaching
from grader.forbidden_calls.source import Source, read
from grader.forbidden_calls.statements import Statements
from grader.forbidden_calls.values import TENSOR, Class, Function, Instance, Library, Operation, Use, Value

_MOST_PASSES = 12
_LONGEST_LINE = 200  # characters that are shown
_CALLED_BY_SUITES = ("step", "forward", "__call__")


def find_forbidden_calls(source: str, task: str, patterns: Sequence[str], called: Collection[str] = ()) -> list[Use]:
    """Return the calls of forbidden functions in the code that `task` reaches, sorted by line.

    `patterns` name the parts of PyTorch that the task forbids. If the task is a class, `called` names the methods in
    its contract, because the suite may call each of them. Calls that only hide what runs come last. The result is empty
    if the source cannot be parsed, because then it cannot run either.
    """
    read_source = read(source)
    if read_source is None:
        return []
    lines = re.split(r"\r\n?|\n", source)
    found = _Analysis(read_source, tuple(patterns), called).uses_of(task)
    return [replace(use, code=lines[use.line - 1].strip()[:_LONGEST_LINE]) for use in found]


class _Analysis:
    """The analysis of one task of a source."""

    def __init__(self, source: Source, patterns: tuple[str, ...], called: Collection[str]) -> None:
        self._source = source
        self._sets = PointsTo(source, patterns, called)
        self._names = Names(self._sets)
        self._reaching = Reaching(self._sets, self._names)
        self._members = Members(self._sets, self._names, self._reaching)
        self._calls = Calls(self._sets, self._names, self._reaching, self._members)
        self._statements = Statements(self._sets, self._names, self._members, self._calls)

    def uses_of(self, task: str) -> list[Use]:
        """Return the forbidden calls of a task. A value counts as unknown only after all known values have spread."""
        for self._sets.settled in (False, True):
            self._spread(task)
        return [Use(name=name, line=line, hides=hides) for hides, line, name in sorted(self._sets.uses)]

    def _spread(self, task: str) -> None:
        """Visit all reached code repeatedly until no set grows or the allowed work is used up."""
        last_line = max((statement.lineno for statement in self._source.binding.get(task, ())), default=0)
        for _ in range(_MOST_PASSES):
            self._sets.grew = self._sets.loading = False
            for value in list(self._names.top_level(task)):
                self._use_as_suite(value, last_line)
            for body in self._sets.worklist:  # the list grows during the loop
                if self._sets.work_left <= 0:
                    return
                self._statements.look(body)
            if not self._sets.grew:
                return

    def _use_as_suite(self, value: Value, line: int) -> None:
        """Use the task's value as the suite does: call the function, or create the class and call its methods.

        For a value that is not defined in the submission, such as `relu = F.relu`, the use is reported in the line of
        the task's statement.
        """
        if isinstance(value, Function):
            self._reaching.given_tensors(value)
        elif isinstance(value, Class):
            self._reaching.kind(value)
            self._reaching.methods(value, given=True)
            site = CallSite(line=value.line, arguments=[{TENSOR}])
            for name in _CALLED_BY_SUITES:
                members = self._members.attribute({Instance(value)}, name)
                inherited: set[Value] = {member for member in members if isinstance(member, Library)}
                if inherited:
                    self._calls.call(inherited, site)
        elif isinstance(value, (Library, Instance, Operation)):
            self._calls.call({value}, CallSite(line=line, arguments=[{TENSOR}]))
            if isinstance(value, Library) and pytorch.is_class(value.path):
                for name in _CALLED_BY_SUITES:
                    self._calls.call(self._members.attribute({value}, name), CallSite(line=line))
