"""The mutants of an exercise's solution: one small error each, in one task.

Cosmic Ray's operators change numbers, comparisons, arithmetic, booleans, loops, exceptions and decorators; those of
`operators.py` add what goes wrong in PyTorch. Docstrings, annotations and the words of exceptions are left out: no
suite should see a change in them.
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

# Bits and shifts are no arithmetic of tensors' values: a solution that shifts instead of adding is no likely mistake.
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
# Small numbers, short strings and None are equal just when they are the same object.
_ALIKE = {
    f"ReplaceComparisonOperator_{a}_{b}"
    for a, b in (("Eq", "Is"), ("Is", "Eq"), ("NotEq", "IsNot"), ("IsNot", "NotEq"))
}


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """One mutant: its source, and where it differs from the solution (`was`, `now`, and which occurrence of that).

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
        """The mutant as an author finds it."""
        occurrence = f" (occurrence {self.occurrence})" if self.occurrence > 1 else ""
        return f"{self.exercise}.{self.task}: `{self.was}` became `{self.now}`{occurrence}"

    def submission(self) -> Submission:
        """Return the mutant as if a student had handed it in; its own task alone is graded."""
        return Submission(
            student=self.label, exercise=self.exercise, path=self.label, tasks=(self.task,), source=self.source
        )


def mutants(exercise: Exercise, solution: str) -> Iterator[Mutant]:
    """Yield the mutants of each task of a solution, every one different."""
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
    """Return a definition without docstrings, annotations and the words of its exceptions."""
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
    """Yield (operator, mutated code), by the library's operators and then by the kit's own."""
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
    """Return the code of `tree` with one child replaced, and leave the tree as it was."""
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
            warnings.simplefilter("ignore")  # `is` with a number, say
            compile(code, "<mutant>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _difference(original: str, mutated: str) -> tuple[str, str]:
    """Return what was there and what is now, in the lines that differ by more than their indentation."""
    before, after = ([line.strip() for line in code.splitlines()] for code in (original, mutated))
    was, now = [], []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            was += before[a:b]
            now += after[c:d]
    return "; ".join(was) or "nothing", "; ".join(now) or "nothing"
