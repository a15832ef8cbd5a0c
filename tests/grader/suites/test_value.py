"""Every question about a value passes, or ends the check with a message for the student."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from endings import ended, said, says

from grader import wire
from grader.sentences import learner_steps as steps
from grader.suites import Observed, Value

Of = Callable[..., Value]
ONES = torch.ones(2)


@pytest.fixture
def of(see: Any) -> Of:
    """Return the value of a result."""

    def of(result: object, **call: Any) -> Value:
        seen: Observed = see(result, **call)
        return seen.result

    return of


def items(*values: Any, kind: Any = "list") -> wire.Items:
    """Return the facts of a list."""
    return wire.Items(kind=kind, items=values)


def leaf(*, grad: torch.Tensor | None = None) -> torch.Tensor:
    """Return a leaf that requires grad."""
    x = torch.ones(2, requires_grad=True)
    x.grad = grad
    return x


# values


def test_values_hold_within_the_tolerance(of: Of) -> None:
    """Values within the tolerance pass, and questions return the value."""
    value = of(torch.tensor([1.0, 2.0]))
    assert value.values([1.0, 2.00001]) is value


def test_wrong_values_are_shown_beside_the_right_ones(of: Of) -> None:
    """The message shows the call, both tensors and the worst element."""
    end = ended(lambda: of(torch.tensor([1.0, 5.0])).values([1.0, 2.0]))
    assert said(end) == (
        "f(x)\nexpected: tensor([1., 2.])\ngot: tensor([1., 5.])\n1 of 2 elements (50 %) is wrong; "
        "the largest difference is 3 at index [1] (tolerance: 1e-05 relative, 1e-06 absolute)."
    )
    assert end.feedback.next_step == steps.BY_KIND["values"]()


def test_the_shape_comes_before_the_values(of: Of) -> None:
    """With another shape, values are not compared."""
    says(lambda: of(torch.ones(2, 1)).values([9.0, 9.0]), "shape (2,)", "shape (2, 1)", "shape")


def test_unexpected_nan_has_its_own_next_step(of: Of) -> None:
    """For unexpected NaN the next step asks where it came from."""
    end = ended(lambda: of(torch.tensor([math.nan, 1.0])).values([1.0, 1.0]))
    assert said(end).endswith("1 of 2 elements (50 %) is NaN.") and end.feedback.next_step == steps.BY_KIND["nan"]()


def test_low_precision_values_have_their_own_tolerance(of: Of) -> None:
    """A float16 result has a wider tolerance, which the message shows."""
    of(torch.tensor([1.001], dtype=torch.float16)).values([1.0])
    end = ended(lambda: of(torch.tensor([1.1], dtype=torch.float16)).values([1.0]))
    assert "(tolerance: 0.002 relative, 0.002 absolute)" in said(end)


def test_a_suite_may_widen_the_tolerance(of: Of) -> None:
    """A suite can give a wider tolerance, for example for loss curves."""
    of(torch.tensor([1.0005])).values([1.0], rtol=1e-3)


def test_large_tensors_are_shown_where_they_differ_most(of: Of) -> None:
    """Of large tensors the element is shown that differs most, or the first NaN, because two shapes say nothing."""
    result, wanted = torch.zeros(5, 5), torch.zeros(5, 5, dtype=torch.float64)
    wanted[1, 2], wanted[4, 0] = 0.5, -2
    says(
        lambda: of(result).values(wanted),
        "-2.0 at index [4, 0] of a tensor of shape (5, 5)",
        "0.0 at index [4, 0] of a tensor of shape (5, 5)",
    )
    result[3, 1] = math.nan
    says(
        lambda: of(result).values(torch.zeros(5, 5)),
        "0.0 at index [3, 1] of a tensor of shape (5, 5)",
        "nan at index [3, 1] of a tensor of shape (5, 5)",
    )


@pytest.mark.parametrize(
    ("result", "shown", "step"),
    [
        (None, "None", "none"),
        (2.0, "2.0, which is a Python float and not a tensor", "type"),
        (True, "True, which is a Python bool and not a tensor", "type"),
        (items(1.0), "[1.0]", "type"),
        (wire.Other(name="MyTensor"), "an object of type MyTensor", "type"),
    ],
)
def test_values_are_those_of_a_tensor(of: Of, result: object, shown: str, step: str) -> None:
    """Anything but a tensor is shown as it is; for None the next step asks about `return`."""
    says(lambda: of(result).values(2.0), "a tensor", shown, step)


def test_a_tensor_without_values_has_none_to_compare(of: Of) -> None:
    """A tensor on meta fails, because it has no values."""
    says(
        lambda: of(torch.empty(2, device="meta")).values(ONES),
        "a tensor with values",
        "<tensor of shape (2,), float32 on meta>",
        "device",
    )


def test_a_tensor_whose_bytes_do_not_fit_has_no_values(of: Of, fact: Any) -> None:
    """A tensor whose bytes do not fit fails."""
    says(
        lambda: of(fact(ONES, data=b"1")).values(ONES),
        "a tensor with values",
        "<tensor of shape (2,), float32>",
        "type",
    )


# shape, dtype, device


def test_a_shape_holds(of: Of) -> None:
    """A right shape passes, also a 0-D one."""
    of(torch.ones(2, 3)).shape(2, 3)
    of(torch.tensor(1.0)).shape()


def test_a_wrong_shape_is_shown(of: Of) -> None:
    """Both shapes are shown as tuples."""
    says(lambda: of(torch.ones(2, 3)).shape(3, 2), "shape (3, 2)", "shape (2, 3)", "shape")


def test_a_dtype_holds(of: Of) -> None:
    """A right dtype passes."""
    of(torch.ones(2, dtype=torch.float64)).dtype(torch.float64)


def test_a_wrong_dtype_is_shown(of: Of) -> None:
    """Both dtypes are shown with torch's names."""
    says(lambda: of(ONES).dtype(torch.int64), "dtype torch.int64", "dtype torch.float32", "dtype")


