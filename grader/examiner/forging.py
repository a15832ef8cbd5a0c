"""Puts made-up answers in place of a submission's, to see which checks judge values. Only `grader verify` asks for it.

This is the one place of the examiner that knows of forgers: it wraps the function that makes a check's calls.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Collection, Mapping

import msgspec

from grader import wire
from grader.forgery.forgers import FORGERS
from grader.records import Submission
from grader.suites.candidate import Ask
from grader.suites.check_log import call_digest
from grader.suites.comparisons import same_answer

_REMEMBERED = 20_000  # answers


class Forging:
    """Who forges (`forgers`: a forger's name by student), and which calls are known to all (`known`: their digests)."""

    def __init__(self, forgers: Mapping[str, str], known: Collection[str]) -> None:
        self._forgers = forgers
        self._known = known
        self._truths: dict[tuple[str, int], wire.Observation] = {}

    def of(self, submission: Submission) -> Callable[[Ask], Ask] | None:
        """Return what makes a forging `Ask` of an honest one; `None` for a submission that answers for itself.

        All forgers of an exercise are given the same calls, so that each call is made only once.
        """
        name = self._forgers.get(submission.student)
        if name is None:
            return None
        forger = FORGERS[name](_labels(submission.source or ""))

        def wrap(ask: Ask) -> Ask:
            def forged(call: wire.Call) -> wire.Observation:
                seen = self._truth(ask, call)
                if call_digest(call) in self._known:
                    other = self._truth(ask, msgspec.structs.replace(call, seed=call.seed ^ 1))
                    if same_answer(seen, other):
                        return seen
                return forger.forge(call, seen)

            return forged

        return wrap

    def _truth(self, ask: Ask, call: wire.Call) -> wire.Observation:
        key = call_digest(call), call.seed
        if key not in self._truths:
            if len(self._truths) >= _REMEMBERED:
                self._truths.clear()
            self._truths[key] = ask(call)
        return self._truths[key]


@functools.cache  # all forgers of an exercise have the same source
def _labels(source: str) -> tuple[str, ...]:
    """Return the strings of one line that stand in a source: labels are no secret, only when to give which."""
    found = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return tuple(sorted({text for text in found if isinstance(text, str) and "\n" not in text}))
