"""Wrong implementations of 02_tensor_operations, as learners write them, with what a teacher says about each."""

# %%
import numpy as np
import torch

# %% task="share_of_total" name="floor-division" presumes=["_ // _"]
# `//` rounds down, and every share is below 1: all become 0. `/` is true division, for whole numbers too.


def share_of_total(counts):
    return counts // counts.sum()


# %% task="share_of_total" name="column-totals" presumes=["sum()"]
# `sum(dim=0)` gives one total for each column. Without a `dim`, `sum` adds up everything.


def share_of_total(counts):
    return counts / counts.sum(dim=0)


# %% task="share_of_total" name="row-totals"
# These are the shares within each row. The grand total is one number: `sum` without a `dim`.


def share_of_total(counts):
    return counts / counts.sum(dim=-1, keepdim=True)


# %% task="share_of_total" name="float32-everything" presumes=["float() or _.float32"]
# `.float()` makes float32 of everything, and float64 loses half its digits. Division converts whole numbers by itself.


def share_of_total(counts):
    return counts.float() / counts.sum()


# %% task="share_of_total" name="float32-and-back"
# Computing in float32 and converting back keeps the dtype's name, but the digits are gone. Divide as it is.


def share_of_total(counts):
    share = counts.float() / counts.float().sum()
    return share.to(counts.dtype) if counts.is_floating_point() else share


# %% task="share_of_total" name="float64-everything" presumes=["double() or _.float64"]
# With `.double()` the shares of whole numbers come out as float64. Left alone, division makes them float32.


def share_of_total(counts):
    share = counts.double() / counts.double().sum()
    return share.to(counts.dtype) if counts.dtype == torch.float16 else share


# %% task="share_of_total" name="back-to-whole-numbers"
# Converting back to the dtype of whole-number counts cuts every share to 0. Shares are fractions: leave them float32.


def share_of_total(counts):
    return (counts / counts.sum()).to(counts.dtype)


# %% task="share_of_total" name="in-place-when-float" presumes=["div_()"]
# The underscore of `div_` means in place: the caller's tensor now holds the shares. Divide with `/`.


def share_of_total(counts):
    if not counts.is_floating_point():
        counts = counts.float()
    return counts.div_(counts.sum())


# %% task="share_of_total" name="sum-in-its-own-dtype"
# With `dtype=counts.dtype` the total of small whole-number dtypes overflows: uint8 ends at 255. Left alone, `sum` of
# whole numbers counts in int64.


def share_of_total(counts):
    return counts / torch.sum(counts, dtype=counts.dtype)


# %% task="share_of_total" name="divide-by-max" presumes=["max() or amax()"]
# Dividing by the maximum makes the largest share 1. Shares must add up to 1: divide by the sum.


def share_of_total(counts):
    return counts / counts.max()


# %% task="share_of_total" name="divide-by-count" presumes=["numel()"]
# `numel()` is how many counts there are, not what they add up to.


def share_of_total(counts):
    return counts / counts.numel()


# %% task="share_of_total" name="softmax" presumes=["softmax() or exp()"]
# Softmax also gives numbers that add up to 1, but it compares exponentials: 7 and 3 would give 0.98 and 0.02, not 0.7
# and 0.3.


def share_of_total(counts):
    values = counts if counts.is_floating_point() else counts.float()
    return torch.softmax(values.flatten(), dim=0).reshape(counts.shape)


# %% task="share_of_total" name="percent"
# A share is a fraction of 1, not of 100.


def share_of_total(counts):
    return 100 * counts / counts.sum()


# %% task="share_of_total" name="item" presumes=["item()"]
# `.item()` reads the total out of the tensor: that stops the GPU, and fails on meta. A 0-D tensor divides just as well.


def share_of_total(counts):
    return counts / counts.sum().item()


# %% task="share_of_total" name="flattened"
# The shares are right, but in one long row. Dividing by one number keeps the shape by itself.


def share_of_total(counts):
    counts = counts.flatten()
    return counts / counts.sum()


