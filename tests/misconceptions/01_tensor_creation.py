"""Wrong implementations of 01_tensor_creation, as learners write them, with what a teacher says about each."""

# %%
import math

import numpy as np
import torch

# %% task="tensor_ranks" name="scalar-with-brackets"
# `[a]` makes a vector of one element, of shape (1,). A scalar has no brackets at all: its shape is ().


def tensor_ranks(a, b):
    return torch.tensor([a]), torch.tensor([a, b]), torch.tensor([[a, b], [b, a]]), torch.tensor([[[a, b], [b, a]]])


# %% task="tensor_ranks" name="capital-t-scalar" presumes=["Tensor()"]
# `torch.Tensor(7)`, with a capital T, takes the 7 for a size and makes seven floats that nobody has set. The function
# `torch.tensor(7)` takes it for the value.


def tensor_ranks(a, b):
    return torch.Tensor(a), torch.tensor([a, b]), torch.tensor([[a, b], [b, a]]), torch.tensor([[[a, b], [b, a]]])


# %% task="tensor_ranks" name="capital-t-lists" presumes=["Tensor()"]
# `torch.Tensor`, with a capital T, is always float32, even for a list of ints. `torch.tensor` keeps ints whole.


def tensor_ranks(a, b):
    return torch.tensor(a), torch.Tensor([a, b]), torch.Tensor([[a, b], [b, a]]), torch.Tensor([[[a, b], [b, a]]])


# %% task="tensor_ranks" name="cube-missing-bracket"
# The cube needs three opening brackets in front of its first number. With two it is a matrix.


def tensor_ranks(a, b):
    return torch.tensor(a), torch.tensor([a, b]), torch.tensor([[a, b], [b, a]]), torch.tensor([[a, b], [b, a]])


# %% task="tensor_ranks" name="cube-wrong-axis"
# The extra dimension of size 1 goes first: shape (1, 2, 2). With a bracket around each number you get (2, 2, 1).


def tensor_ranks(a, b):
    cube = torch.tensor([[[a], [b]], [[b], [a]]])
    return torch.tensor(a), torch.tensor([a, b]), torch.tensor([[a, b], [b, a]]), cube


# %% task="tensor_ranks" name="cube-of-two-layers"
# `[[[a, b]], [[b, a]]]` is two matrices of one row, shape (2, 1, 2). The cube is one matrix of two rows.


def tensor_ranks(a, b):
    return torch.tensor(a), torch.tensor([a, b]), torch.tensor([[a, b], [b, a]]), torch.tensor([[[a, b]], [[b, a]]])


# %% task="tensor_ranks" name="vector-as-column"
# A bracket around each number makes a column, which is a matrix of shape (2, 1). A vector has one pair of brackets.


def tensor_ranks(a, b):
    return torch.tensor(a), torch.tensor([[a], [b]]), torch.tensor([[a, b], [b, a]]), torch.tensor([[[a, b], [b, a]]])


# %% task="tensor_ranks" name="vector-as-row"
# Two pairs of brackets make a matrix of a single row, shape (1, 2). A vector has one pair, and the shape (2,).


def tensor_ranks(a, b):
    return torch.tensor(a), torch.tensor([[a, b]]), torch.tensor([[a, b], [b, a]]), torch.tensor([[[a, b], [b, a]]])


# %% task="tensor_ranks" name="rows-alike"
# The second row is the first one turned round: [b, a]. Here both rows are [a, b].


def tensor_ranks(a, b):
    return torch.tensor(a), torch.tensor([a, b]), torch.tensor([[a, b], [a, b]]), torch.tensor([[[a, b], [a, b]]])


# %% task="tensor_ranks" name="float-dtype"
# With `dtype=torch.float32` the whole numbers became floats, and the large ones lost digits. Ints give int64 by
# themselves.


def tensor_ranks(a, b):
    matrix = torch.tensor([[a, b], [b, a]], dtype=torch.float32)
    return matrix[0, 0], matrix[0], matrix, matrix.unsqueeze(0)


# %% task="tensor_ranks" name="float64-dtype" presumes=["np or numpy or _.float64"]
# NumPy's default dtype, float64, came along into all four. Whole numbers belong in int64.


def tensor_ranks(a, b):
    matrix = torch.from_numpy(np.array([[a, b], [b, a]], dtype=float))
    return matrix[0, 0], matrix[0], matrix, matrix.unsqueeze(0)


# %% task="tensor_ranks" name="python-scalar"
# `a` itself is a Python int and not a tensor. `torch.tensor(a)` puts it into a 0-D tensor.


def tensor_ranks(a, b):
    return a, torch.tensor([a, b]), torch.tensor([[a, b], [b, a]]), torch.tensor([[[a, b], [b, a]]])


