"""Makes the mutants of an exercise's solution: each has one small error in one task.

Cosmic Ray's operators change numbers, comparisons, arithmetic, booleans, loops, exceptions and decorators. The
operators in `operators.py` add mistakes that are typical of PyTorch code. Docstrings, annotations and the messages of
exceptions are not changed, because no suite should check them.
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections import Counter
from collections.abc import Iterator

import msgspec

from grader.catalog import Exercise
from grader.mutation.operators import OPERATORS, Replacement
from grader.records import Submission

# Bit operations and shifts are left out: students do not shift by mistake instead of adding.
_ARITHMETIC = ("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow")
_LIBRARY = (
    "AddNot",
    "ExceptionReplacer",
    "NumberReplacer",
    "RemoveDecorator",
    "ReplaceAndWithOr",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ReplaceFalseWithTrue",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_USub",
    "ReplaceUnaryOperator_USub_UAdd",
    "ZeroIterationForLoop",
    *(f"ReplaceBinaryOperator_{a}_{b}" for a in _ARITHMETIC for b in _ARITHMETIC if a != b),
)
# Small numbers, short strings and None are equal exactly when they are the same object.
_ALIKE = {
    f"ReplaceComparisonOperator_{a}_{b}"
    for a, b in (("Eq", "Is"), ("Is", "Eq"), ("NotEq", "IsNot"), ("IsNot", "NotEq"))
}


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """One mutant: its source, and its difference from the solution (`was`, `now`, and which occurrence of that change).

    `source` is the whole solution with the mutated task defined again at its end.
    """

    exercise: str
    task: str
    operator: str
    was: str
    now: str
    occurrence: int
    source: str

    @property
    def label(self) -> str:
        """A description of the mutant for authors."""
        occurrence = f" (occurrence {self.occurrence})" if self.occurrence > 1 else ""
        return f"{self.exercise}.{self.task}: `{self.was}` became `{self.now}`{occurrence}"

    def submission(self) -> Submission:
        """Return the mutant as a submission in which only its own task is graded."""
        return Submission(
            student=self.label, exercise=self.exercise, path=self.label, tasks=(self.task,), source=self.source
        )


def mutants(exercise: Exercise, solution: str) -> Iterator[Mutant]:
    """Yield the mutants of each task of a solution, without duplicates."""
    definitions = {
        node.name: node for node in ast.parse(solution).body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    for task in exercise.tasks:
        original = ast.unparse(_bare(definitions[task.name]))
        seen = {original}
        occurrences: Counter[tuple[str, str]] = Counter()
        for operator, code in _mutated(original):
            if code in seen or not _compiles(code):
                continue
            seen.add(code)
            was, now = _difference(original, code)
            occurrences[was, now] += 1
            yield Mutant(
                exercise=exercise.id,
                task=task.name,
                operator=operator,
                was=was,
                now=now,
                occurrence=occurrences[was, now],
                source=f"{solution.rstrip()}\n\n\n{code}\n",
            )


def _bare(definition: ast.stmt) -> ast.stmt:
    """Return a definition without docstrings, annotations and the messages of its exceptions."""
    for node in ast.walk(definition):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            node.exc = node.exc.func
    return definition


def _mutated(code: str) -> Iterator[tuple[str, str]]:
    """Yield pairs of an operator and the mutated code: the library's operators first, then the kit's own."""
    yield from _by_library(code)
    tree = ast.parse(code)
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            for index, child in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(child, ast.AST) and not isinstance(parent, ast.Raise):
                    for operator in OPERATORS:
                        for replacement in operator(child):
                            yield operator.__name__, _with(tree, parent, field, index, replacement)


def _with(tree: ast.AST, parent: ast.AST, field: str, index: int, replacement: Replacement) -> str:
    """Return the code of `tree` with one child replaced; the tree itself stays unchanged."""
    before = getattr(parent, field)
    if isinstance(before, list):
        new = replacement if isinstance(replacement, list) else [replacement]
        setattr(parent, field, [*before[:index], *new, *before[index + 1 :]])
    else:
        setattr(parent, field, replacement)
    try:
        return ast.unparse(ast.fix_missing_locations(tree))
    finally:
        setattr(parent, field, before)


def _by_library(code: str) -> Iterator[tuple[str, str]]:
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.operators.provider import OperatorProvider

    provider = OperatorProvider()
    comparisons = [name for name in provider if name.startswith("ReplaceComparisonOperator") and name not in _ALIKE]
    nodes = list(ast_nodes(get_ast(code)))
    for name in (*_LIBRARY, *comparisons):
        operator = provider[name]()
        for occurrence in range(sum(len(list(operator.mutation_positions(node))) for node in nodes)):
            mutated = mutate_code(code, operator, occurrence)
            if _compiles(mutated):
                yield name, ast.unparse(ast.parse(mutated))


def _compiles(code: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # for example about `is` with a number
            compile(code, "<mutant>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _difference(original: str, mutated: str) -> tuple[str, str]:
    """Return the old and the new code, limited to lines that differ by more than their indentation."""
    before, after = ([line.strip() for line in code.splitlines()] for code in (original, mutated))
    was, now = [], []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            was += before[a:b]
            now += after[c:d]
    return "; ".join(was) or "nothing", "; ".join(now) or "nothing"