# %% task="matmul_shape" name="same-shape-rule" presumes=["a == b or a != b"]
# That is the rule for `*`, element by element. For `@` only the inner sizes must be equal.


def matmul_shape(a, b):
    return a if a == b else None


# %% task="matmul_shape" name="inner-returned"
# The inner sizes disappear in the product. What remains are the outer ones.


def matmul_shape(a, b):
    return (a[1], b[0]) if a[1] == b[0] else None


# %% task="matmul_shape" name="outer-swapped"
# The rows come from A and the columns from B, in this order: `(a[0], b[1])`.


def matmul_shape(a, b):
    return (b[1], a[0]) if a[1] == b[0] else None


# %% task="matmul_shape" name="outer-must-be-equal" presumes=["a[0] == b[1] or a[0] != b[1] or a[0] == b[-1]"]
# The outer sizes may be anything. It is the inner ones, `a[1]` and `b[0]`, that must be equal.


def matmul_shape(a, b):
    return (a[0], b[1]) if a[0] == b[1] else None


# %% task="matmul_shape" name="columns-must-be-equal" presumes=["a[1] == b[1] or a[1] != b[1] or a[-1] == b[-1]"]
# `a[1] == b[1]` is when A fits the *transpose* of B. For A @ B the columns of A must be as many as the rows of B.


def matmul_shape(a, b):
    return (a[0], b[0]) if a[1] == b[1] else None


# %% task="matmul_shape" name="all-four-sizes"
# You joined the outer and the inner sizes. The product of two matrices is a matrix: two sizes, the outer ones.


def matmul_shape(a, b):
    return (a[0], a[1], b[1]) if a[1] == b[0] else None


# %% task="matmul_shape" name="broadcasts"
# A size of 1 is stretched for `*` and `+`, but `@` doesn't broadcast rows and columns: the inner sizes must be equal.


def matmul_shape(a, b):
    return (a[0], b[1]) if a[1] == b[0] or 1 in (a[1], b[0]) else None


# %% task="matmul_shape" name="transposes-by-itself"
# A @ B doesn't transpose B to make it fit. Where the inner sizes differ, there is no product.


def matmul_shape(a, b):
    if a[1] == b[0]:
        return a[0], b[1]
    return (a[0], b[0]) if a[1] == b[1] else None


# %% task="matmul_shape" name="zero-is-nothing"
# An inner size of 0 is a size like any other: the product is defined, and full of zeros.


def matmul_shape(a, b):
    inner = a[1] if a[1] == b[0] else None
    return (a[0], b[1]) if inner else None


# %% task="matmul_shape" name="raises" presumes=["raise"]
# The contract asks for `None`, so that callers can test the answer. An exception would end their program.


def matmul_shape(a, b):
    if a[1] != b[0]:
        raise ValueError("inner sizes differ")
    return a[0], b[1]


# %% task="matmul_shape" name="error-leaks" presumes=["_ @ _ or matmul() or mm()"]
# Letting PyTorch multiply two tensors finds the shape, but where there is none it raises. Answer `None` there.


def matmul_shape(a, b):
    return tuple((torch.zeros(a) @ torch.zeros(b)).shape)


# %% task="matmul_shape" name="false-for-none"
# `False` isn't `None`: callers who ask `is None` take it for a shape.


def matmul_shape(a, b):
    return a[1] == b[0] and (a[0], b[1])


# %% task="matmul_shape" name="empty-tuple-for-none"
# `()` is a shape, that of a scalar. Where there is no product, the answer is `None`.


def matmul_shape(a, b):
    return (a[0], b[1]) if a[1] == b[0] else ()


# %% task="matmul_shape" name="list"
# Shapes are tuples, and a list is never equal to a tuple: `[2, 5] == (2, 5)` is False.


def matmul_shape(a, b):
    return [a[0], b[1]] if a[1] == b[0] else None


