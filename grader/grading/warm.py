"""WarmWorker: one worker that stays warm, for a program that must do other things while it grades.

`WorkerPool` blocks until a submission is graded. Here the caller waits for `channel` together with what else it waits
for, and calls `take` when the channel has a message. A submission that is no longer wanted can be abandoned.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from grader.grading.pool import Worker
from grader.grading.settings import Graded, GradingError, Settings
from grader.grading.worker_process import Failed, Partly, Reported, Started
from grader.records import ExerciseReport, Submission
from grader.sentences import instructor

if TYPE_CHECKING:
    from grader.grading.worker_process import Channel


class WarmWorker:
    """A worker that grades one submission at a time. It starts at once. Use it as a context manager.

    Once it is `ready`, `layers` are those of the sandbox, and `worth` the points of each task, by exercise. `partly` is
    what is known of the submission, if the settings ask for that.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._submission: Submission | None = None
        self.layers: tuple[str, ...] = ()
        self.worth: dict[str, dict[str, float]] = {}
        self.partly: ExerciseReport | None = None
        self._start()

    def __enter__(self) -> WarmWorker:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker, even in the middle of a submission."""
        self._worker.kill()

    def _start(self) -> None:
        self._worker = Worker(self._settings, self._submission)
        self.ready = False
        self._tried = False
        self._since = monotonic()

    @property
    def channel(self) -> Channel:
        """What to wait for. It is another one after `take` and `abandon`."""
        return self._worker.channel

    @property
    def seconds(self) -> float:
        """For how long the submission is being graded; 0 if there is none or the worker is still starting."""
        return monotonic() - self._since if self.ready and self._submission is not None else 0.0

    def give(self, submission: Submission) -> None:
        """Let the worker grade a submission. It must have no other one."""
        assert self._submission is None
        self.partly = None
        self._submission, self._since, self._tried = submission, monotonic(), False
        self._worker.give(submission)

    def take(self) -> Graded | None:
        """Take a message from the channel, and return the result if it is one. Raises `GradingError`."""
        match self._worker.take():
            case Started(layers=layers, worth=worth):
                self.ready, self._since, self.layers, self.worth = True, monotonic(), layers, worth
            case Partly(report=report):
                self.partly = report
            case Failed(error=error):
                raise GradingError(error)
            case Reported(report=report, broken=broken, facts=facts):
                return self._graded(Graded(submission=self._held, report=report, broken=broken, facts=facts))
            case None:
                return self._died()
        return None

    def abandon(self) -> None:
        """Stop grading: the worker is killed, and another one starts."""
        self._worker.kill()
        self._submission = None
        self._start()

    def _died(self) -> Graded | None:
        """Start another worker. A submission in which a worker dies is tried once more."""
        was_ready, tried = self.ready, self._tried
        self._worker.kill()
        if not was_ready:
            raise GradingError(instructor.WORKER_ENDED())
        given_up = None
        if self._submission is not None and tried:
            given_up = self._graded(Graded(submission=self._submission, report=None))
        self._start()
        self._tried = self._submission is not None
        return given_up

    @property
    def _held(self) -> Submission:
        assert self._submission is not None
        return self._submission

    def _graded(self, graded: Graded) -> Graded:
        self._submission = None
        return graded
