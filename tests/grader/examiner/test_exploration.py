"""A check that explores: it is the last of its task, and a domain at fault takes no points from students."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.examiner.examiner import Examined, Examiner
from grader.records import Submission

Hold = Callable[..., Examiner]
LayDown = Callable[..., Path]

RIGHT = "import torch\n\ndef double(x):\n    return x * 2\n\ndef relu(x):\n    return x.clamp(min=0)\n"
RARE = RIGHT.replace("return x * 2", "return x * 2 if x.numel() != 3 else x + 2")
SUITE = '''
@domain("double", points=1)
def test_any_tensor(pick):
    """Any tensor is doubled."""
    {set_up}
    pick.call(f"double({{pick.tensor('x', pick.shape())}}){after}")


@check("double", points=1)
def test_two_numbers(candidate, draw):
    """Two numbers are doubled."""
    x = draw.tensor(2)
    candidate.double(x).result.values(2 * x)
'''
GOOD = SUITE.format(set_up="pass", after="")


@pytest.fixture
def examined(hold: Hold, lay_down: LayDown) -> Callable[..., Examined]:
    """Examine a source for `01_small`; return all that is known about it."""

    def examined(hidden: str, source: str, student: str = "somebody", **options: Any) -> Examined:
        found: list[Examined] = []
        submission = Submission(student=student, exercise="01_small", path="01_small.py", source=source)
        hold(lay_down(hidden), [submission], found.append, **options)
        return found[0]

    return examined


Examine = Callable[..., Examined]


def statuses(found: Examined) -> dict[str, str]:
    """Return the statuses of the checks by id, in the order in which they ran."""
    return {check.id: check.status for task in found.report.tasks for check in task.checks}


def test_a_domain_runs_last_and_requires_the_other_checks(examined: Examine) -> None:
    """Although it comes first in the file, it is skipped when the other check of its task fails."""
    assert statuses(examined(GOOD, RIGHT)) == {"two_numbers": "passed", "any_tensor": "passed"}
    wrong = RIGHT.replace("x * 2", "x + 1")
    assert [*statuses(examined(GOOD, wrong)).items()] == [("two_numbers", "failed"), ("any_tensor", "skipped")]


def test_a_mistake_that_no_other_check_sees_is_found(examined: Examine) -> None:
    """Code that is wrong for three elements fails, with the program as the call, and the log has that program first."""
    found = examined(GOOD, RARE)
    assert statuses(found) == {"two_numbers": "passed", "any_tensor": "failed"}
    feedback = found.report.tasks[0].checks[1].feedback
    assert feedback.call == "x = torch.tensor([0.0, 0.0, 0.0])\nresult = double(x)"
    assert found.broken() == ()


def test_nothing_is_made_simpler_where_nobody_reads(examined: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a small error, it counts only that a check fails: the program is one of those that were drawn."""
    monkeypatch.setattr("grader.suites.exploration.exploring.simpler", lambda *_: pytest.fail("it was made simpler"))
    found = examined(GOOD, RARE, until_failure=True)
    assert statuses(found) == {"two_numbers": "passed", "any_tensor": "failed"}
    shown = found.report.tasks[0].checks[1].feedback.call
    drawn = [run.program.text for run in found.results["any_tensor"].log.runs]
    assert shown is not None and str(shown) in drawn


def test_expected_values_can_be_hidden(examined: Examine) -> None:
    """With `hide_expected`, the program and what came back are shown, and not what was expected."""
    feedback = examined(GOOD, RARE, hide_expected=True).report.tasks[0].checks[1].feedback
    assert "expected: tensor([0., 0., 0.])" not in str(feedback)
    assert "got: tensor([2., 2., 2.])" in str(feedback)


def test_inputs_by_content_ask_each_student_other_programs(examined: Examine) -> None:
    """Two students get different programs of one domain, and the same verdict."""
    found = [examined(GOOD, RARE, name, inputs="by_content", course_seed="a seed") for name in ("ana", "ben")]
    ran = [{run.program.text for run in one.results["any_tensor"].log.runs} for one in found]
    assert ran[0] != ran[1]
    assert [statuses(one)["any_tensor"] for one in found] == ["failed", "failed"]


@pytest.mark.parametrize(
    ("set_up", "after"),
    [
        ("pick.do('x = 1 / 0')", ""),
        ("pass", ".no_such_method()"),
        ("pick.do('import os', 'os._exit(3)')", ""),
    ],
    ids=["its set-up fails", "its programs raise", "the reference is lost"],
)
def test_a_domain_at_fault_is_left_out(examined: Examine, set_up: str, after: str) -> None:
    """If no program is legal, the points stand, and the instructor is told with a program."""
    found = examined(SUITE.format(set_up=set_up, after=after), RARE)
    assert statuses(found) == {"two_numbers": "passed", "any_tensor": "passed"}
    (fault,) = found.broken()
    assert fault.check == "any_tensor" and fault.stands
    assert "Cannot explore 'double'" in str(fault.feedback) and "double(x)" in str(fault.feedback)


def test_a_reference_that_differs_from_itself_is_at_fault(examined: Examine) -> None:
    """A program whose answer depends on the time is no reason to take points."""
    suite = SUITE.format(set_up="pick.do('import time')", after=" + time.perf_counter_ns() % 10007")
    found = examined(suite, RIGHT)
    assert statuses(found)["any_tensor"] == "passed"
    (fault,) = found.broken()
    assert "does not give the same answer twice" in str(fault.feedback)


def test_a_submission_that_is_lost_in_a_program_reads_which(examined: Examine) -> None:
    """Code that ends the process for three elements has crashed in a program with three of them."""
    found = examined(GOOD, RARE.replace("else x + 2", "else __import__('os')._exit(3)"))
    check = found.report.tasks[0].checks[1]
    assert check.status == "crashed"
    assert check.feedback.call.startswith("x = torch.tensor([") and "exit code 3" in str(check.feedback)
