"""The next step for a program that differs, by what the program and the two answers show.

A step that is certain to fit comes before the usual one of its kind. What it says is true of this program.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from grader import wire
from grader.sentences import Sentence, joined, learner, learner_python_errors
from grader.sentences import learner_steps as steps
from grader.suites import feedback
from grader.suites.comparisons import to_tensor
from grader.suites.exploration.agreement import Disagreement, edited
from grader.suites.exploration.programs import RECORDING, Program, parsed

# By dtype: up to which number it holds every whole number, how that is written, and by how much a larger one may be off
_EXACT = {
    "bfloat16": (2**8, "256", 2.0**-7),
    "float16": (2**11, "2048", 2.0**-10),
    "float32": (2**24, "2**24", 2.0**-20),
    "float64": (2**53, "2**53", 2.0**-49),
}
_NARROW = {"int8": (-(2**7), 2**7 - 1), "uint8": (0, 2**8 - 1), "int16": (-(2**15), 2**15 - 1)}
_LARGE_SEEDS = (2**31, 2**32 - 1)  # of those that `Pick.seed` gives
_OF_ARGUMENTS = {"ValueError", "TypeError", "IndexError"}
_EDITS = re.compile(r"\w_\(|[-+*/]=|\]\s*=[^=]")  # code that changes a tensor in place
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def step_for(
    program: Program,
    found: Disagreement,
    expected: wire.Observation,
    got: wire.Observation,
    *,
    raises: Sequence[str],
    none_is_right: bool,
) -> Sentence | None:
    """Return the next step for a program that differs, or `None` for the usual one of its kind.

    `raises` are the exceptions that the contract names. `none_is_right` says that None is the right result of some
    program.
    """
    if feedback.next_step_for_warnings(got.warnings, found.kind) is not None:
        return None
    if found.kind == "raised":
        return _on_purpose(program, got.raised)
    if found.kind == "raises":
        return _for_error(program, expected, got, raises)
    if found.of in program.given and (step := _for_argument(program, found, expected, got)) is not None:
        return step
    if found.kind in ("type", "none"):
        return steps.PRINT_EACH() if none_is_right and found.facts and None in found.facts else None
    if found.kind == "grad":
        return None if "backward(" in program.text else steps.PRINT_GRAD()
    if found.name.endswith((".shape", ".dtype")):
        return steps.BY_KIND[found.name.rpartition(".")[2]]()
    return _for_values(program, found) if found.kind == "values" else None


def without_a_zero(program: Program, found: Disagreement, tried: Iterable[Program]) -> list[Program]:
    """Return programs with a 1 instead of a 0: as a seed, or in a list whose right result is 0.

    Where one of them does not fail, the zero matters. A seed is known by the seeds that other programs have there.
    """
    lines = (*program.before, *program.after)
    code = [parsed(line) for line in lines]
    places = {place for part in code for place, number in _written(program.task, part) if number.value == 0}
    if not places:
        return []
    known = [
        place
        for other in dict.fromkeys(line for one in tried for line in one.after)
        for place, number in _written(program.task, parsed(other))
        if number.value in _LARGE_SEEDS
    ]
    results = [place for place in places if place[0] == "list" and found.facts and found.facts[0] == 0]
    return [_with_one(program, place) for place in sorted(places.intersection([*known, *results]))]


def _with_one(program: Program, place: tuple[str, str]) -> Program:
    def changed(line: str) -> str:
        code = parsed(line)
        zeros = [number for at, number in _written(program.task, code) if at == place and number.value == 0]
        for zero in zeros:
            zero.value = 1.0 if isinstance(zero.value, float) else 1
        return ast.unparse(code) if zeros else line

    before, after = (tuple(map(changed, lines)) for lines in (program.before, program.after))
    return dataclasses.replace(program, before=before, after=after)


def _written(task: str, code: ast.AST) -> Iterator[tuple[tuple[str, str], ast.Constant]]:
    """Yield the numbers among the arguments of the task's calls, and in lists that have a name, each with its place."""
    for node in ast.walk(code):
        values: dict[tuple[str, str], ast.expr] = {}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == task:
            values = {("argument", str(n)): value for n, value in enumerate(node.args)}
            values |= {("argument", keyword.arg or ""): keyword.value for keyword in node.keywords}
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.List):
            values = {("list", f"{ast.unparse(node.targets[0])} {n}"): value for n, value in enumerate(node.value.elts)}
        for place, value in values.items():
            if isinstance(value, ast.Constant) and type(value.value) in (int, float):
                yield place, value


