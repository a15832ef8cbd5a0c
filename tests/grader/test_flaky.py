"""References are graded alone with many seeds, and each check that fails is named with its seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from grader import flaky
from grader.catalog import Catalog, load_catalog
from grader.flaky import FlakyRun
from grader.grading.settings import Graded, Settings
from grader.records import (
    BrokenCheck,
    ExerciseReport,
    Feedback,
    Submission,
    Verdict,
    task_report,
)
from grader.sentences import verbatim

ROOT = Path(__file__).resolve().parents[2]


def report(status: str) -> ExerciseReport:
    """Return a report with one check of this status."""
    points = 1.0 if status == "passed" else 0.0
    said = Feedback(details=(verbatim("It is 2."),))
    verdict = Verdict(
        id="values", task="t", visibility="hidden", status=status, points=points, max_points=1.0, feedback=said
    )
    task = task_report("t", (verdict,))
    return ExerciseReport(id="07_autograd", status="graded", points=points, max_points=1.0, tasks=(task,))


def test_each_seed_gets_inputs_of_its_own(monkeypatch: pytest.MonkeyPatch, catalog: Catalog) -> None:
    """A seed takes the place of a student, so one run has all seeds; what fails is named with its seed.

    A check that the reference fails twice, once as a submission and once when it is asked, is named once.
    """
    fault = BrokenCheck(
        exercise="07_autograd", task="t", check="values", stands=True, feedback=Feedback(call="minimize(1)")
    )

    def grade(settings: Settings, submissions: Iterable[Submission], *, jobs: int) -> Iterator[Graded]:
        assert settings.inputs == "by_content" and settings.course_seed and not settings.diagnosing
        for one in submissions:
            assert (one.exercise, one.tasks, one.content) == ("07_autograd", ("minimize",), "reference")
            made = {"0": report("passed"), "1": report("passed"), "2": report("failed")}.get(one.student)
            yield Graded(submission=one, report=made, broken=(fault,) if one.student == "1" else ())

    monkeypatch.setattr(flaky, "grade_submissions", grade)
    run = FlakyRun(catalog=catalog, which={"07_autograd": ("minimize",)}, seeds=range(4), jobs=2)
    assert run.total == 4
    assert [str(problem) for found in run.run() for problem in found] == [
        "07_autograd: with seed 1, the reference fails the check 'values' of t: minimize(1)",
        "07_autograd: with seed 2, the reference fails the check 'values' of t: It is 2.",
        "07_autograd: with seed 3, the reference ended the grader.",
    ]


@pytest.mark.sandbox
@pytest.mark.slow
def test_no_hidden_unit_of_zero_decides_about_a_gradient() -> None:
    """The reference passes with a seed whose rounded inputs once gave a hidden unit of exactly 0."""
    which = {"18_multiple_inputs_outputs": ("TwoHeadNet",)}
    run = FlakyRun(catalog=load_catalog(ROOT), which=which, seeds=(2293,), jobs=1)
    assert [str(problem) for found in run.run() for problem in found] == []
