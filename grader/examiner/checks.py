"""Checks as their suites declare them.

They are read from pytest's items, and must follow the rules that make verdicts fair.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from grader.examiner.pytest_internals import number_of_fixtures, parameters_of
from grader.records import Feedback, Status, Verdict, Visibility
from grader.sentences import Sentence, author, verbatim
from grader.sentences.titles import title_of
from grader.suites.exploration.domain import Domain
from grader.suites.outcomes import SuiteError

FIXTURES = ("candidate", "reference", "draw", "device", "explore")  # the fixtures of the examiner


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check as its suite declares it.

    `arguments` are the names of its arguments, and `parameters` are the values that `parametrize` gives it. A check is
    `plain` if it can be called with these arguments and nothing else is needed. `domain` is set for one that explores.
    """

    id: str
    exercise: str
    task: str
    visibility: Visibility
    points: float
    judges: Literal["values", "facts"] = "values"
    requires: tuple[str, ...]
    hint: str | None
    docstring: str
    plain: bool
    arguments: tuple[str, ...]
    parameters: Mapping[str, Any]
    domain: Domain | None = None
    feedback_if_passed: Feedback  # the feedback of a passed check: only the title
    item: pytest.Function

    @property
    def title(self) -> Sentence:
        """What the check requires, in one sentence."""
        return self.feedback_if_passed.title

    def verdict(self, status: Status, feedback: Feedback | None = None) -> Verdict:
        """Return this check's verdict. The check's title is added to the feedback."""
        return Verdict(
            id=self.id,
            task=self.task,
            visibility=self.visibility,
            status=status,
            points=self.points if status == "passed" else 0.0,
            max_points=self.points,
            feedback=self.feedback_if_passed if feedback is None else replace(feedback, title=self.title),
        )


def read_check(item: pytest.Item) -> Check:
    """Return the check that a collected test declares. Raises `SuiteError` for a test that is not a check."""
    mark = item.get_closest_marker("check")
    if mark is None or not isinstance(item, pytest.Function):
        raise SuiteError(author.NOT_A_CHECK(test=item.nodeid))
    docstring = (item.function.__doc__ or "").strip()
    id = item.name.removeprefix("test_")
    visibility: Visibility = "public" if item.path.parent.name == "public" else "hidden"
    return Check(
        id=id,
        exercise=item.path.stem.removeprefix("test_"),
        task=mark.kwargs["task"],
        visibility=visibility,
        points=float(mark.kwargs["points"]),
        judges=mark.kwargs["judges"],
        requires=mark.kwargs["requires"],
        hint=mark.kwargs["hint"],
        domain=vars(item.function).get("domain"),
        docstring=docstring,
        plain=_is_plain(item),
        arguments=_arguments(item),
        parameters=parameters_of(item),
        feedback_if_passed=Feedback(title=verbatim(_title(docstring, id))),
        item=item,
    )


def _is_plain(item: pytest.Function) -> bool:
    """Say whether a check uses only the kit's fixtures and plain parameters, so that pytest is not needed to run it.

    Most checks are plain: their suites have no fixtures for them, no set-up, and no marks such as `skipif`.
    """
    direct: set[str] = set()
    for mark in item.iter_markers():
        if mark.name == "parametrize" and not mark.args[2:] and set(mark.kwargs) <= {"ids"}:
            names = mark.args[0]
            direct |= {name.strip() for name in names.split(",")} if isinstance(names, str) else set(names)
        elif mark.name != "check":
            return False
    return (
        item.cls is None
        and direct.isdisjoint(FIXTURES)
        and all(
            name in direct or (name in FIXTURES and number_of_fixtures(item, name) == 1) for name in item.fixturenames
        )
    )


def _arguments(item: pytest.Function) -> tuple[str, ...]:
    """Return the names of a check's arguments: its parameters without a default."""
    parameters = inspect.signature(item.obj).parameters.values()
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return tuple(p.name for p in parameters if p.kind in named and p.default is inspect.Parameter.empty)


def _title(docstring: str, id: str) -> str:
    """Return a check's title. If the test has parameters, the title ends with those of this run."""
    name, _, parameters = id.partition("[")
    title = title_of(docstring) or name.replace("_", " ")
    return f"{title} [{parameters}" if parameters else title


def in_order(checks: Sequence[Check]) -> list[Check]:
    """Return the checks of an exercise in the order in which they run: domains last. They require the other checks."""
    first = [check for check in checks if check.domain is None]
    domains = [
        dataclasses.replace(check, requires=tuple(other.id for other in first if other.task == check.task))
        for check in checks
        if check.domain is not None
    ]
    return first + domains


def validate(checks: Sequence[Check]) -> None:
    """Raise `SuiteError` unless each check of an exercise has its own name and requires only earlier checks."""
    known: set[str] = set()
    for check in checks:
        if check.id in known:
            raise SuiteError(author.TWO_CHECKS(exercise=check.exercise, check=check.id))
        for name in check.requires:
            if name not in known:
                raise SuiteError(author.REQUIRES_LATER(check=check.id, exercise=check.exercise, required=name))
        known.add(check.id)
