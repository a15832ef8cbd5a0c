"""Sets how much is fuzzed: a small part with the other tests, all of it with `make fuzz`; and counts what ran."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

FULL = "GRADER_FUZZ" in os.environ

Amount = Callable[[int, int], int]


@pytest.fixture(scope="session")
def amount() -> Amount:
    """Choose between the number for every test run and the number for `make fuzz`."""
    return lambda bounded, full: full if FULL else bounded


@pytest.fixture(scope="session")
def ran() -> Iterator[Counter[str]]:
    """Count what ran; printed at the end (pytest shows it with `-s`)."""
    counts: Counter[str] = Counter()
    yield counts
    print()
    for what, count in counts.items():
        print(f"{count:8,} {what}")
