"""What runs on a Dask worker: it keeps warm processes of the kit, and passes submissions to them.

The Dask worker's own process runs no student's code, as the command does not in a local run. Its lanes are the local
run's workers (`WarmWorker`): started as programs, because a Dask worker may not fork with `multiprocessing`, and ended
by the system as soon as the Dask worker is gone. Candidates are confined below them, as always.

Dask calls `about`, `prepare`, `grade` and `release` by their names. They take and return bytes.
"""

from __future__ import annotations

import os
import queue
import secrets
import shutil
import threading
import time
import zlib
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from grader import prefork
from grader.cluster.course import unpack
from grader.cluster.messages import (
    Done,
    Job,
    Overdue,
    Ready,
    Refused,
    Replies,
    Reply,
    Unprepared,
    decode_job,
    decode_setup,
    encode,
)
from grader.errors import KitError
from grader.grading.settings import GradingError, Settings
from grader.grading.versions import kit_digest, system, versions
from grader.grading.warm import WarmWorker
from grader.records import Submission
from grader.sentences import instructor_cluster, verbatim

if TYPE_CHECKING:
    from distributed import Worker

_START: Final = 150.0  # seconds until all lanes must have started
_LONG: Final = 30.0  # seconds after which a job begins no other submission
IDLE: Final = 180.0  # seconds without work after which a station closes: the command that opened it may be gone
_FOLDER: Final = "torch-exercise-kit"  # in the Dask worker's local directory, which Dask removes with the worker

_stations: dict[tuple[str, str], Station] = {}  # by the Dask worker and the run
_changing = threading.Lock()
_opening: set[str] = set()  # the runs whose stations are being opened


class Station:
    """The lanes of one Dask worker for one run: processes that are warm, each for one submission at a time."""

    def __init__(self, settings: Settings, folder: Path, lanes: int, *, idle: float = IDLE) -> None:
        """Start the lanes, and wait until they are ready. Raises `GradingError`.

        `folder` is removed when the station closes. It closes by itself after `idle` seconds without work.
        """
        self.folder = folder
        self.closed = threading.Event()
        self._idle = idle
        self._stop, self._stopping = Pipe(duplex=False)
        self._free: queue.SimpleQueue[WarmWorker] = queue.SimpleQueue()
        self._busy = 0
        self._last = time.monotonic()
        self._lock = threading.Lock()
        started: list[WarmWorker] = []
        try:
            for _ in range(lanes):
                started.append(WarmWorker(settings))
            _await(started, time.monotonic() + _START)
        except BaseException:
            for lane in started:
                lane.close()
            shutil.rmtree(folder, ignore_errors=True)
            raise
        for lane in started:
            self._free.put(lane)
        threading.Thread(target=self._watch, daemon=True).start()

    def grade(self, job: Job) -> Replies:
        """Grade submissions in a lane that is free. A submission in which two processes die has no report."""
        started = time.monotonic()
        with self._lock:
            if self.closed.is_set():
                return Replies(replies=(Unprepared(),), seconds=0.0)
            self._busy += 1
        lane = self._free.get()
        replies: list[Reply] = []
        try:
            for submission in job.submissions:
                replies.append(self._grade(lane, submission, job.seconds))
                if not isinstance(replies[-1], Done) or time.monotonic() - started > _LONG:
                    break  # the others go to any lane that is free
        finally:
            with self._lock:
                self._busy -= 1
                self._last = time.monotonic()
                if self.closed.is_set():
                    lane.close()
                else:
                    self._free.put(lane)
        return Replies(replies=tuple(replies), seconds=time.monotonic() - started)

    def _grade(self, lane: WarmWorker, submission: Submission, seconds: float) -> Reply:
        until = time.monotonic() + seconds
        lane.give(submission)
        try:
            while True:
                ready = wait([lane.channel, self._stop], max(until - time.monotonic(), 0))
                if self._stop in ready:
                    return Unprepared()
                if not ready:
                    lane.abandon()
                    return Overdue()
                graded = lane.take()
                if graded is not None:
                    return Done(report=graded.report, broken=graded.broken, facts=graded.facts)
        except GradingError as error:
            return Refused(problem=error.sentence)

    def close(self) -> None:
        """End the lanes, also in the middle of a submission, and remove the course."""
        with self._lock:
            if self.closed.is_set():
                return
            self.closed.set()
            self._stopping.close()  # lanes that are busy are ended by those who hold them
            while not self._free.empty():
                self._free.get().close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _watch(self) -> None:
        while not self.closed.wait(min(self._idle / 4, 30.0)):
            with self._lock:
                unused = not self._busy and time.monotonic() - self._last > self._idle
            if unused:
                self.close()


def _await(lanes: list[WarmWorker], until: float) -> None:
    """Wait until these lanes have started. Raises `GradingError`."""
    for lane in lanes:
        while not lane.ready:
            if not wait([lane.channel], max(until - time.monotonic(), 0)):
                raise GradingError(instructor_cluster.SLOW_START(seconds=round(_START)))
            lane.take()


# What Dask calls


def about() -> dict[str, str]:
    """Return what must be the same here and where the command runs: versions, the kit's files and the system."""
    import distributed

    dask = {"distributed": distributed.__version__}
    return {**versions(), **dask, "system": system(), "files of the kit": kit_digest()[:12]}


def look(_: bytes = b"") -> bytes:
    """Return the same as `about`, as a message. It may be asked by a kit of another version."""
    return encode(about())


def prepare(data: bytes) -> bytes:
    """Unpack the course, start the lanes, and say whether they are ready."""
    setup = decode_setup(data)
    worker, home, lanes = _here()
    release(setup.run)
    folder = home / _FOLDER / f"{setup.run}-{secrets.token_hex(4)}"
    with _changing:
        _opening.add(folder.name)
    try:
        unpack(setup.course, setup.digest, folder / setup.digest)
        seed = setup.seed.decode("utf-8", "surrogatepass")
        settings = replace(setup.settings, root=str(folder / setup.digest), course_seed=seed)
        station = Station(settings, folder, lanes)
        with _changing:
            _stations[worker, setup.run] = station
        return encode(Ready(lanes=lanes))
    except KitError as error:
        return encode(Refused(problem=error.sentence))
    except (OSError, ValueError, zlib.error) as error:
        return encode(Refused(problem=verbatim(str(error))))
    finally:
        with _changing:
            _opening.discard(folder.name)


def grade(data: bytes) -> bytes:
    """Grade submissions, and return the replies."""
    job = decode_job(data)
    station = _stations.get((_here()[0], job.run))
    return encode(Replies(replies=(Unprepared(),), seconds=0.0) if station is None else station.grade(job))


def release(run: str, dask_worker: Worker | None = None) -> None:
    """Close this worker's station of a run, if it has one. Dask fills in `dask_worker` where no task calls this."""
    worker = _here(dask_worker)[0]
    with _changing:
        station = _stations.pop((worker, run), None)
        for key in [key for key, other in _stations.items() if other.closed.is_set()]:
            del _stations[key]
        last = not _stations and not _opening
    if station is not None:
        station.close()
        if last:
            prefork.close()  # the next run imports torch again; until then its memory is free


def _here(worker: Worker | None = None) -> tuple[str, Path, int]:
    """Return this Dask worker's name, its private folder, and how many tasks it runs at a time."""
    from distributed import get_worker

    worker = worker or get_worker()
    return f"{worker.id} {os.getpid()}", Path(worker.local_directory), worker.state.nthreads


TASKS: Final[dict[str, Callable[[bytes], bytes]]] = {"look": look, "prepare": prepare, "grade": grade}
