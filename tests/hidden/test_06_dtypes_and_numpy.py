"""Hidden checks of 06_dtypes_and_numpy."""

from __future__ import annotations

import numpy as np
import torch

from grader.suites import check, code, domain, probe, public_suite

public = public_suite(__file__)
DTYPE_OF, number, listed, array = public.DTYPE_OF, public.number, public.listed, public.array

# infer_dtype


@check(
    "infer_dtype",
    points=0.25,
    judges="facts",
    hint="`bool` is a subclass of `int`, so ask about bool first, or compare exact types: `type(value) is int`.",
)
def test_infer_all_bool(candidate, draw):
    """A list of bools is bool, although `bool` is a subclass of `int`."""
    values = [number(draw, bool) for _ in range(draw.integer(2, 5))]
    for given in (values, [True], [False, False]):
        candidate.infer_dtype(given).result.equals(torch.bool)


@check("infer_dtype", points=0.5)
def test_infer_any_pair_of_kinds(candidate, draw):
    """Of any two kinds the more general one decides, whether it is first or last, there once or many times."""
    kinds = list(DTYPE_OF)
    for i, general in enumerate(kinds):
        for other in kinds[:i]:
            values = [number(draw, general), *(number(draw, other) for _ in range(draw.integer(1, 3)))]
            candidate.infer_dtype(listed(values)).result.equals(DTYPE_OF[general])
            candidate.infer_dtype(listed(values[::-1])).result.equals(DTYPE_OF[general])


@check(
    "infer_dtype",
    points=0.25,
    judges="facts",
    hint="look at the type of every element, to the end of the list, before you decide on a dtype.",
)
def test_infer_refuses_it_anywhere(candidate, draw):
    """One element of another type is a TypeError wherever it stands; the list is left as it was."""
    for wrong in ("'nan'", "[1.0]", "(1,)", "torch.tensor(1)", "{}", "object()", "b'1'"):
        values = [repr(number(draw, kind)) for kind in (complex, float, int)]
        values.insert(draw.integer(0, 3), wrong)
        candidate.infer_dtype(code(f"[{', '.join(values)}]")).raises("TypeError")
    values = [number(draw, float), number(draw, bool), number(draw, int), True]
    observed = candidate.infer_dtype(values)
    observed.result.equals(torch.float32)
    observed.argument(0, "values").equals(values)
    observed.state_kept()


@domain("infer_dtype", points=0.25, programs=42, raises=["TypeError"])
def test_dtypes_of_any_list(pick):
    """Any list of numbers gives its dtype, and one element of another type anywhere gives a TypeError."""
    numbers = "1", "True", "1.5", "2j", "False", "0", "-3", "0.0", "2**40", "1e6"
    elements = [pick.of(*numbers) for _ in range(5)][: pick.of(1, 2, 3, 5, 0)]
    if pick.of(False, False, True):
        elements.insert(pick.of(0, 1, 5), pick.of("'3'", "None", "[1]", "torch.tensor(1)", "np.int64(1)", "(1,)", "{}"))
    pick.given("values", f"[{', '.join(elements)}]")
    pick.call("infer_dtype(values)")


# to_float32


@probe
def array_changed_later(student, array):
    """t = to_float32(array); array[...] = 77; t"""
    t = student.to_float32(array)
    array[...] = 77
    return t


@probe
def tensor_changed_later(student, array):
    """t = to_float32(array); t.fill_(77); array"""
    student.to_float32(array).fill_(77)
    return array


@check(
    "to_float32",
    points=0.5,
    judges="facts",
    hint="where there is nothing to convert, many conversions copy nothing. `torch.tensor` always copies.",
)
def test_float32_is_independent_both_ways(candidate, draw):
    """No shared memory, in either direction: later changes to array or tensor don't show in the other."""
    for dtype in ("float32", "float64", "int32"):
        given = array(draw, 2, 2, dtype=dtype)
        candidate.run(array_changed_later, given).result.values(given.tolist())
        candidate.run(tensor_changed_later, given).result.array(given)


@probe
def float32_of_the_transpose(student, array):
    """to_float32(array.T)"""
    return student.to_float32(array.T)


@probe
def float32_of_every_other_row(student, array):
    """to_float32(array[::2])"""
    return student.to_float32(array[::2])


