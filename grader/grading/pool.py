"""WorkerPool: processes that grade in parallel. Each has an examiner and a warm server.

This process does not import torch: it sends submissions and receives reports. `dispatcher.py` decides what happens
next; this module does it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any

from grader import prefork, processes
from grader.grading.dispatcher import Abort, Command, Deliver, Dispatcher, End, HandOver, Start
from grader.grading.settings import Graded, GradingError, Settings
from grader.grading.worker_process import Failed, Message, Partly, Reported, Started, run_worker
from grader.records import Submission
from grader.sandbox import SandboxError, backend
from grader.sandbox.server import ENVIRONMENT
from grader.sentences import instructor


def grade_submissions(
    settings: Settings, submissions: Iterable[Submission], *, jobs: int, by_exercise: bool = False
) -> Iterator[Graded]:
    """Grade submissions in `jobs` workers, and yield each as soon as it is graded. Raises `GradingError`.

    If it goes `by_exercise`, one worker grades the submissions of an exercise. With fixed inputs it then asks the
    misconceptions only once for all of them.
    """
    with WorkerPool(jobs) as workers:
        yield from workers.grade(settings, submissions, by_exercise=by_exercise)


class WorkerPool:
    """Up to `jobs` workers, which stay warm from one class to the next. A context manager.

    It grades one class at a time. A generator of `grade` that was not used up cannot be resumed after the next call.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._settings: Settings | None = None
        self._workers: dict[int, Worker] = {}  # by their places
        self._run: Dispatcher | None = None

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers. Later calls of `grade` start new ones."""
        self._run = None
        while self._workers:
            self._workers.popitem()[1].stop()
        self._settings = None

    def warm_up(self, settings: Settings) -> None:
        """Start every worker and wait until all are ready. Raises `GradingError`."""
        self._use(settings)
        dispatcher = Dispatcher(self._jobs, idle=self._workers)
        for _ in self._follow(dispatcher, dispatcher.warm_up()):
            pass

    def grade(
        self,
        settings: Settings,
        submissions: Iterable[Submission],
        *,
        total: int | None = None,
        by_exercise: bool = False,
    ) -> Iterator[Graded]:
        """Grade submissions, and yield each as soon as it is graded. Raises `GradingError`.

        All warm workers take part, and others are started. If `total`, the number of submissions, is known, others are
        started only if that saves time. Workers with other settings are ended. If it goes `by_exercise`, one worker
        grades the submissions of an exercise.
        """
        self._use(settings)
        dispatcher = Dispatcher(self._jobs, submissions, idle=self._workers, total=total, by_exercise=by_exercise)
        yield from self._follow(dispatcher, ())

    def _follow(self, dispatcher: Dispatcher, first: Iterable[Command]) -> Iterator[Graded]:
        """Do what the dispatcher decides, and pass it the workers' messages, until no worker is at work."""
        self._run = dispatcher
        try:
            yield from self._perform(first)
            yield from self._perform(dispatcher.assign(monotonic()))
            while dispatcher.at_work:
                places = {self._workers[n].channel: n for n in dispatcher.at_work}
                for ready in wait(list(places)):
                    place = places[ready]  # type: ignore[index]
                    message = self._workers[place].take()
                    for graded in self._perform(_commands(dispatcher, place, message)):
                        yield graded
                        if self._run is not dispatcher:
                            raise RuntimeError("Cannot go on with this class: the pool has begun another one since.")
                yield from self._perform(dispatcher.assign(monotonic()))
        finally:
            if self._run is dispatcher:
                self._end_run()

    def _perform(self, commands: Iterable[Command]) -> Iterator[Graded]:
        """Do the dispatcher's commands in order, and yield the results among them."""
        for command in commands:
            match command:
                case Start(place=place, submission=submission):
                    assert self._settings is not None
                    self._workers[place] = Worker(self._settings, submission)
                case HandOver(place=place, submission=submission):
                    self._workers[place].give(submission)
                case End(place=place):
                    if place in self._workers:  # if not, the start failed
                        self._workers.pop(place).stop()
                case Deliver(graded=graded):
                    yield graded
                case Abort(error=error):
                    raise GradingError(error)

    def _use(self, settings: Settings) -> None:
        """Make sure that no worker is at work, and that idle workers have these settings."""
        self._end_run()
        if settings != self._settings:
            self.close()
            self._settings = settings

    def _end_run(self) -> None:
        """End the workers that are still at work for a run that is over or was abandoned."""
        if self._run is not None:
            for _ in self._perform(self._run.dismiss()):
                pass
            self._run = None


def _commands(dispatcher: Dispatcher, place: int, message: Message | None) -> list[Command]:
    """Pass a worker's message to the dispatcher, and return its commands."""
    match message:
        case Started():
            return dispatcher.started(place, monotonic())
        case Partly():
            return []
        case Reported(report=report, broken=broken, facts=facts):
            return dispatcher.reported(place, report, facts, monotonic(), broken=broken)
        case Failed(error=error):
            return dispatcher.failed(place, error)
        case None:
            return dispatcher.died(place)


class Worker:
    """A worker's process, as the pool sees it."""

    def __init__(self, settings: Settings, submission: Submission | None) -> None:
        """Start the process. If there is a submission, send it at once. Raises `GradingError`."""
        self._process, self.channel = _start(settings)
        if submission is not None:
            self.give(submission)

    def give(self, submission: Submission) -> None:
        """Send the next submission."""
        with contextlib.suppress(OSError):  # it died; take() will return None
            self.channel.send(submission)

    def take(self) -> Message | None:
        """Wait for the worker's next message and return it; `None` if the process has ended."""
        try:
            message: Message = self.channel.recv()
        except (EOFError, OSError):
            return None
        return message

    def stop(self) -> None:
        """End the process, and with it its server and candidates."""
        self.channel.close()
        self._process.join(timeout=2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def kill(self) -> None:
        """End the process at once, even in the middle of a submission."""
        self._process.kill()
        self._process.join()
        self.channel.close()


def _start(settings: Settings) -> tuple[BaseProcess | prefork.WorkerProcess, Connection[Any, Any]]:
    """Start a worker; if it will have a server that forks, together with that."""
    try:
        if backend() == "portable":
            return processes.start(run_worker, settings)
        body = f"{run_worker.__module__}:{run_worker.__name__}"
        compiler = not settings.few  # where many submissions follow, each server needs it
        return prefork.start(body, settings, environment=ENVIRONMENT, quiet=settings.quiet, compiler=compiler)
    except SandboxError as error:
        raise GradingError(error.sentence) from None
    except OSError as error:
        raise GradingError(instructor.NO_WORKER(error=str(error))) from None
