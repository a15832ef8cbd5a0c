"""What a release carries so that a student's own `check` can name mistakes: observations, as plain data.

Students have no misconceptions and no reference. But their checks draw fixed inputs, so the calls of the public checks
are known when a release is built. The answers of the misconceptions and of the reference to these calls are recorded
then, without the code that gave them. A call is found again by a key that does not depend on the version of Python.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable
from typing import Final

import msgspec

from grader import wire

REFERENCE: Final = "reference"  # the name of the reference; no misconception has it, because theirs have a dot
_LOST = -1
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


class RecordedMistake(msgspec.Struct, frozen=True, kw_only=True):
    """A misconception without its code: its task and name, the teacher's sentence, and what that presumes."""

    task: str
    name: str
    message: str
    presumes: tuple[str, ...] = ()


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """The answers to one call, by the names of the implementations; `None` if the process was lost in the call.

    A misconception's name is "task.name", the reference's is `REFERENCE`. `key` is that of the call.
    """

    key: str
    by_name: dict[str, wire.Observation | None]


class Diagnoses(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded of one exercise.

    `suite` is the digest of the public suite that made the calls. `calls` has the answers by the key of the call and
    the name of the implementation. An answer is an index of `observations`, which has equal ones only once.
    """

    suite: str
    mistakes: tuple[RecordedMistake, ...]
    observations: tuple[wire.Observation, ...]
    calls: dict[str, dict[str, int]]

    def has(self, key: str, name: str) -> bool:
        """Say whether the answer of an implementation to a call is known."""
        return name in self.calls.get(key, ())

    def answer(self, key: str, name: str) -> wire.Observation | None:
        """Return a known answer, or `None` if the process was lost in the call. Raises `KeyError` for other calls."""
        index = self.calls[key][name]
        return None if index == _LOST else self.observations[index]


def diagnoses_of(suite: str, mistakes: Iterable[RecordedMistake], calls: Iterable[Answers]) -> Diagnoses:
    """Return what is recorded of an exercise from the text of its public suite, its misconceptions, and all answers.

    Two calls can have the same key and get other answers. Nothing is recorded of such calls.
    """
    observations: dict[bytes, wire.Observation] = {}
    indices: dict[bytes, int] = {}
    found: dict[str, dict[str, int]] = {}
    doubtful: set[str] = set()
    for call in calls:
        answers: dict[str, int] = {}
        for name, seen in call.by_name.items():
            if seen is None:
                answers[name] = _LOST
                continue
            encoded = wire.encode(seen)
            observations.setdefault(encoded, seen)
            answers[name] = indices.setdefault(encoded, len(indices))
        known = found.setdefault(call.key, answers)
        if any(known.setdefault(name, index) != index for name, index in answers.items()):
            doubtful.add(call.key)
    return Diagnoses(
        suite=suite_digest(suite),
        mistakes=tuple(mistakes),
        observations=tuple(observations.values()),
        calls={key: answers for key, answers in found.items() if key not in doubtful},
    )


def encode(diagnoses: Diagnoses) -> bytes:
    """Return the bytes of a file in a release."""
    return zlib.compress(msgspec.msgpack.encode(diagnoses), 9)


def decode(data: bytes) -> Diagnoses:
    """Return what the bytes of such a file hold. Raises `ValueError` if they hold anything else."""
    try:
        found = msgspec.msgpack.decode(zlib.decompress(data), type=Diagnoses)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    last = len(found.observations)
    if any(not _LOST <= index < last for answers in found.calls.values() for index in answers.values()):
        raise ValueError("Cannot read the answers: they name observations that are missing.")
    return found


def suite_digest(text: str) -> str:
    """Return the digest of a suite, whatever its line ends."""
    return hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()[:16]


def call_key(call: wire.Call) -> str:
    """Return the key of a call.

    It does not depend on the sources that are sent with the call. Python makes them from syntax trees, and each version
    writes them in its own way. The names of their functions and all inputs count.
    """
    same = msgspec.structs.replace(
        call,
        nonce=0,
        probe=None if call.probe is None else "",
        arguments=tuple(map(_without_sources, call.arguments)),
        keywords={name: _without_sources(value) for name, value in call.keywords.items()},
    )
    return hashlib.sha256(wire.encode(same)).hexdigest()[:20]


def _without_sources(value: wire.Input) -> wire.Input:
    if isinstance(value, wire.SequenceInput):
        return msgspec.structs.replace(value, items=tuple(map(_without_sources, value.items)))
    if isinstance(value, wire.MappingInput):
        return msgspec.structs.replace(value, items=tuple((key, _without_sources(item)) for key, item in value.items))
    if isinstance(value, wire.ModuleInput):
        arguments = tuple(map(_without_sources, value.arguments))
        return msgspec.structs.replace(value, source="", arguments=arguments)
    return value


def bare(seen: wire.Observation, *, operations: bool) -> wire.Observation:
    """Return an observation without what is not compared: lines of code, names of functions, warnings, addresses.

    `operations` keeps the number of each operation that ran.
    """
    return msgspec.structs.replace(
        seen,
        nonce=0,
        raised=_bare_exception(seen.raised),
        backward_raised=_bare_exception(seen.backward_raised),
        functions={},
        operations=dict(sorted(seen.operations.items())) if operations else {},
        modules={},
        optimizers={},
        warnings=(),
        defined=(),
        withheld=(),
    )


def bare_trace(seen: wire.Observation) -> wire.Observation:
    """Return only the operations of a call that was made once more with a trace."""
    return wire.Observation(nonce=0, outcome=seen.outcome, operations=dict(sorted(seen.operations.items())))


def _bare_exception(raised: wire.Raised | None) -> wire.Raised | None:
    if raised is None:
        return None
    message = _ADDRESS.sub("0x0", raised.message)
    line = None if raised.line is None else 0  # whether the error is in the student's file is compared, not where
    return msgspec.structs.replace(raised, message=message, line=line, code="", unbound=(), closest="")
