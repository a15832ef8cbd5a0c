"""What a grading run is given and what it gives back: settings, graded submissions, and the error that ends it."""

from __future__ import annotations

import msgspec

from grader.errors import KitError
from grader.records import CheckFacts, ExerciseReport, Inputs, Submission


class GradingError(KitError):
    """Grading cannot go on, and no submission is the cause: a broken suite, a sandbox that does not start."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the exercises are, and how to grade them. Every worker of a pool gets the same settings.

    `course_seed` is what inputs are drawn from; `inputs` says what else they depend on. `hide_expected` keeps what
    hidden checks expected out of their feedback. `relaxed_sandbox` accepts a sandbox with fewer layers, for code that
    is the kit's or the user's own. `forging` names, by student, what answers are replaced by, to see
    which checks judge values; `known` are digests of the calls that are the same for everybody (see
    `grader.forgery.forgers`). `until_failure` stops at a submission's first failure. `facts` asks for what authors
    want to know of the checks. Candidates compute with `threads` threads; one submission may be waited for
    `seconds`, if that is not to be as the sandbox's limits say; `device` is the second device that functions must
    work on. `quiet` lets a worker write nothing to the standard streams, which it shares with the process that
    started it. `sources` is a digest of what workers read when they start, if they are to be started again when that
    changes. `rehearse` has a worker grade a wrong submission before it says that it has started: what is done for the
    first time takes long.
    """

    root: str
    exercises: tuple[str, ...]
    course_seed: str = ""
    inputs: Inputs = "fixed"
    hide_expected: bool = False
    relaxed_sandbox: bool = False
    diagnosing: bool = True
    forging: dict[str, str] = {}
    known: frozenset[str] = frozenset()
    until_failure: bool = False
    facts: bool = False
    threads: int = 1
    seconds: float | None = None
    device: str = "meta"
    quiet: bool = False
    sources: str = ""
    rehearse: bool = False


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """One submission with its report, and the facts of its checks if asked for. No report: two workers died of it."""

    submission: Submission
    report: ExerciseReport | None
    facts: dict[str, CheckFacts] = {}
