"""The item analysis says how hard each check is, how well it tells students apart, and who makes which mistake."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.pages.items import discrimination, item_analysis

Make = Callable[..., Any]


def test_the_share_counts_those_who_began(check: Make, exercise: Make, student: Make) -> None:
    """Students who did not begin a task are not among those who attempted its checks."""
    statuses = ("passed", "failed", "skipped", "not_attempted")
    reports = [student(s, exercise(tasks={"f": [check("a", s)]})) for s in statuses]
    reports += [student("none", exercise(status="not_submitted")), student("broken", exercise(status="unreadable"))]
    (found,) = item_analysis(reports)
    item = found.tasks[0].checks[0]
    assert (found.graded, item.attempted, item.passed, item.share) == (4, 3, 1, 1 / 3)


def test_a_check_that_nobody_began_has_no_share(check: Make, exercise: Make, student: Make) -> None:
    """Where nobody began a task, no share is given."""
    (found,) = item_analysis([student("ana", exercise(tasks={"f": [check("a", "not_attempted")]}))])
    assert found.tasks[0].checks[0].share is None


def test_discrimination_is_the_correlation_with_the_rest() -> None:
    """It is the correlation of passing with the points for the rest, as NumPy computes it."""
    rng = np.random.default_rng(0)
    rest = rng.normal(size=60)
    passes = rest + rng.normal(size=60) > 0
    found = discrimination(passes.tolist(), rest.tolist())
    assert found == pytest.approx(np.corrcoef(passes, rest)[0, 1])


def test_a_check_is_compared_with_the_other_checks_alone(check: Make, exercise: Make, student: Make) -> None:
    """The check's own points do not count: with them, a check that says nothing would seem to say something."""
    pairs = [("passed", "passed"), ("passed", "failed"), ("failed", "passed"), ("failed", "failed")] * 6
    reports = [
        student(str(n), exercise(tasks={"f": [check("a", one), check("b", other)]}))
        for n, (one, other) in enumerate(pairs)
    ]
    (found,) = item_analysis(reports)
    assert [item.discrimination for item in found.tasks[0].checks] == [pytest.approx(0.0), pytest.approx(0.0)]
    assert found.tasks[0].checks[0].weak


@pytest.mark.parametrize(
    ("passes", "rest"),
    [
        ([True, False] * 9, [1.0, 0.0] * 9),  # 18 students
        ([True] * 28 + [False] * 2, [1.0, 0.0] * 15),  # 2 fail
        ([True, False] * 15, [3.0] * 30),  # all have the same points
        ([], []),
    ],
)
def test_discrimination_is_not_guessed(passes: list[bool], rest: list[float]) -> None:
    """With fewer than 20 students, fewer than 3 on either side, or without any spread, there is none."""
    assert discrimination(passes, rest) is None


def test_discrimination_is_between_minus_one_and_one() -> None:
    """The strongest discrimination is 1, and -1 if weak students pass and strong ones fail."""
    passes = [True, False] * 10
    assert math.isclose(discrimination(passes, [float(p) for p in passes]) or 0, 1)
    assert math.isclose(discrimination(passes, [float(not p) for p in passes]) or 0, -1)


def test_mistakes_name_their_holders_once(check: Make, exercise: Make, student: Make) -> None:
    """Each mistake of a task has its students once; checks have the numbers. The most frequent mistake comes first."""
    twice = {"f": [check("a", "failed", mistake="sum"), check("b", "failed", mistake="sum")]}
    once = {"f": [check("a", "failed", mistake="mean"), check("b")]}
    reports = [student(n, exercise(tasks=tasks)) for n, tasks in (("c", once), ("a", twice), ("b", twice))]
    (found,) = item_analysis(reports)
    (task,) = found.tasks
    assert [(m.id, m.students) for m in task.mistakes] == [("sum", ("a", "b")), ("mean", ("c",))]
    assert [[(m.id, m.count) for m in item.mistakes] for item in task.checks] == [
        [("sum", 2), ("mean", 1)],
        [("sum", 2)],
    ]
