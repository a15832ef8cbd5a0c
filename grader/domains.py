"""What `grader verify` requires of domains, and what it counts.

A domain is right if the reference and the alternatives agree in all of its programs; `grader.verification` requires
that of every check. This module adds the promises that only domains make. It reads what gradings of the reference and
of the alternatives tell about each domain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.grading.settings import Graded
from grader.records import CheckFacts, DomainFacts
from grader.sentences import Sentence, author

LEAST_LEGAL = 0.5  # of the programs of a domain


def only_by_domains(graded: Graded) -> bool:
    """Say whether a submission fails in checks of domains, and in no other check."""
    tasks = () if graded.report is None else graded.report.tasks
    failed = [check.id for task in tasks for check in task.checks if check.status not in ("passed", "skipped")]
    facts = [graded.facts.get(id) for id in failed]
    return bool(facts) and all(about is not None and about.domain is not None for about in facts)


@dataclass(kw_only=True)
class Domains:
    """The domains of the exercises that are verified.

    `alone` counts the misconceptions that only a domain catches.
    """

    alone: int = 0
    _found: dict[tuple[str, str], list[DomainFacts]] = field(default_factory=lambda: defaultdict(list))

    def note(self, exercise: str, facts: Mapping[str, CheckFacts]) -> None:
        """Add what the grading of a reference or of an alternative tells."""
        for check, about in facts.items():
            if about.domain is not None:
                self._found[exercise, check].append(about.domain)

    def problems(self) -> Iterator[Sentence]:
        """Yield the promises that are not kept. Call it when everything is noted."""
        for (exercise, check), facts in self._found.items():
            named = {"exercise": exercise, "check": check}
            if text := next((one.set_up_failed for one in facts if one.set_up_failed), ""):
                yield author.SET_UP_FAILED(**named, program=text)
            if text := next((one.hung for one in facts if one.hung), ""):
                yield author.REFERENCE_HUNG(**named, program=text)
            share = sum(one.legal for one in facts) / sum(one.programs for one in facts)
            if share < LEAST_LEGAL:
                text = next(one.left_out for one in facts if one.left_out)
                yield author.FEW_LEGAL(**named, share=share, least=LEAST_LEGAL, program=text)
            for label in facts[0].never:
                yield author.NEVER_DRAWN(**named, choice=label)
            needed = {name for one in facts for name in one.needed}
            for name in facts[0].free:
                if name not in needed:
                    yield author.NEEDLESS_FREEDOM(**named, free=name)

    def summary(self) -> Sentence:
        """Say how many domains there are, how many of their programs are legal, and what only they catch."""
        facts = [one for found in self._found.values() for one in found]
        share = sum(one.legal for one in facts) / (sum(one.programs for one in facts) or 1)
        return author.DOMAINS(count=len(self._found), share=share, alone=self.alone)
