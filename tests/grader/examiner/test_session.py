"""The pytest session collects the suites once, calls the work function, and runs single checks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grader.examiner.checks import Check
from grader.examiner.fixtures import Given
from grader.examiner.judging import CheckResult
from grader.examiner.session import SuiteSession
from grader.sandbox import SandboxError
from grader.sentences import instructor
from grader.suites.check_log import CheckLog
from grader.suites.outcomes import SuiteError

Lay = Callable[[str], Path]
SUITE = """
from grader.suites import check
import pytest

@pytest.fixture
def own():
    return 3

@check("double", points=1)
def test_own(own):
    pass

@pytest.fixture
def breaks():
    raise ValueError("no")

@check("double", points=1)
def test_breaks(breaks):
    pass

@check("double", points=1)
def test_skips():
    pytest.skip("not now")
"""


@pytest.fixture
def lay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lay]:
    """Write a suite and return its path; undo its effects on this process after the test."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "")
    imported = set(sys.modules)

    def lay(source: str) -> Path:
        path = tmp_path / "hidden" / "test_01_small.py"
        path.parent.mkdir()
        path.write_text(source, encoding="utf-8")
        return path

    yield lay
    for name in set(sys.modules) - imported:
        if name.endswith("test_01_small"):
            del sys.modules[name]


GIVEN = cast(Given, SimpleNamespace(log=CheckLog()))


def run(session: SuiteSession, check: Check, judge: Callable[[dict[str, Any]], CheckResult]) -> CheckResult:
    """Have pytest run a single check."""
    return session.run(check, GIVEN, judge, following=None)


def test_the_work_is_done_once_with_all_checks(lay: Lay) -> None:
    """The work function is called once, with all checks in the order of their file, and pytest runs no check itself."""
    session, seen = SuiteSession(), []
    session.hold([lay(SUITE)], lambda: seen.append([check.id for check in session.checks["01_small"]]))
    assert seen == [["own", "breaks", "skips"]]


def test_what_the_work_raises_is_raised(lay: Lay) -> None:
    """An error of the work function is raised, and is not turned into a failed test."""

    def work() -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        SuiteSession().hold([lay(SUITE)], work)


@pytest.mark.parametrize("source", ["import nothing_of_this_name\n", "def test_one(): ...\n"])
def test_suites_that_cannot_be_used_do_no_work(lay: Lay, source: str) -> None:
    """If a suite cannot be used, the error says why, and the work function is not called."""
    worked: list[int] = []
    with pytest.raises(SuiteError):
        SuiteSession().hold([lay(source)], lambda: worked.append(1))
    assert worked == []


def test_a_check_is_judged_with_the_fixtures_of_its_suite(lay: Lay) -> None:
    """pytest sets up the suite's fixtures, and the judging function gets their values."""
    session, asked = SuiteSession(), []

    def judge(arguments: dict[str, Any]) -> CheckResult:
        asked.append(arguments)
        return CheckResult(verdict=session.checks["01_small"][0].verdict("passed"), log=CheckLog())

    def work() -> None:
        assert run(session, session.checks["01_small"][0], judge).verdict.status == "passed"

    session.hold([lay(SUITE)], work)
    assert asked == [{"own": 3}]


@pytest.mark.parametrize(("which", "said"), [(1, "ValueError: no"), (2, "not now")])
def test_a_check_that_pytest_ends_is_broken(lay: Lay, which: int, said: str) -> None:
    """A check whose set-up raised, or which was skipped by pytest, is broken."""
    session, results = SuiteSession(), []

    def judge(arguments: dict[str, Any]) -> CheckResult:
        pytest.skip("not now")

    session.hold([lay(SUITE)], lambda: results.append(run(session, session.checks["01_small"][which], judge)))
    (verdict,) = (result.verdict for result in results)
    assert verdict.status == "error" and verdict.feedback.broken and said in str(verdict.feedback.details[0])


def test_a_sandbox_that_is_lost_is_no_result(lay: Lay) -> None:
    """The error of a lost sandbox is raised, and is not turned into a failed test."""
    session = SuiteSession()

    def judge(arguments: dict[str, Any]) -> CheckResult:
        raise SandboxError(instructor.NO_SERVER(error="no"))

    with pytest.raises(SandboxError):
        session.hold([lay(SUITE)], lambda: run(session, session.checks["01_small"][0], judge))


def test_a_course_without_suites_is_an_error() -> None:
    """A course without suites is an error, because there is nothing to collect."""
    with pytest.raises(SuiteError, match="without a suite"):
        SuiteSession().hold([], lambda: None)
