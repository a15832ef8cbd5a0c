"""The pytest plugin: one pytest session that collects the suites once, and then does the examiner's work.

pytest collects the tests and their parameters. This plugin replaces its run loop: the session calls a function that
examines one submission after another. Most checks use only the kit's fixtures and run without pytest. Checks that have
fixtures, set-up or marks of their own are run by pytest, one at a time, with `SuiteSession.run`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.examiner.checks import Check, in_order, read_check, validate
from grader.examiner.fixtures import Fixtures, Given
from grader.examiner.judging import CheckResult, broken
from grader.sandbox import SandboxError
from grader.sentences import author
from grader.suites.outcomes import SuiteError

Judge = Callable[[dict[str, Any]], CheckResult]


@dataclass(kw_only=True)
class _Run:
    """A check that pytest is running, the function that judges it, and its result."""

    check: Check
    given: Given
    judge: Judge
    result: CheckResult | None = None
    failure: SandboxError | None = None


class SuiteSession:
    """The plugin. `checks` are the checks of the suites, by exercise, in the order in which they run."""

    def __init__(self) -> None:
        self.checks: dict[str, list[Check]] = {}
        self._fixtures = Fixtures()
        self._work: Callable[[], object] = lambda: None
        self._failure: BaseException | None = None
        self._run: _Run | None = None

    def hold(self, suites: Sequence[Path], work: Callable[[], object]) -> None:
        """Collect `suites`, then call `work`. Raises the error that ended the session, for example `SuiteError`."""
        if not suites:
            raise SuiteError(author.NO_SUITE())
        self._work = work
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        os.environ.pop("PYTEST_ADDOPTS", None)
        code = pytest.main([*_options(suites), *map(str, suites)], plugins=[self, self._fixtures])
        if self._failure is not None:
            raise self._failure
        # Tests that failed for pytest are broken checks, which have verdicts.
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
            raise SuiteError(author.PYTEST_ENDED(code=pytest.ExitCode(code).name))

    def run(self, check: Check, given: Given, judge: Judge, *, following: Check | None) -> CheckResult:
        """Run a check with pytest: its fixtures, its set-up, and `judge` in place of the test's call.

        `following` is the next check that pytest will run. pytest keeps the fixtures that both checks share. Raises
        `SandboxError`.
        """
        run = self._run = _Run(check=check, given=given, judge=judge)
        self._fixtures.given = given
        try:
            item = check.item
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None if following is None else following.item)
        finally:
            self._run = self._fixtures.given = None
        if run.failure is not None:
            raise run.failure
        assert run.result is not None
        return run.result

    # Collecting

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record the first suite that cannot be collected."""
        if report.failed and self._failure is None:
            self._failure = SuiteError(author.NOT_COLLECTED(test=report.nodeid, error=report.longreprtext.strip()))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Sort the collected checks by exercise."""
        try:
            for item in session.items:
                check = read_check(item)
                self.checks.setdefault(check.exercise, []).append(check)
            for exercise, checks in self.checks.items():
                self.checks[exercise] = in_order(checks)
                validate(self.checks[exercise])
        except SuiteError as error:
            self._failure = self._failure or error

    # Running

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do the examiner's work instead of running each test once."""
        if self._failure is None:
            try:
                self._work()
            except BaseException as error:
                self._failure = error
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Judge the check that pytest is running."""
        run = self._run
        assert run is not None
        try:
            run.result = run.judge({name: pyfuncitem.funcargs[name] for name in run.check.arguments})
        except SandboxError as error:
            run.failure = error
        return True

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Make a verdict for a check that pytest itself ended: its fixtures broke, or it was skipped."""
        run = self._run
        if call.excinfo is not None and run is not None:
            run.result = CheckResult(verdict=broken(run.check, call.excinfo.value), log=run.given.log)


_PLUGINS_NOT_NEEDED = (
    "terminal cacheprovider capture logging warnings faulthandler junitxml pastebin stepwise doctest unittest "
    "unraisableexception threadexception recwarn setuponly setupplan legacypath tmpdir monkeypatch"
).split()


def _options(suites: Sequence[Path]) -> list[str]:
    """Return pytest's options: no configuration, and no plugins except the kit's own."""
    options = ["-c", os.devnull, "--rootdir", os.path.commonpath([p.parent for p in suites]), "--import-mode=importlib"]
    options += ["--assert=plain", "-o", "markers=check", "--noconftest"]
    return options + [option for name in _PLUGINS_NOT_NEEDED for option in ("-p", f"no:{name}")]