def test_a_device_holds(of: Of) -> None:
    """A right device passes."""
    of(torch.ones(2, device="meta")).device("meta")


def test_a_wrong_device_is_shown(of: Of) -> None:
    """Both devices are shown by their type."""
    says(lambda: of(ONES).device("meta"), "a tensor on 'meta'", "a tensor on 'cpu'", "device")


def test_mixing_devices_on_the_way_is_not_allowed(of: Of) -> None:
    """An operation on two devices, which would fail on a GPU, is named."""
    says(
        lambda: of(torch.ones(2, device="meta"), mixed_devices=("aten::add",)).device("meta"),
        "only tensors on 'meta'",
        "`add` mixes tensors of two devices",
        "device",
    )


# Python numbers


def test_a_float_holds(of: Of) -> None:
    """A float near the expected one passes; without an expectation any float passes."""
    of(2.0).number(2.00001).number()


def test_a_wrong_float_is_shown(of: Of) -> None:
    """Both floats are shown."""
    says(lambda: of(3.0).number(2.0), "2.0", "3.0", "values")


def test_an_unexpected_nan_is_no_number(of: Of) -> None:
    """An unexpected NaN fails with the next step for NaN."""
    says(lambda: of(math.nan).number(2.0), "2.0", "nan", "nan")


def test_an_int_holds(of: Of) -> None:
    """An equal int passes; without an expectation any int passes."""
    of(2).integer(2).integer()


