"""Wrong implementations of 14_minibatches, as learners write them, with what a teacher says about each."""

# %%
import math

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

# %% task="TableDataset" name="len-of-columns"
# That is the number of features. The length of a dataset is its number of rows: `len(X)`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return self.X.shape[1]

    def __getitem__(self, i):
        return self.X[i], self.y[i]


# %% task="TableDataset" name="len-of-elements" presumes=["numel()"]
# `numel()` counts all the numbers in the table. A dataset counts samples, and a sample is a row: `len(X)`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return self.X.numel()

    def __getitem__(self, i):
        return self.X[i], self.y[i]


# %% task="TableDataset" name="item-target" presumes=["item() or float() or tolist()"]
# A Python number as target becomes a flat batch of shape (B,) in the `DataLoader`, in float64. Keep the tensor `y[i]`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i].flatten()[0].item()


# %% task="TableDataset" name="flat-target"
# Without its dimension of size 1, a target becomes part of a flat batch, (B,), and against predictions of shape (B, 1)
# it broadcasts. Return `y[i]` as it is.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i].squeeze()


# %% task="TableDataset" name="no-length-check" presumes=["not raise"]
# Tables of different lengths should be reported when the dataset is made, not in the middle of an epoch. Compare the
# lengths in `__init__`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


# %% task="TableDataset" name="only-missing-targets"
# Too many targets are as wrong as too few: the tables don't belong together. Refuse any difference: `!=`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(y) < len(X):
            raise ValueError("targets are missing")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


# %% task="TableDataset" name="trims" presumes=["_[_] or min()"]
# Cutting the longer table hides the mistake that made it longer, and pairs rows that may not belong together. Raise
# `ValueError`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        n = min(len(X), len(y))
        self.X, self.y = X[:n], y[:n]

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


