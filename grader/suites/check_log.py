"""CheckLog: the calls and curves of one run of one check."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import msgspec

from grader import wire
from grader.records import Curve
from grader.suites.exploration.programs import Program


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A call and its observation. `traceable` says that the call can also be made with a trace."""

    call: wire.Call
    seen: wire.Observation
    traceable: bool = True


@dataclass(frozen=True, kw_only=True)
class Run:
    """A program of a domain, and what was observed.

    `expected` is the reference's answer, or `None` if its process was lost. `got` is the submission's answer, or `None`
    if the program was left out.
    """

    program: Program
    expected: wire.Observation | None
    got: wire.Observation | None


@dataclass(kw_only=True)
class CheckLog:
    """The calls that a check made, the curves that it compared, and the programs that it drew, all in order.

    The examiner makes one for each run of a check, gives it to the candidate of that run, and returns it with the
    verdict. Only the methods below add to it.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def note_exchange(self, exchange: Exchange) -> None:
        """Add a call that was answered."""
        self.exchanges.append(exchange)

    def note_curve(self, curve: Curve) -> None:
        """Add a curve that was compared."""
        self.curves.append(curve)

    def note_run(self, run: Run) -> None:
        """Add a program that was drawn."""
        self.runs.append(run)


def call_digest(call: wire.Call) -> str:
    """Return a digest of a call without its number and seed."""
    asked = msgspec.structs.replace(call, nonce=0, seed=0)
    return hashlib.sha256(wire.encode(asked)).hexdigest()[:16]
