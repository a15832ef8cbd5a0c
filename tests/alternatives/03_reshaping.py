"""Other right implementations of 03_reshaping."""

# %%
import math

import torch

# %% task="shared_view" name="sizes-one-by-one"


def shared_view(t, shape):
    return t.view(*shape)


# %% task="shared_view" name="reshape-and-compare"


def shared_view(t, shape):
    result = t.reshape(shape)
    if result.untyped_storage().data_ptr() != t.untyped_storage().data_ptr():
        raise RuntimeError("reshape made a copy")
    return result


# %% task="shared_view" name="view-as"


def shared_view(t, shape):
    known = math.prod(size for size in shape if size != -1)
    sizes = [t.numel() // known if size == -1 else size for size in shape]
    return t.view_as(torch.empty(sizes, device="meta"))


# %% task="shared_view" name="itself-if-it-fits"


def shared_view(t, shape):
    return t if t.shape == shape else t.view(shape)


# %% task="shared_view" name="detached"


def shared_view(t, shape):
    return torch.Tensor.view(t.detach(), torch.Size(shape) if -1 not in shape else shape)


# %% task="shared_view" name="error-of-its-own"


def shared_view(t, shape):
    with torch.no_grad():
        try:
            return t.view(size=shape)
        except (RuntimeError, ValueError) as error:
            raise RuntimeError(f"no view of {tuple(t.shape)} has the shape {shape}") from error


# %% task="stack_pair" name="transposed"


def stack_pair(a, b):
    if len(a) != len(b):
        raise ValueError
    rows = torch.stack([a, b])
    return rows, rows.T


# %% task="stack_pair" name="vstack-and-column-stack"


def stack_pair(a, b):
    if a.size() != b.size():
        raise ValueError(f"{a.size()} is not {b.size()}")
    return torch.vstack((a, b)), torch.column_stack((a, b))


# %% task="stack_pair" name="cat-of-unsqueezed"


def stack_pair(a, b):
    if a.numel() != b.numel():
        raise ValueError(a.numel(), b.numel())
    rows = torch.cat((a[None, :], b[None, :]), dim=0)
    cols = torch.cat((a[:, None], b[:, None]), dim=-1)
    return rows, cols


# %% task="stack_pair" name="filled"


def stack_pair(a, b):
    n, m = len(a), len(b)
    if n != m:
        raise ValueError(f"{n} != {m}")
    rows, cols = a.new_empty((2, n)), torch.empty((n, 2), dtype=b.dtype, device=b.device)
    rows[0], rows[1] = a, b
    cols[:, 0], cols[:, 1] = a, b
    return rows, cols


# %% task="stack_pair" name="converted-error"


def stack_pair(a, b):
    try:
        cols = torch.stack((a, b), -1)
    except RuntimeError as error:
        raise ValueError(str(error)) from None
    return cols.t().contiguous(), cols


# %% task="drop_channel" name="indexed"


def drop_channel(images):
    if images.dim() != 4:
        raise ValueError("4 dimensions")
    if images.size(1) != 1:
        raise ValueError("1 channel")
    return images[:, 0]


# %% task="drop_channel" name="reshaped"


def drop_channel(images):
    try:
        n, c, h, w = images.shape
    except ValueError:
        raise ValueError("images must be (N, 1, H, W)") from None
    if c != 1:
        raise ValueError(c)
    return images.reshape(n, h, w)


# %% task="drop_channel" name="unpacked"


def drop_channel(images):
    _, channels, *size = images.shape  # with fewer dimensions, unpacking raises ValueError itself
    if channels != 1 or len(size) != 2:
        raise ValueError("one channel")
    return torch.squeeze(images, dim=-3).clone()


# %% task="drop_channel" name="summed"


def drop_channel(images):
    if len(images.shape) != 4 or images.shape[1] != 1:
        raise ValueError(images.shape)
    return images.sum(dim=1, dtype=images.dtype)


# %% task="drop_channel" name="flattened"


def drop_channel(images):
    if images.ndim == 4 and images.shape[1] == 1:
        return images.flatten(0, 1)
    raise ValueError("not (N, 1, H, W)")


# %% task="drop_channel" name="selected"


def drop_channel(images):
    if not (images.ndim == 4 and images.shape[1:2] == (1,)):
        raise ValueError("not (N, 1, H, W)")
    (channel,) = images.unbind(dim=1)
    return channel


# %% task="channels_first" name="movedim"


def channels_first(images):
    if images.ndim not in (3, 4):
        raise ValueError(images.ndim)
    return images.movedim(-1, -3)


# %% task="channels_first" name="two-swaps"


def channels_first(images):
    if not 3 <= images.dim() <= 4:
        raise ValueError("3 or 4 dimensions")
    return images.transpose(-1, -2).transpose(-2, -3).contiguous()


# %% task="channels_first" name="stacked-channels"


def channels_first(images):
    if images.ndim != 3 and images.ndim != 4:
        raise ValueError("3 or 4 dimensions")
    return torch.stack(images.unbind(dim=-1), dim=-3)


# %% task="channels_first" name="einsum"


def channels_first(images):
    equations = {3: "hwc->chw", 4: "nhwc->nchw"}
    if images.ndim not in equations:
        raise ValueError("3 or 4 dimensions")
    return torch.einsum(equations[images.ndim], images)


# %% task="channels_first" name="image-by-image"


def channels_first(images):
    if images.ndim == 4:
        return torch.stack([channels_first(image) for image in images])
    if images.ndim == 3:
        return torch.permute(images, dims=(-1, 0, 1))
    raise ValueError("3 or 4 dimensions")


# %% task="channels_first" name="swapped-from-the-front"


def channels_first(images):
    match = {3: (2, 0, 1), 4: (0, 3, 1, 2)}.get(len(images.shape))
    if match is None:
        raise ValueError("3 or 4 dimensions")
    return images.permute(*match)