# %% task="matmul_with_transpose" name="elementwise" presumes=["_ * _"]
# `*` multiplies element by element, and wants shapes that broadcast. The matrix product is `@`.


def matmul_with_transpose(a, b):
    if a.shape[1] == b.shape[0]:
        return a * b
    if a.shape[1] == b.shape[1]:
        return a * b.T
    raise ValueError("no product")


# %% task="matmul_with_transpose" name="always-transpose"
# A square `b` fits as it is, and transposing it gives another product. Ask about the plain product first.


def matmul_with_transpose(a, b):
    if a.shape[1] == b.shape[1]:
        return a @ b.T
    if a.shape[1] == b.shape[0]:
        return a @ b
    raise ValueError("no product")


# %% task="matmul_with_transpose" name="never-transposes"
# Where the second sizes are equal, `b` fits when it is transposed: `a @ b.T`. You refuse it.


def matmul_with_transpose(a, b):
    if a.shape[1] != b.shape[0]:
        raise ValueError("no product")
    return a @ b


# %% task="matmul_with_transpose" name="transposes-equal-shapes-only"
# `a` and `b` needn't have equal shapes for `a @ b.T`: only their second sizes must be equal.


def matmul_with_transpose(a, b):
    if a.shape[1] == b.shape[0]:
        return a @ b
    if a.shape == b.shape:
        return a @ b.T
    raise ValueError("no product")


# %% task="matmul_with_transpose" name="reshape-for-transpose"
# A reshape to the size of the transpose fits, but it doesn't swap rows and columns: other numbers meet. Use `b.T`.


def matmul_with_transpose(a, b):
    if a.shape[1] == b.shape[0]:
        return a @ b
    if a.shape[1] == b.shape[1]:
        return a @ b.reshape(b.shape[1], b.shape[0])
    raise ValueError("no product")


# %% task="matmul_with_transpose" name="order-swapped"
# The order matters: `b @ a.T` is the transpose of what was asked for.


def matmul_with_transpose(a, b):
    if a.shape[1] == b.shape[0]:
        return a @ b
    if a.shape[1] == b.shape[1]:
        return b @ a.T
    raise ValueError("no product")


# %% task="matmul_with_transpose" name="runtime-error-leaks" presumes=["not raise"]
# When nothing fits, PyTorch's own RuntimeError comes out. Look at the shapes first, and raise ValueError.


def matmul_with_transpose(a, b):
    if a.shape[1] == b.shape[0]:
        return a @ b
    return a @ b.T


# %% task="matmul_with_transpose" name="none-for-error"
# Returning `None` passes the problem on to the code that uses the result. The contract asks for ValueError.


def matmul_with_transpose(a, b):
    if a.shape[1] == b.shape[0]:
        return a @ b
    if a.shape[1] == b.shape[1]:
        return a @ b.T


# %% task="matmul_with_transpose" name="turns-b-round-in-place" presumes=["t_()"]
# `t_()` transposes the caller's own tensor. `b.T` is a view with another shape, and leaves `b` alone.


def matmul_with_transpose(a, b):
    if a.shape[1] == b.shape[0]:
        return a @ b
    if a.shape[1] == b.shape[1]:
        return a @ b.t_()
    raise ValueError("no product")


# %% task="matmul_with_transpose" name="detached" presumes=["detach()"]
# `detach()` cuts the product off from the graph, and no gradient reaches the arguments.


def matmul_with_transpose(a, b):
    a, b = a.detach(), b.detach()
    if a.shape[1] == b.shape[0]:
        return a @ b
    if a.shape[1] == b.shape[1]:
        return a @ b.T
    raise ValueError("no product")


# %% task="matmul_with_transpose" name="through-numpy" presumes=["np or numpy"]
# NumPy multiplies right, but knows nothing of gradients or of other devices. Stay with torch operations.


def matmul_with_transpose(a, b):
    left, right = a.detach().numpy(), b.detach().numpy()
    if a.shape[1] == b.shape[0]:
        return torch.from_numpy(left @ right)
    if a.shape[1] == b.shape[1]:
        return torch.from_numpy(left @ np.ascontiguousarray(right.T))
    raise ValueError("no product")


