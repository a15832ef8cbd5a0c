"""Reads submissions in a process of its own: a few lines can make Python's compiler take all memory, or hours."""

from __future__ import annotations

import contextlib
import os
import signal
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from grader import processes
from grader.records import Submission
from grader.submissions import sentences
from grader.submissions.beneath import Anchor, Handed
from grader.submissions.names import printable
from grader.submissions.reading import read_submission

try:
    import resource
except ImportError:  # not on every platform
    resource = None  # type: ignore[assignment]

_MEMORY: Final = 2**30
_PROCESSOR: Final = 10  # seconds for one submission
_PATIENCE: Final = 6  # times as many seconds of wall time, on a busy machine


class Reader:
    """Does what `read_submission` does, and outlives whatever is read. Use it as a context manager."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._channel: Connection[Any, Any] | None = None
        self._anchor: Anchor | None = None  # of what is read; the process holds it too

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None and self._channel is not None:
            self._channel.close()
            self._process.kill()
            self._process.join()
            self._process = self._channel = None

    def read(self, paths: tuple[Path | Handed, ...], *, student: str, exercise: str) -> Submission:
        """Return what `student` handed in for `exercise`, as `read_submission` does."""
        self._anchor = paths[0].anchor if isinstance(paths[0], Handed) else None
        for _ in range(2):
            channel = self._channel or self._start()
            with contextlib.suppress(EOFError, OSError):
                channel.send((paths, student, exercise))
                if channel.poll(_PATIENCE * _PROCESSOR):
                    answer = channel.recv()
                    assert isinstance(answer, Submission)
                    return answer
            if not self._killed():
                break
        problem = sentences.TOO_HARD.format(name=printable(paths[0].name))
        return Submission(student=student, exercise=exercise, path=printable(str(paths[0])), problem=problem)

    def _killed(self) -> bool:
        """Bury the process; say whether somebody else has killed it, which no file that it reads can bring about."""
        assert self._process is not None
        self._process.join(timeout=1)
        code = self._process.exitcode
        self.close()
        return code == -signal.SIGKILL

    def _start(self) -> Connection[Any, Any]:
        self._process, self._channel = processes.start(_serve, os.getcwd(), self._anchor)
        return self._channel


def _serve(channel: Connection[Any, Any], folder: str, anchor: Anchor | None) -> None:
    """Read one submission after another, their paths relative to `folder`: the body of the process.

    It holds the `anchor`, so that what is beneath it is found whatever becomes of its path.
    """
    os.chdir(folder)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _limit(resource.RLIMIT_AS, _MEMORY)
    with contextlib.suppress(EOFError, OSError):
        while True:
            paths, student, exercise = channel.recv()
            if resource is not None:
                used = resource.getrusage(resource.RUSAGE_SELF)
                _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + _PROCESSOR)
            channel.send(read_submission(paths, student=student, exercise=exercise))


def _limit(which: int, value: int) -> None:
    """Lower a limit, where the system lets us; it may be raised again."""
    _, most = resource.getrlimit(which)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(which, (value if most == resource.RLIM_INFINITY else min(value, most), most))
