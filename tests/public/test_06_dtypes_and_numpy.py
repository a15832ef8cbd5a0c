"""Public checks of 06_dtypes_and_numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from grader import wire
from grader.suites import Draw, check, code, probe

DTYPE_OF = {bool: torch.bool, int: torch.int64, float: torch.float32, complex: torch.complex64}
SHARE = "only `from_numpy` and its like share memory: conversions, `clone()` and `torch.tensor` copy."


def number(draw: Draw, kind: type) -> Any:
    """Return a Python number of this kind."""
    if kind is bool:
        return draw.integer(0, 1) == 1
    if kind is int:
        return draw.integer(-99, 99)
    return kind(draw.number(-9, 9)) if kind is float else complex(draw.number(-9, 9), draw.number(1, 9))


def listed(values: list[Any]) -> wire.Code:
    """Return a list as source: complex numbers can't travel otherwise."""
    return code(repr(values))


def array(draw: Draw, *shape: int, dtype: str = "float64") -> np.ndarray[Any, Any]:
    """Return an array of numbers, whole ones of at most two digits in integer dtypes."""
    kind = np.dtype(dtype).kind
    if kind in "iu":
        return draw.integers(*shape, low=10 if kind == "u" else -99, high=99).numpy().astype(dtype)
    values = draw.tensor(*shape, dtype=torch.float64).numpy()
    if kind == "c":
        values = values + 1j * draw.tensor(*shape, dtype=torch.float64).numpy()
    return values > 0 if kind == "b" else values.astype(dtype)


# infer_dtype


@check("infer_dtype", points=0.25)
def test_infer_one_kind(candidate, draw):
    """Lists of one kind: int64, float32 and complex64 (and bool, in a check of its own)."""
    for kind in (int, float, complex):
        values = [number(draw, kind) for _ in range(draw.integer(1, 4))]
        candidate.infer_dtype(listed(values)).result.equals(DTYPE_OF[kind])


@check("infer_dtype", points=0.25)
def test_infer_most_general_kind(candidate, draw):
    """Mixed lists take the most general kind, wherever it stands."""
    for kinds in ((int, float), (float, int), (complex, float, int), (bool, int, bool), (int, bool, float, bool)):
        most_general = max(kinds, key=list(DTYPE_OF).index)
        candidate.infer_dtype(listed([number(draw, kind) for kind in kinds])).result.equals(DTYPE_OF[most_general])


@check(
    "infer_dtype",
    points=0.25,
    judges="facts",
    hint="look at the type of every element before anything else, and `raise TypeError(...)` yourself.",
)
def test_infer_refuses_what_is_no_number(candidate, draw):
    """Strings and None are a TypeError; without them there is none."""
    values = [number(draw, int), number(draw, float)]
    for wrong in ("3", None):
        candidate.infer_dtype([wrong]).raises("TypeError")
        candidate.infer_dtype([*values, wrong]).raises("TypeError")
    candidate.infer_dtype(values).result.equals(torch.float32)


# to_float32


@check("to_float32", points=0.25)
def test_float32_from_float64(candidate, draw):
    """A float64 array gives a float32 tensor of the same shape and values, on the CPU."""
    given = array(draw, 2, 3)
    candidate.weighed().to_float32(given).result.values(given.tolist()).dtype(torch.float32).device("cpu")


@check("to_float32", points=0.25)
def test_float32_from_integers_and_bools(candidate, draw):
    """Integer and bool arrays give a float32 tensor of the same shape and values."""
    for dtype in ("int64", "int32", "uint8", "int8", "bool"):
        given = array(draw, 2, 2, dtype=dtype)
        result = candidate.weighed().to_float32(given).result
        result.values(given.astype("float64").tolist()).dtype(torch.float32)


@check(
    "to_float32",
    points=0.25,
    judges="facts",
    hint="where there is nothing to convert, many conversions copy nothing. `torch.tensor` always copies.",
)
def test_float32_shares_no_memory(candidate, draw):
    """A float32 array gives a tensor in memory of its own."""
    given = array(draw, 4, dtype="float32")
    candidate.to_float32(given).result.values(given.tolist()).owns_memory()


# wrap_array


@check("wrap_array", points=0.25)
def test_wrap_has_values_of_the_array(candidate, draw):
    """Same shape, values and dtype as a float64 array."""
    given = array(draw, 2, 3)
    candidate.weighed().wrap_array(given).result.values(given.tolist()).dtype(torch.float64)


@probe
def write_to_the_array(student, array, index, value):
    """t = wrap_array(array); array[index] = value; t"""
    t = student.wrap_array(array)
    array[index] = value
    return t


@check("wrap_array", points=0.25, hint=SHARE)
def test_wrap_sees_changes_of_the_array(candidate, draw):
    """A write to the array is seen in the tensor."""
    given, index, value = array(draw, 4), draw.integer(0, 3), draw.number(10, 90)
    expected = given.tolist()
    expected[index] = value
    candidate.run(write_to_the_array, given, index, value).result.values(expected)


@check(
    "wrap_array",
    points=0.25,
    judges="facts",
    hint="a list has no memory that a tensor could share. `from_numpy` refuses it, `as_tensor` copies it.",
)
def test_wrap_refuses_a_list(candidate, draw):
    """A list is a TypeError, an array of the same numbers is none."""
    given = array(draw, 3)
    candidate.wrap_array(given.tolist()).raises("TypeError")
    candidate.wrap_array(given).result.values(given.tolist())


# to_numpy_copy


@check("to_numpy_copy", points=0.25)
def test_numpy_has_values_of_the_tensor(candidate, draw):
    """A `numpy.ndarray` of the same shape, values and dtype: float32 stays float32."""
    t = draw.tensor(2, 3)
    candidate.weighed().to_numpy_copy(t).result.array(np.array(t.tolist(), dtype="float32"))


@check("to_numpy_copy", points=0.5)
def test_numpy_of_tensors_that_require_grad(candidate, draw):
    """Works for tensors that require grad: a leaf, and the result of an operation."""
    t = draw.tensor(4)
    expected = np.array(t.tolist(), dtype="float32")
    candidate.weighed().to_numpy_copy(t.clone().requires_grad_()).result.array(expected)
    candidate.weighed().to_numpy_copy(t.clone().requires_grad_().clone()).result.array(expected)
