"""Wrong implementations of 13_layers_and_activations, as learners write them."""

# %%
import numpy as np
import torch
import torch.nn.functional as F

# %% task="relu" name="abs" presumes=["abs()"]
# The absolute value turns -1 into 1; ReLU turns it into 0.


def relu(x):
    return x.abs()


# %% task="relu" name="mask-multiply" presumes=["_ * _ or mul()"]
# A product with a mask works until there is an infinity: -inf * 0 is NaN. Select (`clamp`, `where`), don't multiply.


def relu(x):
    return x * (x > 0)


# %% task="relu" name="half-sum" presumes=["abs()"]
# (x + |x|) / 2 is right on paper, but -inf + inf is NaN, and the division makes floats of integers. Select instead of
# calculating.


def relu(x):
    return (x + x.abs()) / 2


# %% task="relu" name="python-max" presumes=["max()"]
# Python's `max` compares whole tensors, and a tensor of several numbers is neither true nor false. Work element by
# element: `torch.maximum`, `clamp`, `where`.


def relu(x):
    return max(x, 0)


# %% task="relu" name="largest-of-all" presumes=["max() or amax()"]
# `x.max()` is the one largest number of the whole tensor. ReLU compares each element with 0, on its own.


def relu(x):
    return x.max().clamp(min=0)


# %% task="relu" name="detached" presumes=["detach() or _.data"]
# `detach()` (and so `.data`) leaves the graph: no gradient comes back through the result. Work on `x` itself.


def relu(x):
    return x.detach().clamp(min=0)


# %% task="relu" name="numpy" presumes=["np or numpy"]
# NumPy knows nothing of autograd or of other devices. Stay with tensor operations.


def relu(x):
    return torch.from_numpy(np.maximum(x.detach().numpy(), 0)).to(x.dtype)


# %% task="relu" name="in-place"
# The underscore means in place: you changed the caller's tensor, which autograd doesn't allow on a leaf that requires
# grad. Use `clamp`.


def relu(x):
    return x.clamp_(min=0)


# %% task="relu" name="mask-assignment"
# `y = x` is a second name for the same tensor, so writing through it changes the caller's numbers. Assign to a clone,
# or don't assign at all.


def relu(x):
    y = x
    y[y < 0] = 0
    return y


# %% task="relu" name="same-tensor-when-positive" presumes=["if"]
# If nothing is negative you hand back the caller's own tensor, and two names for one memory invite accidents. The `if`
# also reads values, which not every device has.


def relu(x):
    if (x >= 0).all():
        return x
    return x.clamp(min=0)


# %% task="relu" name="new-zeros-of-float32" presumes=["zeros()"]
# `torch.zeros(...)` makes float32 on the CPU, whatever `x` is. `torch.zeros_like(x)` has the dtype and device of `x`.


def relu(x):
    return torch.maximum(x, torch.zeros(x.shape))


# %% task="relu" name="one-number-at-a-time" presumes=["for or tolist()"]
# Taking the numbers out of the tensor and putting them into a new one loses the graph, the dtype and the device. One
# tensor operation does all elements at once.


def relu(x):
    return torch.tensor([max(value, 0.0) for value in x.flatten().tolist()]).reshape(x.shape)


# %% task="relu" name="minimum"
# That keeps the negative numbers and cuts off the positive ones. `clamp(min=0)` sets a *lower* limit.


def relu(x):
    return x.clamp(max=0)


# %% task="relu" name="leaky"
# That is leaky ReLU, which lets a little of the negative numbers through. Here they become 0.


def relu(x):
    return torch.where(x > 0, x, 0.01 * x)


# %% task="relu" name="limited-to-one"
# Positive numbers stay as they are, however large: there is no upper limit.


def relu(x):
    return x.clamp(0, 1)


# %% task="relu" name="step"
# The condition says *where* x is positive; ReLU has the value of x there, not 1.


def relu(x):
    return (x > 0).to(x.dtype)


