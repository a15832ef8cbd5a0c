"""Values become plain facts by exact type; what a value says about itself does not count."""

from __future__ import annotations

import struct
import types
import warnings
from collections import Counter, OrderedDict, defaultdict, namedtuple
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import nn

from grader import wire
from grader.candidate_process import facts
from grader.candidate_process.facts import Describer, clean


def describe(value: object) -> Any:
    """Describe a value as in its own observation, and send the facts over the wire."""
    reply = wire.encode(wire.Observation(nonce=0, outcome="returned", result=Describer().describe(value)))
    arrived = wire.decode_reply(reply)
    assert isinstance(arrived, wire.Observation)
    return arrived.result


def items(*values: object) -> list[Any]:
    """Describe several values in one observation."""
    return list(describe(list(values)).items)


def rebuilt(fact: wire.TensorFact) -> torch.Tensor:
    dtype = getattr(torch, fact.dtype)
    assert fact.data is not None
    if not fact.data:
        return torch.empty(fact.shape, dtype=dtype)
    return torch.frombuffer(bytearray(fact.data), dtype=dtype).reshape(fact.shape)


# Exact types


@pytest.mark.parametrize("value", [None, True, False, 0, 1, -(2**63), 2**63 - 1, 1.0, -0.0, "", "text"], ids=repr)
def test_plain_values_are_their_own_facts(value: wire.Fact) -> None:
    """None, bool, int, float and str are sent unchanged; True, 1 and 1.0 stay distinct."""
    fact = describe(value)
    assert type(fact) is type(value) and repr(fact) == repr(value)


class Friendly:
    """Says that it equals everything and is of every class."""

    __class__ = torch.Tensor  # type: ignore[assignment]
    shape = (1,)
    dtype = torch.float32

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __float__(self) -> float:
        return 1.0


class FriendlyTensor(torch.Tensor):
    """A tensor subclass that says that it equals everything."""

    def __eq__(self, other: object) -> Any:
        return torch.ones(self.shape, dtype=torch.bool)


class FriendlyFloat(float):
    pass


class FriendlyStr(str):
    __slots__ = ()


class FriendlyArray(np.ndarray):
    pass


class FriendlyParameter(nn.Parameter):
    pass


class Forger(type):
    """A metaclass whose classes have another name."""

    def __getattribute__(cls, name: str) -> Any:
        return {"__module__": "builtins", "__qualname__": "float"}.get(name) or super().__getattribute__(name)


Pair = namedtuple("Pair", "a b")


class Named(NamedTuple):
    a: int
    b: int


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Friendly(), "Friendly"),
        (torch.ones(1).as_subclass(FriendlyTensor), "FriendlyTensor"),
        (FriendlyParameter(torch.ones(1)), "FriendlyParameter"),
        (FriendlyFloat(1), "FriendlyFloat"),
        (FriendlyStr("passed"), "FriendlyStr"),
        (np.zeros(1).view(FriendlyArray), "FriendlyArray"),
        (np.float64(1.5), "numpy.float64"),
        (np.bool_(True), f"numpy.{np.bool_.__name__}"),  # NumPy 1 and 2 call it differently
        (1j, "complex"),
        (b"bytes", "bytes"),
        ({1}, "set"),
        (range(3), "range"),
        (iter([]), "list_iterator"),
        (NotImplemented, "NotImplementedType"),
        (np.ma.masked_array([1.0]), f"{np.ma.MaskedArray.__module__}.MaskedArray"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_types_arrive_as_other(value: object, name: str) -> None:
    """A subclass of anything but a container is not treated as its base class: it arrives as a name."""
    fact = describe(value)
    assert type(fact) is wire.Other and fact.name.endswith(name) and fact.why == ""


def test_a_friend_is_named_with_its_module() -> None:
    """A type's name includes its module, unless that is Python's or the submission."""
    own = type("Mine", (), {"__module__": "submission"})
    assert describe(Friendly()).name == f"{__name__}.Friendly"
    assert describe(own()).name == "Mine"
    assert describe(object()).name == "object"


def test_a_forged_name_is_still_other() -> None:
    """A class that calls itself float is not treated as a float."""
    assert describe(Forger("Any", (), {})()) == wire.Other(name="float")


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**1000], ids=["2**63", "-2**63 - 1", "10**1000"])
def test_a_huge_int_is_too_large(value: int) -> None:
    """An int of more than 64 bits is not sent."""
    assert describe(value) == wire.Other(name="int", why="too large")


