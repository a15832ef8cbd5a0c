"""Run the kit's examiner on a course; print the seconds between its reports, and the points it gave, as JSON.

    python in_process.py ROOT NUMBER sandboxed|in-process

The sandboxed examiner asks a server for candidates, as `grader grade` does. The other one calls the submission in its
own process, with no isolation: no fork, no confinement, no wire. That is the least a warm grader could take.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import msgspec
import torch

from grader import wire
from grader.candidate_process.executor import Executor
from grader.catalog import load_catalog
from grader.examiner.examiner import Examiner, run_examiner
from grader.records import Submission
from grader.sandbox import Budget, Server
from grader.sandbox.server import DEFAULT_LIMITS


class InProcess:
    """Replaces `grader.sandbox.Server`."""

    limits = DEFAULT_LIMITS
    killed = 0

    def try_out(self) -> tuple[str, ...]:
        """Return no layers: this process can be had."""
        return ()

    def spawn(self) -> InProcessCandidate:
        """Return a candidate with no module loaded."""
        return InProcessCandidate()


class InProcessCandidate:
    """Replaces `grader.sandbox.Process`."""

    budget: Budget | None = None  # nothing is taken from it
    is_old = False

    def __init__(self) -> None:
        self._candidate = Executor()

    def load(self, *, module: str, filename: str, source: str, main: bool = False) -> wire.Loaded:
        """Run a source file here."""
        load = wire.Load(nonce=0, module=module, filename=filename, source=source, seconds=5.0, main=main)
        return self._candidate.load(load)

    def call(self, request: wire.Call) -> wire.Observation:
        """Make one call here."""
        return self._candidate.call(request)

    def call_each(self, request: wire.CallEach) -> tuple[wire.Observation, ...]:
        """Make each call in each of several modules in this process."""
        calls = (msgspec.structs.replace(call, module=m) for call in request.calls for m in request.modules)
        return tuple(self.call(call) for call in calls)

    def end(self) -> int:
        """Do nothing."""
        return 0


SERVERS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "sandboxed": Server,
    "in-process": lambda: nullcontext(InProcess()),
}


def main(root: str, number: str, how: str) -> None:
    """Examine the submissions in ROOT/submissions.json over and over, `number` times in all."""
    torch.set_num_threads(1)
    catalog = load_catalog(Path(root))
    submissions = msgspec.json.decode(Path(root, "submissions.json").read_bytes(), type=list[Submission])
    times: list[float] = []
    points: dict[str, float] = {}

    with SERVERS[how]() as server:
        examiner = Examiner(catalog, server, course_seed="0")

        def work() -> None:
            for submission in itertools.islice(itertools.cycle(submissions), int(number)):
                points[submission.student] = examiner.examine(submission).report.points
                times.append(time.perf_counter())

        run_examiner(examiner, catalog.suites(submissions[0].exercise), work)
    gaps = [after - before for before, after in itertools.pairwise(times)]
    print(json.dumps({"gaps": gaps, "points": points}))


if __name__ == "__main__":
    main(*sys.argv[1:])
