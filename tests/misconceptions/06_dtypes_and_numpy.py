"""Wrong implementations of 06_dtypes_and_numpy, as learners write them, with what a teacher says about each."""

# %%
import numpy as np
import torch

# %% task="infer_dtype" name="capital-t" presumes=["Tensor()"]
# `torch.Tensor`, with a capital T, always gives float32. `torch.tensor` looks at the data and infers the dtype from it.


def infer_dtype(values):
    for value in values:
        if type(value) not in (bool, int, float, complex):
            raise TypeError("no number")
    return torch.Tensor(values).dtype


# %% task="infer_dtype" name="numpy-dtype" presumes=["np or numpy"]
# NumPy turns Python's numbers into float64 and complex128, and the tensor keeps what the array has. PyTorch's own
# defaults are float32 and complex64: give the list to `torch.tensor` directly.


def infer_dtype(values):
    for value in values:
        if type(value) not in (bool, int, float, complex):
            raise TypeError("no number")
    return torch.from_numpy(np.array(values)).dtype


# %% task="infer_dtype" name="no-type-check" presumes=["not raise"]
# What PyTorch does with other types varies: a ValueError, a RuntimeError, and of a list or a tensor it even makes a
# tensor. Look at every element first, and raise a TypeError yourself.


def infer_dtype(values):
    return torch.tensor(values).dtype


# %% task="infer_dtype" name="value-error"
# A wrong *type* is a TypeError; a ValueError is for a right type with a wrong value.


def infer_dtype(values):
    for value in values:
        if type(value) not in (bool, int, float, complex):
            raise ValueError("no number")
    return torch.tensor(values).dtype


# %% task="infer_dtype" name="only-strings-refused"
# Strings aren't all that can go wrong: None, a list, any object may stand there. List what is allowed instead of what
# isn't.


def infer_dtype(values):
    if any(isinstance(value, str) for value in values):
        raise TypeError("no strings")
    return torch.tensor(values).dtype


# %% task="infer_dtype" name="every-kind-of-number" presumes=["isinstance()"]
# `numbers.Number` covers more than Python's four kinds: NumPy's numbers, fractions and decimals are among them. List
# the four types instead.

import numbers


def infer_dtype(values):
    for value in values:
        if not isinstance(value, numbers.Number):
            raise TypeError(f"{value!r} is not a number")
    return torch.tensor(values).dtype


# %% task="infer_dtype" name="first-element-checked"
# Only the first element was looked at, and the wrong one may be the last. Check them all.


def infer_dtype(values):
    if values and type(values[0]) not in (bool, int, float, complex):
        raise TypeError("no number")
    return torch.tensor(values).dtype


# %% task="infer_dtype" name="others-skipped"
# Leaving out what isn't a number hides a mistake of the caller. It was to be refused: `raise TypeError(...)`.


def infer_dtype(values):
    return torch.tensor([value for value in values if type(value) in (bool, int, float, complex)]).dtype


# %% task="infer_dtype" name="answers-too-early"
# At the first complex number you return, and never see what comes after it. Go through the whole list, then answer.


def infer_dtype(values):
    kinds = [bool, int, float, complex]
    highest = 0 if values else 2
    for value in values:
        if type(value) not in kinds:
            raise TypeError("no number")
        highest = max(highest, kinds.index(type(value)))
        if highest == 3:
            return torch.complex64
    return [torch.bool, torch.int64, torch.float32][highest]


# %% task="infer_dtype" name="bool-counts-as-int" presumes=["isinstance() or _.bool"]
# `isinstance(True, int)` is true, because `bool` is a subclass of `int`: your list of bools became int64. Ask about
# bool first, or compare exact types.


def infer_dtype(values):
    if any(not isinstance(value, (int, float, complex)) for value in values):
        raise TypeError("no number")
    if any(isinstance(value, complex) for value in values):
        return torch.complex64
    if any(isinstance(value, float) for value in values) or not values:
        return torch.float32
    if any(isinstance(value, int) for value in values):
        return torch.int64
    return torch.bool


# %% task="infer_dtype" name="empty-is-int"
# With nothing to look at, PyTorch uses its default dtype, float32.


def infer_dtype(values):
    kinds = [bool, int, float, complex]
    highest = 1
    if values:
        if any(type(value) not in kinds for value in values):
            raise TypeError("no number")
        highest = max(kinds.index(type(value)) for value in values)
    return [torch.bool, torch.int64, torch.float32, torch.complex64][highest]


# %% task="infer_dtype" name="empty-is-bool" presumes=["all()"]
# `all(...)` of nothing is true, so an empty list passes for a list of bools. With nothing to look at, PyTorch uses its
# default dtype, float32.


