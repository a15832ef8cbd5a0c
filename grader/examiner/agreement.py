"""Says how well two answers to one call agree: the submission's and that of another implementation.

Two exceptions agree if they have the same type and the same words. Numbers, shapes, dtypes, addresses and the names of
backward functions are not words: they depend on how the student wrote the code. Both answer the same call, so another
dtype, another version of a tensor or another name in quotes leaves a doubt: these are likely the same mistake, but not
certainly. That holds, too, for the same sizes in another order, and for two exceptions that the student's and the
author's own `raise` or `assert` raised: each has words of its own, and the type is what a contract asks for. But other
sizes mean that other tensors did not fit together, which is another mistake.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping, Sequence
from enum import IntEnum

import msgspec

from grader import wire
from grader.suites import surroundings
from grader.suites.comparisons import same_fact


class Agreement(IntEnum):
    """How well two answers agree: not at all, likely the same mistake, or in everything that a check judges."""

    NONE = 0
    LIKELY = 1
    FULL = 2


def same_observation(a: wire.Observation, b: wire.Observation | None, *, values_only: bool = False) -> bool:
    """Say whether two observations agree in everything that a check judges. Operations and warnings are not compared.

    With `values_only`, memory, objects, layout and autograd's facts are not compared; results, changed arguments and
    exceptions are.
    """
    return agreement(a, b, values_only=values_only) is not Agreement.NONE


def agreement(a: wire.Observation, b: wire.Observation | None, *, values_only: bool = False) -> Agreement:
    """Return how well two observations agree, as `same_observation` compares them."""
    if b is None or a.outcome != b.outcome:
        return Agreement.NONE
    failures = [_same_failure(a.raised, b.raised)]
    if not values_only:
        if a.backward != b.backward or a.state != b.state or bool(a.mixed_devices) != bool(b.mixed_devices):
            return Agreement.NONE
        if _edited(a) != _edited(b):
            return Agreement.NONE
        failures.append(_same_failure(a.backward_raised, b.backward_raised))
    if Agreement.NONE in failures or len(a.arguments) != len(b.arguments) or a.keywords.keys() != b.keywords.keys():
        return Agreement.NONE
    kept = ((a.result, b.result), *zip(a.arguments, b.arguments, strict=True), *_paired(a.keywords, b.keywords))
    if not all(same_fact(mine, theirs, values_only=values_only) for mine, theirs in kept):
        return Agreement.NONE
    return Agreement.LIKELY if values_only else min(failures)


def refuses_alike(a: wire.Observation, b: wire.Observation | None) -> bool:
    """Say whether two calls raised an exception of one type, whatever its words, and agree in everything else."""
    if a.raised is None or b is None or b.raised is None or a.raised.type != b.raised.type:
        return False
    return same_observation(msgspec.structs.replace(a, raised=b.raised), b)


def lacks_a_name(seen: wire.Observation) -> bool:
    """Say whether the call failed because something has no such name: a function, a variable, a module.

    Its own message says that better than the name of a mistake.
    """
    if seen.outcome == "missing":
        return True
    raised = [error for error in (seen.raised, seen.backward_raised) if error is not None]
    return any(error.type == "NameError" or "ImportError" in (error.type, *error.bases) for error in raised)


def words_of(seen: wire.Observation) -> str:
    """Return the words of the exception of a call, or "" if it raised none."""
    raised = seen.raised or seen.backward_raised
    return "" if raised is None else _words(raised)


def _same_failure(a: wire.Raised | None, b: wire.Raised | None) -> Agreement:
    """Return how well two exceptions agree.

    The sandbox must be the cause of both or of neither: for example, the error of a thread that cannot start is not the
    same mistake as another RuntimeError.
    """
    if a is None or b is None:
        return Agreement.FULL if a is b else Agreement.NONE
    if a.type != b.type or surroundings.step_for(a) != surroundings.step_for(b):
        return Agreement.NONE
    if _without(a.message, _CHANGING) == _without(b.message, _CHANGING):
        return Agreement.FULL
    if a.own and b.own:
        return Agreement.LIKELY
    mine, theirs = _words(a), _words(b)
    if _numbers(a) != _numbers(b):
        return Agreement.NONE
    if mine == theirs:
        return Agreement.LIKELY
    if not _is_about_a_name(a) and _without_names(mine) == _without_names(theirs):
        return Agreement.LIKELY
    return Agreement.NONE


_CLASSES = frozenset({*vars(builtins), "NoneType", "Tensor", "Parameter", "ndarray", "method", "generator", "function"})
_QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"|`([^`\n]*)`")
_CHANGING = (
    # torch.compile names what it cannot do, then explains it: more or less of it, by what the process did before.
    (re.compile(r"\n +Explanation: .*", re.DOTALL), ""),
    (re.compile(r"0x[0-9a-fA-F]+"), "#"),
    (re.compile(r"\b\w+Backward\d*\b"), "Backward"),
)
_DTYPES = (
    (
        re.compile(r"\b(torch\.)?(cuda|cpu)?\.?(Float|Double|Half|BFloat16|Long|Int|Short|Byte|Char|Bool)(Tensor)?\b"),
        "T",
    ),
    (re.compile(r"\b(torch\.)?(float|double|half|bfloat|long|int|short|uint)(8|16|32|64)?\b"), "T"),
)
_VERSIONS = ((re.compile(r"\bversion \d+"), "version"),)
_NUMBER = re.compile(r"[\d.]*\d[\d.]*(e[+-]?\d+)?")
_FREE = (
    *_CHANGING,
    *_DTYPES,
    (_NUMBER, "#"),
    (re.compile(r"[\[(][#T,\sx]*[\])]"), "()"),
)


def _words(raised: wire.Raised) -> str:
    """Return the words of an exception's message."""
    return _without(raised.message, _FREE)


def _numbers(raised: wire.Raised) -> list[str]:
    """Return the numbers of an exception's message, sorted, because `a + b` and `b + a` name their sizes in turn.

    What is in quotes is a name, such as the path of a temporary file.
    """
    text = _without(_QUOTED.sub("''", raised.message), (*_CHANGING, *_DTYPES, *_VERSIONS))
    return sorted(found[0].strip(".") for found in _NUMBER.finditer(text))


def _without(text: str, patterns: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, instead in patterns:
        text = pattern.sub(instead, text)
    return " ".join(text.split())


def _without_names(words: str) -> str:
    """Return the words without names in quotes. The names of Python's and PyTorch's own classes stay."""
    return _QUOTED.sub(lambda found: found[0] if found[0][1:-1] in _CLASSES else "''", words)


def _is_about_a_name(raised: wire.Raised) -> bool:
    """Say whether the name in the message is the mistake itself: an attribute, a key."""
    return not {"AttributeError", "KeyError", "NameError"}.isdisjoint((raised.type, *raised.bases))


def _edited(seen: wire.Observation) -> list[bool]:
    """Say, for each argument, whether it was edited in place, even if the old values were restored."""
    positional = zip(seen.before, seen.arguments, strict=False)
    return [_was_edited(*pair) for pair in (*positional, *_paired(seen.keywords_before, seen.keywords))]


def _was_edited(before: wire.Fact, after: wire.Fact) -> bool:
    return (
        isinstance(before, wire.TensorFact) and isinstance(after, wire.TensorFact) and before.version != after.version
    )


def _paired(a: Mapping[str, wire.Fact], b: Mapping[str, wire.Fact]) -> list[tuple[wire.Fact, wire.Fact]]:
    """Return the facts of the same names, in the order of the names."""
    return [(a[name], b[name]) for name in sorted(a.keys() & b.keys())]
