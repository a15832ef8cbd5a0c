"""Wrong implementations of 05_seeds_and_devices, as learners write them, with what a teacher says about each."""

# %%
import math
import random

import numpy as np
import torch

# %% task="seeded_normal" name="global-seed" presumes=["manual_seed() or seed()"]
# The numbers are right, but you have reset the global generator for everybody. Give `randn` a `torch.Generator` of its
# own.


def seeded_normal(seed, shape):
    torch.manual_seed(seed)
    return torch.randn(shape)


# %% task="seeded_normal" name="seed-put-back" presumes=["initial_seed()"]
# `initial_seed()` tells where the global stream began, not how far it had come: seeding with it rewinds the stream for
# everybody. Leave that generator alone and draw from one of your own.


def seeded_normal(seed, shape):
    before = torch.initial_seed()
    torch.manual_seed(seed)
    numbers = torch.randn(shape)
    torch.manual_seed(before)
    return numbers


# %% task="seeded_normal" name="seeds-everything" presumes=["manual_seed() or seed()"]
# Seeding three global generators disturbs three times as many people, and only that of PyTorch matters to `randn`. A
# `torch.Generator` of your own affects no other code.


def seeded_normal(seed, shape):
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    return torch.randn(shape)


# %% task="seeded_normal" name="python-seed" presumes=["seed()"]
# `random.seed` is about Python's own generator. PyTorch has generators of its own, and draws here from the global one,
# which nobody has seeded.


def seeded_normal(seed, shape):
    random.seed(seed)
    return torch.randn(shape)


# %% task="seeded_normal" name="numpy-generator" presumes=["np or numpy"]
# NumPy's generators compute other numbers from the same seed than those of PyTorch. Use a `torch.Generator`.


def seeded_normal(seed, shape):
    numbers = np.random.default_rng(seed).standard_normal(shape)
    return torch.as_tensor(numbers, dtype=torch.float32)


# %% task="seeded_normal" name="uniform" presumes=["rand()"]
# `rand` draws uniformly between 0 and 1; `randn`, with an n, draws from the standard normal.


def seeded_normal(seed, shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


# %% task="seeded_normal" name="seed-object-forgotten" presumes=["not manual_seed()", "Generator()"]
# A new generator starts from a default seed, the same for everybody. Seed it: `generator.manual_seed(seed)`.


def seeded_normal(seed, shape):
    generator = torch.Generator()
    return torch.randn(shape, generator=generator)


# %% task="seeded_normal" name="generator-not-handed-over"
# You have made and seeded a generator, but `randn` doesn't know of it and draws from the global one. Hand it over:
# `generator=generator`.


def seeded_normal(seed, shape):
    generator = torch.Generator()
    generator.manual_seed(seed)
    return torch.randn(shape)


# %% task="seeded_normal" name="float64"
# Drawing in float64 uses up the stream in another way, so other numbers come out, and rounding them afterwards doesn't
# bring the right ones back. Draw in float32.


def seeded_normal(seed, shape):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).float()


# %% task="seeded_normal" name="row-by-row"
# How numbers are drawn from the stream depends on how many are asked for at once, so rows drawn one by one hold other
# numbers than a whole drawn at once. Draw it in one call.


def seeded_normal(seed, shape):
    generator = torch.Generator().manual_seed(seed)
    if len(shape) < 2:
        return torch.randn(shape, generator=generator)
    rows = [torch.randn(shape[1:], generator=generator) for _ in range(shape[0])]
    return torch.stack(rows)


# %% task="seeded_normal" name="shape-unpacked"
# With a star, the shape `()` leaves `randn` without any size, which is an error. Give it the tuple as it is.


