"""Runs the programs of a domain on a submission and on the reference, and shrinks the first one that differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from grader import wire
from grader.suites.candidate import Candidate
from grader.suites.exploration.agreement import Disagreement, disagreement, is_legal
from grader.suites.exploration.choices import Repeated, simpler
from grader.suites.exploration.domain import Domain
from grader.suites.exploration.programs import NAME, Program
from grader.suites.value import Value

_AT_ONCE = 60  # programs in one message
_ROUNDS = 10  # of shrinking

Answers = Callable[[Sequence[Program]], Sequence[wire.Observation | None]]


def explore(domain: Domain, programs: Sequence[Program], candidate: Candidate, reference: Answers) -> None:
    """Require that the submission does the same as the reference in each of `programs`.

    `reference` returns the reference's answers, in which `None` stands for a lost process. Programs that the contract
    does not speak of are left out. Ends the check (`CheckEnded`) with the simplest program that differs.
    """
    compared = _Comparison(domain, candidate, reference)
    differing = compared.differing(programs)
    if differing:
        program = min(differing, key=lambda program: program.size)
        compared.fails(compared.shrunk(program, differing[program].symptom))


class _Comparison:
    """Compares a submission with the reference in the programs of one domain."""

    def __init__(self, domain: Domain, candidate: Candidate, reference: Answers) -> None:
        self._domain = domain
        self._candidate = candidate
        self._reference = reference

    def differing(self, programs: Sequence[Program]) -> dict[Program, Disagreement]:
        """Return the legal programs in which the submission differs, each with its difference."""
        answers = zip(programs, self._reference(programs), strict=True)
        legal = [
            (program, seen) for program, seen in answers if seen is not None and is_legal(seen, self._domain.raises)
        ]
        asked = [(self._domain.source(program), program.text) for program, _ in legal]
        observed = self._candidate.run_each(NAME, asked, ({},)) if asked else ()
        found = (
            (program, self._disagreement(program, seen, got))
            for (program, seen), got in zip(legal, observed, strict=True)
        )
        return {program: difference for program, difference in found if difference is not None}

    def shrunk(self, program: Program, symptom: tuple[str, str]) -> Program:
        """Return a simpler program that differs in the same way, or `program` itself."""
        tried = {program.text}
        for _ in range(_ROUNDS):
            attempts = self._attempts(program, tried)
            if not attempts:
                break
            found = [p for p, difference in self.differing(attempts).items() if difference.symptom == symptom]
            program = min([program, *found], key=lambda program: program.size)
        return program

    def _attempts(self, program: Program, tried: set[str]) -> list[Program]:
        """Return simpler programs that were not tried yet, as many as one message takes. They count as tried."""
        attempts: list[Program] = []
        for choices in simpler(program.choices):
            attempt = self._domain.program(Repeated(choices))
            if attempt.size < program.size and attempt.text not in tried:
                tried.add(attempt.text)
                attempts.append(attempt)
                if len(attempts) == _AT_ONCE:
                    break
        return attempts

    def fails(self, program: Program) -> NoReturn:
        """End the check with this program as its feedback. Only this run of it is logged."""
        expected = self._reference([program])[0]
        assert expected is not None
        observed = self._candidate.run_source(NAME, self._domain.source(program), program.text, ({},))
        found = self._disagreement(program, expected, observed.observation)
        assert found is not None  # the same program differed a moment ago
        if found.kind == "raised":
            observed.returned()
        Value(observed, found.name, None).fails(found.expected, found.got, found.kind, found.details)

    def _disagreement(self, program: Program, expected: wire.Observation, got: wire.Observation) -> Disagreement | None:
        return disagreement(
            program,
            expected,
            got,
            free=self._domain.free,
            raises=self._domain.raises,
            error=self._candidate.exception_of(got),
        )