# %% task="TableDataset" name="compares-whole-shapes" presumes=["_.shape == _.shape or _.shape != _.shape"]
# Features and targets have different shapes by nature, (N, F) and (N, 1). Compare their lengths only.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if X.shape != y.shape:
            raise ValueError("shapes differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


# %% task="TableDataset" name="is-not" presumes=["_ is not _"]
# `is not` asks whether two objects are one and the same. Python keeps one object for each small number, and makes a new
# object for each large one: equal lengths above 256 would be refused. Compare numbers with `!=`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) is not len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


# %% task="TableDataset" name="asserts" presumes=["assert"]
# A failed `assert` is an AssertionError, and vanishes altogether under `python -O`. Write `raise ValueError(...)`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        assert len(X) == len(y), "lengths differ"
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


# %% task="TableDataset" name="keeps-batch-dim"
# A slice keeps a dimension of size 1, so batches become (B, 1, F); and it never raises IndexError, so a loop over the
# dataset never ends. Index with `i` alone.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i : i + 1], self.y[i : i + 1]


# %% task="TableDataset" name="columns-not-rows"
# `X[:, i]` is column i, one feature of all the samples. A sample is a row: `X[i]`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[:, i], self.y[i]


# %% task="TableDataset" name="features-only"
# A sample has two parts. Return the target with the features: `X[i], y[i]`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i]


# %% task="TableDataset" name="target-first"
# Features come first, the target second: that is how every loop unpacks a batch.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.y[i], self.X[i]


# %% task="TableDataset" name="whole-targets"
# Every sample brings the targets of all the samples along. Index `y` as well: `y[i]`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y


# %% task="TableDataset" name="list-item"
# The sample is to be a tuple; square brackets make a list. Write `return self.X[i], self.y[i]`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return [self.X[i], self.y[i]]


# %% task="TableDataset" name="dict-item"
# A dict of features and target is a fine format, but not this contract's: return the tuple `(X[i], y[i])`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return {"X": self.X[i], "y": self.y[i]}


# %% task="TableDataset" name="numpy-items" presumes=["np or numpy"]
# NumPy arrays would have to be turned back into tensors for every batch. Index the tensors themselves.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X.numpy(), y.numpy()

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


# %% task="TableDataset" name="copies-the-tables" presumes=["clone()"]
# `clone()` in `__init__` doubles the memory for nothing, and the copy misses later changes. Keep the tensors that you
# are given.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X.clone(), y.clone()

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


# %% task="TableDataset" name="copies-the-items" presumes=["clone() or tensor() or _[[_]]"]
# `clone()`, `torch.tensor(...)` or a list index copies the row each time it is asked for. `X[i]` is a view and costs
# nothing.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i].clone(), self.y[i].clone()


# %% task="TableDataset" name="converts"
# Class numbers and float64 features must stay what they are, and every conversion is a copy. Keep the tensors that you
# are given.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X.float(), y.float()

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


# %% task="TableDataset" name="wraps-around" presumes=["_ % _"]
# With `%` every index finds some row, so nobody learns that there is no row of that number, and a loop over the dataset
# never ends. Let IndexError come.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i % max(len(self.X), 1)], self.y[i % max(len(self.X), 1)]


# %% task="TableDataset" name="negative-wraps-once" presumes=["_ + _ or _ % _"]
# With the length added, an index below -N becomes one of the negative indices that tensors know, and finds a row.
# Tensors count from the end by themselves: hand the index on as it is.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        if i < 0:
            i += len(self.X)
        return self.X[i], self.y[i]


# %% task="TableDataset" name="negative-refused"
# Python counts negative indices from the end, and tensors do it for you. Only what lies beyond -N is an IndexError.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        if not 0 <= i < len(self.X):
            raise IndexError(i)
        return self.X[i], self.y[i]


# %% task="TableDataset" name="none-beyond-the-end"
# Returning None doesn't stop a loop: it goes on and on over rows that aren't there. Let the IndexError of the tensor
# come.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        if not -len(self.X) <= i < len(self.X):
            return None
        return self.X[i], self.y[i]


# %% task="TableDataset" name="value-error-beyond-the-end"
# A loop over the dataset ends at an IndexError and at no other: a ValueError stops the whole program. Let the tensor
# raise its own.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        if not -len(self.X) <= i < len(self.X):
            raise ValueError(f"no row {i}")
        return self.X[i], self.y[i]


# %% task="TableDataset" name="on-the-class"
# What you keep on the class, all its objects share: the validation set replaces the training set. Keep the tensors on
# `self`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        if len(X) != len(y):
            raise ValueError("lengths differ")
        TableDataset.X, TableDataset.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


# %% task="make_loaders" name="train-not-shuffled" presumes=["not _(shuffle=True)"]
# Without shuffling, every epoch sees the same batches in the same order. Pass `shuffle=True` for training.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(train, batch_size=batch_size, generator=generator), DataLoader(valid, batch_size=batch_size)


# %% task="make_loaders" name="shuffled-once"
# You shuffled the dataset once, when the loaders were made; every epoch then has that same order. `shuffle=True`
# shuffles at each one.


from torch.utils.data import Subset


def make_loaders(train, valid, batch_size, seed):
    order = torch.randperm(len(train), generator=torch.Generator().manual_seed(seed)).tolist()
    return DataLoader(Subset(train, order), batch_size=batch_size), DataLoader(valid, batch_size=batch_size)


# %% task="make_loaders" name="validation-shuffled"
# Validation only measures: shuffled, its predictions no longer stand in the rows of the table. Shuffle the training
# loader alone.


def make_loaders(train, valid, batch_size, seed):
    return tuple(
        DataLoader(part, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
        for part in (train, valid)
    )


# %% task="make_loaders" name="wrong-one-shuffled"
# The shuffling is with the wrong loader: training needs it, validation must not have it.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(train, batch_size=batch_size), DataLoader(
        valid, batch_size=batch_size, shuffle=True, generator=generator
    )


# %% task="make_loaders" name="drop-last" presumes=["_(drop_last=True)"]
# `drop_last=True` throws away the last, smaller batch of every epoch. Keep it: leave the argument out.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator, drop_last=True)
    return train_loader, DataLoader(valid, batch_size=batch_size)


# %% task="make_loaders" name="drop-last-of-validation" presumes=["_(drop_last=True)"]
# With `drop_last=True` the last validation rows never count, and the figure depends on the batch size. Leave the
# argument out.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator)
    return train_loader, DataLoader(valid, batch_size=batch_size, drop_last=True)


# %% task="make_loaders" name="global-seed" presumes=["manual_seed() or seed()"]
# The order is drawn from the global generator when the loop starts: any random number drawn in between changes it, and
# you re-seed that generator for everybody. Give the loader a generator of its own.


def make_loaders(train, valid, batch_size, seed):
    torch.manual_seed(seed)
    return DataLoader(train, batch_size=batch_size, shuffle=True), DataLoader(valid, batch_size=batch_size)


# %% task="make_loaders" name="seed-ignored"
# Without the seed the order of the batches changes from run to run. Give the training loader a generator that `seed`
# has seeded.


def make_loaders(train, valid, batch_size, seed):
    return DataLoader(train, batch_size=batch_size, shuffle=True), DataLoader(valid, batch_size=batch_size)


# %% task="make_loaders" name="generator-not-seeded" presumes=["not manual_seed()", "Generator()"]
# A new `torch.Generator()` always starts from the same number of its own, whatever `seed` is. Seed it:
# `.manual_seed(seed)`.


def make_loaders(train, valid, batch_size, seed):
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True, generator=torch.Generator())
    return train_loader, DataLoader(valid, batch_size=batch_size)


