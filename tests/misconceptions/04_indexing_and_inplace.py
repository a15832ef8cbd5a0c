"""Wrong implementations of 04_indexing_and_inplace, as learners write them, with what a teacher says about each."""

# %%
import torch
import torch.nn.functional as F

# %% task="column_view" name="row"
# `x[col]` is a row: the first index counts rows. `x[:, col]` takes every row, and of each the element at `col`.


def column_view(x, col):
    return x[col]


# %% task="column_view" name="list-index-copies" presumes=["_[_]"]
# Indexing with a list is advanced indexing, and that copies. A plain integer gives a view, and takes the dimension away
# by itself: `x[:, col]`.


def column_view(x, col):
    return x[:, [col]].squeeze(1)


# %% task="column_view" name="comprehension" presumes=["stack()"]
# `stack` builds a new tensor from the elements: it is a copy, however much it looks like a column of `x`. Let one index
# do it: `x[:, col]`.


def column_view(x, col):
    return torch.stack([row[col] for row in x])


# %% task="column_view" name="boolean-mask" presumes=["_ % _"]
# A boolean mask is advanced indexing too: it copies. And `%` turns a column that doesn't exist into one that does. Use
# the integer: `x[:, col]`.


def column_view(x, col):
    columns = torch.arange(x.shape[1])
    return x[:, columns == col % x.shape[1]].squeeze(1)


# %% task="column_view" name="index-select" presumes=["index_select()"]
# `index_select` copies what it selects, and it knows no negative indices. `select`, for a single index, gives a view,
# and so does `x[:, col]`.


def column_view(x, col):
    return x.index_select(1, torch.tensor([col])).squeeze(1)


# %% task="column_view" name="cloned-to-be-safe" presumes=["clone()"]
# `clone()` makes memory of its own, so writing to the result never reaches `x`. `x[:, col]` alone was right.


def column_view(x, col):
    return x[:, col].clone()


# %% task="column_view" name="data" presumes=["_.data"]
# `.data` is the same memory, but cut off from the graph: no gradient finds its way back to `x`. Index `x` itself.


def column_view(x, col):
    return x.data[:, col]


# %% task="column_view" name="through-numpy" presumes=["from_numpy()", "np or numpy"]
# `from_numpy` shares the memory, but NumPy knows nothing of autograd: a tensor that requires grad can't become an
# array. Stay with tensors: `x[:, col]`.


def column_view(x, col):
    return torch.from_numpy(x.numpy()[:, col])


# %% task="column_view" name="keeps-the-dimension" presumes=["_[_]"]
# A slice of length 1 keeps its dimension, so this is a matrix of one column; and from -1 to 0 there is nothing at all.
# An integer index gives a 1-D result: `x[:, col]`.


def column_view(x, col):
    return x[:, col : col + 1]


# %% task="column_view" name="slice-squeezed" presumes=["squeeze()"]
# `squeeze()` without a dim drops every dimension of size 1, the rows too where there is only one. And a slice never
# complains about a column that doesn't exist. Use the integer: `x[:, col]`.


def column_view(x, col):
    last = x.shape[1] if col == -1 else col + 1
    return x[:, col:last].squeeze()


# %% task="column_view" name="split-and-squeezed" presumes=["split() or chunk()", "squeeze()"]
# `squeeze()` without a dim drops every dimension of size 1. Where `x` has a single row, the rows are one of them, and
# the result is 0-D. `squeeze(1)` drops the columns only.


def column_view(x, col):
    return x.split(1, dim=1)[col].squeeze()


# %% task="column_view" name="counts-in-memory" presumes=["view()"]
# Jumping through the flat tensor is what the view does inside, but `view(-1)` needs rows that lie one after the other
# in memory, and after `.T` they don't. It also gets negative columns wrong. Let PyTorch count: `x[:, col]`.


def column_view(x, col):
    return x.view(-1)[col :: x.shape[1]]


