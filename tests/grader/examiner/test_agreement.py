"""Two answers to one call agree in what a check judges, and two exceptions in their types and words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from grader import wire
from grader.examiner.agreement import Agreement, agreement, lacks_a_name, same_observation

PLAIN = torch.ones(2)


def answer(result: Any = None, **fields: Any) -> wire.Observation:
    """Return the observation of a call that returned."""
    return wire.Observation(nonce=0, **{"outcome": "returned", "result": result, **fields})


def failure(error: wire.Raised, **fields: Any) -> wire.Observation:
    """Return the observation of a call that raised."""
    return wire.Observation(nonce=0, outcome="raised", raised=error, **fields)


@pytest.mark.parametrize(
    "unjudged",
    [
        {"operations": {"aten::add": 1}},
        {"functions": {"add": 1}},
        {"warnings": ("careful",)},
    ],
)
def test_what_no_check_judges_makes_no_difference(unjudged: dict[str, Any]) -> None:
    """Operations, functions and warnings may differ."""
    assert same_observation(answer(1), answer(1, **unjudged))


@pytest.mark.parametrize(
    "judged",
    [
        {"backward": "ran"},
        {"state": wire.GlobalState(changed=("the default dtype",))},
        {"mixed_devices": ("aten::add",)},
        {"backward_raised": wire.Raised(type="RuntimeError", bases=(), message="", line=None, code="")},
    ],
)
def test_backward_state_and_devices_make_a_difference(judged: dict[str, Any]) -> None:
    """Backward, state and devices make a difference, unless only values are compared."""
    assert not same_observation(answer(1), answer(1, **judged))
    assert same_observation(answer(1), answer(1, **judged), values_only=True)


def test_an_edit_that_was_put_back_makes_a_difference(fact: Any) -> None:
    """An undone edit makes a difference, whatever the count, unless only values are compared."""
    kept, edited, often = (
        answer(before=(fact(PLAIN),), arguments=(fact(PLAIN, version=version),)) for version in (0, 1, 4)
    )
    assert same_observation(edited, often) and not same_observation(kept, edited)
    assert same_observation(kept, edited, values_only=True)


@pytest.mark.parametrize("values_only", [False, True])
def test_results_and_arguments_make_a_difference(values_only: bool) -> None:
    """Results and arguments make a difference, even if only values are compared."""
    assert same_observation(answer(1, arguments=(2,)), answer(1, arguments=(2,)), values_only=values_only)
    for other in (answer(3, arguments=(2,)), answer(1, arguments=(3,)), answer(1), None):
        assert not same_observation(answer(1, arguments=(2,)), other, values_only=values_only)


@pytest.mark.parametrize("values_only", [False, True])
def test_exceptions_make_a_difference_by_their_type_and_their_words(raised: Any, values_only: bool) -> None:
    """Exceptions differ by type and words, not by their place."""
    error = failure(raised(ValueError("no"), line=3))
    assert same_observation(error, failure(raised(ValueError("no"), line=9)), values_only=values_only)
    for other in (failure(raised(TypeError("no"))), failure(raised(ValueError("never"))), answer(None)):
        assert not same_observation(error, other, values_only=values_only)


@pytest.mark.parametrize("values_only", [False, True])
def test_what_the_surroundings_refuse_is_another_error(
    raised: Callable[..., wire.Raised], *, values_only: bool
) -> None:
    """An error caused by the sandbox does not match a misconception with the same type of error."""
    threads = failure(raised(RuntimeError("can't start new thread"), line=3))
    gradient = failure(raised(RuntimeError("element 0 of tensors does not require grad"), line=3))
    assert same_observation(threads, threads, values_only=values_only)
    assert not same_observation(threads, gradient, values_only=values_only)
    assert not same_observation(gradient, threads, values_only=values_only)


def test_keyword_arguments_make_a_difference(fact: Any) -> None:
    """Arguments that were given by name are compared like the others: their values, their names and edits of them."""
    one, two = (answer(keywords={"x": value}) for value in (1, 2))
    assert same_observation(one, answer(keywords={"x": 1})) and not same_observation(one, two)
    assert not same_observation(one, answer(keywords={"y": 1})) and not same_observation(one, answer())
    kept, edited = (
        answer(keywords_before={"x": fact(PLAIN)}, keywords={"x": fact(PLAIN, version=version)}) for version in (0, 1)
    )
    assert not same_observation(kept, edited)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("shapes 2 and 3 differ", "shapes 3 and 2 differ"),
        (
            "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)",
            "mat1 and mat2 shapes cannot be multiplied (5x4 and 3x2)",
        ),
        (
            "expected m1 and m2 to have the same dtype, but got: float != double",
            "expected m1 and m2 to have the same dtype, but got: double != float",
        ),
        ("expected scalar type Float but found Double", "expected scalar type Long but found Float"),
        ("[torch.FloatTensor [3, 4]] is at version 1", "[torch.DoubleTensor [3, 4]] is at version 2"),
        ("[Errno 2] No such file: '/tmp/a17/x.pt'", "[Errno 2] No such file: '/tmp/b2/x.pt'"),
    ],
)
def test_other_dtypes_versions_and_orders_leave_a_doubt(raised: Any, mine: str, theirs: str) -> None:
    """Messages with the same words agree, but not fully if dtypes or versions differ, or sizes in their order."""
    a, b = (failure(raised(RuntimeError(message))) for message in (mine, theirs))
    assert agreement(a, b) is Agreement.LIKELY and agreement(a, a) is Agreement.FULL


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (
            "mat1 and mat2 shapes cannot be multiplied (6x8 and 16x4)",
            "mat1 and mat2 shapes cannot be multiplied (1x96 and 16x8)",
        ),
        (
            "The size of tensor a (8) must match the size of tensor b (4) at non-singleton dimension 0",
            "The size of tensor a (5) must match the size of tensor b (8) at non-singleton dimension 0",
        ),
        ("[torch.FloatTensor [3, 4]] is at version 1", "[torch.FloatTensor [3]] is at version 1"),
        ("'f' takes 2 arguments", "'g' takes 3 arguments"),
    ],
)
def test_other_sizes_are_another_mistake(raised: Any, mine: str, theirs: str) -> None:
    """Both answer the same call, so tensors of other sizes are other tensors."""
    a, b = (failure(raised(RuntimeError(message))) for message in (mine, theirs))
    assert agreement(a, b) is Agreement.NONE


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("<object at 0x7f3a> is wrong", "<object at 0x1b2c> is wrong"),
        ("output 0 of ExpBackward0, is at version 1", "output 0 of MulBackward0, is at version 1"),
    ],
)
def test_addresses_and_backward_functions_make_no_difference(raised: Any, mine: str, theirs: str) -> None:
    """Messages agree fully, whatever the address of an object and the operation before the one that failed."""
    a, b = (failure(raised(RuntimeError(message))) for message in (mine, theirs))
    assert agreement(a, b) is Agreement.FULL


def test_how_long_the_compiler_explains_makes_no_difference(raised: Any) -> None:
    """What `torch.compile` names must agree. What it explains below that may be longer or shorter."""
    long, short = (
        "\n  Explanation: You branch.\n\n  The branch is:\n  x > 0\n  Hint: 1",
        "\n  Explanation: You branch.\n  Hint: 1",
    )
    mine = failure(raised(RuntimeError(f"Data-dependent branching{long}")))
    assert agreement(mine, failure(raised(RuntimeError(f"Data-dependent branching{short}")))) is Agreement.FULL
    assert agreement(mine, failure(raised(RuntimeError(f"Data-dependent operator{short}")))) is Agreement.NONE


def test_names_in_quotes_leave_a_doubt(raised: Any) -> None:
    """Messages that differ only in names in quotes are likely the same; Python's own classes are no such names."""

    def failed(message: str) -> wire.Observation:
        return failure(raised(TypeError(message)))

    keyword = "f() got an unexpected keyword argument '{}'"
    assert agreement(failed(keyword.format("dim")), failed(keyword.format("axis"))) is Agreement.LIKELY
    operands = "unsupported operand type(s) for *: 'float' and '{}'"
    assert agreement(failed(operands.format("NoneType")), failed(operands.format("list"))) is Agreement.NONE


