"""Choices come up evenly and in the same way for all seeds; a list of them can be repeated and made simpler."""

from __future__ import annotations

from collections import Counter

from grader.suites.exploration.choices import Repeated, Stratified, simpler


def drawn(options: int, *, slots: int = 60, seed: int = 0, label: str = "rank") -> list[int]:
    """Return the choice of each slot."""
    return [Stratified("f", slot=n, slots=slots, seed=seed).structure(options, label) for n in range(slots)]


def test_every_option_comes_up_equally_often() -> None:
    """Sixty programs that choose among four options take each of them fifteen times."""
    assert Counter(drawn(4)) == {0: 15, 1: 15, 2: 15, 3: 15}


def test_options_are_the_same_for_every_seed() -> None:
    """What kind of programs there are does not depend on the seed."""
    assert drawn(7, seed=1) == drawn(7, seed=2)


def test_two_choices_are_independent() -> None:
    """Each pair of options of two choices comes up in some program."""
    pairs = set(zip(drawn(3, label="rank"), drawn(3, label="dtype"), strict=True))
    assert len(pairs) == 9


def test_limits_of_many_options_come_up() -> None:
    """Among 10,000 options both the first and the last one come up, and between them any part."""
    taken = drawn(10_000)
    assert {0, 9_999} <= set(taken)
    assert all(any(low <= choice < low + 1_000 for choice in taken) for low in range(0, 10_000, 1_000))


def test_the_first_slot_is_the_simplest_program() -> None:
    """In slot 0 each structure is the first option."""
    choices = Stratified("f", slot=0, slots=60, seed=9)
    assert [choices.structure(5, label) for label in "abc"] == [0, 0, 0]


def test_details_depend_on_the_seed() -> None:
    """The same slot has other numbers for another seed, and the same ones for the same seed."""
    each = [[Stratified("f", slot=3, slots=60, seed=seed).detail(10**9)] for seed in (1, 2, 1)]
    assert each[0] == each[2] != each[1]


def test_choices_are_recorded() -> None:
    """All choices are recorded in order; structures also with their label."""
    choices = Stratified("f", slot=59, slots=60, seed=1)
    first, second = choices.structure(4, "rank"), choices.detail(8)
    assert choices.taken == [first, second]
    assert choices.drawn == [("rank", 4, first)]


def test_repeated_choices_fit_their_options() -> None:
    """A choice that is too large becomes the last option, and a missing one the first."""
    choices = Repeated([5, 1])
    assert [choices.structure(3, "a"), choices.detail(9), choices.detail(9)] == [2, 1, 0]
    assert choices.taken == [2, 1, 0]


def test_simpler_choices_are_shorter_or_lower() -> None:
    """No attempt is longer, none comes twice, none is the list itself, and zeros and deletions come before halves."""
    attempts = [*simpler([3, 0, 7])]
    assert len({tuple(attempt) for attempt in attempts}) == len(attempts)
    assert [3, 0, 7] not in attempts
    assert all(len(a) < 3 or (len(a) == 3 and sum(a) < 10) for a in attempts)
    assert attempts.index([]) < attempts.index([3, 0, 6])
    assert [3, 0, 3] in attempts


def test_nothing_is_simpler_than_no_choices() -> None:
    """The empty list has no simpler one."""
    assert not [*simpler([])]