# %% task="column_view" name="wraps-around" presumes=["_ % _"]
# `%` turns every number into a column that exists, so a wrong `col` goes unnoticed. Negative indices need no help:
# `x[:, col]` understands them, and raises IndexError for the rest.


def column_view(x, col):
    return x[:, col % x.shape[1]]


# %% task="column_view" name="negative-wraps" presumes=["_ % _ or _ + _"]
# Only a column that is too large is refused here: one below -F is counted round to one that exists. Negative indices
# need no help: `x[:, col]` understands them, and raises IndexError for the rest.


def column_view(x, col):
    if col >= x.shape[1]:
        raise IndexError("no such column")
    return x[:, col % x.shape[1]]


# %% task="column_view" name="refuses-negative"
# A negative index isn't out of range: it counts from the end, down to -F. PyTorch checks that for you.


def column_view(x, col):
    if not 0 <= col < x.shape[1]:
        raise IndexError("no such column")
    return x[:, col]


# %% task="column_view" name="one-too-many"
# Columns are counted from 0, so the last one is F - 1: with `<=`, column F gets past your check. An index that is out
# of range raises IndexError by itself.


def column_view(x, col):
    if -x.shape[1] <= col <= x.shape[1]:
        return x[:, min(col, x.shape[1] - 1)]
    raise IndexError("no such column")


# %% task="column_view" name="value-error"
# For an index that is out of range Python's own exception is IndexError, and callers count on that. `x[:, col]` raises
# it without your help.


def column_view(x, col):
    if not -x.shape[1] <= col < x.shape[1]:
        raise ValueError("no such column")
    return x[:, col]


# %% task="column_view" name="python-list"
# This returns a Python list. A list can't write to `x`; return the view, a tensor.


def column_view(x, col):
    return [row[col] for row in x.tolist()]


# %% task="set_column_" name="row-assignment"
# `x[col] = ...` sets a row: the first index counts rows. For a column write `x[:, col] = value`.


def set_column_(x, col, value):
    x[col] = value
    return x


# %% task="set_column_" name="returns-none" presumes=["not return"]
# The column is set, but without `return x` the function returns None. PyTorch's in-place methods return their tensor,
# so that calls can be chained.


def set_column_(x, col, value):
    x[:, col] = value


# %% task="set_column_" name="fills-a-copy" presumes=["fill_()"]
# `x[:, [col]]` is a copy, as advanced indexing makes one, and you filled the copy. With `x[:, col]`, a view, `fill_`
# reaches `x`.


def set_column_(x, col, value):
    x[:, [col]].fill_(value)
    return x


# %% task="set_column_" name="contiguous-copy" presumes=["contiguous()"]
# `contiguous()` copies whenever `x` isn't contiguous, a transpose for one: you wrote to the copy, and the caller's
# tensor is untouched. Assigning to an index works on any layout.


def set_column_(x, col, value):
    x = x.contiguous()
    x[:, col] = value
    return x


# %% task="set_column_" name="clone" presumes=["clone()"]
# `clone()` makes a new tensor, so the caller's stays as it was. The underscore in the name promises to change `x`.


def set_column_(x, col, value):
    new = x.clone()
    new[:, col] = value
    return new


# %% task="set_column_" name="name-rebound"
# `column = value` gives the name `column` to a number; the tensor that it named before is left alone. Write *into* it:
# `x[:, col] = value`.


def set_column_(x, col, value):
    column = x[:, col]
    column = value
    return x


# %% task="set_column_" name="slice-assignment" presumes=["_[_]"]
# From -1 to 0 there is nothing to set, and a slice beyond the last column is empty too, so no error tells of a wrong
# `col`. Use the integer: `x[:, col] = value`.


def set_column_(x, col, value):
    x[:, col : col + 1] = value
    return x


# %% task="set_column_" name="data-replaced" presumes=["_.data = _"]
# `x.data = ...` puts other memory under `x`. Tensors that share the old memory, such as the one that `x` is a view of,
# never see the change. Write into the memory that is there.