# %% task="matmul_with_transpose" name="float32-always" presumes=["float() or _.float32"]
# With `.float()` a float64 product comes out as float32. Both arguments have the same dtype already: keep it.


def matmul_with_transpose(a, b):
    if a.shape[1] == b.shape[0]:
        return a.float() @ b.float()
    if a.shape[1] == b.shape[1]:
        return a.float() @ b.float().T
    raise ValueError("no product")


# %% task="matmul_with_transpose" name="size-one-refused"
# A size of 1 is a size like any other: (N, 1) times (1, M) is (N, M).


def matmul_with_transpose(a, b):
    if a.shape[1] > 1 and a.shape[1] == b.shape[0]:
        return a @ b
    if a.shape[1] > 1 and a.shape[1] == b.shape[1]:
        return a @ b.T
    raise ValueError("no product")


# %% task="summarize" name="mean-of-ints"
# `mean()` of whole numbers raises a RuntimeError, since their mean needn't be one. Convert to float32 for the mean.


def summarize(t, dim=None):
    if dim is None:
        t, dim = t.flatten(), 0
    six = t.amin(dim), t.amax(dim), t.mean(dim), t.sum(dim), t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="everything-in-float32"
# Converting `t` itself to float32 changes the smallest, the largest and the sum too. Convert for the mean only.


def summarize(t, dim=None):
    t = t.float()
    if dim is None:
        t, dim = t.flatten(), 0
    six = t.amin(dim), t.amax(dim), t.mean(dim), t.sum(dim), t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="mean-always-float32" presumes=["float()"]
# `t.float().mean()` is right for whole numbers, but float64 loses half its digits. Convert only where it is needed.


def summarize(t, dim=None):
    if dim is None:
        t, dim = t.flatten(), 0
    six = t.amin(dim), t.amax(dim), t.float().mean(dim), t.sum(dim), t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="mean-always-float64" presumes=["double() or _.float64"]
# `t.double().mean()` of whole numbers is float64, and float32 was asked for.


def summarize(t, dim=None):
    if dim is None:
        t, dim = t.flatten(), 0
    mean = t.mean(dim) if t.is_floating_point() else t.double().mean(dim)
    six = t.amin(dim), t.amax(dim), mean, t.sum(dim), t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="mean-rounded" presumes=["_ // _"]
# `//` rounds the mean of whole numbers down. It needn't be whole: divide with `/`, or convert first.