@pytest.mark.parametrize("kind", [AttributeError, KeyError])
def test_the_name_of_an_attribute_or_key_is_the_mistake_itself(raised: Any, kind: type[Exception]) -> None:
    """Another attribute or key that is missing is another mistake."""
    mine, theirs = (failure(raised(kind(f"'Model' object has no attribute '{name}'"))) for name in ("prob", "_hooks"))
    assert not same_observation(mine, theirs) and same_observation(mine, mine)


def test_own_exceptions_of_one_type_are_likely_the_same(raised: Any) -> None:
    """A `raise` of the student has its own words, so two of one type leave a doubt; others need the same words."""
    mine, theirs = (failure(raised(ValueError(words), line=3, own=True)) for words in ("p is 0", "bad p"))
    assert agreement(mine, theirs) is Agreement.LIKELY and agreement(mine, mine) is Agreement.FULL
    assert agreement(mine, failure(raised(ValueError("bad p"), line=3))) is Agreement.NONE


def test_what_backward_raised_is_compared_in_the_same_way(raised: Any) -> None:
    """The words of the exception of backward count too."""
    one, two = (
        answer(backward="raised", backward_raised=raised(RuntimeError(words))) for words in ("no graph", "freed")
    )
    assert same_observation(one, one) and not same_observation(one, two)


def test_a_missing_name_is_seen(raised: Any) -> None:
    """A missing function, variable or module, also in backward, is no misconception; a late variable may be one."""
    assert lacks_a_name(wire.Observation(nonce=0, outcome="missing"))
    assert lacks_a_name(failure(raised(NameError("name 'xx' is not defined"))))
    assert lacks_a_name(answer(backward_raised=raised(ModuleNotFoundError("No module named 'tensor'"))))
    assert not lacks_a_name(failure(raised(UnboundLocalError("cannot access local variable 'loss'"))))
    assert not lacks_a_name(answer())
