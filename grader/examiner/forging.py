"""Replaces a submission's answers by forged ones, to find the checks that judge values. Only `grader verify` uses it.

Only this module of the examiner knows about forgers. It wraps the function that makes a check's calls.
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
    """Which answers are forged: `forgers` has the name of a forger by student.

    `known` are digests of the calls that are the same for all students.
    """

    def __init__(self, forgers: Mapping[str, str], known: Collection[str]) -> None:
        self._forgers = forgers
        self._known = known
        self._truths: dict[tuple[str, int], wire.Observation] = {}

    def of(self, submission: Submission) -> Callable[[Ask], Ask] | None:
        """Return a function that turns an honest `Ask` into a forging one, or `None` if the submission answers itself.

        All forgers of an exercise get the same calls, so each call is made only once.
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
    """Return the one-line strings in a source. These labels are not secret; only the right time to return them is."""
    found = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return tuple(sorted({text for text in found if isinstance(text, str) and "\n" not in text}))
