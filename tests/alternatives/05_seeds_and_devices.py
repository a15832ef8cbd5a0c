"""Other right implementations of 05_seeds_and_devices."""

# %%
import copy
import math
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

# %% task="seeded_normal" name="forked"


def seeded_normal(seed, shape):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return torch.randn(shape)


# %% task="seeded_normal" name="state-put-back"


def seeded_normal(seed, shape):
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    try:
        return torch.randn(shape)
    finally:
        torch.set_rng_state(state)


# %% task="seeded_normal" name="filled-in-place"


def seeded_normal(seed, shape):
    generator = torch.Generator("cpu")
    generator.manual_seed(seed)
    return torch.empty(shape).normal_(generator=generator)


# %% task="seeded_normal" name="normal"


def seeded_normal(seed, shape):
    generator = torch.Generator()
    generator.manual_seed(seed)
    return torch.normal(0.0, 1.0, shape, generator=generator, dtype=torch.float32)


# %% task="seeded_normal" name="reshaped"


def seeded_normal(seed, shape):
    n = math.prod(shape)
    return torch.randn(n, generator=torch.Generator().manual_seed(seed)).reshape(shape)


# %% task="seeded_normal" name="one-generator-seeded-anew"

_generator = torch.Generator()


def seeded_normal(seed, shape):
    _generator.manual_seed(seed)
    return torch.randn(size=shape, generator=_generator)


# %% task="seeded_normal" name="remembered-and-copied"

import functools


@functools.lru_cache
def _numbers(seed, shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def seeded_normal(seed, shape):
    return _numbers(seed, tuple(shape)).clone()


# %% task="seeded_normal" name="initialised"


def seeded_normal(seed, shape):
    return nn.init.normal_(torch.zeros(shape), generator=torch.Generator().manual_seed(seed))


# %% task="choose_device" name="chain"


def choose_device(cuda_available, mps_available):
    if cuda_available:
        kind = "cuda"
    elif mps_available:
        kind = "mps"
    else:
        kind = "cpu"
    return torch.device(kind)


# %% task="choose_device" name="with-an-index"


def choose_device(cuda_available, mps_available):
    return (
        torch.device("cuda:0") if cuda_available else torch.device("mps", 0) if mps_available else torch.device("cpu")
    )


# %% task="choose_device" name="table"

_DEVICES = {(False, False): "cpu", (False, True): "mps", (True, False): "cuda", (True, True): "cuda"}


def choose_device(cuda_available, mps_available):
    return torch.device(_DEVICES[bool(cuda_available), bool(mps_available)])


# %% task="choose_device" name="first-of-those-available"


def choose_device(cuda_available, mps_available):
    kinds = {"cuda": cuda_available, "mps": mps_available, "cpu": True}
    return next(torch.device(kind) for kind, available in kinds.items() if available)


# %% task="choose_device" name="overridden-from-the-worst"


def choose_device(cuda_available, mps_available):
    device = torch.device("cpu")
    if mps_available:
        device = torch.device("mps")
    if cuda_available:
        device = torch.device("cuda")
    return device


# %% task="choose_device" name="and-or"


def choose_device(cuda_available, mps_available):
    return torch.device((cuda_available and "cuda") or (mps_available and "mps") or "cpu")


# %% task="add_row_index" name="hstack"


def add_row_index(x):
    return torch.hstack((x, torch.arange(x.size(0), device=x.device).to(x.dtype)[:, None]))


# %% task="add_row_index" name="written-into-empty"


def add_row_index(x):
    n_rows, n_columns = x.shape
    out = torch.empty((n_rows, n_columns + 1), dtype=x.dtype, device=x.device)
    out[:, :-1] = x
    out[:, -1] = torch.arange(n_rows, device=x.device)
    return out


# %% task="add_row_index" name="running-sum-of-ones"


def add_row_index(x):
    numbers = (x.new_ones((len(x), 1), dtype=torch.int64).cumsum(dim=0) - 1).to(x.dtype)
    return torch.concat((x, numbers), dim=-1)


# %% task="add_row_index" name="padded"


def add_row_index(x):
    out = F.pad(x, (0, 1))
    out[:, -1] += torch.arange(x.shape[0], dtype=x.dtype, device=x.device)
    return out


# %% task="add_row_index" name="from-a-list"


def add_row_index(x):
    numbers = torch.tensor(list(range(len(x))), dtype=x.dtype, device=x.device)
    return torch.cat([x, numbers.reshape(-1, 1)], 1)


# %% task="add_row_index" name="transposed"


def add_row_index(x):
    numbers = torch.arange(x.shape[0], dtype=x.dtype, device=x.device)
    return torch.vstack([x.T, numbers]).T


# %% task="add_row_index" name="default-device-for-a-block"


def add_row_index(x):
    with torch.device(x.device):
        numbers = torch.linspace(0, max(len(x) - 1, 0), len(x), dtype=x.dtype)
    return torch.column_stack([x, numbers])


# %% task="add_row_index" name="number-by-number"


def add_row_index(x):
    column = torch.zeros_like(x[:, :1])
    for number in range(len(column)):
        column[number, 0] = number
    return torch.cat([x, column], dim=1)
