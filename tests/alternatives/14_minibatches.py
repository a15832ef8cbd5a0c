"""Other right implementations of 14_minibatches."""

# %%
import math
import random

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, TensorDataset

# %% task="TableDataset" name="tensor-dataset"


class TableDataset(TensorDataset):
    def __init__(self, X, y):
        if X.size(0) != y.size(0):
            raise ValueError("lengths differ")
        super().__init__(X, y)


# %% task="TableDataset" name="list-of-pairs"


class TableDataset(Dataset):
    def __init__(self, X, y):
        try:
            self._pairs = list(zip(X, y, strict=True))
        except ValueError as error:
            raise ValueError("X and y need as many rows") from error

    def __len__(self):
        return len(self._pairs)

    def __getitem__(self, i):
        return self._pairs[i]


# %% task="TableDataset" name="one-tuple-of-tensors"


class TableDataset(Dataset):
    def __init__(self, X, y):
        super().__init__()
        self.n = X.shape[0]
        if y.shape[0] != self.n:
            raise ValueError(f"{self.n} and {y.shape[0]}")
        self.tensors = (X, y)

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return tuple(tensor.select(0, i) for tensor in self.tensors)


# %% task="TableDataset" name="range-checked-by-hand"


class TableDataset(Dataset):
    def __init__(self, X, y):
        if X.shape[:1] != y.shape[:1]:
            raise ValueError
        self.features, self.targets = X, y

    def __len__(self):
        return self.features.shape[0]

    def __getitem__(self, i):
        n = len(self)
        if i < -n or i >= n:
            raise IndexError(f"no row {i} in {n}")
        return self.features[i, :], self.targets[i % n]


# %% task="TableDataset" name="dataclass"


from dataclasses import dataclass


@dataclass
class TableDataset(Dataset):
    X: Tensor
    y: Tensor

    def __post_init__(self):
        if len(self.X) != len(self.y):
            raise ValueError("lengths differ")

    def __len__(self):
        return self.X.size(dim=0)

    def __getitem__(self, i):
        return (self.X[i], self.y[i])

    def __iter__(self):
        return zip(self.X, self.y, strict=True)


# %% task="make_loaders" name="random-sampler"


from torch.utils.data import RandomSampler


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    sampler = RandomSampler(train, generator=generator)
    return (
        DataLoader(train, batch_size, sampler=sampler, drop_last=False),
        DataLoader(valid, batch_size, shuffle=False, drop_last=False),
    )


# %% task="make_loaders" name="batch-samplers"


from torch.utils.data import BatchSampler, RandomSampler, SequentialSampler


def make_loaders(train, valid, batch_size, seed):
    shuffled = RandomSampler(train, generator=torch.Generator().manual_seed(seed))
    return (
        DataLoader(train, batch_sampler=BatchSampler(shuffled, batch_size, drop_last=False)),
        DataLoader(valid, batch_sampler=BatchSampler(SequentialSampler(valid), batch_size, drop_last=False)),
    )


# %% task="make_loaders" name="sampler-of-ones-own"


class _Shuffled:
    def __init__(self, n, seed):
        self.order = list(range(n))
        self.random = random.Random(seed)

    def __len__(self):
        return len(self.order)

    def __iter__(self):
        self.random.shuffle(self.order)
        return iter(list(self.order))


def make_loaders(train, valid, batch_size, seed):
    train_loader = DataLoader(train, batch_size=batch_size, sampler=_Shuffled(len(train), seed))
    return train_loader, DataLoader(dataset=valid, batch_size=batch_size)


# %% task="make_loaders" name="numpy-by-epoch"


class _Epochs:
    def __init__(self, n, seed):
        self.n, self.seed, self.epoch = n, seed, 0

    def __len__(self):
        return self.n

    def __iter__(self):
        generator = np.random.default_rng([self.seed, self.epoch])
        self.epoch += 1
        return iter(generator.permutation(self.n).tolist())


def make_loaders(train, valid, batch_size, seed):
    return (
        DataLoader(train, batch_size=batch_size, sampler=_Epochs(len(train), seed)),
        DataLoader(valid, batch_size=batch_size, generator=torch.Generator().manual_seed(seed)),
    )


# %% task="make_loaders" name="loop-over-both"


def make_loaders(train, valid, batch_size, seed):
    loaders = []
    for dataset, is_train in ((train, True), (valid, False)):
        own = torch.Generator("cpu")
        own.manual_seed(seed)
        loaders.append(DataLoader(dataset, batch_size=batch_size, shuffle=is_train, generator=own, num_workers=0))
    return tuple(loaders)


# %% task="make_loaders" name="two-workers"


def make_loaders(train, valid, batch_size, seed):
    shuffling = torch.Generator().manual_seed(seed)
    options = {"num_workers": 2, "persistent_workers": True, "prefetch_factor": 4, "timeout": 30}
    return (
        DataLoader(train, batch_size, shuffle=True, generator=shuffling, **options),
        DataLoader(valid, batch_size, **options),
    )


# %% task="count_updates" name="minus-floor-of-minus"


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    return n_epochs * (n_samples // batch_size if drop_last else -(-n_samples // batch_size))


# %% task="count_updates" name="fraction"

from fractions import Fraction


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    batches = Fraction(n_samples, batch_size)
    return (math.floor(batches) if drop_last else math.ceil(batches)) * n_epochs


# %% task="count_updates" name="data-loader"


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    return len(DataLoader(range(n_samples), batch_size=batch_size, drop_last=drop_last)) * n_epochs


# %% task="count_updates" name="range-of-starts"


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    last = n_samples - batch_size + 1 if drop_last else n_samples
    return len(range(0, last, batch_size)) * n_epochs


# %% task="count_updates" name="add-then-floor"


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    if not drop_last:
        n_samples += batch_size - 1
    return int(n_samples // batch_size) * n_epochs
