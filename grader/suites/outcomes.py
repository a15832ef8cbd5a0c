"""What can end a check early: raised inside a suite, turned into a verdict by the examiner."""

from __future__ import annotations

from grader.errors import KitError
from grader.records import Feedback, Status


class CheckEnded(AssertionError):
    """A check is over: its status, and what to say to the student (without the check's title, which its suite knows).

    `refused` says that the task's own rule was broken (a finished version was called): the whole task earns nothing.
    """

    def __init__(self, status: Status, feedback: Feedback, *, refused: bool = False) -> None:
        super().__init__(feedback)
        self.status: Status = status
        self.feedback = feedback
        self.refused = refused


class SuiteError(KitError):
    """A suite, or the kit, is at fault; never the submission."""
