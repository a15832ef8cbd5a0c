"""Keeps the marks of the tests true, and gives a test that measures time the machine for itself.

`make quick` leaves out what is marked `sandbox` or `slow`. A test that asks for one of the shared `FIXTURES` is marked
here. A file whose tests start processes themselves says so in its `pytestmark`, or above each test. A test without the
mark that starts a process of the kit's fails.

With pytest-xdist two tests run at a time. One that is marked `alone` runs while no other does: it takes a lock that all
others share.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# nbformat imports jsonschema, which tries to import this package. That takes 2 s, and no test needs it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
gc.set_threshold(
    50_000, 20, 20
)  # pytest holds many small objects: to look through them seldom saves a tenth of the time

settings.register_profile("same", derandomize=True, deadline=None)  # the same examples in each run
settings.register_profile("fuzz", max_examples=5_000, deadline=None)
settings.load_profile("same")

FIXTURES = {"server", "grade", "recorded"}  # a test that asks for one of them is marked `sandbox`
PROGRAMS = re.compile(r"grader|nbgrader|jupyter|jupytext|make")

_may_start = True  # whether a process of the kit's may be started now
_lock = os.open(__file__, os.O_RDONLY) if "PYTEST_XDIST_WORKER" in os.environ else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start a sandbox by a shared fixture, and put the files with slow tests first.

    Where two files run at a time, the last ones should be short: else one runs alone at the end.
    """
    for item in items:
        if FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.sandbox)
    slow = {item.path for item in items if item.get_closest_marker("slow") is not None}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Let a test start processes of the kit's only if it is marked `sandbox`."""
    global _may_start
    _may_start = item.get_closest_marker("sandbox") is not None
    with _turn(alone=item.get_closest_marker("alone") is not None):
        result = yield
    _may_start = True
    return result


@contextlib.contextmanager
def _turn(*, alone: bool) -> Iterator[None]:
    """Wait until no other test runs, if this one must be alone, else until none runs that must be."""
    if _lock is None:
        yield
        return
    import fcntl  # missing on Windows, where tests run one after another

    fcntl.flock(_lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    try:
        yield
    finally:
        fcntl.flock(_lock, fcntl.LOCK_UN)


def pytest_configure(config: pytest.Config) -> None:
    """Let tests use the mark of a suite's checks, and look at each start of a process from now on."""
    config.addinivalue_line("markers", "check: what `grader.suites.check` puts on a test")
    _guard(subprocess.Popen, "__init__", _of_the_kit)
    _guard(BaseProcess, "start", repr)


def _guard(owner: type[Any], name: str, describe: Callable[..., str]) -> None:
    method = getattr(owner, name)

    @functools.wraps(method)
    def guarded(self: object, *arguments: Any, **keywords: Any) -> Any:
        if not _may_start and (what := describe(*(arguments or (self,))[:1])):
            pytest.fail(f"This test is not marked `sandbox`, but starts a process of the kit's: {what}")
        return method(self, *arguments, **keywords)

    setattr(owner, name, guarded)


def _of_the_kit(command: str | bytes | Path | Sequence[str | Path]) -> str:
    """Return a command as one line if it runs the kit, `make` or nbgrader; nothing for others, such as `python -c`."""
    words = str(command).split() if isinstance(command, (str, bytes, Path)) else [str(word) for word in command]
    programs = [word for word in words[:3] if PROGRAMS.fullmatch(Path(word).name) or word.startswith("grader.")]
    return " ".join(words) if programs and "-c" not in words[:3] else ""