# %% task="tensor_ranks" name="numpy-arrays" presumes=["array()"]
# `np.array` makes NumPy arrays. They look alike when printed, but PyTorch wants tensors: `torch.tensor`.


def tensor_ranks(a, b):
    return np.array(a), np.array([a, b]), np.array([[a, b], [b, a]]), np.array([[[a, b], [b, a]]])


# %% task="describe" name="len-as-ndim" presumes=["len()"]
# `len(t)` is the size of the first dimension, and fails on a scalar, which has none. The number of dimensions is
# `t.ndim`.


def describe(t):
    return {"ndim": len(t), "shape": t.shape, "dtype": t.dtype, "device": t.device, "numel": t.numel()}


# %% task="describe" name="size-not-called" presumes=["_.size"]
# `size` is a method, and without parentheses you stored the method itself. `t.shape` is the attribute.


def describe(t):
    return {"ndim": t.ndim, "shape": t.size, "dtype": t.dtype, "device": t.device, "numel": t.numel()}


# %% task="describe" name="numel-not-called"
# `numel` is a method: without its parentheses you stored the method, not the number. Write `t.numel()`.


def describe(t):
    return {"ndim": t.ndim, "shape": t.shape, "dtype": t.dtype, "device": t.device, "numel": t.numel}


# %% task="describe" name="dim-not-called" presumes=["_.dim"]
# `t.dim` without parentheses is the method itself. `t.dim()` is the number, and `t.ndim` the attribute of the same
# value.


def describe(t):
    return {"ndim": t.dim, "shape": t.shape, "dtype": t.dtype, "device": t.device, "numel": t.numel()}


# %% task="describe" name="device-index" presumes=["get_device()"]
# `get_device()` gives a number, -1 on the CPU. The device itself is the attribute `t.device`.


def describe(t):
    return {"ndim": t.ndim, "shape": t.shape, "dtype": t.dtype, "device": t.get_device(), "numel": t.numel()}


# %% task="describe" name="device-name"
# A name can't stand in for the device: `"cpu"` is a string. Keep the object, `t.device`.


def describe(t):
    return {"ndim": t.ndim, "shape": t.shape, "dtype": t.dtype, "device": str(t.device), "numel": t.numel()}


# %% task="describe" name="dtype-name" presumes=["str()"]
# `str(t.dtype)` is only the name, and a name isn't equal to a dtype. Keep the object, `t.dtype`.


def describe(t):
    return {"ndim": t.ndim, "shape": t.shape, "dtype": str(t.dtype), "device": t.device, "numel": t.numel()}


# %% task="describe" name="type-for-dtype" presumes=["type()"]
# `t.type()` gives an old kind of name, a string such as "torch.FloatTensor". The dtype is the attribute `t.dtype`.


def describe(t):
    return {"ndim": t.ndim, "shape": t.shape, "dtype": t.type(), "device": t.device, "numel": t.numel()}


# %% task="describe" name="shape-as-list"
# A list of the sizes isn't a tuple: `[2, 3] == (2, 3)` is False in Python. `t.shape` is a tuple as it is.


def describe(t):
    return {"ndim": t.ndim, "shape": list(t.shape), "dtype": t.dtype, "device": t.device, "numel": t.numel()}


# %% task="describe" name="numel-from-data"
# Counting the elements by reading them can't work on a meta tensor, which has none. `numel()` needs only the shape.


def describe(t):
    numel = len(t.flatten().tolist())
    return {"ndim": t.ndim, "shape": t.shape, "dtype": t.dtype, "device": t.device, "numel": numel}


# %% task="describe" name="rows-times-columns"
# Multiplying the first two sizes counts the elements of a matrix only. `t.numel()` works for any number of dimensions.


def describe(t):
    numel = t.shape[0] * t.shape[1]
    return {"ndim": t.ndim, "shape": t.shape, "dtype": t.dtype, "device": t.device, "numel": numel}


# %% task="describe" name="bytes-for-elements" presumes=["_.nbytes"]
# `nbytes` is the memory in bytes, and an element may take several of them. `t.numel()` counts elements.


def describe(t):
    return {"ndim": t.ndim, "shape": t.shape, "dtype": t.dtype, "device": t.device, "numel": t.nbytes}


# %% task="describe" name="numel-is-a-tensor"
# A product of sizes that PyTorch computes is a 0-D tensor, and an int was asked for. `t.numel()` gives the int.


def describe(t):
    numel = torch.tensor(t.shape).prod()
    return {"ndim": t.ndim, "shape": t.shape, "dtype": t.dtype, "device": t.device, "numel": numel}


