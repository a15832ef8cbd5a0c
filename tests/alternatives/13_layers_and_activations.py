"""Right implementations of 13_layers_and_activations that differ from the solution."""

# %%
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# %% task="relu" name="where"


def relu(x):
    return torch.where(x > 0, x, 0)


# %% task="relu" name="maximum"


def relu(x):
    return torch.maximum(x, torch.zeros_like(x))


# %% task="relu" name="maximum-with-scalar-tensor"


def relu(x):
    return torch.maximum(x, x.new_zeros(()))


# %% task="relu" name="masked-fill"


def relu(x):
    return x.masked_fill(x < 0, 0)


# %% task="relu" name="mask-on-a-clone"


def relu(x):
    result = x.clone()
    result[result < 0] = 0
    return result


# %% task="relu" name="stack-and-reduce"


def relu(x):
    return torch.stack([x, torch.zeros_like(x)]).amax(dim=0)


# %% task="relu" name="minus-its-negative-part"


def relu(x):
    return -torch.clamp(-x, max=0)


# %% task="relu" name="threshold"


def relu(x):
    return F.threshold(x, 0, 0)


# %% task="relu" name="own-autograd-function"


class Rectified(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x > 0)
        return x.clip(0)

    @staticmethod
    def backward(ctx, upstream):
        (positive,) = ctx.saved_tensors
        return upstream.masked_fill(~positive, 0)


def relu(x):
    return Rectified.apply(x)


# %% task="relu" name="own-module"


class ReLU(nn.Module):
    def forward(self, x):
        return x.clamp_min(0)


def relu(x):
    return ReLU()(x)


# %% task="softmax" name="max-values"


def softmax(x, dim):
    shifted = torch.sub(x, x.max(dim, keepdim=True).values)
    return torch.exp(shifted).div(torch.exp(shifted).sum(dim, True))


# %% task="softmax" name="logsumexp"


def softmax(x, dim):
    return (x - x.logsumexp(dim=dim, keepdim=True)).exp()


# %% task="softmax" name="maximum-detached"


def softmax(x, dim):
    shifted = x - x.detach().amax(dim=dim, keepdim=True)
    return shifted.exp() / shifted.exp().sum(dim=dim, keepdim=True)


# %% task="softmax" name="unsqueezed"


def softmax(x, dim):
    largest = x.amax(dim).unsqueeze(dim)
    e = math.e ** (x - largest)
    return e / e.sum(dim).unsqueeze(dim)


# %% task="softmax" name="dimension-moved"


def softmax(x, dim):
    last = x.movedim(dim, -1)
    e = torch.exp(last - torch.amax(last, -1, keepdim=True))
    return torch.movedim(e / torch.sum(e, dim=-1, keepdim=True), -1, dim)


# %% task="softmax" name="in-double-precision"


def softmax(x, dim):
    values = x.double()
    e = (values - values.amax(dim=dim, keepdim=True)).exp()
    return (e / e.sum(dim=dim, keepdim=True)).to(x.dtype)


# %% task="softmax" name="in-place-on-its-own-tensors"


def softmax(x, dim):
    e = x.clone()
    e -= e.detach().amax(dim=dim, keepdim=True)
    e = e.exp()
    return e * e.sum(dim=dim, keepdim=True).reciprocal()


# %% task="softmax" name="slice-by-slice"


def softmax(x, dim):
    if x.numel() == 0:
        return x.clone()
    parts = list(x.unbind(dim))
    largest = parts[0]
    for part in parts:
        largest = torch.maximum(largest, part)
    exponentials = [(part - largest).exp() for part in parts]
    return torch.stack([e / sum(exponentials) for e in exponentials], dim=dim)


# %% task="softmax" name="own-autograd-function"


class Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dim):
        e = torch.exp(x - x.amax(dim, keepdim=True))
        p = e / e.sum(dim, keepdim=True)
        ctx.save_for_backward(p)
        ctx.dim = dim
        return p

    @staticmethod
    def backward(ctx, upstream):
        (p,) = ctx.saved_tensors
        return p * (upstream - (p * upstream).sum(ctx.dim, keepdim=True)), None


def softmax(x, dim):
    return Softmax.apply(x, dim)


# %% task="max_pool2d" name="cropped-and-reshaped"


def max_pool2d(x, size):
    if x.dim() != 4:
        raise ValueError("not 4-D")
    N, C, H, W = x.shape
    if size < 1 or size > H or size > W:
        raise ValueError("size")
    h, w = H // size, W // size
    x = x[:, :, : h * size, : w * size]
    return x.reshape(N, C, h, size, w, size).amax(dim=(3, 5))


# %% task="max_pool2d" name="one-side-after-the-other"


def max_pool2d(x, size):
    try:
        _, _, H, W = x.shape
    except ValueError as error:
        raise ValueError("not 4-D") from error
    if not (0 < size <= H and size <= W):
        raise ValueError("size")
    return x.unfold(3, size, size).amax(dim=-1).unfold(2, size, size).max(dim=-1).values


# %% task="max_pool2d" name="loops-over-windows"