def set_column_(x, col, value):
    new = x.clone()
    new[:, col] = value
    x.data = new
    return x


# %% task="set_column_" name="flat-indexing" presumes=["view()"]
# `view(-1)` needs rows that lie one after the other in memory, and negative columns start in the wrong place. Let
# PyTorch do the counting: `x[:, col] = value`.


def set_column_(x, col, value):
    x.view(-1)[col :: x.shape[1]] = value
    return x


# %% task="set_column_" name="fills-everything"
# This sets every entry of `x`. Choose the column first, then fill: `x[:, col] = value`.


def set_column_(x, col, value):
    return x.fill_(value)


# %% task="set_column_" name="adds" presumes=["_ += _"]
# `+=` adds to what is there; the column should *be* `value` afterwards. Use `=`.


def set_column_(x, col, value):
    x[:, col] += value
    return x


# %% task="set_column_" name="rounds"
# Converting to an integer dtype drops the fraction, it doesn't round; and in a floating tensor nothing should be lost.
# Assign `value` as it is.


def set_column_(x, col, value):
    x[:, col] = round(value)
    return x


# %% task="set_column_" name="float32-on-the-way" presumes=["tensor()"]
# A float32 tensor doesn't hold every whole number beyond 2**24: 16777217.0 has become 16777216 before it gets into `x`.
# Assign the number itself.


def set_column_(x, col, value):
    x[:, col] = torch.tensor(value, dtype=torch.float32)
    return x


# %% task="set_column_" name="wraps-around" presumes=["_ % _"]
# `%` makes every number a column that exists, so a wrong `col` silently overwrites another one. Negative indices need
# no help from you.


def set_column_(x, col, value):
    x[:, col % x.shape[1]] = value
    return x


# %% task="set_column_" name="error-swallowed" presumes=["except"]
# Catching the IndexError hides a mistake of the caller, who goes on as if the column had been set. Let it through.


def set_column_(x, col, value):
    try:
        x[:, col] = value
    except IndexError:
        pass
    return x


# %% task="set_column_" name="returns-the-column"
# The column is right, but it is only a part of `x`. Return the whole tensor that you were given.


def set_column_(x, col, value):
    return x[:, col].fill_(value)


# %% task="rectify_" name="out-of-place" presumes=["relu()"]
# `relu()` returns a new tensor and leaves `x` alone. The underscore makes it in-place: `relu_()`.


def rectify_(x):
    return x.relu()


# %% task="rectify_" name="data-bypass" presumes=["_.data"]
# `.data` hides the change from autograd: a leaf that requires grad is overwritten without an error, and gradients come
# out wrong in silence. Change `x` itself.


def rectify_(x):
    x.data.clamp_(min=0)
    return x


# %% task="rectify_" name="no-grad" presumes=["no_grad()"]
# Under `no_grad()` the step isn't recorded: a leaf is overwritten without an error, and gradients flow through entries
# that ReLU has set to 0. Here the error is wanted.


def rectify_(x):
    with torch.no_grad():
        return x.relu_()


# %% task="rectify_" name="leaf-switched-off" presumes=["requires_grad_() or _.requires_grad = _"]
# This turns off `requires_grad` in the caller's tensor, so it is no longer trained. The error was the right answer: let
# it through.


def rectify_(x):
    if x.is_leaf:
        x.requires_grad_(False)
    return x.relu_()


# %% task="rectify_" name="copies-a-leaf"
# For a leaf that requires grad this returns a copy and leaves `x` as it was, so that the caller never learns that
# nothing happened. Let PyTorch's error through.


def rectify_(x):
    if x.is_leaf and x.requires_grad:
        x = x.clone()
    return x.relu_()


# %% task="rectify_" name="error-swallowed" presumes=["except"]
# Catching the RuntimeError hides that nothing was changed. Let it reach the caller, who has to know.


def rectify_(x):
    try:
        x.relu_()
    except RuntimeError:
        pass
    return x


