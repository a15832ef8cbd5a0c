"""The exceptions that end a check early. A suite raises them, and the examiner turns them into verdicts."""

from __future__ import annotations

from grader.errors import KitError
from grader.records import Feedback, Status


class CheckEnded(AssertionError):
    """The check has ended with this status and this feedback, which does not have the check's title yet.

    `refused` says that the submission called a function that the task forbids. The whole task then earns nothing.
    """

    def __init__(self, status: Status, feedback: Feedback, *, refused: bool = False) -> None:
        super().__init__(feedback)
        self.status: Status = status
        self.feedback = feedback
        self.refused = refused

    @property
    def compared(self) -> bool:
        """Whether an answer was compared with something that the check expected."""
        return self.feedback.expected is not None


class SuiteError(KitError):
    """The suite or the kit has an error. The submission is not at fault."""
