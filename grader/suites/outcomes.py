"""What can end a check early: raised inside a suite, turned into a verdict by the plugin."""

from __future__ import annotations

from grader.records import Status


class CheckEnded(AssertionError):
    """A check is over: its status, what to tell the student, and the next step for them ("" for none).

    `refused` says that the task's own rule was broken (a finished version was called): the whole task earns nothing.
    """

    def __init__(self, status: Status, message: str, next_step: str = "", *, refused: bool = False) -> None:
        super().__init__(message)
        self.status: Status = status
        self.message = message
        self.next_step = next_step
        self.refused = refused


class SuiteError(Exception):
    """A suite, or the kit, is at fault; never the submission."""
