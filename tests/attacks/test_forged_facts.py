"""What a candidate can lie about, and that lying alone wins no task.

An observation is written by the candidate's own process, which a submission can take over. So it can say what it likes
about everything that is observed rather than computed:

- how a call ended: that it returned, or which exception it raised, with which message, from which line;
- what came back: types, lengths, shapes, dtypes, strides, devices;
- autograd: `requires_grad`, leaves, `grad_fn`, whether backward ran;
- memory: which objects are the same, which share storage, how often one was edited in place;
- what ran on the way: functions, operations, modules, optimisers, devices that were mixed. So the rule that a task is
  to be written by hand binds the honest alone: a finished version may run where it is not seen (in a thread, say);
- global settings and generators, warnings, output, the time it took;
- what its arguments hold afterwards, as far as that is what they held before, for it was handed them.

It cannot say what it does not know: the values that a right implementation computes. Here a forger is given, for each
call, the observation that the reference earned, keeps every fact of it, and replaces the values by its best guesses:
numbers that are often right, noise, or values that it was handed. What was raised is forged truthfully. No task may be
won whole, not even by picking the best guess for each check.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch

from grader import wire
from grader.catalog import load_catalog
from grader.datasets import install_california_housing
from grader.judging.comparisons import DTYPES
from grader.judging.examinee import Examinee
from grader.judging.examiner import Examiner, run_examiner
from grader.judging.inputs import raw
from grader.records import ExerciseReport, Submission
from grader.sandbox import Server

ROOT = Path(__file__).resolve().parents[2]
CATALOG = load_catalog(ROOT)
WARM_UP = CATALOG.warm_up(exercise.id for exercise in CATALOG.exercises)
TASKS = [(exercise.id, task.name) for exercise in CATALOG.exercises for task in exercise.tasks]

Ask = Callable[[wire.Call], wire.Observation]


class Forger:
    """Answers as the reference does in every fact; subclasses guess the values.

    `words` are what the reference answers in words: labels are no secret, only when to give which.
    """

    def __init__(self, words: list[wire.Fact]) -> None:
        self.words = words
        self._random = random.Random(0)
        self._generator = torch.Generator().manual_seed(0)

    def forge(self, call: wire.Call, truth: wire.Observation) -> wire.Observation:
        """Return the observation with values that the forger can know."""
        given = list(_tensors_in((*call.arguments, *call.keywords.values())))
        numbers = list(_numbers_in((*call.arguments, *call.keywords.values())))
        return msgspec.structs.replace(
            truth,
            result=self._guess(truth.result, given, numbers),
            arguments=tuple(
                self._left(fact, call.arguments[i] if i < len(call.arguments) else None, given, numbers)
                for i, fact in enumerate(truth.arguments)
            ),
            keywords={key: self._guess(fact, given, numbers) for key, fact in truth.keywords.items()},
        )

    def _left(
        self, fact: wire.Fact, handed: wire.Input, given: list[wire.TensorInput], numbers: list[float]
    ) -> wire.Fact:
        """Return what an argument holds after the call: what it held before, and a gradient that is a guess."""
        if not isinstance(fact, wire.TensorFact):
            return fact  # it was handed over as it is
        if not isinstance(handed, wire.TensorInput):
            return self._guess(fact, given, numbers)
        grad = fact.grad
        if grad is not None and handed.grad is not None:
            grad = msgspec.structs.replace(grad, data=handed.grad)
        elif grad is not None:
            grad = self._tensor(grad, given)
        data = handed.data if fact.data is not None and len(handed.data) == len(fact.data) else fact.data
        return msgspec.structs.replace(fact, data=data, grad=grad)

    def _guess(self, fact: wire.Fact, given: list[wire.TensorInput], numbers: list[float]) -> wire.Fact:
        if isinstance(fact, wire.TensorFact):
            return self._tensor(fact, given)
        if isinstance(fact, wire.ArrayFact):
            return msgspec.structs.replace(fact, data=None if fact.data is None else bytes(len(fact.data)))
        if isinstance(fact, wire.Items):
            return msgspec.structs.replace(fact, items=tuple(self._guess(item, given, numbers) for item in fact.items))
        if isinstance(fact, wire.Pairs):
            pairs = tuple((key, self._guess(value, given, numbers)) for key, value in fact.items)
            return msgspec.structs.replace(fact, items=pairs)
        if isinstance(fact, (str, bool, wire.Named)):
            return self.word([word for word in self.words if type(word) is type(fact)])
        if isinstance(fact, float):
            return self.number(numbers)
        if isinstance(fact, int):
            number = self.number(numbers)
            return int(number) if math.isfinite(number) else 0
        return fact

    def _tensor(self, fact: wire.TensorFact, given: list[wire.TensorInput]) -> wire.TensorFact:
        grad = None if fact.grad is None else self._tensor(fact.grad, given)
        dtype = DTYPES.get(fact.dtype)
        if fact.data is None or dtype is None:
            return msgspec.structs.replace(fact, grad=grad)
        known = [t for t in given if t.shape == fact.shape and t.dtype == fact.dtype and t.device == "cpu"]
        return msgspec.structs.replace(fact, data=self.data(fact, dtype, known), grad=grad)

    def word(self, words: list[wire.Fact]) -> wire.Fact:
        """Guess a word, a bool or a name, knowing which there are."""
        return self._random.choice(words)

    def number(self, numbers: list[float]) -> float:
        """Guess a number, knowing those that were handed over."""
        raise NotImplementedError

    def data(self, fact: wire.TensorFact, dtype: torch.dtype, known: list[wire.TensorInput]) -> bytes:
        """Guess the elements of a tensor, knowing those of this shape that were handed over."""
        raise NotImplementedError


class Constant(Forger):
    """Guesses one number, and one word, everywhere."""

    def __init__(self, words: list[wire.Fact], value: float, which: int) -> None:
        super().__init__(words)
        self._value = value
        self._which = which

    def word(self, words: list[wire.Fact]) -> wire.Fact:
        """Guess the word."""
        return words[self._which % len(words)]

    def number(self, numbers: list[float]) -> float:
        """Guess the number."""
        return self._value

    def data(self, fact: wire.TensorFact, dtype: torch.dtype, known: list[wire.TensorInput]) -> bytes:
        """Guess the number, for every element."""
        return raw(torch.full(fact.shape, self._value, dtype=torch.float64).to(dtype))


class Noise(Forger):
    """Guesses at random."""

    def number(self, numbers: list[float]) -> float:
        """Guess any number."""
        return self._random.uniform(-3, 3)

    def data(self, fact: wire.TensorFact, dtype: torch.dtype, known: list[wire.TensorInput]) -> bytes:
        """Guess any numbers."""
        return raw(torch.randn(fact.shape, generator=self._generator, dtype=torch.float64).to(dtype))


class Echo(Noise):
    """Guesses what it was handed: the first value that fits, or the last one."""

    def __init__(self, words: list[wire.Fact], which: int) -> None:
        super().__init__(words)
        self._which = which

    def number(self, numbers: list[float]) -> float:
        """Guess a number that was handed over."""
        return numbers[self._which] if numbers else 0.0

    def data(self, fact: wire.TensorFact, dtype: torch.dtype, known: list[wire.TensorInput]) -> bytes:
        """Guess the elements of a tensor that was handed over."""
        if known and len(known[self._which].data) == len(fact.data or b""):
            return known[self._which].data
        return super().data(fact, dtype, known)


class Unclear(Constant):
    """Guesses zeros, and says that they are in a dtype so coarse that they may be near enough."""

    def __init__(self, words: list[wire.Fact], dtype: str) -> None:
        super().__init__(words, 0.0, 0)
        self._dtype = dtype

    def _tensor(self, fact: wire.TensorFact, given: list[wire.TensorInput]) -> wire.TensorFact:
        guess = super()._tensor(fact, given)
        if guess.data is None:
            return guess
        zeros = raw(torch.zeros(fact.shape, dtype=DTYPES[self._dtype]))
        return msgspec.structs.replace(guess, dtype=self._dtype, data=zeros)


class Truthful(Forger):
    """Does not forge: what the forgers are compared with. It notes the words for them."""

    def forge(self, call: wire.Call, truth: wire.Observation) -> wire.Observation:
        """Return the truth."""
        waiting = [truth.result]
        while waiting:
            fact = waiting.pop()
            if isinstance(fact, wire.Items):
                waiting += fact.items
            elif isinstance(fact, wire.Pairs):
                waiting += [value for _, value in fact.items]
            elif isinstance(fact, (str, bool, wire.Named)) and fact not in self.words:
                self.words.append(fact)
        return truth


FORGERS: dict[str, Callable[[list[wire.Fact]], Forger]] = {
    "truth": Truthful,  # the first to be examined
    "zero": lambda words: Constant(words, 0.0, 0),
    "one": lambda words: Constant(words, 1.0, 1),
    "minus one": lambda words: Constant(words, -1.0, 2),
    "not a number": lambda words: Constant(words, float("nan"), 3),
    "infinity": lambda words: Constant(words, float("inf"), 4),
    "noise": Noise,
    "first input": lambda words: Echo(words, 0),
    "last input": lambda words: Echo(words, -1),
    "bfloat16": lambda words: Unclear(words, "bfloat16"),
    "float16": lambda words: Unclear(words, "float16"),
    "bool": lambda words: Unclear(words, "bool"),
}


def _tensors_in(values: tuple[wire.Input, ...]) -> Iterator[wire.TensorInput]:
    for value in values:
        if isinstance(value, wire.TensorInput):
            yield value
        elif isinstance(value, wire.SequenceInput):
            yield from _tensors_in(value.items)
        elif isinstance(value, wire.MappingInput):
            yield from _tensors_in(tuple(item for _, item in value.items))


def _numbers_in(values: tuple[wire.Input, ...]) -> Iterator[float]:
    for value in values:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield value
        elif isinstance(value, wire.SequenceInput):
            yield from _numbers_in(value.items)
        elif isinstance(value, wire.MappingInput):
            yield from _numbers_in(tuple(item for _, item in value.items))


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], ExerciseReport]:
    """Have each forger examined in each exercise: its report by exercise and forger."""
    found: dict[tuple[str, str], ExerciseReport] = {}
    submissions = [
        Submission(student=forger, exercise=e.id, path="", source=CATALOG.solution(e.id).read_text(encoding="utf-8"))
        for e in CATALOG.exercises
        for forger in FORGERS
    ]
    real = Examinee.asker

    def asker(examinee: Examinee, task: str) -> Ask:
        forger = forgers[examinee._submission.exercise, examinee._submission.student]
        ask = real(examinee, task)
        return lambda call: forger.forge(call, ask(call))

    def deliver(submission: Submission, report: ExerciseReport) -> None:
        found[submission.exercise, submission.student] = report

    words: dict[str, list[wire.Fact]] = {e.id: [] for e in CATALOG.exercises}
    forgers = {(e.id, name): make(words[e.id]) for e in CATALOG.exercises for name, make in FORGERS.items()}
    home = tmp_path_factory.mktemp("data")
    install_california_housing(home)
    with pytest.MonkeyPatch.context() as patch, Server(data_home=home, warm_up=WARM_UP, trusted=True) as server:
        patch.setattr(Examinee, "asker", asker)
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # as the examiner will: here, to be undone
        patch.setenv("PYTEST_ADDOPTS", "")
        examiner = Examiner(CATALOG, server, submissions, deliver, course_seed="forged", diagnosing=False)
        run_examiner(examiner, [suite for e in CATALOG.exercises for suite in CATALOG.suites(e.id)])
    return found


def checks(report: ExerciseReport, task: str) -> dict[str, Any]:
    """Return how the checks of a task ended."""
    return {check.id: check for t in report.tasks if t.name == task for check in t.checks}


@pytest.mark.parametrize(("exercise", "task"), TASKS)
def test_facts_alone_win_no_task(reports: dict[tuple[str, str], ExerciseReport], exercise: str, task: str) -> None:
    """Whatever is guessed in place of values, each task has a check that no guess passes."""
    passed = {
        check.id
        for forger in FORGERS
        if forger != "truth"
        for check in checks(reports[exercise, forger], task).values()
        if check.status == "passed"
    }
    assert set(checks(reports[exercise, "truth"], task)) - passed


@pytest.mark.parametrize(("exercise", "task"), TASKS)
def test_truth_wins_every_task(reports: dict[tuple[str, str], ExerciseReport], exercise: str, task: str) -> None:
    """It is the values that the forgers lack: the same observations, unforged, win everything."""
    assert all(check.status == "passed" for check in checks(reports[exercise, "truth"], task).values())


def test_forgers_break_no_check(reports: dict[tuple[str, str], ExerciseReport]) -> None:
    """Forged facts end in verdicts, never in an exception of the examiner's."""
    for report in reports.values():
        for task in report.tasks:
            assert not [check.message for check in task.checks if "which is not your fault" in check.message]