@pytest.mark.parametrize(("got", "expected"), [(200_001, 200_000), (2**53 + 1, 2**53)])
def test_ints_are_compared_exactly(of: Of, got: int, expected: int) -> None:
    """Ints have no tolerance, however large they are."""
    says(lambda: of(got).integer(expected), str(expected), str(got), "values")


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (True, "True, which is of type bool and not a Python int"),
        (2.0, "2.0, which is of type float and not a Python int"),
        ("2", "'2', which is of type str and not a Python int"),
        (items(2), "[2]"),
        (items(2, kind="tuple"), "(2,)"),
        (items(2, kind="Size"), "torch.Size([2])"),
        (wire.Pairs(kind="dict", items=()), "{}"),
        (wire.Other(name="numpy.int64"), "an object of type numpy.int64"),
        (wire.Other(name="int", why="too large"), "an object of type int (too large)"),
        (wire.Named(kind="dtype", name="torch.int64"), "torch.int64"),
        (wire.Named(kind="class", name="Linear"), "the class Linear"),
    ],
)
def test_what_is_no_int_is_shown_as_what_it_is(of: Of, result: object, shown: str) -> None:
    """A bool or a NumPy number is not an int."""
    says(lambda: of(result).integer(2), "the Python int 2", shown, "type")


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (2, "2, which is of type int and not a Python float"),
        (True, "True, which is of type bool and not a Python float"),
        (torch.ones(1), "tensor([1.]), which is a 1-D tensor and not a Python float"),
        (np.ones(()), "np.array(1.0)"),
    ],
)
def test_what_is_no_float_is_shown_as_what_it_is(of: Of, result: object, shown: str) -> None:
    """An int is not a float."""
    says(lambda: of(result).number(), "a Python float", shown, "type")


@pytest.mark.parametrize("question", [lambda s: s.number(1.0), lambda s: s.integer(1)])
def test_a_0d_tensor_is_no_number(of: Of, question: Callable[[Value], object]) -> None:
    """A 0-D tensor fails, and the next step says how to get the number."""
    end = ended(lambda: question(of(torch.tensor(1))))
    assert "got: tensor(1), which is a 0-D tensor and not a" in said(end)
    assert end.feedback.next_step == steps.ITEM()


def test_none_is_no_number(of: Of) -> None:
    """None is shown alone, and the next step asks about `return`."""
    says(lambda: of(None).number(1.0), "the Python float 1.0", "None", "none")


@pytest.mark.parametrize("result", [2.00001, torch.tensor(2.00001), torch.tensor(2.00001, dtype=torch.float64)])
def test_a_scalar_may_be_a_float_or_a_0d_tensor(of: Of, result: object) -> None:
    """A scalar may be a float or a 0-D tensor."""
    of(result).scalar(2.0)


@pytest.mark.parametrize(
    ("result", "expected", "got", "step"),
    [
        (3.0, "2.0", "3.0", "values"),
        (torch.tensor(3.0), "2.0", "tensor(3.)", "values"),
        (torch.ones(1), "shape ()", "shape (1,)", "shape"),
        (2, "the Python float 2.0", "2, which is of type int and not a Python float", "type"),
        (None, "the Python float 2.0", "None", "none"),
    ],
)
def test_what_is_no_such_scalar_is_told(of: Of, result: object, expected: str, got: str, step: str) -> None:
    """What is expected is shown as a number, and what came back as what it is."""
    says(lambda: of(result).scalar(2.0), expected, got, step)


# equals


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("leaf", "leaf"),
        (True, True),
        (3, 3),
        (None, None),
        (items(1, "a", items(2.0, kind="tuple")), [1, "a", (2.0,)]),
        (wire.Pairs(kind="dict", items=(("a", 1),)), {"a": 1}),
        (items(2, 3, kind="Size"), (2, 3)),
    ],
)
def test_plain_values_are_equal(of: Of, result: object, expected: object) -> None:
    """Plain values are equal in type and value at every depth."""
    of(result).equals(expected)


@pytest.mark.parametrize(
    ("result", "expected", "shown"),
    [
        ("saved", "leaf", "'saved'"),
        (1, True, "1"),
        (1.0, 1, "1.0"),
        (items(1), (1,), "[1]"),
        (items(1, True), [1, 1], "[1, True]"),
        (items(1.0), [1], "[1.0]"),
        (items(1, 2), [1], "[1, 2]"),
        (wire.Pairs(kind="dict", items=(("a", True),)), {"a": 1}, "{'a': True}"),
        (wire.Pairs(kind="dict", items=((1, 2),)), {"1": 2}, "{1: 2}"),
        (wire.Other(name="str"), "leaf", "an object of type str"),
    ],
)
def test_plain_values_differ(of: Of, result: object, expected: object, shown: str) -> None:
    """Values of other types differ, even inside containers."""
    says(lambda: of(result).equals(expected), repr(expected), shown, "values")


