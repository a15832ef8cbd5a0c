"""`grader verify` names each promise that a domain does not keep."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from grader.domains import Domains, only_by_domains
from grader.grading.settings import Graded
from grader.records import CheckFacts, DomainFacts, ExerciseReport, Submission, TaskReport, Verdict, task_report

GOOD = DomainFacts(programs=60, legal=60, left_out="", hung="", set_up_failed="", never=(), free=(), needed=())


def about(domain: DomainFacts | None) -> CheckFacts:
    """Return the facts of a check."""
    return CheckFacts(task="double", docstring="Any tensor.", inputs=(), domain=domain)


def problems(*domains: DomainFacts) -> list[str]:
    """Return the problems of one domain, about which several gradings tell."""
    found = Domains()
    for domain in domains:
        found.note("01_small", {"any_tensor": about(domain), "one": about(None)})
    return [problem.text() for problem in found.problems()]


def test_a_good_domain_has_no_problem() -> None:
    """A domain that keeps its promises is only counted."""
    found = Domains(alone=3)
    found.note("01_small", {"any_tensor": about(GOOD)})
    assert [*found.problems()] == []
    assert found.summary().text() == (
        "1 domain; 100% of its programs are legal. Misconceptions that only domains catch: 3."
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"set_up_failed": "x = 1 / 0"}, "the set-up of a program of any_tensor raises an error"),
        ({"hung": "double(1)"}, "the reference crashes or does not end in a program of any_tensor"),
        ({"legal": 20, "left_out": "double('a')"}, "only 33% of the programs of any_tensor are legal; at least 50%"),
        ({"never": ("maybe 1",)}, "has an option that is never drawn: maybe 1"),
        ({"free": ("memory",)}, "leaves 'memory' free, which no alternative needs"),
    ],
)
def test_each_broken_promise_is_named(fields: dict[str, Any], said: str) -> None:
    """There is one sentence for it, with the exercise, and with the program if there is one."""
    [sentence] = problems(msgspec.structs.replace(GOOD, **fields))
    assert sentence.startswith("01_small: ") and said in sentence
    assert all(text in sentence for text in fields.values() if isinstance(text, str))


def test_a_freedom_that_one_alternative_needs_is_no_problem() -> None:
    """It is enough that one of the gradings needs it."""
    free = msgspec.structs.replace(GOOD, free=("memory",))
    assert problems(free, msgspec.structs.replace(free, needed=("memory",)), free) == []


def graded(**statuses: Any) -> Graded:
    """Return the grading of a submission with the checks `one` and `any_tensor`; the second one is a domain's."""
    verdicts = [
        Verdict(id=id, task="double", visibility="hidden", status=status, points=0.0, max_points=0.0)
        for id, status in statuses.items()
    ]
    task: TaskReport = task_report("double", verdicts)
    report = ExerciseReport(id="01_small", status="graded", points=0.0, max_points=0.0, tasks=(task,))
    submission = Submission(student="s", exercise="01_small", path="s.py", source="")
    return Graded(submission=submission, report=report, facts={"one": about(None), "any_tensor": about(GOOD)})


def test_what_only_a_domain_catches_is_counted() -> None:
    """A submission counts if the domain's check fails and no other one does."""
    assert only_by_domains(graded(one="passed", any_tensor="failed"))
    assert not only_by_domains(graded(one="failed", any_tensor="skipped"))
    assert not only_by_domains(graded(one="passed", any_tensor="passed"))
