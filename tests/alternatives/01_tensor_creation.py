"""Other right implementations of 01_tensor_creation."""

# %%
import math

import numpy as np
import torch

# %% task="tensor_ranks" name="views-of-one"


def tensor_ranks(a, b):
    cube = torch.tensor([[[a, b], [b, a]]])
    return cube[0, 0, 0], cube[0, 0], cube[0], cube


# %% task="tensor_ranks" name="stacked"


def tensor_ranks(a, b):
    scalar = torch.tensor(a, dtype=torch.int64)
    vector = torch.stack([scalar, torch.tensor(b, dtype=torch.int64)])
    matrix = torch.stack([vector, vector.flip(0)])
    return scalar, vector, matrix, matrix[None]


# %% task="tensor_ranks" name="named-tuple"

from typing import NamedTuple


class Ranks(NamedTuple):
    scalar: torch.Tensor
    vector: torch.Tensor
    matrix: torch.Tensor
    cube: torch.Tensor


def tensor_ranks(a, b):
    rows = [[a, b], [b, a]]
    return Ranks(torch.tensor(a), torch.tensor(rows[0]), torch.tensor(rows), torch.tensor([rows]))


# %% task="tensor_ranks" name="from-numpy"


def tensor_ranks(a, b):
    nested = a, [a, b], [[a, b], [b, a]], [[[a, b], [b, a]]]
    return tuple(torch.from_numpy(np.array(values, dtype=np.int64)) for values in nested)


# %% task="tensor_ranks" name="filled"


def tensor_ranks(a, b):
    cube = torch.full((1, 2, 2), b, dtype=torch.long)
    cube[0].fill_diagonal_(a)
    return torch.full((), a), cube[0, 0].clone(), cube.squeeze(0), cube


# %% task="tensor_ranks" name="long-tensor"


def tensor_ranks(a, b):
    flat = torch.LongTensor([a, b, b, a])
    return flat[0].clone(), flat[:2], flat.view(2, 2), flat.reshape(1, 2, 2)


# %% task="describe" name="methods"


def describe(t):
    return dict(ndim=t.dim(), shape=tuple(t.size()), dtype=t.dtype, device=t.device, numel=t.nelement())


# %% task="describe" name="from-the-sizes"


def describe(t):
    sizes = tuple(t.shape)
    return {"numel": math.prod(sizes), "ndim": len(sizes), "shape": sizes, "dtype": t.dtype, "device": t.device}


# %% task="describe" name="getattr"


def describe(t):
    about = {name: getattr(t, name) for name in ("device", "dtype", "shape", "ndim")}
    about["numel"] = torch.numel(t)
    return about


# %% task="describe" name="ordered-dict"


def describe(t):
    import collections

    about = collections.OrderedDict()
    about["ndim"] = t.ndimension()
    about["shape"] = t.size()
    about["dtype"] = torch.empty_like(t).dtype
    about["device"] = torch.device(t.device)
    about["numel"] = t.shape.numel()
    return about


# %% task="describe" name="dict-of-its-own"


class Description(dict):
    def __str__(self):
        return ", ".join(f"{name}={value}" for name, value in self.items())

    def items(self):
        return sorted(super().items(), key=lambda pair: pair[0])


def describe(t):
    return Description(ndim=t.ndim, shape=tuple(t.shape), dtype=t.dtype, device=t.device, numel=t.numel())


# %% task="inclusive_range" name="python-range"


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError
    return torch.tensor(range(start, stop + 1, step))


# %% task="inclusive_range" name="count-first"


def inclusive_range(start, stop, step=1):
    if not (step >= 1 and start <= stop):
        raise ValueError(f"{start}, {stop}, {step}")
    n_terms = (stop - start) // step + 1
    return start + step * torch.arange(n_terms)


# %% task="inclusive_range" name="numpy"


def inclusive_range(start, stop, step=1):
    if step <= 0:
        raise ValueError("step")
    if start > stop:
        raise ValueError("stop")
    return torch.from_numpy(np.arange(start, stop + 1, step, dtype=np.int64))


# %% task="inclusive_range" name="loop"


def inclusive_range(start, stop, step=1):
    if step < 1:
        raise ValueError("a step is at least 1")
    terms = []
    while start <= stop:
        terms.append(start)
        start += step
    if not terms:
        raise ValueError("no terms")
    return torch.tensor(terms, dtype=torch.int64)


# %% task="inclusive_range" name="running-sum"


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise ValueError("empty")
    steps = torch.full(((stop - start) // step + 1,), step)
    steps[0] = start
    return steps.cumsum(0)


# %% task="inclusive_range" name="a-kind-of-value-error"


class EmptyRange(ValueError):
    pass


def inclusive_range(start, stop, step=1):
    if step < 1 or stop < start:
        raise EmptyRange(start, stop, step)
    numbers = torch.arange(start, stop + 1)
    return numbers[(numbers - start) % step == 0]


# %% task="constant_like" name="full"


def constant_like(template, value):
    return torch.full(template.shape, value, dtype=template.dtype, device=template.device)


# %% task="constant_like" name="zeros-filled"


def constant_like(template, value):
    return torch.zeros_like(template).fill_(value)


# %% task="constant_like" name="new-full"


def constant_like(template, value):
    return template.new_full(template.size(), value)


# %% task="constant_like" name="empty-filled"


def constant_like(template, value):
    new = torch.empty_like(template, requires_grad=False)
    new[...] = value
    return new


# %% task="constant_like" name="copy-filled"


def constant_like(template, value):
    new = template.detach().clone()
    new.fill_(value)
    return new


# %% task="constant_like" name="zeros-plus-value"


def constant_like(template, value):
    zeros = torch.zeros(template.shape, device=template.device, dtype=torch.float64)
    return (zeros + value).to(template.dtype)


# %% task="constant_like" name="expanded-and-copied"


def constant_like(template, value):
    number = torch.tensor(value, dtype=torch.float64, device=template.device).to(template.dtype)
    return number.expand(template.shape).clone(memory_format=torch.contiguous_format)


# %% task="constant_like" name="nn-init"


def constant_like(template, value):
    return torch.nn.init.constant_(torch.empty_like(template), value)
