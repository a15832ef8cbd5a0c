"""The arguments that checks can have: the fixtures `candidate`, `reference`, `draw`, `device` and `explore`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from grader import wire
from grader.catalog import Task
from grader.examiner.checks import Check
from grader.examiner.pools import Pool
from grader.examiner.unsolved import unsolved
from grader.forbidden_calls import Use
from grader.records import Submission
from grader.sentences import Sentence, author, learner
from grader.suites.candidate import Ask, AskEach, Candidate, Context
from grader.suites.check_log import CheckLog
from grader.suites.exploration.domain import Domain
from grader.suites.exploration.exploring import Reference, explore
from grader.suites.outcomes import SuiteError
from grader.suites.suite import Draw

SECOND_DEVICE = "meta"


@dataclass(frozen=True, kw_only=True)
class Given:
    """The arguments of one run of one check, and what they are made from.

    `ask` calls the submission, and `ask_each` makes several calls; `load_errors` returns the errors that were raised
    while it was loaded. `ask_reference` calls the reference solution, and `explored` returns its answers to programs of
    the check's `pool`; `shrinking` says whether a program is made simpler for the feedback. Inputs are drawn from
    `course_seed` and `inputs_key`; `whose` is the part of the key that is not the check. `written` returns the
    forbidden function that the task's code calls, if there is one. `log` records what the check does.
    """

    check: Check
    task: Task
    submission: Submission
    ask: Ask
    ask_each: AskEach | None
    load_errors: Callable[[], tuple[wire.Raised, ...]]
    ask_reference: Ask
    pool: Pool | None
    explored: Reference | None
    shrinking: bool
    course_seed: str
    inputs_key: tuple[str, ...]
    whose: tuple[str, ...]
    written: Callable[[], Use | None]
    hides_expected: bool
    log: CheckLog

    def draw(self) -> Draw:
        """Return a new `Draw`, which begins with the first inputs."""
        return Draw(self.course_seed, *self.inputs_key)

    def candidate(self, draw: Draw) -> Candidate:
        """Return the submission in its sandbox."""
        return self._candidate(draw.seed)

    def _candidate(self, seed: int) -> Candidate:
        return Candidate(
            Context(
                task=self.check.task,
                ask=self.ask,
                where=self.submission.where,
                ask_each=self.ask_each,
                seed=seed,
                hint=self.check.hint,
                refused=self.task.forbidden,
                written=self.written,
                parameters=self.task.parameters,
                load_errors=self.load_errors,
                left_out=self.submission.left_out > 0,
                unsolved=lambda line: unsolved(self.submission.source or "", self.check.task, line),
                # All calls of such a task or check are traced, so that code cannot tell which of them are inspected.
                traced=bool(self.task.forbidden) or "device" in self.check.item.fixturenames,
                log=self.log,
                hides_expected=self.hides_expected,
            )
        )

    def reference(self, draw: Draw) -> Candidate:
        """Return the reference solution, which is called like the candidate."""
        return Candidate(
            Context(task=self.check.task, ask=self.ask_reference, where=_line, seed=draw.seed, must_succeed=True)
        )

    def explore(self, domain: Domain) -> None:
        """Compare the submission with the reference in programs of a domain."""
        if self.pool is None or self.explored is None:
            raise SuiteError(author.DOMAIN_WITHOUT_REFERENCE(task=domain.task))
        programs = self.pool.programs(self.whose)
        candidate = self._candidate(self.pool.seed)
        explore(domain, programs, candidate, self.explored, self.log, shrinking=self.shrinking)

    def arguments(self, names: Iterable[str], parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a check that uses only parameters and the fixtures of this module."""
        draw = self.draw()
        make: dict[str, Callable[[], object]] = {
            "candidate": lambda: self.candidate(draw),
            "reference": lambda: self.reference(draw),
            "draw": lambda: draw,
            "device": lambda: SECOND_DEVICE,
            "explore": lambda: self.explore,
        }
        return {name: parameters[name] if name in parameters else make[name]() for name in names}

    def of_reference(self, reference: Submission) -> Given:
        """Return the arguments of the same run with the reference in place of the submission, on the same inputs."""
        return replace(
            self,
            submission=reference,
            ask=self.ask_reference,
            ask_each=None,
            load_errors=tuple,
            written=lambda: None,
            hides_expected=False,
            log=CheckLog(),
        )


def _line(line: int) -> Sentence:
    return learner.LINE(line=line)


class Fixtures:
    """The fixtures as pytest knows them. `given` is set before each check that pytest runs."""

    def __init__(self) -> None:
        self.given: Given | None = None

    @property
    def _now(self) -> Given:
        assert self.given is not None
        return self.given

    @pytest.fixture
    def candidate(self, draw: Draw) -> Candidate:
        """The submission in its sandbox."""
        return self._now.candidate(draw)

    @pytest.fixture
    def reference(self, draw: Draw) -> Candidate:
        """The reference solution, called like the candidate, in another process."""
        return self._now.reference(draw)

    @pytest.fixture
    def draw(self) -> Draw:
        """The inputs of this check. They are fixed, or depend on the student and the content of the submission."""
        return self._now.draw()

    @pytest.fixture
    def device(self) -> str:
        """A second device that functions must support: "meta", whose tensors have no values."""
        return SECOND_DEVICE

    @pytest.fixture
    def explore(self) -> Callable[[Domain], None]:
        """The function that compares the submission with the reference in many programs. Domains use it."""
        return self._now.explore