def max_pool2d(x, size):
    if len(x.shape) != 4 or size <= 0 or size > min(x.shape[-2:]):
        raise ValueError("cannot pool")
    rows = []
    for top in range(0, x.shape[2] - size + 1, size):
        row = []
        for left in range(0, x.shape[3] - size + 1, size):
            row.append(x[:, :, top : top + size, left : left + size].amax(dim=(2, 3)))
        rows.append(torch.stack(row, dim=-1))
    return torch.stack(rows, dim=-2)


# %% task="max_pool2d" name="running-maximum"


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError("cannot pool")
    h, w = x.size(2) // size, x.size(3) // size
    best = None
    for i in range(size):
        for j in range(size):
            part = x[:, :, i : h * size : size, j : w * size : size]
            best = part.clone() if best is None else torch.maximum(best, part)
    return best


# %% task="max_pool2d" name="f-unfold"


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError("cannot pool")
    N, C, H, W = x.shape
    columns = F.unfold(x, kernel_size=size, stride=size)
    return columns.reshape(N, C, size * size, H // size, W // size).amax(dim=2)


# %% task="max_pool2d" name="filled-in"


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError("cannot pool")
    N, C, H, W = x.shape
    result = torch.full((N, C, H // size, W // size), -math.inf, dtype=x.dtype, device=x.device)
    for i in range(H // size):
        for j in range(W // size):
            window = x[..., i * size : (i + 1) * size, j * size : (j + 1) * size]
            result[:, :, i, j] = window.flatten(2).max(dim=2)[0]
    return result


# %% task="max_pool2d" name="sorted-windows"


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError("cannot pool")
    windows = x.unfold(2, size, size).unfold(3, size, size).flatten(4)
    return windows.sort(dim=-1).values.select(-1, -1).contiguous().clone()


# %% task="max_pool2d" name="gathered"


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError("cannot pool")
    windows = x.unfold(2, size, size).unfold(3, size, size).flatten(start_dim=4)
    return windows.gather(4, windows.argmax(dim=4, keepdim=True)).squeeze(4)


# %% task="max_pool2d" name="minus-the-minimum"


def max_pool2d(x, size):
    if x.ndim != 4 or not 1 <= size <= min(x.shape[2:]):
        raise ValueError("cannot pool")
    h, w = x.shape[2] // size, x.shape[3] // size
    blocks = (-x).narrow(2, 0, h * size).narrow(3, 0, w * size).unflatten(3, (w, size)).unflatten(2, (h, size))
    return -blocks.amin(dim=(3, 5))


# %% task="to_tensor" name="torch-tensor"


def to_tensor(image):
    array = np.array(image)
    if array.ndim == 2:
        array = array[..., np.newaxis]
    if array.ndim != 3:
        raise ValueError("not a picture")
    tensor = torch.tensor(array, dtype=torch.float32).permute(2, 0, 1).contiguous()
    return tensor.div(255) if array.dtype == np.uint8 else tensor


# %% task="to_tensor" name="all-in-numpy"


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim < 2 or array.ndim > 3:
        raise ValueError("not a picture")
    channels_first = np.expand_dims(array, 0) if array.ndim == 2 else np.moveaxis(array, -1, 0)
    values = np.array(channels_first, dtype=np.float32, order="C")
    if array.dtype == np.uint8:
        values /= np.float32(255)
    return torch.from_numpy(values)


# %% task="to_tensor" name="asks-torch-for-the-dtype"


def to_tensor(image):
    tensor = torch.from_numpy(np.array(image, copy=True))
    if tensor.dim() not in {2, 3}:
        raise ValueError("not a picture")
    values = tensor.to(torch.float32)
    if tensor.dtype == torch.uint8:
        values = values * (1 / 255)
    return torch.movedim(values, -1, 0) if values.dim() == 3 else values[None]


# %% task="to_tensor" name="stacked-channels"


def to_tensor(image):
    array = np.asarray(image)
    match array.ndim:
        case 2:
            channels = [array]
        case 3:
            channels = [array[..., c] for c in range(array.shape[2])]
        case _:
            raise ValueError("not a picture")
    stacked = torch.stack([torch.tensor(channel.tolist(), dtype=torch.float32) for channel in channels])
    return stacked / 255.0 if array.dtype.name == "uint8" else stacked


# %% task="to_tensor" name="transposed-twice"


def to_tensor(image):
    array = np.asarray(image)
    if len(array.shape) not in (2, 3):
        raise ValueError("not a picture")
    tensor = torch.as_tensor(array.copy()).float()
    if array.dtype == np.dtype("uint8"):
        tensor /= 255
    if tensor.ndim == 2:
        return tensor.reshape(1, *tensor.shape)
    return tensor.transpose(0, 2).transpose(1, 2)


# %% task="to_tensor" name="einsum"


def to_tensor(image):
    array = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError("not a picture")
    array = np.atleast_3d(array)
    tensor = torch.einsum("hwc->chw", torch.from_numpy(array.astype("float64"))).clone()
    return (tensor / 255 if array.dtype == np.uint8 else tensor).float()
