"""The reference is asked whenever a check fails: if it fails too, the check is at fault, and its points stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import wire
from grader.examiner.examination import Examination, Faults
from grader.examiner.examiner import Examined, Examiner
from grader.records import CheckReport, Feedback, Submission

Hold = Callable[..., Examiner]
LayDown = Callable[..., Path]

RIGHT = "import torch\n\ndef double(x):\n    return x * 2\n\ndef relu(x):\n    return x.clamp(min=0)\n"
WRONG = RIGHT.replace("x * 2", "x + 2")
SUITE = '''
@check("double", points=1)
def test_values(candidate, draw):
    """Every number is doubled."""
    x = draw.tensor(3, low=3.0, high=9.0)
    candidate.double(x).result.values({expected})


@check("double", points=2, requires=["values"])
def test_whole_numbers(candidate, draw):
    """Whole numbers are doubled too."""
    x = draw.integers(3, low=3, high=9)
    candidate.double(x).result.values(2 * x)


@check("double", points=1, judges="facts")
def test_leaves_x(candidate, draw):
    """x is left alone."""
    candidate.double(draw.tensor(3)).returned().unchanged()
'''
FAULTY = SUITE.format(expected="2 * x + 1")
SOMETIMES = SUITE.format(expected="2 * x if draw.integer(1, 2) == 1 else 3 * x")
EXACT = SUITE.format(expected="2 * x.double() + 1e-4")  # a tolerance that the reference misses


@pytest.fixture
def examined(hold: Hold) -> Callable[..., list[Examined]]:
    """Examine sources for `01_small` in the course under `root`; return all that is known about each."""

    def examined(root: Path, *sources: str | Submission, **options: Any) -> list[Examined]:
        found: list[Examined] = []
        hold(root, [s if isinstance(s, Submission) else hand_in(s) for s in sources], found.append, **options)
        return found

    return examined


Examine = Callable[..., list[Examined]]


def hand_in(source: str, student: str = "somebody") -> Submission:
    """Return what a student handed in."""
    return Submission(student=student, exercise="01_small", path="01_small.py", source=source)


def checks(examined: Examined) -> dict[str, CheckReport]:
    """Return the checks of a report by id."""
    return {check.id: check for task in examined.report.tasks for check in task.checks}


def statuses(examined: Examined) -> dict[str, str]:
    """Return the statuses of the checks by id."""
    return {id: check.status for id, check in checks(examined).items()}


@pytest.mark.parametrize("suite", [FAULTY, EXACT], ids=["a wrong expectation", "a tolerance"])
def test_points_stand_if_the_reference_fails_too(examined: Examine, lay_down: LayDown, suite: str) -> None:
    """A check that the reference fails gives its points, the checks that require it run, and the student reads nothing.

    The instructor reads what the check said about the reference.
    """
    (found,) = examined(lay_down(suite), RIGHT)
    assert statuses(found) == {"values": "passed", "whole_numbers": "passed", "leaves_x": "passed"}
    assert found.report.points == 4 and str(checks(found)["values"].feedback) == ""
    (fault,) = found.broken()
    assert (fault.exercise, fault.task, fault.check, fault.stands) == ("01_small", "double", "values", True)
    assert str(fault.feedback.title) == "Every number is doubled"
    assert fault.feedback.call.startswith("double(tensor([") and fault.feedback.expected and fault.feedback.got


def test_a_wrong_submission_fails_the_other_checks(examined: Examine, lay_down: LayDown) -> None:
    """Only the points of the check at fault stand; a wrong submission still fails the others."""
    (found,) = examined(lay_down(FAULTY), WRONG)
    assert statuses(found) == {"values": "passed", "whole_numbers": "failed", "leaves_x": "passed"}
    assert found.report.points == 2 and len(found.broken()) == 1


def test_a_check_that_the_reference_passes_is_not_at_fault(examined: Examine, lay_down: LayDown) -> None:
    """A wrong submission fails a right check, and no check is reported as broken."""
    (found,) = examined(lay_down(SUITE.format(expected="2 * x")), WRONG)
    assert statuses(found) == {"values": "failed", "whole_numbers": "skipped", "leaves_x": "skipped"}
    assert found.broken() == ()


def test_the_reference_gets_the_same_inputs(examined: Examine, lay_down: LayDown) -> None:
    """A check that is wrong for some inputs is at fault for the students who get those, right or wrong; no others."""
    names = [f"student {n}" for n in range(8)]
    students = [hand_in(source, name) for name in names for source in (RIGHT, WRONG)]
    found = examined(lay_down(SOMETIMES), *students, inputs="by_content", course_seed="a seed")
    right, wrong = found[::2], found[1::2]
    assert {one.report.points for one in right} == {4}
    assert {len(one.broken()) for one in right} == {0, 1}
    for one in wrong:
        assert (statuses(one)["values"] == "passed") == bool(one.broken())


def test_a_check_of_a_release_is_not_asked_again(examined: Examine, lay_down: LayDown) -> None:
    """Without solutions, as in a student's release, nothing is asked, and a failed check is a failed check."""
    (found,) = examined(lay_down(FAULTY, released=True), RIGHT)
    assert statuses(found)["values"] == "failed" and found.broken() == ()


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("import torch\n", "error"),
        ("def double(x):\n    raise NotImplementedError\n", "not_attempted"),
        ("import os\n\ndef double(x):\n    os._exit(1)\n", "crashed"),
    ],
    ids=["missing", "a TODO", "crashed"],
)
def test_what_was_not_compared_gets_no_points(examined: Examine, lay_down: LayDown, source: str, status: str) -> None:
    """A submission without an answer gets no points for a check at fault: nothing was compared."""
    (found,) = examined(lay_down(FAULTY), source)
    assert statuses(found)["values"] == status and found.broken() == ()


