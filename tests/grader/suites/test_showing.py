"""Calls and values are shown as a student would type or print them, shortened."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from grader import wire
from grader.suites import code, showing


def with_gradient() -> torch.Tensor:
    """Return a leaf that has a gradient."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.grad = torch.tensor([0.5, 1.0])
    return x


# What a suite hands over


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5.0"),
        (3, "3"),
        (True, "True"),
        (None, "None"),
        ("mean", "'mean'"),
        (code("lambda x: x ** 2"), "lambda x: x ** 2"),
        (torch.tensor([1.0, 2.5]), "tensor([1., 2.5])"),
        (torch.tensor(3), "tensor(3)"),
        (torch.tensor([[True], [False]]), "tensor([[True], [False]])"),
        (torch.tensor(5.0, requires_grad=True), "tensor(5., requires_grad=True)"),
        (with_gradient(), "tensor([1., 2.], requires_grad=True, grad=[0.5, 1.])"),
        (torch.ones(2, dtype=torch.float16), "tensor([1., 1.], dtype=torch.float16)"),
        (torch.ones(4, 5), "<tensor of shape (4, 5), float32>"),
        (torch.ones(3, 1, device="meta"), "<tensor of shape (3, 1), float32, device='meta'>"),
        (torch.ones(4, 5, dtype=torch.float64), "<tensor of shape (4, 5), float64>"),
        (np.array([1.0, 2.5]), "np.array([1.0, 2.5])"),
        (np.array([1.0, 2.5], dtype=np.float32), "np.array([1.0, 2.5], dtype=float32)"),
        (np.arange(3), "np.array([0, 1, 2])"),
        (np.arange(3)[::-1], "np.array([2, 1, 0])"),
        (np.ones((4, 5)), "<NumPy array of shape (4, 5), float64>"),
        ([1, (2.0,), [code("torch.exp")]], "[1, (2.0,), [torch.exp]]"),
        ((1, 2), "(1, 2)"),
        ([0] * 13, "[" + "0, " * 12 + "...]"),
        ({"lr": 0.1, "x": torch.tensor(1.0)}, "{'lr': 0.1, 'x': tensor(1.)}"),
    ],
)
def test_an_argument_is_shown_as_it_would_be_typed(value: object, text: str) -> None:
    """Short values are shown in full, long ones by shape and dtype, functions by their source."""
    assert showing.given(value) == text


def test_an_intermediate_result_is_shown_without_asking_for_its_gradient() -> None:
    """An intermediate tensor is shown without reading its `.grad`, which would warn."""
    x = torch.ones(2, requires_grad=True) * 2
    assert showing.given(x) == "tensor([2., 2.], requires_grad=True)"


def test_a_read_only_array_is_shown() -> None:
    """A read-only array is shown without a warning."""
    array = np.ones(2)
    array.flags.writeable = False
    assert showing.given(array) == "np.array([1.0, 1.0])"


def test_a_call_is_shown_as_it_would_be_typed() -> None:
    """A call shows positional arguments, then keywords."""
    shown = showing.call("step_", (torch.tensor([1.0]), 2), {"lr": 0.1, "fn": code("torch.exp")})
    assert shown == "step_(tensor([1.]), 2, lr=0.1, fn=torch.exp)"


# What comes back


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (10.0, "10.0"),
        (1e30, "1e+30"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (7, "7"),
        (False, "False"),
        ("ok", "'ok'"),
        (wire.Items(kind="list", items=(1, 2.0)), "[1, 2.0]"),
        (wire.Items(kind="tuple", items=(1,)), "(1,)"),
        (wire.Items(kind="Size", items=(3, 4)), "torch.Size([3, 4])"),
        (wire.Items(kind="tuple", items=(1,), of="Pair"), "Pair(1)"),
        (wire.Items(kind="list", items=(1, 2), of="Losses"), "Losses([1, 2])"),
        (wire.Pairs(kind="dict", items=(("a", 1),), of="collections.Counter"), "collections.Counter({'a': 1})"),
        (wire.Items(kind="list", items=(0,) * 13), "[" + "0, " * 12 + "...]"),
        (wire.Pairs(kind="dict", items=(("a", 1), ("b", None))), "{'a': 1, 'b': None}"),
        (
            wire.Pairs(kind="dict", items=tuple((i, i) for i in range(13))),
            "{" + "".join(f"{i}: {i}, " for i in range(12)) + "...}",
        ),
        (wire.Named(kind="dtype", name="torch.int64"), "torch.int64"),
        (wire.Named(kind="device", name="cpu"), "cpu"),
        (wire.Named(kind="class", name="Linear"), "the class Linear"),
        (wire.Named(kind="function", name="double"), "the function double"),
        (wire.Other(name="numpy.float64"), "an object of type numpy.float64"),
        (wire.Other(name="int", why="too large"), "an object of type int (too large)"),
    ],
)
def test_a_plain_value_is_shown_as_it_would_be_printed(value: wire.Fact, text: str) -> None:
    """Numbers, strings and containers are shown as Python prints them, other values by their name."""
    assert showing.fact(value) == text