# %% task="make_loaders" name="fixed-seed"
# You seed with a number of your own, so the argument `seed` isn't used. Pass it on.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(42)
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator)
    return train_loader, DataLoader(valid, batch_size=batch_size)


# %% task="make_loaders" name="reseeds-too" presumes=["manual_seed() or seed()"]
# The generator of your own is enough. `torch.manual_seed` before it re-seeds everybody else's, and the rest of the
# program repeats itself.


def make_loaders(train, valid, batch_size, seed):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator)
    return train_loader, DataLoader(valid, batch_size=batch_size)


# %% task="make_loaders" name="default-generator-seeded" presumes=["_.default_generator"]
# `torch.default_generator` is the global generator itself: seeding it is re-seeding everybody's. Make a new
# `torch.Generator()`.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.default_generator.manual_seed(seed)
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator)
    return train_loader, DataLoader(valid, batch_size=batch_size, generator=torch.Generator().manual_seed(seed))


# %% task="make_loaders" name="shared-generator"
# Both loaders draw from one generator, and a loader draws at every pass, shuffled or not: how often you validate
# changes the training. Give it to the training loader alone.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator)
    return train_loader, DataLoader(valid, batch_size=batch_size, generator=generator)


# %% task="make_loaders" name="same-order-every-epoch"
# The generator is seeded again whenever an epoch starts, so all epochs have one order. Seed it once, when the loader is
# made.


class _Reseeded:
    def __init__(self, n, seed):
        self.n, self.seed = n, seed

    def __len__(self):
        return self.n

    def __iter__(self):
        # From a second seed, to be another order than that of a dataset shuffled once.
        generator = torch.Generator().manual_seed(self.seed)
        torch.randperm(self.n, generator=generator)
        return iter(torch.randperm(self.n, generator=generator).tolist())


def make_loaders(train, valid, batch_size, seed):
    train_loader = DataLoader(train, batch_size=batch_size, sampler=_Reseeded(len(train), seed))
    return train_loader, DataLoader(valid, batch_size=batch_size)


# %% task="make_loaders" name="default-batch-size"
# Without `batch_size` a loader hands out batches of one. Pass it to both.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(train, shuffle=True, generator=generator), DataLoader(valid)


# %% task="make_loaders" name="default-batch-size-of-validation"
# The validation loader has no `batch_size` and hands out batches of one. Pass it there as well.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator), DataLoader(valid)


# %% task="make_loaders" name="validation-in-one-batch"
# The whole validation set in one batch may not fit into memory. Cut it into batches of `batch_size` too.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator)
    return train_loader, DataLoader(valid, batch_size=len(valid))


# %% task="make_loaders" name="with-replacement" presumes=["_(replacement=True) or RandomSampler() or randint()"]
# A sampler that draws with replacement repeats some samples in an epoch and leaves others out. `shuffle=True` takes
# each one once.


def make_loaders(train, valid, batch_size, seed):
    sampler = torch.utils.data.RandomSampler(train, replacement=True, generator=torch.Generator().manual_seed(seed))
    return DataLoader(train, batch_size=batch_size, sampler=sampler), DataLoader(valid, batch_size=batch_size)


# %% task="make_loaders" name="training-set-twice"
# Both loaders hold the training set: the model would be judged on what it has learned by heart. Give the second one
# `valid`.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator)
    return train_loader, DataLoader(train, batch_size=batch_size)


# %% task="make_loaders" name="validation-first"
# The training loader comes first.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator)
    return DataLoader(valid, batch_size=batch_size), train_loader


# %% task="make_loaders" name="lists-of-batches" presumes=["list() or [_ for _ in _]"]
# A list is made once and is the same in every epoch. Return the loaders themselves: each loop over one starts a new
# pass.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator)
    return list(train_loader), list(DataLoader(valid, batch_size=batch_size))


