"""Warnings are ignored for one thread at a time."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from threading import Event

import pytest

from grader.submissions import content_of
from grader.submissions.quiet import no_warnings


def test_a_warning_inside_the_block_is_ignored() -> None:
    """A warning inside the block is ignored, even where warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with no_warnings():
            warnings.warn("careful", UserWarning, stacklevel=1)
        with pytest.raises(UserWarning, match="careful"):
            warnings.warn("careful", UserWarning, stacklevel=1)


def test_blocks_of_two_threads_do_not_overlap() -> None:
    """A second thread waits until the first has left the block; then the warning filters are restored."""
    before, inside, leave = list(warnings.filters), Event(), Event()

    def second() -> None:
        with no_warnings():
            inside.set()
            leave.wait(10)

    with ThreadPoolExecutor(1) as thread:
        with no_warnings():
            done = thread.submit(second)
            entered_early = inside.wait(0.3)
        leave.set()
        done.result(10)
    assert not entered_early
    assert list(warnings.filters) == before


def test_a_digest_waits_for_its_turn() -> None:
    """The digest of a submission uses such a block, so it waits for another thread's block."""
    with ThreadPoolExecutor(1) as thread:
        with no_warnings():
            digest = thread.submit(content_of, "x = 1 is 1\n")
            with pytest.raises(StillRunning):
                digest.result(0.3)
        assert digest.result(10) == content_of("x = 1 is 1\n")
