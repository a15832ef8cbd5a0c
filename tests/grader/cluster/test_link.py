"""What Dask says of a task becomes an answer or a fault: a lost worker is no error of the kit's, and the other way."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from grader.cluster import ClusterError, DaskLink
from grader.cluster.interface import Fault
from grader.cluster.link import _answer, _innermost


class KilledWorker(Exception):
    """What Dask raises if several workers died in a task."""


class Future:
    """A task of Dask's that has ended."""

    def __init__(self, status: str, result: object) -> None:
        self.status = status
        self._result = result

    def result(self, timeout: float) -> object:
        if isinstance(self._result, Exception):
            raise self._result
        return self._result


@pytest.mark.parametrize(
    ("status", "result", "wanted"),
    [
        ("finished", b"data", b"data"),
        ("finished", {"no": "bytes"}, Fault(lost=False, error="dict")),
        ("finished", TimeoutError(), Fault(lost=True, error="TimeoutError")),
        ("cancelled", RuntimeError("cancelled"), Fault(lost=True, error="cancelled")),
        ("error", KilledWorker("x"), Fault(lost=True, error="x")),
        (
            "error",
            ModuleNotFoundError("No module named 'grader'."),
            Fault(lost=False, error="No module named 'grader'"),
        ),
    ],
)
def test_a_task_that_ended_is_an_answer_or_a_fault(status: str, result: object, wanted: bytes | Fault) -> None:
    """Only bytes are an answer. A worker that was killed, or does not hand out its answer, is lost."""
    future: Any = Future(status, result)
    assert _answer(future) == wanted


def test_the_first_cause_of_an_error_is_named() -> None:
    """Dask wraps errors of the network in its own; the first one says most, in one line."""
    try:
        try:
            raise OSError("refused\n  by the host.")
        except OSError as error:
            raise RuntimeError("Timed out trying to connect") from error
    except RuntimeError as error:
        assert _innermost(error) == "refused by the host"


@pytest.fixture
def dask(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A Dask whose scheduler answers what a test says."""

    class Comm:
        async def close(self) -> None: ...

    async def connect(address: str, **options: object) -> Comm:
        return Comm()

    async def send_recv(comm: Comm, op: str) -> dict[str, str]:
        return {"type": dask.kind}

    class Client:
        status = "running"

        def __init__(self, address: str, **options: object) -> None:
            self.workers: dict[str, Any] = {}

        def run_on_scheduler(self, function: Any) -> object:
            if isinstance(dask.scheduler, Exception):
                raise dask.scheduler
            return dask.scheduler or function()

        def scheduler_info(self, n_workers: int) -> dict[str, object]:
            return {"workers": dask.workers}

        def submit(self, *arguments: object, **options: object) -> None:
            raise RuntimeError("closed")

        def close(self, timeout: float) -> None:
            self.status = "closed"

    security = SimpleNamespace(get_connection_args=lambda role: {})
    dask = SimpleNamespace(kind="Scheduler", scheduler=None, workers={}, __version__="2026.8.0")
    dask.Client, dask.Security = Client, lambda: security
    core = SimpleNamespace(connect=connect, send_recv=send_recv)
    config = SimpleNamespace(set=lambda changes: None)
    monkeypatch.setitem(sys.modules, "dask", SimpleNamespace(config=config))  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "distributed", dask)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "distributed.core", core)  # type: ignore[arg-type]
    return dask


def test_workers_are_seen_with_their_lanes_and_signs_of_life(dask: SimpleNamespace) -> None:
    """Workers that are closing get nothing more."""
    dask.workers = {
        "tcp://a": {"nthreads": 4, "last_seen": 17.0, "status": "running"},
        "tcp://b": {"nthreads": 1, "last_seen": 18.0, "status": "closing_gracefully"},
    }
    with DaskLink("tcp://x") as link:
        assert link.workers() == {"tcp://a": (4, 17.0)}
    with pytest.raises(ClusterError, match="does not answer any more"):
        link.workers()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("kind", "Worker", "Cannot reach a cluster at 'tcp://x': it is no scheduler but a Worker"),
        ("scheduler", ModuleNotFoundError("No module named 'grader'"), "cannot load the kit .No module named 'grader'"),
        ("scheduler", {"kit": "0.0"}, "its scheduler has other versions.*kit 0.0"),
    ],
)
def test_a_scheduler_that_does_not_fit_is_an_error(
    dask: SimpleNamespace, field: str, value: object, words: str
) -> None:
    """Before anything is sent, the error says what is there, and what to do."""
    setattr(dask, field, value)
    with pytest.raises(ClusterError, match=words):
        DaskLink("tcp://x")


@pytest.mark.usefixtures("dask")
def test_a_connection_that_closes_just_now_is_a_lost_scheduler() -> None:
    """A task that cannot be sent is no error of the kit's."""
    with DaskLink("tcp://x") as link, pytest.raises(ClusterError, match="What was graded is kept"):
        link.send("tcp://a", "look", b"")
