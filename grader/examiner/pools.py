"""The programs that submissions are asked in exploration, and the reference's answers to them.

All submissions of a course are asked programs from one pool, so the reference runs each program only once. The pool of
a check has `BLOCKS` programs for each of the domain's slots. If inputs depend on the content of the submission, its
content picks one of the programs of each slot; else all submissions get the first ones. So what one submission learns
from its feedback does not tell which programs the next one is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader import wire
from grader.suites.candidate import source_call
from grader.suites.exploration.domain import Domain
from grader.suites.exploration.programs import NAME, Program
from grader.suites.suite import derived

BLOCKS = 6  # programs for each slot
_REMEMBERED = 5_000  # answers of one check, with those of shrinking

Ask = Callable[[Sequence[Program]], Sequence[wire.Observation | None]]


class Pool:
    """The pool of one check, whose `domain` it draws from.

    `seed` is where the random generators of every program start.
    """

    def __init__(self, domain: Domain, *, course_seed: str, check: str) -> None:
        self.domain = domain
        self.seed = derived(course_seed, "told", check) >> 32
        self._secret = course_seed
        self._check = check
        self._drawn: dict[tuple[int, int], Program] = {}
        self._answers: dict[Program, wire.Observation | None] = {}

    def programs(self, whose: Sequence[str]) -> list[Program]:
        """Return one program for each slot. `whose` is what the choice depends on, or empty for the first ones."""
        return [self._program(slot, self._block(slot, whose)) for slot in range(self.domain.slots)]

    def _block(self, slot: int, whose: Sequence[str]) -> int:
        return derived(self._secret, "block", self._check, str(slot), *whose) % BLOCKS if whose else 0

    def _program(self, slot: int, block: int) -> Program:
        if (slot, block) not in self._drawn:
            seed = derived(self._secret, "program", self._check, str(slot), str(block))
            self._drawn[slot, block] = self.domain.drawn(slot, seed)
        return self._drawn[slot, block]

    def answers(self, programs: Sequence[Program], ask: Ask) -> list[wire.Observation | None]:
        """Return the reference's answers to these programs. `ask` asks for those that are not known yet."""
        new = [program for program in dict.fromkeys(programs) if program not in self._answers]
        if len(self._answers) + len(new) > _REMEMBERED:
            self._answers.clear()
            new = list(dict.fromkeys(programs))
        if new:
            self._answers.update(zip(new, ask(new), strict=True))
        return [self._answers[program] for program in programs]


class Explored:
    """The reference solution as exploration asks it. `ask_each` makes calls to it."""

    def __init__(
        self, pool: Pool, ask_each: Callable[[Sequence[wire.Call]], Sequence[wire.Observation | None]]
    ) -> None:
        self._pool = pool
        self._ask_each = ask_each

    def answers(self, programs: Sequence[Program]) -> list[wire.Observation | None]:
        """Return its answers to these programs, which it gives only once."""
        return self._pool.answers(programs, self._ask)

    def answer_again(self, program: Program) -> wire.Observation | None:
        """Run a program once more, and return the answer."""
        return self._ask([program])[0]

    def _ask(self, programs: Sequence[Program]) -> Sequence[wire.Observation | None]:
        domain = self._pool.domain
        sources = (domain.source(program) for program in programs)
        return self._ask_each([source_call(NAME, source, ({},), seed=self._pool.seed) for source in sources])
