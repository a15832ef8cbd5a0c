"""`domain_facts` tells what the programs of one submission say about their domain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exploration_here import tried

from grader.records import DomainFacts
from grader.suites.exploration.domain import Domain
from grader.suites.exploration.pick import Pick
from grader.suites.exploration.promises import domain_facts

DOUBLE = "def f(x):\n    return 2 * x"


def facts(
    build: Callable[[Pick], object], reference: str = DOUBLE, submission: str = DOUBLE, **promises: Any
) -> DomainFacts:
    """Return the facts of a submission that passes."""
    runs = tried(build, reference, submission, **promises).runs
    return domain_facts(Domain(task="f", build=build, **promises), runs)


def test_a_good_domain_has_only_good_facts() -> None:
    """All programs are legal, no set-up fails, and every option comes up."""
    found = facts(lambda pick: pick.call(f"f({pick.of(1, 2.0)})"))
    assert found == DomainFacts(
        programs=30, legal=30, left_out="", hung="", set_up_failed="", never=(), free=(), needed=()
    )


def test_programs_that_are_left_out_are_counted() -> None:
    """Half of the programs ask for what the reference refuses, and one of them is shown."""
    found = facts(
        lambda pick: pick.call(f"f({pick.of(1, 2)})"),
        "def f(x):\n    if x == 2:\n        raise KeyError\n    return x",
        "def f(x):\n    return x",
    )
    assert (found.programs, found.legal) == (30, 15)
    assert "f(2)" in found.left_out and found.set_up_failed == ""


def test_a_set_up_that_fails_is_told_from_a_call_that_fails() -> None:
    """The program whose own lines raise an error is named."""

    def build(pick: Pick) -> None:
        pick.do(f"n = 1 // {pick.of(1, 0)}")
        pick.call("f(n)")

    assert "n = 1 // 0" in facts(build).set_up_failed


def test_an_option_that_never_comes_up_is_named() -> None:
    """Two conditions that exclude each other leave an option without a program."""

    def build(pick: Pick) -> None:
        pick.call(f"f({pick.of(1, 2, 3)})", no_grad=False)

    every = facts(build)
    runs = tried(build, DOUBLE, DOUBLE).runs
    few = domain_facts(Domain(task="f", build=build), [run for run in runs if "f(3)" not in run.program.text])
    assert every.never == ()
    assert few.never == ("of (1, 2, 3) 1",)


def test_a_freedom_is_needed_if_the_submission_differs_without_it() -> None:
    """A submission that returns its argument needs "memory", and not "dtype"."""

    def build(pick: Pick) -> None:
        pick.call(f"f({pick.tensor('x', (2,))})")

    found = facts(build, "def f(x):\n    return x.clone()", "def f(x):\n    return x", free=("memory", "dtype"))
    assert found.needed == ("memory",)
