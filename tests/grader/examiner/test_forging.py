"""Answers are forged only for forgers, and each true answer is requested once."""

from __future__ import annotations

import pytest

from grader import wire
from grader.examiner.forging import Forging
from grader.records import Submission
from grader.suites.check_log import call_digest


def submission(student: str, source: str = "LABELS = ('left', 'right')\n") -> Submission:
    """Return a submission of this student."""
    return Submission(student=student, exercise="01_small", path="", source=source)


def call(argument: float, *, seed: int = 0) -> wire.Call:
    """Return a call with this argument."""
    return wire.Call(
        nonce=0,
        module="submission",
        name="f",
        probe=None,
        arguments=(argument,),
        keywords={},
        backward=None,
        trace=False,
        seed=seed,
    )


class Reference:
    """Answers each call with its argument, and notes the calls."""

    def __init__(self) -> None:
        self.asked: list[wire.Call] = []

    def __call__(self, asked: wire.Call) -> wire.Observation:
        self.asked.append(asked)
        return wire.Observation(nonce=0, outcome="returned", result=asked.arguments[0])  # type: ignore[arg-type]


def test_only_forgers_forge() -> None:
    """Submissions that are not forgers answer themselves."""
    assert Forging({"eve": "zeros"}, ()).of(submission("ana")) is None


def test_a_forger_answers_in_place_of_the_reference() -> None:
    """A forger's guess replaces the answer of the reference."""
    forge = Forging({"eve": "zeros"}, ()).of(submission("eve"))
    assert forge is not None and forge(Reference())(call(2.5)).result != 2.5


@pytest.mark.parametrize(("same", "result"), [(True, 2.5), (False, 0.0)])
def test_a_forger_knows_what_is_the_same_for_everybody(same: bool, result: float) -> None:
    """A forger gives the true answer to a call that is the same for all students and does not depend on the seed."""

    def reference(asked: wire.Call) -> wire.Observation:
        return wire.Observation(nonce=0, outcome="returned", result=2.5 if same else 2.5 + asked.seed)

    forge = Forging({"eve": "zeros"}, {call_digest(call(1.0))}).of(submission("eve"))
    assert forge is not None and forge(reference)(call(1.0)).result == result


def test_forgers_share_the_true_answers() -> None:
    """All forgers get the same calls, and the reference is called once for each."""
    forging, reference = Forging({"eve": "zeros", "mallory": "zeros"}, ()), Reference()
    for student in ("eve", "mallory", "eve"):
        forge = forging.of(submission(student))
        assert forge is not None
        forge(reference)(call(2.5))
    assert len(reference.asked) == 1


def test_a_digest_says_what_is_asked() -> None:
    """A call's digest depends on its arguments, but not on its number and seed."""
    assert call_digest(call(1.0)) == call_digest(call(1.0, seed=7)) != call_digest(call(2.0))
