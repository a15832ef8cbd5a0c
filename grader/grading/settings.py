"""The settings of a grading run, its results, and the error that ends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec

from grader.errors import KitError
from grader.records import BrokenCheck, CheckFacts, ExerciseReport, Inputs, Submission


class GradingError(KitError):
    """Grading cannot go on, for example because a suite is broken or the sandbox does not start.

    No submission is the cause.
    """


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the exercises are, and how to grade them. Every worker of a pool gets the same settings.

    - `root` is the course, and `exercises` are the ids of its exercises that are graded.
    - `course_seed` is the seed of the inputs; `inputs` says what else they depend on.
    - `hide_expected` keeps the expected values of hidden checks out of feedback.
    - `whole_tasks` gives a task its points only if all its checks pass.
    - `relaxed_sandbox` accepts a sandbox with fewer layers, for code of the kit or of the user.
    - `disposable` says that this is a container for one submission: other layers are enough there (see `Host`).
    - `diagnosing` asks for the names of mistakes.
    - `forging` names a forger by student, to find the checks that judge values; `known` are digests of the calls that
      are the same for all students (see `grader.forgery.forgers`).
    - `until_failure` stops at a submission's first failure.
    - `facts` asks for the facts about the checks that authors need.
    - `recording` runs the public checks alone, and adds to their facts how the kit's own implementations answer.
    - `threads` is the number of threads of a candidate.
    - `seconds` limits the time of one submission; without it, the sandbox's limit applies.
    - `device` is the second device that functions must support.
    - `quiet` keeps a worker from writing to the standard streams, which it shares with the process that started it.
    - `sources` is a digest of the files that workers read when they start; if it changes, workers are started again.
    - `few` says that few submissions follow: a worker is then ready sooner, and does less beforehand for all of them.
    - `partly` makes a worker send what is known of a submission as its checks finish.
    - `rehearse` makes a worker grade a wrong submission before it is ready, because the first grading is slow.
    """

    root: str
    exercises: tuple[str, ...]
    course_seed: str = ""
    inputs: Inputs = "fixed"
    hide_expected: bool = False
    whole_tasks: bool = False
    relaxed_sandbox: bool = False
    disposable: bool = False
    diagnosing: bool = True
    forging: dict[str, str] = {}
    known: frozenset[str] = frozenset()
    until_failure: bool = False
    facts: bool = False
    recording: bool = False
    threads: int = 1
    seconds: float | None = None
    device: str = "meta"
    quiet: bool = False
    sources: str = ""
    few: bool = False
    partly: bool = False
    rehearse: bool = False


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """One submission with its report, and the facts of its checks if the settings ask for them.

    `broken` are the checks that were at fault; they are not in the report, because students read that. The report is
    `None` if two workers died while they graded the submission. `cached` says that it is the result of an earlier run.
    """

    submission: Submission
    report: ExerciseReport | None
    broken: tuple[BrokenCheck, ...] = ()
    facts: dict[str, CheckFacts] = {}
    cached: bool = False


class GradeAll(Protocol):
    """What grades many submissions at a time: the workers of this machine, or those of a cluster."""

    def __call__(self, settings: Settings, submissions: Iterable[Submission], *, jobs: int) -> Iterator[Graded]:
        """Grade submissions, up to `jobs` at a time, and yield each as soon as it is graded. Raises `GradingError`."""
