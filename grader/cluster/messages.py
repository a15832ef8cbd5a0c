"""The messages to and from a Dask worker: MessagePack with a schema, never pickled objects.

Dask carries them as bytes. What a message holds was made by the kit: submissions as they were read, and reports. No
object of a student's code is in any of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from grader.grading.settings import Settings
from grader.records import BrokenCheck, CheckFacts, ExerciseReport, Submission
from grader.sentences import Sentence


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What a Dask worker needs to grade: the settings, and the course as an archive with its digest.

    `run` names the run of the command. The settings' root and seed are left out: the course is unpacked on the worker,
    and a seed may hold characters that MessagePack cannot write, so it travels as bytes.
    """

    run: str
    settings: Settings
    seed: bytes
    digest: str
    course: bytes


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Submissions to grade for a run, one after another in one lane, each in at most this many seconds."""

    run: str
    submissions: tuple[Submission, ...]
    seconds: float


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """The worker is set up, and grades this many submissions at a time."""

    lanes: int


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The worker cannot grade, and no submission is the cause. `problem` says why."""

    problem: Sentence


class Unprepared(msgspec.Struct, frozen=True, kw_only=True, tag="unprepared"):
    """The worker is not set up for this run, or not any more."""


class Overdue(msgspec.Struct, frozen=True, kw_only=True, tag="overdue"):
    """The submission took longer than it may, and was stopped."""


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """What a local worker would have answered. There is no report if two processes died in the submission."""

    report: ExerciseReport | None
    broken: tuple[BrokenCheck, ...] = ()
    facts: dict[str, CheckFacts] = {}


Reply: TypeAlias = Refused | Unprepared | Overdue | Done


class Replies(msgspec.Struct, frozen=True, kw_only=True):
    """A reply to each submission of a job, in order, and the seconds that all took.

    There may be fewer replies than submissions: those without one were not begun. Only the last reply may be another
    one than `Done`.
    """

    replies: tuple[Reply, ...]
    seconds: float


encode = msgspec.msgpack.Encoder().encode
decode_setup: Callable[[bytes], Setup] = msgspec.msgpack.Decoder(Setup).decode
decode_job: Callable[[bytes], Job] = msgspec.msgpack.Decoder(Job).decode
decode_readiness: Callable[[bytes], Ready | Refused] = msgspec.msgpack.Decoder(Ready | Refused).decode
decode_replies: Callable[[bytes], Replies] = msgspec.msgpack.Decoder(Replies).decode
decode_versions: Callable[[bytes], dict[str, str]] = msgspec.msgpack.Decoder(dict[str, str]).decode
