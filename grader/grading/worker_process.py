"""The body of a worker's process: an examiner, and the server of its candidates, for one submission after another.

The pool sends submissions. The worker sends `Started` once, when it is ready, and then one `Reported` for each
submission; `Partly` comes before that if the settings ask for it. `Failed` says that it cannot go on, and that another
worker could not either. If another worker could go on, for example after the loss of a server, this process ends
without a message.

The top of this file imports nothing slow, because the process of the pool imports it too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from grader import processes
from grader.errors import KitError
from grader.grading.settings import Settings
from grader.records import BrokenCheck, CheckFacts, ExerciseReport, Submission
from grader.sentences import Sentence

if TYPE_CHECKING:
    from grader.catalog import Catalog
    from grader.examiner.examiner import Examiner
    from grader.prefork import ForkedServer
    from grader.sandbox import AnyServer

_MEMORY = 800 * 2**20  # bytes that a worker may take up beyond those that it has when it starts, some 400 MiB

# Lets torch fill new tensors such as those of `torch.empty`. Else a record could hold memory that had other content.
_FILL_NEW_MEMORY = "torch.use_deterministic_algorithms(True, warn_only=True)"


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """The worker is ready for submissions.

    `layers` are those of the sandbox that confine candidates here. `worth` are the points of each task in the suites,
    by exercise and task.
    """

    layers: tuple[str, ...] = ()
    worth: dict[str, dict[str, float]] = {}


class Partly(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the oldest submission that has no report yet: the report if no other check passed."""

    report: ExerciseReport


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """The report of the oldest submission that has no report yet, the checks at fault, and the facts of all checks."""

    report: ExerciseReport
    broken: tuple[BrokenCheck, ...] = ()
    facts: dict[str, CheckFacts]


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """The worker cannot go on. `error` says why, in a sentence for people."""

    error: Sentence


Message: TypeAlias = Started | Partly | Reported | Failed
Channel: TypeAlias = "Connection[Message, Submission]"


def run_worker(channel: Channel, settings: Settings, process: ForkedServer | None = None) -> None:
    """Grade the submissions that arrive in `channel`, until it is closed.

    `process` becomes the server of the candidates, if it is given.
    """
    if settings.quiet:
        _silence()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the process of the pool
    from grader.catalog import load_catalog
    from grader.datasets import install_california_housing

    with contextlib.suppress(BrokenPipeError):  # the pool no longer waits for this worker
        try:
            catalog = load_catalog(Path(settings.root))
            home = _data_home()
            with _server(catalog, settings, home, process) as server:
                # While the server warms up:
                install_california_housing(home)
                _examine_all(channel, catalog, server, settings)
        except KitError as error:
            channel.send(Failed(error=error.sentence))


def _examine_all(channel: Channel, catalog: Catalog, server: AnyServer, settings: Settings) -> None:
    """Collect the suites, and examine the submissions that arrive in `channel`.

    Raises `SandboxError` and `CatalogError`, but only before this worker has started.
    """
    import torch

    from grader.examiner.examiner import Examiner, run_examiner
    from grader.suites.outcomes import SuiteError

    torch.set_num_threads(1)  # comparisons are small, and the other cores have their own workers
    examiner = Examiner(
        catalog,
        server,
        course_seed=settings.course_seed,
        diagnosing=settings.diagnosing,
        forging=settings.forging,
        known=settings.known,
        until_failure=settings.until_failure,
        inputs=settings.inputs,
        hide_expected=settings.hide_expected,
        whole_tasks=settings.whole_tasks,
        device=settings.device,
    )
    rehearsal = [_all_wrong(catalog, id) for id in settings.exercises] if settings.rehearse else []
    if settings.recording:
        suites = [catalog.public_suite(id) for id in settings.exercises]
    else:
        suites = [suite for id in settings.exercises for suite in catalog.suites(id)]
    try:
        run_examiner(examiner, suites, lambda: _work(channel, server, examiner, rehearsal, settings))
    except SuiteError as error:
        channel.send(Failed(error=error.sentence))


def _work(
    channel: Channel, server: AnyServer, examiner: Examiner, rehearsal: Sequence[Submission], settings: Settings
) -> None:
    """Get ready, send `Started`, and answer each submission with its report until the channel is closed."""
    from grader.catalog import CatalogError
    from grader.sandbox import SandboxError

    layers = server.try_out()
    for wrong in rehearsal:
        examiner.examine(wrong)
    processes.limit_memory(_MEMORY)
    worth: dict[str, dict[str, float]] = {}
    for exercise, checks in examiner.checks.items():
        for check in checks:
            tasks = worth.setdefault(exercise, {})
            tasks[check.task] = tasks.get(check.task, 0.0) + check.points
    channel.send(Started(layers=layers, worth=worth))

    def tell(report: ExerciseReport) -> None:
        channel.send(Partly(report=report))

    try:
        while (submission := _receive(channel)) is not None:
            examined = examiner.examine(submission, tell if settings.partly else None)
            facts = examiner.facts(examined, recording=settings.recording) if settings.facts else {}
            channel.send(Reported(report=examined.report, broken=examined.broken(), facts=facts))
    except (SandboxError, CatalogError):
        return  # for example, the server was lost: this worker ends, and another one tries again


def _receive(channel: Channel) -> Submission | None:
    """Return the next submission, or `None` if there are no more."""
    try:
        return channel.recv()
    except (EOFError, OSError):
        return None


def _server(catalog: Catalog, settings: Settings, home: Path, process: ForkedServer | None) -> AnyServer:
    """Return a server that is warm for the exercises, with the limits from the settings."""
    from grader.prefork import IMPORT_COMPILER
    from grader.sandbox import ACCELERATED_LIMITS, DEFAULT_LIMITS, Host, open_server

    accelerated = settings.device != "meta"
    limits = replace(ACCELERATED_LIMITS if accelerated else DEFAULT_LIMITS, threads=settings.threads)
    if settings.seconds is not None:
        limits = replace(limits, submission=settings.seconds)
    return open_server(
        limits=limits,
        data_home=home,
        imports=catalog.imports(settings.exercises),
        warm_up=(
            *catalog.warm_up(settings.exercises),
            *(() if settings.few else (IMPORT_COMPILER,)),
            *((_FILL_NEW_MEMORY,) if settings.recording else ()),
        ),
        relaxed_sandbox=settings.relaxed_sandbox,
        host=Host.DISPOSABLE if settings.disposable else Host.SHARED,
        accelerated=accelerated,
        process=process,
    )


def _all_wrong(catalog: Catalog, exercise: str) -> Submission:
    return Submission(student="", exercise=exercise, path="", source=catalog.all_wrong(exercise))


def _silence() -> None:
    """Let this process write nothing to its standard streams."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _data_home() -> Path:
    """Return the folder of scikit-learn's datasets for candidates: the user's cache, or a temporary directory."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "torch-exercise-kit" / "scikit-learn"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        if os.access(cache, os.W_OK):
            return cache
    except OSError:
        pass
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""  # on Windows, every user has a folder of their own
    fallback = Path(tempfile.gettempdir()) / f"torch-exercise-kit{user}"
    fallback.mkdir(mode=0o755, exist_ok=True)  # candidates run as other users, and the data is not secret
    return fallback