def seeded_normal(seed, shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


# %% task="seeded_normal" name="scalar-as-one-element"
# The shape `()` is that of a single number, a 0-D tensor. A tensor of shape `(1,)` is a list that holds one number:
# something else. `torch.randn` understands `()`.


def seeded_normal(seed, shape):
    return torch.randn(shape or (1,), generator=torch.Generator().manual_seed(seed))


# %% task="seeded_normal" name="generator-kept"
# The generator is seeded once and then kept, so a second call goes on where the first one stopped. Seed it in every
# call.

_kept = {}


def seeded_normal(seed, shape):
    generator = _kept.setdefault(seed, torch.Generator().manual_seed(seed))
    return torch.randn(shape, generator=generator)


# %% task="seeded_normal" name="tensor-kept"
# A cache hands the same tensor to every caller: when one of them writes to it, all others get what was written. Return
# a new tensor each time.

import functools


@functools.lru_cache
def seeded_normal(seed, shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


# %% task="choose_device" name="strings"
# PyTorch takes such strings too, but a `torch.device` is what was promised: it has a `.type`, and a misspelt name is
# noticed when it is made. Wrap it: `torch.device(...)`.


def choose_device(cuda_available, mps_available):
    return "cuda" if cuda_available else "mps" if mps_available else "cpu"


# %% task="choose_device" name="asks-this-machine" presumes=["is_available()"]
# This asks the machine that it happens to run on and ignores what it was told, so it can't be tested for any other. Use
# the two arguments.


def choose_device(cuda_available, mps_available):
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


# %% task="choose_device" name="function-not-called" presumes=["_.is_available"]
# `torch.cuda.is_available` without parentheses is the function itself, and a function always counts as true. What you
# need to know stands in the arguments.


def choose_device(cuda_available, mps_available):
    if torch.cuda.is_available:
        return torch.device("cuda")
    return torch.device("mps" if mps_available else "cpu")


# %% task="choose_device" name="two-ifs-override" presumes=["if", "not elif", "_ = _"]
# With two independent `if`s the second one overrides the first, so that mps wins over cuda. Write `elif`.


def choose_device(cuda_available, mps_available):
    device = torch.device("cpu")
    if cuda_available:
        device = torch.device("cuda")
    if mps_available:
        device = torch.device("mps")
    return device


# %% task="choose_device" name="else-belongs-to-the-second-if" presumes=["else", "not elif", "_ = _", "'cuda'"]
# The `else` belongs to the second `if` alone: without mps, it puts cpu over the cuda that was chosen before. Write
# `elif`, so that it is one chain.


def choose_device(cuda_available, mps_available):
    if cuda_available:
        device = torch.device("cuda")
    if mps_available:
        device = torch.device("mps")
    else:
        device = torch.device("cpu")
    return device


# %% task="choose_device" name="no-fallback"
# Where neither is available no branch applies, and the function returns None. The cpu is always there: put it last.


def choose_device(cuda_available, mps_available):
    if cuda_available:
        return torch.device("cuda")
    elif mps_available:
        return torch.device("mps")


# %% task="choose_device" name="mps-first" presumes=["elif or if _: return or _ if _ else _"]
# Where both are available the answer is cuda, but you ask about mps first. Turn the two questions round.


def choose_device(cuda_available, mps_available):
    if mps_available:
        return torch.device("mps")
    return torch.device("cuda" if cuda_available else "cpu")


# %% task="choose_device" name="cuda-forgotten" presumes=["not 'cuda'"]
# NVIDIA's cards are forgotten: ask about cuda first, and about mps where there is none.


def choose_device(cuda_available, mps_available):
    return torch.device("mps" if mps_available else "cpu")


# %% task="choose_device" name="mps-forgotten" presumes=["not 'mps'"]
# Apple chips are forgotten: where there is no cuda, ask about mps before settling for the cpu.


def choose_device(cuda_available, mps_available):
    return torch.device("cuda" if cuda_available else "cpu")


# %% task="choose_device" name="default-device-set" presumes=["set_default_device()"]
# `set_default_device` changes for the whole program where tensors are made. You were only asked which device to use.


def choose_device(cuda_available, mps_available):
    device = torch.device("cuda" if cuda_available else "mps" if mps_available else "cpu")
    torch.set_default_device(device)
    return device


# %% task="choose_device" name="gpu"
# There is no device called gpu. NVIDIA cards go by the name of `cuda`, Apple's chips by that of `mps`.


def choose_device(cuda_available, mps_available):
    return torch.device("gpu" if cuda_available or mps_available else "cpu")


# %% task="add_row_index" name="cpu-arange"
# `torch.arange` makes its tensor on the CPU unless you say otherwise, and `cat` can't join tensors of two devices. Say
# `device=x.device`.


def add_row_index(x):
    numbers = torch.arange(len(x), dtype=x.dtype)
    return torch.cat([x, numbers.unsqueeze(1)], dim=1)


# %% task="add_row_index" name="cpu-then-moved" presumes=["to()"]
# This makes the numbers on the CPU and copies them over, and every call waits for that copy. Create them where they
# belong: `torch.arange(..., device=x.device)`.


def add_row_index(x):
    numbers = torch.arange(len(x), dtype=x.dtype).to(x.device)
    return torch.cat([x, numbers.unsqueeze(1)], dim=1)


# %% task="add_row_index" name="to-not-assigned" presumes=["to()"]
# `numbers.to(x.device)` returns a tensor on that device and leaves `numbers` where it is; you threw the result away.
# For tensors, unlike models, `to` is never in place.


def add_row_index(x):
    numbers = torch.arange(len(x), dtype=x.dtype)
    numbers.to(x.device)
    return torch.cat([x, numbers.unsqueeze(1)], dim=1)


# %% task="add_row_index" name="through-the-cpu" presumes=["cpu() or to() or numpy() or tolist()"]
# Fetching `x` to the CPU and back costs two copies, and for a tensor without values it isn't possible at all. Create
# the numbers where `x` is.


def add_row_index(x):
    rows = [[*row, number] for number, row in enumerate(x.tolist())]
    return torch.tensor(rows, dtype=x.dtype, device=x.device)


# %% task="add_row_index" name="float32-column"
# A hard-coded float32 column turns a table of integers into float32, because `cat` promotes to the more general dtype.
# Ask for `x.dtype`.


def add_row_index(x):
    numbers = torch.arange(len(x), dtype=torch.float32, device=x.device)
    return torch.cat([x, numbers.unsqueeze(1)], dim=1)


# %% task="add_row_index" name="int64-column"
# `arange` of whole numbers is int64 unless you say otherwise, and `cat` then quietly turns an int32 table into int64.
# Say `dtype=x.dtype`.


def add_row_index(x):
    numbers = torch.arange(len(x), device=x.device)
    return torch.cat([x, numbers.unsqueeze(1)], dim=1)


# %% task="add_row_index" name="running-sum" presumes=["cumsum()"]
# `cumsum` of a small integer dtype gives int64, and the result follows it. Create the numbers with `dtype=x.dtype`, or
# give `cumsum` that dtype.


def add_row_index(x):
    numbers = torch.ones_like(x[:, :1]).cumsum(dim=0) - 1
    return torch.cat([x, numbers], dim=1)


# %% task="add_row_index" name="everything-float" presumes=["float() or _.float32"]
# `.float()` makes the whole table float32, whatever it was before. The result should have the dtype of `x`.


def add_row_index(x):
    numbers = torch.arange(len(x), device=x.device).float()
    return torch.cat([x.float(), numbers.unsqueeze(1)], dim=1)


# %% task="add_row_index" name="row-not-column"
# `unsqueeze(0)` makes a row, (1, N). A column is (N, 1): `unsqueeze(1)`.


def add_row_index(x):
    numbers = torch.arange(len(x), dtype=x.dtype, device=x.device)
    return torch.cat([x, numbers.unsqueeze(0)], dim=1)


# %% task="add_row_index" name="flat-numbers"
# `cat` joins tensors of the same number of dimensions, and these numbers have only one. `unsqueeze(1)` makes a column
# of them.


def add_row_index(x):
    numbers = torch.arange(len(x), dtype=x.dtype, device=x.device)
    return torch.cat([x, numbers], dim=1)


# %% task="add_row_index" name="cat-dim-0"
# `dim=0` puts one below the other: it adds rows. A column is added along `dim=1`.


def add_row_index(x):
    numbers = torch.arange(len(x), dtype=x.dtype, device=x.device)
    return torch.cat([x, numbers.unsqueeze(1)], dim=0)


# %% task="add_row_index" name="starts-at-one"
# The first row has number 0, as everywhere in Python. `arange` with a single argument starts there.


def add_row_index(x):
    numbers = torch.arange(1, len(x) + 1, dtype=x.dtype, device=x.device)
    return torch.cat([x, numbers.unsqueeze(1)], dim=1)


# %% task="add_row_index" name="index-first"
# The tensors are joined in the order of the list: here the numbers come first. The new column is the last one.


def add_row_index(x):
    numbers = torch.arange(len(x), dtype=x.dtype, device=x.device)
    return torch.cat([numbers.unsqueeze(1), x], dim=1)


# %% task="add_row_index" name="counts-columns"
# `x.shape[1]` is the number of columns. The rows are counted by `x.shape[0]`, which is also `len(x)`.


def add_row_index(x):
    numbers = torch.arange(x.shape[1], dtype=x.dtype, device=x.device)
    return torch.cat([x, numbers.unsqueeze(1)], dim=1)


# %% task="add_row_index" name="overwrites-the-last-column"
# This writes the numbers over the last column, in the caller's own `x`. A new column needs a new, wider tensor:
# `torch.cat`.


def add_row_index(x):
    x[:, -1] = torch.arange(len(x), device=x.device)
    return x


# %% task="add_row_index" name="row-by-row" presumes=["stack()"]
# Without rows there is nothing to stack, and `stack` refuses an empty list. Join whole columns instead: that works for
# any number of rows, and needs no loop.


def add_row_index(x):
    rows = [torch.cat([row, row.new_full((1,), number)]) for number, row in enumerate(x)]
    return torch.stack(rows)