def infer_dtype(values):
    kinds = [bool, int, float, complex]
    dtypes = [torch.bool, torch.int64, torch.float32, torch.complex64]
    if any(type(value) not in kinds for value in values):
        raise TypeError("no number")
    for i in range(4):
        if all(kinds.index(type(value)) <= i for value in values):
            return dtypes[i]


# %% task="infer_dtype" name="first-element-decides"
# The first element doesn't decide, the most general kind does, wherever it stands: 1, 2.5 is a list of floats.


def infer_dtype(values):
    if any(type(value) not in (bool, int, float, complex) for value in values):
        raise TypeError("no number")
    return torch.tensor(values[:1]).dtype


# %% task="infer_dtype" name="majority"
# The most frequent kind doesn't decide, the most general one does: a single float makes all of them floats.


def infer_dtype(values):
    kinds = [type(value) for value in values]
    if any(kind not in (bool, int, float, complex) for kind in kinds):
        raise TypeError("no number")
    most = max([complex, float, int, bool], key=kinds.count) if kinds else float
    return {bool: torch.bool, int: torch.int64, float: torch.float32, complex: torch.complex64}[most]


# %% task="infer_dtype" name="sum-of-the-values"
# The sum has the most general kind, a good idea; but Python adds bools up to an int, and nothing to the int 0.


def infer_dtype(values):
    if any(type(value) not in (bool, int, float, complex) for value in values):
        raise TypeError("no number")
    return torch.tensor(sum(values)).dtype


# %% task="infer_dtype" name="sorts-the-list" presumes=["sort()"]
# `values.sort()` reorders the caller's list. Use `sorted`, which makes a new one, or `max`.


def infer_dtype(values):
    kinds = [bool, int, float, complex]
    if any(type(value) not in kinds for value in values):
        raise TypeError("no number")
    if not values:
        return torch.float32
    values.sort(key=lambda value: kinds.index(type(value)))
    return torch.tensor(values[-1]).dtype


# %% task="infer_dtype" name="dtype-as-text"
# This is the *name* of a dtype. The dtype itself is an object: `torch.float32`, without quotes.


def infer_dtype(values):
    if any(type(value) not in (bool, int, float, complex) for value in values):
        raise TypeError("no number")
    return str(torch.tensor(values).dtype)


# %% task="to_float32" name="no-dtype"
# NumPy's floats are float64, and `torch.tensor` keeps the dtype of an array: layers with float32 weights will refuse
# it. Say `dtype=torch.float32`.


def to_float32(array):
    return torch.tensor(array)


# %% task="to_float32" name="floattensor" presumes=["FloatTensor()"]
# The old `FloatTensor` copies a float64 array but *shares* the memory of a float32 one, and so does
# `from_numpy(array).float()`: without anything to convert, nothing is copied. `torch.tensor(array,
# dtype=torch.float32)` always copies.


def to_float32(array):
    return torch.FloatTensor(array)


# %% task="to_float32" name="astype-no-copy" presumes=["_(copy=False)"]
# `copy=False` says: no copy unless it must be. A float32 array needn't be converted, so it isn't copied. Leave
# `copy=False` out.


def to_float32(array):
    return torch.from_numpy(array.astype(np.float32, copy=False))


# %% task="to_float32" name="from-numpy" presumes=["from_numpy()"]
# `from_numpy` neither converts nor copies: the dtype stays what it was, and so does the memory.


def to_float32(array):
    return torch.from_numpy(array)


# %% task="to_float32" name="through-a-list"
# In a list of Python ints nothing says that you want floats, so integers come back as int64 and bools as bool. And the
# list of an empty table no longer knows its columns. Give `torch.tensor` the array, and the dtype.


def to_float32(array):
    return torch.tensor(array.tolist())


# %% task="to_float32" name="list-of-an-empty-table" presumes=["tolist() or list()"]
# The list of a table without rows no longer knows its columns: the shape (0, 3) becomes (0,). Give `torch.tensor` the
# array itself.


def to_float32(array):
    return torch.tensor(array.tolist(), dtype=torch.float32)


# %% task="to_float32" name="loop-over-rows" presumes=["float()"]
# `float(row)` works for single numbers only: going through an array of two dimensions gives rows. `torch.tensor` takes
# an array of any shape as it is.


def to_float32(array):
    return torch.tensor([float(row) for row in array])


# %% task="to_float32" name="flattens" presumes=["ravel()"]
# `ravel` loses the shape. The tensor should have the array's.


def to_float32(array):
    return torch.tensor(array.ravel(), dtype=torch.float32)


# %% task="to_float32" name="squeezes" presumes=["squeeze()"]
# `squeeze` drops the dimensions of size 1, and the shape should stay: a column of N rows is (N, 1).


