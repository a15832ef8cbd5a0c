"""Reads submissions in a separate process, because a few lines can make Python's compiler take all memory or hours."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
from collections.abc import Callable, Collection, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from grader import processes
from grader.records import Submission
from grader.sentences import learner_files
from grader.submissions.beneath import Anchor, SubmittedFile
from grader.submissions.looking import Look, look_at
from grader.submissions.managing import ManagedCell, manage
from grader.submissions.names import printable
from grader.submissions.reading import Managed, read_managed, read_submission
from grader.submissions.tidying import Notebook, as_json

try:
    import resource
except ImportError:  # missing on some platforms
    resource = None  # type: ignore[assignment]

_MEMORY: Final = 2**30
_PROCESSOR: Final = 10  # seconds for one submission
_PATIENCE: Final = 6  # times as many seconds of elapsed time, because the machine may be busy


class Reader:
    """Does what `read_submission` does, and survives every submission. Use it as a context manager."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._channel: Connection[Any, Any] | None = None
        self._anchor: Anchor | None = None  # of the files that are read; the process has it open too

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

    def read(
        self, paths: tuple[Path | SubmittedFile, ...], *, student: str, exercise: str, tasks: Collection[str] = ()
    ) -> Submission:
        """Return what `student` handed in for `exercise`, as `read_submission` does."""
        self._anchor = paths[0].anchor if isinstance(paths[0], SubmittedFile) else None
        answer = self._ask(read_submission, paths, student=student, exercise=exercise, tasks=tasks)
        if isinstance(answer, Submission):
            return answer
        return _too_hard(paths[0], student, exercise)

    def look(self, file: Path | SubmittedFile | bytes, name: str) -> Look:
        """Return what the file called `name` is, as `look_at` does."""
        self._anchor = file.anchor if isinstance(file, SubmittedFile) else None
        answer = self._ask(look_at, file, name=name)
        return answer if isinstance(answer, Look) else Look(problem=learner_files.TOO_HARD(name=printable(name)))

    def read_managed(
        self, path: Path | SubmittedFile, *, student: str, exercises: Sequence[str], cells: Sequence[ManagedCell]
    ) -> Managed:
        """Do what `read_managed` does; leave out the code if reading it takes too much time or memory."""
        self._anchor = path.anchor if isinstance(path, SubmittedFile) else None
        ask = functools.partial(self._ask, read_managed, student=student, exercises=exercises)
        submissions = tuple(_too_hard(path, student, exercise) for exercise in exercises)
        for code in (True, False):
            answer = ask(path, cells=cells, code=code)
            if isinstance(answer, Managed):
                return answer if code else replace(answer, submissions=submissions)
        given = manage(Notebook(cells=(), metadata={}), cells, name=None)
        return Managed(notebook=as_json(given.cells, given.metadata), submissions=submissions, digest="")

    def _ask(self, function: Callable[..., object], *arguments: object, **options: object) -> object:
        """Return what a function returns in the process; None if the process ran out of time or memory."""
        for _ in range(2):
            channel = self._channel or self._start()
            with contextlib.suppress(EOFError, OSError):
                channel.send((function, arguments, options))
                if channel.poll(_PATIENCE * _PROCESSOR):
                    answer: object = channel.recv()
                    return answer
            if not self._was_killed():
                break
        return None

    def _was_killed(self) -> bool:
        """Clean up the process; say whether it was killed from outside. A file that it reads cannot cause that."""
        assert self._process is not None
        self._process.join(timeout=1)
        code = self._process.exitcode
        self.close()
        return code == -getattr(signal, "SIGKILL", 9)

    def _start(self) -> Connection[Any, Any]:
        self._process, self._channel = processes.start(_serve, os.getcwd(), self._anchor)
        return self._channel


def _too_hard(path: Path | SubmittedFile, student: str, exercise: str) -> Submission:
    problem = learner_files.TOO_HARD(name=printable(path.name))
    return Submission(student=student, exercise=exercise, path=printable(str(path)), problem=problem)


def _serve(channel: Connection[Any, Any], folder: str, anchor: Anchor | None) -> None:
    """Read one submission after another; this is the body of the process.

    Paths are relative to `folder`. The process keeps `anchor` open, so that it finds the files below it even if its
    path changes.
    """
    os.chdir(folder)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process handles Ctrl-C
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _limit(resource.RLIMIT_AS, _MEMORY)
    with contextlib.suppress(EOFError, OSError):
        while True:
            function, arguments, options = channel.recv()
            if resource is not None:
                used = resource.getrusage(resource.RUSAGE_SELF)
                _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + _PROCESSOR)
            channel.send(function(*arguments, **options))


def _limit(which: int, value: int) -> None:
    """Lower a soft limit where the system allows it; it can be raised again."""
    _, most = resource.getrlimit(which)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(which, (value if most == resource.RLIM_INFINITY else min(value, most), most))
