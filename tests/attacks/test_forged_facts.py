"""What a candidate can lie about (see `grader.forgery.forgers`), and that lying alone wins nothing.

Each forger has what the reference answered: it keeps every fact of it and guesses the values. No task gives it a point,
not even where the best guess is picked for each check. Here are three exercises: tensors, views and classes. `grader
verify` measures the same for all, with another seed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from grader import wire
from grader.catalog import load_catalog
from grader.datasets import install_california_housing
from grader.examiner.examiner import Examiner, run_examiner
from grader.forgery import forgers as forging
from grader.forgery.forgers import Forger
from grader.grading.settings import Graded
from grader.prefork import IMPORT_COMPILER
from grader.records import ExerciseReport, Submission
from grader.sandbox import Server
from grader.verification import Unearned, share_unearned, unearned

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
CATALOG = load_catalog(ROOT)
EXERCISES = [exercise for exercise in CATALOG.exercises if exercise.id[:2] in ("02", "04", "12")]
WARM_UP = (*CATALOG.warm_up(exercise.id for exercise in EXERCISES), IMPORT_COMPILER)
TASKS = [(exercise.id, task.name) for exercise in EXERCISES for task in exercise.tasks]
SUITES = [suite for exercise in EXERCISES for suite in CATALOG.suites(exercise.id)]


class Truthful(Forger):
    """Does not forge; the forgers are compared with it."""

    def forge(self, call: wire.Call, truth: wire.Observation) -> wire.Observation:
        """Return the truth."""
        return truth


FORGERS: dict[str, Callable[[Sequence[wire.Fact]], Forger]] = {"truth": Truthful, **forging.FORGERS}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Graded]]:
    """Examine each forger in each exercise; return the results by exercise and forger."""
    found: dict[str, dict[str, Graded]] = {exercise.id: {} for exercise in EXERCISES}
    known: set[str] = set()
    home = tmp_path_factory.mktemp("data")
    install_california_housing(home)

    def hand_in(exercise: str, forger: str) -> Submission:
        source = CATALOG.solution(exercise).read_text(encoding="utf-8")
        return Submission(student=f"{exercise} {forger}", exercise=exercise, path="", source=source)

    def be_honest() -> None:
        for exercise in found:
            examined = examiner.examine(hand_in(exercise, "truth"))
            known.update(digest for check in examined.facts().values() for digest in check.inputs)

    def forge() -> None:
        for exercise, forger in itertools.product(found, FORGERS):
            submission = hand_in(exercise, forger)
            examined = examiner.examine(submission)
            graded = Graded(submission=submission, report=examined.report, facts=examined.facts())
            found[exercise][forger] = graded

    with pytest.MonkeyPatch.context() as patch, Server(data_home=home, warm_up=WARM_UP, relaxed_sandbox=True) as server:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # as the examiner will: here, to be undone
        patch.setenv("PYTEST_ADDOPTS", "")
        patch.setitem(forging.FORGERS, "truth", Truthful)
        examiner = Examiner(CATALOG, server, course_seed="known", diagnosing=False)
        run_examiner(examiner, SUITES, be_honest)
        forgers = {f"{exercise} {name}": name for exercise in found for name in FORGERS}
        examiner = Examiner(
            CATALOG,
            server,
            course_seed="forged",
            diagnosing=False,
            forging=forgers,
            known=known,
        )
        run_examiner(examiner, SUITES, forge)
    return found


@pytest.fixture(scope="module")
def measured(graded: dict[str, dict[str, Graded]]) -> dict[tuple[str, str], Unearned]:
    """The points that facts alone earn in each task."""
    forged = {id: {name: g for name, g in each.items() if name != "truth"} for id, each in graded.items()}
    return {(m.exercise, m.task): m for id, each in forged.items() for m in unearned(id, each)}


def test_facts_alone_win_nothing_in_any_task(measured: dict[tuple[str, str], Unearned]) -> None:
    """Every forger gets 0, and so does the best guess picked for each check."""
    won = {task: (found.best, found.together) for task, found in measured.items()}
    assert {task: points for task, points in won.items() if points != (0, 0)} == {}
    assert [*won] == TASKS


def test_facts_alone_win_nothing_of_these_exercises(measured: dict[tuple[str, str], Unearned]) -> None:
    """All tasks are measured, with all their points, and facts alone earn none of them."""
    assert len(measured) == len(TASKS)
    assert sum(found.points for found in measured.values()) == pytest.approx(sum(e.points for e in EXERCISES))
    assert share_unearned([*measured.values()]) == 0


def test_truth_wins_every_task(graded: dict[str, dict[str, Graded]]) -> None:
    """The same observations without forged values earn everything."""
    reports = [each["truth"].report or pytest.fail("no report") for each in graded.values()]
    checks = [
        (report.id, check.id, check.status) for report in reports for task in report.tasks for check in task.checks
    ]
    assert [check for check in checks if check[2] != "passed"] == []


def test_facts_do_hold_for_forgers(graded: dict[str, dict[str, Graded]]) -> None:
    """Most checks of facts pass for forgers, so the rule about values is what denies them points."""
    checks = [
        (check.status, each["zeros"].facts[check.id].judges)
        for each in graded.values()
        for task in (each["zeros"].report or pytest.fail("no report")).tasks
        for check in task.checks
    ]
    held = [judges for status, judges in checks if status == "skipped"]
    assert len(held) > 15 and set(held) == {"facts"}
    assert not [status for status, _ in checks if status == "passed"]


def test_forgers_break_no_check(graded: dict[str, dict[str, Graded]]) -> None:
    """Forged facts end in verdicts, never in an exception of the examiner."""
    for each in graded.values():
        for forged in each.values():
            assert forged.report is not None
            for task in forged.report.tasks:
                assert not [str(check.feedback) for check in task.checks if check.feedback.broken]
