"""The link to a Dask cluster: the only part that talks to Dask from the command's side.

Dask's own configuration applies, such as that for TLS. Its own tries after a failure are not used (see `lanes.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import queue
import secrets
import threading
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from grader.cluster.interface import ClusterError, Fault, Seen, different
from grader.sentences import instructor_cluster

if TYPE_CHECKING:
    from distributed import Client, Future

_CONNECT: Final = 10.0  # seconds to reach the scheduler, also after the connection broke
_FETCH: Final = 30.0  # seconds until an answer must have arrived that is ready
_FETCHING: Final = 8  # answers that are fetched at the same time
_SILENCE: Final = 60.0  # seconds without an answer after which the scheduler counts as lost
_BETWEEN: Final = 1.0  # seconds between two questions for the workers
_GOODBYE: Final = 5.0  # seconds that workers have to end what they keep


class DaskLink:
    """A connection to a scheduler. A context manager."""

    def __init__(self, address: str) -> None:
        """Connect, and compare the scheduler's versions with those here. Raises `ClusterError`."""
        try:
            import dask
            import distributed
        except ImportError:
            raise ClusterError(instructor_cluster.NO_PACKAGE()) from None
        from grader.cluster import station

        logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)  # what matters is said in the kit's words
        warnings.filterwarnings("ignore", module="distributed")
        dask.config.set({"distributed.admin.low-level-log-length": 10})  # else 1,000 messages stay in memory
        self._address = address
        self._station = station
        self._about = station.about()
        try:
            asyncio.run(_try_out(address))
            self._client: Client = distributed.Client(
                address, timeout=_CONNECT, set_as_default=False, name="torch-exercise-kit"
            )
        except ClusterError:
            raise
        except Exception as error:  # of sockets, TLS, addresses; which, differs between Dask's versions
            silent = isinstance(error, TimeoutError | asyncio.TimeoutError)  # one class since Python 3.11
            cause = instructor_cluster.SILENT(seconds=round(_CONNECT)) if silent else _innermost(error)
            raise ClusterError(instructor_cluster.NO_SCHEDULER(address=address, error=cause)) from None
        self._numbers = itertools.count()
        self._futures: dict[int, Future] = {}
        self._ended: queue.SimpleQueue[tuple[int, bytes | Fault]] = queue.SimpleQueue()
        self._finished: queue.SimpleQueue[tuple[int, Future] | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._seen: dict[str, Seen] = {}
        self._asked = time.monotonic()
        try:
            self._greet()
            self._ask()
        except BaseException as error:
            self.close()
            if isinstance(error, ClusterError) or not isinstance(error, Exception):
                raise
            raise ClusterError(instructor_cluster.NO_SCHEDULER(address=address, error=_innermost(error))) from None
        # As daemons they do not keep the command from ending while something does not answer.
        for work in (self._keep_asking, *[self._fetch] * _FETCHING):
            threading.Thread(target=work, daemon=True).start()

    def __enter__(self) -> DaskLink:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._closing.set()
        for _ in range(_FETCHING):
            self._finished.put(None)
        with contextlib.suppress(Exception):
            self._client.close(timeout=_GOODBYE)

    def about(self) -> Mapping[str, str]:
        """Return this machine's versions, in the same form as a worker's."""
        return self._about

    def workers(self) -> Mapping[str, Seen]:
        """Return the workers by their addresses. Raises `ClusterError` if the scheduler is lost."""
        gone = self._client.status in ("closing", "closed")
        if gone or time.monotonic() - self._asked > _SILENCE:
            raise ClusterError(instructor_cluster.SCHEDULER_LOST(address=self._address))
        return self._seen

    def send(self, address: str, task: str, data: bytes) -> int:
        """Give a worker a task with its message, and return the ticket. Raises `ClusterError`."""
        ticket = next(self._numbers)
        try:
            future = self._client.submit(
                self._station.TASKS[task],
                data,
                key=f"torch-exercise-kit-{secrets.token_hex(16)}",
                workers=[address],
                allow_other_workers=False,
                pure=False,
            )
        except Exception:  # the connection was closed just now; the class of this error differs, too
            raise ClusterError(instructor_cluster.SCHEDULER_LOST(address=self._address)) from None
        self._futures[ticket] = future
        future.add_done_callback(lambda done: self._finished.put((ticket, done)))
        return ticket

    def next(self, seconds: float) -> tuple[int, bytes | Fault] | None:
        """Return the next ticket that has ended, with its answer; `None` if none does within these seconds."""
        try:
            ticket, answer = self._ended.get(timeout=seconds) if seconds > 0 else self._ended.get_nowait()
        except queue.Empty:
            return None
        self._futures.pop(ticket, None)
        return ticket, answer

    def cancel(self, tickets: Iterable[int]) -> None:
        """Forget these tickets. Tasks that run already are not stopped, but their answers are ignored."""
        futures = [self._futures.pop(ticket) for ticket in list(tickets) if ticket in self._futures]
        if futures and self._client.status == "running":
            with contextlib.suppress(Exception):
                self._client.cancel(futures, force=True)

    def release(self, run: str, addresses: Sequence[str]) -> None:
        """Let these workers end what they keep for a run. Those that do not answer soon are not waited for."""
        if addresses and self._client.status == "running":
            asking = threading.Thread(target=self._release, args=(run, addresses), daemon=True)
            asking.start()
            asking.join(_GOODBYE)

    def _release(self, run: str, addresses: Sequence[str]) -> None:
        with contextlib.suppress(Exception):
            self._client.run(self._station.release, run, workers=list(addresses), on_error="ignore")

    def _fetch(self) -> None:
        while (finished := self._finished.get()) is not None:
            ticket, future = finished
            self._ended.put((ticket, _answer(future)))

    def _greet(self) -> None:
        """Compare the scheduler's versions with those here. Raises `ClusterError`."""
        try:
            found = self._client.run_on_scheduler(self._station.about)
        except Exception as error:
            sentence = instructor_cluster.SCHEDULER_LACKS_KIT(address=self._address, error=_innermost(error))
            raise ClusterError(sentence) from None
        if problem := different(self._about, found):
            raise ClusterError(instructor_cluster.SCHEDULER_DIFFERS(address=self._address, problem=problem))

    def _ask(self) -> None:
        """Ask the scheduler for its workers. Raises an error of Dask's if it does not answer."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        self._seen = {
            address: Seen(threads=max(1, worker["nthreads"]), beat=worker["last_seen"])
            for address, worker in workers.items()
            if worker.get("status", "running") == "running"
        }
        self._asked = time.monotonic()

    def _keep_asking(self) -> None:
        while not self._closing.wait(_BETWEEN):
            if self._client.status == "running":
                with contextlib.suppress(Exception):
                    self._ask()


def _answer(future: Future) -> bytes | Fault:
    """Fetch what a task answered. `bytes` is all that counts as an answer."""
    try:
        found = future.result(timeout=_FETCH)
    except Exception as error:
        lost = future.status in ("cancelled", "lost", "finished") or type(error).__name__ == "KilledWorker"
        return Fault(lost=lost, error=_innermost(error))
    return found if isinstance(found, bytes) else Fault(lost=False, error=type(found).__name__)


async def _kind_of(address: str) -> str:
    """Connect, and return what is there, as Dask calls it. Raises an error of Dask's, of sockets or of TLS."""
    from distributed import Security
    from distributed.core import connect, send_recv

    comm = await connect(address, timeout=_CONNECT, **Security().get_connection_args("client"))
    try:
        return str((await send_recv(comm, op="identity"))["type"])
    finally:
        await comm.close()


async def _try_out(address: str) -> None:
    """Raise an error if there is no scheduler. A `Client` that cannot connect takes long to end, and prints errors."""
    # What is no part of Dask may accept the connection, and say nothing at all.
    if (kind := await asyncio.wait_for(_kind_of(address), _CONNECT + 2)) != "Scheduler":
        raise ClusterError(instructor_cluster.NO_SCHEDULER(address=address, error=instructor_cluster.OTHER(kind=kind)))


def _innermost(error: BaseException) -> str:
    """Return the first cause of an error in one line, with its type if it says nothing."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
