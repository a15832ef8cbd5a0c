"""A Dask cluster on this machine: a scheduler and workers as processes of their own, on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

# As docs/scale.md advises: Dask would look a hundred times a second at what a worker does.
ENVIRONMENT = {**os.environ, "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}


class DaskCluster:
    """A scheduler, and workers with one thread each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        wait_until(self._file.exists)
        self.address: str = json.loads(self._file.read_text())["address"]

    def add_worker(self) -> subprocess.Popen[bytes]:
        """Start another worker."""
        home = self._folder / f"worker-{len(self.workers)}"
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(home))
        self.workers.append(self._start("worker", *options))
        return self.workers[-1]

    def courses(self) -> list[Path]:
        """Return the folders with courses on all workers."""
        return list(self._folder.glob("worker-*/**/torch-exercise-kit/*"))

    def _start(self, kind: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", kind, "--scheduler-file", str(self._file), *options]
        with open(self._folder / f"{kind}-{len(self.workers)}.txt", "wb") as words:
            return subprocess.Popen(command, cwd=self._folder, env=ENVIRONMENT, stdout=words, stderr=words)

    def close(self) -> None:
        """End all of it."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


def descendants(*roots: int) -> set[int]:
    """Return the numbers of the processes that these have started, and of those that those have started."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents[int(entry)] = int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found: set[int] = set()
    while new := {one for one, parent in parents.items() if parent in {*found, *roots}} - found:
        found |= new
    return found


def wait_until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until a condition holds; fail if it takes too long."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "this took too long"
        time.sleep(0.05)


def reports(out: Path) -> dict[str, object]:
    """Return all reports in an output folder, the class table's and the kept ones included."""
    found = {str(path.relative_to(out)): json.loads(path.read_text()) for path in sorted(out.glob("**/*.json"))}
    found.pop("gradebook.json", None)  # it holds the time of the run
    return found


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with no chance to say goodbye."""
    process.send_signal(signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def two_workers(folder: Path) -> Iterator[DaskCluster]:
    """Start a scheduler and two workers, and end them after the block."""
    cluster = DaskCluster(folder)
    try:
        for _ in range(2):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.close()


class Watch:
    """Measures the processor time of processes and of all that they start, also of what has ended since."""

    def __init__(self, *roots: int) -> None:
        """Watch these processes and their descendants."""
        self._roots = roots
        self._first = self._most = self._used()
        self._stopped = threading.Event()
        threading.Thread(target=self._go_on, daemon=True).start()

    def stop(self) -> float:
        """Stop, and return the processor time in seconds."""
        self._stopped.set()
        return max(self._most, self._used()) - self._first

    def _used(self) -> float:
        """Return the time of all that runs now, with that of children that have ended and were waited for.

        The system does not count a process that its parent did not wait for, such as a worker of the kit. So the
        largest of all values counts.
        """
        ticks = 0
        for pid in descendants(*self._roots) | {*self._roots}:
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(int(field) for field in fields[11:15])
        return ticks / os.sysconf("SC_CLK_TCK")

    def _go_on(self) -> None:
        while not self._stopped.wait(1.0):
            self._most = max(self._most, self._used())


def resident(pid: int) -> float:
    """Return the MiB of memory that a process has."""
    words = Path(f"/proc/{pid}/statm").read_text().split()
    return int(words[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