@pytest.mark.parametrize(
    ("tensor", "changes", "text"),
    [
        (torch.tensor([1.0, 2.5]), {}, "tensor([1., 2.5])"),
        (torch.tensor(1.0 / 3), {}, "tensor(0.333333)"),
        (torch.tensor([1, 2]), {}, "tensor([1, 2])"),
        (torch.tensor([1, 2], dtype=torch.int32), {}, "tensor([1, 2], dtype=torch.int32)"),
        (torch.tensor([1.0], requires_grad=True), {}, "tensor([1.], requires_grad=True)"),
        (torch.tensor([1.0], requires_grad=True) + 1, {}, "tensor([2.], grad_fn=<AddBackward0>)"),
        (torch.tensor([math.nan, math.inf]), {}, "tensor([nan, inf])"),
        (torch.ones(4, 5), {}, "<tensor of shape (4, 5), float32>"),
        (torch.ones(2), {"data": None}, "<tensor of shape (2,), float32>"),
        (torch.ones(2, device="meta"), {}, "<tensor of shape (2,), float32 on meta>"),
        (torch.empty(0, 2), {}, "tensor([], size=(0, 2))"),
    ],
)
def test_a_tensor_is_shown_as_torch_prints_it(
    fact: Any, tensor: torch.Tensor, changes: dict[str, Any], text: str
) -> None:
    """Small tensors are shown in full with their attributes, others by shape and dtype."""
    assert showing.fact(fact(tensor, **changes)) == text


def test_an_array_is_shown_by_its_shape(fact: Any) -> None:
    """An array is shown as a NumPy array with its shape."""
    assert showing.fact(fact(np.ones((2, 2)))) == "np.array([[1.0, 1.0], [1.0, 1.0]])"
    assert showing.fact(fact(np.ones((20, 3)))) == "<NumPy array of shape (20, 3), float64>"
    assert showing.fact(fact(np.ones(2), data=None)) == "<NumPy array of shape (2,), float64>"
    assert showing.fact(fact(np.ones(2), data=bytes(3))) == "<NumPy array of shape (2,), float64>"
    for dtype in ("object", "nonsense", "(9,)f4", "M8[s]", "S8", "f4,f4", "("):
        assert showing.fact(fact(np.ones(2), dtype=dtype)) == f"<NumPy array of shape (2,), {dtype}>"


@pytest.mark.parametrize("digits", [9.99991, 123456.7, 1.00002, 0.000123457])
def test_numbers_that_differ_are_shown_to_differ(digits: float) -> None:
    """Numbers have six significant digits, so that two that differ by more than the tolerance look different."""
    assert showing.number(digits) != showing.number(digits * (1 + 2e-5))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("two\n   lines", "two lines"),
        ("x" * 160, "x" * 160),
        ("x" * 161, "x" * 159 + "…"),
    ],
)
def test_text_is_cut_to_one_line(text: str, shown: str) -> None:
    """Text has at most 160 characters; an ellipsis shows that it was cut."""
    assert showing.shorten(text) == shown


def test_a_long_string_is_cut() -> None:
    """A long string of a student is cut."""
    assert len(showing.fact("x" * 4000)) == 160


def test_containers_in_containers_are_cut() -> None:
    """Nested containers are limited in depth and length."""
    value: wire.Fact = "x" * 150
    for _ in range(6):
        value = wire.Items(kind="list", items=(value,) * 12)
    shown = showing.fact(value)
    assert shown.startswith("[[[[...], [...], ") and len(shown) == 2000
    assert len(showing.fact(wire.Items(kind="list", items=("x" * 150,) * 12))) < 2000
    wide = wire.Items(kind="list", items=(wire.Items(kind="list", items=("x" * 150,) * 12),) * 12)
    assert len(showing.fact(wide)) == 2000


def test_rows_of_nothing_are_not_listed(fact: Any) -> None:
    """An empty tensor with a billion rows is shown by its shape."""
    assert showing.fact(fact(torch.empty(10**9, 0))) == "<tensor of shape (1000000000, 0), float32>"
    assert showing.fact(fact(torch.empty(0, 3))) == "tensor([], size=(0, 3))"
    assert showing.fact(fact(torch.empty(0))) == "tensor([])"


def test_a_model_is_shown_by_its_layers() -> None:
    """A model as an argument is its layers with their sizes, on one line."""
    inner = nn.Sequential(nn.Linear(3, 2, bias=False), nn.Dropout(0.5))
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), inner, nn.Conv2d(1, 2, 3))
    assert showing.given(model) == (
        "Sequential(Linear(2, 3), ReLU(), Sequential(Linear(3, 2, bias=False), Dropout(p=0.5, inplace=False)), "
        "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1)))"
    )
    assert len(showing.given(nn.Sequential(*(nn.Linear(10, 10) for _ in range(50))))) == 160
