"""Runs a domain here, without a sandbox: a submission and a reference that are given as sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from in_process import InProcessCandidate

from grader import wire
from grader.sentences import learner
from grader.suites.candidate import Candidate, Context, source_call
from grader.suites.check_log import CheckLog
from grader.suites.exploration.domain import Domain
from grader.suites.exploration.exploring import explore
from grader.suites.exploration.pick import Pick
from grader.suites.exploration.programs import NAME, Program


def tried(
    build: Callable[[Pick], object],
    reference: str,
    submission: str,
    *,
    seed: int = 0,
    slots: int = 30,
    log: CheckLog | None = None,
    **promises: Any,
) -> CheckLog:
    """Explore the task `f` of a submission, and return the log. Raises what the check raises.

    Both sources can use torch and nn.
    """
    process = InProcessCandidate()
    for module, source in (("reference", reference), ("submission", submission)):
        source = f"import torch\nfrom torch import nn\n{source}"
        assert not process.load(module=module, filename=f"{module}.py", source=source).errors
    domain = Domain(task="f", build=build, slots=slots, **promises)

    class Reference:
        def answers(self, programs: Sequence[Program]) -> list[wire.Observation | None]:
            calls = [source_call(NAME, domain.source(program), ({},), seed=1) for program in programs]
            return [process.call(msgspec.structs.replace(call, module="reference")) for call in calls]

        def answer_again(self, program: Program) -> wire.Observation | None:
            return self.answers([program])[0]

    log = CheckLog() if log is None else log
    context = Context(
        task="f", ask=process.call, where=lambda line: learner.LINE(line=line), seed=1, log=log, hint=domain.hint
    )
    programs = [domain.drawn(slot, seed + slot) for slot in range(slots)]
    explore(domain, programs, Candidate(context), Reference(), log)
    return log