# %% task="describe" name="numpy-number"
# `np.prod` gives one of NumPy's numbers, and for a scalar the float 1.0. `t.numel()` is a plain int.


def describe(t):
    return {"ndim": t.ndim, "shape": t.shape, "dtype": t.dtype, "device": t.device, "numel": np.prod(t.shape)}


# %% task="describe" name="one-key-more"
# Exactly five keys were asked for. An extra one surprises code that goes through the dict.


def describe(t):
    about = {"ndim": t.ndim, "shape": t.shape, "dtype": t.dtype, "device": t.device, "numel": t.numel()}
    return {**about, "requires_grad": t.requires_grad}


# %% task="describe" name="tuple-for-dict"
# These are the right answers, but in a tuple nobody knows which is which. Put each under its key, in a dict.


def describe(t):
    return t.ndim, t.shape, t.dtype, t.device, t.numel()


# %% task="inclusive_range" name="end-exclusive" presumes=["arange()"]
# `arange` stops before its end. To let `stop` in, give it `stop + 1`.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return torch.arange(start, stop, step)


# %% task="inclusive_range" name="torch-range" presumes=["range()"]
# `torch.range` does include its end, but it is deprecated and gives float32. `torch.arange` keeps whole numbers.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return torch.range(start, stop, step)


# %% task="inclusive_range" name="torch-range-converted" presumes=["range()"]
# `torch.range` counts in float32, where neighbouring whole numbers beyond 2**24 are one and the same. Converting
# afterwards doesn't bring them back: count with `arange`.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return torch.range(start, stop, step).long()


# %% task="inclusive_range" name="float-args" presumes=["arange()"]
# One float among the arguments of `arange` makes the whole range float32. Counts should stay whole: `stop + 1`.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return torch.arange(start, stop + 1.0, step)


# %% task="inclusive_range" name="half-beyond" presumes=["0.5"]
# An end of `stop + 0.5` lets `stop` in, but it makes the range float32. For whole numbers the end is `stop + 1`.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return torch.arange(start, stop + 0.5, step).to(torch.int32)


# %% task="inclusive_range" name="ignores-start" presumes=["arange()"]
# With an end alone `arange` starts at 0. Pass `start` too.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return torch.arange(0, stop + 1, step)


# %% task="inclusive_range" name="ignores-step" presumes=["arange()"]
# The step is the third argument of `arange`; without it the terms are 1 apart, whatever was asked for.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return torch.arange(start, stop + 1)


# %% task="inclusive_range" name="end-plus-step"
# `stop + step` lets in a term beyond `stop` when the step doesn't divide the distance. The end is `stop + 1`, whatever
# the step.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return torch.arange(start, stop + step, step)


# %% task="inclusive_range" name="stop-appended"
# `stop` is a term only if a step lands on it. Don't append it in every case.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return torch.cat([torch.arange(start, stop, step), torch.tensor([stop])])


# %% task="inclusive_range" name="linspace" presumes=["linspace()"]
# `linspace` wants a *number of points* where `arange` wants a step, and it gives floats.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return torch.linspace(start, stop, step)


# %% task="inclusive_range" name="no-validation" presumes=["arange()", "not raise"]
# Left to itself, `arange` raises RuntimeError for some of these and returns an empty tensor for others. Check first,
# and raise ValueError.


def inclusive_range(start, stop, step=1):
    return torch.arange(start, stop + 1, step)


# %% task="inclusive_range" name="refuses-one-term" presumes=["_ <= _ or not _ < _ or _ == _"]
# From 5 to 5 there is one term, 5. Refuse only `stop < start`, not `stop <= start`.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop <= start:
        raise ValueError("empty range")
    return torch.arange(start, stop + 1, step)


# %% task="inclusive_range" name="only-zero-refused"
# A negative step is below 1 too. Refuse `step < 1`, not only `step == 0`.


def inclusive_range(start, stop, step=1):
    if step == 0 or stop < start:
        raise ValueError("empty range")
    return torch.arange(start, stop + 1, step)


# %% task="inclusive_range" name="asserts" presumes=["assert"]
# `assert` raises AssertionError, and Python can be told to skip it. For a wrong argument, `raise ValueError(...)`.


def inclusive_range(start, stop, step=1):
    assert step >= 1 and stop >= start
    return torch.arange(start, stop + 1, step)


# %% task="inclusive_range" name="empty-for-error"
# An empty tensor looks like an answer, and the mistake shows up much later. The contract asks for a ValueError.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        return torch.empty(0, dtype=torch.int64)
    return torch.arange(start, stop + 1, step)


# %% task="inclusive_range" name="step-required"
# The step has a default: a caller who leaves it out means 1. Keep the signature as it was given.