@pytest.mark.parametrize(
    ("value", "kind", "name"),
    [
        (torch.int64, "dtype", "torch.int64"),
        (torch.device("meta", 1), "device", "meta:1"),
        (nn.Linear, "class", "Linear"),
        (Forger("Any", (), {}), "class", "float"),
        (describe, "function", "describe"),
        (lambda: None, "function", "<lambda>"),
        (torch.exp, "function", "_VariableFunctionsClass.exp"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_some_values_are_known_by_name(value: object, kind: str, name: str) -> None:
    """A dtype, a device, a class and a function are described by their name."""
    assert describe(value) == wire.Named(kind=kind, name=name)  # type: ignore[arg-type]


def test_a_python_module_is_no_module() -> None:
    """A Python module is not described as an `nn.Module`."""
    assert type(describe(types)) is wire.Other


# Text


def test_lone_surrogates_are_replaced() -> None:
    """A lone surrogate is replaced; the rest of the text stays."""
    assert describe("a\ud800b\udfff") == "a?b?"


def test_a_long_string_is_cut() -> None:
    """A long string is cut and ends with an ellipsis."""
    assert describe("é" * (wire.MAX_TEXT + 1)) == "é" * wire.MAX_TEXT + "…"
    assert describe("é" * wire.MAX_TEXT) == "é" * wire.MAX_TEXT


def test_clean_bounds_any_text() -> None:
    """Messages and names are cut to their own limits."""
    assert clean("abc", 3) == "abc"
    assert clean("abcd\ud800", 3) == "abc…"


# Containers


def test_sequences_keep_their_kind() -> None:
    """A list, a tuple and a Size with the same items stay distinct."""
    assert describe([1, (2, torch.Size([3]))]) == wire.Items(
        kind="list",
        items=(1, wire.Items(kind="tuple", items=(2, wire.Items(kind="Size", items=(3,))))),
    )


def test_a_dict_keeps_its_order_and_any_keys() -> None:
    """Keys may be any facts: numbers, None, tuples, tensors, other objects."""
    key = torch.tensor(1.5)
    pairs = describe({2: "two", 1: "one", None: 0, (1, "a"): 0, key: 0, frozenset(): 0}).items
    assert pairs[:3] == ((2, "two"), (1, "one"), (None, 0))
    assert pairs[3][0] == wire.Items(kind="tuple", items=(1, "a"))
    assert pairs[4][0].shape == ()
    assert pairs[5][0] == wire.Other(name="frozenset")


class Lying:
    """Overrides everything that a container can be asked, with lies and errors."""

    __class__ = float  # type: ignore[assignment]

    def __getattribute__(self, name: str) -> Any:
        raise SystemExit

    def _exit(self, *_: object) -> Any:
        raise SystemExit

    __len__ = __iter__ = __getitem__ = __contains__ = __eq__ = __repr__ = _exit  # type: ignore[assignment]
    items = keys = values = __reversed__ = _exit

    def __hash__(self) -> int:
        raise SystemExit


class LyingList(Lying, list):  # type: ignore[type-arg]
    pass


class LyingTuple(Lying, tuple):  # type: ignore[type-arg]
    pass


class LyingDict(Lying, dict):  # type: ignore[type-arg]
    pass


def pair_of(kind: str, of: str) -> wire.Items:
    return wire.Items(kind=kind, items=(1, 2), of=of)  # type: ignore[arg-type]


def dict_of(of: str) -> wire.Pairs:
    return wire.Pairs(kind="dict", items=(("a", 1),), of=of)


@pytest.mark.parametrize(
    ("kind", "content", "fact"),
    [
        (Pair._make, (1, 2), pair_of("tuple", f"{__name__}.Pair")),
        (Named._make, (1, 2), pair_of("tuple", f"{__name__}.Named")),
        (LyingTuple, (1, 2), pair_of("tuple", f"{__name__}.LyingTuple")),
        (LyingList, (1, 2), pair_of("list", f"{__name__}.LyingList")),
        (torch.Size, (1, 2), pair_of("Size", "")),
        (OrderedDict, {"a": 1}, dict_of("collections.OrderedDict")),
        (lambda content: defaultdict(int, content), {"a": 1}, dict_of("collections.defaultdict")),
        (Counter, {"a": 1}, dict_of("collections.Counter")),
        (LyingDict, {"a": 1}, dict_of(f"{__name__}.LyingDict")),
    ],
    ids="Pair Named LyingTuple LyingList Size OrderedDict defaultdict Counter LyingDict".split(),
)
def test_a_subclass_of_a_container_counts_as_its_base_class(
    kind: Callable[[Any], object], content: object, fact: wire.Fact
) -> None:
    """The base class walks a list, tuple or dict of another class, whose own methods never run; its name is kept."""
    assert describe(kind(content)) == fact


def test_what_torch_returns_in_two_parts_is_a_tuple() -> None:
    """A result such as that of `max(dim)` is a tuple that names its class."""
    found = describe(torch.tensor([[1, 3]]).max(dim=1))
    assert (found.kind, found.of, len(found.items)) == ("tuple", "torch.return_types.max", 2)


@pytest.mark.parametrize(
    "value",
    [
        type("Imitation", (), {"__class__": tuple, "__iter__": lambda self: iter((1, 2)), "__len__": lambda self: 2})(),
        Forger("Renamed", (), {"__class__": dict, "__mro__": (dict, object), "items": lambda self: [("a", 1)]})(),
    ],
    ids=["__class__", "__mro__"],
)
def test_a_class_that_only_claims_to_be_a_container_is_none(value: object) -> None:
    """What `__class__` or `__mro__` says makes no object a tuple or dict."""
    assert type(describe(value)) is wire.Other


def test_deep_nesting_ends() -> None:
    """Below the maximum depth, values are described by their type's name."""
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    fact = describe(nested)
    for _ in range(wire.MAX_DEPTH + 1):
        assert isinstance(fact, wire.Items)
        (fact,) = fact.items
    assert fact == wire.Other(name="list", why="too much to look at")
    while nested:  # or freeing it recurses
        nested = nested.pop()  # type: ignore[assignment]


def test_a_cycle_ends() -> None:
    """A list that contains itself many times takes no more than one observation's limit."""
    cyclic: list[object] = []
    cyclic.extend([cyclic] * 1000)
    assert type(describe(cyclic)) is wire.Items


@pytest.mark.parametrize(
    "wide",
    [[0] * (wire.MAX_NODES + 1), dict.fromkeys(range(wire.MAX_NODES + 1)), OrderedDict.fromkeys(range(20_001))],
    ids=type,
)
def test_what_is_too_wide_is_not_looked_into(wide: object) -> None:
    """A container with too many items is described by one fact."""
    fact = describe(wide)
    assert fact.name.endswith(type(wide).__name__) and fact.why == "too much to look at"


def test_what_comes_after_too_much_is_still_told() -> None:
    """A container that is too large does not hide the values after it."""
    assert items([0] * wire.MAX_NODES, "beside")[1] == "beside"


def test_many_facts_stay_within_the_limit() -> None:
    """Containers that are only together too large are described until the limit is reached."""
    found = items(*([0] * 9000 for _ in range(4)))
    assert [type(fact) for fact in found] == [wire.Items, wire.Items, wire.Other, wire.Other]


def test_any_observation_can_be_sent() -> None:
    """Text and elements together stay below the size limit of a message."""
    tensor = torch.zeros(wire.MAX_TENSOR // 4)
    found = [tensor, *(tensor.clone() for _ in range(4)), *("🙂" * wire.MAX_TEXT for _ in range(10_000))]
    reply = wire.encode(wire.Observation(nonce=0, outcome="returned", result=Describer().describe(found)))
    assert len(reply) < wire.MAX_MESSAGE


def test_text_beyond_the_limit_is_left_out() -> None:
    """Strings beyond the limit are described without their text."""
    last = items(*("x" * wire.MAX_TEXT for _ in range(10_000)))[-1]
    assert last == wire.Other(name="str", why="too much to look at")


# Tensors


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor(1.5),
        torch.tensor([]),
        torch.zeros(2, 0, 3),
        torch.tensor([True, False]),
        torch.arange(6).reshape(2, 3).t(),
        torch.arange(10.0)[::3],
        torch.arange(10.0)[7:],
        torch.arange(3.0).expand(2, 3),
        torch.arange(8.0).as_strided((3, 3), (2, 1)),
        torch.tensor([1.5, -0.0, float("inf")], dtype=torch.bfloat16),
        torch.tensor([1.5, 65504], dtype=torch.float16),
        torch.tensor([1 + 2j, -1j]),
        torch.tensor([1 + 2j, -1j]).conj(),
        torch.tensor([1 + 2j, -1j]).conj().imag,
        torch.arange(256, dtype=torch.int64).to(torch.uint8),
        torch.tensor([2**53 + 1, -(2**63)]),
        torch.tensor([1.0, 2.0], requires_grad=True).exp(),
    ],
    ids=[
        "0-D",
        "empty",
        "empty 3-D",
        "bool",
        "transposed",
        "every third",
        "offset",
        "expanded",
        "overlapping",
        "bfloat16",
        "float16",
        "complex",
        "conjugated",
        "negated",
        "uint8",
        "int64",
        "with a graph",
    ],
)
def test_values_arrive_exactly(tensor: torch.Tensor) -> None:
    """Elements travel in row-major order whatever the layout, with dtype and shape."""
    fact = describe(tensor)
    assert (fact.shape, fact.device) == (tuple(tensor.shape), "cpu")
    resolved = tensor.detach().resolve_conj().resolve_neg()
    torch.testing.assert_close(rebuilt(fact), resolved, rtol=0, atol=0)


def test_nans_keep_their_bits() -> None:
    """The bits of a NaN and the sign of a zero are kept."""
    bits = [0x7FC0BEEF, 0xFFC00001, 0x80000000]
    values = torch.tensor([bit - 2**32 if bit >= 2**31 else bit for bit in bits], dtype=torch.int32)
    assert struct.unpack("<3I", describe(values.view(torch.float32)).data) == tuple(bits)


def test_a_parameter_is_a_tensor() -> None:
    """`nn.Parameter` is the only subclass that is described as a tensor."""
    parameter = describe(nn.Parameter(torch.ones(1)))
    assert isinstance(parameter, wire.TensorFact) and parameter.requires_grad and parameter.is_leaf


def test_what_autograd_knows_is_told() -> None:
    """A tensor's fact says whether it is a leaf, its grad_fn's name, and requires_grad."""
    leaf = torch.ones(2, requires_grad=True)
    given, made, cut = items(leaf, leaf * 2, (leaf * 2).detach())
    assert (given.is_leaf, given.grad_fn, given.requires_grad) == (True, None, True)
    assert (made.is_leaf, made.grad_fn, made.requires_grad) == (False, "MulBackward0", True)
    assert (cut.is_leaf, cut.grad_fn, cut.requires_grad) == (True, None, False)


def test_gradients_come_along() -> None:
    """The gradient of a leaf and a retained gradient are described; no other one is read, and no warning appears."""
    leaf = torch.ones(2, requires_grad=True)
    middle, kept = leaf * 2, leaf * 3
    kept.retain_grad()
    (middle + kept).sum().backward()  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        of_leaf, of_middle, of_kept = (fact.grad for fact in items(leaf, middle, kept))
    assert rebuilt(of_leaf).tolist() == [5, 5] and of_middle is None and rebuilt(of_kept).tolist() == [1, 1]


def test_gradients_that_are_each_others_end() -> None:
    """Two tensors that are each other's gradient are described without an endless loop."""
    a, b = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    a.grad, b.grad = b, a
    assert describe(a).grad.grad.shape == (1,)
    a.grad = b.grad = None


def test_edits_are_counted() -> None:
    """`version` grows with every in-place change."""
    tensor = torch.zeros(2)
    tensor += 1
    tensor.mul_(2)
    assert describe(tensor).version == 2


def test_an_inference_tensor_is_a_tensor() -> None:
    """A tensor from `torch.inference_mode` has values, but no version."""
    with torch.inference_mode():
        tensor = torch.ones(2) * 3
    fact = describe(tensor)
    assert rebuilt(fact).tolist() == [3, 3] and fact.version == 0 and not fact.requires_grad


def test_a_meta_tensor_has_no_values() -> None:
    """A tensor on meta has no values, and that is not an error."""
    fact = describe(torch.empty(10**6, 10**6, device="meta"))
    assert (fact.device, fact.shape, fact.data) == ("meta", (10**6, 10**6), None)


def test_a_large_tensor_comes_without_values() -> None:
    """A tensor above the limit has all facts but its elements, even if it takes little memory."""
    fact = describe(torch.zeros(1).expand(wire.MAX_TENSOR // 4 + 1))
    assert fact.data is None and fact.shape == (wire.MAX_TENSOR // 4 + 1,)


def test_several_large_tensors_come_without_values() -> None:
    """Tensors that are only together too large come without elements once the limit is reached."""
    large = [torch.zeros(wire.MAX_TENSOR // 4) for _ in range(3)]
    assert [fact.data is None for fact in items(*large)] == [False, False, True]


def test_values_may_be_left_out() -> None:
    """What is described before a call has no elements, and neither do its gradients."""
    leaf = torch.ones(1, requires_grad=True)
    leaf.grad = torch.ones(1)
    fact: Any = Describer().describe([leaf, np.ones(1)], values=False)
    assert [fact.items[0].data, fact.items[0].grad.data, fact.items[1].data] == [None, None, None]


@pytest.mark.parametrize(
    ("tensor", "why"),
    [
        (torch.eye(2).to_sparse(), "its layout is torch.sparse_coo"),
        (torch.eye(2).to_mkldnn(), "its layout is torch._mkldnn"),
    ],
    ids=["sparse", "mkldnn"],
)
def test_tensors_without_strides_do_not_travel(tensor: torch.Tensor, why: str) -> None:
    """A sparse tensor is not sent, and its fact says why."""
    assert describe(tensor) == wire.Other(name="Tensor", why=why)


def test_a_tensor_that_cannot_be_looked_at_says_why() -> None:
    """A tensor that escaped from vmap has no memory to compare; its fact holds torch's message."""
    leaked: list[torch.Tensor] = []

    def leak(x: torch.Tensor) -> torch.Tensor:
        leaked.append(x)
        return x

    torch.vmap(leak)(torch.ones(3))
    fact, beside = items(leaked[0], torch.ones(1))
    assert fact.name == "Tensor" and fact.why.startswith("torch says: ")
    assert beside.data is not None


# Arrays


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3).T,
        np.arange(10)[::-2],
        np.broadcast_to(np.float32(2), (2, 2)),
        np.array(1.5),
        np.zeros((0, 3)),
        np.array([True]),
        np.array(["a", "bc"]),
        np.array([1], dtype=">i4"),
    ],
    ids=["transposed", "backwards", "broadcast", "0-D", "empty", "bool", "text", "big-endian"],
)
def test_arrays_arrive_exactly(array: np.ndarray) -> None:
    """An array's elements travel in row-major order, with dtype and shape."""
    fact = describe(array)
    arrived = np.frombuffer(fact.data, dtype=fact.dtype).reshape(fact.shape)
    assert str(arrived.dtype) == str(array.dtype)
    np.testing.assert_array_equal(arrived, array)


@pytest.mark.parametrize(
    "array", [np.array([1, "a"], dtype=object), np.zeros(1, dtype=[("a", "O")])], ids=["object", "record of objects"]
)
def test_arrays_of_objects_do_not_travel(array: np.ndarray) -> None:
    """An array of Python objects is not sent, and its fact says why."""
    assert describe(array) == wire.Other(name="ndarray", why="its dtype is object")


def test_a_large_array_comes_without_values() -> None:
    """An array above the limit has only its dtype and shape."""
    assert describe(np.broadcast_to(np.float32(2), (2**12, 2**12))).data is None


# Same object, shared memory


def numbers(*values: object) -> tuple[list[int], list[int]]:
    """Return the object numbers and memory numbers of several values in one observation."""
    found = items(*values)
    return [fact.object for fact in found], [fact.storage for fact in found]


def test_the_same_object_has_the_same_number() -> None:
    """The same tensor twice is one object; an equal tensor is another."""
    tensor = torch.ones(2)
    objects, storages = numbers(tensor, torch.ones(2), tensor)
    assert objects == [0, 1, 0] and storages == [0, 1, 0]


def test_a_view_shares_and_a_clone_does_not() -> None:
    """A view and `detach` share memory; `clone` and contiguous copies do not."""
    base = torch.arange(6.0).reshape(2, 3)
    values = (base, base[1:], base.t(), base.detach(), base.view(-1), base.clone(), base.t().contiguous())
    objects, storages = numbers(*values)
    assert objects == list(range(7))
    assert storages == [0, 0, 0, 0, 0, 1, 2]


def test_views_that_do_not_overlap_share_their_memory() -> None:
    """Two views of one tensor share its storage, even if they have no elements in common."""
    base = torch.arange(6.0)
    assert numbers(base[:2], base[4:])[1] == [0, 0]


def test_from_numpy_shares_with_the_array() -> None:
    """`torch.from_numpy` and `.numpy()` share memory with the array; `torch.tensor` copies."""
    array = np.arange(4.0)
    tensor = torch.ones(3)
    values = (array, torch.from_numpy(array), torch.tensor(array), tensor, tensor.numpy(), array[1:3])
    assert numbers(*values)[1] == [0, 0, 1, 2, 2, 0]


def test_arrays_share_what_they_overlap_in() -> None:
    """Views of an array share memory if they have bytes in common, even if one is reversed."""
    array = np.arange(10.0)
    assert numbers(array[:4], array[3:6], array[::-1][:2], array[6:8])[1] == [0, 0, 1, 2]


def test_empty_tensors_do_not_all_share() -> None:
    """Two empty tensors share no memory; an empty tensor and its view do."""
    empty = torch.empty(0)
    assert numbers(empty, torch.empty(0), empty.view(0, 3), np.empty(0), np.empty(0))[1] == [0, 1, 0, 2, 3]


def test_meta_tensors_do_not_all_share() -> None:
    """On meta, where there is no memory, the storage object distinguishes views from other tensors."""
    base = torch.empty(4, device="meta")
    assert numbers(base, base[:2], torch.empty(4, device="meta"))[1] == [0, 0, 1]


def test_freed_memory_is_not_mistaken() -> None:
    """Described values stay alive, so that no later value gets their address."""
    describer = Describer()
    seen: list[Any] = [describer.describe(torch.ones(1000)) for _ in range(20)]
    seen += [describer.describe(torch.empty(0)) for _ in range(20)]
    assert len({fact.object for fact in seen}) == len({fact.storage for fact in seen}) == 40


def test_numbers_hold_across_one_observation() -> None:
    """An argument that was described before the call is recognised in the result, with its gradient."""
    describer = Describer()
    leaf = torch.ones(2, requires_grad=True)
    leaf.grad = torch.zeros(2)
    before: Any = describer.describe(leaf, values=False)
    after: Any = describer.describe([leaf.grad, leaf.detach()])
    assert after.items[0].object == before.grad.object
    assert after.items[1].storage == before.storage and after.items[1].object != before.object


def test_descriptions_do_not_change_the_value() -> None:
    """Describing a value changes nothing: no edit is counted, no gradient is made, a lazy conjugate stays lazy."""
    tensor = torch.tensor([1j]).conj()
    describe(tensor)
    assert tensor.is_conj() and tensor._version == 0


def test_facts_of_a_value_are_the_same_again() -> None:
    """The same value has the same facts in a second observation."""
    value = [torch.arange(3.0), {"a": (1, 2.0)}]
    assert describe(value) == describe(value)
    assert facts.Describer is Describer


@pytest.mark.parametrize(
    "tensor", [torch.ones(1, 3)[:, 0], torch.ones(4)[2::9], torch.ones(1, 3).T[0], torch.ones(3)[1]]
)
def test_one_element_of_another_tensor_travels(tensor: torch.Tensor) -> None:
    """A view of one element is sent, whatever stride its base has."""
    assert torch.equal(rebuilt(describe(tensor)), tensor)


# Modules


def net() -> nn.Sequential:
    """A small model with a buffer, a frozen parameter and an inner module in another mode."""
    model = nn.Sequential(nn.Linear(2, 1), nn.BatchNorm1d(1))
    model[0].bias.requires_grad_(False)
    model[1].eval()
    return model


def test_a_module_is_its_modules_parameters_and_buffers() -> None:
    """A model's fact has names, classes, modes, and the facts of every tensor."""
    fact = describe(net())
    assert [(part.name, part.classes[0], part.training) for part in fact.modules] == [
        ("", "Sequential", True),
        ("0", "Linear", True),
        ("1", "BatchNorm1d", False),
    ]
    assert fact.modules[2].classes[-1] == "Module"
    assert [name for name, _ in fact.parameters] == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert [tensor.requires_grad for _, tensor in fact.parameters] == [True, False, True, True]
    assert [name for name, _ in fact.buffers] == ["1.running_mean", "1.running_var", "1.num_batches_tracked"]


def test_a_module_that_is_shared_is_listed_once() -> None:
    """A shared module is listed once, as `named_modules()` and `named_parameters()` do."""
    layer = nn.Linear(2, 2)
    fact = describe(nn.Sequential(layer, nn.ReLU(), layer))
    assert [part.name for part in fact.modules] == ["", "0", "1"]
    assert [name for name, _ in fact.parameters] == ["0.weight", "0.bias"]


def test_modules_and_their_tensors_are_recognised() -> None:
    """The same module or parameter has the same number everywhere."""
    model = net()
    first, again, weight = items(model, model, model[0].weight)
    assert first.modules[0].object == again.modules[0].object
    assert dict(first.parameters)["0.weight"].object == weight.object


def test_what_a_class_makes_of_its_names_does_not_count() -> None:
    """Parameters are listed by `nn.Module`'s own method, even if a class overrides it."""

    class Liar(nn.Linear):
        def named_parameters(self, *args: Any, **kwargs: Any) -> Any:
            return iter(())

    assert [name for name, _ in describe(Liar(1, 1)).parameters] == ["weight", "bias"]


def test_a_module_that_never_became_one_names_itself() -> None:
    """A module without `super().__init__()` is described by its type's name."""

    class Forgetful(nn.Module):
        def __init__(self) -> None:
            pass

    fact = describe(Forgetful())
    assert isinstance(fact, wire.Other) and "Forgetful" in fact.name and fact.why


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("submission", "Net"),
        ("11_linear.reference", "Net"),
        ("11_linear.ManualSGD.no-copy", "Net"),
        ("torch.nn", "torch.nn.Net"),
    ],
)
def test_a_class_of_a_submission_and_of_a_variant_are_named_alike(module: str, name: str) -> None:
    """Classes of a submission and of a variant have the same name, so that misconceptions can match."""
    assert describe(type("Net", (), {"__module__": module})()) == wire.Other(name=name)


@pytest.mark.parametrize("size", [3, 16, 1_000, 5_000, 50_000])
def test_memory_that_a_tensor_gave_up_is_not_taken_for_that_of_new_ones(size: int) -> None:
    """After `x.data = ...`, no new tensor has the number of the memory that `x` had before."""
    for _ in range(40):  # whether an address is used again is up to the allocator
        describer = Describer()
        x = torch.zeros(size)
        before = describer.describe(x, values=False)
        x.data = torch.ones(size)
        after = [describer.describe(tensor, values=False) for tensor in (x, *[torch.zeros(size) for _ in range(20)])]
        assert isinstance(before, wire.TensorFact)
        assert before.storage not in {fact.storage for fact in after if isinstance(fact, wire.TensorFact)}