# %% task="relu" name="drops-negatives" presumes=["_[_] or masked_select()"]
# Indexing with a mask throws the negative numbers away and flattens the rest. They must become 0, in their place.


def relu(x):
    return x[x > 0]


# %% task="softmax" name="naive" presumes=["not max() or amax() or maximum()"]
# exp(1000) is inf, and inf / inf is NaN; exp(-1000) is 0, and so is the sum. Subtract the maximum first: the result is
# the same.


def softmax(x, dim):
    return x.exp() / x.exp().sum(dim=dim, keepdim=True)


# %% task="softmax" name="dim-ignored"
# Here the whole tensor sums to 1, not each slice. Take the maximum and the sum along `dim`.


def softmax(x, dim):
    e = (x - x.max()).exp()
    return e / e.sum()


# %% task="softmax" name="global-maximum" presumes=["max() or amax()"]
# The maximum of the whole tensor is too large for a row of small scores: all its exponentials become 0, and 0/0 is NaN.
# Each slice needs its own maximum.


def softmax(x, dim):
    e = (x - x.max()).exp()
    return e / e.sum(dim=dim, keepdim=True)


# %% task="softmax" name="no-keepdim"
# Without `keepdim=True` the reduced dimension is gone, and what is left lines up with the wrong one, if with any.


def softmax(x, dim):
    e = (x - x.amax(dim=dim, keepdim=True)).exp()
    return e / e.sum(dim=dim)


# %% task="softmax" name="last-dimension"
# You sum along the last dimension whatever `dim` says. Pass the argument on.


def softmax(x, dim):
    e = (x - x.amax(dim=-1, keepdim=True)).exp()
    return e / e.sum(dim=-1, keepdim=True)


# %% task="softmax" name="first-dimension"
# You sum along dimension 0, over the batch, whatever `dim` says. Pass the argument on.


def softmax(x, dim):
    e = (x - x.amax(dim=0, keepdim=True)).exp()
    return e / e.sum(dim=0, keepdim=True)


# %% task="softmax" name="maximum-of-other-slices" presumes=["max() or amax()"]
# The maximum is taken along another dimension than the sum, so slices can still overflow or vanish. Both go along
# `dim`.


def softmax(x, dim):
    e = (x - x.amax(dim=dim - 1, keepdim=True)).exp()
    return e / e.sum(dim=dim, keepdim=True)


# %% task="softmax" name="in-place" presumes=["_ -= _"]
# `-=` changed the caller's tensor, and is refused on a leaf that requires grad. Write `x = x - ...`: a new tensor.


def softmax(x, dim):
    x -= x.amax(dim=dim, keepdim=True)
    e = x.exp()
    return e / e.sum(dim=dim, keepdim=True)


# %% task="softmax" name="exponentials-overwritten" presumes=["_ /= _"]
# `exp` keeps its output for the backward pass, and `/=` overwrites it. Divide into a new tensor.


def softmax(x, dim):
    e = (x - x.amax(dim=dim, keepdim=True)).exp()
    e /= e.sum(dim=dim, keepdim=True)
    return e


# %% task="softmax" name="detached" presumes=["detach() or no_grad() or _.data"]
# The denominator depends on `x` too: detaching it gives the wrong gradient. (Detaching the maximum is harmless.)


def softmax(x, dim):
    e = (x - x.amax(dim=dim, keepdim=True)).exp()
    return e / e.sum(dim=dim, keepdim=True).detach()


# %% task="softmax" name="no-graph" presumes=["no_grad()"]
# Under `no_grad()` nothing is recorded, so no gradient can come back. Compute it where autograd sees it.


def softmax(x, dim):
    with torch.no_grad():
        e = (x - x.amax(dim=dim, keepdim=True)).exp()
        return e / e.sum(dim=dim, keepdim=True)


# %% task="softmax" name="max-is-a-pair" presumes=["max()"]
# With a `dim`, `max` returns two tensors, the values and where they were found. Take `.values`, or use `amax`.


