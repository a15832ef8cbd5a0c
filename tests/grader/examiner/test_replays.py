"""To name mistakes, a submission's calls are made to the kit's own implementations, each call only once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from grader import wire
from grader.catalog import Exercise, Task, Variant
from grader.examiner.implementations import RunImplementations
from grader.examiner.judging import CheckResult
from grader.examiner.replays import Replays
from grader.records import Status, Verdict
from grader.sandbox import Budget
from grader.suites.check_log import CheckLog, Exchange
from grader.suites.outcomes import CheckEnded

TASKS = (Task(name="double", points=2.0), Task(name="relu", points=1.0))
EXERCISE = Exercise(id="01_small", title="Small", title_pt="Pequeno", prerequisites=(), tasks=TASKS)
# What each implementation answers, whatever it is asked.
ANSWERS = {"01_small.double.adds": 3.0, "01_small.relu.forgets": -1.0, "01_small.reference": 2.0}
CALL = wire.Call(
    nonce=1,
    module="submission",
    name="f",
    probe=None,
    arguments=(),
    keywords={},
    backward=None,
    trace=False,
    seed=0,
)


CODE = "def double(x):\n    return x + helper()\n\n\ndef helper():\n    return 1\n"


class References:
    """Answers for the kit's own implementations, and counts how often each is asked.

    `silent` is how often it gives no answer, because the implementations are `lost` or the time is used up.
    """

    def __init__(self, *, silent: int = 0, lost: frozenset[str] = frozenset(), out_of_time: bool = False) -> None:
        self.asked: list[str] = []
        self._silent = silent
        self.lost, self.out_of_time = lost, out_of_time

    def observe_each(self, call: wire.Call, sources: Mapping[str, str]) -> dict[str, wire.Observation | None]:
        """Return the answer of each module."""
        self.asked += sources
        if self._silent:
            self._silent -= 1
            return dict.fromkeys(sources)
        return {module: wire.Observation(nonce=0, outcome="returned", result=ANSWERS[module]) for module in sources}


class Sources:
    """One misconception of each task; both presume the same."""

    presumes: tuple[str, ...] = ()

    def reference(self, exercise: str) -> str:
        """Return the source of the reference."""
        return ""

    def misconceptions(self, exercise: str) -> tuple[Variant, ...]:
        """Return the misconceptions of both tasks."""
        named = (("double", "adds"), ("relu", "forgets"))
        return tuple(
            Variant(exercise=exercise, task=t, name=name, message="No.", source="", presumes=self.presumes)
            for t, name in named
        )


def result(id: str, task: str, status: Status, answer: float, *, refused: bool = False) -> CheckResult:
    """Return the result of a check that made one call."""
    verdict = Verdict(id=id, task=task, visibility="hidden", status=status, points=0.0, max_points=1.0)
    log = CheckLog()
    log.note_exchange(Exchange(call=CALL, seen=wire.Observation(nonce=0, outcome="returned", result=answer)))
    return CheckResult(verdict=verdict, end=CheckEnded(status, verdict.feedback, refused=refused), log=log)


def named(
    *results: CheckResult, references: References | None = None, again: int = 1, source: str = CODE, **options: Any
) -> dict[str, str]:
    """Return the names of the mistakes that explain these results, by check."""
    asked = cast(Any, references or References())
    replays = Replays(RunImplementations(asked, cast(Any, Sources()), **{"fixed_inputs": False, **options}))
    for _ in range(again):
        found = replays.mistakes(
            EXERCISE, source, {r.verdict.id: r for r in results}, cast(Any, None), Budget(seconds=1.0, answers=1)
        )
    return {id: mistake.variant.name for id, mistake in found.items()}


def test_a_mistake_of_the_checks_own_task_is_named() -> None:
    """A misconception of another task explains nothing, even if it gives the same answer."""
    assert named(result("values", "double", "failed", 3.0)) == {"values": "adds"}
    assert named(result("values", "double", "failed", -1.0)) == {}


def test_every_task_has_its_own_mistakes() -> None:
    """Each failed check is explained by a misconception of its own task."""
    both = (result("values", "double", "failed", 3.0), result("relu", "relu", "error", -1.0))
    assert named(*both) == {"values": "adds", "relu": "forgets"}


@pytest.mark.parametrize(
    "other",
    [
        result("values", "double", "timeout", 3.0),
        result("values", "double", "skipped", 3.0),
        result("values", "double", "failed", 3.0, refused=True),
    ],
    ids=["stopped", "not run", "a rule was broken"],
)
def test_only_a_check_that_found_a_mistake_is_explained(other: CheckResult) -> None:
    """No calls are made for checks that found no mistake."""
    references = References()
    assert named(other, references=references) == {} and references.asked == []


@pytest.mark.parametrize(("fixed", "times"), [(True, 1), (False, 3)])
def test_where_inputs_are_fixed_each_call_is_made_once_for_all(fixed: bool, times: int) -> None:
    """With fixed inputs the next submission gets the stored answer. With other inputs nothing is stored."""
    references = References()
    named(result("values", "double", "failed", 3.0), references=references, again=3, fixed_inputs=fixed)
    assert references.asked.count("01_small.double.adds") == times


@pytest.mark.parametrize(
    ("why", "names"),
    [
        ({"out_of_time": True}, {"values": "adds"}),
        ({"lost": frozenset({"01_small.double.adds"})}, {"values": "adds"}),
        ({}, {}),  # it was lost in this very call, and will be again
    ],
)
def test_an_implementation_that_was_not_asked_answers_the_next_submission(
    why: dict[str, Any], names: dict[str, str]
) -> None:
    """What one submission leaves no time for, or has lost before, is not held against the next one."""
    references = References(silent=1, **why)
    assert named(result("values", "double", "failed", 3.0), references=references, again=2, fixed_inputs=True) == names


@pytest.mark.parametrize(
    ("presumes", "names"),
    [
        ((), {"values": "adds"}),
        (("helper()", "_ + 1 or return"), {"values": "adds"}),
        (("not item()",), {"values": "adds"}),
        (("item()",), {}),
        (("not helper()",), {}),
    ],
)
def test_a_mistake_is_named_only_if_the_code_has_what_its_sentence_presumes(
    monkeypatch: pytest.MonkeyPatch, presumes: tuple[str, ...], names: dict[str, str]
) -> None:
    """The code of the task, with the functions that it calls, must fit each presumption of the misconception."""
    monkeypatch.setattr(Sources, "presumes", presumes)
    assert named(result("values", "double", "failed", 3.0)) == names


@pytest.mark.parametrize("source", ["def double(x:\n", "def double(x):\n    return [" + "x, " * 20_000 + "]\n"])
def test_code_that_cannot_be_read_fits_no_presumption(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """Code that is not Python, or that is very long, is not searched: only misconceptions that presume nothing fit."""
    assert named(result("values", "double", "failed", 3.0), source=source) == {"values": "adds"}
    monkeypatch.setattr(Sources, "presumes", ("not item()",))
    assert named(result("values", "double", "failed", 3.0), source=source) == {}
