"""Every question about a call passes, or ends the check with a message for the student."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from endings import ended, said, says

from grader import wire
from grader.sentences import learner_python_errors, verbatim
from grader.sentences import learner_steps as steps
from grader.suites import Observed, feedback
from grader.suites.outcomes import SuiteError

ONES = torch.ones(2)


def leaf(*, grad: torch.Tensor | None = None) -> torch.Tensor:
    """Return a leaf that requires grad."""
    x = torch.ones(2, requires_grad=True)
    x.grad = grad
    return x


# Results and arguments


def test_arguments_are_named_by_their_place(see: Any) -> None:
    """Arguments are named by their position, unless the suite names them."""
    seen: Observed = see(given=[ONES, 2])
    assert [str(argument.name) for argument in seen.arguments()] == ["argument 1", "argument 2"]
    assert seen.argument(1, "rate").name == "rate"


def test_arguments_are_named_as_in_the_signature(see: Any) -> None:
    """Arguments have the signature's names, if known; a name from the suite comes first."""
    seen: Observed = see(given=[ONES, 2, 3], names=("x", "rate"))
    assert [str(argument.name) for argument in seen.arguments()] == ["x", "rate", "argument 3"]
    assert seen.argument(0, "y").name == "y"


def test_a_named_argument_names_itself_when_it_fails(see: Any) -> None:
    """Both lines begin with the argument's name."""
    says(lambda: see(given=[ONES]).argument(0, "x").shape(3), "x: shape (3,)", "x: shape (2,)")


def test_a_torn_answer_is_told(see: Any) -> None:
    """An observation without its arguments is a wrong answer."""
    says(
        lambda: see(given=[ONES], arguments=[]).argument(0),
        "a complete answer",
        "an answer that is incomplete or contradicts itself",
    )


@pytest.mark.parametrize("given", [ONES, np.ones(2)])
@pytest.mark.parametrize("before", [(), (None,)])
def test_a_forged_before_is_torn(see: Any, given: object, before: tuple[wire.Fact, ...]) -> None:
    """A missing or forged `before` is a wrong answer and does not break the check."""
    seen: Observed = see(given=[given])
    seen.observation = msgspec.structs.replace(seen.observation, before=before)
    says(seen.unchanged, "a complete answer", "an answer that is incomplete or contradicts itself")
    says(lambda: seen.unchanged(0), "a complete answer", "an answer that is incomplete or contradicts itself")


def test_memory_is_not_judged_without_what_was_before(see: Any) -> None:
    """Without `before` memory is not judged, and the check does not break."""
    seen: Observed = see(given=[ONES])
    seen.observation = msgspec.structs.replace(seen.observation, before=())
    says(lambda: seen.same_memory(0), "a complete answer", "an answer that is incomplete or contradicts itself")


def test_an_exception_without_its_facts_is_torn(see: Any) -> None:
    """An exception without its facts is a wrong answer."""
    says(
        lambda: see(outcome="raised").result, "a complete answer", "an answer that is incomplete or contradicts itself"
    )


@pytest.mark.parametrize("question", [lambda s: s.result, lambda s: s.argument(0), lambda s: s.returned()])
def test_a_call_that_raised_has_no_result(see: Any, raised: Any, question: Callable[[Observed], object]) -> None:
    """Asking for the result of a call that raised ends the check with the exception, its place and its usual cause."""
    error = raised(
        RuntimeError("a leaf Variable that requires grad is being used in an in-place operation."),
        line=3,
        code="x -= 1",
    )
    seen = see(given=[ONES], raised=error)
    end = ended(lambda: question(seen), status="error")
    assert said(end) == (
        "f(x)\nexpected: a result\ngot: RuntimeError: a leaf Variable that requires grad is being used in an in-place "
        "operation at line 3, `x -= 1`"
    )
    assert end.feedback.next_step == feedback.next_step_for(error)


def test_arguments_after_an_exception_can_be_asked(see: Any, raised: Any) -> None:
    """Arguments can be judged after an exception."""
    see(given=[ONES], raised=raised(ValueError("no"))).argument_after(0).values(ONES)


# raises


def test_the_exception_asked_for_holds(see: Any, raised: Any) -> None:
    """An expected exception passes, also as one of several."""
    seen: Observed = see(raised=raised(ValueError("no")))
    assert seen.raises("TypeError", "ValueError") is seen


def test_an_exception_derived_from_it_holds(see: Any, raised: Any) -> None:
    """A derived exception passes: IndexError is a LookupError."""
    see(raised=raised(IndexError("no"))).raises("LookupError")