def summarize(t, dim=None):
    if dim is None:
        t, dim = t.flatten(), 0
    mean = t.mean(dim) if t.is_floating_point() else (t.sum(dim) // t.shape[dim]).float()
    six = t.amin(dim), t.amax(dim), mean, t.sum(dim), t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="python-numbers" presumes=["item()"]
# `.item()` makes Python numbers, which costs a copy from the GPU and fails on meta. A 0-D tensor is what was asked for.


def summarize(t, dim=None):
    floating = t if t.is_floating_point() else t.float()
    if dim is None:
        six = t.min(), t.max(), floating.mean(), t.sum(), t.argmin(), t.argmax()
        six = [value.item() for value in six]
    else:
        six = t.amin(dim), t.amax(dim), floating.mean(dim), t.sum(dim), t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="dim-ignored"
# `dim` is never used: everything is computed over all elements, whatever was asked for.


def summarize(t, dim=None):
    floating = t if t.is_floating_point() else t.float()
    six = t.min(), t.max(), floating.mean(), t.sum(), t.argmin(), t.argmax()
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="dim-ignored-in-mean"
# The mean must run along `dim` like the others; here it is always that of all elements.


def summarize(t, dim=None):
    mean = (t if t.is_floating_point() else t.float()).mean()
    if dim is None:
        t, dim = t.flatten(), 0
    six = t.amin(dim), t.amax(dim), mean, t.sum(dim), t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="dim-zero-is-false"
# In Python 0 counts as false, so `if dim:` treats `dim=0` as if none had been given. Ask `if dim is None:`.


def summarize(t, dim=None):
    if not dim:
        t, dim = t.flatten(), 0
    mean = (t if t.is_floating_point() else t.float()).mean(dim)
    six = t.amin(dim), t.amax(dim), mean, t.sum(dim), t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="row-argmax"
# With no `dim`, a position is an index into the flattened tensor: one number. `argmax(dim=0)` gives one a column.


def summarize(t, dim=None):
    floating = t if t.is_floating_point() else t.float()
    if dim is None:
        six = t.min(), t.max(), floating.mean(), t.sum(), t.argmin(dim=0), t.argmax(dim=0)
    else:
        six = t.amin(dim), t.amax(dim), floating.mean(dim), t.sum(dim), t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="pair-for-min" presumes=["min()"]
# `t.min(dim)` gives a pair, the values and their positions. Take its `.values`, or use `amin` and `amax`.


def summarize(t, dim=None):
    floating = t if t.is_floating_point() else t.float()
    if dim is None:
        six = t.min(), t.max(), floating.mean(), t.sum(), t.argmin(), t.argmax()
    else:
        six = tuple(t.min(dim)), tuple(t.max(dim)), floating.mean(dim), t.sum(dim), t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="keeps-the-dim"
# `keepdim=True` leaves the dimension there with size 1. Here it should disappear from the shape.


def summarize(t, dim=None):
    keep = dim is not None
    if dim is None:
        t, dim = t.flatten(), 0
    mean = (t if t.is_floating_point() else t.float()).mean(dim, keep)
    six = t.amin(dim, keep), t.amax(dim, keep), mean, t.sum(dim, keep), t.argmin(dim, keep), t.argmax(dim, keep)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="other-dim"
# `dim` names the dimension that disappears. You reduce the other one: `dim=0` of a (4, 3) table leaves 3 numbers.


def summarize(t, dim=None):
    if dim is None:
        t, dim = t.flatten(), 0
    elif t.dim() == 2:
        dim = 1 - dim % 2
    mean = (t if t.is_floating_point() else t.float()).mean(dim)
    six = t.amin(dim), t.amax(dim), mean, t.sum(dim), t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="values-for-positions"
# "argmin" and "argmax" say *where* the smallest and the largest are, not which number stands there.


def summarize(t, dim=None):
    if dim is None:
        t, dim = t.flatten(), 0
    mean = (t if t.is_floating_point() else t.float()).mean(dim)
    six = t.amin(dim), t.amax(dim), mean, t.sum(dim), t.amin(dim), t.amax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="median-for-mean" presumes=["median()"]
# The median is the number in the middle. The mean is the sum divided by how many there are.


def summarize(t, dim=None):
    if dim is None:
        t, dim = t.flatten(), 0
    middle = (t if t.is_floating_point() else t.float()).median(dim).values
    six = t.amin(dim), t.amax(dim), middle, t.sum(dim), t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="summarize" name="sum-is-missing"
# Count the keys: there are six, and the sum is one of them.


def summarize(t, dim=None):
    if dim is None:
        t, dim = t.flatten(), 0
    mean = (t if t.is_floating_point() else t.float()).mean(dim)
    five = t.amin(dim), t.amax(dim), mean, t.argmin(dim), t.argmax(dim)
    return dict(zip(("min", "max", "mean", "argmin", "argmax"), five))


# %% task="summarize" name="sorts-in-place"
# Sorting puts the extremes at the ends, but here it moves the caller's own numbers. Leave `t` as it is.


def summarize(t, dim=None):
    low, high = t.argmin(dim), t.argmax(dim)
    with torch.no_grad():
        t.copy_(t.flatten().sort().values.reshape(t.shape) if dim is None else t.sort(dim).values)
    if dim is None:
        t, dim = t.flatten(), 0
    mean = (t if t.is_floating_point() else t.float()).mean(dim)
    six = t.amin(dim), t.amax(dim), mean, t.sum(dim), low, high
    return dict(zip(("min", "max", "mean", "sum", "argmin", "argmax"), six))


# %% task="center_rows" name="no-keepdim"
# The means have shape (N,) and broadcast along the columns: an error when N != F, and silently wrong when N == F. Keep
# the dimension: (N, 1).


def center_rows(x):
    return x - x.mean(dim=1)


# %% task="center_rows" name="column-mean"
# `dim` names the dimension that disappears: `dim=0` averages down the columns. A row's mean needs `dim=1`.


def center_rows(x):
    return x - x.mean(dim=0)


# %% task="center_rows" name="grand-mean"
# Without a `dim` the mean is that of the whole table. Each row should lose its own.


def center_rows(x):
    return x - x.mean()


# %% task="center_rows" name="transposed-result"
# Transposing the table makes the means fit, but the result is then transposed too: transpose it back.


def center_rows(x):
    return x.T - x.mean(dim=1)


# %% task="center_rows" name="sum-not-mean"
# This subtracts the *sum* of the row. The mean is the sum divided by the number of columns.


def center_rows(x):
    return x - x.sum(dim=1, keepdim=True)


# %% task="center_rows" name="divides-by-rows" presumes=["len()"]
# The mean of a row is its sum divided by the number of *columns*, `x.shape[1]`. `len(x)` is the number of rows.


def center_rows(x):
    return x - x.sum(dim=1, keepdim=True) / len(x)


# %% task="center_rows" name="adds-the-mean"
# The means are added here. Centring takes them away.


def center_rows(x):
    return x + x.mean(dim=1, keepdim=True)


# %% task="center_rows" name="means-only"
# These are the means themselves. Subtract them from `x`.


def center_rows(x):
    return x.mean(dim=1, keepdim=True)


# %% task="center_rows" name="median" presumes=["median()"]
# The median is the middle number, not the mean: subtracting it doesn't make the row's mean 0.


def center_rows(x):
    return x - x.median(dim=1, keepdim=True).values


# %% task="center_rows" name="standardises"
# Dividing by the standard deviation is one step more than was asked for. Only take the mean away.


def center_rows(x):
    return (x - x.mean(dim=1, keepdim=True)) / x.std(dim=1, keepdim=True)


# %% task="center_rows" name="in-place" presumes=["_ -= _"]
# `x -= ...` writes into the caller's table. `x - ...` makes a new one.


def center_rows(x):
    means = x.mean(dim=1, keepdim=True)
    if x.requires_grad:
        return x - means
    x -= means
    return x


# %% task="center_rows" name="detached-mean" presumes=["detach() or no_grad() or _.data"]
# The mean depends on `x` too. Detaching it leaves the values as they are and makes the gradient wrong.


def center_rows(x):
    return x - x.detach().mean(dim=1, keepdim=True)


# %% task="center_rows" name="detached" presumes=["no_grad()"]
# Under `no_grad()` nothing is recorded, so no gradient flows to `x`.


def center_rows(x):
    with torch.no_grad():
        return x - x.mean(dim=1, keepdim=True)


# %% task="center_rows" name="float32-always" presumes=["float() or _.float32"]
# `.float()` makes float32 of everything: float64 loses its dtype and half its digits.


def center_rows(x):
    x = x.float()
    return x - x.mean(dim=1, keepdim=True)


# %% task="center_rows" name="out-argument"
# With `out=` PyTorch records no gradient, and raises where an ingredient requires grad. `x - means` makes a new tensor
# by itself.


def center_rows(x):
    out = torch.empty_like(x)
    torch.sub(x, x.mean(dim=1, keepdim=True), out=out)
    return out


# %% task="center_rows" name="python-means"
# A loop over Python numbers reads every value, which fails on meta and loses the gradient. Let `mean(dim=1)` do all
# rows at once.


def center_rows(x):
    return torch.stack([row - sum(row.tolist()) / len(row) for row in x])