@pytest.mark.parametrize("tensor", [torch.tensor(3), torch.tensor([3, 4]), torch.empty(0)])
def test_a_tensor_inside_is_no_plain_value(of: Of, fact: Any, tensor: torch.Tensor) -> None:
    """A tensor inside a container is not equal to anything, and the check does not break."""
    end = ended(lambda: of(items(fact(tensor), 4, kind="tuple")).equals((3, 4)))
    assert "expected: (3, 4)\ngot: (tensor(" in said(end)


def test_none_that_should_be_something_asks_after_return(of: Of) -> None:
    """For None the next step asks about `return`."""
    says(lambda: of(None).equals("leaf"), "'leaf'", "None", "none")


# Items and keys


def test_items_are_subjects_with_names(of: Of) -> None:
    """Each item can be judged and is named by its index."""
    first, second = of(items(1, 2, kind="tuple")).items(2, kind="tuple")
    assert (first.name, first.integer(1).fact, second.name) == ("result[0]", 1, "result[1]")


def test_an_item_names_itself_when_it_fails(of: Of) -> None:
    """Both lines begin with the item's name."""
    says(lambda: of(items(1)).items()[0].integer(2), "result[0]: 2", "result[0]: 1")


@pytest.mark.parametrize(
    ("result", "kind", "expected", "shown", "step"),
    [
        (items(1), "tuple", "a tuple", "[1]", "type"),
        (items(1, kind="tuple"), "list", "a list", "(1,)", "type"),
        (3, None, "a list or tuple", "3", "type"),
        (None, None, "a list or tuple", "None", "none"),
    ],
)
def test_items_are_those_of_the_kind_asked_for(
    of: Of, result: object, kind: str | None, expected: str, shown: str, step: str
) -> None:
    """A list does not pass as a tuple."""
    says(lambda: of(result).items(kind=kind), expected, shown, step)


@pytest.mark.parametrize(
    ("length", "expected", "got"), [(3, "3 items", "1 item"), (1, "1 item", "2 items"), (0, "0 items", "1 item")]
)
def test_a_wrong_number_of_items_is_told(of: Of, length: int, expected: str, got: str) -> None:
    """A wrong number of items is shown, with the right singular."""
    result = items(*range(int(got[0])))
    says(lambda: of(result).items(length), expected, got, "length")


def test_items_can_be_called_by_names(of: Of) -> None:
    """Items can have names from the exercise."""
    w, b = of(items(1, 2, kind="tuple")).unpack("w", "b")
    says(lambda: w.integer(3), "w: 3", "w: 1")
    assert b.name == "b"


def test_items_must_be_as_many_as_their_names(of: Of) -> None:
    """A number of items that differs from the names fails."""
    says(lambda: of(items(1)).unpack("w", "b"), "2 items", "1 item", "length")


def test_named_items_can_be_those_of_a_tuple_alone(of: Of) -> None:
    """Where a tuple is asked for, a namedtuple passes and a list doesn't."""
    pair = wire.Items(kind="tuple", items=(1, 2), of="Pair")
    assert [item.name for item in of(pair).unpack("w", "b", kind="tuple")] == ["w", "b"]
    says(lambda: of(items(1, 2)).unpack("w", "b", kind="tuple"), "a tuple", "[1, 2]", "type")
    says(lambda: of(pair).items(kind="list"), "a list", "Pair(1, 2)", "type")


def test_a_key_gives_its_value(of: Of) -> None:
    """The value of a key is named as in Python."""
    value = of(wire.Pairs(kind="dict", items=(("lr", 0.5),))).key("lr").number(0.5)
    assert value.name == "result['lr']"