def test_a_refused_call_gets_no_points(examined: Examine, lay_down: LayDown) -> None:
    """Code that calls what its task forbids gets no points for a check at fault."""
    suite = SUITE.format(expected="x + 1").replace("double", "relu")
    (found,) = examined(lay_down(suite), RIGHT.replace("x.clamp(min=0)", "torch.relu(x)"))
    assert found.report.points == 0 and found.broken() == ()


BREAKS = '''
@check("double", points=1)
def test_breaks(candidate):
    """Breaks."""
    raise {error}
'''


def test_a_check_that_breaks_for_the_reference_too_gives_its_points(examined: Examine, lay_down: LayDown) -> None:
    """A check that ends with an error, whatever it is given, is at fault: its points stand."""
    (found,) = examined(lay_down(BREAKS.format(error="ValueError('no')")), WRONG)
    assert statuses(found) == {"breaks": "passed"}
    (fault,) = found.broken()
    assert fault.stands and "ValueError: no" in str(fault.feedback)


def test_a_check_that_breaks_for_one_submission_gives_nothing(examined: Examine, lay_down: LayDown) -> None:
    """A check that an odd answer breaks earns nothing, since such an answer may be made on purpose; it is reported."""
    suite = '@check("double", points=1)\ndef test_one(candidate):\n    """One."""\n'
    suite += "    assert candidate.double(torch.ones(1)).result.tensor.item() == 2\n"
    (found,) = examined(lay_down(suite), WRONG)
    assert (statuses(found), found.report.points) == ({"one": "error"}, 0)
    (fault,) = found.broken()
    assert not fault.stands and fault.feedback.broken


def test_a_reference_that_is_lost_leaves_the_points(examined: Examine, lay_down: LayDown) -> None:
    """If the reference does not survive the check, the check is at fault."""
    suite = '@check("double", points=1)\ndef test_one(candidate):\n    """One."""\n'
    suite += "    candidate.double(code('__import__(\"os\")._exit(0)')).returned()\n"
    (found,) = examined(lay_down(suite), RIGHT.replace("x * 2", "undefined"))
    assert statuses(found) == {"one": "crashed"}  # the submission did not survive it either
    suite = suite.replace("candidate.double(code('__import__(\"os\")._exit(0)'))", "candidate.double(torch.ones(1))")
    suite = suite.replace("(candidate)", "(candidate, reference)")
    suite += "    reference.double(code('__import__(\"os\")._exit(0)'))\n"
    (found,) = examined(lay_down(suite), RIGHT)
    (fault,) = found.broken()
    assert statuses(found) == {"one": "passed"} and fault.stands
    assert "Cannot ask the reference of 01_small" in str(fault.feedback)


FIXTURE = '''
@pytest.fixture(scope="module")
def doubled():
    return 2.0


@check("double", points=1)
def test_first(candidate, doubled):
    """The first."""
    candidate.double(torch.ones(1)).result.values([doubled + 5])


@check("double", points=1)
def test_second(candidate, doubled):
    """The second."""
    candidate.double(torch.ones(1)).result.values([doubled])
'''


