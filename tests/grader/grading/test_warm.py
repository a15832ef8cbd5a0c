"""A warm worker grades one submission at a time, can be stopped in the middle of one, and survives its own death."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.grading import warm
from grader.grading.settings import Graded, GradingError, Settings
from grader.grading.warm import WarmWorker
from grader.grading.worker_process import Failed, Message, Reported, Started
from grader.records import Submission, blank_report
from grader.sentences import verbatim

BLANK = blank_report("01_small", [], "graded", verbatim(""))
WORK = Submission(student="you", exercise="01_small", path="x.py", source="")
SETTINGS = Settings(root=".", exercises=("01_small",))
REPORTED = Reported(report=BLANK, facts={})


class Played:
    """A simulated worker: `messages` are those of all workers together, and `given` what each one was given."""

    messages: Iterator[Message | None]
    given: list[list[Submission]]
    killed: int

    def __init__(self, settings: Settings, submission: Submission | None) -> None:
        self.channel = object()
        self.given.append([])
        if submission is not None:
            self.give(submission)

    def give(self, submission: Submission) -> None:
        self.given[-1].append(submission)

    def take(self) -> Message | None:
        return next(self.messages)

    def kill(self) -> None:
        type(self).killed += 1


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> type[Played]:
    """Let simulated workers take the place of processes."""
    Played.given, Played.killed = [], 0
    monkeypatch.setattr(warm, "Worker", Played)
    return Played


def test_it_grades_one_submission_after_another(played: type[Played]) -> None:
    """A submission may be given before the worker is ready; the same worker takes the next one."""
    played.messages = iter([Started(), REPORTED, REPORTED])
    with WarmWorker(SETTINGS) as worker:
        worker.give(WORK)
        assert (worker.take(), worker.ready) == (None, True)
        for _ in range(2):
            assert worker.take() == Graded(submission=WORK, report=BLANK)
            assert worker.seconds == 0
            worker.give(WORK)
            assert worker.seconds > 0
    assert (played.given, played.killed) == ([[WORK, WORK, WORK]], 1)


def test_what_is_abandoned_has_no_result(played: type[Played]) -> None:
    """The worker is killed, and a new one starts without the submission."""
    played.messages = iter([Started(), Started(), REPORTED])
    with WarmWorker(SETTINGS) as worker:
        worker.take()
        worker.give(WORK)
        worker.abandon()
        assert (played.given, played.killed, worker.ready) == ([[WORK], []], 1, False)
        worker.give(WORK)
        assert worker.take() is None and worker.take() == Graded(submission=WORK, report=BLANK)


def test_a_submission_in_which_a_worker_dies_is_tried_once_more(played: type[Played]) -> None:
    """After the second death it has no report, and a new worker is there for the next submission."""
    played.messages = iter([Started(), None, Started(), None, Started(), REPORTED])
    with WarmWorker(SETTINGS) as worker:
        worker.give(WORK)
        assert [worker.take() for _ in range(4)] == [None, None, None, Graded(submission=WORK, report=None)]
        worker.give(WORK)
        assert [worker.take() for _ in range(2)] == [None, Graded(submission=WORK, report=BLANK)]
    assert played.given == [[WORK], [WORK], [WORK]]


@pytest.mark.parametrize("message", [None, Failed(error=verbatim("no"))])
def test_a_worker_that_cannot_start_is_an_error(played: type[Played], message: Message | None) -> None:
    """If the worker dies or fails before it is ready, no submission is the cause, and another one would fail too."""
    played.messages = iter([message])
    with WarmWorker(SETTINGS) as worker, pytest.raises(GradingError):
        worker.take()