@pytest.mark.parametrize(
    ("result", "expected", "shown", "step"),
    [
        (wire.Pairs(kind="dict", items=(("a", 1),)), "a dict with the key 'lr'", "{'a': 1}", "type"),
        (3, "a dict", "3", "type"),
        (None, "a dict", "None", "none"),
    ],
)
def test_a_missing_key_is_told(of: Of, result: object, expected: str, shown: str, step: str) -> None:
    """For a missing key all existing keys are shown."""
    says(lambda: of(result).key("lr"), expected, shown, step)


def test_the_plain_value_of_everything(of: Of, fact: Any) -> None:
    """A value's plain Python form rebuilds tensors inside containers."""
    result = items(fact(ONES), wire.Pairs(kind="dict", items=(("a", items(1, kind="tuple")),)))
    found = of(result).python
    assert isinstance(found, list) and torch.equal(found[0], ONES) and found[1:] == [{"a": (1,)}]


# Autograd


def test_a_leaf_that_requires_grad_holds(of: Of) -> None:
    """A leaf that requires grad passes `leaf` and `attached`."""
    of(leaf()).leaf().attached()


@pytest.mark.parametrize(
    ("result", "shown", "step"),
    [
        (ONES, "a tensor with requires_grad False", "requires_grad"),
        (leaf() * 2, "the result of an operation (grad_fn is MulBackward0)", "leaf"),
    ],
)
def test_what_is_no_leaf_that_requires_grad(of: Of, result: torch.Tensor, shown: str, step: str) -> None:
    """The message says why a value is not such a leaf."""
    says(lambda: of(result).leaf(), "a leaf that requires grad", shown, step)


def test_a_result_of_an_operation_is_attached(of: Of) -> None:
    """The result of an operation passes `attached`."""
    of(leaf() * 2).attached()


def test_a_tensor_without_a_graph_is_not_attached(of: Of) -> None:
    """The next step lists what detaches from the graph."""
    says(
        lambda: of(ONES).attached(),
        "a tensor attached to the graph (requires_grad is True)",
        "a tensor with requires_grad False",
        "attached",
    )


def test_a_tensor_without_a_graph_is_detached(of: Of) -> None:
    """A tensor with neither grad_fn nor requires_grad passes `detached`."""
    of(ONES).detached()


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (leaf(), "a leaf that requires grad"),
        (leaf() * 2, "the result of an operation (grad_fn is MulBackward0)"),
    ],
)
def test_what_requires_grad_is_not_detached(of: Of, result: torch.Tensor, shown: str) -> None:
    """A tensor that requires grad fails `detached`, even a leaf."""
    says(lambda: of(result).detached(), "a tensor without a graph (requires_grad is False)", shown, "detached")


def test_a_gradient_holds(of: Of) -> None:
    """A right gradient passes, and so does an expected missing one."""
    of(leaf(grad=torch.tensor([3.0, 4.0]))).grad([3.0, 4.0])
    of(leaf()).grad(None)


def test_a_wrong_gradient_is_shown(of: Of) -> None:
    """A wrong gradient is shown as the values of `.grad`."""
    says(
        lambda: of(leaf(grad=torch.tensor([3.0, 5.0]))).grad([3.0, 4.0]),
        "result.grad: tensor([3., 4.])",
        "result.grad: tensor([3., 5.])",
        "values",
    )


def test_a_missing_gradient_is_told(of: Of) -> None:
    """A `.grad` of None fails if numbers were expected."""
    says(lambda: of(leaf()).grad([3.0, 4.0]), "result.grad is tensor([3., 4.])", "result.grad is None", "grad")


def test_a_gradient_too_many_is_told(of: Of) -> None:
    """A `.grad` with numbers fails if None was expected."""
    says(
        lambda: of(leaf(grad=torch.tensor([3.0, 4.0]))).grad(None),
        "result.grad is None",
        "result.grad is tensor([3., 4.])",
        "grad",
    )