def test_another_exception_is_told(see: Any, raised: Any) -> None:
    """Another exception is shown with its place."""
    seen = see(raised=raised(TypeError("bad."), line=2, code="f(y)"))
    says(
        lambda: seen.raises("ValueError", "KeyError"),
        "ValueError or KeyError is raised",
        "TypeError: bad at line 2, `f(y)`",
        "raises",
    )


def test_an_exception_it_derives_from_is_another(see: Any, raised: Any) -> None:
    """A base class does not pass: a bare Exception is no ValueError."""
    ended(lambda: see(raised=raised(Exception("no"))).raises("ValueError"))


def test_no_exception_is_told(see: Any) -> None:
    """If no exception was raised, the message shows the result."""
    says(lambda: see(2.0).raises("ValueError"), "ValueError is raised", "2.0 was returned", "raises")


# unchanged


def left(fact: Any, value: object, **changes: Any) -> list[Any]:
    """Return the argument after a call: the first object in its own memory, with these changes."""
    return [fact(value, **{"object": 0, "storage": 0, **changes})]


def test_arguments_left_alone_are_unchanged(see: Any) -> None:
    """Unchanged tensors, arrays, intermediate results and meta tensors pass, and so do numbers."""
    given = [ONES, np.ones(2), leaf() * 2, torch.empty(2, device="meta"), 3, torch.tensor([math.nan])]
    seen: Observed = see(given=given)
    assert seen.unchanged() is seen


def test_keyword_arguments_left_alone_are_unchanged(see: Any) -> None:
    """`unchanged` compares positional and keyword arguments, and ignores numbers."""
    seen: Observed = see(given=[ONES], given_keywords={"w": ONES, "a": np.ones(2), "lr": 0.1})
    assert seen.unchanged() is seen and seen.unchanged("w", "a", 0) is seen


@pytest.mark.parametrize("which", [(), ("w",), (0, "w")])
def test_a_changed_keyword_argument_is_shown(see: Any, fact: Any, which: tuple[int | str, ...]) -> None:
    """A changed keyword argument is shown under its own name."""
    changed = {"w": fact(ONES + 1, object=50, storage=50, version=1)}
    seen = see(given=[ONES], given_keywords={"w": ONES}, keywords=changed)
    says(
        lambda: seen.unchanged(*which),
        "w: left as it was, tensor([1., 1.])",
        "w: tensor([2., 2.])",
        "modified",
    )


@pytest.mark.parametrize("part", ["keywords", "keywords_before"])
def test_an_answer_without_a_keyword_argument_is_torn(see: Any, part: str) -> None:
    """An answer that lacks a keyword argument is wrong, and does not break the check."""
    seen: Observed = see(given_keywords={"w": ONES})
    seen.observation = msgspec.structs.replace(seen.observation, **{part: {}})
    says(seen.unchanged, "a complete answer", "an answer that is incomplete or contradicts itself")


def test_only_what_can_change_may_be_asked_for_by_keyword(see: Any) -> None:
    """Asking whether a float is unchanged is an error of the suite, because it always is."""
    with pytest.raises(SuiteError, match=r"Cannot compare argument 'lr' of f\(x\): it is no tensor"):
        see(given_keywords={"lr": 0.1}).unchanged("lr")


def test_a_gradient_may_change(see: Any, fact: Any) -> None:
    """A changed `.grad` passes `unchanged`."""
    see(given=[leaf()], arguments=left(fact, leaf(grad=torch.ones(2)))).unchanged()


def test_changed_values_are_shown(see: Any, fact: Any) -> None:
    """Changed values are shown before and after the call."""
    seen = see(given=[ONES], arguments=left(fact, ONES + 1, version=1))
    says(
        lambda: seen.unchanged(),
        "argument 1: left as it was, tensor([1., 1.])",
        "argument 1: tensor([2., 2.])",
        "modified",
    )


def test_the_smallest_change_is_one(see: Any, fact: Any) -> None:
    """The smallest change fails, without tolerance, even if the version does not count it (as with `.data`)."""
    ended(lambda: see(given=[ONES], arguments=left(fact, ONES + 1e-6)).unchanged())


def test_an_edit_that_was_put_back_is_told(see: Any, fact: Any) -> None:
    """An edit that was undone fails, because the version has grown."""
    seen = see(given=[ONES], arguments=left(fact, ONES, version=2))
    says(
        lambda: seen.unchanged(),
        "argument 1: left as it was",
        "argument 1: edited in place by your function (and put back)",
        "modified",
    )