def inclusive_range(start, stop, step):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return torch.arange(start, stop + 1, step)


# %% task="inclusive_range" name="python-range" presumes=["range()"]
# A Python `range` isn't a tensor. `torch.arange` is its counterpart.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return range(start, stop + 1, step)


# %% task="inclusive_range" name="range-in-brackets" presumes=["tensor()"]
# A list inside a list makes a matrix of one row. For a 1-D tensor give `torch.tensor` the list itself.


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty range")
    return torch.tensor([list(range(start, stop + 1, step))])


# %% task="constant_like" name="default-dtype-and-device"
# Only the shape was copied. The `*_like` functions take the template's dtype and device too.


def constant_like(template, value):
    return torch.full(template.shape, value)


# %% task="constant_like" name="default-dtype" presumes=["full()"]
# Shape and device came along, but not the dtype: `torch.full` chooses one by the value. `full_like` takes the
# template's.


def constant_like(template, value):
    return torch.full(template.shape, value, device=template.device)


# %% task="constant_like" name="default-device"
# The new tensor was made on the CPU, wherever the template lives. `full_like` makes it on the same device.


def constant_like(template, value):
    return torch.full(template.shape, value, dtype=template.dtype)


# %% task="constant_like" name="fills-the-template" presumes=["fill_() or detach()"]
# `fill_` works in place, and `detach()` shares memory: you have overwritten the caller's tensor. Make a new one.


def constant_like(template, value):
    return template.detach().fill_(value)


# %% task="constant_like" name="returns-the-template"
# This writes into the template and gives it back. A new tensor was asked for, and the template should stay as it is.


def constant_like(template, value):
    with torch.no_grad():
        template[...] = value
    return template


# %% task="constant_like" name="times-zero"
# NaN * 0 is NaN, inf * 0 too, and the result is attached to the template's graph. Don't compute with the template's
# values.


def constant_like(template, value):
    return (template * 0 + value).to(template.dtype)


# %% task="constant_like" name="minus-itself" presumes=["_ - _"]
# A number minus itself is 0, except for NaN and infinity. Don't compute with the template's values: only its shape,
# dtype and device are wanted.


def constant_like(template, value):
    template = template.detach()
    return (template - template + value).to(template.dtype)


# %% task="constant_like" name="ones-times-value"
# Whole numbers times a Python float give a float32 tensor, so the template's dtype is lost on the way.


def constant_like(template, value):
    return torch.ones_like(template) * value


# %% task="constant_like" name="rounds"
# Storing 2.7 in a tensor of whole numbers cuts off the digits after the point: 2, not 3. No rounding is needed.


def constant_like(template, value):
    return torch.full_like(template, value if template.is_floating_point() else round(value))


# %% task="constant_like" name="floors" presumes=["floor()"]
# Towards zero means that -2.7 becomes -2. `math.floor` goes down, to -3.


def constant_like(template, value):
    return torch.full_like(template, value if template.is_floating_point() else math.floor(value))


# %% task="constant_like" name="cuts-always" presumes=["int() or trunc()"]
# `int(value)` cuts the digits off for every dtype. Only whole-number templates lose them; for the others keep `value`.


def constant_like(template, value):
    return torch.full_like(template, int(value))


# %% task="constant_like" name="requires-grad-too"
# Whether the template requires grad is not part of what was to be copied: the new tensor shouldn't.


def constant_like(template, value):
    flag = template.requires_grad
    return torch.full_like(template, value, requires_grad=flag)


# %% task="constant_like" name="expanded" presumes=["expand() or expand_as() or broadcast_to()"]
# `expand` shows one number in many places: there is a single element in memory, and changing it changes all.


def constant_like(template, value):
    return torch.tensor(value, device=template.device).to(template.dtype).expand(template.shape)


# %% task="constant_like" name="float32-on-the-way"
# On its way `value` is float32 (that is what `torch.tensor(value)` makes of a float, and whole numbers times a float),
# which doesn't hold every whole number beyond 2**24: 16777217.0 has become 16777216. `full_like` converts the value to
# the template's dtype directly.


def constant_like(template, value):
    number = torch.tensor(value, device=template.device).to(template.dtype)
    return number.expand(template.shape).clone(memory_format=torch.contiguous_format)


# %% task="constant_like" name="one-number"
# This is one number, of shape (). It would broadcast in a sum, but the template's shape was asked for.


def constant_like(template, value):
    return torch.tensor(value, device=template.device).to(template.dtype)


# %% task="constant_like" name="first-size-only" presumes=["len()"]
# `len(template)` is only the first size. The whole shape is `template.shape`.


def constant_like(template, value):
    return torch.full((len(template),), value).to(template)