# %% task="make_loaders" name="not-stacked" presumes=["_(collate_fn=_)"]
# `collate_fn` replaces the stacking: a batch is then a list of samples, and no model takes that. Leave it out.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator, collate_fn=list)
    return train_loader, DataLoader(valid, batch_size=batch_size, collate_fn=list)


# %% task="count_updates" name="floor-always"
# The last, smaller batch of an epoch is an update too. Round up, unless `drop_last` leaves it out.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    return n_samples // batch_size * n_epochs


# %% task="count_updates" name="drop-last-ignored"
# With `drop_last` the smaller batch is left out: then round down.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    return math.ceil(n_samples / batch_size) * n_epochs


# %% task="count_updates" name="drop-last-inverted"
# You leave the last batch out exactly when it is to be kept. Swap the two cases.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    batches = math.ceil(n_samples / batch_size) if drop_last else n_samples // batch_size
    return batches * n_epochs


# %% task="count_updates" name="one-per-epoch"
# An epoch is a full pass over the data, made of many batches, and every batch is an update. Count the batches.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    return n_epochs


# %% task="count_updates" name="one-per-sample"
# An update looks at a whole batch, not at one sample. Divide by the batch size.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    return n_samples * n_epochs


# %% task="count_updates" name="epochs-forgotten"
# That is one epoch. Multiply by the number of epochs.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    return n_samples // batch_size if drop_last else math.ceil(n_samples / batch_size)


# %% task="count_updates" name="rounded" presumes=["round()"]
# A partial batch always counts, however small; `round` drops the small ones. Add one if `%` leaves anything.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    batches = n_samples // batch_size if drop_last else round(n_samples / batch_size)
    return batches * n_epochs


# %% task="count_updates" name="always-one-more"
# Where the batch size divides the samples, nothing is left over and there is no extra batch. Round up instead of adding
# 1.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    batches = n_samples // batch_size
    if not drop_last:
        batches += 1
    return batches * n_epochs


# %% task="count_updates" name="through-a-float" presumes=["_ / _"]
# `/` makes a float, which holds some 16 digits only: 10**17 + 1 samples lose one. `//` and `%` are exact.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    batches = n_samples / batch_size
    return (math.floor(batches) if drop_last else math.ceil(batches)) * n_epochs


# %% task="count_updates" name="across-epochs"
# No batch reaches from one epoch into the next: each epoch has its own small last batch. Round first, then multiply by
# the epochs.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    batches = n_samples * n_epochs / batch_size
    return math.floor(batches) if drop_last else math.ceil(batches)


# %% task="count_updates" name="last-batch-once"
# The small batch comes at the end of *every* epoch, not only of the last one. Round up before you multiply.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    left_over = 1 if n_samples % batch_size and not drop_last else 0
    return n_samples // batch_size * n_epochs + left_over


# %% task="count_updates" name="never-zero"
# With `drop_last`, a batch larger than the dataset is never filled, and there are no updates at all. Don't raise 0 to
# 1.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    batches = max(1, n_samples // batch_size) if drop_last else math.ceil(n_samples / batch_size)
    return batches * n_epochs


# %% task="count_updates" name="float"
# `/` and `np.ceil` give floats, and a count is an int. Use `//` and `math.ceil`.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    batches = np.floor(n_samples / batch_size) if drop_last else np.ceil(n_samples / batch_size)
    return float(batches * n_epochs)


# %% task="count_updates" name="upside-down"
# You divide the batch size by the number of samples. It is the samples that are cut into batches.


def count_updates(n_samples, batch_size, n_epochs, drop_last=False):
    batches = batch_size // n_samples if drop_last else math.ceil(batch_size / n_samples)
    return batches * n_epochs


# %% task="TableDataset" name="lengths-compared-when-read"
# You compare the lengths only when a row is read. Report tables of different lengths when the dataset is made: compare
# them in `__init__`.


class TableDataset(Dataset):
    def __init__(self, X, y):
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        if len(self.X) != len(self.y):
            raise ValueError("the lengths differ")
        return self.X[i], self.y[i]


# %% task="make_loaders" name="larger-validation-batches"
# The validation loader has batches of twice the size. Both loaders take `batch_size`.


def make_loaders(train, valid, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(train, batch_size, shuffle=True, generator=generator), DataLoader(valid, 2 * batch_size)
