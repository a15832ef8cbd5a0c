"""What a student reads about an exception: the phrase that describes it, and the next step.

The sentences are in the catalog for learners.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader import wire
from grader.sentences import Sentence, Template, learner, verbatim
from grader.sentences import learner_steps as steps
from grader.suites import error_kinds, surroundings

_NEXT_STEP_BY_WRONG_CALL: tuple[tuple[str, str, Template], ...] = (
    # for exceptions that were raised before the student's first line: their type, a part of the message, the next step
    ("TypeError", "unexpected keyword argument", steps.PARAMETER_NAMES),
    ("TypeError", "positional argument", steps.PARAMETERS),
)


def as_sentence(text: str | Sentence) -> Sentence:
    """Return a text of the course as a sentence; return a sentence unchanged."""
    return verbatim(text) if isinstance(text, str) else text


def error_name(raised: wire.Raised) -> str:
    """Return the exception as Python would print it, without its traceback."""
    name = surroundings.said(raised)
    if "modified by an inplace operation:" in name:
        return name[: name.index("operation:") + len("operation")]  # the rest names internal tensors
    return name


def place_of(line: Sentence, code: str) -> Sentence:
    """Return the place of a line, with its code if that is known."""
    return learner.LINE_WITH_CODE(line=line, code=code) if code else line


def exception_of(raised: wire.Raised, where: Callable[[int], Sentence]) -> Sentence:
    """Return the exception and its place; `where` turns a line number of the source into a place for the student."""
    name = error_name(raised)
    if raised.line is None:
        return verbatim(name)
    return learner.AT(what=name, place=place_of(where(raised.line), raised.code))


def next_step_for(raised: wire.Raised, loading: Sequence[wire.Raised] = (), *, hint: str | None = None) -> Sentence:
    """Return the next step for this exception.

    `loading` are the errors that were raised while the submission was loaded. A `hint` of the check replaces every
    step, except those about the place where submissions run.
    """
    step = surroundings.step_for(raised, loading)
    if step is not None or hint is not None:
        return step or verbatim(hint or "")
    if raised.own:
        return steps.OWN_ASSERT() if raised.type == "AssertionError" else steps.OWN_RAISE()
    if raised.line is None:
        for kind, part, advice in _NEXT_STEP_BY_WRONG_CALL:
            if kind in raised.bases and part in raised.message:
                return advice()
    cause = error_kinds.cause_of(raised)
    if cause is not None:
        return cause
    return steps.OTHERWISE_ELSEWHERE() if raised.line is None else steps.OTHERWISE()


def next_step_for_warnings(warnings: Sequence[str], kind: str) -> Sentence | None:
    """Return the next step for wrong values or shapes if a warning of PyTorch explains them, else `None`."""
    if kind in ("values", "shape", "nan") and any("target size" in warning for warning in warnings):
        return steps.BROADCASTS()
    return None