def to_float32(array):
    return torch.tensor(array.squeeze(), dtype=torch.float32)


# %% task="to_float32" name="reinterpreted" presumes=["view()"]
# `view` converts nothing: it reads the same bytes as if they were float32, two wrong numbers for each float64. To
# convert there is `astype`.


def to_float32(array):
    return torch.from_numpy(np.ascontiguousarray(array).view(np.float32).copy())


# %% task="to_float32" name="half"
# float16 has only about three digits. The name says which one is wanted: float32.


def to_float32(array):
    return torch.tensor(array, dtype=torch.float16)


# %% task="to_float32" name="scaled"
# Dividing bytes by 255 is something that is done to images. Nobody asked for it here: the values should stay.


def to_float32(array):
    t = torch.tensor(array, dtype=torch.float32)
    return t / 255 if array.dtype == np.uint8 else t


# %% task="to_float32" name="requires-grad"
# Data isn't trained: only parameters require grad. Leave `requires_grad` out.


def to_float32(array):
    return torch.tensor(array, dtype=torch.float32, requires_grad=True)


# %% task="wrap_array" name="copy" presumes=["tensor()"]
# `torch.tensor` always copies: what is written to the array later isn't seen in the tensor. `torch.from_numpy` shares.


def wrap_array(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("no array")
    return torch.tensor(array)


# %% task="wrap_array" name="clone" presumes=["clone()"]
# `clone()` copies: the tensor then has memory of its own. Leave it out.


def wrap_array(array):
    return torch.from_numpy(array).clone()


# %% task="wrap_array" name="as-tensor-accepts-lists" presumes=["as_tensor()", "not raise"]
# `as_tensor` shares the memory of an array, but of a list or a number it quietly makes a copy. There is nothing to
# share, so it must be refused: `from_numpy` does.


def wrap_array(array):
    return torch.as_tensor(array)


# %% task="wrap_array" name="asarray-first" presumes=["asarray()", "np or numpy"]
# `np.asarray` turns a list into a new array, and it is that array which you share: writing to the list changes nothing.
# Whatever isn't an array must be refused.


def wrap_array(array):
    return torch.from_numpy(np.asarray(array))


# %% task="wrap_array" name="only-lists-refused" presumes=["isinstance()"]
# A list isn't the only thing without memory to share: a tuple or a number has none either. Ask for what you want
# (`isinstance(array, np.ndarray)`) instead of what you don't.


def wrap_array(array):
    if isinstance(array, list):
        raise TypeError("no lists")
    return torch.as_tensor(array)


# %% task="wrap_array" name="looks-like-an-array"
# NumPy's single numbers and PyTorch's tensors have a `shape` and a `dtype` too, and yet they are no arrays. Ask
# `isinstance(array, np.ndarray)`, or leave it to `from_numpy`.


def wrap_array(array):
    if not hasattr(array, "shape") or not hasattr(array, "dtype"):
        raise TypeError("no array")
    return torch.as_tensor(array)


# %% task="wrap_array" name="exact-type" presumes=["type(_)"]
# An array of a class that derives from `np.ndarray`, such as `np.memmap`, is an array too, and `type(array)` is its own
# class. `isinstance` says yes to both.


def wrap_array(array):
    if type(array) is not np.ndarray:
        raise TypeError("not an array")
    return torch.from_numpy(array)


# %% task="wrap_array" name="asarray" presumes=["asarray()"]
# `torch.asarray` takes an array without dimensions for a number, and copies it. `from_numpy` shares every array.


def wrap_array(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("only arrays have memory to share")
    return torch.asarray(array)


# %% task="wrap_array" name="value-error"
# A wrong *type* is a TypeError; a ValueError is for a right type with a wrong value. `from_numpy` raises the right one
# by itself.


def wrap_array(array):
    if not isinstance(array, np.ndarray):
        raise ValueError("no array")
    return torch.from_numpy(array)


# %% task="wrap_array" name="floattensor" presumes=["FloatTensor()"]
# The old `FloatTensor` gives float32, so every array of another dtype is copied. And it takes lists.


def wrap_array(array):
    return torch.FloatTensor(array)


# %% task="wrap_array" name="to-float32"
# A conversion to another dtype makes a copy. Keep the dtype of the array: float64 stays float64.


def wrap_array(array):
    return torch.from_numpy(array).to(torch.float32)


# %% task="wrap_array" name="double" presumes=["double() or _.float64"]
# `.double()` leaves float64 arrays alone, but copies all others, and their dtype is lost. Leave it out.


def wrap_array(array):
    return torch.from_numpy(array).double()


# %% task="wrap_array" name="contiguous-first" presumes=["ascontiguousarray()"]
# `ascontiguousarray` copies an array whose numbers don't lie in order, a transposed one for instance. A tensor can have
# any layout: give the array to `from_numpy` as it is.


def wrap_array(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("no array")
    return torch.from_numpy(np.ascontiguousarray(array))


# %% task="wrap_array" name="flattens" presumes=["ravel()"]
# `ravel` loses the shape, and of a transposed array it makes a copy. Give the array to `from_numpy` as it is.


def wrap_array(array):
    return torch.from_numpy(array.ravel())


# %% task="to_numpy_copy" name="plain-numpy"
# `numpy()` refuses a tensor that requires grad: detach it first. And it shares memory, so copy as well.


def to_numpy_copy(t):
    return t.numpy()


# %% task="to_numpy_copy" name="clone-only"
# A clone of a tensor that requires grad is part of the graph too, and `numpy()` refuses it. Detach it as well.


def to_numpy_copy(t):
    return t.clone().numpy()


# %% task="to_numpy_copy" name="data-alias" presumes=["_.data or detach()"]
# `.data`, `detach()` and `numpy()` all copy nothing: what you write to the array is written to the tensor, and autograd
# doesn't notice. Add `.copy()`.


def to_numpy_copy(t):
    return t.data.numpy()


# %% task="to_numpy_copy" name="contiguous-believed-to-copy" presumes=["contiguous()"]
# `contiguous()` copies only what isn't contiguous yet, and returns any other tensor as it is. To copy always there is
# `clone()`, or `copy()` for the array.


def to_numpy_copy(t):
    return t.detach().contiguous().numpy()


# %% task="to_numpy_copy" name="copies-only-with-grad" presumes=["if"]
# A tensor that doesn't require grad has memory too, and `numpy()` shares it. Copy in both cases: `detach()` does no
# harm to a plain tensor.


def to_numpy_copy(t):
    if t.requires_grad:
        return t.detach().numpy().copy()
    return t.numpy()


# %% task="to_numpy_copy" name="switches-grad-off" presumes=["requires_grad_() or _.requires_grad = _"]
# `requires_grad_(False)` works on the caller's tensor: it will never be trained again. `detach()` gives you another
# tensor and leaves `t` alone.


def to_numpy_copy(t):
    if t.is_leaf:
        t.requires_grad_(False)
    return t.detach().numpy().copy()


# %% task="to_numpy_copy" name="flag-off-and-on"
# The flag of an operation's result can't be switched: that works for leaves only. `detach()` works for all tensors.


def to_numpy_copy(t):
    required = t.requires_grad
    t.requires_grad_(False)
    array = t.numpy().copy()
    t.requires_grad_(required)
    return array


# %% task="to_numpy_copy" name="detach-in-place" presumes=["detach_()"]
# `detach_()`, with an underscore, cuts the caller's tensor out of its graph. Without it you get another tensor.


def to_numpy_copy(t):
    return t.detach_().numpy().copy()


# %% task="to_numpy_copy" name="through-a-list"
# Python's floats come back as float64 and its ints as int64, whatever the tensor had; and the list of an empty table no
# longer knows its columns. `numpy()` keeps dtype and shape.


def to_numpy_copy(t):
    return np.array(t.tolist())


# %% task="to_numpy_copy" name="list-of-an-empty-table" presumes=["tolist() or list()"]
# The list of a table without rows no longer knows its columns: the shape (0, 3) becomes (0,). `numpy()` keeps the
# shape.


def to_numpy_copy(t):
    return np.array(t.tolist(), dtype=str(t.dtype).removeprefix("torch."))


# %% task="to_numpy_copy" name="float32-always"
# Not every tensor is float32: bools should stay bools, and float64 would lose digits. `copy()` keeps the dtype.


def to_numpy_copy(t):
    return t.detach().numpy().astype(np.float32)


# %% task="to_numpy_copy" name="plus-zero"
# Adding 0 does make a copy, but it is arithmetic: bools turn into ints, and of a 0-D array NumPy makes a plain number.
# `copy()` changes neither.


def to_numpy_copy(t):
    return t.detach().numpy() + 0


# %% task="to_numpy_copy" name="flattens" presumes=["reshape() or ravel() or flatten()"]
# `reshape(-1)` loses the shape. The array should have the tensor's.


def to_numpy_copy(t):
    return t.detach().reshape(-1).numpy().copy()


# %% task="to_numpy_copy" name="still-a-tensor"
# This is an independent tensor. It takes one more step to make an array of it: `.numpy()`.


def to_numpy_copy(t):
    return t.detach().clone()


# %% task="to_numpy_copy" name="python-list"
# This is a Python list. An array keeps the shape and the dtype: `.numpy()`.


def to_numpy_copy(t):
    return t.tolist()