def _on_purpose(program: Program, raised: wire.Raised | None) -> Sentence | None:
    """Return the step for an error about a leaf that only a function of the program itself can have caused."""
    if raised is None or "leaf" not in raised.message.lower() or _EDITS.search(raised.code):
        return None
    handed = "".join(line.partition("lambda")[2] for line in program.text.splitlines())
    return steps.RAISED_ON_PURPOSE() if raised.line is not None and _EDITS.search(handed) else None


def _for_error(
    program: Program, expected: wire.Observation, got: wire.Observation, raises: Sequence[str]
) -> Sentence | None:
    """Return the step where an exception is expected, and a value or another exception came."""
    wanted = [name for name in raises if expected.raised and name in expected.raised.bases]
    error = joined(learner.EITHER, wanted)
    if got.raised is not None:
        usual = feedback.next_step_for(got.raised)
        if usual == learner_python_errors.STOPPED_A_GENERATOR():
            return usual
    if not _OF_ARGUMENTS.intersection(wanted):
        return steps.WHEN_RAISED(error=error)
    if got.raised is not None:
        return steps.ANOTHER_ERROR(error=error)
    return steps.EVERY_BATCH() if "DataLoader(TensorDataset(" in program.text else None


def _for_argument(
    program: Program, found: Disagreement, expected: wire.Observation, got: wire.Observation
) -> Sentence | None:
    """Return the step where an argument is not what it should be after the call."""
    if expected.raised is not None and got.raised is not None:
        return steps.BY_KIND["raises"]()
    if found.kind in ("attached", "detached"):
        return steps.FLAG_OF_ARGUMENT()
    if found.of not in program.tensors or found.name != found.of:
        return None
    left_alone = edited(expected, found.of, program.tensors.index(found.of)) is False
    return steps.BY_KIND["modified"]() if left_alone else None


def _for_values(program: Program, found: Disagreement) -> Sentence:
    if found.of == RECORDING:
        return steps.BY_KIND["state"]()
    wanted, there = found.facts or (None, None)
    pairs = [(mine, theirs) for mine, theirs in zip(_numbers(wanted), _numbers(there), strict=False) if mine != theirs]
    makers: tuple[Callable[[], Sentence | None], ...] = (
        lambda: _inf(program, pairs),
        lambda: _whole(program, pairs, is_python=isinstance(wanted, int)),
        lambda: _narrow(program),
    )
    return next((step for make in makers if (step := make()) is not None), None) or steps.PRINT_EACH()


def _numbers(fact: wire.Fact) -> Iterator[float]:
    if isinstance(fact, wire.TensorFact):
        values = to_tensor(fact)
        yield from () if values is None or values.is_complex() else values.flatten().tolist()
    elif isinstance(fact, int | float):
        yield fact


def _inf(program: Program, pairs: Sequence[tuple[float, float]]) -> Sentence | None:
    infinite = float("inf"), float("-inf")
    if "inf" in program.text or not any(theirs in infinite and mine not in infinite for mine, theirs in pairs):
        return None
    return steps.FIRST_INF()


def _whole(program: Program, pairs: Sequence[tuple[float, float]], *, is_python: bool) -> Sentence | None:
    """Return the step for whole numbers that are so large that a float does not hold all of them, and nearly right."""
    known = [name for name in ("bfloat16", "float16") if f"torch.{name}" in program.text] + ["float64", "float32"]
    for dtype in known:
        limit, written, off = _EXACT[dtype]
        if any(
            abs(mine) >= limit and mine == mine // 1 and abs(mine - theirs) <= off * abs(mine) for mine, theirs in pairs
        ):
            return steps.MAKES_A_FLOAT(limit="2**53") if is_python else steps.WHOLE_NUMBERS(dtype=dtype, limit=written)
    return None


def _narrow(program: Program) -> Sentence | None:
    """Return the step for tensors of a narrow dtype whose numbers have a sum that it does not hold."""
    for line in program.before:
        for dtype, (low, high) in _NARROW.items():
            numbers, written, _ = line.partition(f", dtype=torch.{dtype})")
            if written and sum(abs(float(number)) for number in _NUMBER.findall(numbers.partition("(")[2])) > high:
                return steps.NARROW(dtype=dtype, low=str(low), high=str(high))
    return None