@pytest.mark.parametrize(("before", "after", "flag"), [(ONES, leaf(), True), (leaf(), ONES, False)])
def test_a_flip_of_requires_grad_is_told(
    see: Any, fact: Any, before: torch.Tensor, after: torch.Tensor, flag: bool
) -> None:
    """A changed `requires_grad` fails in both directions."""
    seen = see(given=[before], arguments=left(fact, after))
    says(
        lambda: seen.unchanged(),
        f"argument 1: requires_grad stays {not flag}",
        f"argument 1: requires_grad is {flag}",
        "modified",
    )


def test_other_memory_is_told(see: Any, fact: Any) -> None:
    """The same values in other memory fail: `x.data = x.data.clone()`."""
    seen = see(given=[ONES], arguments=left(fact, ONES, storage=9))
    says(
        lambda: seen.unchanged(),
        "argument 1: left in the memory where it was",
        "argument 1: moved to other memory by your function",
        "modified",
    )


@pytest.mark.parametrize("after", [torch.ones(1, 2), torch.ones(2, dtype=torch.float64), torch.ones(2, device="meta")])
def test_another_shape_dtype_or_device_is_told(see: Any, fact: Any, after: torch.Tensor) -> None:
    """Another shape, dtype or device fails, even with the same elements."""
    end = ended(lambda: see(given=[ONES], arguments=left(fact, after)).unchanged())
    assert "expected: argument 1: shape, dtype and device as they were" in said(end)


def test_a_cut_graph_is_told(see: Any, fact: Any) -> None:
    """A result that became a leaf fails: `x.detach_().requires_grad_()`."""
    seen = see(given=[leaf() * 1], arguments=left(fact, leaf()))
    says(lambda: seen.unchanged(), "argument 1: its graph as it was", "argument 1: a graph that your function changed")


def test_a_tensor_that_became_something_else_is_told(see: Any) -> None:
    """A tensor argument that is no tensor afterwards is a forged answer and fails."""
    says(
        lambda: see(given=[ONES], arguments=[3]).unchanged(),
        "argument 1: a tensor",
        "argument 1: 3, which is a Python int and not a tensor",
    )


@pytest.mark.parametrize(
    "after", [np.array([1.0, 2.0]), np.ones((1, 2)), np.ones(2).view(np.int64), torch.ones(2), None]
)
def test_a_changed_array_is_told(see: Any, fact: Any, after: object) -> None:
    """An array with another element, shape or dtype fails."""
    seen = see(given=[np.ones(2)], arguments=[fact(after)])
    says(lambda: seen.unchanged(), "argument 1: left as it was", "argument 1: changed by your function", "modified")


def test_only_the_arguments_asked_for_count(see: Any, fact: Any) -> None:
    """Only the arguments with the given indices are judged."""
    seen: Observed = see(given=[ONES, ONES], arguments=[*left(fact, ONES), fact(ONES + 1, object=1, storage=1)])
    seen.unchanged(0)
    ended(lambda: seen.unchanged(1))


@pytest.mark.parametrize("given", [[ONES], (ONES, 2), {"w": ONES}, 3])
def test_what_cannot_be_compared_is_the_suites_fault(see: Any, given: object) -> None:
    """Asking whether a list is unchanged is an error of the suite, because it would always pass."""
    with pytest.raises(
        SuiteError, match=r"Cannot compare argument 1 of f\(x\): it is no tensor, array or module\. .*probe"
    ):
        see(given=[given], arguments=[given]).unchanged(0)


# same_memory


def test_the_same_memory_holds(see: Any, fact: Any) -> None:
    """New values in the old memory pass, and the argument is returned."""
    seen: Observed = see(given=[ONES], arguments=left(fact, ONES + 1, version=1))
    seen.same_memory(0, "x").values(ONES + 1)


def test_moved_memory_is_told(see: Any, fact: Any) -> None:
    """New values in new memory fail."""
    seen = see(given=[ONES], arguments=left(fact, ONES + 1, storage=9))
    says(lambda: seen.same_memory(0, "x"), "x: updated in the memory it had", "x: moved to other memory", "not_shared")


# Backward and global state


def test_backward_that_ran_holds(see: Any) -> None:
    """After backward has run, gradients can be judged."""
    seen: Observed = see(leaf() * 2, backward="ran")
    assert seen.ran_backward() is seen


def test_backward_that_raised_is_told(see: Any, raised: Any) -> None:
    """An error in backward is shown with its usual cause."""
    error = raised(RuntimeError("one of the variables ... has been modified by an inplace operation: x."))
    end = ended(lambda: see(leaf() * 2, backward="raised", backward_raised=error).ran_backward())
    assert said(end) == (
        "f(x)\nexpected: the gradients\n"
        "got: RuntimeError: one of the variables ... has been modified by an inplace operation"
    )
    assert end.feedback.next_step == feedback.next_step_for(error)


