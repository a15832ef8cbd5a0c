"""Other right implementations of 02_tensor_operations."""

# %%
import numpy as np
import torch
import torch.nn.functional as F

# %% task="share_of_total" name="divide-function"


def share_of_total(counts):
    return torch.div(counts, torch.sum(counts))


# %% task="share_of_total" name="normalize"


def share_of_total(counts):
    if not counts.is_floating_point():
        counts = counts.to(torch.float32)
    return F.normalize(counts.flatten(), p=1, dim=0, eps=0).view(counts.shape)


# %% task="share_of_total" name="reciprocal"


def share_of_total(counts):
    return counts * counts.sum().reciprocal()


# %% task="share_of_total" name="in-double"


def share_of_total(counts):
    dtype = counts.dtype if counts.is_floating_point() else torch.float32
    exact = counts.double()
    return (exact / exact.sum()).to(dtype)


# %% task="share_of_total" name="in-place-on-a-copy"


def share_of_total(counts):
    new = counts.clone() if counts.is_floating_point() else counts.float()
    new /= counts.reshape(-1).sum(dim=0)
    return new


# %% task="matmul_shape" name="unpacked"


def matmul_shape(a, b):
    rows, inner = a
    also_inner, columns = b
    if inner != also_inner:
        return None
    return rows, columns


# %% task="matmul_shape" name="named-tuple"

from typing import NamedTuple


class Shape(NamedTuple):
    rows: int
    columns: int


def matmul_shape(a, b):
    return Shape(a[0], b[1]) if a[1] == b[0] else None


# %% task="matmul_shape" name="without-else"


def matmul_shape(a, b):
    if a[-1] == b[0]:
        return (*a[:1], *b[1:])


# %% task="matmul_shape" name="asks-torch"


def matmul_shape(a, b):
    try:
        return (torch.empty(a, device="meta") @ torch.empty(b, device="meta")).shape
    except RuntimeError:
        return None


# %% task="matmul_shape" name="asks-numpy"


def matmul_shape(a, b):
    try:
        return np.matmul(np.zeros(a), np.zeros(b)).shape
    except ValueError:
        return None


# %% task="matmul_with_transpose" name="matmul"


def matmul_with_transpose(a, b):
    if a.size(1) != b.size(0):
        if a.size(1) != b.size(1):
            raise ValueError("these do not fit")
        b = b.transpose(0, 1)
    return torch.matmul(a, b)


# %% task="matmul_with_transpose" name="einsum"


def matmul_with_transpose(a, b):
    n = a.shape[1]
    if n not in b.shape:
        raise ValueError(n)
    return torch.einsum("nk,km->nm" if len(b) == n else "nk,mk->nm", a, b)


# %% task="matmul_with_transpose" name="linear"


def matmul_with_transpose(a, b):
    if a.shape[1] == b.shape[0]:
        return F.linear(a, b.t())
    if a.shape[1] == b.shape[1]:
        return F.linear(a, b)
    raise ValueError("no product is defined")


# %% task="matmul_with_transpose" name="by-hand"


def matmul_with_transpose(a, b):
    if a.shape[1] != b.shape[0]:
        b = b.permute(1, 0)
    if a.shape[1] != b.shape[0]:
        raise ValueError("neither b nor its transpose fits")
    return (a.unsqueeze(2) * b.unsqueeze(0)).sum(dim=1)


# %% task="matmul_with_transpose" name="converted-error"


def matmul_with_transpose(a, b):
    for candidate in (b, b.mT):
        if candidate.shape[0] == a.shape[1]:
            return a.mm(candidate)
    raise ValueError(a.shape, b.shape)


# %% task="summarize" name="min-max-with-dim"


def summarize(t, dim=None):
    floating = t.float() if t.dtype == torch.int64 else t
    if dim is None:
        about = {"min": t.min(), "max": t.max(), "mean": floating.mean(), "sum": t.sum()}
        return {**about, "argmin": t.argmin(), "argmax": t.argmax()}
    low, high = t.min(dim=dim), t.max(dim=dim)
    about = {"min": low.values, "max": high.values, "argmin": low.indices, "argmax": high.indices}
    about["mean"] = floating.mean(dim=dim)
    about["sum"] = t.sum(dim=dim)
    return about


# %% task="summarize" name="getattr"


def summarize(t, dim=None):
    source, along = (t.reshape(-1), 0) if dim is None else (t, dim)
    about = {name: getattr(torch, name)(source, dim=along) for name in ("sum", "argmin", "argmax")}
    about["min"], about["max"] = torch.aminmax(source, dim=along)
    about["mean"] = torch.mean(source.to(torch.float64), dim=along)
    about["mean"] = about["mean"].to(t.dtype if t.is_floating_point() else torch.float32)
    return about


# %% task="summarize" name="sum-over-count"


def summarize(t, dim=None):
    if dim is None:
        dim, t = -1, t.contiguous().view(-1)
    total = torch.sum(t, dim)
    low, where_low = torch.min(t, dim)
    high, where_high = torch.max(t, dim)
    return dict(min=low, max=high, mean=total / t.size(dim), sum=total, argmin=where_low, argmax=where_high)


# %% task="summarize" name="sorted"


def summarize(t, dim=None):
    if dim is None:
        return summarize(t.ravel(), 0)
    ordered, positions = t.sort(dim=dim)
    last = t.shape[dim] - 1
    return {
        "argmax": positions.select(dim, last),
        "argmin": positions.select(dim, 0),
        "max": ordered.select(dim, last),
        "mean": t.mean(dim) if t.is_floating_point() else t.to(torch.float32).mean(dim),
        "min": ordered.select(dim, 0),
        "sum": t.movedim(dim, 0).sum(0),
    }


# %% task="summarize" name="topk"


def summarize(t, dim=None):
    if dim is None:
        t, dim = torch.flatten(t.clone()), 0
    high = t.topk(1, dim)
    low = t.topk(1, dim, largest=False)
    mean = t.mean(dim, dtype=None if t.is_floating_point() else torch.float32)
    six = {"min": low.values.squeeze(dim), "argmin": low.indices.squeeze(dim), "max": high.values.squeeze(dim)}
    return {**six, "argmax": high.indices.squeeze(dim), "mean": mean, "sum": torch.einsum("...->...", t).sum(dim)}


# %% task="center_rows" name="unsqueezed"


def center_rows(x):
    return x - x.mean(1).unsqueeze(1)


# %% task="center_rows" name="transposed-twice"


def center_rows(x):
    columns = x.T
    return (columns - columns.mean(dim=0)).T


# %% task="center_rows" name="sum-over-count"


def center_rows(x):
    return x.sub(x.sum(-1, keepdim=True).div(x.shape[-1]))


# %% task="center_rows" name="rows"


def center_rows(x):
    return torch.stack([row - row.mean() for row in x])


# %% task="center_rows" name="centring-matrix"


def center_rows(x):
    n = x.shape[1]
    centring = torch.eye(n, dtype=x.dtype, device=x.device) - torch.full((n, n), 1 / n, dtype=x.dtype, device=x.device)
    return x @ centring


# %% task="center_rows" name="in-place-on-a-copy"


def center_rows(x):
    new = x.clone()
    new -= torch.mean(x, 1, True).expand(x.size())
    return new
