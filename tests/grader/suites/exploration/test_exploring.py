"""Exploring finds programs in which a submission differs, and shows the simplest one."""

from __future__ import annotations

import pytest
from exploration_here import tried

from grader.suites.check_log import CheckLog
from grader.suites.exploration.pick import Pick
from grader.suites.outcomes import CheckEnded, SuiteError

DOUBLE = "def f(x):\n    return 2 * x"


def any_tensor(pick: Pick) -> None:
    """Double any tensor."""
    pick.call(f"f({pick.tensor('x', pick.shape(), dtypes=('float32', 'int64'), grad='maybe')})")


def feedback(*arguments: object, **promises: object) -> str:
    """Return the feedback of a submission that differs."""
    with pytest.raises(CheckEnded) as caught:
        tried(*arguments, **promises)  # type: ignore[arg-type]
    return str(caught.value.feedback)


def test_code_that_does_the_same_passes() -> None:
    """Adding a tensor to itself doubles it in every program."""
    log = tried(any_tensor, DOUBLE, "def f(x):\n    return x + x")
    assert len(log.runs) == 30 and all(run.got is not None for run in log.runs)
    assert log.exchanges == []


def test_a_rare_mistake_is_found_and_shown_in_its_simplest_form() -> None:
    """A result that is wrong for more than two rows is shown with three of them, and with zeros as far as it can be."""
    wrong = "def f(x):\n    return 2 * x if x.dim() < 2 or len(x) < 3 else 2 * x + 1"
    assert feedback(any_tensor, DOUBLE, wrong).splitlines()[:4] == [
        "x = torch.tensor([[0], [0], [0]])",
        "result = f(x)",
        "expected: tensor([[0], [0], [0]])",
        "got: tensor([[1], [1], [1]])",
    ]


def test_shrinking_keeps_the_kind_of_difference() -> None:
    """A wrong value for several elements is shown, not the other mistake, which is a wrong dtype for one element."""
    wrong = "def f(x):\n    return 2 * x + 1 if x.numel() > 3 else 2 * x.double() if x.numel() == 1 else 2 * x"
    shown = {feedback(any_tensor, DOUBLE, wrong, seed=seed) for seed in (1, 2, 3)}
    assert all("dtype" in text or "tensor([1., 1., 1., 1.])" in text for text in shown)


def test_an_exception_is_shown_with_its_place() -> None:
    """What the submission raises is shown with the student's line, beside what the reference returns."""
    text = feedback(any_tensor, DOUBLE, "def f(x):\n    return x / None")
    assert "expected: tensor(" in text
    assert "TypeError" in text and "line 4, `return x / None`" in text


def test_an_edited_argument_is_found_by_its_name() -> None:
    """A submission that doubles in place returns the right values; `x` shows what is wrong."""
    edited = feedback(any_tensor, DOUBLE, "def f(x):\n    return x.detach().mul_(2)")
    assert "\nexpected: x, afterwards: tensor([" in edited and "\ngot: x, afterwards: tensor([" in edited


def test_a_fact_has_the_name_of_its_value() -> None:
    """A shape alone would not say of what it is."""
    assert "\ngot: result: shape (1," in feedback(any_tensor, DOUBLE, "def f(x):\n    return 2 * x[None]")
    assert "\ngot: result: memory shared with x" in feedback(
        any_tensor, "def f(x):\n    return x + 0", "def f(x):\n    return x"
    )


def test_programs_without_a_declared_exception_are_left_out() -> None:
    """Where the reference raises ValueError and the domain does not declare it, the submission may do anything."""
    reference = "def f(x):\n    if x.dim() == 2:\n        raise ValueError\n    return 2 * x"
    log = tried(any_tensor, reference, "def f(x):\n    return 2 * x")
    assert 0 < sum(run.got is None for run in log.runs) < 30
    text = feedback(any_tensor, reference, "def f(x):\n    return 2 * x", raises=("ValueError",))
    assert "expected: ValueError is raised" in text and "was returned" in text


def test_a_derived_exception_is_as_good_as_the_declared_one() -> None:
    """A subclass of the declared exception passes."""
    reference = "def f(x):\n    raise ValueError"
    own = "class Mine(ValueError):\n    pass\n\n\ndef f(x):\n    raise Mine"
    assert tried(any_tensor, reference, own, raises=("ValueError",)).runs


def test_a_domain_without_a_legal_program_is_at_fault() -> None:
    """If the reference raises an undeclared exception in every program, the error names one of them."""
    with pytest.raises(
        SuiteError, match="Cannot explore 'f': the reference raises an error in every program"
    ) as caught:
        tried(any_tensor, "def f(x):\n    raise KeyError", DOUBLE)
    assert "result = f(x)" in str(caught.value)


def test_several_programs_are_evidence_for_a_mistake() -> None:
    """The log has programs that differ and programs that do not, so that a mistake must explain all of them."""
    log = CheckLog()
    with pytest.raises(CheckEnded):
        tried(any_tensor, DOUBLE, "def f(x):\n    return 2 * x if x.dim() < 2 else 2 * x + 1", log=log)
    assert 4 <= len(log.exchanges) <= 7


def test_the_same_submission_gets_the_same_feedback() -> None:
    """Drawing and shrinking have no chance in them."""
    wrong = "def f(x):\n    return 2 * x if x.numel() < 4 else 2 * x + 1"
    assert feedback(any_tensor, DOUBLE, wrong) == feedback(any_tensor, DOUBLE, wrong)


def test_a_todo_ends_the_check_as_not_attempted() -> None:
    """A stub is not compared."""
    with pytest.raises(CheckEnded) as caught:
        tried(any_tensor, DOUBLE, "def f(x):\n    raise NotImplementedError")
    assert caught.value.status == "not_attempted"


def test_a_submission_that_answers_at_random_fails() -> None:
    """What differed once is shown, even if the same program would not differ again."""
    random = "import itertools\nn = itertools.count()\n\n\ndef f(x):\n    return 2 * x if next(n) % 7 else 2 * x + 1"
    assert "expected: tensor(" in feedback(any_tensor, DOUBLE, random)


def test_an_empty_tensor_is_shown_only_where_it_is_needed() -> None:
    """Where a tensor with elements shows the same mistake, it is shown, and both programs are evidence for it."""

    def build(pick: Pick) -> None:
        pick.call(f"f({pick.tensor('x', pick.of((2,), (0,)), low=0, high=0.25, layouts=False)})", no_grad=False)

    log = CheckLog()
    refused = "def f(x):\n    if not x.any():\n        raise ValueError\n    return 2 * x"
    with pytest.raises(CheckEnded) as caught:
        tried(build, DOUBLE, refused, log=log)
    assert str(caught.value.feedback).splitlines()[0] == "x = torch.tensor([0.0, 0.0])"
    programs = [str(exchange.call.probe) for exchange in log.exchanges]
    assert "torch.empty" in programs[0] and "torch.tensor([0.0, 0.0])" in programs[1]
    only_empty = "def f(x):\n    if not len(x):\n        raise ValueError\n    return 2 * x"
    assert feedback(build, DOUBLE, only_empty).startswith("x = torch.empty((0,))")
