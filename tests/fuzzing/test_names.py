"""A mistake that the code does not have is never named: not for an unrelated error, nor for a slip in right code."""

from __future__ import annotations

import ast
import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

import pytest
from mutations import CATALOG, ROOT
from slips import KINDS, misspell, slipped, slips_in

from grader.catalog import Exercise, Task
from grader.grading.pool import grade_submissions
from grader.grading.settings import Settings
from grader.records import ExerciseReport, Submission

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

Amount = Callable[[int, int], int]
ERRORS = ("RuntimeError", "AttributeError", "TypeError", "IndexError", "ValueError", "KeyError", "ZeroDivisionError")
RAISE = 'raise {error}("an unrelated error of the learner")'
# Where the error is raised: at once, at the end of right code, or in the methods of a class that can be made.
AT_ONCE = "\n\ndef {task}(*args, **kwargs):\n    {error}\n"
AT_THE_END = (
    "\n\n_right_{task} = {task}\n\n\ndef {task}(*args, **kwargs):\n    _right_{task}(*args, **kwargs)\n    {error}\n"
)
IN_METHODS = "\n\nclass {task}({task}):\n"
METHOD = "    def {method}(self, *args, **kwargs):\n        {error}\n"
PLACES = ("at once", "at the end", "in methods")


def solution(exercise: Exercise) -> str:
    return CATALOG.solution(exercise.id).read_text(encoding="utf-8").rstrip()


def raising(exercise: Exercise, error: str, place: str) -> str:
    """Return a submission of an exercise in which every task raises the error."""
    statement = RAISE.format(error=error)
    return solution(exercise) + "".join(_raising(exercise, task, statement, place) for task in exercise.tasks)


def _raising(exercise: Exercise, task: Task, statement: str, place: str) -> str:
    if task.parameters or place != "in methods":  # a task without parameters is a class
        return (AT_THE_END if place == "at the end" else AT_ONCE).format(task=task.name, error=statement)
    kinds = (node for node in ast.parse(solution(exercise)).body if isinstance(node, ast.ClassDef))
    (kind,) = (node for node in kinds if node.name == task.name)
    methods = [s.name for s in kind.body if isinstance(s, ast.FunctionDef) and s.name != "__init__"]
    below = "".join(METHOD.format(method=method, error=statement) for method in methods)
    return IN_METHODS.format(task=task.name) + below


def graded(sources: Iterable[tuple[str, str, str]], *, jobs: int) -> Iterator[tuple[str, ExerciseReport]]:
    """Grade sources, each with a label and the exercise's id; yield the label and the report."""
    submissions: Sequence[Submission] = [
        Submission(student=label, exercise=exercise, path=f"{label}.py", source=source)
        for label, exercise, source in sources
    ]
    settings = Settings(root=str(ROOT), exercises=tuple(e.id for e in CATALOG.exercises))
    with contextlib.closing(grade_submissions(settings, submissions, jobs=jobs)) as workers:
        for one in workers:
            assert one.report is not None, one.submission.student
            yield one.submission.student, one.report


def names(report: ExerciseReport) -> Iterator[tuple[str, str, str]]:
    """Yield the task, the name and the feedback of each check that names a mistake."""
    for task in report.tasks:
        for check in task.checks:
            if check.feedback.misconception is not None:
                yield task.name, check.feedback.misconception.id, str(check.feedback)


def test_an_unrelated_error_is_no_named_mistake(amount: Amount, ran: Counter[str]) -> None:
    """No mistake is named if every task raises an error of its own, whatever its type and place."""
    every = list(product(CATALOG.exercises, ERRORS, PLACES))
    step = amount(19, 1)  # a sample has every exercise, type and place
    sources = [(f"{e.id} {error} {place}", e.id, raising(e, error, place)) for e, error, place in every[::step]]
    false = []
    for label, report in graded(sources, jobs=amount(1, 2)):
        ran["tasks that raise an unrelated error"] += len(report.tasks)
        assert report.points < report.max_points
        false += [(label, task, name) for task, name, _ in names(report)]
    assert false == []


def test_a_slip_is_no_other_mistake(amount: Amount, ran: Counter[str]) -> None:
    """In right code with one slip, no mistake is named where a name is misspelt."""
    slips = {
        f"{exercise.id} {number}": slipped(CATALOG, exercise, number)
        for number in range(amount(1, len(KINDS)))
        for exercise in CATALOG.exercises
    }
    sources = [
        (label, id := label.split()[0], "\n\n".join([solution(CATALOG.get(id)), *(s.code for s in found)]))
        for label, found in slips.items()
    ]
    false = []
    for label, report in graded(sources, jobs=amount(1, 2)):
        ran["tasks with a slip"] += len(report.tasks)
        for task, name, said in names(report):
            ran["slips that a misconception explains"] += 1
            (slip,) = (s for s in slips[label] if s.task == task)
            if slip.misspelt and slip.misspelt in said:
                false.append((label, task, name, slip.kind, said))
    assert false == []


def test_slips_are_deterministic_and_of_all_kinds() -> None:
    """The same number gives the same slips, and each kind is found in code that has a place for it."""
    code = "def f(x, n):\n    if n < 2:\n        raise ValueError\n    return torch.full(x.size(), n, dtype=x.dtype)\n"
    assert {slip.kind for slip in slips_in(code, "f")} == set(KINDS)
    assert {slip.code for slip in slips_in(code, "f") if slip.kind == "a swapped operator"} == {
        code.replace("n < 2", "n <= 2").strip()
    }
    exercise = CATALOG.exercises[0]
    assert slipped(CATALOG, exercise, 3) == slipped(CATALOG, exercise, 3) != slipped(CATALOG, exercise, 4)
    assert [misspell(name) for name in ("weight", "x", "ab", "all")] == ["wegiht", "xs", "ba", "lal"]
