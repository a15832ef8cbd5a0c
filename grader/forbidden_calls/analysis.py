"""Finds the finished versions that the code of a task calls, by a points-to analysis of the submission's syntax tree.

Theory of operation
-------------------

The source is data. It is parsed and never run. The question is whether the code that a task reaches calls something of
PyTorch that the task must do without, however the student spells it: under another name, through a helper, through
`getattr`, from a dictionary.

*Values.* What an expression may stand for is a set of values (`values`): a dotted path of a library, a constant, a
function, class, instance or container of the submission, an attribute of something unknown, or an operation such as
`vars(x)`. Each node of the tree has one such set. So has each name in a scope, each attribute of a class, each key of a
container. An analysis keeps all sets in one state (`points_to`). It does not follow the order of statements inside a
function, nor which branch is taken: a name may stand for all that is ever assigned to it. At the top level a later
statement does replace what an earlier one assigned (`source`), because submissions define things again.

*Reach.* The code that a task reaches is what a call of the task may execute. The call graph grows with the sets. The
task's name is looked up, and the function is called as the suite calls it, with tensors. Of a class, those methods are
reached that Python, PyTorch or the task's contract call, and those that reached code asks for (`mentions`). Branches
that never run are cut out before (`dead`). A decorator of the top level runs while the file is loaded: what it calls
then does not count, what it returns is followed. Reaching a function puts its body on the worklist (`reaching`). A
statement of the top level is put there when a name that it binds, or whose value it changes, is looked up (`names`).
What no reached code needs is never looked at: another task, or a demonstration below the functions.

*Spreading.* A node's set follows from the sets of the nodes inside it (`statements`, `members`, `calls`,
`special_calls`). Bodies list the inner nodes first, so that one pass carries values far. Passes are repeated until no
set grows. Texts are put together on the way (`folding`), since `"re" + "lu"` may name an attribute. When nothing grows
any more, an expression that still has no values counts as unknown, and everything spreads once more.

*Certain uses.* A use is noted for a call, in reached code, of a path that the patterns name (`pytorch` knows what is
at a path), and for a class of the submission that derives from such a path. A method of a value that comes from PyTorch
counts too. A method of an unknown value counts only if the submission has nothing of its own with that name. A mention
does not count: a comment, a text, a class in `isinstance`. What stays uncertain is left to what is seen when the code
runs.

*Bounds.* A submission may be hostile. Nothing recurses into the tree, so nesting does not matter. Sets, folded texts,
dotted names and nested operations have a largest size. Each look at a node counts as work, and so does every loop over
a table that a submission can make long; when the work is used up, the uses found so far are the answer. Parsing and
reading the top level take time in proportion to the source, and happen once for all tasks of a submission. There is no
size above which a source is not analysed: a student could hide a call behind padding.
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
_LONGEST_LINE = 200  # characters that are shown of one
_CALLED_BY_SUITES = ("step", "forward", "__call__")


def finished_versions(source: str, task: str, patterns: Sequence[str], called: Collection[str] = ()) -> list[Use]:
    """Return where the code that `task` reaches calls what fits the patterns, by line; what only hides comes last.

    If the task is a class, `called` names the methods that its contract has: the suite may call each of them.
    Nothing is found in a source that cannot be parsed: it cannot be run either.
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
        """Return what a task uses. A value counts as unknown only after everything known has spread."""
        for self._sets.settled in (False, True):
            self._spread(task)
        return [Use(name=name, line=line, hides=hides) for hides, line, name in sorted(self._sets.uses)]

    def _spread(self, task: str) -> None:
        """Look at all reached code, again and again, until no set grows or the work is used up."""
        last_line = max((statement.lineno for statement in self._source.binding.get(task, ())), default=0)
        for _ in range(_MOST_PASSES):
            self._sets.grew = self._sets.loading = False
            for value in list(self._names.top_level(task)):
                self._use_as_suite(value, last_line)
            for body in self._sets.worklist:  # which grows meanwhile
                if self._sets.work_left <= 0:
                    return
                self._statements.look(body)
            if not self._sets.grew:
                return

    def _use_as_suite(self, value: Value, line: int) -> None:
        """Use what the task's name stands for: call the function, or make the class and call its methods.

        What is not written in the submission, such as `relu = F.relu`, is used in the line of the task's statement.
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