def test_the_gradient_is_a_subject_of_its_own(of: Of) -> None:
    """The gradient can be judged like any value, or is None."""
    gradient = of(leaf(grad=torch.tensor([3.0, 4.0]))).gradient.values([3.0, 4.0])
    assert gradient.name == "result.grad"
    assert of(leaf()).gradient.fact is None


# Identity and memory


def test_the_same_object_holds(see: Any, fact: Any) -> None:
    """The argument itself passes `same_object_as`."""
    seen: Observed = see(fact(ONES, object=0), given=[ONES])
    seen.result.same_object_as(seen.argument(0))


def test_another_object_is_told(see: Any) -> None:
    """Another object fails, whatever its values."""
    seen: Observed = see(ONES, given=[ONES])
    says(
        lambda: seen.result.same_object_as(seen.argument(0, "x")),
        "the object x itself",
        "another object",
        "same_object",
    )


def test_none_is_not_the_same_object(see: Any) -> None:
    """For None the next step asks about `return`."""
    seen: Observed = see(None, given=[ONES])
    says(lambda: seen.result.same_object_as(seen.argument(0, "x")), "the object x itself", "None", "none")


def test_shared_memory_holds(see: Any, fact: Any) -> None:
    """Equal storage numbers mean shared memory."""
    seen: Observed = see(fact(ONES, object=7, storage=0), given=[ONES])
    seen.result.shares_memory_with(seen.argument(0))


def test_memory_shared_with_an_array_holds(see: Any, fact: Any) -> None:
    """A tensor can share an array's memory."""
    seen: Observed = see(fact(ONES, storage=0), given=[np.ones(2)])
    seen.result.shares_memory_with(seen.argument(0))


def test_memory_of_its_own_is_not_shared(see: Any) -> None:
    """A tensor with its own memory fails `shares_memory_with`."""
    seen: Observed = see(ONES, given=[ONES])
    says(
        lambda: seen.result.shares_memory_with(seen.argument(0, "x")),
        "memory shared with x",
        "memory of its own",
        "not_shared",
    )


def test_memory_of_its_own_holds(see: Any) -> None:
    """Memory that is shared with no argument, or none of the named ones, passes."""
    seen: Observed = see(ONES, given=[ONES, ONES])
    seen.result.owns_memory().owns_memory(seen.argument(1))


def test_memory_shared_with_an_argument_is_told(see: Any, fact: Any) -> None:
    """The message names the argument that shares memory."""
    seen: Observed = see(fact(ONES, storage=1), given=[ONES, ONES])
    says(lambda: seen.result.owns_memory(), "memory of its own", "memory shared with argument 2", "aliases")
    says(lambda: seen.result.owns_memory(seen.argument(1, "y")), "memory of its own", "memory shared with y", "aliases")
    seen.result.owns_memory(seen.argument(0))


def test_memory_shared_inside_containers_is_told(see: Any, fact: Any) -> None:
    """Shared memory is found inside lists, in results and arguments."""
    seen: Observed = see(items(1, fact(ONES, storage=0)), given=[ONES])
    says(lambda: seen.result.owns_memory(), "memory of its own", "memory shared with argument 1")
    inside = wire.Pairs(kind="dict", items=(("w", fact(ONES, storage=5)),))
    seen = see(fact(ONES, storage=5), given=[{"w": ONES}], arguments=[inside])
    says(lambda: seen.result.owns_memory(), "memory of its own", "memory shared with argument 1")


@pytest.mark.parametrize("question", ["owns_memory", "shares_memory_with"])
@pytest.mark.parametrize(("result", "step"), [(None, "none"), (2.0, "type"), (items(1), "type")])
def test_what_has_no_memory_to_speak_of_is_no_answer(see: Any, question: str, result: object, step: str) -> None:
    """A number or None fails questions about memory."""
    seen: Observed = see(result, given=[ONES])
    shown = "[1]" if isinstance(result, wire.Items) else repr(result)
    says(lambda: getattr(seen.result, question)(seen.argument(0)), "a tensor", shown, step)