def softmax(x, dim):
    e = (x - x.max(dim=dim, keepdim=True)).exp()
    return e / e.sum(dim=dim, keepdim=True)


# %% task="softmax" name="subtracts-the-position" presumes=["max()"]
# The second thing that `max` returns is *where* the maximum was, not how large it is.


def softmax(x, dim):
    _, largest = x.max(dim=dim, keepdim=True)
    e = (x - largest).exp()
    return e / e.sum(dim=dim, keepdim=True)


# %% task="softmax" name="subtracts-the-mean" presumes=["mean()"]
# Less than the maximum isn't enough: a score that lies 500 above the mean still overflows.


def softmax(x, dim):
    e = (x - x.mean(dim=dim, keepdim=True)).exp()
    return e / e.sum(dim=dim, keepdim=True)


# %% task="softmax" name="subtracts-the-absolute-maximum" presumes=["abs()"]
# For scores around -1000 the largest absolute value is 1000, and subtracting it makes all exponentials 0. Take the
# maximum itself.


def softmax(x, dim):
    e = (x - x.abs().amax(dim=dim, keepdim=True)).exp()
    return e / e.sum(dim=dim, keepdim=True)


# %% task="softmax" name="no-exp"
# Without the exponential, negative scores give negative "probabilities". Exponentiate before you divide.


def softmax(x, dim):
    return x / x.sum(dim=dim, keepdim=True)


# %% task="softmax" name="not-normalised"
# These are positive but don't sum to 1: divide by their sum along `dim`.


def softmax(x, dim):
    return (x - x.amax(dim=dim, keepdim=True)).exp()


# %% task="softmax" name="divides-by-length"
# Probabilities add up to 1: divide by the *sum* of the exponentials, not by how many there are.


def softmax(x, dim):
    e = (x - x.amax(dim=dim, keepdim=True)).exp()
    return e / x.shape[dim]


# %% task="softmax" name="sigmoid" presumes=["sigmoid() or Sigmoid()"]
# The sigmoid looks at each score alone. Softmax compares the scores of a slice with each other, and they share the 1.


def softmax(x, dim):
    return x.sigmoid()


# %% task="softmax" name="logarithm"
# That is the logarithm of softmax: negative numbers. One `exp()` is missing.


def softmax(x, dim):
    return x - x.logsumexp(dim=dim, keepdim=True)


# %% task="softmax" name="one-hot"
# All of the 1 for the winner is an argmax. Softmax is soft: the others get their share, and a gradient.


def softmax(x, dim):
    return (x == x.amax(dim=dim, keepdim=True)).to(x.dtype)


# %% task="softmax" name="base-two" presumes=["exp2()"]
# `exp2` is 2 to the power of x. Softmax is made with e: `exp`.


def softmax(x, dim):
    e = (x - x.amax(dim=dim, keepdim=True)).exp2()
    return e / e.sum(dim=dim, keepdim=True)


# %% task="softmax" name="to-float32"
# The result has the dtype of the argument, and yours is always float32. Nothing here needs that: don't convert, and
# make no tensor of another dtype.


def softmax(x, dim):
    x = x.float()
    e = (x - x.amax(dim=dim, keepdim=True)).exp()
    return e / e.sum(dim=dim, keepdim=True)


# %% task="softmax" name="numpy" presumes=["np or numpy"]
# NumPy knows nothing of autograd or of other devices. Stay with tensor operations.


def softmax(x, dim):
    values = x.detach().numpy()
    e = np.exp(values - values.max(axis=dim, keepdims=True))
    return torch.from_numpy(e / e.sum(axis=dim, keepdims=True))


# %% task="max_pool2d" name="average" presumes=["mean() or avg_pool2d()"]
# That is average pooling. Max pooling keeps the largest number of each window.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    return F.avg_pool2d(x, size)


# %% task="max_pool2d" name="minimum" presumes=["min() or amin()"]
# You kept the smallest number of each window; max pooling keeps the largest.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    return x.unfold(2, size, size).unfold(3, size, size).amin(dim=(4, 5))