@check("to_float32", points=0.25)
def test_float32_of_any_layout(candidate, draw):
    """Transposed arrays and parts of larger ones."""
    for dtype in ("float64", "float32", "int64"):
        given = array(draw, 3, 2, dtype=dtype)
        observed = candidate.run(float32_of_the_transpose, given)
        observed.result.values(given.T.tolist()).owns_memory()
        observed = candidate.run(float32_of_every_other_row, given)
        observed.result.values(given[::2].tolist()).owns_memory()


@check("to_float32", points=0.25, judges="facts")
def test_float32_leaves_the_array_alone(candidate, draw):
    """`array` is unchanged, the result doesn't require grad, and global settings stay."""
    for dtype in ("float64", "float32", "int64"):
        given = array(draw, 2, 3, dtype=dtype)
        observed = candidate.to_float32(given)
        observed.result.values(given.tolist()).detached()
        observed.unchanged().state_kept()


@domain("to_float32", points=0.25)
def test_float32_of_any_array(pick):
    """Arrays of any dtype, shape and layout, of small or large numbers, are copied into float32."""
    dtype = pick.of("float64", "float32", "int64", "bool", "int32", "uint8", "int16", "int8")
    shape = pick.shape(ranks=(1, 2, 3), sizes=(1, 2, 3, 4, 0))
    factor = pick.of("", " * 1e6", " * 1e-6") if "float" in dtype else ""
    view = pick.of("", ".T", "[::2]", "[..., ::2]")
    pick.array("base" if factor or view else "array", shape, dtypes=(dtype,))
    if factor or view:
        pick.given("array", f"(base{factor}){view}" if factor else f"base{view}")
    pick.call("to_float32(array)")
    after = pick.of("", "array[...] = 1", "result.fill_(1)")
    if after:
        pick.do(after)


# wrap_array


@check("wrap_array", points=0.5)
def test_wrap_keeps_dtype_and_shape(candidate, draw):
    """The dtype corresponds (int32, uint8, float16, complex64, ...), the shape is the same: 0-D and empty ones too."""
    for dtype in ("int32", "uint8", "float32", "float16", "int64", "int16", "int8", "complex64", "complex128"):
        given = array(draw, 3, 2, dtype=dtype)
        observed = candidate.wrap_array(given)
        observed.result.dtype(getattr(torch, dtype)).values(torch.tensor(given))
        observed.result.shares_memory_with(observed.argument(0, "array"))
    for shape in ((), (1,), (2, 1, 3), (0, 3)):
        given = array(draw, *shape)
        candidate.wrap_array(given).result.dtype(torch.float64).values(torch.tensor(given))


@probe
def write_to_the_tensor(student, array, index, value):
    """t = wrap_array(array); t[index] = value; array"""
    student.wrap_array(array)[index] = value
    return array


@check("wrap_array", points=0.25, judges="facts", hint=public.SHARE)
def test_wrap_writes_to_the_array(candidate, draw):
    """A write to the tensor is seen in the array, whatever its dtype; nothing else changes."""
    for dtype in ("float64", "float32", "int32"):
        given, index, value = array(draw, 4, dtype=dtype), draw.integer(0, 3), draw.integer(10, 90)
        expected = given.copy()
        expected[index] = value
        candidate.run(write_to_the_tensor, given, index, value).result.array(expected)
    observed = candidate.wrap_array(array(draw, 4))
    observed.returned().unchanged().state_kept()


@check(
    "wrap_array",
    points=0.25,
    judges="facts",
    hint="a number has no memory to share, a tensor is no array: whatever isn't a `numpy.ndarray` is refused.",
)
def test_wrap_refuses_what_is_no_array(candidate, draw):
    """A scalar (Python's or NumPy's), a tuple, a tensor, None: each is a TypeError; a 0-D array is none."""
    value = draw.number(1, 9)
    for given in (
        value,
        code(f"np.float64({value})"),
        code("np.int64(3)"),
        (1.0, value),
        [[1, 2]],
        torch.ones(2),
        None,
    ):
        candidate.wrap_array(given).raises("TypeError")
    candidate.wrap_array(np.array(value)).result.values(value)


