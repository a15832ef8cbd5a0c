"""The sentences that students read: one voice, one next step, and advice that fits the error."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from grader.sentences import learner, verbatim
from grader.suites import feedback


def leaf() -> torch.Tensor:
    """Return a leaf that requires grad."""
    return torch.ones(2, requires_grad=True)


def caught(does: Callable[[], Any]) -> Exception:
    """Return the exception that this raises."""
    with pytest.raises(Exception) as info:
        does()
    return info.value


# What usually causes an exception (test_error_kinds.py has each kind)


@pytest.mark.parametrize(
    ("does", "advice"),
    [
        (lambda: leaf(1, 2), r"keep the parameters of the exercise's signature"),  # type: ignore[call-arg]
        (lambda: leaf(size=1), r"keep the parameter names"),  # type: ignore[call-arg]
        (lambda: __import__("nothing_of_this_name"), r"there is no such module here"),
        (lambda: (5).to_bytes(0, "big"), r"the message says what could not be done"),
    ],
)
def test_an_error_before_the_students_first_line_has_its_advice(
    raised: Any, does: Callable[[], Any], advice: str
) -> None:
    """A wrong call of the task is about its signature; other errors have their own advice, or that of every error."""
    assert re.search(advice, str(feedback.next_step_for(raised(caught(does)))))


@pytest.mark.parametrize("keyword", [{}, {"size": 1}])
def test_inside_the_students_file_a_wrong_call_is_not_about_the_signature(raised: Any, keyword: dict[str, int]) -> None:
    """A wrong call inside the student's file gets no advice about the signature of the exercise."""
    error = caught(lambda: leaf(*([] if keyword else [1]), **keyword))
    assert "signature" not in str(feedback.next_step_for(raised(error, line=3, code="y = leaf(1)")))


def test_a_line_is_only_spoken_of_where_one_is_shown(raised: Any) -> None:
    """An error that was raised after the student's code has no line, and the next step names none."""
    shown, not_shown = (str(feedback.next_step_for(raised(Exception("x"), line=line, code=""))) for line in (3, None))
    assert "this line" in shown and "line" not in not_shown


def test_the_advice_does_not_depend_on_where_it_was(raised: Any) -> None:
    """An error with a line in the student's file gets the usual advice too."""
    error = caught(lambda: bool(leaf()))
    assert "neither true nor false" in str(feedback.next_step_for(raised(error, line=3, code="if x:")))


def test_an_exception_that_derives_from_a_known_one_has_its_advice(raised: Any) -> None:
    """A derived exception gets the advice of its base class."""

    class Own(RecursionError):
        pass

    assert "calls itself" in str(feedback.next_step_for(raised(Own("x"))))


def test_what_a_learner_raised_is_not_explained_as_torchs(raised: Any) -> None:
    """The student's own `raise` gets no advice about torch, even if its message is like one of torch's."""
    error = raised(RuntimeError("same device, does not require grad"), line=3, code="raise ...", own=True)
    assert "your own `raise`" in str(feedback.next_step_for(error))
    assert "your own `assert`" in str(
        feedback.next_step_for(raised(AssertionError(), line=3, code="assert x", own=True))
    )
    assert feedback.next_step_for(error, hint="halve it.") == verbatim("halve it.")


def test_a_name_that_gets_its_value_too_late_is_not_misspelt(raised: Any) -> None:
    """An UnboundLocalError has its own advice, although it is a NameError."""
    assert "only later" in str(feedback.next_step_for(raised(UnboundLocalError("x"))))


# Putting messages together


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ValueError("no."), "ValueError: no"),
        (ValueError(""), "ValueError"),
        (ValueError("first\nsecond"), "ValueError: first"),
        (ValueError("\n  spread\nout"), "ValueError: spread"),
        (KeyError("x"), "KeyError: 'x'"),
        (
            RuntimeError("one of the variables has been modified by an inplace operation: [torch.FloatTensor [3]]."),
            "RuntimeError: one of the variables has been modified by an inplace operation",
        ),
        (ValueError("x" * 999), "ValueError: " + "x" * 300),
    ],
)
def test_an_exception_is_named_in_one_line(raised: Any, error: Exception, name: str) -> None:
    """An exception is shown as its type and the first line of its message, without a full stop."""
    assert feedback.error_name(raised(error)) == name


@pytest.mark.parametrize(
    ("line", "code", "text"),
    [
        (3, "x = y", "ValueError: no at line 3, `x = y`"),
        (3, "", "ValueError: no at line 3"),
        (None, "", "ValueError: no"),
    ],
)
def test_an_exception_has_its_place(raised: Any, line: int | None, code: str, text: str) -> None:
    """An exception is shown with its line and the code on it, as far as they are known."""
    error = raised(ValueError("no."), line=line, code=code)
    assert str(feedback.exception_of(error, lambda line: learner.LINE(line=line))) == text


def test_a_warning_of_broadcasting_is_the_next_step() -> None:
    """If values or shapes are wrong and PyTorch has warned of broadcasting, that is the next step."""
    with pytest.warns(UserWarning) as warned:
        F.mse_loss(torch.ones(3, 1), torch.ones(3))
    said = [str(warning.message) for warning in warned]
    assert "(N, 1) against (N,) broadcasts to (N, N)" in str(feedback.next_step_for_warnings(said, "values"))
    assert feedback.next_step_for_warnings(said, "none") is None
    assert feedback.next_step_for_warnings(["another"], "values") is None