# %% task="max_pool2d" name="stride-one"
# With a step of 1 the windows overlap. The step must equal the size.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    return x.unfold(2, size, 1).unfold(3, size, 1).amax(dim=(4, 5))


# %% task="max_pool2d" name="no-crop" presumes=["reshape() or view()"]
# When `size` doesn't divide H or W, the reshape fails. Crop first: to H // size * size rows, say.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    N, C, H, W = x.shape
    return x.reshape(N, C, H // size, size, W // size, size).amax(dim=(3, 5))


# %% task="max_pool2d" name="crops-at-the-top"
# What is left over lies at the bottom and on the right. You cropped the first rows and columns, which shifts all
# windows.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    _, _, H, W = x.shape
    return x[:, :, H % size :, W % size :].unfold(2, size, size).unfold(3, size, size).amax(dim=(4, 5))


# %% task="max_pool2d" name="half-empty-windows"
# You also pooled windows that stick out at the bottom or on the right. Only whole windows count.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    rows = [part.amax(dim=2) for part in x.split(size, dim=2)]
    columns = [part.amax(dim=3) for part in torch.stack(rows, dim=2).split(size, dim=3)]
    return torch.stack(columns, dim=3)


# %% task="max_pool2d" name="one-axis"
# The maximum must run over both sides of the window, its rows and its columns.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    return x.unfold(2, size, size).unfold(3, size, size).amax(dim=5)[..., 0]


# %% task="max_pool2d" name="runs-of-the-flat-picture"
# `size * size` numbers that follow each other in memory are a piece of one row, not a square. Split rows and columns
# separately.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    N, C, H, W = x.shape
    h, w = H // size, W // size
    x = x[:, :, : h * size, : w * size]
    return x.reshape(N, C, h, w, size * size).amax(dim=4)


# %% task="max_pool2d" name="size-and-count-swapped"
# Splitting H into (size, H // size) groups rows that lie far apart. The rows of one window are neighbours: split into
# (H // size, size), and reduce the second of the two.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    N, C, H, W = x.shape
    h, w = H // size, W // size
    x = x[:, :, : h * size, : w * size]
    return x.reshape(N, C, size, h, size, w).amax(dim=(2, 4))


# %% task="max_pool2d" name="one-corner"
# Taking every `size`-th number keeps the corner of each window, whatever the others are.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    _, _, H, W = x.shape
    return x[:, :, : H // size * size : size, : W // size * size : size].clone()


# %% task="max_pool2d" name="starts-from-zero"
# A maximum that starts from 0 stays 0 when all numbers of the window are negative. Start from the numbers themselves,
# or from -inf.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    N, C, H, W = x.shape
    h, w = H // size, W // size
    best = torch.zeros(N, C, h, w, dtype=x.dtype, device=x.device)
    for i in range(size):
        for j in range(size):
            best = torch.maximum(best, x[:, :, i : h * size : size, j : w * size : size])
    return best


# %% task="max_pool2d" name="largest-absolute" presumes=["abs()"]
# -9 is smaller than 1: compare the numbers themselves, not their absolute values.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    return x.abs().unfold(2, size, size).unfold(3, size, size).amax(dim=(4, 5))


# %% task="max_pool2d" name="whole-picture"
# That is the maximum of the whole picture, again and again. Each window has its own.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    N, C, H, W = x.shape
    largest = x.amax(dim=(2, 3), keepdim=True)
    return largest.repeat(1, 1, H // size, W // size)


# %% task="max_pool2d" name="across-channels"
# Channels are pooled one by one: each keeps its own maxima. Reduce the sides of the window only.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    return x.unfold(2, size, size).unfold(3, size, size).amax(dim=(1, 4, 5)).unsqueeze(1)


# %% task="max_pool2d" name="sides-swapped"
# Rows and columns have changed places: the result is (N, C, H // size, W // size).


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    return x.unfold(3, size, size).unfold(2, size, size).amax(dim=(4, 5)).transpose(2, 3)


# %% task="max_pool2d" name="square-pictures-only"
# H and W are two numbers. You counted the windows along H and used that for both sides.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    N, C, H, _ = x.shape
    h = H // size
    return x[:, :, : h * size, : h * size].reshape(N, C, h, size, h, size).amax(dim=(3, 5))


# %% task="max_pool2d" name="pools-two-by-two"
# The windows always have side 2 here. Their side is `size`.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    return x.unfold(2, 2, 2).unfold(3, 2, 2).amax(dim=(4, 5))


# %% task="max_pool2d" name="size-counts-windows"
# `size` is the side of a window, not the number of windows along a side.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    _, _, H, W = x.shape
    return x.unfold(2, H // size, H // size).unfold(3, W // size, W // size).amax(dim=(4, 5))


# %% task="max_pool2d" name="no-validation" presumes=["not raise"]
# Check `x.ndim == 4` and `1 <= size <= min(H, W)` first, and raise `ValueError`.


def max_pool2d(x, size):
    return x.unfold(2, size, size).unfold(3, size, size).amax(dim=(-2, -1))


# %% task="max_pool2d" name="dimensions-not-checked"
# A batch of pictures is 4-D. Pictures without batch or channel dimension are to be refused, too.


def max_pool2d(x, size):
    if not 1 <= size <= min(x.shape[-2:]):
        raise ValueError
    return x.unfold(-2, size, size).unfold(-2, size, size).amax(dim=(-2, -1))


# %% task="max_pool2d" name="one-side-checked"
# A window must fit both ways: it may be neither higher nor wider than the picture.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= x.shape[2]:
        raise ValueError
    return x.unfold(2, size, size).unfold(3, size, size).amax(dim=(4, 5))


# %% task="max_pool2d" name="zero-not-checked"
# A window of side 0 or less is none at all: `size` must be at least 1, and ValueError says so.


def max_pool2d(x, size):
    if x.ndim != 4 or size > min(x.shape[2:]):
        raise ValueError
    return x.unfold(2, size, size).unfold(3, size, size).amax(dim=(4, 5))


# %% task="max_pool2d" name="refuses-the-exact-fit"
# A window as large as the picture fits, just. Refuse `size > H`, not `size >= H`.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size < min(x.shape[2:]):
        raise ValueError
    return x.unfold(2, size, size).unfold(3, size, size).amax(dim=(4, 5))


# %% task="max_pool2d" name="refuses-what-is-left-over"
# A size that doesn't divide H or W is allowed: what is left over is ignored.


def max_pool2d(x, size):
    if x.ndim != 4 or size < 1 or x.shape[2] % size or x.shape[3] % size:
        raise ValueError
    return x.unfold(2, size, size).unfold(3, size, size).amax(dim=(4, 5))


# %% task="max_pool2d" name="asserts" presumes=["assert"]
# A failed `assert` raises AssertionError, and Python can switch asserts off. For bad arguments, raise `ValueError`.


def max_pool2d(x, size):
    assert x.ndim == 4
    assert 1 <= size <= min(x.shape[2:])
    return x.unfold(2, size, size).unfold(3, size, size).amax(dim=(4, 5))


# %% task="max_pool2d" name="number-by-number" presumes=["item()"]
# `.item()` takes the maximum out of the graph, and there is nothing to take on a device without values. Stack the
# tensors instead.


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError
    N, C, H, W = x.shape
    result = torch.zeros(N, C, H // size, W // size)
    for n in range(N):
        for c in range(C):
            for i in range(H // size):
                for j in range(W // size):
                    window = x[n, c, i * size : (i + 1) * size, j * size : (j + 1) * size]
                    result[n, c, i, j] = window.max().item()
    return result


# %% task="to_tensor" name="no-permute" presumes=["not permute() or transpose() or moveaxis() or movedim()"]
# PyTorch's pictures are (C, H, W): the channel goes first.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    scale = 255 if array.dtype == np.uint8 else 1
    tensor = torch.tensor(array, dtype=torch.float32) / scale
    return tensor if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="reshaped" presumes=["reshape() or view()"]
# `reshape` reads the numbers in their old order and scrambles the picture. To reorder axes, `permute`.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    scale = 255 if array.dtype == np.uint8 else 1
    channels = array.shape[2] if array.ndim == 3 else 1
    return torch.tensor(array, dtype=torch.float32).reshape(channels, *array.shape[:2]) / scale


# %% task="to_tensor" name="swapped-hw"
# That transposes the picture: you returned (C, W, H). Rows come before columns: `permute(2, 0, 1)`.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    scale = 255 if array.dtype == np.uint8 else 1
    tensor = torch.tensor(array, dtype=torch.float32) / scale
    return tensor.permute(2, 1, 0) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="grey-without-channel"
# A grey picture has a channel dimension too, of size 1: (1, H, W).


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    scale = 255 if array.dtype == np.uint8 else 1
    tensor = torch.tensor(array, dtype=torch.float32) / scale
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor


# %% task="to_tensor" name="grey-channel-last"
# The channel of a grey picture goes first as well: (1, H, W), not (H, W, 1).


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    scale = 255 if array.dtype == np.uint8 else 1
    tensor = torch.tensor(array, dtype=torch.float32) / scale
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(-1)


# %% task="to_tensor" name="grey-is-refused"
# (H, W) is a picture too, of one channel. Only other numbers of dimensions are refused.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim != 3:
        raise ValueError
    scale = 255 if array.dtype == np.uint8 else 1
    return torch.tensor(array, dtype=torch.float32).permute(2, 0, 1) / scale


# %% task="to_tensor" name="never-scaled"
# uint8 pixels go from 0 to 255 and must be scaled to [0, 1]: divide by 255.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    tensor = torch.tensor(array, dtype=torch.float32)
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="always-scaled"
# Only uint8 pixels are bytes. Floats and other integers are taken as they are.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    tensor = torch.tensor(array, dtype=torch.float32) / 255
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="all-integers-scaled"
# int32 isn't bytes, even if it holds numbers up to 255. The one dtype that is scaled is uint8.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    scale = 255 if np.issubdtype(array.dtype, np.integer) else 1
    tensor = torch.tensor(array, dtype=torch.float32) / scale
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="scaled-by-value" presumes=["max() or amax()"]
# The rule looks at the dtype, not at the values: a dark uint8 picture (all 0 and 1) is scaled, a float one never.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    scale = 255 if array.max() > 1 else 1
    tensor = torch.tensor(array, dtype=torch.float32) / scale
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="scaled-by-maximum" presumes=["max() or amax()"]
# Divide by 255, what a byte can hold, not by the brightest pixel: a dark picture must stay dark.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    scale = max(int(array.max()), 1) if array.dtype == np.uint8 else 1
    tensor = torch.tensor(array, dtype=torch.float32) / scale
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="divides-by-256" presumes=["256"]
# There are 256 bytes, but the largest is 255, and it must become 1.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    scale = 256 if array.dtype == np.uint8 else 1
    tensor = torch.tensor(array, dtype=torch.float32) / scale
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="integer-division" presumes=["_ // _"]
# `//` rounds down: everything below 255 becomes 0. Convert to float32 and divide with `/`.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    tensor = torch.tensor(array // 255 if array.dtype == np.uint8 else array, dtype=torch.float32)
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="minus-one-to-one"
# That goes from -1 to 1, which is another convention. `ToTensor` gives 0 to 1.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    tensor = torch.tensor(array, dtype=torch.float32)
    if array.dtype == np.uint8:
        tensor = tensor / 127.5 - 1
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="dtype-asked-too-late"
# After the conversion every picture is float32: ask for the dtype of the image before you convert it.


def to_tensor(image):
    array = np.array(image, dtype=np.float32)
    if array.ndim not in (2, 3):
        raise ValueError
    if array.dtype == np.uint8:
        array /= 255
    tensor = torch.from_numpy(array)
    return tensor.permute(2, 0, 1).clone() if array.ndim == 3 else tensor.unsqueeze(0).clone()


# %% task="to_tensor" name="dtype-kept"
# Only dividing made floats of the bytes; other pictures kept their dtype. The result is always float32.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    tensor = torch.tensor(array)
    if array.dtype == np.uint8:
        tensor = tensor / 255
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="double-precision"
# NumPy divides bytes into float64. Layers expect float32: convert.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    scale = 255 if array.dtype == np.uint8 else 1
    tensor = torch.from_numpy(array / scale)
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="shared-memory" presumes=["from_numpy() or as_tensor() or float() or asarray()"]
# For a float32 picture nothing is copied here: `from_numpy`, `permute` and `float` all look at the image's memory. Make
# a copy: `torch.tensor`, `astype`, `clone`.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    tensor = torch.from_numpy(array).float()
    if array.dtype == np.uint8:
        tensor = tensor / 255
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="contiguous-is-no-copy" presumes=["contiguous()"]
# `contiguous()` copies only what isn't contiguous yet. A grey picture, or one of a single channel, is: it still shares
# the image's memory.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    if array.ndim == 2:
        array = array[:, :, None]
    tensor = torch.from_numpy(array).permute(2, 0, 1).contiguous().float()
    return tensor / 255 if array.dtype == np.uint8 else tensor


# %% task="to_tensor" name="float-tensor-shares" presumes=["FloatTensor()"]
# `torch.FloatTensor` copies a float64 array and *shares* a float32 one. `torch.tensor(..., dtype=torch.float32)` always
# copies.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    scaled = array / 255 if array.dtype == np.uint8 else array
    if scaled.dtype not in (np.float32, np.float64):
        scaled = scaled.astype(np.float64)
    tensor = torch.FloatTensor(scaled)
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="arrays-only"
# An opened picture is no array: `from_numpy` can't read it. `np.asarray(image)` takes both.


def to_tensor(image):
    if image.ndim not in (2, 3):
        raise ValueError
    scale = 255 if image.dtype == np.uint8 else 1
    tensor = torch.from_numpy(image.astype(np.float32)) / scale
    return tensor.permute(2, 0, 1) if image.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="no-validation" presumes=["not raise"]
# A row of numbers is no picture, and four dimensions are a batch. Check `ndim` and raise ValueError.


def to_tensor(image):
    array = np.asarray(image)
    scale = 255 if array.dtype == np.uint8 else 1
    tensor = torch.from_numpy(array.astype(np.float32)) / scale
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="batches-accepted"
# A batch of pictures is more than one picture: 4-D must be refused as well as 1-D.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim < 2:
        raise ValueError
    scale = 255 if array.dtype == np.uint8 else 1
    tensor = torch.from_numpy(array.astype(np.float32)) / scale
    return tensor.movedim(-1, 0) if array.ndim >= 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="rows-accepted"
# A 1-D array has no rows and columns: refuse fewer dimensions than 2 as well as more than 3.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim > 3:
        raise ValueError
    scale = 255 if array.dtype == np.uint8 else 1
    tensor = torch.from_numpy(array.astype(np.float32)) / scale
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="squeezed" presumes=["squeeze()"]
# `squeeze()` removes every dimension of size 1: pictures of one channel, one row or one column lose theirs.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    scale = 255 if array.dtype == np.uint8 else 1
    tensor = (torch.from_numpy(array.astype(np.float32)) / scale).squeeze()
    return tensor.permute(2, 0, 1) if tensor.ndim == 3 else tensor.unsqueeze(0)


# %% task="to_tensor" name="scales-in-place" presumes=["_ /= _"]
# `/=` through an alias writes into the caller's picture, and NumPy refuses it for bytes. Make a float copy first.


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError
    if array.dtype == np.uint8:
        array /= 255
    tensor = torch.tensor(array, dtype=torch.float32)
    return tensor.permute(2, 0, 1) if array.ndim == 3 else tensor.unsqueeze(0)
