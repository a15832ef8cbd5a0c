"""What `grader verify` reads from the programs of a domain that were run: whether the domain keeps its promises."""

from __future__ import annotations

from collections.abc import Sequence

from grader.records import DomainFacts
from grader.suites.check_log import Run
from grader.suites.exploration.agreement import disagreement
from grader.suites.exploration.domain import Domain
from grader.suites.exploration.programs import kept


def domain_facts(domain: Domain, runs: Sequence[Run]) -> DomainFacts:
    """Return what the runs of one submission tell about a domain."""
    left_out = [run for run in runs if run.got is None]
    hung = [run.program.text for run in left_out if run.expected is None]
    failed = [run.program.text for run in left_out if run.expected is not None and "" not in kept(run.expected)]
    return DomainFacts(
        programs=len(runs),
        legal=len(runs) - len(left_out),
        left_out=next((run.program.text for run in left_out), ""),
        hung=next(iter(hung), ""),
        set_up_failed=next(iter(failed), ""),
        never=_never(runs),
        free=domain.free,
        needed=tuple(name for name in domain.free if _needs(domain, name, runs)),
    )


def _never(runs: Sequence[Run]) -> tuple[str, ...]:
    """Return the choices with an option that no program has, although there are programs enough."""
    seen: dict[tuple[str, int], list[int]] = {}
    for run in runs:
        for label, options, choice in run.program.drawn:
            seen.setdefault((label, options), []).append(choice)
    return tuple(label for (label, options), taken in seen.items() if options <= len(taken) and len({*taken}) < options)


def _needs(domain: Domain, name: str, runs: Sequence[Run]) -> bool:
    """Say whether the submission differs from the reference in something that only this freedom allows."""
    free = [other for other in domain.free if other != name]
    return any(
        run.expected is not None
        and run.got is not None
        and disagreement(run.program, run.expected, run.got, free=free, raises=domain.raises) is not None
        for run in runs
    )
