"""The sentences that students read: one voice, one next step, and advice that fits the error."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from grader.sentences import learner, verbatim
from grader.suites import feedback

META = torch.empty(3, device="meta")


def leaf() -> torch.Tensor:
    """Return a leaf that requires grad."""
    return torch.ones(2, requires_grad=True)


def backward_twice() -> None:
    """Go back through one graph two times."""
    y = (leaf() ** 2).sum()
    y.backward()
    y.backward()


def overwrite() -> None:
    """Change what backward needs."""
    y = leaf().exp()
    y += 1
    y.sum().backward()


def stopped() -> Iterator[int]:
    """Raise StopIteration inside a generator."""
    yield next(iter(()))


def recurse() -> None:
    """Call itself without end."""
    recurse()


def forgetful() -> None:
    """Make a module that never became one."""

    class Forgetful(torch.nn.Module):
        def __init__(self) -> None:
            self.layer = torch.nn.Linear(1, 1)

    Forgetful()


def load_whole_module() -> None:
    """Read a pickled module in the safe mode."""
    file = io.BytesIO()
    torch.save(torch.nn.Linear(1, 1), file)
    file.seek(0)
    torch.load(file)


def caught(does: Callable[[], Any]) -> Exception:
    """Return the exception that this raises."""
    with pytest.raises(Exception) as info:
        does()
    return info.value


# What usually causes an exception: with the errors of the torch that is installed


@pytest.mark.parametrize(
    ("does", "advice"),
    [
        (lambda: leaf().add_(1), r"a leaf that requires grad may not be changed in place.*no_grad"),
        (lambda: leaf()[0].add_(1), r"you changed a view of a leaf"),
        (overwrite, r"a tensor that was overwritten\. Make a new one"),
        (backward_twice, r"the graph is freed after one backward"),
        (lambda: torch.ones(()).backward(), r"nothing was recorded to go back through"),
        (lambda: (leaf() * 2).backward(), r"needs a 0-D result"),
        (lambda: torch.ones(3, 2).T.view(6), r"Use `reshape`"),
        (lambda: leaf().numpy(), r"Use `detach\(\)` first"),
        (lambda: torch.ones(2, 3) @ torch.ones(2, 3), r"the inner dimensions must be equal"),
        (lambda: torch.ones(3) + torch.ones(2), r"these shapes do not broadcast"),
        (lambda: torch.ones(2, 3) @ torch.ones(3, 2).double(), r"different dtypes"),
        (lambda: torch.lerp(torch.ones(2), torch.ones(2).double(), 0.5), r"different dtypes"),
        (lambda: F.nll_loss(torch.ones(1, 2), torch.ones(1)), r"class numbers are int64"),
        (lambda: torch.ones(3) + META, r"live on different devices"),
        (lambda: META.sum().item(), r"must work without reading values"),
        (lambda: bool(META.sum()), r"must work without reading values"),
        (lambda: META.tolist(), r"must work without reading values"),
        (lambda: META.numpy(), r"must work without reading values"),
        (lambda: torch.ones(3).reshape(2, 2), r"as many elements as the tensor does"),
        (lambda: torch.optim.SGD([], lr=0.1), r"the model lists no parameters"),
        (forgetful, r"begin your `__init__` with `super\(\)\.__init__\(\)`"),
        (lambda: torch.nn.Linear(1, 1).load_state_dict({}), r"are not those of this model"),
        (load_whole_module, r"Save `model\.state_dict\(\)`"),
        (lambda: torch.ones(2).sum(dim=1), r"fewer dimensions than you think"),
        (lambda: torch.stack([torch.ones(2), torch.ones(3)]), r"`stack` needs equal shapes"),
        (lambda: torch.cat([torch.ones(2, 1), torch.ones(3, 2)]), r"is `dim` the one that you mean"),
        (
            lambda: torch.ones(2, device="meta").unique(),
            r"the operation `_unique2` does not exist on the `meta` device",
        ),
        (
            lambda: torch.ones(2, device="meta").nonzero(),
            r"the operation `torch\.nonzero` does not exist on the `meta`",
        ),
        (lambda: torch.equal(*[torch.ones(2, device="meta")] * 2), r"the operation `equal` does not exist"),
        (lambda: torch.tensor([None]), r"`torch\.tensor` needs plain numbers"),
        (lambda: torch.tensor(1, requires_grad=True), r"Write 0\.0, not 0"),
        (lambda: torch.arange(3).mean(), r"Convert to a floating dtype first"),
        (lambda: torch.ones(2).grad.zero_(), r"something is None here"),  # type: ignore[union-attr]
        (lambda: (leaf() * 2).requires_grad_(False), r"can't switch `requires_grad` off"),
        (lambda: 1 if leaf() > 0 else 2, r"neither true nor false"),
        (lambda: leaf(1, 2), r"keep the parameters of the exercise's signature"),  # type: ignore[call-arg]
        (lambda: leaf(size=1), r"keep the parameter names"),  # type: ignore[call-arg]
        (lambda: undefined, r"check the spelling"),  # type: ignore[name-defined]  # noqa: F821
        (lambda: __import__("nothing_of_this_name"), r"there is no such module here"),
        (recurse, r"calls itself without end"),
        (lambda: [*stopped()], r"Raise it outside of the generator"),
        (lambda: torch.empty(10**15), r"larger than the memory"),
        (lambda: {}["x"], r"read the message from its end"),
    ],
)
def test_the_advice_fits_the_error(raised: Any, does: Callable[[], Any], advice: str) -> None:
    """Each error that learners meet has its own next step, recognised by the words of this torch."""
    assert re.search(advice, str(feedback.next_step_for(raised(caught(does)))))


@pytest.mark.parametrize("keyword", [{}, {"size": 1}])
def test_inside_the_students_file_a_wrong_call_is_not_about_the_signature(raised: Any, keyword: dict[str, int]) -> None:
    """A wrong call inside the student's file gets no advice about the signature of the exercise."""
    error = caught(lambda: leaf(*([] if keyword else [1]), **keyword))
    assert feedback.next_step_for(raised(error, line=3, code="y = leaf(1)")) == feedback.next_step_for(
        raised(ValueError("anything else"), line=3, code="y = leaf(1)")
    )


def test_a_line_is_only_spoken_of_where_one_is_shown(raised: Any) -> None:
    """An error that was raised after the student's code has no line, and the next step names none."""
    shown, not_shown = (str(feedback.next_step_for(raised(KeyError("x"), line=line, code=""))) for line in (3, None))
    assert "on that line" in shown and "on that line" not in not_shown


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


def test_a_kind_of_error_comes_before_the_kinds_that_contain_it() -> None:
    """No row of the table hides a later, more special one."""
    rows = feedback._NEXT_STEP_BY_ERROR
    for i, (kind, part, _) in enumerate(rows):
        for earlier_kind, earlier_part, _ in rows[:i]:
            assert (earlier_kind, earlier_part in part) != (kind, True), f"{part!r} is never reached"


def test_a_warning_of_broadcasting_is_the_next_step() -> None:
    """If values or shapes are wrong and PyTorch has warned of broadcasting, that is the next step."""
    with pytest.warns(UserWarning) as warned:
        F.mse_loss(torch.ones(3, 1), torch.ones(3))
    said = [str(warning.message) for warning in warned]
    assert "(N, 1) against (N,) broadcasts to (N, N)" in str(feedback.next_step_for_warnings(said, "values"))
    assert feedback.next_step_for_warnings(said, "none") is None
    assert feedback.next_step_for_warnings(["another"], "values") is None
