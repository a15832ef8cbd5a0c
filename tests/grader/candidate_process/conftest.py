"""Shared helpers for tests of the candidate process: an unconfined candidate in the test's own process."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from grader import wire
from grader.candidate_process.executor import Executor


class Loaded:
    """A candidate with a submission loaded; each call may take at most `seconds`."""

    seconds = 5.0

    def __init__(self, source: str, ask: Callable[..., wire.Call]) -> None:
        self._ask = ask
        self._candidate = Executor()
        self.report = self.load(source)

    def load(self, source: str, *, module: str = "submission") -> wire.Loaded:
        """Load a source as `module`."""
        load = wire.Load(nonce=1, module=module, filename=f"{module}.py", source=source, seconds=self.seconds)
        return self._candidate.load(load)

    def call(self, name: str = "f", *arguments: wire.Input, **fields: Any) -> wire.Observation:
        """Make one call."""
        return self._candidate.call(self._ask(name, *arguments, **fields))


@pytest.fixture
def load(ask: Callable[..., wire.Call]) -> Iterator[Callable[[str], Loaded]]:
    """Load a source as `module`."""
    modules, lines = set(sys.modules), set(linecache.cache)
    yield lambda source: Loaded(source, ask)
    for module in set(sys.modules) - modules:
        if module.startswith("submission"):
            del sys.modules[module]
    for name in set(linecache.cache) - lines:
        if name.startswith(("submission", "<probe")):
            del linecache.cache[name]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Set the number of threads that a candidate starts with."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