@domain("wrap_array", points=0.25, raises=["TypeError"])
def test_wrapping_anything(pick):
    """Arrays of any dtype, shape and layout share their memory, and what is no array gives a TypeError."""
    dtype = pick.of(
        "float64", "float32", "int64", "int32", "float16", "complex64", "uint8", "int16", "int8", "complex128"
    )
    shape, view = (
        pick.shape(ranks=(1, 2, 0, 3), sizes=(1, 2, 3, 0)),
        pick.of("", ".T", "[..., ::2]", ".view(np.recarray)"),
    )
    pick.array("base" if view and shape else "array", shape, dtypes=(dtype,))
    if view and shape:
        pick.given("array", f"base{view}")
    other = pick.of("[1.0, 2.0]", "(1.0,)", "1.5", "np.float64(1.5)", "torch.ones(2)", "None", "array.tolist()")
    pick.call(f"wrap_array({pick.of('array', 'array', 'array', '{}').format(other)})")
    after = pick.of("", "array[...] = 1", "result.fill_(1)")
    if after:
        pick.do(after)


# to_numpy_copy


@check("to_numpy_copy", points=0.25)
def test_numpy_keeps_the_dtype(candidate, draw):
    """The dtype corresponds: float64, float16, integers, bool (stays bool), complex64."""
    for dtype in ("float64", "float16", "int64", "int32", "uint8", "int8", "bool", "complex64"):
        given = array(draw, 3, 2, dtype=dtype)
        candidate.to_numpy_copy(torch.tensor(given)).result.array(given)


@probe
def tensor_filled_later(student, t):
    """array = to_numpy_copy(t); t.fill_(77); array"""
    array = student.to_numpy_copy(t)
    t.fill_(77)
    return array


@check(
    "to_numpy_copy",
    points=0.25,
    judges="facts",
    hint="`detach()`, `.data` and `numpy()` all share memory. Copy as well: an array has `copy()`, a tensor `clone()`.",
)
def test_numpy_shares_no_memory(candidate, draw):
    """Array and tensor are independent, contiguous or not."""
    for t in (draw.tensor(2, 3).T, draw.tensor(4)):
        expected = np.array(t.tolist(), dtype="float32")
        candidate.run(tensor_filled_later, t).result.array(expected)
        candidate.to_numpy_copy(t).result.array(expected).owns_memory()
        candidate.to_numpy_copy(t.clone().requires_grad_()).result.array(expected).owns_memory()


@check(
    "to_numpy_copy",
    points=0.25,
    judges="facts",
    hint="`detach()` gives another tensor and leaves `t` as it is. Don't switch anything off on `t` itself.",
)
def test_numpy_leaves_the_tensor_alone(candidate, draw):
    """`t` keeps its values, its `requires_grad` and its gradient: a plain tensor, a leaf, and a result."""
    t = draw.tensor(3)
    candidate.to_numpy_copy(t).returned().unchanged()
    leaf = t.clone().requires_grad_()
    leaf.grad = draw.tensor(3)
    candidate.to_numpy_copy(leaf).returned().unchanged().argument(0, "t").leaf().grad(leaf.grad)
    candidate.to_numpy_copy(leaf.clone()).returned().unchanged().argument(0, "t").attached()


@probe
def backward_afterwards(student, w):
    """t = w.exp(); array = to_numpy_copy(t); array[...] = 0; t.sum().backward(); w.grad"""
    t = w.exp()
    array = student.to_numpy_copy(t)
    array[...] = 0
    t.sum().backward()
    return w.grad


@check(
    "to_numpy_copy",
    points=0.25,
    judges="facts",
    hint="the graph of `t` must stay whole, and so must the memory that it needs: touch neither, and copy.",
)
def test_numpy_lets_backward_work(candidate, draw):
    """One can still go backward through the graph of `t`, even after the array was changed."""
    w = draw.tensor(3)
    candidate.run(backward_afterwards, w.clone().requires_grad_()).result.values(w.double().exp())


@domain("to_numpy_copy", points=0.25, programs=41)
def test_copies_of_any_tensor(pick):
    """Tensors of any dtype, shape and layout are copied, and the graph of those that have one still works."""
    dtype = pick.of("float32", "float64", "int64", "bool", "float16", "int32", "complex64", "uint8", "int16", "int8")
    grad = pick.of(False, True, True) and "float" in dtype
    shape = pick.shape(ranks=(1, 2, 0, 3), sizes=(1, 2, 3, 0))
    result = pick.maybe() and grad
    pick.tensor("w" if result else "t", shape, dtypes=(dtype,), grad=grad)
    if result:
        pick.given("t", "w.exp()")
    pick.call("to_numpy_copy(t)", backward=False)
    if pick.maybe():
        pick.do("result[...] = 1")
    if grad:
        pick.do("t.sum().backward()")