def test_checks_that_pytest_runs_are_asked_again_too(examined: Examine, lay_down: LayDown) -> None:
    """A check with fixtures of its own is run again by pytest, and the checks after it run as before."""
    for found in examined(lay_down(FIXTURE), RIGHT, WRONG):
        assert statuses(found)["first"] == "passed"
        assert [fault.check for fault in found.broken()] == ["first"]
    assert statuses(found)["second"] == "failed"


def test_with_fixed_inputs_the_reference_is_asked_once(
    examined: Examine, lay_down: LayDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With fixed inputs, all submissions get the same calls, so the reference is asked once for each check."""
    noted: list[tuple[str, ...]] = []
    note = Faults.note

    def counted(self: Faults, inputs: tuple[str, ...], fault: Feedback | None) -> None:
        noted.append(inputs)
        note(self, inputs, fault)

    monkeypatch.setattr(Faults, "note", counted)
    examined(lay_down(FAULTY), RIGHT, WRONG, RIGHT)
    assert noted == [("01_small", "values"), ("01_small", "whole_numbers")]


def test_with_fixed_inputs_it_is_asked_once_what_an_error_should_have_been(
    examined: Examine, lay_down: LayDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where submissions raise, they read what the reference returns. With inputs by content, each one asks."""
    asked: list[wire.Call] = []
    ask = Examination._ask_reference

    def counted(self: Examination, call: wire.Call) -> wire.Observation:
        asked.append(call)
        return ask(self, call)

    monkeypatch.setattr(Examination, "_ask_reference", counted)
    suite = '@check("double", points=1)\ndef test_one(candidate):\n    """One."""\n'
    suite += "    candidate.double(torch.ones(2)).result.values([2.0, 2.0])\n"
    raising = RIGHT.replace("return x * 2", "raise KeyError(x.shape)")
    root, two = lay_down(suite), [hand_in(raising, "ana"), hand_in(raising, "bea")]
    found = examined(root, *two)
    assert [str(checks(one)["one"].feedback.expected) for one in found] == ["tensor([2., 2.])"] * 2
    once = len(asked)
    examined(root, *two, inputs="by_content")
    assert len(asked) == 3 * once


def test_no_curve_of_a_check_at_fault_is_shown(examined: Examine, lay_down: LayDown) -> None:
    """The student's curve beside a wrong expectation is not shown."""
    suite = '@check("double", points=1)\ndef test_one(candidate):\n    """One."""\n'
    suite += "    candidate.double([1.0, 2.0]).result.curve([5.0, 6.0])\n"
    (found,) = examined(lay_down(suite), RIGHT.replace("x * 2", "[3.0, 4.0]"))
    assert len(found.broken()) == 1 and checks(found)["one"].curve is None


def test_faults_are_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """What checks said is remembered for a limited number of runs, and never if the check broke."""
    monkeypatch.setattr("grader.examiner.examination._REMEMBERED", 2)
    faults = Faults()
    for n in range(3):
        faults.note((str(n),), None)
    faults.note(("broke",), Feedback(broken=True))
    assert [(str(n),) in faults for n in range(3)] == [False, False, True] and ("broke",) not in faults


def test_a_task_is_whole_or_nothing(examined: Examine, lay_down: LayDown) -> None:
    """With whole tasks, a failed check costs all points of its task, and a note says why; checks keep their own."""
    root = lay_down(
        SUITE.format(expected="2 * x") + '@check("relu", points=2)\ndef test_relu(candidate):\n    """R."""\n'
    )
    right, wrong = examined(
        root, RIGHT, RIGHT.replace("x * 2", "x * 2 if x.is_floating_point() else x"), whole_tasks=True
    )
    assert [(task.points, task.max_points) for task in right.report.tasks] == [(4, 4), (2, 2)]
    assert [task.points for task in wrong.report.tasks] == [0, 2] and wrong.report.points == 2
    assert statuses(wrong)["values"] == "passed"
    assert "only if all its checks pass" in str(wrong.report.notes[-1])


def test_points_that_stand_make_a_task_whole(examined: Examine, lay_down: LayDown) -> None:
    """With whole tasks, a check at fault counts as passed."""
    (found,) = examined(lay_down(FAULTY), RIGHT, whole_tasks=True)
    assert found.report.points == 4
