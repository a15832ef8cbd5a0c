"""A worker and the server of its candidates share one import of torch, and nothing that belongs to the user."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import prefork
from grader.prefork import ForkedServer
from grader.sandbox.server import ENVIRONMENT

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only on Linux a server forks"),
]

Channel = "Connection[Any, Any]"


def tell(channel: Channel, word: str, server: ForkedServer) -> None:
    """Send what the worker knows, and how often its server's memory and its own hold two words of the user's."""
    words = (os.environ["TOKEN"].encode(), word.encode())
    inside = [sum(part.count(one) for part in memory(server.pid)) for one in words]
    outside = [sum(part.count(one) for part in memory(os.getpid())) for one in words]
    channel.send((os.getcwd(), sys.modules.keys() >= {"torch"}, inside, outside))
    server.kill()
    channel.send(server.wait(10))


def memory(pid: int) -> Iterator[bytes]:
    """Yield the memory that a process can write to, and its first stack, which holds the environment."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            if rights.startswith("rw"):
                first, last = (int(part, 16) for part in place.split("-"))
                memory.seek(first)
                yield memory.read(last - first)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Channel]:
    """The channel of a worker that runs `tell`."""
    monkeypatch.setenv("TOKEN", "-".join(["token", "of", "the", "user"]))
    environment = {**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parent)}
    word = "-".join(["seed", "of", "the", "course"])
    worker, channel = prefork.start("test_prefork:tell", word, environment=environment, quiet=False)
    yield channel
    channel.close()
    worker.join(timeout=10)
    worker.kill()
    worker.join()
    assert not worker.is_alive()


def test_a_server_holds_nothing_that_its_worker_gets(told: Channel) -> None:
    """The worker has the user's environment and its arguments; they are nowhere in the memory of the server."""
    folder, has_torch, inside, outside = told.recv()
    assert (folder, has_torch) == ("/", True)
    assert inside == [0, 0] and min(outside) > 0
    assert told.recv() == -9


def parent(channel: Channel, server: ForkedServer) -> None:
    """Send the number of the worker's parent."""
    channel.send(os.getppid())


def started() -> tuple[prefork.WorkerProcess, Channel]:
    """Start a worker that runs `parent`."""
    environment = {**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parent)}
    return prefork.start("test_prefork:parent", environment=environment, quiet=True)


def test_workers_are_forks_of_one_program() -> None:
    """A second worker needs no import of torch; if the program was killed, the next worker gets a new one."""
    workers = [started(), started()]
    first, second = (channel.recv() for _, channel in workers)
    assert first == second != os.getpid()
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    workers.append(started())
    assert workers[-1][1].recv() not in (first, os.getpid())


def test_a_worker_that_is_killed_before_it_starts_does_nothing() -> None:
    """It counts as ended at once, although the program still imports torch, and its channel closes."""
    prefork.close()
    worker, channel = started()
    worker.kill()
    worker.join(timeout=0.5)
    assert not worker.is_alive()
    with pytest.raises((EOFError, ConnectionResetError)):
        channel.recv()


def test_the_compiler_leaves_no_folder_and_no_setting(tmp_path: Path) -> None:
    """A candidate that reads where torch's compiler keeps its cache would look for it outside of its own folder."""
    code = (
        "import os, sys, tempfile, torch; from grader import prefork; "
        "before = dict(os.environ); prefork._import_compiler(); "
        "print('torch._dynamo' in sys.modules, set(os.environ.items()) ^ set(before.items()), tempfile.gettempdir())"
    )
    environment = {**ENVIRONMENT, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"True set() {tmp_path}\n"
    assert os.listdir(tmp_path) == []


def test_a_worker_that_cannot_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an interpreter there is an `OSError`, and nothing to wait for."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(FileNotFoundError, match="/nowhere/python"):
        prefork.start("test_prefork:tell", environment={}, quiet=True)