@pytest.mark.parametrize(
    ("result", "shown", "step"),
    [
        (ONES, "tensor([1., 1.]), which is attached to no graph", "attached"),
        (2.0, "2.0, which is attached to no graph", "attached"),
        (None, "None", "none"),
    ],
)
def test_backward_that_was_impossible_is_told(see: Any, result: object, shown: str, step: str) -> None:
    """A result without a graph fails `ran_backward`."""
    seen = see(result, backward="impossible")
    says(lambda: seen.ran_backward(), "a tensor to run backward from", shown, step)


def test_backward_after_an_exception_is_about_the_exception(see: Any, raised: Any) -> None:
    """If the call itself raised, the message is about that exception."""
    ended(lambda: see(raised=raised(ValueError("no"))).ran_backward(), status="error")


def test_backward_that_nobody_asked_for_is_the_suites_fault(see: Any) -> None:
    """Asking about backward without requesting it is an error of the suite."""
    with pytest.raises(SuiteError, match=r"Cannot tell .* f\(x\): .*with_backward\(\)"):
        see(leaf() * 2).ran_backward()


def test_kept_state_holds(see: Any) -> None:
    """Unchanged global state passes, and so does a change that the suite allows."""
    see().state_kept()
    see(state=wire.GlobalState(changed=("the generator of torch",))).state_kept("the generator of torch")


def test_changed_state_is_told(see: Any) -> None:
    """Every changed setting is named."""
    seen = see(state=wire.GlobalState(changed=("gradient recording", "the default dtype")))
    says(
        lambda: seen.state_kept(),
        "global settings as they were",
        "gradient recording and the default dtype changed",
        "state",
    )


@pytest.mark.parametrize(
    ("names", "count"), [((), 5), (("aten::mm",), 3), (("aten::mm", "aten::add"), 5), (("aten::exp",), 0)]
)
def test_operations_are_counted(see: Any, names: Sequence[str], count: int) -> None:
    """All operations, or the named ones, are counted."""
    assert see(operations={"aten::mm": 3, "aten::add": 2}).operations(*names) == count


# The next step


def test_the_suites_hint_is_the_next_step(see: Any) -> None:
    """The suite's hint replaces the usual next step."""
    assert ended(lambda: see(2.0, hint="halve it.").result.number(1.0)).feedback.next_step == verbatim("halve it.")


def test_a_question_that_knows_better_beats_the_hint(see: Any) -> None:
    """A question with a certain next step ignores the hint."""
    end = ended(lambda: see(torch.tensor(1.0), hint="halve it.").result.number())
    assert end.feedback.next_step == steps.ITEM()


def test_a_forgotten_return_beats_the_hint(see: Any) -> None:
    """A forgotten `return` has its own next step instead of the hint."""
    assert ended(lambda: see(None, hint="halve it.").result.number()).feedback.next_step == steps.BY_KIND["none"]()


def test_a_hint_is_the_next_step_after_an_error_of_torch(see: Any, raised: Any) -> None:
    """The hint is the next step after an error of torch, but not after other exceptions."""
    for error, step in (
        (RuntimeError("no"), verbatim("halve it.")),
        (NameError("no"), learner_python_errors.MISSPELT()),
    ):
        seen = see(raised=raised(error), hint="halve it.")
        assert ended(seen.returned, status="error").feedback.next_step == step


def test_a_hint_is_the_next_step_after_ones_own_raise(see: Any, raised: Any) -> None:
    """The hint is the next step after the student's own `raise`."""
    seen = see(raised=raised(ValueError("no"), line=3, code="raise ValueError('no')", own=True), hint="halve it.")
    assert ended(seen.returned, status="error").feedback.next_step == verbatim("halve it.")


def test_a_suite_may_give_its_own_next_step(see: Any) -> None:
    """A suite can give its own next step for a question."""
    end = ended(lambda: see(1).fails("a", "b", "values", next_step="think."))
    assert str(end.feedback) == "f(x)\nexpected: a\ngot: b\nNext: think."


def test_every_question_has_its_next_step() -> None:
    """Every kind of next step is used by a question, except the one for comparisons."""
    room = Path(feedback.__file__).parent
    questions = "".join(
        (room / name).read_text(encoding="utf-8") for name in ("observed.py", "value.py", "accessors.py")
    )
    assert set(steps.BY_KIND) <= {*re.findall(r'"(\w+)"', questions), "nan"}