# %% task="rectify_" name="abs" presumes=["abs() or abs_()"]
# The absolute value flips negatives to the other side; ReLU sets them to 0.


def rectify_(x):
    return x.abs_()


# %% task="rectify_" name="returns-copy"
# `x` is right, but what you return is a copy of it. Return `x` itself, as in-place methods do.


def rectify_(x):
    x.relu_()
    return x.clone()


# %% task="rectify_" name="returns-nothing" presumes=["not return"]
# The change is right, but without `return x` the function returns None.


def rectify_(x):
    x[x < 0] = 0


# %% task="rectify_" name="fills-a-copy" presumes=["zero_()"]
# `x[x < 0]` with something behind it is a copy (advanced indexing), and `zero_()` fills that copy. On the left of `=`
# it writes to `x`: `x[x < 0] = 0`.


def rectify_(x):
    x[x < 0].zero_()
    return x


# %% task="rectify_" name="loop-variable" presumes=["for"]
# `value = 0` gives another meaning to the loop's name; nothing is written into `x`. Assign to an index of `x`, or use
# an operation that ends in `_`.


def rectify_(x):
    for value in x:
        if value.max() < 0:
            value = 0
    return x


# %% task="rectify_" name="multiplies-by-a-mask" presumes=["_ * _ or _ *= _ or mul_()"]
# -inf * 0 is NaN, not 0. Replace the entries instead of multiplying: `x[x < 0] = 0`, or `relu_()`.


def rectify_(x):
    x *= x > 0
    return x


# %% task="rectify_" name="half-of-the-sum" presumes=["abs() or abs_()"]
# (x + |x|) / 2 is ReLU on paper only: -inf + inf is NaN, and an integer tensor can't be divided in place. Compare
# instead of computing: `relu_()`.


def rectify_(x):
    x += x.abs()
    x /= 2
    return x


# %% task="rectify_" name="negative-part-subtracted"
# Taking away the negative part works for ordinary numbers, but -inf - (-inf) is NaN. Compare and replace instead.


def rectify_(x):
    x -= x.clamp(max=0)
    return x


# %% task="rectify_" name="mask-of-a-scalar" presumes=["index_put_()"]
# `index_put_` takes one index for each dimension, and a 0-D tensor has none: there it raises an IndexError.
# `x[x < 0] = 0` works for any shape.


def rectify_(x):
    return x.index_put_((x < 0,), x.new_zeros(()))


# %% task="rectify_" name="flattened-copy" presumes=["flatten() or reshape() or ravel()"]
# `flatten()`, `reshape` and `ravel()` copy when the memory isn't in order, as in a transpose or every other column: the
# copy was changed, and the caller's tensor wasn't. In-place operations need no flattening.


def rectify_(x):
    flat = x.flatten()
    flat[flat < 0] = 0
    return x


# %% task="rectify_" name="flattened-view" presumes=["view()"]
# `view(-1)` works only where the memory is in order, and a transpose or every other column isn't. Work on `x` as it is:
# in-place operations take any shape.


def rectify_(x):
    flat = x.view(-1)
    flat[flat < 0] = 0
    return x


# %% task="rectify_" name="overwrites-what-was-saved" presumes=["maximum()"]
# `maximum` keeps `x` for its backward pass, and the assignment overwrites it: hence the RuntimeError at `backward()`.
# `relu_` and `clamp_` are made to be used in place.


def rectify_(x):
    x[...] = torch.maximum(x, torch.zeros_like(x))
    return x


# %% task="rectify_" name="clamped-at-one"
# ReLU has no upper limit: only the negative entries change. Leave out `max`.


def rectify_(x):
    return x.clamp_(0, 1)


# %% task="rectify_" name="wrong-side"
# `max=0` cuts off the positive entries. It is the negative ones that go: `min=0`.


def rectify_(x):
    return x.clamp_(max=0)


# %% task="rectify_" name="leaky"
# A *leaky* ReLU lets a little of the negative entries through. Here they become exactly 0.


def rectify_(x):
    return F.leaky_relu_(x)
