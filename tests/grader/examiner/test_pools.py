"""The pool of a check: which programs a submission is asked, and the reference's answers."""

from __future__ import annotations

from collections.abc import Sequence

from grader import wire
from grader.examiner.pools import BLOCKS, Pool
from grader.suites.exploration.domain import Domain
from grader.suites.exploration.pick import Pick
from grader.suites.exploration.programs import Program


def build(pick: Pick) -> None:
    """Call f with a vector."""
    pick.call(f"f({pick.tensor('x', (4,))})")


def pool(seed: str = "seed", slots: int = 40) -> Pool:
    """Return the pool of one check."""
    return Pool(Domain(task="f", build=build, slots=slots), course_seed=seed, check="07 any")


def texts(programs: Sequence[Program]) -> list[str]:
    """Return the programs as text."""
    return [program.text for program in programs]


def test_all_submissions_get_the_same_programs_if_inputs_are_fixed() -> None:
    """Without anything that the inputs depend on, the programs are always the same, and others for another seed."""
    assert texts(pool().programs(())) == texts(pool().programs(())) != texts(pool("other").programs(()))


def test_each_submission_gets_its_own_part_of_the_pool() -> None:
    """Two contents get different programs of the same slots, from a pool that has a few for each slot."""
    one = pool()
    ana, ben, again = (texts(one.programs(whose)) for whose in (("ana", "1"), ("ben", "1"), ("ana", "1")))
    assert ana == again != ben
    everything = {text for n in range(60) for text in texts(one.programs(("student", str(n))))}
    assert len(everything) == 40 * BLOCKS


def test_the_reference_answers_each_program_once() -> None:
    """Only programs that were not asked before are asked; a lost answer is remembered too."""
    asked: list[list[str]] = []

    def ask(programs: Sequence[Program]) -> list[wire.Observation | None]:
        asked.append(texts(programs))
        seen = wire.Observation(nonce=1, outcome="returned")
        return [None if n == 0 else seen for n in range(len(programs))]

    one = pool()
    programs = one.programs(())
    first, again = one.answers(programs, ask), one.answers(programs, ask)
    assert first == again and first[0] is None
    assert asked == [texts(programs)]


def test_the_memory_of_answers_is_limited(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """When there is no room, everything is asked again, and all answers are there."""
    monkeypatch.setattr("grader.examiner.pools._REMEMBERED", 50)
    asked: list[int] = []

    def ask(programs: Sequence[Program]) -> list[wire.Observation | None]:
        asked.append(len(programs))
        return [wire.Observation(nonce=1, outcome="returned")] * len(programs)

    one = pool()
    first, second = one.programs(("ana",)), one.programs(("ben",))
    assert len(one.answers(first, ask)) == len(one.answers(second, ask)) == 40
    assert len(one.answers([*first[:20], *second[:20]], ask)) == 40
    assert asked[0] == 40 and max(asked) <= 40
