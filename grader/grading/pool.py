"""WorkerPool: processes that grade side by side, each an examiner with a warm server of its own.

This process imports no torch: it hands submissions out and takes reports back. A worker that dies is replaced, and the
submission it held is tried once more; nothing else is lost.
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from grader import processes
from grader.records import CheckFacts, ExerciseReport, Inputs, Submission

if TYPE_CHECKING:
    from grader.catalog import Catalog

_STARTING = 6.0  # seconds: what starting one more worker takes
_MEMORY = 800 * 2**20  # bytes that a worker may take up beyond those that it has when it starts, some 400 MiB
_USUAL = 0.15  # seconds: what grading one exercise takes, until it is known better


class GradingError(Exception):
    """Grading cannot go on, and no submission is the cause: a broken suite, a sandbox that does not start."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What every worker is told: where the exercises are, and how to grade them.

    `course_seed` is what inputs are drawn from; `inputs` says what else they depend on. `hide_expected` keeps what
    hidden checks expected out of their feedback. `relaxed_sandbox` accepts a sandbox with fewer layers, for code that
    is the kit's or the user's own. `forging` names, by student, what answers are replaced by, to see
    which checks judge values; `known` are digests of the calls that are the same for everybody (see
    `grader.forgery.forgers`). `until_failure` stops at a submission's first failure. `facts` asks for what authors
    want to know of the checks. Candidates compute with `threads` threads; one submission may be waited for
    `seconds`, if that is not to be as the sandbox's limits say; `device` is the second device that functions must
    work on. `quiet` lets a worker write nothing to the standard streams, which it shares with the process that
    started it. `sources` is a digest of what workers read when they start, if they are to be started again when that
    changes. `rehearse` has a worker grade a wrong submission before it says that it has started: what is done for the
    first time takes long.
    """

    root: str
    exercises: tuple[str, ...]
    course_seed: str = ""
    inputs: Inputs = "fixed"
    hide_expected: bool = False
    relaxed_sandbox: bool = False
    diagnosing: bool = True
    forging: dict[str, str] = {}
    known: frozenset[str] = frozenset()
    until_failure: bool = False
    facts: bool = False
    threads: int = 1
    seconds: float | None = None
    device: str = "meta"
    quiet: bool = False
    sources: str = ""
    rehearse: bool = False


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """One submission with its report, and the facts of its checks if asked for. No report: two workers died of it."""

    submission: Submission
    report: ExerciseReport | None
    facts: dict[str, CheckFacts] = {}


def grade_submissions(settings: Settings, submissions: Iterable[Submission], *, jobs: int) -> Iterator[Graded]:
    """Grade submissions in `jobs` workers, yielding each as it is done. Raises `GradingError`."""
    with WorkerPool(jobs) as workers:
        yield from workers.grade(settings, submissions)


class WorkerPool:
    """As many workers as are needed, up to `jobs`, kept warm from one class to the next. A context manager."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._settings: Settings | None = None
        self._idle: list[Worker] = []
        self._shares: list[frozenset[int]] = []

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; what is graded after that is graded in new ones."""
        while self._idle:
            self._idle.pop().stop()
        self._settings = None

    def warm_up(self, settings: Settings) -> None:
        """Start every worker and wait until all are ready. Raises `GradingError`."""
        self._use(settings)
        starting = [Worker(settings, None, self._shares.pop()) for _ in range(len(self._shares))]
        try:
            for worker in starting:
                worker.take()
        except BaseException:
            for worker in starting:
                self._end(worker)
            raise
        self._idle += starting

    def grade(
        self, settings: Settings, submissions: Iterable[Submission], *, total: int | None = None
    ) -> Iterator[Graded]:
        """Grade submissions, yielding each as it is done. Raises `GradingError`.

        WorkerPool that are warm all take part, others are started. Where it is known that there are only `total`
        submissions, that is done as far as it saves time. WorkerPool that grade by other settings are ended.
        """
        self._use(settings)
        waiting = iter(submissions)
        again: deque[Submission] = deque()
        tried: set[Submission] = set()
        busy: list[Worker] = []
        given, done, spent = 0, 0, 0.0

        def following() -> Submission | None:
            nonlocal given
            given += 1
            return again.popleft() if again else next(waiting, None)

        def pays() -> bool:
            if total is None or not busy:
                return True
            each = spent / done if done else _USUAL
            return (total - given) * each / len(busy) > _STARTING

        try:
            while True:
                while self._idle or (self._shares and pays()):
                    submission = following()
                    if submission is None:
                        break
                    if self._idle:
                        busy.append(self._idle.pop())
                        busy[-1].give(submission)
                    else:
                        busy.append(Worker(settings, submission, self._shares[-1]))
                        self._shares.pop()  # only now: a worker that could not be started leaves its share to the next
                if not busy:
                    return
                for ready in wait([worker.channel for worker in busy]):
                    worker = next(worker for worker in busy if worker.channel is ready)
                    graded = worker.take()
                    if graded == "started":
                        continue
                    if graded == "died":
                        assert worker.holds is not None
                        busy.remove(worker)
                        self._end(worker)
                        if worker.holds in tried:
                            yield Graded(submission=worker.holds, report=None)
                        else:
                            tried.add(worker.holds)
                            again.append(worker.holds)
                        continue
                    done, spent = done + 1, spent + monotonic() - worker.since
                    submission = following()
                    if submission is None:
                        busy.remove(worker)
                        self._idle.append(worker)
                    else:
                        worker.give(submission)
                    yield graded
        finally:
            for worker in busy:  # what they are grading is no longer wanted
                self._end(worker)

    def _use(self, settings: Settings) -> None:
        """Make sure that the workers there are grade by these settings."""
        if settings != self._settings:
            self.close()
            self._settings = settings
            self._shares = _shares(self._jobs)

    def _end(self, worker: Worker) -> None:
        worker.stop()
        self._shares.append(worker.share)


class Worker:
    """A worker's process, seen from here, and the submission that it holds."""

    def __init__(self, settings: Settings, submission: Submission | None, share: frozenset[int] = frozenset()) -> None:
        self._started = False
        self.holds: Submission | None = None
        self.since = monotonic()  # when it began what it is doing
        self.share = share
        self._process, self.channel = processes.start(_examine, settings, share)
        if submission is not None:
            self.give(submission)

    def give(self, submission: Submission) -> None:
        """Hand over the next submission."""
        self.holds = submission
        self.since = monotonic()
        with contextlib.suppress(OSError):  # it died, as take() will say
            self.channel.send(submission)

    def take(self) -> Graded | Literal["started", "died"]:
        """Wait for the worker's next message and return what it says.

        Raises `GradingError` for what it could not do. A worker that dies before it has started did not die of a
        submission, and another one would do no better: that is an error too.
        """
        try:
            message = self.channel.recv()
        except (EOFError, OSError):
            if not self._started:
                raise GradingError(
                    "Cannot start a worker: its process ended before it had read a submission. "
                    "Run `grader doctor`, and look for an error of Python above."
                ) from None
            return "died"
        if message == "started":
            self._started = True
            self.since = monotonic()
            return "started"
        if isinstance(message, GradingError):
            raise message
        report, facts = message
        assert self.holds is not None
        return Graded(submission=self.holds, report=report, facts=facts)

    def stop(self) -> None:
        """End the process, and with it its server and candidates."""
        self.channel.close()
        self._process.join(timeout=2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _shares(jobs: int) -> list[frozenset[int]]:
    """Deal the cores out to workers: one that keeps to its own finds its memory in their caches. Too few are shared."""
    if not hasattr(os, "sched_getaffinity"):
        return [frozenset()] * jobs
    cores = sorted(os.sched_getaffinity(0))
    if jobs > len(cores):
        return [frozenset(cores)] * jobs
    return [frozenset(cores[worker::jobs]) for worker in range(jobs)]


def _examine(channel: Connection[Any, Any], settings: Settings, share: frozenset[int]) -> None:
    """Run one worker: the body of its process."""
    if settings.quiet:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(nowhere, stream)
    if share:
        os.sched_setaffinity(0, share)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that hands out the work
    from grader.catalog import CatalogError, load_catalog
    from grader.datasets import DatasetError, install_california_housing
    from grader.sandbox import ACCELERATED_LIMITS, DEFAULT_LIMITS, SandboxError, Server

    home = _data_home()
    started = False
    try:
        catalog = load_catalog(Path(settings.root))
        imports = catalog.imports(settings.exercises)
        limits = replace(DEFAULT_LIMITS if settings.device == "meta" else ACCELERATED_LIMITS, threads=settings.threads)
        if settings.seconds is not None:
            limits = replace(limits, submission=settings.seconds)
        warm_up = catalog.warm_up(settings.exercises)
        rehearsal = [_rehearsal(catalog, id) for id in settings.exercises] if settings.rehearse else []
        with Server(
            limits=limits,
            data_home=home,
            imports=imports,
            warm_up=warm_up,
            relaxed_sandbox=settings.relaxed_sandbox,
            accelerated=settings.device != "meta",
        ) as server:
            # While the server warms up:
            install_california_housing(home)
            from grader.examiner.examiner import Examiner, run_examiner
            from grader.suites.outcomes import SuiteError

            def work() -> Iterator[Submission]:
                nonlocal started
                server.spawn().end()  # it works
                yield from rehearsal
                processes.limit_memory(_MEMORY)
                channel.send("started")
                started = True
                while True:
                    try:
                        yield channel.recv()
                    except (EOFError, OSError):
                        return

            def deliver(submission: Submission, report: ExerciseReport) -> None:
                if submission in rehearsal:
                    return
                channel.send((report, examiner.facts(submission.exercise) if settings.facts else {}))

            examiner = Examiner(
                catalog,
                server,
                work(),
                deliver,
                course_seed=settings.course_seed,
                diagnosing=settings.diagnosing,
                forging=settings.forging,
                known=settings.known,
                until_failure=settings.until_failure,
                inputs=settings.inputs,
                hide_expected=settings.hide_expected,
                device=settings.device,
            )
            suites = [suite for id in settings.exercises for suite in catalog.suites(id)]
            try:
                run_examiner(examiner, suites)
            except SuiteError as error:
                channel.send(GradingError(str(error)))
    except (SandboxError, CatalogError, DatasetError) as error:
        if not started:  # else the server was lost: this worker ends, and another one tries again
            with contextlib.suppress(OSError):  # another worker has said it already, and nobody waits for this one
                channel.send(GradingError(str(error)))
    except BrokenPipeError:
        pass  # nobody waits for this worker any more


def _rehearsal(catalog: Catalog, exercise: str) -> Submission:
    return Submission(student="", exercise=exercise, path="", source=catalog.all_wrong(exercise))


def _data_home() -> Path:
    """Return where scikit-learn's datasets are kept for candidates: the user's cache, or a temporary directory."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "torch-exercise-kit" / "scikit-learn"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        if os.access(cache, os.W_OK):
            return cache
    except OSError:
        pass
    fallback = Path(tempfile.gettempdir()) / f"torch-exercise-kit-{os.getuid()}"
    fallback.mkdir(mode=0o755, exist_ok=True)  # candidates are other users, and the data is no secret
    return fallback
