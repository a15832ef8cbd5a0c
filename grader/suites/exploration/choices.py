"""Where the choices of a program come from: drawn so that rare ones are not missed, or repeated to shrink a program.

Every choice is a whole number from 0 on, and 0 is the simplest option. So a program is its list of choices: the same
list gives the same program, and smaller or fewer numbers give a simpler one. Hypothesis shrinks this way too (MacIver
and Donaldson, "Test-Case Reduction via Test-Case Generation", ECOOP 2020). It tries one example at a time; this module
proposes many, because one message to the sandbox asks them all.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Sequence
from typing import Protocol

_DELETED = (8, 4, 2, 1)  # how many choices are deleted, or set to 0, together


class Choices(Protocol):
    """A source of choices.

    `taken` lists those that were made. `drawn` lists those of structure that were drawn: label, options, choice.
    """

    taken: list[int]
    drawn: list[tuple[str, int, int]]

    def structure(self, options: int, label: str) -> int:
        """Return a choice from 0 to `options - 1` that decides what kind of program it is. `label` says which one."""

    def detail(self, options: int) -> int:
        """Return a choice from 0 to `options - 1` that decides a number in it."""


class Stratified:
    """Choices for program number `slot` of `slots`, spread evenly over their options.

    For each choice, every slot gets its own share of the options, in an order that depends only on `name`. So each
    option of a structure comes up in some slot, for every seed: a mistake that only one of 20 options shows is found
    always, or never. Details come from `seed`. In slot 0 every structure is the simplest.

    >>> choices = Stratified("double", slot=0, slots=60, seed=7)
    >>> choices.structure(3, "rank"), choices.taken
    (0, [0])
    """

    def __init__(self, name: str, *, slot: int, slots: int, seed: int) -> None:
        self.taken: list[int] = []
        self.drawn: list[tuple[str, int, int]] = []
        self._name = name
        self._slot = slot
        self._slots = slots
        self._random = random.Random(seed)

    def structure(self, options: int, label: str) -> int:
        """Return the share of this slot in `options` options, or one of its options if it has several."""
        turn = _turns(f"{self._name} {label}", self._slots)[self._slot]
        low = turn * options // self._slots
        high = (turn + 1) * options // self._slots - 1
        if turn == self._slots - 1:
            low = high = options - 1  # the last option is often a limit
        choice = low if turn == 0 or high <= low else self._random.randint(low, high)
        self.taken.append(choice)
        self.drawn.append((label, options, choice))
        return choice

    def detail(self, options: int) -> int:
        """Return any option."""
        choice = self._random.randrange(options)
        self.taken.append(choice)
        return choice


@functools.lru_cache(10_000)
def _turns(name: str, slots: int) -> list[int]:
    """Return an order of the slots, which depends on `name`; slot 0 is always first."""
    rest = list(range(1, slots))
    random.Random(name).shuffle(rest)
    return [0, *rest]


class Repeated:
    """The choices of a list. What is missing is 0, and what is too large for its options is the largest option.

    >>> choices = Repeated([2, 9])
    >>> choices.structure(3, "rank"), choices.structure(5, "size"), choices.detail(8)
    (2, 4, 0)
    """

    def __init__(self, choices: Sequence[int]) -> None:
        self.taken: list[int] = []
        self.drawn: list[tuple[str, int, int]] = []  # empty: these choices were not drawn
        self._choices = choices

    def structure(self, options: int, label: str) -> int:
        """Return the next choice of the list."""
        return self.detail(options)

    def detail(self, options: int) -> int:
        """Return the next choice of the list."""
        place = len(self.taken)
        choice = min(self._choices[place], options - 1) if place < len(self._choices) else 0
        self.taken.append(choice)
        return choice


def simpler(choices: Sequence[int]) -> Iterator[list[int]]:
    """Yield simpler lists: with fewer choices, with zeros, with lower numbers; the boldest attempts come first.

    >>> [*simpler([0, 2])]
    [[2], [0], [], [0, 0], [0, 1]]
    """
    tried = {tuple(choices)}
    for attempt in _attempts(list(choices)):
        if tuple(attempt) not in tried:
            tried.add(tuple(attempt))
            yield attempt


def _attempts(choices: list[int]) -> Iterator[list[int]]:
    for size in _DELETED:
        for start in range(0, len(choices) - size + 1, size):
            yield choices[:start] + choices[start + size :]
    if len(choices) > 1:
        yield []
    for size in _DELETED:
        for start in range(0, len(choices) - size + 1, size):
            yield choices[:start] + [0] * size + choices[start + size :]
    for place, choice in enumerate(choices):
        for lower in (choice // 2, choice - 1):
            if 0 < lower < choice:
                yield [*choices[:place], lower, *choices[place + 1 :]]
